"""Finds practice cases in the current release. They are no sample, so nothing counts them."""

from __future__ import annotations

from ingest.errors import Names, RefusedError, did_you_mean
from ingest.models import Model
from orchestration.releases import Releases
from orchestration.settings import Settings

CASES = "from mart_practice_case order by kind_label_en, practice_case"
TOPICS = "select practice_case, topic_dimension, topic from mart_practice_case_topic"


class Case(Model):
    """A practice case, in both languages; the columns are those of `mart_practice_case`."""

    practice_case: str
    title_nl: str
    title_en: str
    organisation_nl: str
    organisation_en: str
    description_nl: str
    description_en: str
    lessons_nl: str | None
    lessons_en: str | None
    types_text_nl: str
    types_text_en: str
    types_inferred: bool
    themes_text_nl: str
    themes_text_en: str
    technologies_text_nl: str | None
    technologies_text_en: str | None
    caution_nl: str
    caution_en: str
    source_title: str
    source_locator: str


def cases(settings: Settings, **wanted: str | None) -> list[Case]:
    """Return the cases that have all wanted topics.

    Args:
        settings: where the releases are.
        wanted: dimension (`theme`, `technology`, `sector`, `type`) -> code; nothing for any.

    Raises:
        BarometerError: no release, or no case in it has a topic.
    """
    with Releases(settings).open_current() as release:
        topics = release.execute(TOPICS).fetchall()
        found = release.execute(CASES)
        names = [column[0] for column in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    for dimension, code in wanted.items():
        known = {topic for _, kind, topic in topics if kind == dimension}
        if code is not None and code not in known:
            raise RefusedError(
                "orchestration.no_such_topic",
                str(settings.current),
                dimension=dimension,
                name=code,
                near=did_you_mean(code, known),
                known=Names(sorted(known), 40),
            )
        if code is not None:
            having = {case for case, kind, topic in topics if (kind, topic) == (dimension, code)}
            rows = [row for row in rows if row["practice_case"] in having]
    return [Case(**{name: row[name] for name in Case.model_fields}) for row in rows]
