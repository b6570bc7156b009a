"""Sites that may show our pages in a frame: `BAROMETER_FRAMED_BY`.

Superset reads the variable itself, in `superset_side/superset_config.py`; this checks it before
Superset starts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ingest.errors import RefusedError

VARIABLE: Final = "BAROMETER_FRAMED_BY"
# What is sent in the open can be changed on its way; a site on this machine is for tests.
_SITE: Final = re.compile(r"https://[a-z0-9.-]+(:\d+)?|http://(127\.0\.0\.1|localhost)(:\d+)?")


def check(environment: Mapping[str, str]) -> None:
    """Check that every site is the origin of one.

    Raises:
        RefusedError: one is not.
    """
    for site in environment.get(VARIABLE, "").split():
        if not _SITE.fullmatch(site):
            raise RefusedError("dashboards.no_site", VARIABLE, site=site)
