"""Nothing in a release points at an organisation: recomputed here from the release alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import duckdb
import numpy as np
import pytest

from expectations.disclosure.attack import Effort
from expectations.disclosure.gate import CUBE, _attack, rules
from expectations.disclosure.wave import Wave
from tests.conftest import PROJECT, Barometer

FEWEST = 10
FEWEST_HIDDEN = 20
SEEDS = PROJECT / "dbt_project" / "seeds"
KEY = "survey, wave, concept, category, statistic, base, weighting"
FIGURES = ("estimate", "estimate_low", "estimate_high", "standard_error", "n", "effective_n")
SHOWN = (*FIGURES, "coefficient_of_variation", "bound")
# Where parts of merged groups stand without a figure of ours, or because a source prints them.
DESCRIPTIONS = (
    "crosswalk",
    "dim_category",
    "mart_practice_case",
    "mart_practice_case_choice",
    "mart_practice_case_topic",
    "mart_published_figure",
)
# Table -> how its columns with an estimate, interval and base are named.
QUOTED = {
    "mart_answer": ("{}",),
    "mart_report_figure": ("{}",),
    "mart_innovation_type": ("from_{}", "to_{}"),
    "mart_initiative_source": ("from_{}", "to_{}"),
    "mart_financing": ("from_{}", "to_{}"),
    "mart_results_by_climate_group": ("limited_{}", "average_{}", "strong_{}"),
}


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


KINDS = {row["concept"]: row["kind"] for row in seed("concepts")}
REGISTER = sorted(row["concept"] for row in seed("concepts") if row["by_group"] == "false")
GROUPS = seed("release_groups")
MERGED = sorted(row["category"] for row in GROUPS if not row["within_concept"])
NESTED = {row["concept"] for row in GROUPS if row["within_concept"]}
# Ways of splitting in which every organisation falls in one group at most.
PARTITIONS = sorted(
    row["group_dimension"]
    for row in seed("group_dimensions")
    if KINDS.get(row["concept"]) == "single" and row["concept"] not in NESTED
)


@pytest.fixture(scope="module")
def release(built: Barometer) -> Iterator[duckdb.DuckDBPyConnection]:
    """The release, with the computed part of the cube as `computed`."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.current.resolve()}' as release (read_only)")
        connection.execute("use release.main")
        connection.execute(
            "create view memory.main.computed as select * from release.main.mart_indicator "
            "where data_status <> 'published'"
        )
        connection.execute("set search_path = 'release.main,memory.main'")
        yield connection


def tables_with(release: duckdb.DuckDBPyConnection, *columns: str) -> list[str]:
    """Tables of the release that have all of these columns."""
    found = release.execute(
        "select table_name from duckdb_columns() where database_name = 'release' "
        "and column_name in (select unnest(?)) group by all having count(*) = ? order by all",
        [columns, len(columns)],
    ).fetchall()
    return [name for (name,) in found]


def test_nothing_computed_stands_on_a_small_base(release: duckdb.DuckDBPyConnection) -> None:
    shown = " or ".join(f"{column} is not null" for column in SHOWN if column != "n")
    assert len(release.sql("select * from computed where n is not null")) > 1000
    assert release.sql(f"select * from computed where n < {FEWEST}").fetchall() == []
    assert release.sql(f"select * from computed where n is null and ({shown})").fetchall() == []


def test_the_outer_percentiles_stand_on_thirty_answers_and_there_is_no_minimum_or_maximum(
    release: duckdb.DuckDBPyConnection,
) -> None:
    quantiles = release.sql("select * from computed where statistic not in ('share', 'mean')")
    names = {row[0] for row in quantiles.project("statistic").distinct().fetchall()}
    assert names == {f"quantile_{part}" for part in ("05", "25", "50", "75", "95")}
    outer = quantiles.filter("statistic in ('quantile_05', 'quantile_95')")
    assert len(outer.filter("n >= 30")) > 0
    assert outer.filter("n < 30").fetchall() == []


def test_a_suppressed_figure_shows_nothing_at_all(release: duckdb.DuckDBPyConnection) -> None:
    hidden = release.sql("select * from computed where conf_status <> 'F'")
    assert len(hidden) > 0
    for column in SHOWN:
        assert hidden.filter(f"{column} is not null").fetchall() == [], column


