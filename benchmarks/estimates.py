"""What a standard error and an interval cost: our estimates beside what others would use.

All read the same generated answers: 37 groups in six splits, a fifth of the answers missing. The
floor is a plain weighted GROUP BY in the same engine over the same rows, which gives a share and
nothing else. Ours starts from codes: it finds the patterns, of ten items read together, and
adds them up; polars and pandas do the same in memory. Python's svy and R's survey give standard
errors too, but one item and split at a time: they get a few items, and the rest is worked out.
No time is shown before shares, and standard errors where there are any, are found equal.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import duckdb
import polars as pl
import svy

from orchestration.dbt import run
from orchestration.settings import Settings

# Respondents, items, runs; items for those who take one at a time.
SIZES = ((366, 100, 9, 5), (35_000, 60, 3, 2), (625_000, 90, 1, 1))
PATTERNS = ("hrm_patterns", "hrm_pattern_cells")
SUMS = ("hrm_stratum_sizes", "hrm_profiles", "est_pattern_sums", "est_stratum_sums")
MODELS = (*PATTERNS, *SUMS, "est_quantiles", "est_computed")
COMPILED = "compiled/innovation_barometer/models"
SPLITS = {"sector": 9, "size_class": 4, "cluster": 17, "climate_group": 3, "region": 3}
MEMORY = "3GB"  # without a disk to spill to
ANSWERS = """
create schema staging; create schema harmonised; create schema estimates; create schema seeds;
create table seeds.t_quantiles as
select df, 1.96 + 2.5 / df as t975 from range(1, 201) as numbers(df);
create table seeds.group_dimensions as
select unnest(['total', {names}]) as group_dimension, nullif(group_dimension, 'total') as concept;
create table respondent as
select
    's' as survey, '1' as wave, cast(i as varchar) as respondent_id, i % 9 as sector, {groups}
from range({respondents}) as numbers(i);
create table harmonised.hrm_sample_design as
select
    survey, wave, respondent_id, 'none' as weighting, 'all' as stratum,
    {respondents} as n_stratum, cast(null as bigint) as frame_count, cast(1 as double) as weight
from respondent
union all by name
select
    survey, wave, respondent_id, 'weighted' as weighting,
    cast(sector as varchar) as stratum, count(*) over (partition by sector) as n_stratum,
    (sector + 2) * n_stratum as frame_count, cast(sector + 2 as double) as weight
from respondent;
create table harmonised.hrm_respondent_groups as
select survey, wave, respondent_id, 'total' as group_dimension, 'total' as group_value
from respondent
union all
select survey, wave, respondent_id, split, cast(value as varchar) from (
    unpivot respondent on {columns} into name split value value
);
create table harmonised.hrm_respondents as
select
    survey, wave, respondent_id, null as organisation_id, cast(null as double) as own_weight,
    cast(sector as varchar) as stratum, concat_ws('.', {columns}) as profile
from respondent;
create table harmonised.hrm_strata as
select distinct survey, wave, stratum, frame_count from harmonised.hrm_sample_design
where weighting = 'weighted';
create table harmonised.hrm_profile_groups as
select distinct
    survey, wave, profile, stratum, group_dimension, group_value, concept as grouping_concept
from harmonised.hrm_respondents
inner join harmonised.hrm_respondent_groups using (survey, wave, respondent_id)
inner join seeds.group_dimensions using (group_dimension);
create table harmonised.hrm_known_margins (survey varchar, wave varchar, concept varchar);
create table seeds.release_rules as
from (values ('quantile_interval_base', 30), ('fewest_respondents', 3)) as rules(rule, value);
create view said as
select
    survey, wave, respondent_id, 'result' as concept, 'all' as base, 'item ' || i as item,
    item as category, 'share' as statistic, cast(1 as double) as value, i,
    hash(respondent_id, i) as dice,
    case when dice % 5 > 0 then if(dice % 3 = 0, '1', '0') end as code
from respondent cross join range({items}) as items(i);
create table staging.stg_corrections (
    survey varchar, wave varchar, respondent_id varchar, variable varchar, code varchar,
    becomes varchar
);
create table harmonised.hrm_wave_versions as select 's' as survey, '1' as wave, '' as made_from;
create table harmonised.hrm_profile_versions as from harmonised.hrm_wave_versions;
create table harmonised.hrm_block_cells as
select
    's' as survey, '1' as wave, 'block ' || i // 10 as block, 'item ' || i as variable,
    'answer_' || i as answer_column, true as in_block, i % 10 + 1 as place
from range({items}) as items(i);
create table harmonised.hrm_base_members as
select * exclude (category, statistic, value, i, dice, code) from said where dice % 5 > 0;
create table harmonised.hrm_answers as
select * exclude (i, dice, code) from said where dice % 5 > 0 and dice % 3 = 0;
create table harmonised.hrm_asked_categories as
select 's' as survey, '1' as wave, 'result' as concept, 'all' as base, 'item ' || i as item,
    item as category, 'share' as statistic
