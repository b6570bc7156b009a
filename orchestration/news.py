"""What readers are told of a release: which it is, and what it changed since the one before it.

Three tables that no model makes, because they are about the release itself. Their contract is in
`dbt_project/models/marts/_release__sources.yml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ingest.errors import BarometerError
from ingest.languages import LANGUAGES, Language
from orchestration.changes import Origins, attach, find, query, text
from orchestration.releases import Manifest, Releases
from orchestration.settings import Settings

if TYPE_CHECKING:
    import duckdb

# In the order of the page.
PARTS: Final = (
    *("release", "moved", "verdict", "difference"),
    *("shown", "appeared", "suppressed", "vanished", "margin"),
)
MOST: Final = 5  # lines of a part, before it says how many more there are


def write(connection: duckdb.DuckDBPyConnection, settings: Settings, release: Manifest) -> None:
    """Write the tables of a release that is being made, to the database `later`.

    Args:
        connection: what that database is attached to.
        settings: where the earlier releases are.
        release: the manifest of the release, yet without tables.
    """
    state = _compare(connection, settings, release)
    told = {lang: _release_in(lang, release, state) for lang in LANGUAGES}
    _write_release(connection, release)
    connection.execute(
        "create table later.mart_release_change as "
        "select * exclude (is_public, marked_nl, marked_en) from changes "
        "union all by name "
        "select 1 as change_order, $state as change, $nl as text_nl, $en as text_en "
        "where $state in ('first', 'unlike') order by change_order",
        {"state": state, "nl": told["nl"], "en": told["en"]},
    )
    words = {
        f"{name}_{lang}": text(f"orchestration.news_{name}", lang, **dict.fromkeys(places, "{}"))
        for name, places in (
            ("counted", ("wave", "figures", "comparisons")),
            ("more", ("n",)),
            ("more_waves", ("n",)),
        )
        for lang in LANGUAGES
    }
    releases = {f"release_{lang}": told[lang] for lang in LANGUAGES}
    labels = {
        f"labels_{lang}": [text(f"orchestration.changed_{part}", lang) for part in PARTS]
        for lang in LANGUAGES
    }
    connection.execute(
        f"create table later.mart_release_news as {query('news')}",
        {"parts": list(PARTS), "most": MOST, **words, **releases, **labels},
    )


def _compare(connection: duckdb.DuckDBPyConnection, settings: Settings, release: Manifest) -> str:
    """Make the table `changes`, and return how the release stands to the one before it."""
    import duckdb

    if release.previous_release is None:
        find(connection, Origins(waves={}, shared=(), tables=()), earlier="later")
        return "first"
    try:
        releases = Releases(settings)
        earlier = releases.show(release.previous_release)
        releases.verify(earlier.release_id)
        attach(connection, releases.file(earlier.release_id), "earlier")
        find(connection, Origins.of(earlier, release))
    # The earlier release may be gone, damaged, or have other marts. It is never in the way.
    except (BarometerError, duckdb.Error, OSError, ValueError):
        find(connection, Origins(waves={}, shared=(), tables=()), earlier="later")
        return "unlike"
    ((changed,),) = connection.execute("select count(*) from changes").fetchall()
    return "compared" if changed else "same"


def _release_in(lang: Language, release: Manifest, state: str) -> str:
    """Say which release this is, and how it stands to the one before it."""
    which = text(
        "orchestration.news_release", lang, release=release.release_id, day=day(release, lang)
    )
    return f"{which} " + text(
        f"orchestration.news_{state}", lang, previous=release.previous_release
    )


def day(release: Manifest, lang: Language) -> str:
    """Return the day on which a release was made, in words."""
    months = text("orchestration.months", lang).split("|")
    made = release.created_at
    return f"{made.day} {months[made.month - 1]} {made.year}"


def _write_release(connection: duckdb.DuckDBPyConnection, release: Manifest) -> None:
    connection.execute(
        "create table later.mart_release as select $id::varchar as release_id, "
        "$at::timestamptz as created_at, $previous::varchar as previous_release, "
        "$code::varchar as code_version, $inputs::varchar as inputs, "
        "(select count(*) from later.mart_indicator) as indicators, "
        "$checks::bigint as checks, $passed::bigint as checks_passed, "
        "count(*) as changes, $nl::varchar as day_nl, $en::varchar as day_en from changes",
        {
            "id": release.release_id,
            "at": release.created_at,
            "previous": release.previous_release,
            "code": release.code_version,
            "inputs": "\n".join(f"{name} {digest}" for name, digest in release.inputs.items()),
            "checks": len(release.checks),
            "passed": release.passed,
            "nl": day(release, "nl"),
            "en": day(release, "en"),
        },
    )
