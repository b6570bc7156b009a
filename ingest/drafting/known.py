"""What a variable may turn out to be: items of described waves, and concepts by their own names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ingest.harmonisation import CrosswalkRow, Harmonisation
from ingest.likeness.questions import wordings
from ingest.models import Item
from ingest.registry import Registry, SurveyWave

# Concept, category and rule: what a variable says, whatever the wave that asked it.
Measure = frozenset[tuple[str, str | None, str]]


@dataclass(frozen=True)
class Known:
    """Something that a variable of a new file may be.

    Attributes:
        measure: what it counts towards; an item that counts towards nothing stands for itself.
        place: where it is described: `survey/wave`, or the file of a seed.
        survey: its survey; empty for a concept.
        wave: its wave; empty for a concept.
        variable: its name in that wave; empty for a concept.
        texts: its wordings, in any language.
        names: what its concept and category are called, also by printed figures.
        codes: code -> label, where it is an item; for a concept category -> label.
        rows: how it is harmonised there; for a concept one row, as far as it can be known.
        item: how the manifest describes it; nothing for a concept.
    """

    measure: Measure
    place: str
    survey: str
    wave: str
    variable: str
    texts: tuple[str, ...]
    codes: Mapping[str, str]
    rows: tuple[CrosswalkRow, ...]
    item: Item | None = None
    names: tuple[str, ...] = ()
    other_codes: tuple[Mapping[str, str], ...] = field(default=())

    @property
    def counts_towards(self) -> tuple[str, ...]:
        """What it measures, as concept or concept/category."""
        pairs = {(concept, category or "") for concept, category, _ in self.measure if concept}
        return tuple(f"{one}/{two}" if two else one for one, two in sorted(pairs))

    @property
    def name(self) -> str:
        """How a person finds it again."""
        return f"{self.place} {self.variable}" if self.variable else self.place


def known(registry: Registry, rows: Harmonisation, new: str) -> list[Known]:
    """List all that a variable of the wave `new` may be.

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


def _items(wave: SurveyWave, rows: Harmonisation) -> Iterator[Known]:
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
        yield Known(
            measure or frozenset({("", f"{wave.id} {item.variable}", "")}),
            wave.id,
            wave.survey.survey,
            wave.wave.wave,
            item.variable,
            wordings(item.wording),
            {str(code): label for code, label in codelist.items()},
            used,
            item,
        )


def _concepts(registry: Registry, rows: Harmonisation, new: str) -> Iterator[Known]:
    """Concepts by their labels and by what printed figures call them, also in other languages."""
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
                rule="select" if category else "recode",
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
        yield Known(
            frozenset({(concept.concept, None, "recode")}),
            "concepts.csv",
            "",
            "",
            "",
            whole,
            {name: texts[0] for name, texts in categories.items()},
            (row(None, concept.concept, base),),
            other_codes=variants,
        )
        for name, texts in categories.items():
            stems = (concept.label_nl, concept.label_en)
            stemmed = tuple(f"{stem}: {text}" for stem, text in zip(stems, texts, strict=False))
            yield Known(
                frozenset({(concept.concept, name, "select")}),
                "categories.csv",
                "",
                "",
                "",
                (*stemmed, *(f"{stems[0]}: {text}" for text in texts[2:]), *texts[2:]),
                {},
                (row(name, concept.concept, base),),
            )