from range({items}) as items(i);
"""
FLOOR = """
select
    survey, wave, concept, base, group_dimension, group_value, weighting, item as category,
    100 * sum(weight * coalesce(value, 0)) / sum(weight) as estimate
from harmonised.hrm_base_members
inner join harmonised.hrm_sample_design using (survey, wave, respondent_id)
inner join harmonised.hrm_respondent_groups using (survey, wave, respondent_id)
left join harmonised.hrm_answers using (survey, wave, respondent_id, concept, base, item)
group by all
"""
# What the coding models give, of patterns instead of respondents.
CODED = """
create or replace table harmonised.hrm_pattern_members as
select survey, wave, pattern, 'result' as concept, 'all' as base, variable as item
from harmonised.hrm_pattern_cells where code is not null;
create or replace table harmonised.hrm_pattern_answers as
select
    survey, wave, pattern, 'result' as concept, 'all' as base, variable as item,
    variable as category, 'share' as statistic, cast(1 as double) as value
from harmonised.hrm_pattern_cells where code = '1'
"""
# One row per answer, as narrow as it can be, for those who work in memory.
FLAT = """
select
    cast(substr(item, 6) as utinyint) as item, cast(coalesce(value, 0) as utinyint) as yes,
    cast(weight as float) as weight, cast(0 as utinyint) as total, {columns}
from harmonised.hrm_base_members
inner join (from harmonised.hrm_sample_design where weighting = 'weighted')
    using (survey, wave, respondent_id)
inner join (select * replace ({narrow}) from respondent) using (survey, wave, respondent_id)
left join harmonised.hrm_answers using (survey, wave, respondent_id, concept, base, item)
"""
IN_R = """
library(survey)
sample <- read.csv("{path}")
started <- proc.time()[["elapsed"]]
design <- svydesign(ids = ~1, strata = ~stratum, weights = ~weight, fpc = ~frame_count,
                    data = sample)
found <- lapply(c({splits}), function(split) {{
  sub <- subset(design, !is.na(yes))
  as.data.frame(svyby(~yes, as.formula(paste("~", split)), sub, svymean))$se
}})
cat(proc.time()[["elapsed"]] - started, format(100 * found[[2]][1], digits = 15))
"""


def compiled(settings: Settings) -> dict[str, str]:
    """Return the SQL of the models as dbt makes it, with the columns of the raw answers."""
    settings.dbt_target.mkdir(parents=True)
    run(["compile", "--select", *MODELS], settings)
    folder = settings.dbt_target / COMPILED
    layers = {"hrm": "harmonised", "est": "estimates"}
    paths = {f"{layers[name[:3]]}.{name}": f"{layers[name[:3]]}/{name}.sql" for name in MODELS}
    return {name: (folder / path).read_text("utf-8") for name, path in paths.items()}


def seconds(action: object, *arguments: object) -> float:
    """Return the wall time of a call."""
    started = time.perf_counter()
    action(*arguments)  # type: ignore[operator]
    return time.perf_counter() - started


def check(different: int, whom: str) -> None:
    """Leave without a time when results differ."""
    if different:
        sys.exit(f"{whom} gives {different} other figures than ours; no time is shown.")


def main() -> None:
    """Print seconds of each for every size, and their ratio to ours."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in SIZES:
            compare(folder, *size)
    print(
        "What the others do that ours does not: R's survey and svy take clusters, stages and "
        "replicate weights, calibrate with the variance that follows from it, and fit models; "
        "polars and pandas are faster in memory, without a margin."
    )


