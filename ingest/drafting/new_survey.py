"""Describes a survey that does not exist yet, and drafts concepts for what nobody asked before."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.codes import BLANK, EMPTY_SEED, Code
from ingest.descriptions import CONTROL
from ingest.drafting.decisions import Decisions
from ingest.drafting.findings import Findings
from ingest.drafting.harmonising import why_missing
from ingest.drafting.manifest import UNKNOWN, comment_lines
from ingest.drafting.naming import slug, unique
from ingest.errors import Names, RefusedError
from ingest.harmonisation import Category, Concept, CrosswalkRow, Harmonisation, Recode
from ingest.harmonisation.rows import CodelistCode
from ingest.likeness.text import split_item
from ingest.messages import LANGUAGES, Phrase
from ingest.models import Item, Survey, Title, Unit

Codelists = Mapping[str, Mapping[Code, str]]  # name -> code -> label
VALUE = "value"  # the only category of a scale
LONGEST_CATEGORY, LONGEST_CONCEPT = 40, 80  # characters of a name
UNIT = Unit(code="organisation", nl="organisatie", en="organisation")


@dataclass
class NewRows:
    """Rows that describe what is new: concepts with their categories, and a country.

    Attributes:
        concepts: rows to append.
        categories: rows to append.
        codelists: rows to append.
    """

    concepts: list[Concept] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    codelists: list[CodelistCode] = field(default_factory=list)


def describe_survey(
    name: str, country: str, title: str | None, wave: str, decisions: Decisions
) -> Survey:
    """Describe a survey of which nothing is known but its country.

    Args:
        name: its short name.
        country: ISO 3166-1 alpha-2.
        title: its title; without one its name.
        wave: its only wave, which others will be compared with.
        decisions: what must be decided; is added to.
    """
    if not title:
        decisions.add("survey_title", ["title"])
    decisions.add("survey_publisher", ["publisher"])
    decisions.add("survey_unit", ["unit"])
    shown = title or name
    return Survey(
        survey=name,
        country=country,
        title=Title(nl=shown, en=shown),
        publisher=UNKNOWN,
        unit=UNIT,
        reference_wave=wave,
    )


def survey_text(survey: Survey, comments: Mapping[str, Sequence[str]]) -> str:
    """Return the description of a survey as YAML, with a comment on each decision."""
    import yaml

    parts = []
    for key, value in survey.model_dump(exclude_none=True).items():
        parts += [f"{line}\n" for line in comment_lines(comments.get(key, ()))]
        parts.append(yaml.safe_dump({key: value}, sort_keys=False, allow_unicode=True))
    return "".join(parts)


def add_country(rows: NewRows, country: str, described: Harmonisation, where: str) -> None:
    """Add the names of a country that no survey had so far.

    Raises:
        RefusedError: there is no such country.
    """
    from babel import Locale

    held = [row for row in described.codelists.rows if row.codelist == "country"]
    if country in {row.code for row in held}:
        return
    names = {str(language): Locale(language).territories for language in LANGUAGES}
    if len(country) != 2 or not country.isalpha() or country not in names["en"]:
        known = Names([row.code for row in held], 30)
        raise RefusedError("no_such_country", where, country=country, known=known)
    nl, en = (names[language][country] for language in ("nl", "en"))
    rows.codelists.append(
        CodelistCode(
            codelist="country",
            code=country,
            label_nl=nl,
            label_en=en,
            sort_order=max(row.sort_order for row in held) + 1,
        )
    )
    others = [row.sort_order for row in described.categories.rows if row.concept == "country"]
    rows.categories.append(_category("country", country, nl, en, max(others, default=0) + 10))


def draft_concepts(
    survey: Survey,
    wave: str,
    found: Findings,
    items: Sequence[Item],
    codelists: Codelists,
    described: Harmonisation,
    rows: NewRows,
    decisions: Decisions,
) -> None:
    """Draft a concept for each item that resembles nothing, and the rows that fill it.

    Ticks of one question get one concept together, with a category for each. Open answers get none,
    and neither does an item with one answer only: it distinguishes nobody.

    Args:
        survey: the survey.
        wave: its wave.
        found: what was found out about the file; crosswalk and recode rows are added to it.
        items: the items, as the manifest describes them.
        codelists: name -> code -> label.
        described: all rows that are described.
        rows: concepts and categories are added to it.
        decisions: what must be decided; is added to.
    """
    taken = {*described.concept, *(row.recode for row in described.recodes.rows)}
    order = max(row.sort_order for row in described.concepts.rows)
    counted = {row.variable for row in found.rows.crosswalk}
    declared = {variable.name: variable.declared for variable in found.profile.variables}
    numbered = found.profile.row_numbers
    batteries = _batteries(items, counted, codelists)
    for item in items:
        if item.variable in counted or item.text:
            continue
        if ticks := batteries.get(item.battery or ""):
            if item == ticks[0]:
                order += 10
                one = _of_battery(survey, wave, ticks, codelists, found, taken, order)
                taken.add(one.concepts[0].concept)
                rows.concepts += one.concepts
                rows.categories += one.categories
                names = [tick.variable for tick in ticks]
                decisions.add("battery", names, names[:1], concept=one.concepts[0].concept)
            continue
        if item.variable in numbered:
            decisions.add("row_numbers", [item.variable])
            continue
        labels = codelists[item.codelist] if item.codelist else item.missing
        name = unique(f"{survey.survey}_{slug(item.variable)}", taken, LONGEST_CONCEPT)
        recodes = list(_recodes(name, labels, declared[item.variable]))
        valid = [row for row in recodes if row.category]
        if item.number and valid:
            # Nothing says why there is no number.
            decisions.add("unmatched", [item.variable], shown=item.variable)
            continue
        if not item.number and len(valid) < 2:
            always = found.profile.answered[item.variable].all()
            decisions.add("one_answer" if always else "one_tick", [item.variable])
            continue
        taken.add(name)
        order += 10
        rows.concepts.append(_concept(name, item, order))
        found.rows.recodes += recodes
        found.rows.own_recodes[item.variable].add(name)
        found.rows.crosswalk.append(_crosswalk_row(survey, wave, name, item, recodes))
        if item.number:
            rows.categories.append(_category(name, VALUE, "Waarde", "Value", 10))
        rest = len(valid) == 2 and not item.separator
        for place, row in enumerate(valid, 1):
            label = _said(labels[row.code] or row.code)
            other = valid[0].category if rest and place == 2 else None
            assert row.category
            made = _category(name, row.category, label, label, 10 * place, other)
            rows.categories.append(made)
    names = [row.concept for row in rows.concepts]
    decisions.add("new_concepts", names, ["items"], n=len(names))


def _batteries(
    items: Sequence[Item], counted: Container[str | None], codelists: Codelists
) -> dict[str, list[Item]]:
    """Battery -> its items, where each holds one code or nothing and is not used yet."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        if item.battery:
            groups.setdefault(item.battery, []).append(item)
    return {
        name: group
        for name, group in groups.items()
        if len(group) > 1
        and all(
            item.codelist
            and item.variable not in counted
            and [code for code in codelists[item.codelist] if not EMPTY_SEED.fullmatch(code)]
            for item in group
        )
    }


