"""Random stratified samples, in tables as the estimator reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

SURVEY = "random"
CATEGORIES = ("red", "green", "blue", "never_chosen")
TICKED = ("left", "right")
SIZES = ("small", "large", "nobody")
SCALE = "value"
STATISTICS = {**dict.fromkeys((*CATEGORIES, *TICKED), "share"), SCALE: "mean"}

Row = dict[str, Any]


@st.composite
def respondents(draw: st.DrawFn) -> list[Row]:
    """Draw one sample: 1-5 strata of 1-12 respondents, some of whom leave questions open.

    R refuses a sample of one respondent, so the first stratum has two at least. The frame of a
    stratum is known or not; weights differ between strata, and in some samples within them. In
    some samples a stratum, or everyone, gives the same answer.
    """
    rows: list[Row] = []
    within = draw(st.booleans())
    weights = st.floats(0.5, 20)
    agree = draw(st.sampled_from(["nobody", "stratum", "everyone"]))
    opinion = st.tuples(
        st.sampled_from([None, *CATEGORIES[:3]]),
        st.sampled_from([None, *(score / 13 for score in range(13, 66))]),
        *(st.sampled_from([None, True, False]) for _ in TICKED),
    )
    shared = draw(opinion)
    for stratum in range(draw(st.integers(1, 5))):
        count = draw(st.integers(1 if stratum else 2, 12))
        frame = draw(st.none() | st.integers(count, 4 * count))
        weight = draw(weights)
        shared = shared if agree == "everyone" else draw(opinion)
        for _ in range(count):
            colour, score, *ticks = draw(opinion) if agree == "nobody" else shared
            rows.append(
                {
                    "stratum": f"stratum {stratum}",
                    "n_stratum": count,
                    "frame_count": frame,
                    "weight": draw(weights) if within else weight,
                    "size": draw(st.sampled_from([None, *SIZES[:2]])),
                    "colour": colour,
                    "score": score,
                    "ticks": dict(zip(TICKED, ticks, strict=True)),
                }
            )
    return rows


# Models that add answers up, in the order in which they read each other.
PATTERN_MODELS = (
    "hrm_profiles",
    "hrm_profile_groups",
    "hrm_stratum_sizes",
    "est_pattern_sums",
    "est_stratum_sums",
)
# What models read from questionnaires and raw files, which made-up answers do not have: here it is
# made of the design and the groups of each respondent.
OF_RESPONDENTS = {
    "hrm_profiles": """
        select
            survey, wave, respondent_id, stratum, weight,
            concat_ws(' ', stratum, all_groups) as profile
        from (
            select
                survey, wave, respondent_id,
                list(group_dimension || '=' || group_value order by all)::varchar as all_groups
            from warehouse.harmonised.hrm_respondent_groups group by all
        )
        left join (from warehouse.harmonised.hrm_sample_design where weighting = 'weighted')
            using (survey, wave, respondent_id)
    """,
    "hrm_profile_groups": """
        select distinct
            survey, wave, profile, stratum, group_dimension, group_value,
            concept as grouping_concept
        from warehouse.harmonised.hrm_profiles
        inner join warehouse.harmonised.hrm_respondent_groups using (survey, wave, respondent_id)
        inner join warehouse.seeds.group_dimensions using (group_dimension)
    """,
    "hrm_stratum_sizes": """
        select distinct
            survey, wave, weighted.stratum, n_stratum, frame_count,
            count(distinct respondent_id) over (partition by survey, wave) as n
        from warehouse.harmonised.hrm_profiles
        left join (from warehouse.harmonised.hrm_sample_design where weighting = 'weighted')
            as weighted using (survey, wave, respondent_id)
    """,
    "est_pattern_sums": """
        select
            survey, wave, pattern, profile, count(*) as n, sum(weight) as sum_w,
            sum(weight * weight) as sum_w2
        from warehouse.harmonised.hrm_read_patterns
        inner join warehouse.harmonised.hrm_profiles using (survey, wave, respondent_id)
        group by all
    """,
}
# Where answers are made without a questionnaire: every respondent is a pattern.
PATTERN_OF_EACH = """
;create table harmonised.hrm_read_patterns as
select distinct survey, wave, respondent_id, 'all' as block, respondent_id as pattern
from harmonised.hrm_sample_design;
create view harmonised.hrm_pattern_members as
select * rename (respondent_id as pattern) from harmonised.hrm_base_members;
create view harmonised.hrm_pattern_answers as
select * rename (respondent_id as pattern) from harmonised.hrm_answers;
"""


def make_models(
    connection: duckdb.DuckDBPyConnection, compiled: Path, names: Iterable[str]
) -> None:
    """Make models in the database `warehouse`, from a folder of models that dbt compiled."""
    layers = {"hrm": "harmonised", "est": "estimates"}
    for name in names:
        model = f"{layers[name[:3]]}/{name}"
        sql = OF_RESPONDENTS.get(name) or (compiled / f"{model}.sql").read_text("utf-8")
        connection.execute(f"create or replace table warehouse.{model.replace('/', '.')} as {sql}")


def drawn(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """Return `count` examples, the same every time, so that one run of R judges them all."""
    examples: list[Any] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: Any) -> None:
        examples.append(example)

    collect()
    return examples


def tables(designs: list[list[Row]]) -> Mapping[str, list[Row]]:
    """Return the rows of the tables that est_computed reads; each design is a wave."""
    made: dict[str, list[Row]] = {
        name: []
        for name in (
            "harmonised.hrm_sample_design",
            "harmonised.hrm_respondent_groups",
            "harmonised.hrm_read_patterns",
            "harmonised.hrm_pattern_members",
            "harmonised.hrm_pattern_answers",
            "harmonised.hrm_asked_categories",
        )
    }
    for number, design in enumerate(designs):
        wave = {"survey": SURVEY, "wave": f"{number:05}"}
        for question, category in _asked():
            made["harmonised.hrm_asked_categories"].append(
                {**wave, **question, "category": category, "statistic": STATISTICS[category]}
            )
        patterns: dict[str, str] = {}
        for index, row in enumerate(design):
            who = {**wave, "respondent_id": str(index)}
            plain = {"stratum": "all", "n_stratum": len(design), "frame_count": None, "weight": 1.0}
            weighted = {name: row[name] for name in plain}
            made["harmonised.hrm_sample_design"] += [
                {**who, "weighting": "none", **plain},
                {**who, "weighting": "weighted", **weighted},
            ]
            groups = [("total", "total"), *([("size_class", row["size"])] if row["size"] else [])]
            made["harmonised.hrm_respondent_groups"] += [
                {**who, "group_dimension": dimension, "group_value": value}
                for dimension, value in groups
            ]
            said = list(_said(row))
            pattern = patterns.setdefault(repr(said), str(index))
            made["harmonised.hrm_read_patterns"].append({**who, "block": "all", "pattern": pattern})
            if pattern != str(index):
                continue
            for question, category, value in said:
                given = {**wave, "pattern": pattern, **question}
                made["harmonised.hrm_pattern_members"].append(given)
                if category:
                    made["harmonised.hrm_pattern_answers"].append(
                        {
                            **given,
                            "category": category,
                            "statistic": STATISTICS[category],
                            "value": value,
                        }
                    )
    return made


def fill(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    """Put rows into a table by name of column."""
    import pandas as pd

    frame = pd.DataFrame(rows).astype(object)
    frame = frame.where(frame.notna(), None)
    connection.register("rows_to_fill", frame)
    connection.execute(f"insert into {table} by name select * from rows_to_fill")
    connection.unregister("rows_to_fill")


def _question(concept: str, item: str = "*") -> Row:
    return {"concept": concept, "base": "all_organisations", "item": item}


def _asked() -> Iterator[tuple[Row, str]]:
    yield from ((_question("colour"), category) for category in CATEGORIES)
    yield from ((_question("ticks", category), category) for category in TICKED)
    yield _question("score"), SCALE


def _said(row: Row) -> Iterator[tuple[Row, str | None, float]]:
    """Yield each valid answer; a box left open is one, a question left open is not."""
    if row["colour"]:
        yield _question("colour"), row["colour"], 1.0
    if row["score"] is not None:
        yield _question("score"), SCALE, row["score"]
    for category, ticked in row["ticks"].items():
        if ticked is not None:
            yield _question("ticks", category), category if ticked else None, 1.0