def compare(folder: Path, respondents: int, items: int, runs: int, few: int) -> None:
    """Time everyone at one size."""
    columns = ", ".join(SPLITS)
    home = folder / str(respondents)
    settings = Settings(home=home, data=home)
    raw = settings.raw / "answers" / "s"
    raw.mkdir(parents=True)
    connection = duckdb.connect(str(settings.warehouse))
    groups = ", ".join(
        f"hash(i, {place}) % {size} as {split}"
        for place, (split, size) in enumerate(SPLITS.items())
        if split != "sector"
    )
    names = ", ".join(f"'{split}'" for split in SPLITS)
    connection.execute(
        ANSWERS.format(
            respondents=respondents, items=items, columns=columns, groups=groups, names=names
        )
    )

    cells = ", ".join(f"max(code) filter (i = {i}) as answer_{i}" for i in range(items))
    connection.execute(
        f"copy (select respondent_id, {cells} from said group by all) to '{raw}/1.parquet'"
    )
    connection.close()
    models = compiled(settings)
    connection = duckdb.connect(str(settings.warehouse), config={"file_search_path": str(home)})

    def floor() -> None:
        connection.execute(f"create or replace table floor as {FLOOR}")

    def ours() -> None:
        for model, sql in models.items():
            connection.execute(f"create or replace table {model} as {sql}")
            if model.endswith(PATTERNS[-1]):
                connection.execute(CODED)

    times: dict[str, list[float]] = {"floor": [], "ours": []}
    for _ in range(runs):
        times["floor"].append(seconds(floor))
        connection.execute(f"set memory_limit = '{MEMORY}'; set max_temp_directory_size = '0KB'")
        times["ours"].append(seconds(ours))
        connection.execute("reset memory_limit; reset max_temp_directory_size")
    ((different,),) = connection.sql(
        "select count(*) from floor full join estimates.est_computed as ours using (survey, "
        "wave, concept, base, group_dimension, group_value, weighting, category) "
        "where coalesce(abs(floor.estimate - ours.estimate) > 1e-9, true)"
    ).fetchall()
    check(different, "The floor")
    narrow = ", ".join(f"cast({split} as utinyint) as {split}" for split in SPLITS)
    flat = connection.sql(FLAT.format(columns=columns, narrow=narrow)).pl()
    times["polars"] = [seconds(by_polars, flat)]
    if respondents < 100_000:  # pandas would need more than ten times the memory of ours
        frame = flat.to_pandas()
        times["pandas"] = [seconds(by_pandas, frame)]
    share = by_polars(flat)
    ours_share, error = connection.sql(
        "select estimate, standard_error from estimates.est_computed "
        "where weighting = 'weighted' and group_dimension = 'sector' "
        "and group_value = '0' and category = 'item 0'"
    ).fetchall()[0]
    check(int(abs(share - ours_share) > 1e-3), "polars")  # it adds up in single precision
    times |= one_at_a_time(connection, folder, few, items, error)
    ((patterns,),) = connection.sql("select count(*) from harmonised.hrm_patterns").fetchall()
    title = f"{respondents:,} respondents x {items} items x 37 groups"
    print(f"{title}: {patterns:,} patterns")
    for who, walls in times.items():
        print(f"{who}, {title}: {median(walls):.2f} s")
    for who in times:
        if who != "ours":
            ratio = median(times["ours"]) / median(times[who])
            print(f"ratio ours to {who}, {title}: {ratio:.4f}")
    connection.close()
    shutil.rmtree(home)


def by_polars(flat: pl.DataFrame) -> float:
    """Compute every share in one pass per split; return that of the first sector and item."""
    first = 0.0
    for split in ("total", *SPLITS):
        shares = flat.group_by(split, "item").agg(
            (100 * (pl.col("weight") * pl.col("yes")).sum() / pl.col("weight").sum()).alias("share")
        )
        if split == "sector":
            first = shares.filter((pl.col(split) == 0) & (pl.col("item") == 0))["share"][0]
    return first


def by_pandas(frame: object) -> None:
    """Compute every share in one pass per split."""
    frame["weighted"] = frame["weight"] * frame["yes"]  # type: ignore[index]
    for split in ("total", *SPLITS):
        sums = frame.groupby([split, "item"])[["weighted", "weight"]].sum()  # type: ignore[attr-defined]
        _ = 100 * sums["weighted"] / sums["weight"]


def one_at_a_time(
    connection: duckdb.DuckDBPyConnection, folder: Path, few: int, items: int, error: float
) -> dict[str, list[float]]:
    """Time svy and R on the first items, times the number of items there are."""
    times: dict[str, list[float]] = {"svy": [], "R survey": []}
    splits = ["total", *SPLITS]
    for item in range(few):
        sample = connection.sql(
            f"""
            select stratum, frame_count, hrm_sample_design.weight, 0 as total, {", ".join(SPLITS)},
                case when item is not null then coalesce(value, 0) end as yes
            from harmonised.hrm_sample_design
            inner join respondent using (survey, wave, respondent_id)
            left join (from harmonised.hrm_base_members where item = 'item {item}')
                using (survey, wave, respondent_id)
            left join harmonised.hrm_answers
                using (survey, wave, respondent_id, concept, base, item)
            where weighting = 'weighted'
            """
        ).pl()
        design = svy.Design(stratum="stratum", wgt="weight", pop_size="frame_count")

        def by_svy(sample: pl.DataFrame = sample, design: svy.Design = design) -> None:
            estimation = svy.Sample(sample, design).estimation
            for split in splits:
                estimation.mean("yes", by=split, drop_nulls=True)

        times["svy"].append(items * seconds(by_svy))
        if shutil.which("Rscript"):
            path = folder / "sample.csv"
            sample.write_csv(path)
            names = ", ".join(f"'{split}'" for split in splits)
            done = subprocess.run(
                ["Rscript", "--vanilla", "-e", IN_R.format(path=path, splits=names)],
                capture_output=True,
                text=True,
                check=True,
            )
            wall, in_r = map(float, done.stdout.split())
            if item == 0:
                check(int(abs(in_r - error) > 1e-9 * error), "R")
            times["R survey"].append(items * wall)
    return {who: walls for who, walls in times.items() if walls}


if __name__ == "__main__":
    main()
