"""What a reader can work out about one question from all that a release shows of it.

The unknowns are whole numbers: how many respondents of each profile gave each answer. Every shown
figure bounds a weighted sum of them. The true answers are one solution; a hidden count is protected
when another solution, a witness, gives it another value. Witnesses are looked for in three ways:
respondents of whom nothing tells them apart change places, two respondents exchange answers within
what rounding leaves, and mixed integer programming (HiGHS), which also proves that there is none.
Every witness is checked before it counts.

The number of respondents of each profile is given to the attacker, so what is protected here is
protected from anyone who knows less. Medians and other percentiles, and links between questions,
waves and releases, are not in the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]
    Mask = NDArray[np.bool_]

Fate = Literal["open", "pinned", "unjudged"]
Way = Literal["change_places", "exchange", "solve"]
# A witness stays this far inside a bound, so that errors of floating point cannot matter.
MARGIN = 1e-6
ALL = slice(None)
# As far as the solver is told to stay inside, since it keeps to a bound only roughly.
SOLVER_MARGIN = 1e-4
# Profiles on each side of an exchange, so that pairs of them fit in memory (100 MB).
MOST_PARTNERS = 300


@dataclass(frozen=True)
class Figures:
    """What is shown of one category: low <= weights @ counts <= high, one row per figure.

    Attributes:
        weights: figures x profiles; 0 outside the group of the figure.
        low, high: one per figure, in the unit of the weights.
    """

    weights: Floats
    low: Floats
    high: Floats

    def hold(self, counts: Counts) -> bool:
        """Whether counts per profile (or changes of them and one more axis) fit the figures."""
        sums = self.weights @ counts
        return bool(((self.low <= sums) & (sums <= self.high)).all())


@dataclass(frozen=True)
class Question:
    """One question of a wave: the answers, what is shown of them, and what is hidden.

    Attributes:
        members: respondents in the base, per profile.
        counts: the true answers, categories x profiles.
        figures: one per category.
        targets: groups x profiles: whom a hidden count is about.
        hidden: categories x groups: which counts are hidden.
        exclusive: everyone in the base gave exactly one of the answers.
        profiles: which profiles of the wave these are; the answers of others are given to the
            attacker.
    """

    members: Counts
    counts: Counts
    figures: tuple[Figures, ...]
    targets: Mask
    hidden: Mask
    exclusive: bool
    profiles: Counts | slice = field(default_factory=lambda: ALL)

    @property
    def is_whole(self) -> bool:
        """Whether no answer is given to the attacker."""
        return self.profiles is ALL


def part(question: Question, free: Mask) -> Question:
    """Return a question in which only some profiles can have other answers than the true ones."""
    figures = tuple(
        Figures(
            shown.weights[:, free],
            shown.low - shown.weights[:, ~free] @ y[~free],
            shown.high - shown.weights[:, ~free] @ y[~free],
        )
        for shown, y in zip(question.figures, question.counts, strict=True)
    )
    return Question(
        question.members[free],
        question.counts[:, free],
        figures,
        question.targets[:, free],
        question.hidden,
        question.exclusive,
    )


@dataclass
class Verdict:
    """What the attack found: categories x groups.

    Attributes:
        low, high: by how much a hidden count may be lower or higher than it is; at least this much.
        pinned: there is no other solution, which is proved.
        unjudged: time ran out before either was found.
    """

    low: Counts
    high: Counts
    pinned: Mask
    unjudged: Mask


@dataclass(frozen=True)
class Effort:
    """How long to search.

    Attributes:
        nodes: steps of the solver for one hidden count; the same on every machine.
        seconds: a limit for one hidden count that only a machine in trouble should meet.
        every: judge every hidden count, also after one of the category was pinned.
        ways: how witnesses are looked for; only `solve` can prove that there is none.
    """

    nodes: int = 100
    seconds: float = 200.0
    every: bool = False
    ways: tuple[Way, ...] = ("change_places", "exchange", "solve")


def attack(
    question: Question,
    effort: Effort | None = None,
) -> Verdict:
    """Tell for every hidden count whether what is shown leaves one value for it.

    Args:
        question: the question.
        effort: how long to search.
    """
    search = _Search(question, effort or Effort())
    if not question.members.any():
        return search.verdict
    for way in search.effort.ways:
        for category in range(len(question.counts)):
            getattr(search, way)(category)
    return search.verdict


class _Search:
    """The search for witnesses of one question."""

    def __init__(self, question: Question, effort: Effort) -> None:
        import numpy as np

        self.question, self.effort = question, effort
        zeros = np.zeros(question.hidden.shape, np.int64)
        self.verdict = Verdict(zeros, zeros.copy(), zeros > 0, zeros > 0)
        self.targets = question.targets.astype(np.int64)
        self.sums = [f.weights @ y for f, y in zip(question.figures, question.counts, strict=True)]

    def wanted(self, category: int) -> Counts:
        """The hidden counts of a category that no witness changes yet."""
        import numpy as np

        unchanged = self.verdict.high[category] == self.verdict.low[category]
        return np.nonzero(self.question.hidden[category] & unchanged)[0]

    def note(self, category: int, changes: Counts) -> None:
        """Keep how far checked changes (hidden groups x witnesses) move the hidden counts."""
        import numpy as np

        verdict = self.verdict
        verdict.low[category] = np.minimum(verdict.low[category], changes.min(axis=1))
        verdict.high[category] = np.maximum(verdict.high[category], changes.max(axis=1))

    @cached_property
    def alike(self) -> Counts:
        """Which profiles are in the same figures: kinds of profiles x profiles."""
        import numpy as np

        rows = np.concatenate([figures.weights for figures in self.question.figures])
        same = np.unique(rows, axis=1, return_inverse=True)[1].ravel()
        alike: Counts = (same == np.arange(same.max() + 1)[:, None]).astype(np.int64)
        return alike

    def change_places(self, category: int) -> None:
        """Note what changes when profiles in the same figures exchange answers.

        No figure changes then, of this answer or of another one.
        """
        import numpy as np

        if not len(self.wanted(category)):
            return
        alike = self.alike
        yes = self.question.counts[category]
        no = self.question.members - yes
        # Answers inside and outside of each hidden group: profiles that are alike x groups.
        inside_yes, inside_no = alike @ (yes * self.targets).T, alike @ (no * self.targets).T
        outside_yes = (alike @ yes)[:, None] - inside_yes
        outside_no = (alike @ no)[:, None] - inside_no
        verdict = self.verdict
        up = np.minimum(inside_no, outside_yes).sum(axis=0)
        down = np.minimum(inside_yes, outside_no).sum(axis=0)
        verdict.high[category] = np.maximum(verdict.high[category], up)
        verdict.low[category] = np.minimum(verdict.low[category], -down)

    def exchange(self, category: int) -> None:
        """Note which hidden counts change when two respondents exchange answers within rounding."""
        import numpy as np

        q = self.question
        gain = q.counts[category]
        partners = [k for k in range(len(q.counts)) if k != category] if q.exclusive else [-1]
        for partner in partners:
            wanted = self.wanted(category)
            if not len(wanted):
                return
            give = q.counts[partner] if partner >= 0 else q.members - gain
            moves = self.targets[wanted]
            sides = (spread(np.nonzero(who)[0], moves, MOST_PARTNERS) for who in (give, gain))
            taker, giver = (place.ravel() for place in np.meshgrid(*sides))
            useful = (moves[:, taker] != moves[:, giver]).any(axis=0)
            taker, giver = taker[useful], giver[useful]
            for k, sign in ((category, 1), (partner, -1)):
                if k >= 0:
                    figures = q.figures[k]
                    change = sign * (figures.weights[:, taker] - figures.weights[:, giver])
                    after = self.sums[k][:, None] + change
                    fits = (figures.low[:, None] <= after) & (after <= figures.high[:, None])
                    taker, giver = taker[fits.all(axis=0)], giver[fits.all(axis=0)]
            if len(taker):
                changes = self.targets[:, taker] - self.targets[:, giver]
                self.note(category, changes)
                if partner >= 0:
                    self.note(partner, -changes)

    def solve(self, category: int) -> None:
        """Judge by integer programming what no walk changed."""
        for sign in (1, -1):
            if len(targets := self.wanted(category)) > 1:
                self.program(category, targets, sign)
        for target in self.wanted(category):
            if target not in self.wanted(category):
                continue  # a witness for another target changed it
            fates = {self.program(category, [target], sign) for sign in (1, -1)}
            if target in self.wanted(category):
                self.verdict.pinned[category, target] = fates == {"pinned"}
                self.verdict.unjudged[category, target] = fates != {"pinned"}
                if not self.effort.every:
                    return

    def program(self, category: int, targets: Sequence[int] | Counts, sign: int) -> Fate:
        """Look for a witness in which hidden counts are together higher (or lower).

        Profiles that are in the same figures and targets are one unknown.

        Returns:
            `pinned` where there is none, which is proved.
        """
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import block_array, csr_array

        if not len(self.wanted(category)):
            return "open"
        q = self.question
        used = list(range(len(q.counts))) if q.exclusive else [category]
        alive = np.nonzero(q.members)[0]
        aim = self.targets[targets].sum(axis=0, keepdims=True)
        columns = np.concatenate([*(q.figures[k].weights for k in used), aim])[:, alive]
        classes, of_class = np.unique(columns, axis=1, return_inverse=True)
        of_class = of_class.ravel()
        width = classes.shape[1]
        joined = csr_array(
            (np.ones(len(alive)), (of_class, np.arange(len(alive)))), (width, len(alive))
        )
        y = np.stack([joined @ q.counts[k][alive] for k in used])
        m = joined @ q.members[alive]
        blocks, low, high = [], [], []
        start = 0
        for k in used:
            figures, sums = q.figures[k], self.sums[k]
            rows = classes[start : start + len(figures.low)]
            start += len(rows)
            # Rows of one size, so that a tolerance means the same in each.
            scale = 1 / np.maximum(rows.max(axis=1, initial=0), 1e-12)
            blocks.append(csr_array(rows * scale[:, None]))
            least, most = figures.low - sums, figures.high - sums
            # A count may reach its bound; half a respondent beyond it there is none.
            whole = (rows == np.rint(rows)).all(axis=1) & (figures.low < figures.high)
            least = np.where(whole, np.ceil(least - MARGIN) - 0.5, least)
            most = np.where(whole, np.floor(most + MARGIN) + 0.5, most)
            low.append(np.minimum(least * scale + np.where(whole, 0, SOLVER_MARGIN), 0))
            high.append(np.maximum(most * scale - np.where(whole, 0, SOLVER_MARGIN), 0))
        matrix = block_array(
            [
                [block if i == j else None for j in range(len(used))]
                for i, block in enumerate(blocks)
            ]
        ).tocsr()
        lower, upper = np.concatenate(low), np.concatenate(high)
        if q.exclusive:
            ones = csr_array(np.kron(np.ones((1, len(used))), np.eye(width)))
            matrix = block_array([[matrix], [ones]]).tocsr()
            lower, upper = np.append(lower, np.zeros(width)), np.append(upper, np.zeros(width))
        gain = np.zeros((len(used), width))
        gain[used.index(category)] = sign * classes[-1]
        bounds = Bounds((-y).ravel(), (m - y).ravel())
        found = milp(
            -gain.ravel(),
            integrality=np.ones(len(used) * width),
            bounds=bounds,
            constraints=[
                LinearConstraint(matrix, lower, upper),
                LinearConstraint(csr_array(gain.reshape(1, -1)), 1, np.inf),
            ],
            options={
                "node_limit": self.effort.nodes,
                "time_limit": self.effort.seconds,
                "mip_rel_gap": 1e9,
            },
        )
        if found.x is None:
            return "pinned" if found.status == 2 else "unjudged"
        change = np.rint(found.x).astype(np.int64).reshape(len(used), width)
        return "open" if self.witness(category, used, change, of_class, alive) else "unjudged"

    def witness(
        self, category: int, used: Sequence[int], change: Counts, of_class: Counts, alive: Counts
    ) -> bool:
        """Spread the changes of classes over their profiles, and check them."""
        import numpy as np

        q = self.question
        y = q.counts.copy()
        for c in np.nonzero(change.any(axis=0))[0]:
            inside = alive[of_class == c]
            if q.exclusive:
                wanted = y[:, inside].sum(axis=1) + change[:, c]
                # Fill the profiles with the answers in order.
                answers = np.repeat(np.arange(len(y)), wanted)
                ends = np.cumsum(q.members[inside])
                for place, part in zip(inside, np.split(answers, ends[:-1]), strict=True):
                    y[:, place] = np.bincount(part, minlength=len(y))
            else:
                left = int(change[0, c])
                for place in inside:
                    step = int(
                        np.clip(left, -y[category, place], q.members[place] - y[category, place])
                    )
                    y[category, place] += step
                    left -= step
        right = bool((y >= 0).all() and (y <= q.members).all())
        right = right and all(q.figures[k].hold(y[k]) for k in used)
        if q.exclusive:
            right = right and bool((y.sum(axis=0) == q.counts.sum(axis=0)).all())
        if not right:
            return False
        for k in used:
            difference = y[k] - q.counts[k]
            if difference.any():
                self.note(k, (self.targets @ difference)[:, None])
        return True


def spread(places: Counts, groups: NDArray[Any], most: int) -> Counts:
    """Return profiles: all, or where there are more as many of each group and of the rest.

    Args:
        places: the profiles to choose from.
        groups: groups x all profiles: who is in them.
        most: how many to return at most; at least one of each group.
    """
    import numpy as np

    if len(places) <= most:
        return places
    of_each = max(most // (len(groups) + 1), 1)
    found = []
    for group in (*groups, ~groups.any(axis=0)):
        inside = places[group[places] > 0]
        found.append(inside[np.linspace(0, len(inside) - 1, min(of_each, len(inside))).astype(int)])
    return np.unique(np.concatenate(found))
