"""All seeds with their models, and what is looked up in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ingest.descriptions import Rows
from ingest.harmonisation import catalogue_rows, rows
from ingest.harmonisation.rules import CrosswalkRule
from ingest.models import Row

# Every seed and its model; a seed is the file `<name>.csv`.
SEEDS: dict[str, type[Row]] = {
    "concepts": rows.Concept,
    "categories": rows.Category,
    "bases": rows.Base,
    "release_groups": rows.ReleaseGroup,
    "release_precision": rows.ReleasePrecision,
    "release_rules": rows.ReleaseRule,
    "release_withdrawals": rows.ReleaseWithdrawal,
    "group_dimensions": rows.GroupDimension,
    "group_contrasts": rows.GroupContrast,
    "test_families": rows.Family,
    "crosswalk_rules": CrosswalkRule,
    "crosswalk": rows.CrosswalkRow,
    "recodes": rows.Recode,
    "bins": rows.Bin,
    "comparability": rows.Comparability,
    "international_comparability": rows.InternationalComparability,
    "unit_comparability": rows.UnitComparability,
    "codelists": rows.CodelistCode,
    "count_figures": rows.CountFigure,
    "published_weighting": rows.PublishedWeighting,
    "derived_bases": rows.DerivedBase,
    "report_figures": rows.ReportFigure,
    "model_terms": rows.ModelTerm,
    "regression_terms": rows.RegressionTerm,
    "report_figure_parts": rows.ReportFigurePart,
    "report_figure_marts": rows.ReportFigureMart,
    "report_findings": rows.ReportFinding,
    "t_quantiles": rows.TQuantile,
    "practice_cases": catalogue_rows.PracticeCase,
    "debate_topics": catalogue_rows.DebateTopic,
    "debate_measures": rows.DebateMeasure,
    "term_languages": catalogue_rows.TermLanguage,
    "stop_words": catalogue_rows.StopWord,
    "term_words": catalogue_rows.TermWord,
    "term_labels": catalogue_rows.TermLabel,
}


@dataclass(frozen=True)
class Harmonisation:
    """The rows of all seeds."""

    concepts: Rows[rows.Concept]
    categories: Rows[rows.Category]
    bases: Rows[rows.Base]
    release_groups: Rows[rows.ReleaseGroup]
    release_precision: Rows[rows.ReleasePrecision]
    release_rules: Rows[rows.ReleaseRule]
    release_withdrawals: Rows[rows.ReleaseWithdrawal]
    group_dimensions: Rows[rows.GroupDimension]
    group_contrasts: Rows[rows.GroupContrast]
    test_families: Rows[rows.Family]
    crosswalk_rules: Rows[CrosswalkRule]
    crosswalk: Rows[rows.CrosswalkRow]
    recodes: Rows[rows.Recode]
    bins: Rows[rows.Bin]
    comparability: Rows[rows.Comparability]
    international_comparability: Rows[rows.InternationalComparability]
    unit_comparability: Rows[rows.UnitComparability]
    codelists: Rows[rows.CodelistCode]
    count_figures: Rows[rows.CountFigure]
    published_weighting: Rows[rows.PublishedWeighting]
    derived_bases: Rows[rows.DerivedBase]
    report_figures: Rows[rows.ReportFigure]
    model_terms: Rows[rows.ModelTerm]
    regression_terms: Rows[rows.RegressionTerm]
    report_figure_parts: Rows[rows.ReportFigurePart]
    report_figure_marts: Rows[rows.ReportFigureMart]
    report_findings: Rows[rows.ReportFinding]
    t_quantiles: Rows[rows.TQuantile]
    practice_cases: Rows[catalogue_rows.PracticeCase]
    debate_topics: Rows[catalogue_rows.DebateTopic]
    debate_measures: Rows[rows.DebateMeasure]
    term_languages: Rows[catalogue_rows.TermLanguage]
    stop_words: Rows[catalogue_rows.StopWord]
    term_words: Rows[catalogue_rows.TermWord]
    term_labels: Rows[catalogue_rows.TermLabel]

    @cached_property
    def rules(self) -> dict[str, CrosswalkRule]:
        """Name -> rule of the crosswalk."""
        return {rule.rule: rule for rule in self.crosswalk_rules.rows}

    @cached_property
    def concept(self) -> dict[str, rows.Concept]:
        """Name -> concept."""
        return {row.concept: row for row in self.concepts.rows}

    @cached_property
    def categories_of(self) -> dict[str, set[str]]:
        """Concept -> its categories."""
        found: dict[str, set[str]] = {name: set() for name in self.concept}
        for row in self.categories.rows:
            found.setdefault(row.concept, set()).add(row.category)
        return found

    @cached_property
    def groupings(self) -> dict[str, str | None]:
        """Group dimension -> the concept whose categories are its groups."""
        return {row.group_dimension: row.concept for row in self.group_dimensions.rows}

    @cached_property
    def wholes(self) -> dict[str, str]:
        """Concept of which a release shows nested groups -> the concept that they are nested in."""
        return {
            row.concept: row.within_concept
            for row in self.release_groups.rows
            if row.within_concept
        }

    @cached_property
    def merged(self) -> dict[tuple[str, str], str]:
        """Concept and category -> the category that holds it in all groups of a release."""
        return {
            (row.concept, row.category): row.release_category
            for row in self.release_groups.rows
            if row.within_concept is None
        }

    def answered(self, concept: str) -> set[str]:
        """Return the categories that answers can have, in any wave."""
        found: set[str] = set()
        for row in self.crosswalk.rows:
            if row.concept != concept:
                continue
            if row.category:
                found.add(row.category)
            elif row.variable:
                found |= {
                    code.category
                    for code in self.recodes.rows
                    if code.recode == row.recode and code.category and not code.missing_kind
                }
            elif row.source_concept:
                found |= self.categories_of[concept]
        return found

    def released_groups(self, dimension: str) -> set[str]:
        """Return the groups of a dimension of which a release shows what it computes."""
        concept = self.groupings[dimension]
        rows_of = [row for row in self.release_groups.rows if row.concept == concept]
        if concept in self.wholes:
            return {row.release_category for row in rows_of}
        return self.groups(dimension) - {row.category for row in rows_of}

    def groups(self, dimension: str) -> set[str]:
        """Return the groups of a dimension."""
        concept = self.groupings[dimension]
        return self.categories_of[concept] if concept else {rows.TOTAL}
