"""Lists the figures of the report, and what the current release has of each."""

from __future__ import annotations

from itertools import groupby
from typing import Literal

from ingest.errors import Names, RefusedError, did_you_mean
from ingest.models import Model
from orchestration.releases import Releases
from orchestration.settings import Settings

HAS_REASONS = """
from duckdb_columns() where table_name = 'mart_report_figure' and column_name = 'reason'
"""
COUNTED = """
with counted as (
    select
        figure_number, page, title_nl, title_en, survey, country, wave,
        count(*) filter (data_status = 'published' and estimate is not null) as published,
        count(*) filter (data_status = 'microdata' and estimate is not null) as microdata,
        count(*) filter (data_status = 'synthetic' and estimate is not null) as synthetic,
        count(*) filter (assumed and estimate is not null) as assumed,
        count(*) filter (reason = 'suppressed') as suppressed,
        count(*) filter (content = 'finding') as findings,
        coalesce(
            list_sort(list(distinct reason) filter (content = 'not_available')), []
        ) as missing
    from mart_report_figure
    where content <> 'other_mart'
    group by all
)
select
    * replace ([
        case
            when published > 0 and reason = 'not_published' then 'partly_not_published'
            else reason
        end
        for reason in missing
    ] as missing)
from counted
order by
    strpos('FTBW', left(figure_number, 1)), figure_number, country <> 'NL', country, survey, wave
"""
NUMBERS = ("published", "microdata", "synthetic", "assumed", "suppressed", "findings")
Missing = Literal[
    "not_asked",
    "not_known",
    "not_published",
    "partly_not_published",
    "not_in_answers",
    "not_of_wave",
]


class FigureRows(Model):
    """What a release has of a figure of the report, of one wave.

    Attributes:
        figure_number: number in the report.
        page: page of the report.
        title_nl: title in Dutch.
        title_en: title in English.
        survey: survey of the rows.
        country: country of the rows; empty where there are none.
        wave: wave of the rows.
        published: numbers copied from a source.
        microdata: numbers computed from answers.
        synthetic: numbers computed from generated answers.
        assumed: numbers of these that rest on an assumed question.
        suppressed: numbers that are hidden.
        findings: statements without a number.
        missing: why there is no number, of the whole wave or of answers of it.
    """

    figure_number: str
    page: int
    title_nl: str
    title_en: str
    survey: str
    country: str
    wave: str
    published: int
    microdata: int
    synthetic: int
    assumed: int
    suppressed: int
    findings: int
    missing: tuple[Missing, ...]


def figures(
    settings: Settings, wave: str | None = None, figure: str | None = None
) -> list[FigureRows]:
    """Return the figures of the report in the current release, in the order of the report.

    Args:
        settings: where the releases are.
        wave: only `survey/wave`, with a row also for a figure that has nothing of it; without it
            all waves.
        figure: only this figure, such as `F01` or `f01`; without it all figures.

    Raises:
        BarometerError: no release, one from before its figures had reasons, or no such wave or
            figure in it.
    """
    with Releases(settings).open_current() as release:
        if not release.execute(HAS_REASONS).fetchall():
            raise RefusedError("orchestration.release_too_old", str(settings.current))
        found = release.execute(COUNTED)
        names = [column[0] for column in found.description or ()]
        rows = [FigureRows(**dict(zip(names, row, strict=True))) for row in found.fetchall()]
    waves = {f"{row.survey}/{row.wave}" for row in rows}
    numbers = {row.figure_number for row in rows}
    figure = figure and figure.upper()
    _check(settings, "orchestration.wave_not_in_report", wave, waves)
    _check(settings, "orchestration.figure_not_in_report", figure, numbers)
    rows = [row for row in rows if figure in (None, row.figure_number)]
    if wave is None:
        return rows
    # A comparison of countries has a row for each of them.
    return [
        row
        for _, of_figure in groupby(rows, key=lambda row: row.figure_number)
        for row in _of_wave(list(of_figure), wave)
    ]


def _of_wave(rows: list[FigureRows], wave: str) -> list[FigureRows]:
    return [row for row in rows if wave == f"{row.survey}/{row.wave}"] or [_nothing(rows[0], wave)]


def _nothing(like: FigureRows, wave: str) -> FigureRows:
    """The row of a figure that has nothing of a wave."""
    survey, year = wave.split("/")
    return FigureRows(
        **like.model_dump(include={"figure_number", "page", "title_nl", "title_en"}),
        country="",
        survey=survey,
        wave=year,
        **dict.fromkeys(NUMBERS, 0),
        missing=("not_of_wave",),
    )


def _check(settings: Settings, rule: str, name: str | None, known: set[str]) -> None:
    if name is not None and name not in known:
        raise RefusedError(
            rule,
            str(settings.current),
            name=name,
            near=did_you_mean(name, known),
            known=Names(sorted(known), 40),
        )
