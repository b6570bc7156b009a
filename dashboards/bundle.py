"""What Superset imports: compiled assets, their uuids, and the zip file that holds them."""

from __future__ import annotations

import io
import uuid
import zipfile
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from ingest.errors import Language
from ingest.models import Model

Kind = Literal["databases", "datasets", "charts", "dashboards"]
Content = dict[str, Any]

# In the order in which Superset needs them.
KINDS: Final[tuple[Kind, ...]] = ("databases", "datasets", "charts", "dashboards")
VERSION: Final = "1.0.0"
_NAMESPACE: Final = uuid.UUID("5f5c2f3e-0b4c-5d39-9a53-6f1d8a7c2b10")
# The earliest time that a zip file can hold: the same assets always give the same bytes.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
# Read-only is not enough: without the other two, `select * from read_csv('/etc/passwd')` works.
# In the URI, because an import keeps the URI and drops connection arguments.
_LOCKS: Final = "access_mode=read_only&enable_external_access=false&lock_configuration=true"


class Asset(Model):
    """One compiled asset: what Superset gets, and the file that it comes from."""

    kind: Kind
    slug: str
    language: Language | None
    uuid: str
    source: Path
    content: Content

    @property
    def name(self) -> str:
        """`charts/trend_line.nl`, for messages and for the name in the zip file."""
        return f"{self.kind}/{self.slug}" + (f".{self.language}" if self.language else "")


class Bundle(Model):
    """All compiled assets, in the order in which Superset needs them."""

    assets: tuple[Asset, ...]

    def of(self, kind: Kind) -> tuple[Asset, ...]:
        """Return the assets of one kind."""
        return tuple(asset for asset in self.assets if asset.kind == kind)

    def zip_bytes(self) -> bytes:
        """Return the zip file for POST /api/v1/assets/import/; same assets, same bytes."""
        files = {"barometer/metadata.yaml": {"version": VERSION, "type": "assets"}}
        files |= {f"barometer/{asset.name}.yaml": asset.content for asset in self.assets}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                text = yaml.safe_dump(content, sort_keys=True, allow_unicode=True, width=100)
                archive.writestr(zipfile.ZipInfo(name, _NO_TIME), text.encode())
        return buffer.getvalue()


def asset_uuid(kind: Kind, slug: str, language: Language | None = None) -> str:
    """Return the uuid of an asset, which is the same on every machine and never changes."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(filter(None, (kind, slug, language)))))


def database_uri(release: Path) -> str:
    """Return the SQLAlchemy address of a release: read-only, without access to other files."""
    return f"duckdb:///{release.absolute()}?{_LOCKS}"
