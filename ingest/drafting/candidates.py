"""Lists what a variable may be: the items of described waves, and concepts by their own names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from ingest.harmonisation import CrosswalkRow, Harmonisation
from ingest.likeness.questions import wordings
from ingest.models import Item, Survey
from ingest.registry import Registry, SurveyWave

# Concept, category and rule of each row: what a variable measures, in whatever wave.
Measure = frozenset[tuple[str, str | None, str]]


# The rules for a question that no wave asked before: one codelist, or one item per category.
CODES, TICK = "recode", "select"


@dataclass(frozen=True)
class Candidate:
    """A question or concept that a variable of a new file may be.

    Attributes:
        measure: what it counts towards; an item that counts towards nothing is its own measure.
        place: where it is described: `survey/wave`, or the file of a seed.
        texts: its wordings, in any language.
        codes: code -> label of an item; category -> label of a concept.
        rows: how it is harmonised there; for a concept one row, with what is known.
        survey: its survey; empty for a concept.
        wave: its wave; empty for a concept.
        variable: its name in that wave; empty for a concept.
        item: how the manifest describes it; nothing for a concept.
        names: labels of its concept and category, also those of published figures.
        other_codes: the labels of a concept in other languages.
    """

    measure: Measure
    place: str
    texts: tuple[str, ...]
    codes: Mapping[str, str]
    rows: tuple[CrosswalkRow, ...]
    survey: str = ""
    wave: str = ""
    variable: str = ""
    item: Item | None = None
    names: tuple[str, ...] = ()
    other_codes: tuple[Mapping[str, str], ...] = ()

    @property
    def counts_towards(self) -> tuple[str, ...]:
        """What it measures, as concept or concept/category."""
        pairs = {(concept, category or "") for concept, category, _ in self.measure if concept}
        return tuple(f"{one}/{two}" if two else one for one, two in sorted(pairs))

    @property
    def name(self) -> str:
        """Where a person finds it."""
        return f"{self.place} {self.variable}" if self.variable else self.place


def list_candidates(registry: Registry, rows: Harmonisation, new: str) -> list[Candidate]:
    """List everything that a variable of the wave `new` may be.

    Args:
        registry: what is described; a manifest of the wave itself is left out.
        rows: how it is harmonised.
        new: `survey/wave`.
    """
    items = [item for wave in registry.waves if wave.id != new for item in _items(wave, rows)]
    concepts = {one.measure: one for one in _concepts(registry, rows, new)}
    covered: set[Measure] = set()
    found = []
    for item in items:
        parts = [part for part in (frozenset({use}) for use in item.measure) if part in concepts]
        covered.update(parts)
        names = tuple(text for part in parts for text in concepts[part].texts)
        found.append(replace(item, names=names))
    return [*found, *(one for measure, one in concepts.items() if measure not in covered)]


def of_family(
    registry: Registry, rows: Harmonisation, survey: Survey
) -> Callable[[Candidate], bool]:
    """Return what says whether a candidate is of a survey, or of a survey of its family.

    A concept is not, if only surveys that are not of the family measure it.

    Args:
        registry: what is described.
        rows: how it is harmonised.
        survey: survey of the new wave.
    """
    family = {other.survey for other in registry.surveys if survey.related(other)}
    measured: dict[bool, set[str]] = {True: set(), False: set()}
    for row in rows.crosswalk.rows:
        measured[row.survey in family].add(row.concept)
    for name, figure in registry.figures:
        measured[name in family].add(figure.concept)
    foreign = measured[False] - measured[True]

    def related(one: Candidate) -> bool:
        if one.survey:
            return one.survey in family
        return foreign.isdisjoint(use[0] for use in one.measure)

    return related


def _items(wave: SurveyWave, rows: Harmonisation) -> Iterator[Candidate]:
    answers = wave.wave.answers
    if answers is None:
        return
    uses: dict[str, list[CrosswalkRow]] = defaultdict(list)
    for row in rows.crosswalk.rows:
        if (row.survey, row.wave) == (wave.survey.survey, wave.wave.wave) and row.variable:
            uses[row.variable].append(row)
    for item in answers.items:
        used = tuple(uses[item.variable])
        measure: Measure = frozenset((row.concept, row.category, row.rule) for row in used)
        codelist = answers.codelists.get(item.codelist or "", {})
        yield Candidate(
            measure=measure or frozenset({("", f"{wave.id} {item.variable}", "")}),
            place=wave.id,
            survey=wave.survey.survey,
            wave=wave.wave.wave,
            variable=item.variable,
            texts=wordings(item.wording),
            codes=codelist,
            rows=used,
            item=item,
        )


def _concepts(registry: Registry, rows: Harmonisation, new: str) -> Iterator[Candidate]:
    """Concepts by their labels and by the labels of published figures, also in other languages."""
    survey, _, wave = new.partition("/")
    printed: dict[tuple[str, str], set[str]] = defaultdict(set)
    bases: dict[str, str] = {}
    for name, figure in registry.figures:
        if f"{name}/{figure.wave}" != new and figure.statistic == "share":
            printed[figure.concept, figure.category].add(figure.category_original)
            bases.setdefault(figure.concept, figure.base)
    labels: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for category in rows.categories.rows:
        words = (category.label_nl, category.label_en)
        named = printed[category.concept, category.category]
        labels[category.concept][category.category] = (*words, *sorted(named))
    for concept in rows.concepts.rows:
        categories = labels[concept.concept]
        if concept.kind not in ("single", "multiple") or not categories:
            continue
        base = concept.default_base or bases.get(concept.concept) or "all_organisations"

        def row(category: str | None, concept: str, base: str) -> CrosswalkRow:
            return CrosswalkRow(
                survey=survey,
                wave=wave,
                concept=concept,
                base=base,
                variable="?",
                category=category,
                rule=TICK if category else CODES,
                recode="",
                status="undetermined",
                reason_nl="",
                reason_en="",
            )

        whole = (concept.label_nl, concept.label_en, concept.question_nl, concept.question_en)
        variants = tuple(
            {name: texts[n] for name, texts in categories.items() if len(texts) > n}
            for n in range(1, max(map(len, categories.values())))
        )
        yield Candidate(
            measure=frozenset({(concept.concept, None, CODES)}),
            place="concepts.csv",
            texts=whole,
            codes={name: texts[0] for name, texts in categories.items()},
            rows=(row(None, concept.concept, base),),
            other_codes=variants,
        )
        for name, texts in categories.items():
            stems = (concept.label_nl, concept.label_en)
            stemmed = tuple(f"{stem}: {text}" for stem, text in zip(stems, texts, strict=False))
            yield Candidate(
                measure=frozenset({(concept.concept, name, TICK)}),
                place="categories.csv",
                texts=(*stemmed, *(f"{stems[0]}: {text}" for text in texts[2:]), *texts[2:]),
                codes={},
                rows=(row(name, concept.concept, base),),
            )
