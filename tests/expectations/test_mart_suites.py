"""Every rule over the marts finds the fault that it is there for, and says in which row."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from expectations.runner import Finding, run
from expectations.suites import mart_suites, suite_files
from ingest.texts import Text
from tests.conftest import Barometer
from tests.support import edit, missing_words

A_COMPUTED_ONE = (
    "indicator_id = (select min(indicator_id) from mart_indicator "
    "where survey = 'nl_barometer' and wave = '2021' and data_status = 'synthetic' "
    "and statistic = 'share' and estimate between 20 and 80)"
)
A_GROUP_OF_ONE = (
    "survey = 'nl_barometer' and wave = '2021' and data_status = 'synthetic' "
    "and concept = 'origin' and category = 'own' and group_value = 'municipalities'"
)
THE_PUBLISHED_86 = (
    "data_status = 'published' and survey = 'nl_barometer' and wave = '2021' "
    "and concept = 'innovated_past_two_years' and category = 'yes' and group_dimension = 'total'"
)
ONE_TERM = (
    "survey = 'nl_barometer' and wave = '2021' and outcome = 'quality' and model = 'declared' "
    "and term = 'product'"
)
ONE_MODEL = (
    "survey = 'nl_barometer' and wave = '2021' and outcome = 'quality' and model = 'declared'"
)
ONE_CLUSTER = "survey = 'nl_barometer' and wave = '2021' and k = 3 and cluster = 2"
A_WORD = "survey = 'nl_barometer' and wave = '2021' and kind = 'term' and term = 'data'"
FIRST_TREND = "trend_id = (select min(trend_id) from mart_trend)"
ONE_UNCLEAR = "verdict like 'no_clear_%' and concept = 'innovation_type' and category = 'process'"
ONE_COMPARISON = "survey = 'dk_barometer' and concept = 'innovation_type' and category = 'process'"

# suite and rule -> what goes wrong, and what the message must say besides the rule.
FAULTS: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("assumed", "assumed_is_marked"): (
        "update mart_trend set assumed = false where concept = 'team_performance'",
        ("True in row mart_trend werkonderzoek", "team_performance", "questionnaire"),
    ),
    ("assumed", "published_is_not_assumed"): (
        f"update mart_indicator set assumed = true where {THE_PUBLISHED_86}",
        ("True in row mart_indicator nl_barometer 2021", "est_indicators"),
    ),
    ("assumed", "assumed_is_told"): (
        "update mart_indicator set notice_nl = 'SYNTHETISCH' "
        "where concept = 'work_climate_typology' and group_dimension = 'total'",
        ("True in row mart_indicator werkonderzoek", "work_climate_typology"),
    ),
    ("coverage", "nothing_vanished"): (
        "delete from mart_indicator where survey = 'se_barometer' and category = 'yes'",
        ("yes in row se_barometer 2018 innovated_past_two_years", "--accept-removed"),
    ),
    ("disclosure", "base_is_large_enough"): (
        f"update mart_indicator set n = 9 where {A_COMPUTED_ONE}",
        ("9 in row", "nl_barometer 2021", "must be suppressed"),
    ),
    ("disclosure", "base_is_known"): (
        f"update mart_indicator set n = null where {A_COMPUTED_ONE}",
        ("nl_barometer 2021",),
    ),
    ("disclosure", "suppressed_is_empty"): (
        "update mart_indicator set effective_n = 20 where conf_status = 'D' and wave = '2021'",
        ("D in row", "nl_barometer 2021"),
    ),
    ("disclosure", "rounded_to_its_unit"): (
        f"update mart_indicator set estimate_low = 10.25 where {A_COMPUTED_ONE}",
        ("10.25 in row", "nl_barometer 2021", "release_precision.csv"),
    ),
    ("disclosure", "bound_has_no_margin"): (
        "update mart_indicator set estimate_high = 12 where bound = 'upper' and wave = '2021' "
        "and data_status = 'synthetic'",
        ("upper in row", "nl_barometer 2021"),
    ),
    ("disclosure", "nobody_and_everyone_are_bounds"): (
        f"update mart_indicator set estimate = 100 where {A_COMPUTED_ONE}",
        ("100.0 in row", "nl_barometer 2021", "must be a bound"),
    ),
    ("disclosure", "one_weighting_per_group"): (
        f"update mart_indicator set weighting = 'none' where {A_GROUP_OF_ONE}",
        ("none in row", "nl_barometer 2021", "municipalities"),
    ),
    ("disclosure", "register_stays_out_of_groups"): (
        f"update mart_indicator set concept = 'sector_level' where {A_GROUP_OF_ONE}",
        ("sector_level in row", "municipalities", "concepts.csv"),
    ),
    ("disclosure", "counts_are_told_once"): (
        f"update mart_indicator set base = 'all_organisations' where {A_GROUP_OF_ONE}",
        ("all_organisations", "nl_barometer 2021 origin", "categories.csv"),
    ),
    ("disclosure", "extreme_percentiles_of_many"): (
        "update mart_indicator set n = 29 where statistic = 'quantile_95' "
        "and group_dimension = 'total'",
        ("29 in row", "release_rules.csv"),
    ),
    ("disclosure", "merged_groups_stay_merged"): (
        "update mart_indicator set group_value = 'provinces' "
        "where group_value = 'small_sectors' and concept = 'origin'",
        ("provinces in row", "nl_barometer 2021 origin", "hrm_pattern_answers"),
    ),
    ("disclosure_regression", "odds_ratios_have_few_digits"): (
        f"update mart_regression set odds_ratio_high = 5.73 where {ONE_TERM}",
        ("5.73 in row", "nl_barometer 2021 quality declared product", "release_rules.csv"),
    ),
    ("disclosure_regression", "sizes_of_models_are_rounded"): (
        f"update mart_regression_fit set events = 123 where {ONE_MODEL}",
        ("123", "nl_barometer 2021 quality declared", "round the number down"),
    ),
    ("disclosure_regression", "models_rest_on_enough_respondents"): (
        f"update mart_regression_fit set events = n - 5 where {ONE_MODEL}",
        ("5", "nl_barometer 2021 quality declared", "must not be estimated"),
    ),
    ("disclosure_regression", "nothing_is_shown_of_what_was_not_estimated"): (
        f"update mart_regression set reason = 'too_few_in_cell' where {ONE_TERM}",
        ("nl_barometer 2021 quality declared product", "must be empty"),
    ),
    ("disclosure_regression", "direction_follows_the_p_value"): (
        f"update mart_regression set p_value_adjusted = 0.05 where {ONE_TERM}",
        ("positive in row", "nl_barometer 2021 quality declared product", "must be unclear"),
    ),
    ("disclosure_regression", "a_source_has_rows_of_its_own"): (
        f"update mart_regression_fit set adjusted_r2 = 0.275 where {ONE_MODEL}",
        ("0.275 in row", "nl_barometer 2021 quality declared"),
    ),
    ("disclosure_cluster", "clusters_are_large_enough"): (
        f"update mart_climate_cluster set n = 5 where {ONE_CLUSTER}",
        ("5 in row", "nl_barometer 2021 climate_group 3 2", "must be hidden"),
    ),
    ("disclosure_cluster", "clusters_are_rounded"): (
        f"update mart_climate_cluster set share = 48.6 where {ONE_CLUSTER}",
        ("48.6 in row", "nl_barometer 2021 climate_group 3 2", "release_precision.csv"),
    ),
    ("disclosure_cluster", "clusters_are_hidden_together"): (
        f"update mart_climate_cluster set n = null, share = null where {ONE_CLUSTER}",
        ("nl_barometer 2021 climate_group 3", "all clusters of that k"),
    ),
    ("disclosure_box", "lines_of_boxes_rest_on_many"): (
        "update mart_box set n = 29 where wave = '2021' and group_value = 'municipalities'",
        ("nl_barometer 2021 climate_scale", "municipalities", "est_disclosed"),
    ),
    ("disclosure_box", "boxes_are_large_enough"): (
        "update mart_box set n = 9, quantile_05 = null, quantile_95 = null "
        "where wave = '2021' and group_value = 'municipalities'",
        ("nl_barometer 2021 climate_scale", "municipalities", "must be suppressed"),
    ),
    ("estimates", "share_is_a_percentage"): (
        f"update mart_indicator set estimate = 101, estimate_high = 101 where {THE_PUBLISHED_86}",
        ("101", "nl_barometer 2021 innovated_past_two_years yes", "published.csv"),
    ),
    ("estimates", "interval_starts_below"): (
        f"update mart_indicator set estimate_low = estimate + 1 where {THE_PUBLISHED_86}",
        ("nl_barometer 2021 innovated_past_two_years yes", "estimate.sql"),
    ),
    ("estimates", "interval_ends_above"): (
        f"update mart_indicator set estimate_high = estimate - 1 where {THE_PUBLISHED_86}",
        ("nl_barometer 2021 innovated_past_two_years yes", "estimate.sql"),
    ),
    ("international", "no_difference_where_not_comparable"): (
        "update mart_international set comparability = 'impossible', difference = 3 "
        f"where {ONE_COMPARISON}",
        ("dk_barometer", "innovation_type process", "international_comparability.csv"),
    ),
    ("international", "nothing_synthetic"): (
        f"update mart_international set data_status = 'synthetic' where {ONE_COMPARISON}",
        ("synthetic in row", "dk_barometer"),
    ),
    ("international", "reason_in_dutch"): (
        f"update mart_international set reason_nl = null where {ONE_COMPARISON}",
        ("dk_barometer", "international_comparability.csv"),
    ),
    ("international", "no_better_than_the_dutch_wave"): (
        "update mart_international set comparability = 'comparable' "
        "where nl_wave = '2025' and concept = 'innovated_past_two_years' and wave = '2023'",
        ("2025 dk_barometer 2023 innovated_past_two_years yes", "nl_wave"),
    ),
    ("international", "no_better_than_the_units"): (
        "update mart_international set unit_comparability = 'identical', "
        f"comparability = 'comparable' where nl_wave = '2021' and {ONE_COMPARISON}",
        ("2021 dk_barometer 2023 innovation_type process", "unit_comparability.csv"),
    ),
    ("international", "not_too_many_years_apart"): (
        f"update mart_international set years_between = -3.1 where {ONE_COMPARISON}",
        ("2021 dk_barometer 2023 innovation_type process", "release_rules.csv"),
    ),
    ("provenance", "published_has_a_source"): (
        f"update mart_indicator set source_title = null where {THE_PUBLISHED_86}",
        ("nl_barometer 2021 innovated_past_two_years yes", "source_id"),
    ),
    ("provenance", "published_has_a_place"): (
        f"update mart_indicator set source_locator = null where {THE_PUBLISHED_86}",
        ("nl_barometer 2021 innovated_past_two_years yes", "locator"),
    ),
    ("published_single_response", "shares_add_to_100_at_most"): (
        "update mart_indicator set estimate = 80, approximate = false, bound = null "
        "where survey = 'nl_barometer' and concept = 'origin' "
        "and data_status = 'published' and group_dimension = 'total'",
        ("nl_barometer 2021 origin innovators total", "several answers"),
    ),
    ("reconciliation", "computed_agrees_with_published"): (
        "update mart_reconciliation set verdict = 'differs', computed = 80.25 "
        "where row_id = 'nl_008'",
        (
            "differs in row nl_008 nl_barometer 2021 innovated_past_two_years yes total "
            "(published 86.0, computed 80.250, evidence by_construction)",
            "published.csv",
        ),
    ),
    ("report", "no_reason_beside_a_figure"): (
        "update mart_report_figure set reason = 'suppressed' where figure_number = 'F01' "
        "and survey = 'nl_barometer' and wave = '2021' and data_status = 'published'",
        ("in row F01 indicator nl_barometer 2021", "mart_report_figure.sql"),
    ),
    ("report", "not_asked_has_no_figure"): (
        "update mart_report_figure set reason = 'not_asked' where figure_number = 'F08' "
        "and survey = 'nl_barometer' and wave = '2021' and reason = 'not_published'",
        ("in row F08 not_available nl_barometer 2021", "manifest"),
    ),
    ("report", "margin_rests_on_answers"): (
        "update mart_report_figure set n_derived = null where figure_number = 'F11' "
        "and survey = 'nl_barometer' and wave = '2021' and data_status = 'published'",
        ("in row F11 indicator nl_barometer 2021", "derived_bases.csv"),
    ),
    ("reconciliation", "only_real_answers_prove"): (
        "update mart_reconciliation set evidence = 'independent' where row_id = 'nl_008'",
        ("True in row nl_008 nl_barometer 2021",),
    ),
    ("single_response", "shares_add_to_100"): (
        "update est_computed set estimate = estimate + 1 where concept = 'origin' "
        "and category = 'own' and group_dimension = 'total'",
        ("nl_barometer 2021 origin innovators total total none", "recodes.csv"),
    ),
    ("scales", "scale_of_enough_respondents"): (
        "update mart_scale set n = 95 where survey = 'nl_barometer' and wave = '2021'",
        ("in row mart_scale", "nl_barometer 2021 climate_scale", "release_rules.csv"),
    ),
    ("scales", "scale_figures_are_rounded"): (
        "update mart_scale_item set loading = 0.3821 where wave = '2025' and item = "
        "'time_for_innovation'",
        ("0.3821 in row mart_scale_item", "time_for_innovation", "release_precision.csv"),
    ),
    ("trend", "no_change_of_a_scale_whose_items_changed"): (
        "update mart_scale_invariance set holds = false; "
        f"update mart_trend set concept = 'climate_scale' where {ONE_UNCLEAR}",
        ("True in row", "climate_scale process", "mart_scale_invariance"),
    ),
    ("trend", "no_change_where_not_comparable"): (
        f"update mart_trend set comparability = 'impossible', change = 3 where {FIRST_TREND}",
        ("True in row", "comparability.csv"),
    ),
    ("trend", "reason_in_dutch"): (
        f"update mart_trend set reason_nl = null where {FIRST_TREND}",
        ("in row", "comparability.csv"),
    ),
    ("verdicts", "verdict_follows_the_interval"): (
        f"update mart_trend set verdict = 'rise', p_value_adjusted = 0.01 where {ONE_UNCLEAR}",
        ("True in row mart_trend nl_barometer", "compare.sql"),
    ),
    ("verdicts", "verdict_follows_the_test"): (
        f"update mart_contrast set p_value_adjusted = 0.04 where {ONE_UNCLEAR}",
        ("True in row mart_contrast nl_barometer", "compare.sql"),
    ),
    ("verdicts", "a_test_is_shown_whole"): (
        "update mart_international set p_value = 0.3 where verdict = 'cannot_tell' "
        f"and {ONE_COMPARISON}",
        ("True in row mart_international", "compare.sql"),
    ),
    ("verdicts", "verdict_agrees_with_its_reason"): (
        "update mart_contrast set test_reason = 'same_wave' where test_reason = 'circular'",
        ("True in row mart_contrast", "compare.sql"),
    ),
    ("verdicts", "limited_comparability_is_in_the_verdict"): (
        "update mart_trend set verdict = replace(verdict, '_limited', '') "
        "where ends_with(verdict, '_limited')",
        ("True in row mart_trend", "compare.sql"),
    ),
    ("terms", "words_of_enough_organisations"): (
        f"update mart_term set estimate = 0.5 where {A_WORD}",
        ("0.5 in row", "nl_barometer 2021 term data", "est_terms"),
    ),
    ("terms", "words_of_enough_answers"): (
        f"update mart_term set n = 40, estimate = 50 where {A_WORD}",
        ("40 in row", "nl_barometer 2021 term data", "release_rules.csv"),
    ),
    ("terms", "words_rounded_to_their_unit"): (
        f"update mart_term set estimate = 10.3 where {A_WORD}",
        ("10.3 in row", "nl_barometer 2021 term data", "release_precision.csv"),
    ),
    ("terms", "words_of_nobody_or_everyone"): (
        f"update mart_term set estimate = 100 where {A_WORD}",
        ("100.0 in row", "nl_barometer 2021 term data", "must be a bound"),
    ),
    ("terms", "words_are_plain"): (
        f"update mart_term set term = 'Data Voorbeeld' where {A_WORD}",
        ("Data Voorbeeld in row", "nl_barometer 2021", "term_words.csv"),
    ),
    ("verdicts", "tested_on_enough_answers"): (
        f"update mart_contrast set reference_n = 12 where {ONE_UNCLEAR}",
        ("True in row mart_contrast", "release_rules.csv"),
    ),
    ("verdicts", "what_can_be_seen_is_seen"): (
        f"update mart_trend set change = 60 where {ONE_UNCLEAR}",
        ("True in row mart_trend", "compare.sql"),
    ),
}


@pytest.fixture(scope="module")
def warehouse(
    built: Barometer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts of the built installation, to change, with its release as the last one."""
    copy = tmp_path_factory.mktemp("marts") / "warehouse.duckdb"
    shutil.copy(built.home / "warehouse.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("set search_path = 'marts,estimates,harmonised,seeds'")
        connection.execute(f"attach '{built.current}' as last (read_only)")
        yield connection


def look(warehouse: duckdb.DuckDBPyConnection, suite: str, folder: Path) -> list[Finding]:
    suites = mart_suites(warehouse, last_release=True)
    return run([item for item in suites if item.name == suite], folder)


@pytest.mark.parametrize(("suite", "rule"), FAULTS, ids=[f"{a} {b}" for a, b in FAULTS])
def test_a_rule_finds_its_fault(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, suite: str, rule: str
) -> None:
    breaking, words = FAULTS[suite, rule]
    warehouse.begin()
    try:
        (changed,) = warehouse.execute(breaking).fetchall()[0]
        assert changed, "the fault must touch a row"
        findings = look(warehouse, suite, tmp_path)
    finally:
        warehouse.rollback()
    (finding,) = [item for item in findings if item.rule == rule]
    assert not finding.passed
    assert not missing_words(finding.message, (finding.table, rule, "How to fix: ", *words)), (
        finding.message
    )
    assert "Oplossing: " in finding.text("nl")


def test_unbroken_marts_pass_every_rule(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    findings = run(mart_suites(warehouse, last_release=True), tmp_path)
    assert [finding.message for finding in findings if not finding.passed] == []
    assert {(finding.suite, finding.rule) for finding in findings} == set(FAULTS)


def test_every_rule_has_its_fault_here() -> None:
    assert {(file.suite, rule.rule) for file in suite_files() for rule in file.rules} == set(FAULTS)


def test_a_rule_that_cannot_be_evaluated_is_an_error_and_no_finding(tmp_path: Path) -> None:
    import pandas as pd

    from expectations.runner import ExpectationError, Rule, Suite

    text = Text(nl="", en="")
    rule = Rule("broken", "expect_column_values_to_not_be_null", {"column": "nowhere"}, text, text)
    suite = Suite("broken", "mart", pd.DataFrame({"here": [1]}), [rule])
    with pytest.raises(ExpectationError, match="could not be evaluated"):
        run([suite], tmp_path)


def test_what_an_older_version_kept_of_a_suite_is_replaced(tmp_path: Path) -> None:
    import pandas as pd

    from expectations.runner import Rule, Suite

    text = Text(nl="", en="")
    rule = Rule("filled", "expect_column_values_to_not_be_null", {"column": "here"}, text, text)
    suite = Suite("kept", "mart", pd.DataFrame({"here": [1]}), [rule])
    assert [finding.passed for finding in run([suite], tmp_path)] == [True]
    edit(tmp_path / "gx" / "validation_definitions" / "kept.json", '"frame"', '"of old"')
    assert [finding.passed for finding in run([suite], tmp_path)] == [True]