def test_figures_and_intervals_are_rounded_so_that_no_organisation_can_be_counted(
    release: duckdb.DuckDBPyConnection,
) -> None:
    """One organisation of 99 is more than a point, one of 999 more than 0.1."""
    shares = release.sql("select * from computed where statistic = 'share' and estimate >= 0")
    for columns, unit in (("n < 100", 5), ("n >= 100 and n < 1000", 1), ("n >= 1000", 0.1)):
        rounded = shares.filter(columns)
        assert len(rounded) > 0
        assert rounded.filter(f"rounding_unit <> {unit}").fetchall() == []
    for column, unit in zip(
        FIGURES[:3], ("rounding_unit", *2 * ["least(rounding_unit, 1)"]), strict=True
    ):
        apart = f"abs({column} - {unit} * round({column} / {unit})) > 1e-9"
        assert release.sql(f"select * from computed where {apart}").fetchall() == [], column


def test_the_margin_of_a_share_does_not_depend_on_who_gave_which_answer(
    release: duckdb.DuckDBPyConnection,
) -> None:
    """All answers of a question rest on one effective number, and equal shares have one margin."""
    question = "survey, wave, concept, base, group_dimension, group_value, weighting"
    shares = release.sql(
        "select * from computed inner join dim_concept using (concept) "
        "where statistic = 'share' and kind = 'single' and effective_n is not null"
    )
    assert len(shares) > 1000
    for what, of in (("effective_n", question), ("estimate_low", f"{question}, estimate")):
        apart = shares.aggregate(f"{of}, count(distinct {what}) as different", of)
        assert apart.filter("different > 1").fetchall() == [], what


def test_the_error_of_a_share_is_made_of_what_is_shown(release: duckdb.DuckDBPyConnection) -> None:
    shares = release.sql(
        "select *, 100 * sqrt(estimate / 100 * (1 - estimate / 100) / effective_n) as expected "
        "from computed where statistic = 'share' and standard_error is not null"
    )
    assert len(shares) > 1000
    assert shares.filter("abs(standard_error - expected) > 1e-9").fetchall() == []
    digits = "floor(log10(effective_n)) - 1"
    assert shares.filter(f"effective_n % power(10, greatest({digits}, 0)) > 0").fetchall() == []
    # A stratum has the share of its frame, which has no error.
    assert shares.filter("effective_n is null and standard_error > 0").fetchall() == []


def test_a_share_on_few_or_on_nearly_all_respondents_is_a_bound_and_nothing_else(
    release: duckdb.DuckDBPyConnection,
) -> None:
    shares = release.sql("select * from computed where statistic = 'share' and estimate >= 0")
    assert shares.filter("bound is null and estimate in (0, 100)").fetchall() == []
    unweighted = shares.filter("weighting = 'none' and bound is null")
    for few in ("estimate", "100 - estimate"):
        certain = f"round(({few} + rounding_unit / 2) * n / 100, 6) < 3"
        assert unweighted.filter(certain).fetchall() == []
    bounds = shares.filter("bound is not null")
    # Three of the base, or more: who reads it cannot tell none from two.
    for bound, share in (("upper", "estimate"), ("lower", "100 - estimate")):
        these = bounds.filter(f"bound = '{bound}'")
        assert len(these) > 0
        assert these.filter(f"({share}) * n / 100 < 3 - 1e-9").fetchall() == []
    for column in ("estimate_low", "estimate_high", "standard_error", "effective_n"):
        assert bounds.filter(f"{column} is not null").fetchall() == [], column


def test_a_group_has_one_weighting_and_the_total_both(release: duckdb.DuckDBPyConnection) -> None:
    weightings = release.sql(
        "select survey, wave, group_dimension = 'total' as everyone, "
        "list(distinct weighting order by weighting) as weightings from computed group by all"
    )
    groups = weightings.filter("not everyone")
    assert groups.filter("len(weightings) > 1").fetchall() == []
    both = weightings.filter("everyone and len(weightings) = 2").project("survey, wave")
    weighted = groups.filter("weightings = ['weighted']").project("survey, wave")
    assert set(both.fetchall()) == set(weighted.fetchall()) > {("nl_barometer", "2021")}


def test_what_a_register_knows_is_not_split_by_group(release: duckdb.DuckDBPyConnection) -> None:
    known = release.execute(
        "select distinct concept, group_dimension from computed "
        "where concept in (select unnest(?))",
        [REGISTER],
    ).fetchall()
    assert {dimension for _, dimension in known} == {"total"}
    assert {"sector", "thematic_cluster"} <= {concept for concept, _ in known}


