"""Whether the current release is made from what is here now."""

from __future__ import annotations

from ingest import registry
from orchestration import data_version
from orchestration.releases import Releases
from orchestration.settings import Settings


def is_up_to_date(settings: Settings) -> bool:
    """Whether the newest release was made from the files and the code that are here now.

    Raises:
        BarometerError: the descriptions or a file of answers are refused.
    """
    newest = Releases(settings).newest()
    if newest is None or not settings.current.exists():
        return False
    now = data_version.of_sources(registry.load(), settings)
    return newest.data_versions == {**now, data_version.CODE: data_version.of_code()}
