"""What a reader can work out about one question from all that a release shows of it.

The unknowns are whole numbers: how many respondents of each profile gave each answer. Every shown
figure bounds a weighted sum of them. The true answers are one solution; a hidden count is protected
when another solution, a witness, gives it another value. Witnesses are looked for in two ways:
exchanges of two or four answers that leave every group as it is, and mixed integer programming
(HiGHS), which also proves that there is none. Every witness is checked before it counts.

The number of respondents of each profile is given to the attacker, so what is protected here is
protected from anyone who knows less. Medians and other percentiles, and links between questions,
waves and releases, are not in the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]
    Mask = NDArray[np.bool_]

Fate = Literal["open", "pinned", "unjudged"]
# A witness stays this far inside a bound, so that errors of floating point cannot matter.
MARGIN = 1e-6
# As far as the solver is told to stay inside, since it keeps to a bound only roughly.
SOLVER_MARGIN = 1e-4
MOST_EXCHANGES = 300_000
AT_ONCE = 4096
SAMPLE = 256
PATIENCE = 25
# A range of this many values needs no more witnesses.
WIDE = 2


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
    """

    members: Counts
    counts: Counts
    figures: tuple[Figures, ...]
    targets: Mask
    hidden: Mask
    exclusive: bool


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
class Exchanges:
    """Moves of answers between four profiles (or two, where the last two are -1).

    Attributes:
        profiles: moves x 4; the first and the last gain an answer, the others lose one.
    """

    profiles: Counts


def exchanges(groups: Mask, targets: Mask) -> Exchanges:
    """Find moves that leave the number of answers of every shown group as it is.

    Two profiles in the same shown groups can exchange an answer. So can two pairs of profiles that
    differ in the same groups.

    Args:
        groups: shown groups x profiles.
        targets: hidden groups x profiles; a move that changes none of them is left out.
    """
    import numpy as np

    random = np.random.default_rng(1)
    # Sums of random numbers are equal only where the groups are equal.
    keys = random.integers(1, 2**40, len(groups)) @ groups.astype(np.int64)
    marks = random.integers(1, 2**40, len(targets)) @ targets.astype(np.int64)
    n = groups.shape[1]
    first, second = (index.ravel() for index in np.indices((n, n)))
    unequal = first != second
    first, second = first[unequal], second[unequal]
    shift, effect = keys[first] - keys[second], marks[first] - marks[second]
    same = (shift == 0) & (effect != 0)
    nobody = np.full(int(same.sum()), -1)
    found = [np.stack([first[same], second[same], nobody, nobody], axis=1)]
    # Pairs with the same shift, each once in an order of their own.
    order = np.lexsort((random.random(len(shift)), shift))
    first, second, shift, effect = (a[order] for a in (first, second, shift, effect))
    taken = len(found[0])
    for step in range(1, len(shift)):
        together = shift[step:] == shift[:-step]
        if not together.any() or taken >= MOST_EXCHANGES:
            break
        useful = together & (shift[step:] != 0) & (effect[step:] != effect[:-step])
        one, other = np.nonzero(useful)[0], np.nonzero(useful)[0] + step
        move = np.stack([first[one], second[one], first[other], second[other]], axis=1)
        found += [move, move[:, [2, 3, 0, 1]]]
        taken += 2 * len(move)
    return Exchanges(np.concatenate(found))


@dataclass(frozen=True)
class Effort:
    """How long to search.

    Attributes:
        nodes: steps of the solver for one hidden count; the same on every machine.
        seconds: a limit for one hidden count that only a machine in trouble should meet.
        every: judge every hidden count, also after one of the category was pinned.
    """

    nodes: int = 20
    seconds: float = 20.0
    every: bool = False


def attack(
    question: Question,
    moves: Exchanges,
    effort: Effort | None = None,
    known: list[Counts] | None = None,
) -> Verdict:
    """Tell for every hidden count whether what is shown leaves one value for it.

    Args:
        question: the question.
        moves: moves to try, from `exchanges`.
        effort: how long to search.
        known: changes that were witnesses of other questions; new ones are added.
    """
    search = _Search(question, effort or Effort(), [] if known is None else known)
    for category in range(len(question.counts)):
        search.try_known(category)
        search.walk(category, moves)
    for category in range(len(question.counts)):
        search.solve(category)
    return search.verdict


