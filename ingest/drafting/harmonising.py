"""Writes the crosswalk and recode rows that follow from what each variable was recognised as."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from ingest.drafting.matching import Match, Variable
from ingest.drafting.wording import meaning
from ingest.harmonisation import (
    CrosswalkRow,
    Harmonisation,
    MissingKind,
    Recode,
    Status,
)
from ingest.messages import LANGUAGES, Phrase
from ingest.models import Survey

# What a code counts as: category, score, missing kind.
Use = tuple[str | None, float | None, MissingKind | None]
WORST_FIRST: tuple[Status, ...] = (
    "undetermined",
    "impossible",
    "limited",
    "comparable",
    "identical",
)
MISSING: Mapping[str | None, MissingKind] = {kind: kind for kind in get_args(MissingKind)}
TICKED: Mapping[str | None, str] = {
    "yes": "selected",
    "ticked": "selected",
    "no": "not_selected",
    "not_ticked": "not_selected",
}
LIKE_WORDING = 0.8  # enough for `comparable`


@dataclass
class Rows:
    """Drafted rows, and what of them is still open.

    Attributes:
        crosswalk: rows to append.
        recodes: rows to append, for answers that no described recode fits.
        new_codes: variable -> codes that its recodes say nothing about.
        no_rule: variables of which the answers are too different to recode.
        own_recodes: variable -> drafted recodes that it uses.
        scales: concept -> items found again, items of the earlier wave.
        like: `survey/wave` that most variables are like; empty when nothing was recognised.
    """

    crosswalk: list[CrosswalkRow] = field(default_factory=list)
    recodes: list[Recode] = field(default_factory=list)
    new_codes: dict[str, list[str]] = field(default_factory=dict)
    no_rule: list[str] = field(default_factory=list)
    own_recodes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    scales: dict[str, tuple[int, int]] = field(default_factory=dict)
    like: str = ""


class _Recodes:
    """All recodes, described and drafted; a new one is made only where none fits."""

    def __init__(self, described: Harmonisation, survey: str, wave: str) -> None:
        self.survey, self.wave = survey, wave
        self.rules = described.rules
        self.content: dict[str, dict[str, Use]] = {}
        for row in described.recodes.rows:
            use = (row.category, row.score, row.missing_kind)
            self.content.setdefault(row.recode, {})[row.code] = use
        self.crosswalk = [row for row in described.crosswalk.rows if self.rules[row.rule].recodes]
        self.used = Counter(row.recode for row in self.crosswalk if row.recode)
        self.made: set[str] = set()

    def named(self, row: CrosswalkRow, wanted: Mapping[str, Use], *, whole: bool) -> str:
        """Return the name of a recode that counts codes as wanted.

        Args:
            row: the row that it is for, as it was or is thought to be.
            wanted: code -> what it counts as.
            whole: whether these are all codes; with an open one the recode must be its own.
        """
        names = self._of_the_same(row)
        if whole:
            ticks = [] if row.recode else sorted(self.used, key=lambda name: -self.used[name])
            fitting = [
                name for name in (*names, *ticks) if wanted.items() <= self.content[name].items()
            ]
            if fitting:
                return (
                    min(fitting, key=lambda name: len(self.content[name])) if ticks else fitting[0]
                )
        base = name = f"{min(names, key=len, default=row.concept)}_{self.wave}"
        number = 2
        while name in self.content and self.content[name] != wanted:
            name, number = f"{base}_{number}", number + 1
        if name not in self.content:
            self.content[name] = dict(wanted)
            self.made.add(name)
        return name

    def _of_the_same(self, row: CrosswalkRow) -> list[str]:
        """Recodes of the same thing: of the row itself, of the own survey, of the others."""
        same = [
            other
            for other in self.crosswalk
            if (other.concept, other.category, other.rule) == (row.concept, row.category, row.rule)
        ]
        own = [other for other in same if other.survey == self.survey]
        names = (row.recode, *(other.recode for other in own or same))
        return [name for name in dict.fromkeys(names) if name]

    def rows(self) -> Iterator[Recode]:
        """Yield the rows of the drafted recodes."""
        for name in sorted(self.made):
            for code, (category, score, missing) in self.content[name].items():
                yield Recode(
                    recode=name, code=code, category=category, score=score, missing_kind=missing
                )


def harmonise(
    survey: Survey,
    wave: str,
    variables: Sequence[Variable],
    matches: Mapping[str, Match],
    described: Harmonisation,
) -> Rows:
    """Draft the rows of a wave.

    A status is drafted from strong evidence only, and never better than that of the earlier wave:
    statuses are about the reference wave of the survey. All rows of a concept get the worst status
    of them, because a concept is shown as a whole.

    Args:
        survey: its survey.
        wave: its name.
        variables: of its file.
        matches: variable -> what it most likely is.
        described: all rows that are described.
    """
    drafted = Rows()
    recodes = _Recodes(described, survey.survey, wave)
    for variable in variables:
        match = matches.get(variable.name)
        if match and not variable.text:
            drafted.crosswalk += _rows(survey, wave, variable, match, recodes, drafted)
    places = Counter(match.known.place for match in matches.values() if match.known.variable)
    drafted.like = max(places, key=lambda place: (places[place], place), default="")
    before = [row for row in described.crosswalk.rows if f"{row.survey}/{row.wave}" == drafted.like]
    _count_scales(before, drafted)
    drafted.crosswalk += _derived(survey, wave, before, drafted)
    drafted.crosswalk = _levelled(drafted.crosswalk)
    drafted.recodes = list(recodes.rows())
    return drafted


def _rows(
    survey: Survey, wave: str, variable: Variable, match: Match, recodes: _Recodes, drafted: Rows
) -> list[CrosswalkRow]:
    """The rows of one variable; codes that nothing is known of stay open."""
    found, left = list[CrosswalkRow](), dict[str, None]()
    for row in match.known.rows:
        name = row.recode
        if recodes.rules[row.rule].recodes:
            wanted = _wanted(variable, match, row, recodes.content.get(row.recode or "", {}))
            if all(missing for _, _, missing in wanted.values()):
                continue
            unknown = [code for code in variable.codes if code not in wanted]
            left |= dict.fromkeys(unknown)
            name = recodes.named(row, wanted, whole=not unknown)
            if name in recodes.made:
                drafted.own_recodes[variable.name].add(name)
        status, nl, en = _judged(survey, wave, variable, match, row, open_codes=bool(left))
        found.append(
            row.model_copy(
                update={
                    "survey": survey.survey,
                    "wave": wave,
                    "variable": variable.name,
                    "recode": name,
                    "status": status,
                    "reason_nl": nl,
                    "reason_en": en,
                }
            )
        )
    if match.known.rows and not found:
        drafted.no_rule.append(variable.name)
    elif left:
        drafted.new_codes[variable.name] = list(left)
    return found


def _wanted(
    variable: Variable, match: Match, row: CrosswalkRow, content: Mapping[str, Use]
) -> dict[str, Use]:
    """What each code counts as, as far as that follows from what it is the same as."""
    wanted: dict[str, Use] = {}
    for code, label in variable.codes.items():
        same, means = match.pairs.get(code), meaning(label)
        if match.known.variable:
            if same is not None and same in content:
                wanted[code] = content[same]
        elif row.rule == "select":
            if means in TICKED:
                wanted[code] = (TICKED[means], None, None)
        elif same:
            wanted[code] = (same, None, None)
        if code not in wanted and means in MISSING:
            wanted[code] = (None, None, MISSING[means])
    return wanted


def _judged(
    survey: Survey,
    wave: str,
    variable: Variable,
    match: Match,
    row: CrosswalkRow,
    *,
    open_codes: bool,
) -> tuple[Status, str | None, str | None]:
    """Status and reasons of a row: the worse of the evidence and of the earlier wave's status."""
    known = match.known
    nl, en = (Phrase("reason_not_judged").text(language) for language in LANGUAGES)
    if wave == survey.reference_wave:
        return "identical", None, None
    if known.survey != survey.survey:
        return "undetermined", nl, en
    wording = match.evidence.get("wording", 0.0)
    all_codes = len(match.pairs) == len(known.codes) == len(variable.codes)
    own: tuple[Status, str | None, str | None] = ("undetermined", nl, en)
    if match.same_wording and all_codes and variable.labelled:
        own = ("identical", None, None)
    elif wording >= LIKE_WORDING and variable.labelled and not open_codes:
        changed = Phrase("reason_wording_changed", wave=known.place)
        nl, en = (changed.text(language) for language in LANGUAGES)
        own = ("comparable", nl, en)
    if known.wave == survey.reference_wave:
        return own
    return _worst((own, (row.status, row.reason_nl, row.reason_en)))