def _of_battery(
    survey: Survey,
    wave: str,
    ticks: Sequence[Item],
    codelists: Codelists,
    found: Findings,
    taken: set[str],
    order: int,
) -> NewRows:
    """Draft one concept for the ticks of a question, with a category for each.

    Args:
        survey: the survey.
        wave: its wave.
        ticks: the items.
        codelists: name -> code -> label.
        found: what was found out about the file; crosswalk and recode rows are added to it.
        taken: names that are there.
        order: place of the concept.
    """
    battery = ticks[0].battery or ""
    name = unique(f"{survey.survey}_{slug(battery)}", taken, LONGEST_CONCEPT)
    declared = (one.label for one in found.profile.sets if ticks[0].variable in one.variables)
    question = next(declared, "")
    stems = {split_item(item.wording.nl)[0] for item in ticks}
    asked = ticks[0].wording
    if question or (len(stems) == 1 and stems != {""}):
        parts = [question or split_item(text)[0] for text in (asked.nl, asked.en)]
        asked = Title(nl=parts[0], en=parts[1])
    else:
        asked = Title(nl=battery, en=battery)
    whole = _concept(name, ticks[0].model_copy(update={"wording": asked}), order)
    made = NewRows([whole.model_copy(update={"kind": "multiple"})])
    codes = {code: None for item in ticks for code in codelists[item.codelist or ""]}
    outcomes = {**dict.fromkeys(codes, "selected"), BLANK: "not_selected"}
    recodes = [
        Recode(recode=name, code=code, category=outcome, score=None, missing_kind=None)
        for code, outcome in outcomes.items()
        if not EMPTY_SEED.fullmatch(code)
    ]
    found.rows.recodes += recodes
    categories = {"null"}
    for place, item in enumerate(ticks, 1):
        nl, en = (
            _said(split_item(text)[1] if len(stems) == 1 else text)
            for text in (item.wording.nl, item.wording.en)
        )
        category = slug(nl) or slug(item.variable) or f"choice_{place}"
        category = unique(category, categories, LONGEST_CATEGORY)
        categories.add(category)
        made.categories.append(_category(name, category, nl, en, 10 * place))
        found.rows.own_recodes[item.variable].add(name)
        row = _crosswalk_row(survey, wave, name, item, recodes)
        found.rows.crosswalk.append(row.model_copy(update={"rule": "select", "category": category}))
    return made