class _Search:
    """The search for witnesses of one question."""

    def __init__(self, question: Question, effort: Effort, known: list[Counts]) -> None:
        import numpy as np

        self.question, self.effort, self.known = question, effort, known
        zeros = np.zeros(question.hidden.shape, np.int64)
        self.verdict = Verdict(zeros, zeros.copy(), zeros > 0, zeros > 0)
        self.targets = question.targets.astype(np.int64)
        self.sums = [f.weights @ y for f, y in zip(question.figures, question.counts, strict=True)]

    def wanted(self, category: int, width: int = 1) -> Counts:
        """The hidden counts of a category of which the range is not yet so wide."""
        import numpy as np

        verdict = self.verdict
        narrow = verdict.high[category] - verdict.low[category] < width
        return np.nonzero(self.question.hidden[category] & narrow)[0]

    def note(self, category: int, changes: Counts) -> None:
        """Keep how far checked changes (hidden groups x witnesses) move the hidden counts."""
        import numpy as np

        verdict = self.verdict
        verdict.low[category] = np.minimum(verdict.low[category], changes.min(axis=1))
        verdict.high[category] = np.maximum(verdict.high[category], changes.max(axis=1))

    def partners(self, category: int) -> Iterator[int]:
        """Categories that can give and take what this one takes and gives; -1 where none must."""
        if not self.question.exclusive:
            yield -1
        else:
            yield from (k for k in range(len(self.question.counts)) if k != category)

    def try_known(self, category: int) -> None:
        """Try changes that were witnesses of other questions."""
        import numpy as np

        if not self.known or not len(self.wanted(category)):
            return
        change = np.stack(self.known, axis=1)
        for partner in self.partners(category):
            fits = self.fits(category, change)
            if partner >= 0:
                fits &= self.fits(partner, -change)
            if fits.any():
                self.note(category, self.targets @ change[:, fits])
                if partner >= 0:
                    self.note(partner, -self.targets @ change[:, fits])

    def fits(self, category: int, change: Counts) -> Mask:
        """Which changes (profiles x changes) leave all that is shown of a category true."""
        y, figures = self.question.counts[category][:, None] + change, self.question.figures
        fits: Mask = ((y >= 0) & (y <= self.question.members[:, None])).all(axis=0)
        if fits.any():
            sums = figures[category].weights @ y[:, fits]
            low, high = figures[category].low[:, None], figures[category].high[:, None]
            fits[fits] = ((low <= sums) & (sums <= high)).all(axis=0)
        return fits

    def walk(self, category: int, moves: Exchanges) -> None:
        """Go from solution to solution, and note every solution next to the way.

        A step moves answers between two or four profiles. It ends when every range is wide, or when
        some steps in a row have widened none.
        """
        import numpy as np

        q = self.question
        random = np.random.default_rng(category)
        partners = list(self.partners(category))
        y, sums = q.counts.copy(), [s.copy() for s in self.sums]
        offset = np.zeros(q.hidden.shape, np.int64)
        quiet = 0
        while quiet < PATIENCE and len(self.wanted(category)):
            before = len(self.wanted(category)), len(self.wanted(category, WIDE))
            partner = partners[int(random.integers(len(partners)))]
            gain = y[category]
            give = q.members - gain if partner < 0 else y[partner]
            some = self.possible(gain, give, moves, random)
            fits = self.moved_fits(category, sums[category], some, 1)
            if partner >= 0:
                fits &= self.moved_fits(partner, sums[partner], some, -1)
            some = some[fits]
            if len(some):
                changes = _change(self.targets, some)
                self.note(category, offset[category][:, None] + changes)
                if partner >= 0:
                    self.note(partner, offset[partner][:, None] - changes)
                pick = int(random.integers(len(some)))
                for k, sign in ((category, 1), (partner, -1)):
                    if k >= 0:
                        for place, step in zip(some[pick], (1, -1, -1, 1), strict=True):
                            if place >= 0:
                                y[k, place] += sign * step
                        sums[k] = q.figures[k].weights @ y[k]
                        offset[k] += sign * changes[:, pick]
            after = len(self.wanted(category)), len(self.wanted(category, WIDE))
            quiet = 0 if after != before else quiet + 1

    def possible(
        self, gain: Counts, give: Counts, moves: Exchanges, random: np.random.Generator
    ) -> Counts:
        """Some moves for which there are answers: one lost from `gain`, one taken from `give`."""
        import numpy as np

        lose, take = np.nonzero(gain)[0], np.nonzero(give)[0]
        found = []
        if len(lose) and len(take):
            pairs = np.full((SAMPLE, 4), -1)
            pairs[:, 0] = random.choice(take, SAMPLE)
            pairs[:, 1] = random.choice(lose, SAMPLE)
            found.append(pairs[pairs[:, 0] != pairs[:, 1]])
            places = random.integers(0, max(1, len(moves.profiles)), AT_ONCE)
            a, b, c, d = (moves.profiles[places] if len(moves.profiles) else pairs[:0]).T
            full, room = np.append(gain, 1), np.append(give, 1)
            possible = (full[b] > 0) & (full[c] > 0) & (room[a] > 0) & (room[d] > 0)
            possible &= (room[a] > 1) | (a != d)
            possible &= (full[b] > 1) | (b != c) | (c < 0)
            found.append(moves.profiles[places[possible]][:SAMPLE])
        for places, column in ((take, 0), (lose, 1)):
            one = np.full((len(places), 4), -1)
            one[:, column] = places
            found.append(one)
        return np.concatenate(found)

    def moved_fits(self, category: int, sums: Floats, moves: Counts, sign: int) -> Mask:
        """Which moves leave all that is shown of a category true, from figures with these sums."""
        figures = self.question.figures[category]
        after = sums[:, None] + sign * _change(figures.weights, moves)
        inside = (figures.low[:, None] <= after) & (after <= figures.high[:, None])
        fits: Mask = inside.all(axis=0)
        return fits

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
            low.append(np.minimum((figures.low - sums) * scale + SOLVER_MARGIN, 0))
            high.append(np.maximum((figures.high - sums) * scale - SOLVER_MARGIN, 0))
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
        if not q.exclusive:
            self.known.append(y[category] - q.counts[category])
        return True


def _change(weights: NDArray[Any], moves: Counts) -> NDArray[Any]:
    """By how much moves change weighted sums: sums x moves."""
    import numpy as np

    padded = np.concatenate([weights, np.zeros((len(weights), 1), weights.dtype)], axis=1)
    a, b, c, d = moves.T
    change: NDArray[Any] = padded[:, a] - padded[:, b] - padded[:, c] + padded[:, d]
    return change