def _worst(
    judged: Iterable[tuple[Status, str | None, str | None]],
) -> tuple[Status, str | None, str | None]:
    """The worst status; of equal ones the last, and one with reasons first."""
    return min(
        judged, key=lambda one: (WORST_FIRST.index(one[0]), one[0] != "identical" and not one[1])
    )


def _derived(
    survey: Survey, wave: str, before: Sequence[CrosswalkRow], drafted: Rows
) -> Iterator[CrosswalkRow]:
    """Rows without a variable, of which the concept that they derive from is asked again."""
    status = {row.concept: (row.status, row.reason_nl, row.reason_en) for row in drafted.crosswalk}
    for row in before:
        if row.source_concept in status:
            own = status[row.source_concept]
            if f"{row.survey}/{row.wave}" != f"{survey.survey}/{survey.reference_wave}":
                own = _worst((own, (row.status, row.reason_nl, row.reason_en)))
            status.setdefault(row.concept, own)
            yield row.model_copy(
                update={
                    "survey": survey.survey,
                    "wave": wave,
                    "status": own[0],
                    "reason_nl": own[1],
                    "reason_en": own[2],
                }
            )


def _count_scales(before: Sequence[CrosswalkRow], drafted: Rows) -> None:
    """Count the items of scales; a scale of fewer items is for a person to judge."""
    asked = Counter(row.concept for row in before if row.rule == "mean_of_items")
    found = Counter(row.concept for row in drafted.crosswalk if row.rule == "mean_of_items")
    drafted.scales = {name: (found[name], asked[name]) for name in asked if found[name]}
    nl, en = (Phrase("reason_not_judged").text(language) for language in LANGUAGES)
    drafted.crosswalk = [
        row.model_copy(update={"status": "undetermined", "reason_nl": nl, "reason_en": en})
        if row.rule == "mean_of_items" and found[row.concept] < asked[row.concept]
        else row
        for row in drafted.crosswalk
    ]


def _levelled(rows: Iterable[CrosswalkRow]) -> list[CrosswalkRow]:
    """Give all rows of a concept the worst status of them."""
    rows = list(rows)
    worst: dict[str, tuple[Status, str | None, str | None]] = {}
    for row in rows:
        own = (row.status, row.reason_nl, row.reason_en)
        worst[row.concept] = _worst((own, worst.get(row.concept, own)))
    return [
        row
        if row.status == worst[row.concept][0]
        else row.model_copy(
            update=dict(zip(("status", "reason_nl", "reason_en"), worst[row.concept], strict=True))
        )
        for row in rows
    ]
