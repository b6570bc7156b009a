"""Describes the items of a new wave for its manifest: wording, codelist and base."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from ingest.codes import Code
from ingest.drafting.decisions import Decisions
from ingest.drafting.earlier import EarlierAnswers
from ingest.drafting.findings import Findings
from ingest.drafting.matching import Match
from ingest.drafting.profile import FileVariable, Profile
from ingest.formats.layout import short_name
from ingest.likeness.text import YEAR, folded
from ingest.models import Item, Survey, Title

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Answered = npt.NDArray[np.bool_]  # one truth value per respondent

OTHER_RESPONDENTS = 0.25  # difference in the share that answered, for another base
SAME_RESPONDENTS = 0.9  # of the respondents of either question, the share that answered both
LONGEST_NAME = 60  # of a codelist, before a number that tells it apart
WORDS_OF_YAML = {"yes", "no", "on", "off", "y", "n", "true", "false", "null"}


def describe_items(
    survey: Survey, found: Findings, earlier: EarlierAnswers, decisions: Decisions
) -> tuple[dict[str, dict[Code, str]], tuple[Item, ...]]:
    """Describe the items of a new wave, and note what must be decided about their bases.

    Args:
        survey: the survey that the wave belongs to.
        found: what was found out about its file.
        earlier: answers of earlier waves.
        decisions: what must be decided; is added to.

    Returns:
        Codelists by name, and the items in the order of the file.
    """
    variables, matches = found.profile.variables, found.matches
    bases = _bases(found.profile, matches, earlier, decisions)
    lists, used = _codelists(variables, matches)
    ticks = {**_ticks(variables), **_declared_ticks(found.profile)}
    for variable in variables:
        if variable.separator:
            decisions.add("list", [variable.name], separator=variable.separator)
    items = tuple(
        Item(
            variable=variable.name,
            codelist=used.get(variable.name),
            text=variable.text,
            number=variable.number,
            missing=dict(variable.missing),
            base=bases[variable.name],
            battery=ticks.get(variable.name),
            separator=variable.separator,
            wording=_wording(variable, matches.get(variable.name), survey),
        )
        for variable in variables
    )
    return lists, items


def _ticks(variables: Sequence[FileVariable]) -> dict[str, str]:
    """Variable -> battery, for items of one question that hold one code or nothing.

    Such columns stand together and share the stem of their label or name.
    """
    batteries: dict[str, str] = {}
    for stem, group in groupby(variables, lambda variable: variable.battery[0]):
        names = [variable.name for variable in group if len(variable.codes) == 1]
        if stem and len(names) > 1:
            name = base = _manifest_name(short_name(stem))
            number = 2
            while name in batteries.values():
                name, number = f"{base}_{number}", number + 1
            batteries |= dict.fromkeys(names, name)
    return batteries


def _declared_ticks(seen: Profile) -> dict[str, str]:
    """Variable -> battery, for ticks of a declared set in which no tick is an empty cell."""
    counts = {variable.name: variable.counts.keys() for variable in seen.variables}
    batteries: dict[str, str] = {}  # two sets may differ in their accents only
    for one in seen.sets:
        name, number = _manifest_name(one.name), 2
        while name in batteries.values():
            name, number = f"{_manifest_name(one.name)}_{number}", number + 1
        batteries[one.name] = name
    return {
        name: batteries[one.name]
        for one in seen.sets
        if one.counted and all(counts.get(name, {""}) <= {one.counted} for name in one.variables)
        for name in one.variables
    }


def _wording(variable: FileVariable, found: Match | None, survey: Survey) -> Title:
    """The wording in both languages: the earlier one, unless a Dutch wording was changed."""
    item = found.candidate.item if found else None
    label = variable.label or variable.name
    original = variable.label if variable.label and survey.country != "NL" else None
    if item is None or found is None:
        return Title(nl=label, en=label, original=original)
    if variable.label and not found.same_wording and not original:
        return Title(nl=label, en=item.wording.en)
    # A question about "the past two years" names other years in every wave.
    years = dict(zip(YEAR.findall(item.wording.nl), YEAR.findall(label), strict=False))

    def moved(text: str) -> str:
        return YEAR.sub(lambda year: years.get(year[0], year[0]), text)

    return Title(nl=moved(item.wording.nl), en=moved(item.wording.en), original=original)


def _codelists(
    variables: Sequence[FileVariable], matches: Mapping[str, Match]
) -> tuple[dict[str, dict[Code, str]], dict[str, str]]:
    """Codelists by name, and the name of the one that each variable uses."""
    lists: dict[str, dict[Code, str]] = {}
    used: dict[str, str] = {}
    for variable in variables:
        if not variable.coded:
            continue
        found = matches.get(variable.name)
        before = found.candidate.codes if found and found.candidate.variable else {}
        pairs = found.pairs if found else {}
        codes = {
            # The file may give a code an empty label; that is its label.
            code: label if code in variable.named else before.get(pairs.get(code, ""), "") or code
            for code, label in variable.codes.items()
        }
        item = found.candidate.item if found else None
        name = (item.codelist if item else None) or _manifest_name(variable.name)
        if item is None:
            name = next((other for other, held in lists.items() if held == codes), name)
        base, number = name, 2
        while name in lists and lists[name] != codes:
            name, number = f"{base}_{number}", number + 1
        lists[name] = codes
        used[variable.name] = name
    return lists, used


def _manifest_name(text: str) -> str:
    """Make a name of a manifest, without accents, of the name of a variable or a set."""
    name = re.sub(r"[^a-z0-9]+", "_", folded(text))[:LONGEST_NAME].strip("_")
    plain = name and name not in WORDS_OF_YAML and not name[0].isdigit()
    return name if plain else f"codes_{name}".rstrip("_")


def _bases(
    seen: Profile, matches: Mapping[str, Match], earlier: EarlierAnswers, decisions: Decisions
) -> dict[str, str]:
    """The base of each item: that of its match, else of items that the same people answered."""
    bases: dict[str, str] = {}
    for name, found in matches.items():
        item, rows = found.candidate.item, found.candidate.rows
        bases[name] = item.base if item else rows[0].base
        before = earlier.answered(found.candidate) if found.candidate.variable else None
        now = float(seen.answered[name].mean()) if seen.size else 0.0
        if before is not None and abs(before - now) > OTHER_RESPONDENTS:
            decisions.add(
                "asked_of_others",
                [name],
                like=found.candidate.name,
                now=round(100 * now),
                before=round(100 * before),
            )
    groups = _respondents(seen, bases)
    for variable in seen.variables:
        if variable.name not in bases:
            base = _base_of_same_respondents(seen.answered[variable.name], groups)
            bases[variable.name] = base or "all_organisations"
            if not base and seen.answered[variable.name].mean() < SAME_RESPONDENTS:
                decisions.add("base_unknown", [variable.name])
    return bases


def _respondents(seen: Profile, bases: Mapping[str, str]) -> dict[str, Answered]:
    """Base -> the respondents that answered any of its items."""
    import numpy as np

    of_base: dict[str, list[Answered]] = defaultdict(list)
    for name, base in bases.items():
        of_base[base].append(seen.answered[name])
    return {base: np.logical_or.reduce(answered) for base, answered in of_base.items()}


def _base_of_same_respondents(answered: Answered, groups: Mapping[str, Answered]) -> str:
    """The base whose respondents are nearly those that answered an item; empty without one."""
    fits = {
        base: float((answered & group).sum() / max((answered | group).sum(), 1))
        for base, group in groups.items()
    }
    best = max(fits, key=lambda base: fits[base], default="")
    return best if best and fits[best] >= SAME_RESPONDENTS else ""
