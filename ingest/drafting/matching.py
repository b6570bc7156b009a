"""Finds the most likely candidate for each variable of a file, and how sure that is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ingest.drafting.candidates import Candidate, Measure
from ingest.drafting.profile import FileVariable
from ingest.likeness.codes import pair_labels
from ingest.likeness.evidence import SURE, Kind, by_codes, by_wording, confidence
from ingest.likeness.questions import question_table, same_wording
from ingest.likeness.text import folded, meaning, unnumbered

Counts = Callable[[Candidate], Mapping[str, int] | None]

MOST_BY_CONCEPT = 0.75  # the question was never asked, so there is less to compare
OTHER_KIND = 0.3  # factor: an open question and a codelist are hardly ever the same
LABEL = 0.9  # factor: the label of a concept is not the wording of a question
LEAST_WORDING, LEAST_NAME = 0.15, 0.6  # below both, two questions are nothing like each other
LEAST = 0.45  # below this a variable is left without a proposal
TWINS = 0.05  # between candidates this close a person must choose
CERTAIN = 0.97
STRONG_TEXT = 0.75  # likeness of wordings, from where on words are taken over
ENOUGH_ANSWERS = 3  # answers with the same label that make up for a label of one word
STRONG_CODES = 0.5  # share of the answers with the same label
FAMILIAR = 0.2  # share of strong matches, from where on a file is of a known survey
SAME_NAMES = 0.5  # share of a file's names that a wave has, from where on names say something
# Bonus, decides where the evidence is about the same.
OWN_SURVEY, OWN_LATEST, BY_NAME = 0.02, 0.03, 0.1


@dataclass(frozen=True)
class Match:
    """What a variable most likely is.

    Attributes:
        candidate: what it is like.
        confidence: 0 to 1.
        evidence: kind of evidence -> 0 to 1.
        pairs: code of the variable -> the same code (of a concept: category) of the candidate.
        twin: another candidate that is about as likely.
        same_wording: whether the wording is literally the same, but for years and punctuation.
    """

    candidate: Candidate
    confidence: float
    evidence: Mapping[Kind, float]
    pairs: Mapping[str, str]
    twin: Candidate | None = None
    same_wording: bool = False


Ranked = dict[str, list[tuple[float, Match]]]


class Matches(NamedTuple):
    """What the variables of a file are.

    Attributes:
        found: variable -> its match, where the evidence is strong.
        nearest: any other variable -> what it is most like, if it is like anything. Nothing of it
            may be taken over.
    """

    found: dict[str, Match]
    nearest: dict[str, Match]


def recognise(
    variables: Sequence[FileVariable],
    candidates: Sequence[Candidate],
    survey: str,
    counts: Counts,
    related: Callable[[Candidate], bool],
) -> Matches:
    """Say what the variables of a file are, and what they are only like.

    Args:
        variables: of the new file.
        candidates: what they may be.
        survey: survey of the new file.
        counts: see `match`.
        related: whether words of a candidate may be taken over, see `of_family`.
    """
    compared = _compared(variables, candidates, counts)
    family = {
        name: [match for match in held if related(match.candidate)]
        for name, held in compared.items()
    }
    found = _strong_ones(_given(variables, family, survey), variables, survey)
    rest = {name: held for name, held in compared.items() if name not in found}
    nearest = {
        name: held[0][1]
        for name, held in _best(rest, "", "").items()
        if held and held[0][1].confidence >= LEAST
    }
    return Matches(found, nearest)


def match(
    variables: Sequence[FileVariable], candidates: Sequence[Candidate], survey: str, counts: Counts
) -> dict[str, Match]:
    """Give each variable its most likely candidate, the surest first, each measure once.

    Args:
        variables: of the new file.
        candidates: what they may be.
        survey: survey of the new file; its latest wave goes before others that are as alike.
        counts: returns the number of answers of each code of an item, where its file is at hand.

    Returns:
        Name of the variable -> its match. Variables without a likely candidate are left out.
    """
    return _given(variables, _compared(variables, candidates, counts), survey)


def _given(
    variables: Sequence[FileVariable], compared: Mapping[str, list[Match]], survey: str
) -> dict[str, Match]:
    candidates = [match.candidate for held in compared.values() for match in held]
    latest = max((one.wave for one in candidates if one.survey == survey), default="")
    best = _best(compared, survey, latest)
    asked = _asked_together(variables, best)
    best = _best(_with_battery(compared, asked), survey, latest)
    order = sorted(
        ((score, name, n) for name, found in best.items() for n, (score, _) in enumerate(found)),
        key=lambda entry: (-entry[0], entry[1], entry[2]),
    )
    taken: set[Measure] = set()
    given: dict[str, Match] = {}
    for _, name, n in order:
        found = best[name][n][1]
        if name not in given and found.candidate.measure not in taken and found.confidence >= LEAST:
            given[name] = found
            taken.add(found.candidate.measure)
    return {name: _with_twin(name, found, best[name], given) for name, found in given.items()}


def _strong_ones(
    found: Mapping[str, Match], variables: Sequence[FileVariable], survey: str
) -> dict[str, Match]:
    """Keep the matches that rest on strong evidence; of others nothing may be taken over.

    Strong is the text of question and answers; codes alone never are. A weak match counts where the
    file as a whole is known by its texts. A file without labels is known by its names: most of
    them are those of one earlier wave of the survey.

    Args:
        found: variable -> its match, see `match`.
        variables: all of the file.
        survey: survey of the file.
    """
    worded = [variable for variable in variables if variable.label]
    strong = {one.name for one in worded if one.name in found and _strong(one, found[one.name])}
    familiar = len(strong) >= FAMILIAR * len(worded)
    kept = {one.name for one in worded if one.name in found and (familiar or one.name in strong)}
    unworded = [variable for variable in variables if not variable.label]
    alike = {
        one.name: found[one.name].candidate.place
        for one in unworded
        if one.name in found and _same_name(one, found[one.name], survey)
    }
    places = Counter(alike.values())
    kept |= {name for name, place in alike.items() if places[place] >= SAME_NAMES * len(unworded)}
    return {name: match for name, match in found.items() if name in kept}


def _strong(variable: FileVariable, match: Match) -> bool:
    if len(folded(variable.label).split()) < 2 and len(match.pairs) < ENOUGH_ANSWERS:
        return False  # one word, such as 'Foreign', is no question
    text = max(match.evidence.get("wording", 0.0), match.evidence.get("label", 0.0))
    return (
        match.confidence >= SURE
        and text >= STRONG_TEXT
        and match.evidence.get("codes", 1.0) >= STRONG_CODES
    )


def _same_name(variable: FileVariable, match: Match, survey: str) -> bool:
    one = match.candidate
    return (
        one.survey == survey
        and one.variable == variable.name
        and (variable.text or match.evidence.get("codes", 0.0) >= STRONG_CODES)
    )


def _with_twin(
    name: str, found: Match, others: list[tuple[float, Match]], given: Mapping[str, Match]
) -> Match:
    """Add a second candidate that is about as likely, unless another variable is more like it."""
    owners = {match.candidate.measure: (owner, match) for owner, match in given.items()}
    if found.confidence >= CERTAIN:
        return found
    for _, other in others:
        measure = other.candidate.measure
        owner, owned = owners.get(measure, ("", None))
        surer = owned is not None and owner != name and owned.confidence > other.confidence + TWINS
        near = other.confidence >= found.confidence - TWINS
        # A measure that counts towards the same thing and more is no other proposal.
        if near and not surer and not measure & found.candidate.measure:
            return replace(found, twin=other.candidate)
    return found


def _compared(
    variables: Sequence[FileVariable], candidates: Sequence[Candidate], counts: Counts
) -> dict[str, list[Match]]:
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import cdist

    wordings = _wordings(variables, candidates)
    names = [[one.variable.lower() for one in candidates], [v.name.lower() for v in variables]]
    alike = cdist(names[1], names[0], scorer=ratio) / 100
    together = Counter(variable.battery for variable in variables)
    compared = {}
    for row, variable in enumerate(variables):
        rated = together[variable.battery] > 1
        # Most pairs are nothing like each other, and codes and shares take time.
        compared[variable.name] = [
            _compare(variable, one, wording, name, counts, rated=rated)
            for one, wording, name in zip(
                candidates, wordings[variable.name], alike[row].tolist(), strict=True
            )
            if max(wording) >= LEAST_WORDING or name >= LEAST_NAME
        ]
    return compared


def _wordings(
    variables: Sequence[FileVariable], candidates: Sequence[Candidate]
) -> dict[str, list[tuple[float, float]]]:
    """Per variable and candidate: the likeness of the wordings, and of the labels and names."""
    table = question_table(
        [[variable.label] if variable.label else [] for variable in variables],
        [*(one.texts for one in candidates), *(one.names for one in candidates)],
    )
    texts, names = table[:, : len(candidates)], LABEL * table[:, len(candidates) :]
    return {
        variable.name: list(zip(texts[row].tolist(), names[row].tolist(), strict=True))
        for row, variable in enumerate(variables)
    }


def _compare(
    variable: FileVariable,
    one: Candidate,
    wording: tuple[float, float],
    name: float,
    counts: Counts,
    *,
    rated: bool,
) -> Match:
    evidence: dict[Kind, float] = {}
    if variable.label:
        evidence["wording" if wording[0] >= wording[1] else "label"] = max(wording)
    if one.variable:
        evidence["name"] = name
    pairs = paired_codes(variable, one)
    if one.item is not None:
        kinds = (variable.text, variable.number), (one.item.text, one.item.number)
        same_kind = kinds[0] == kinds[1]
        if variable.coded and one.item.codelist:
            evidence["codes"] = by_codes(len(pairs), len(variable.codes), len(one.codes))
    elif one.codes:
        # "Don't know" alone makes no classification.
        valid = [code for code in pairs if meaning(variable.codes[code]) is None]
        evidence["codes"] = len(pairs) / max(len(variable.codes), 1)
        same_kind = variable.coded and (len(valid) > 1 or not variable.labelled)
    else:
        same_kind = variable.tick or (rated and len(variable.codes) > 1)
    if pairs and one.variable and (before := counts(one)):
        evidence["shares"] = _same_shares(variable.counts, before, pairs)
    worded = any(same_wording(variable.label, text) for text in one.texts)
    literal = bool(variable.label) and bool(one.variable) and worded
    if "wording" in evidence:
        years = unnumbered(variable.label) in map(unnumbered, one.texts)
        evidence["wording"] = by_wording(evidence["wording"], literal=literal, years=years)
    return Match(one, 1.0 if same_kind else OTHER_KIND, evidence, pairs, same_wording=literal)


def _rated(label: str, match: Match) -> float:
    """Turn the evidence into a confidence, times the factor that `_compare` put there."""
    evidence, one = match.evidence, match.candidate
    score = confidence(evidence, worded=bool(label))
    if not one.variable:
        if one.codes and len(match.pairs) > 1:  # answers identify it better than a name
            named = evidence.get("wording", evidence.get("label", 0.0))
            score = max(score, 0.35 * named + 0.5 * evidence["codes"])
        score = min(score, MOST_BY_CONCEPT)
    return score * match.confidence


def _with_battery(
    compared: Mapping[str, list[Match]], asked: Mapping[str, Mapping[str, float]]
) -> dict[str, list[Match]]:
    """Add as evidence how many items of the same battery are about the same concept."""

    def with_battery(match: Match, concepts: Mapping[str, float]) -> Match:
        shares = [concepts.get(concept, 0.0) for concept, _, _ in match.candidate.measure]
        return replace(match, evidence={**match.evidence, "battery": max(shares, default=0.0)})

    return {
        name: [
            with_battery(match, asked[name]) if name in asked and match.evidence else match
            for match in found
        ]
        for name, found in compared.items()
    }


def _asked_together(variables: Sequence[FileVariable], best: Ranked) -> dict[str, dict[str, float]]:
    """For each variable in a battery: concept -> share of the battery that is most like it."""
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for variable in variables:
        if variable.coded:
            groups[variable.battery].append(variable.name)
    asked: dict[str, dict[str, float]] = {}
    for names in groups.values():
        if len(names) < 2:
            continue
        votes: dict[str, float] = defaultdict(float)
        for name in names:
            for _, found in best[name][:1]:
                for concept in {concept for concept, _, _ in found.candidate.measure}:
                    votes[concept] += found.confidence
        total = max(votes.values(), default=0.0)
        shares = {concept: vote / total for concept, vote in votes.items()}
        asked |= dict.fromkeys(names, shares)
    return asked


def _best(compared: Mapping[str, list[Match]], survey: str, latest: str) -> Ranked:
    """Per variable the best match of each measure, best first, each with the score of the order."""
    best: Ranked = {}
    for name, matches in compared.items():
        found: dict[Measure, tuple[float, Match, float]] = {}
        for match in matches:
            label = "" if {"wording", "label"}.isdisjoint(match.evidence) else name
            one, score = match.candidate, (rated := _rated(label, match))
            if not label:  # all that tells the items of a battery apart
                score += BY_NAME * match.evidence.get("name", 0.0)
            if one.survey == survey:
                score += OWN_LATEST if one.wave == latest else OWN_SURVEY
            if score > max(LEAST / 2, found.get(one.measure, (0.0,))[0]):
                found[one.measure] = (score, match, rated)
        ordered = sorted(found.values(), key=lambda held: -held[0])
        best[name] = [(score, replace(match, confidence=rated)) for score, match, rated in ordered]
    return best


def paired_codes(variable: FileVariable, one: Candidate) -> dict[str, str]:
    """Pair the codes of a variable with those of a candidate: by label, without labels by code."""
    if not variable.coded:
        return {}
    if variable.labelled or not one.variable:
        lists = (one.codes, *one.other_codes)
        return max((pair_labels(variable.codes, codes) for codes in lists), key=len)
    return {code: code for code in variable.codes if code in one.codes}


def _same_shares(
    ours: Mapping[str, int], theirs: Mapping[str, int], pairs: Mapping[str, str]
) -> float:
    """1 if paired codes have the same shares of the answers, 0 if no answer is in common."""
    own = sum(ours.get(code, 0) for code in pairs)
    other = sum(theirs.get(code, 0) for code in pairs.values())
    if not own or not other:
        return 0.0
    gaps = (abs(ours.get(one, 0) / own - theirs.get(two, 0) / other) for one, two in pairs.items())
    return 1 - sum(gaps) / 2