def test_parts_of_merged_groups_are_nowhere_but_where_a_source_prints_them(
    release: duckdb.DuckDBPyConnection,
) -> None:
    """As a group, as a category, and under any other name of a column."""
    looked_at = 0
    columns = release.sql(
        "select table_name, column_name from duckdb_columns() where database_name = 'release' "
        "and data_type = 'VARCHAR'"
    ).fetchall()
    for table, column in columns:
        if table in DESCRIPTIONS:
            continue
        rows = release.execute(
            f'select * from release.main.{table} where "{column}" in (select unnest(?))', [MERGED]
        ).df()
        looked_at += len(rows)
        if table == "mart_reconciliation":
            # A published figure of the part: there is nothing of ours beside it.
            assert rows["computed"].isna().all()
        else:
            assert rows.empty or set(rows["data_status"]) == {"published"}, f"{table}.{column}"
    assert looked_at > 0


def test_merged_groups_are_shown_instead(release: duckdb.DuckDBPyConnection) -> None:
    for group in {row["release_category"] for row in GROUPS if not row["within_concept"]}:
        shown = release.execute(
            "select * from computed where group_value = ? and estimate is not null", [group]
        ).fetchall()
        assert len(shown) > 0, group


def test_clusters_split_their_sector_and_show_no_other_organisations(
    release: duckdb.DuckDBPyConnection,
) -> None:
    """Whoever subtracts the clusters of a sector is left with nobody, or with ten and more.

    What is withdrawn is hidden one by one; the attack looks at that.
    """
    parts = {
        row["release_category"]: row["within_category"]
        for row in GROUPS
        if row["concept"] == "thematic_cluster"
    }
    computed = release.sql("select * from computed where group_dimension = 'cluster'")
    assert {row[0] for row in computed.project("group_value").distinct().fetchall()} == set(parts)
    release.execute(
        "create or replace temporary table parts as "
        "select unnest(?) as group_value, unnest(?) as whole",
        [list(parts), list(parts.values())],
    )
    left = release.sql(
        f"""
        with wholes as (
            select {KEY}, group_value as whole, n from computed
            -- Sizes of the bases that answers define are rounded.
            where group_dimension = 'sector' and n is not null and base = 'all_organisations'
        ),
        clusters as (
            select
                {KEY}, whole,
                count(*) filter (where conf_status <> 'F') as hidden,
                count(*) filter (where conf_status = 'C') as small,
                coalesce(sum(n), 0) as shown
            from computed inner join parts using (group_value)
            where
                group_dimension = 'cluster'
                -- Extreme percentiles too are hidden one by one.
                and statistic not in ('quantile_05', 'quantile_95')
            group by all
        )
        select *, n - shown as left_over from wholes inner join clusters using ({KEY}, whole)
        """
    )
    assert len(left) > 50
    few = f"left_over between 1 and {FEWEST - 1} or left_over < 0"
    assert left.filter(f"hidden = 0 and ({few})").fetchall() == []
    assert left.filter(f"small > 0 and left_over < {FEWEST_HIDDEN}").fetchall() == []
    assert left.filter("small > 0 and hidden = 1").fetchall() == []


@pytest.mark.parametrize("dimension", PARTITIONS)
def test_no_hidden_group_can_be_subtracted_from_its_total(
    release: duckdb.DuckDBPyConnection, dimension: str
) -> None:
    """Whoever subtracts all shown groups from the total is left with two groups, 20 answers."""
    derived = release.sql(
        f"""
        with totals as (
            select {KEY}, n from computed where group_dimension = 'total' and n is not null
        ),
        groups as (
            select
                {KEY},
                count(*) filter (where conf_status <> 'F') as hidden,
                count(*) filter (where conf_status = 'C') as small,
                coalesce(sum(n) filter (where conf_status = 'F'), 0) as shown,
                count(*) filter (where conf_status = 'F') as groups_shown
            from computed where group_dimension = '{dimension}' group by {KEY}
        )
        select *, totals.n - shown as left_over
        from groups inner join totals using ({KEY})
        where
            -- Extreme percentiles and hidden categories are hidden one by one: the sizes of their
            -- groups stand beside other statistics.
            statistic not in ('quantile_05', 'quantile_95')
            -- What is withdrawn is hidden one by one; the attack looks at that.
            and small > 0 and groups_shown > 0
            and (hidden = 1 or totals.n - shown < {FEWEST_HIDDEN})
        """
    ).fetchall()
    assert derived == []


