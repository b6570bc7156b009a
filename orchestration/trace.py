"""Where a number comes from: question, crosswalk, file, model, release, and R to redo it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import RefusedError, did_you_mean
from ingest.models import Model
from orchestration.releases import Releases
from orchestration.settings import Settings

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]
COMPUTED_BY = ("est_stratum_sums", "est_computed", "est_disclosed", "mart_indicator")
COPIED_BY = ("stg_published_figures", "mart_indicator")
# Everyone in the sample: design, whether they count, and what they said (0 for anything else).
# In no order that the file of answers has, and without the number of the respondent.
RESPONDENTS = """
with members as (
    select respondent_id from harmonised.hrm_base_members
    semi join (
        select survey, wave, concept, base, item from harmonised.hrm_asked_categories
        where category = $answer
    ) using (survey, wave, concept, base, item)
    semi join (
        select survey, wave, respondent_id from harmonised.hrm_respondent_groups
        where group_dimension = $group_dimension and group_value = $group_value
    ) using (survey, wave, respondent_id)
    where survey = $survey and wave = $wave and concept = $concept and base = $base
),
answers as (
    select respondent_id, value from harmonised.hrm_answers
    where
        survey = $survey and wave = $wave and concept = $concept and base = $base
        and category = $answer
)
select
    stratum, frame_count, weight, cast(members.respondent_id is not null as integer) as counts,
    coalesce(value, 0) as y
from harmonised.hrm_sample_design
left join members using (respondent_id)
left join answers using (respondent_id)
where survey = $survey and wave = $wave and weighting = $weighting
order by md5(respondent_id)
"""
PUBLISHED_IN_R = """\
p <- {share!r}; n <- {n}  # the number of answers, divided by the design effect of the weights
print(100 * c(estimate = p, standard_error = sqrt(p * (1 - p) / n)), digits = 12)"""
DESIGN_IN_R = """\
library(survey)
options(survey.lonely.psu = "adjust")
sample <- read.csv({path})
sample$frame_count[is.na(sample$frame_count)] <- Inf  # no finite population correction
design <- svydesign(ids = ~1, strata = ~stratum, weights = ~weight, fpc = ~frame_count,
                    data = sample)
design <- subset(design, counts == 1)
"""
MEAN_IN_R = """\
found <- svymean(~y, design)
print({scale} * c(estimate = coef(found)[[1]], standard_error = SE(found)[[1]]), digits = 12)"""
QUANTILE_IN_R = """\
found <- svyquantile(~y, design, 0.{percent}, qrule = "math", ci = FALSE)
print(c(estimate = found[[1]][1]), digits = 12)"""


class Trace(Model):
    """What is known of one indicator.

    Attributes:
        indicator: its row of `mart_indicator`.
        wave: the row of `dim_wave`: file, sha256, weighting.
        questions: rows of `crosswalk`: how the wave asked it and what each code counts as.
        models: dbt models that it passes through.
        release: the row of `release_info`.
        snippet: R that computes it again; none where that is not possible.
    """

    indicator: Row
    wave: Row
    questions: list[Row]
    models: tuple[str, ...]
    release: Row
    snippet: str | None


def trace(indicator_id: str, settings: Settings) -> Trace:
    """Follow an indicator of the current release back to its source.

    For one that was computed from answers, what R needs is written under `trace/` of the home
    folder, readable by its owner only: it holds answers.

    Raises:
        BarometerError: no release, or no such indicator in it.
    """
    with Releases(settings).open_current() as release:
        found = _rows(release, "from mart_indicator where indicator_id = $id", id=indicator_id)
        if not found:
            ids = [row["indicator_id"] for row in _rows(release, "from mart_indicator")]
            raise RefusedError(
                "orchestration.no_such_indicator",
                str(settings.current),
                indicator=indicator_id,
                near=did_you_mean(indicator_id, ids),
            )
        row = found[0]
        key = {"survey": row["survey"], "wave": row["wave"]}
        (wave,) = _rows(release, "from dim_wave where survey = $survey and wave = $wave", **key)
        (made,) = _rows(release, "from release_info")
        questions = _questions(release, row)
    published = row["data_status"] == "published"
    return Trace(
        indicator=row,
        wave=wave,
        questions=[] if published else questions,
        models=COPIED_BY if published else COMPUTED_BY,
        release=made,
        snippet=_of_published(row) if published else _of_answers(row, settings),
    )


def _questions(release: duckdb.DuckDBPyConnection, row: Row) -> list[Row]:
    """Rows of the crosswalk behind a concept, those of the concepts that it derives from too."""
    sql = (
        "from crosswalk where survey = $survey and wave = $wave and list_contains($names, concept)"
    )
    names, asked, rows = [row["concept"]], 0, list[Row]()
    while len(names) > asked:
        asked = len(names)
        rows = _rows(release, sql, survey=row["survey"], wave=row["wave"], names=names)
        derived = {source for item in rows if (source := item["source_concept"])}
        names += sorted(derived - set(names))
    return rows


def _of_published(row: Row) -> str | None:
    if row["interval_method"] != "wilson_published_n":
        return None
    return PUBLISHED_IN_R.format(share=row["estimate"] / 100, n=row["effective_n"])


def _of_answers(row: Row, settings: Settings) -> str | None:
    """Write the answers of the sample, and return R that reads them."""
    import duckdb

    if row["estimate"] is None or not settings.warehouse.exists():
        return None
    quantile = row["statistic"].startswith("quantile_")
    names = ("survey", "wave", "concept", "base", "group_dimension", "group_value", "weighting")
    key = {name: row[name] for name in names}
    with duckdb.connect(str(settings.warehouse), read_only=True) as warehouse:
        warehouse.execute("set file_search_path = $1", [str(settings.home)])  # views read raw data
        # A release that was switched back to may be older than the warehouse.
        same = " and ".join(f"{name} = ${name}" for name in (*key, "category", "statistic"))
        now = _rows(
            warehouse,
            f"from estimates.est_disclosed where {same}",
            **key,
            category=row["category"],
            statistic=row["statistic"],
        )
        if not now or not math.isclose(now[0]["estimate"], row["estimate"], rel_tol=1e-9):
            return None
        path = settings.home / "trace" / f"{row['indicator_id']}.csv"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        asked = f"create temporary table sample as {RESPONDENTS}"
        warehouse.execute(asked, {**key, "answer": row["category"]})
        warehouse.execute("copy sample to $path (header)", {"path": str(path)})
        path.chmod(0o600)
    design = DESIGN_IN_R.format(path=_quoted(path))
    if quantile:
        return design + QUANTILE_IN_R.format(percent=row["statistic"].removeprefix("quantile_"))
    return design + MEAN_IN_R.format(scale=100 if row["statistic"] == "share" else 1)


def _quoted(path: Path) -> str:
    return '"{}"'.format(str(path).replace("\\", "\\\\").replace('"', '\\"'))


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, /, **values: object) -> list[Row]:
    found = connection.execute(sql, values)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
