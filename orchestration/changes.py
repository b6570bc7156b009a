"""What differs between two releases: which figures moved, came, went or are hidden, and why.

Of a figure that the later release hides or lacks, nothing is told that the earlier one showed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from ingest.errors import RefusedError
from ingest.languages import LANGUAGES, Language
from ingest.messages import Phrase
from ingest.models import Model
from orchestration import data_version
from orchestration.releases import Manifest, Releases
from orchestration.settings import Settings

if TYPE_CHECKING:
    import duckdb

Change = Literal["moved", "shown", "appeared", "suppressed", "vanished", "margin"]
Cause = Literal["file", "description", "tables", "code", "others", "unrecorded", "unknown"]
# In the order in which they are told; what was revised is told first.
CHANGES: Final[tuple[Change, ...]] = (
    *("moved", "shown", "appeared", "suppressed", "vanished", "margin"),
)
CAUSES: Final[tuple[Cause, ...]] = (
    *("file", "description", "tables", "code", "others", "unrecorded", "unknown"),
)
_HERE: Final = Path(__file__).parent


class Changed(Model):
    """A figure, or the verdict of a comparison, that differs between two releases.

    Attributes:
        change: what happened to it.
        kind: the mart it is in.
        figure_id: its key there.
        before: value in the earlier release, where both show it.
        after: value in the later release, where that shows it.
        difference: how far it moved, in its own unit.
        causes: what it rests on and differs, with commas between.
    """

    change: Change
    kind: Literal["indicator", "trend", "contrast", "international"]
    figure_id: str
    survey: str
    wave: str
    concept: str
    category: str
    base: str
    group_dimension: str
    group_value: str
    statistic: str
    weighting: str
    data_status: str
    before: float | None
    after: float | None
    difference: float | None
    verdict_before: str | None
    verdict_after: str | None
    causes: str
    figure_nl: str
    figure_en: str
    change_nl: str
    change_en: str
    before_nl: str | None
    before_en: str | None
    after_nl: str | None
    after_en: str | None
    text_nl: str
    text_en: str
    reason_nl: str
    reason_en: str


class Origins(Model):
    """What differs of what two releases were made from.

    Attributes:
        waves: `survey/wave` -> what differs of it.
        shared: what differs and every figure rests on.
        tables: the tables of the harmonisation that differ, apart from rows of one wave.
    """

    waves: Mapping[str, Sequence[Cause]]
    shared: Sequence[Cause]
    tables: Sequence[str]

    @classmethod
    def of(cls, earlier: Manifest, later: Manifest) -> Origins:
        """Compare two manifests."""
        waves: dict[str, list[Cause]] = {}
        tables: list[str] = []
        shared: list[Cause] = []
        for file in _differing(earlier.inputs, later.inputs):
            waves.setdefault(file.rpartition("/")[0], []).append("file")
        if earlier.descriptions and later.descriptions:
            for name in _differing(earlier.descriptions, later.descriptions):
                if name.startswith(data_version.SEED):
                    tables.append(name.removeprefix(data_version.SEED))
                else:
                    waves.setdefault(name, []).append("description")
        else:
            shared.append("unrecorded")
        if tables:
            shared.append("tables")
        code = data_version.CODE
        if earlier.data_versions.get(code) != later.data_versions.get(code):
            shared.append("code")
        return cls(waves=waves, shared=shared, tables=tables)


def compare(settings: Settings, earlier: Manifest, later: Manifest) -> list[Changed]:
    """Return what differs between two releases: by what happened, the largest first.

    Raises:
        RefusedError: a file is gone or damaged, or one has no figures that can be compared.
    """
    import duckdb

    with duckdb.connect() as connection:
        releases = Releases(settings)
        for item in (earlier, later):
            releases.verify(item.release_id)
        try:
            for name, item in (("earlier", earlier), ("later", later)):
                attach(connection, releases.file(item.release_id), name)
            find(connection, Origins.of(earlier, later))
        except duckdb.Error as error:
            raise RefusedError(
                "orchestration.releases_unlike",
                str(settings.releases),
                earlier=earlier.release_id,
                later=later.release_id,
                problem=str(error).splitlines()[0],
            ) from None
        rows = connection.execute(
            f"select {', '.join(Changed.model_fields)} from changes order by change_order"  # noqa: S608
        ).fetchall()
    return [Changed(**dict(zip(Changed.model_fields, row, strict=True))) for row in rows]


def attach(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, read_only: bool = True
) -> None:
    """Attach a database, whatever characters its path has."""
    quoted = str(path).replace("'", "''")
    connection.execute(f"attach '{quoted}' as {name}{' (read_only)' if read_only else ''}")


def find(connection: duckdb.DuckDBPyConnection, differ: Origins, earlier: str = "earlier") -> None:
    """Make the temporary table `changes` from an earlier database and the database `later`.

    Args:
        connection: what both are attached to.
        differ: what differs of what they were made from.
        earlier: name of the earlier database.
    """
    pairs = [(origin, cause) for origin, causes in differ.waves.items() for cause in causes]
    connection.execute(
        "create or replace temp table origin_causes as "
        "select unnest(?::varchar[]) as origin, unnest(?::varchar[]) as cause",
        [[origin for origin, _ in pairs], [cause for _, cause in pairs]],
    )
    _write_words(connection, ", ".join(differ.tables))
    weighted = {
        f"weighted_{lang}": text("orchestration.weighted_figure", lang) for lang in LANGUAGES
    }
    for name, database in (("earlier", earlier), ("later", "later")):
        connection.execute(f"use {database}")
        connection.execute(
            f"create or replace temp table figures_{name} as {query('figures')}", weighted
        )
    connection.execute(
        f"create or replace temp table changes as {query('changes')}",
        {"shared": list(differ.shared)},
    )


def _write_words(connection: duckdb.DuckDBPyConnection, tables: str) -> None:
    """Write the words for each change and each cause; `{0}` in them is what SQL fills in."""
    places = {"figure": "{0}", "before": "{1}", "after": "{2}", "tables": tables}
    codes = [*CHANGES, *CAUSES]
    columns: dict[str, Sequence[object]] = {"code": codes, "place": range(len(codes))}
    for lang in LANGUAGES:
        columns[f"label_{lang}"] = [
            text(f"orchestration.changed_{code}", lang) for code in CHANGES
        ] + [""] * len(CAUSES)
        columns[f"words_{lang}"] = [
            *(text(f"orchestration.figure_{code}", lang, **places) for code in CHANGES),
            *(text(f"orchestration.cause_{code}", lang, **places) for code in CAUSES),
        ]
    connection.execute(
        "create or replace temp table change_words as select "
        + ", ".join(f"unnest(?) as {name}" for name in columns),
        [list(values) for values in columns.values()],
    )


def text(name: str, lang: Language, **values: object) -> str:
    """Return a message in a language."""
    return Phrase(name, **values).text(lang)


def query(name: str) -> str:
    """Return a query of this folder, with each line that names `{lang}` once for each language."""
    lines = (_HERE / f"{name}.sql").read_text("utf-8").splitlines()
    return "\n".join(
        line.replace("{lang}", lang)
        for line in lines
        for lang in (LANGUAGES if "{lang}" in line else LANGUAGES[:1])
    )


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