def _said(text: str) -> str:
    """A text that a seed can hold, and that dbt does not take for an empty cell of it."""
    shown = CONTROL.sub(" ", text)
    return f"'{shown.strip()}'" if EMPTY_SEED.fullmatch(shown) else shown


def _concept(name: str, item: Item, order: int) -> Concept:
    nl, en = _said(item.wording.nl), _said(item.wording.en)
    return Concept(
        concept=name,
        label_nl=nl,
        label_en=en,
        kind="scale" if item.number else "multiple" if item.separator else "single",
        question_nl=nl,
        question_en=en,
        default_base=item.base,
        minimum_items=None,
        by_group=True,
        sort_order=order,
        in_dashboard=True,
    )


def _category(
    concept: str, name: str, nl: str, en: str, order: int, complement_of: str | None = None
) -> Category:
    return Category(
        concept=concept,
        category=name,
        label_nl=nl,
        label_en=en,
        sort_order=order,
        is_combined=False,
        complement_of=complement_of,
    )


def _crosswalk_row(
    survey: Survey, wave: str, concept: str, item: Item, recodes: Sequence[Recode]
) -> CrosswalkRow:
    first = wave == survey.reference_wave
    why = Phrase("reason_not_judged")
    return CrosswalkRow(
        survey=survey.survey,
        wave=wave,
        concept=concept,
        base=item.base,
        variable=item.variable,
        category=None,
        rule="direct" if item.number else "recode",
        recode=concept if recodes else None,
        source_concept=None,
        status="identical" if first else "undetermined",
        reason_nl=None if first else why.text("nl"),
        reason_en=None if first else why.text("en"),
    )


def _recodes(name: str, labels: Mapping[str, str], declared: Mapping[str, str]) -> Iterator[Recode]:
    """What each code counts as: a category named after its label, or a reason for no answer.

    Args:
        name: name of the recode.
        labels: code -> label.
        declared: codes that the file declares missing.
    """
    taken = {"null"}  # dbt takes it for an empty cell
    for code, label in labels.items():
        if EMPTY_SEED.fullmatch(code):
            continue  # no seed can name it
        missing = why_missing(code, label, declared=code in declared)
        category = None
        if not missing:
            category = slug(label) or f"code_{slug(code)}".strip("_")
            category = unique(category, taken, LONGEST_CATEGORY)
            taken.add(category)
        yield Recode(recode=name, code=code, category=category, score=None, missing_kind=missing)
