"""Generates synthetic answers that meet published margins exactly.

Quota by rank. Every organisation has a utility for every variable: the effects of what it depends
on (a latent trait, earlier answers) plus a standard-normal random part. Of the organisations that
were asked and give a valid answer, the K with the highest utility get the first code, the next ones
the second code, and so on. K follows from the wanted share, so margins are exact after non-response
and items still depend on each other. Where the published figures are weighted, K counts weights
instead of organisations. Limits on the answers of one respondent (number of ticks, groups of a
scale) are met afterwards by swapping cells within a column, which keeps every margin.

A share of the random part (`stability`) is the same in every wave, so that an organisation drawn in
two waves gives similar answers, as in a real panel.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.errors import Phrase, RefusedError
from ingest.samples.draw import Bools, Floats, by_rank, counts, fit_rows, gap_counts, lasting
from ingest.samples.specification import (
    Effects,
    OpenQuestion,
    Part,
    Question,
    Routing,
    Scale,
    Specification,
    Ticks,
    read_specification,
)
from ingest.samples.write import Table

if TYPE_CHECKING:
    import numpy.typing as npt

FOLDER = Path(__file__).parent


class _Sample:
    """Answers drawn so far: a code per organisation and variable, NaN for no answer."""

    def __init__(self, spec: Specification, rng: np.random.Generator) -> None:
        self.spec, self.rng = spec, rng
        self.codes: dict[str, Floats] = {}
        self.traits: dict[str, Floats] = {}
        self.groups: dict[str, Mapping[str, Bools]] = {}
        self.names = self._organisations()
        self.weights = self._weights()
        for name, latent in spec.latents.items():
            self.traits[name] = _standard(self._utility(name, latent.depends, latent.stability))
        for question in spec.questions:
            self._question(question)
        self.texts = {question.variable: self._texts(question) for question in spec.open_questions}

    def _organisations(self) -> list[str]:
        made = self.spec.organisations
        rows: list[tuple[str, tuple[int, ...]]] = []
        for stratum, numbers in _numbers(self.spec, self.rng).items():
            cells = [cell for cell in made.cells if cell.codes[0] == stratum]
            codes = [cell.codes for cell in cells for _ in range(cell.count)]
            names = (f"{made.pool}|{stratum}|{number}" for number in numbers)
            rows += zip(names, codes, strict=True)
        rows = [rows[place] for place in self.rng.permutation(len(rows))]
        for place, variable in enumerate(made.variables):
            self.codes[variable] = np.array([codes[place] for _, codes in rows], float)
        return [hashlib.sha256(name.encode()).hexdigest()[:12] for name, _ in rows]

    def _weights(self) -> Floats | None:
        made = self.spec.organisations
        if not made.weighted:
            return None
        strata = self.codes[next(iter(made.variables))]
        weights = np.empty(len(strata))
        for stratum, size in made.frame.items():
            weights[strata == stratum] = size / (strata == stratum).sum()
        return weights

    def _drawn(self, utility: Floats, shares: Mapping[int, float], among: Bools) -> Floats:
        weights = None if self.weights is None else self.weights[among]
        return by_rank(utility[among], shares, weights)

    def _gave(self, routing: Routing) -> Bools:
        gave = np.ones(len(self.names), bool)
        for variable, codes in routing.items():
            gave &= np.isin(self.codes[variable], codes)
        return gave

    def _utility(self, name: str, depends: Effects, stability: float) -> Floats:
        chance = self.rng.standard_normal(len(self.names)) * math.sqrt(1 - stability)
        utility = chance
        if stability:
            utility = chance + lasting(self.names, name) * math.sqrt(stability)
        for key, effect in depends.items():
            if key in self.traits:
                utility += effect * self.traits[key]
                continue
            parts = (part.partition("=") for part in key.split("&"))
            given = {name: tuple(map(int, codes.split(","))) for name, _, codes in parts}
            utility += effect * self._gave(given)
        return utility

    def _some(self, among: Bools, size: int) -> Bools:
        some = np.zeros(len(among), bool)
        some[self.rng.choice(np.flatnonzero(among), size, replace=False)] = True
        return some

    def _question(self, question: Question) -> None:
        response, ticks = self._response(question), question.ticks
        wanted = np.zeros(len(self.names))  # number of ticks, where the question sets it
        if ticks and ticks.shares:
            name, among = f"{question.parts[0].variable} ticks", response[0][0]
            utility = self._utility(name, ticks.depends, question.stability)
            wanted[among] = self._drawn(utility, ticks.shares, among)
        free = np.ones(len(self.names), bool)  # did not tick an exclusive part
        for part, (among, unsure) in zip(question.parts, response, strict=True):
            depends = {**question.depends, **part.depends}
            utility = self._utility(part.like or part.variable, depends, question.stability)
            utility += 2 * wanted
            utility[~free] = -np.inf
            shares = self._shares(question, part)
            if part.gap:
                utility[self._top(part, shares, utility, among)] += 1000
            column = self.codes.get(part.variable, np.full(len(among), np.nan)).copy()
            column[among] = self._drawn(utility, shares, among)
            if unsure.any():
                column[unsure] = self.spec.dont_know_code
            self.codes[part.variable] = column
            if part.exclusive:
                free &= column != 1
        if ticks:
            self._fit_ticks(question, ticks, response[0][0] & free, wanted)
        for name in question.none:
            boxes = np.column_stack([self.codes[part.variable] for part in question.parts])
            self.codes[name] = np.where(response[0][0], boxes.sum(axis=1) == 0, np.nan)
        if question.scale:
            self._fit_scale(question.scale)

    def _response(self, question: Question) -> list[tuple[Bools, Bools]]:
        """Draw, for each part, the respondents with a valid answer and those who do not know."""
        asked = self._gave(question.asked)
        blank, unsure = (
            round(asked.sum() * percent / 100) for percent in (question.blank, question.dont_know)
        )
        if question.ticks:  # the parts are boxes of one question, skipped as a whole
            valid = asked & ~self._some(asked, blank)
            return [(valid, np.zeros_like(valid))] * len(question.parts)
        scale, drawn = question.scale, []
        room = np.full(len(asked), len(scale.parts) - scale.minimum_answered if scale else 1)
        for part in question.parts:
            lost = self._some(asked & (room > 0), blank + unsure)
            drawn.append((asked & ~lost, self._some(lost, unsure)))
            if scale and part.variable in scale.parts:
                room -= lost  # everyone answers enough items to have a score
        return drawn

    def _shares(self, question: Question, part: Part) -> dict[int, float]:
        codes = set(self.spec.codelists[question.codelist])
        rest = codes - {*part.shares, self.spec.dont_know_code}
        return part.shares | dict.fromkeys(rest, 100 - sum(part.shares.values()))

    def _top(self, part: Part, shares: Mapping[int, float], utility: Floats, among: Bools) -> Bools:
        """Choose who gets the top codes of a part, so that its groups differ as wanted."""
        gap, top = part.gap, np.zeros(len(among), bool)
        assert gap is not None
        groups = self.groups[gap.scale]
        upper, lower = groups[gap.upper] & among, groups[gap.lower] & among
        middle = among & ~upper & ~lower
        total = sum(counts(shares, int(among.sum()))[code] for code in gap.codes)
        sizes = [int(group.sum()) for group in (upper, lower, middle)]
        high, low = gap_counts(total, sizes, gap.points)
        for group, size in ((upper, high), (lower, low), (middle, total - high - low)):
            places = np.flatnonzero(group)
            top[places[np.argsort(-utility[places], kind="stable")[:size]]] = True
        return top

    def _fit_ticks(self, question: Question, ticks: Ticks, among: Bools, wanted: Floats) -> None:
        names = [part.variable for part in question.parts]
        cells = np.column_stack([self.codes[name][among] for name in names])
        least = np.full(len(cells), float(ticks.least))
        most = np.full(len(cells), float(ticks.most or len(names)))
        if ticks.shares:
            least = most = wanted[among]
            # Rounded rows and rounded columns may differ by a few ticks: rows of 2 take them up.
            spare = int(cells.sum() - least.sum())
            least[self.rng.permutation(np.flatnonzero(least == 2))[: abs(spare)]] += np.sign(spare)
        apart = [(names.index(one), names.index(other)) for one, other in ticks.apart]
        self._fit(names, cells, least, most, apart)
        for name, column in zip(names, cells.T, strict=True):
            self.codes[name][among] = column

    def _fit_scale(self, scale: Scale) -> None:
        codes = np.column_stack([self.codes[name] for name in scale.parts])
        cells = np.where(codes == self.spec.dont_know_code, np.nan, codes)
        if scale.reverse:
            cells = scale.reverse - cells
        answered = (~np.isnan(cells)).sum(axis=1)
        order = np.argsort(np.nanmean(cells, axis=1), kind="stable")
        groups = list(scale.groups.values())
        sizes = counts({place: group.share for place, group in enumerate(groups)}, len(order))
        member = np.empty(len(order), int)
        member[order] = np.repeat(list(sizes), list(sizes.values()))
        bounds = np.array([(group.least, group.most) for group in groups])[member]
        least = np.ceil(bounds[:, 0] * answered - 1e-9)
        most = np.floor(bounds[:, 1] * answered + 1e-9)
        for extreme in scale.extremes:
            fits = self._gave(extreme.among) & (answered == extreme.answered)
            row = order[fits[order]][-1 if extreme.highest else 0]
            least[row] = most[row] = extreme.total
        self._fit(scale.parts, cells, least, most, [])
        fitted = scale.reverse - cells if scale.reverse else cells
        for name, column in zip(scale.parts, fitted.T, strict=True):
            self.codes[name] = np.where(np.isnan(column), self.codes[name], column)
        self.traits[scale.name] = _standard(np.nanmean(cells, axis=1))
        self.groups[scale.name] = {name: member == n for n, name in enumerate(scale.groups)}

    def _fit(
        self,
        names: Sequence[str],
        cells: Floats,
        least: Floats,
        most: Floats,
        apart: Sequence[tuple[int, int]],
    ) -> None:
        if not fit_rows(cells, least, most, apart, self.rng):
            pool = self.spec.organisations.pool
            raise RefusedError(
                "sample_impossible",
                Phrase("sample_of", pool=pool, first=names[0], last=names[-1]),
            )

    def _texts(self, question: OpenQuestion) -> list[str]:
        asked = self._gave(question.asked)
        given = asked & ~self._some(asked, round(asked.sum() * question.blank / 100))
        fits = np.column_stack([self._gave(answer.when) for answer in question.answers])
        used, texts = np.zeros(len(question.answers)), [""] * len(given)
        for row in np.flatnonzero(given & fits.any(axis=1)):
            rank = used + self.rng.random(len(used))  # the least used one, ties at random
            place = int(np.argmin(np.where(fits[row], rank, np.inf)))
            used[place] += 1
            texts[row] = question.answers[place].text
        return texts


def _numbers(spec: Specification, rng: np.random.Generator) -> dict[int, npt.NDArray[np.int64]]:
    """Draw the respondents of each stratum, as numbers in the frame, before anything else."""
    made, before = spec.organisations, dict[int, "npt.NDArray[np.int64]"]()
    if made.again:
        earlier = read_specification(FOLDER / f"{made.again.sample}.yml")
        before = _numbers(earlier, np.random.default_rng(earlier.seed))
    drawn = {}
    for stratum, size in made.frame.items():
        wanted = sum(cell.count for cell in made.cells if cell.codes[0] == stratum)
        known = before.get(stratum, np.array([], int))
        others = np.setdiff1d(np.arange(size), known)
        again = round(made.again.share * len(known)) if made.again else 0
        again = min(max(again, wanted - len(others)), wanted)
        numbers = rng.choice(known, again, replace=False) if again else np.array([], int)
        new = rng.choice(others, wanted - again, replace=False)
        drawn[stratum] = np.sort(np.concatenate([numbers, new]))
    return drawn


def _standard(values: Floats) -> Floats:
    centred: Floats = (values - values.mean()) / values.std()
    return centred


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def generate(spec: Specification, seed: int | None = None) -> Table:
    """Generate a sample; the same seed gives the same answers.

    Args:
        spec: what the sample must look like.
        seed: replaces the seed of the specification.

    Returns:
        One row per organisation: number, pseudonym, date, codes (NaN where not asked or skipped)
        and texts, with labels of variables and codes.

    Raises:
        RefusedError: margins and limits exclude each other.
    """
    import pandas as pd

    rng = np.random.default_rng(spec.seed if seed is None else seed)
    sample, made, when = _Sample(spec, rng), spec.organisations, spec.completed_on
    size = len(sample.names)
    frame: dict[str, Any] = {spec.respondent: np.arange(1, size + 1, dtype=float)}
    if spec.organisation:
        frame[spec.organisation] = sample.names
    if when:
        frame[when.variable] = np.sort(rng.choice(pd.bdate_range(when.start, when.end).date, size))
    labels = {name: variable.label for name, variable in made.variables.items()}
    codes = {name: spec.codelists[variable.codelist] for name, variable in made.variables.items()}
    missing: dict[str, list[int]] = {}
    for question in spec.questions:
        for part in question.parts:
            labels[part.variable] = part.label
            codes[part.variable] = spec.codelists[question.codelist]
            if spec.dont_know_code is not None and spec.dont_know_code in codes[part.variable]:
                missing[part.variable] = [spec.dont_know_code]
        labels |= question.none
        codes |= dict.fromkeys(question.none, spec.codelists[question.codelist])
        if question.empty_ticks:
            for name in (*(part.variable for part in question.parts), *question.none):
                sample.codes[name][sample.codes[name] == 0] = np.nan
    labels |= {question.variable: question.label for question in spec.open_questions}
    for error in spec.errors:
        sample.codes[error.variable][error.respondent - 1] = error.code
    drawn: dict[str, Any] = {**sample.codes, **sample.texts}
    if made.weight and sample.weights is not None:
        frame[made.weight] = (sample.weights / sample.weights.mean()).round(6)
        labels[made.weight] = "Gewicht"
    frame |= {name: sample.codes[name] for name in made.variables}
    others = sorted(drawn.keys() - made.variables.keys(), key=_natural)
    frame |= {name: drawn[name] for name in others}
    made_on = when.end if when else None
    return Table(pd.DataFrame(frame), labels, codes, missing, spec.file_label, made_on)