def test_the_checks_of_subtraction_have_something_to_look_at(
    release: duckdb.DuckDBPyConnection,
) -> None:
    hidden = release.sql(
        "select group_dimension, count(*) filter (where conf_status = 'D') "
        "from computed group by all"
    ).fetchall()
    second = dict(hidden)
    assert {"sector", "size_class", "climate_group"} <= set(PARTITIONS) & set(second)
    assert second["sector"] > 0


@pytest.mark.parametrize("table", QUOTED)
def test_other_tables_quote_the_cube(release: duckdb.DuckDBPyConnection, table: str) -> None:
    """Each estimate with its interval and base is a row of the cube, of the same answer."""
    columns = ("estimate", "estimate_low", "estimate_high", "n")
    found = 0
    for name in QUOTED[table]:
        quoted = ", ".join(name.format(column) for column in columns)
        rows = release.sql(
            f"select category, base, {quoted} from {table} "
            f"where data_status <> 'published' and {name.format('estimate')} is not null"
        )
        found += len(rows)
        # Words of open answers are in no cube, but have a table that is checked by itself.
        cube = release.sql(
            f"select category, base, {', '.join(columns)} from computed union all "
            f"select term, base, {', '.join(columns)} from mart_term"
        )
        assert rows.distinct().except_(cube).fetchall() == [], name
    assert found > 0


@pytest.mark.parametrize(
    ("table", "sides", "difference"),
    [
        ("mart_trend", {"from_estimate": "from_wave", "to_estimate": "to_wave"}, "change"),
        (
            "mart_contrast",
            {"reference_estimate": "reference_value", "estimate": "group_value"},
            "difference",
        ),
    ],
)
def test_a_difference_is_that_of_two_figures_of_the_cube(
    release: duckdb.DuckDBPyConnection, table: str, sides: dict[str, str], difference: str
) -> None:
    key = [
        *("survey", "concept", "category", "base", "group_dimension", "statistic", "weighting"),
        *("data_status", "wave" if table == "mart_contrast" else "group_value"),
    ]
    other = "group_value" if table == "mart_contrast" else "wave"
    for estimate, side in sides.items():
        quoted = f"select {', '.join(key)}, {side}, {estimate} from {table}"
        cube = f"select {', '.join(key)}, {other}, estimate from mart_indicator"
        assert release.sql(f"{quoted} except {cube}").fetchall() == []
    first, second = sides
    rows = release.sql(f"select * from {table} where data_status <> 'published'")
    assert len(rows.filter(f"{difference} is not null")) > 100
    apart = f"abs({difference} - ({second} - {first})) > 1e-9"
    assert rows.filter(apart).fetchall() == []


def test_how_many_answered_in_a_group_is_what_the_cube_shows_of_it(
    release: duckdb.DuckDBPyConnection,
) -> None:
    """Everyone answers whether they innovated, so its base counts the respondents of a group."""
    response = release.sql(
        "select * from mart_response where data_status <> 'published' and group_value <> 'total'"
    )
    assert len(response.filter("answered >= 10 and invited > answered")) > 3
    counted = (
        "select survey, wave, group_dimension, group_value, n from computed "
        "where concept = 'innovated_past_two_years'"
    )
    groups = response.filter("answered is not null")
    of_groups = groups.project("survey, wave, group_dimension, group_value, answered")
    assert set(of_groups.fetchall()) <= set(release.sql(counted).fetchall())
    assert response.filter("abs(rate - 100 * answered / invited) > 1e-9").fetchall() == []


def test_no_table_counts_the_population(release: duckdb.DuckDBPyConnection) -> None:
    """A number of organisations with its error, beside the share, tells weights and strata."""
    assert release.sql("select * from computed where statistic = 'count'").fetchall() == []
    assert tables_with(release, "total") == tables_with(release, "total_standard_error") == []


def test_beside_a_published_figure_stands_only_what_the_cube_shows(
    release: duckdb.DuckDBPyConnection,
) -> None:
    key = "survey, wave, concept, category, base, group_dimension, group_value, statistic"
    beside = release.sql(
        f"select {key}, computed from mart_reconciliation "
        "where statistic in ('share', 'mean') and category <> 'response_rate' "
        "and computed is not null"
    )
    assert len(beside) > 30
    cube = release.sql(f"select {key}, estimate from computed")
    assert beside.distinct().except_(cube).fetchall() == []


@pytest.mark.parametrize("most", [60, 150])
def test_an_attack_on_part_of_the_answers_finds_witnesses_and_calls_nothing_pinned(
    built: Barometer, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Of a wave with very many profiles the answers of most are given to the attacker."""
    monkeypatch.setattr("expectations.disclosure.wave.MOST_PROFILES", most)
    with duckdb.connect(str(built.home / "warehouse.duckdb"), read_only=True) as warehouse:
        warehouse.execute("set file_search_path = $1", [str(built.home)])
        wave = Wave(warehouse, CUBE, "nl_barometer", "2025", rules(warehouse))
        assert wave.size > most
        found = []
        for _, _, asked in wave.questions():
            assert len(asked.members) <= wave.size / 2
            assert (asked.members > 0).all()
            for figures, counts in zip(asked.figures, asked.counts, strict=True):
                assert figures.hold(counts)
            found.append((asked.hidden, _attack(wave, asked, Effort())))
    counts = np.array(
        [
            (hidden.sum(), verdict.pinned.sum(), (verdict.low < verdict.high)[hidden].sum())
            for hidden, verdict in found
        ]
    )
    attacked, pinned, witnessed = counts.sum(axis=0)
    assert pinned == 0
    assert witnessed > attacked / 3


def test_an_exchange_between_two_sectors_takes_few_steps(built: Barometer) -> None:
    with duckdb.connect(str(built.home / "warehouse.duckdb"), read_only=True) as warehouse:
        warehouse.execute("set file_search_path = $1", [str(built.home)])
        wave = Wave(warehouse, CUBE, "nl_barometer", "2021", rules(warehouse))
        (asked,) = (asked for asked, _ in wave.asked if asked.concept == "strategy")
        ((_, _, question),) = wave.questions(asked)
        verdict = _attack(wave, question, Effort())
    assert (verdict.low < verdict.high)[question.hidden].all()


def test_the_page_of_the_attack_tells_what_it_found(release: duckdb.DuckDBPyConnection) -> None:
    page = (PROJECT / "docs" / "reference" / "disclosure.md").read_text("utf-8")
    told = {
        name.strip(): after.strip()
        for name, _, after in re.findall(r"^\| ([^|]+)\|([^|]+)\|([^|]+)\|$", page, re.MULTILINE)
    }
    split = "mart_disclosure where survey = 'nl_barometer' and group_dimension <> 'total'"

    def found(columns: str, where: str = "true") -> tuple[str, ...]:
        (row,) = release.sql(f"select {columns} from {split} and {where}").fetchall()
        return tuple(f"{number:,.0f}" for number in row)

    both = "sum(attacked), sum(pinned)"
    for row, where in {
        "hidden counts of sectors in 2021 that were attacked, and pinned": ("2021", "sector"),
        "hidden counts of clusters in 2021": ("2021", "cluster"),
        "hidden counts of sectors in 2025": ("2025", "sector"),
    }.items():
        wave, dimension = where
        counts = found(both, f"wave = '{wave}' and group_dimension = '{dimension}'")
        assert told[row] == ", ".join(counts), row
    shown = told["shares by group with one weighting that are shown"]
    assert shown == " of ".join(found("sum(exact + bounds), sum(figures)"))
    assert (told["of these as a bound"],) == found("sum(bounds)")
    narrow = told["a range of two values only, of the counts that are protected"]
    assert narrow == " of ".join(found("sum(narrow), sum(attacked)"))


def test_the_checklist_tells_what_the_release_shows(release: duckdb.DuckDBPyConnection) -> None:
    page = (PROJECT / "docs" / "reference" / "checklist.md").read_text("utf-8")
    words = re.sub(r"\s+", " ", page)
    innovated = "concept = 'innovated_past_two_years' and category = 'yes' and wave = '2021'"
    for text, query in {
        "all organisations: {:.0f} %.** Weighted, {:.0f} to {:.0f} %, {} answers, worth {} of": (
            "select estimate, estimate_low, estimate_high, n, effective_n from computed "
            f"where {innovated} and group_value = 'total' and weighting = 'weighted'"
        ),
        "small sectors: {:.0f} %.** {:.0f} to {:.0f} % on {} answers": (
            "select estimate, estimate_low, estimate_high, n from computed "
            f"where {innovated} and group_value = 'small_sectors'"
        ),
        "Change {}, margin {} to {}, p = {}.": (
            "select change, change_low, change_high, p_value from mart_trend "
            "where concept = 'innovated_past_two_years' and survey = 'nl_barometer' "
            "and category = 'yes' and data_status = 'published'"
        ),
        "climate: {:.0f} points.** Margin {} to {}, although p = {}: it is one of {} tests": (
            "select difference, difference_low, difference_high, p_value, tests_in_family "
            "from mart_contrast where concept = 'result' and category = 'employee_satisfaction' "
            "and wave = '2021' and group_value = 'strong' and reference_value = 'limited'"
        ),
        "the Netherlands: {:.0f} points, no verdict.": (
            "select difference from mart_international where survey = 'se_barometer' "
            "and wave = '2018' and nl_wave = '2021' and concept = 'innovated_past_two_years' "
            "and verdict = 'cannot_tell' and test_reason = 'approximate'"
        ),
    }.items():
        (figures,) = release.sql(query).fetchall()
        assert text.format(*figures) in words


# What was shown once, or was meant to be: a select in place of the cube of a wave, the category
# that it is attacked by, and the group of which a count must be found. `{part}` are figures of
# three of the four sectors that are merged.
POISONS = {
    "a figure that is withdrawn": (
        "select * replace ('F' as conf_status, 10.0 as estimate, 55 as n) from cube "
        "where conf_status = 'D' union all select * from cube where conf_status <> 'D'",
        "employee_contribution_hindered",
        "central_government_function = core_departments",
    ),
    "figures with all their digits": (
        "select cube.* replace (1e-6 as rounding_unit, exact.estimate as estimate) from cube "
        "inner join exact using (concept, category, base, group_dimension, group_value, "
        "weighting, statistic) where bound is null "
        "union all select * from cube where bound is not null",
        "volunteers_hindered",
        "innovation_spectrum = 4_types",
    ),
    "all but one of the sectors that are merged": (
        "select * from cube union all "
        "select cube.* replace (part.group_value as group_value, part.estimate as estimate, "
        "part.n as n, 1e-6 as rounding_unit, null as bound) from cube "
        "inner join part on cube.group_value = 'small_sectors' and cube.category = part.category "
        "union all select cube.* replace (1e-6 as rounding_unit, exact.estimate as estimate) "
        "from cube inner join exact using (concept, category, base, group_dimension, group_value, "
        "weighting, statistic) where group_value = 'small_sectors'",
        "yes",
        "sector = high_councils_of_state",
    ),
}


@pytest.mark.parametrize("poison", POISONS)
def test_the_attack_finds_what_was_once_shown(built: Barometer, poison: str) -> None:
    select, category, hidden = POISONS[poison]
    with duckdb.connect(str(built.home / "warehouse.duckdb"), read_only=True) as warehouse:
        warehouse.execute("set file_search_path = $1", [str(built.home)])
        wave = Wave(warehouse, CUBE, "nl_barometer", "2025", rules(warehouse))
        own = "survey = 'nl_barometer' and wave = '2025'"
        for name, table in {"cube": CUBE, "exact": "estimates.est_computed"}.items():
            warehouse.execute(f"create temp table {name} as select * from {table} where {own}")
        asked = next(asked for asked, _ in wave.asked if category in asked.categories)
        ((_, targets, question),) = wave.questions(asked)
        place = asked.categories.index(category)
        parts = [
            (value, category, 100 * float(mask @ question.counts[place]) / n, n)
            for value in ("provinces", "water_boards", "judiciary")
            for mask in [wave.known["sector", value]]
            if (n := int(mask @ question.members))
        ]
        warehouse.execute(
            "create temp table part (group_value text, category text, estimate double, n bigint)"
        )
        warehouse.executemany("insert into part values (?, ?, ?, ?)", parts)
        for cube, found in (("cube", False), ("poisoned", True)):
            if found:
                warehouse.execute(f"create temp table poisoned as {select}")
            attacked = Wave(warehouse, cube, "nl_barometer", "2025", rules(warehouse))
            ((_, targets, question),) = attacked.questions(asked)
            verdict = _attack(attacked, question, Effort(every=True))
            pinned = {
                str(target)
                for target, wrong in zip(targets, verdict.pinned[place], strict=True)
                if wrong
            }
            assert (hidden in pinned) == found, pinned
