"""Reads what a release shows of a wave, and the answers behind it, as questions to attack."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

from expectations.disclosure.attack import ALL, MARGIN, Figures, Question, spread

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]
    Mask = NDArray[np.bool_]

# What anyone can look up of an organisation.
REGISTER = (
    "sector",
    "thematic_cluster",
    "sector_level",
    "central_government_function",
    "organisation_size",
)
# A published figure that is called approximate was read from a sentence such as "almost half".
APPROXIMATE = 5.0
EXACT = 1e-6
# Profiles whose answers are unknowns; more, each with a weight of its own, do not fit in memory.
MOST_PROFILES = 1500


@dataclass(frozen=True)
class Rules:
    """The public rules of a release, from release_rules.csv.

    Attributes:
        fewest: a share on fewer respondents is shown as a bound only.
        minimum_base: a group with fewer respondents is not shown.
    """

    fewest: int = 3
    minimum_base: int = 10


@dataclass(frozen=True)
class Target:
    """A group that is not shown: a hidden one, or what a register tells apart inside shown ones.

    Attributes:
        parts: concept or dimension -> category; several for a crossing.
    """

    parts: tuple[tuple[str, str], ...]
    kind: str

    def __str__(self) -> str:
        """Return it as a message names it."""
        return " x ".join(f"{name} = {value}" for name, value in self.parts)


@dataclass(frozen=True)
class Asked:
    """Which question: concept, base and item, with its categories in the order of the counts."""

    concept: str
    base: str
    item: str
    categories: tuple[str, ...]


class Wave:
    """The answers of a wave by profile, and what a release shows of them.

    Args:
        connection: a warehouse.
        cube: where the release has `mart_indicator`.
        survey: the survey.
        wave: the wave.
        rules: the public rules of the release.
        merged: attack also original groups that release_groups.csv merges.
        crossings: attack also every crossing of up to 9 respondents that registers tell apart.

    Attributes:
        withdrawn: figures to take as hidden: concept, base, category, group_dimension and group.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        cube: str,
        survey: str,
        wave: str,
        rules: Rules,
        *,
        merged: bool = True,
        crossings: bool = False,
    ) -> None:
        self.connection, self.cube, self.rules = connection, cube, rules
        self.attack_merged, self.crossings = merged, crossings
        self.withdrawn: set[tuple[str, str, str, str, str]] = set()
        self.where = {"survey": survey, "wave": wave}
        self.id = f"{survey}/{wave}"
        self._read_profiles()
        self._read_answers()
        self._read_figures()

    def _frame(self, sql: str) -> pd.DataFrame:
        return self.connection.execute(sql, self.where).fetch_df()

    def _read_profiles(self) -> None:
        """Respondents with the same weight, groups and register are one profile."""
        import numpy as np

        read = self.connection.execute(
            """
            select distinct block
            from harmonised.hrm_patterns
            semi join (
                from harmonised.hrm_item_answers
                where category is not null and list_contains($register, concept)
            ) using (survey, wave, pattern)
            where survey = $survey and wave = $wave
            order by block
            """,
            {**self.where, "register": list(REGISTER)},
        ).fetchall()
        # Blocks by name, so that no other column of the raw answers is read.
        blocks = ", ".join("'" + str(name).replace("'", "''") + "'" for (name,) in read)
        self.connection.execute(
            f"""
            create or replace temp table attack_respondents as
            with register as (
                select
                    respondent_id,
                    array_to_string(list_sort(list(concept || '=' || category)), '|') as known
                from (
                    select distinct respondent_id, concept, category
                    from harmonised.hrm_item_answers
                    inner join harmonised.hrm_respondent_patterns using (survey, wave, pattern)
                    where
                        survey = $survey and wave = $wave and block in ({blocks or "null"})
                        and category is not null and list_contains($register, concept)
                )
                group by respondent_id
            ),
            shown as (
                select
                    profile,
                    array_to_string(
                        list_sort(list(group_dimension || '=' || group_value)), '|'
                    ) as groups
                from harmonised.hrm_profile_groups
                where survey = $survey and wave = $wave
                group by profile
            ),
            described as (
                select
                    profiles.respondent_id,
                    shown.groups,
                    coalesce(register.known, '') as known,
                    coalesce(profiles.weight, 0) as weight
                from harmonised.hrm_profiles as profiles
                inner join shown using (profile)
                left join register using (respondent_id)
                where profiles.survey = $survey and profiles.wave = $wave
            )
            select *, dense_rank() over (order by groups, known, weight) - 1 as profile
            from described
            """,  # noqa: S608
            {**self.where, "register": list(REGISTER)},
        )
        profiles = self.connection.execute(
            """
            select
                weight,
                dense_rank() over (order by groups) - 1 as of_groups,
                dense_rank() over (order by known) - 1 as of_known
            from (select distinct profile, groups, known, weight from attack_respondents)
            order by profile
            """
        ).fetchnumpy()
        self.size = len(profiles["weight"])
        self.weight = np.asarray(profiles["weight"], np.float64)
        self.groups = _masks(self._texts("groups"), np.asarray(profiles["of_groups"]))
        self.known = _masks(self._texts("known"), np.asarray(profiles["of_known"]))
        looked_up = {concept for concept, _ in self.known}
        by_register = {**self.known} | {
            place: mask
            for place, mask in self.groups.items()
            if self.concept_of.get(place[0]) in looked_up
        }
        by_answers = {
            place: mask for place, mask in self.groups.items() if place not in by_register
        }
        self.identity, self.told = (
            np.unique(np.stack([self.weight, *masks.values()]), axis=1, return_inverse=True)[1]
            .ravel()
            .astype(np.int64)
            for masks in (by_register, by_answers)
        )

    def _texts(self, column: str) -> list[str]:
        found = self.connection.execute(
            f"select distinct {column} from attack_respondents order by {column}"  # noqa: S608
        )
        return [str(text) for (text,) in found.fetchall()]

    def _read_answers(self) -> None:
        key = ["concept", "base", "item"]
        self.connection.execute(
            """
            create or replace temp table attack_patterns as
            select pattern, profile, count(*) as n
            from harmonised.hrm_respondent_patterns
            inner join attack_respondents using (respondent_id)
            where survey = $survey and wave = $wave
            group by all
            """,
            self.where,
        )
        asked = self._frame(
            """
            select asked.*, concepts.kind
            from harmonised.hrm_asked_categories as asked
            inner join seeds.concepts as concepts using (concept)
            semi join harmonised.hrm_pattern_members using (survey, wave, concept, base, item)
            where survey = $survey and wave = $wave and statistic = 'share'
            order by all
            """
        )
        self.asked = [
            (
                Asked(str(k[0]), str(k[1]), str(k[2]), tuple(part["category"])),
                part["kind"].iloc[0] == "single",
            )
            for k, part in asked.groupby(key)
        ]

    def _free(self, members: Counts) -> Counts | slice:
        """Return profiles whose answers are unknowns: all, or of those who answered some."""
        import numpy as np

        if self.size <= MOST_PROFILES:
            return ALL
        return spread(np.nonzero(members)[0], self._all_groups, MOST_PROFILES)

    @cached_property
    def _all_groups(self) -> Mask:
        """Who is in each group, and in each group of a register: groups x profiles."""
        import numpy as np

        return np.stack([*self.groups.values(), *self.known.values()])

    def _given(self, asked: Asked) -> tuple[Counts, Counts]:
        """Return who answered a question, by profile, and their answers, by category and profile.

        One question at a time: of a large wave all of them are more than a machine holds.
        """
        import numpy as np

        question = {"concept": asked.concept, "base": asked.base, "item": asked.item}
        found = self.connection.execute(
            """
            with given as (
                select '' as category, pattern from harmonised.hrm_pattern_members
                where
                    survey = $survey and wave = $wave
                    and concept = $concept and base = $base and item = $item
                union all
                select category, pattern from harmonised.hrm_pattern_answers
                where
                    survey = $survey and wave = $wave
                    and concept = $concept and base = $base and item = $item
                    and statistic = 'share'
            )
            select category, profile, cast(sum(n) as bigint) as n
            from given inner join attack_patterns using (pattern)
            group by all
            """,
            {**self.where, **question},
        ).fetch_df()
        by_category = {
            str(category): self._spread(part) for category, part in found.groupby("category")
        }
        none = np.zeros(self.size, np.int64)
        return by_category[""], np.stack([by_category.get(c, none) for c in asked.categories])

    def _spread(self, part: pd.DataFrame) -> Counts:
        import numpy as np

        found = np.zeros(self.size, np.int64)
        found[part["profile"]] = part["n"]
        return found

    def _read_figures(self) -> None:
        columns = {row[0] for row in self.connection.execute(f"describe {self.cube}").fetchall()}
        self.rounded = "rounding_unit" in columns
        unit = "figures.rounding_unit" if self.rounded else "null"
        figures = self._frame(
            f"""
            with complements as (
                select concept, category
                from {
                "seeds.categories where complement_of is not null"
                if self.rounded
                else "seeds.categories where false"
            }
            )
            select
                figures.concept, figures.base, figures.category, figures.group_dimension,
                figures.group_value, figures.weighting, figures.statistic,
                figures.estimate, figures.n,
                {unit} as unit, figures.bound, figures.conf_status, figures.approximate,
                figures.data_status = 'published' as published,
                complements.category is not null as is_complement
            from {self.cube} as figures
            left join complements using (concept, category)
            where
                figures.survey = $survey and figures.wave = $wave
                and (
                    figures.statistic = 'share'
                    or figures.data_status = 'published' and figures.statistic = 'count'
                )
            order by all
            """  # noqa: S608
        )
        self.cells: dict[tuple[str, str, str], list[dict[Any, Any]]] = {}
        for row in figures.astype(object).where(figures.notna(), None).to_dict("records"):
            self.cells.setdefault((row["concept"], row["base"], row["category"]), []).append(row)

    def group(self, dimension: str, value: str) -> Mask | None:
        """Return the profiles of a group, merged or as it was; none where nobody is in it."""
        concept = self.concept_of.get(dimension, dimension)
        found = self.groups.get((dimension, value))
        return self.known.get((concept, value)) if found is None else found

    @cached_property
    def concept_of(self) -> Mapping[str, str]:
        """Dimension -> concept that its groups are categories of."""
        return dict(
            self.connection.execute(
                "select group_dimension, concept from seeds.group_dimensions "
                "where concept is not null"
            ).fetchall()
        )

    @cached_property
    def merged(self) -> frozenset[tuple[str, str]]:
        """Original groups that a release shows as part of another one: concept and category."""
        if not self.attack_merged:
            return frozenset()
        return frozenset(
            self.connection.execute(
                "select concept, category from seeds.release_groups "
                "where category <> release_category"
            ).fetchall()
        )

    @cached_property
    def register_concepts(self) -> tuple[str, ...]:
        """What anyone can look up of an organisation."""
        return tuple(sorted({concept for concept, _ in self.known}))

    @cached_property
    def register_groups(self) -> list[tuple[Target, Mask]]:
        """Groups and crossings that a register tells apart; of the same respondents the first."""
        import numpy as np

        found: dict[bytes, tuple[Target, Mask]] = {}
        values: dict[str, list[tuple[str, str]]] = {}
        for part in sorted(self.known):
            values.setdefault(part[0], []).append(part)
        for depth in range(1, len(values) + 1 if self.crossings else 2):
            for concepts in combinations(sorted(values), depth):
                crossings: list[tuple[tuple[tuple[str, str], ...], Mask]] = [
                    ((), np.ones(self.size, bool))
                ]
                for concept in concepts:
                    crossings = [
                        ((*parts, part), mask & self.known[part])
                        for parts, mask in crossings
                        for part in values[concept]
                    ]
                for parts, mask in crossings:
                    if mask.any():
                        kind = "merged" if parts[0] in self.merged and depth == 1 else "register"
                        found.setdefault(mask.tobytes(), (Target(parts, kind), mask))
        return list(found.values())

    def questions(
        self, only: Asked | None = None
    ) -> Iterator[tuple[Asked, tuple[Target, ...], Question]]:
        """Give every question, or only one, of which a hidden count may be attacked."""
        import numpy as np

        for asked, single in self.asked:
            if asked.concept in self.register_concepts or only not in (None, asked):
                continue
            members, counts = self._given(asked)
            free = self._free(members)
            figures, shown, cells = [], [], []
            for category, y in zip(asked.categories, counts, strict=True):
                rows = self.shown_cells(asked.concept, asked.base, category)
                figure, masks = self._figures(rows, members, y, free)
                figures.append(figure)
                shown.append(masks)
                cells.append(rows)
            if not any(len(figure.low) for figure in figures):
                continue
            targets = self._targets(cells, members)
            if not targets:
                continue
            whom = np.stack([mask for _, mask in targets])
            is_hidden = np.stack([_is_hidden(targets, members, masks) for masks in shown])
            exclusive = single and len(counts) > 1 and bool((counts.sum(axis=0) == members).all())
            question = Question(
                members[free],
                counts[:, free],
                tuple(figures),
                whom[:, free],
                is_hidden,
                exclusive,
                free,
            )
            yield asked, tuple(target for target, _ in targets), question

    def identities(self, question: Question) -> Question:
        """Return a question as one who knows registers only meets it, a small part of `registers`.

        If organisations with one weight change places, every figure of groups that only answers
        make (a climate, a type) stays as it is. So the unknowns are answers by what registers tell.
        Of each weight the number of answers stays, and so do the figures that registers tell.

        Returns:
            The question, with hidden only what a register tells.
        """
        import numpy as np

        (of, first, weight), _ = self._parts(question)
        alike = self._alike(weight)
        counts = _joined(question.counts, of)
        figures = []
        for shown, y in zip(question.figures, counts, strict=True):
            known = _is_known(shown.weights, first, of)
            figures.append(
                Figures(
                    np.concatenate([shown.weights[known][:, first], alike]),
                    np.concatenate([shown.low[known], alike @ y]),
                    np.concatenate([shown.high[known], alike @ y]),
                )
            )
        return Question(
            _joined(question.members, of),
            counts,
            tuple(figures),
            question.targets[:, first],
            question.hidden & _is_known(question.targets, first, of),
            question.exclusive,
        )

    def registers(self, question: Question) -> Question:
        """Return a question as one who knows registers only meets it.

        A reader cannot tell which of the organisations with one weight gave which answers, so one
        with a climate or a type is not one with a sector. The unknowns are answers by what
        registers tell, and answers by what the other groups are; for each weight both add up to the
        same.

        Returns:
            The question; its profiles are those of registers, followed by those of other groups.
        """
        import numpy as np

        (of, first, weight), (of_other, other, weight_of_other) = self._parts(question)
        link = np.concatenate([self._alike(weight), -self._alike(weight_of_other)], axis=1)
        zeros = np.zeros(len(link))
        figures = []
        for shown in question.figures:
            known = _is_known(shown.weights, first, of)[:, None]
            rows = [
                np.where(known, shown.weights[:, first], 0),
                np.where(known, 0, shown.weights[:, other]),
            ]
            figures.append(
                Figures(
                    np.concatenate([np.concatenate(rows, axis=1), link]),
                    np.concatenate([shown.low, zeros]),
                    np.concatenate([shown.high, zeros]),
                )
            )
        known = _is_known(question.targets, first, of)[:, None]
        targets = [
            known & question.targets[:, first],
            ~known & question.targets[:, other],
        ]
        both = (of, of_other)
        return Question(
            np.concatenate([_joined(question.members, part) for part in both]),
            np.concatenate([_joined(question.counts, part) for part in both], axis=1),
            tuple(figures),
            np.concatenate(targets, axis=1),
            question.hidden,
            question.exclusive,
        )

    def weight_of_registers(self, question: Question) -> Floats:
        """The weight of each profile of `registers`."""
        import numpy as np

        return np.concatenate([weight for _, _, weight in self._parts(question)])

    def _parts(self, question: Question) -> list[tuple[Counts, Counts, Floats]]:
        """Join profiles that registers do not tell apart, and those that other groups do not.

        Returns:
            Of each: the part of every profile; a profile, and the weight, of every part.
        """
        import numpy as np

        found = []
        for told_apart in (self.identity, self.told):
            _, first, of = np.unique(
                told_apart[question.profiles], return_index=True, return_inverse=True
            )
            found.append((of.ravel(), first, self.weight[question.profiles][first]))
        return found

    @staticmethod
    def _alike(weight: Floats) -> Floats:
        """Return which profiles have each weight: weights x profiles."""
        import numpy as np

        values, place = np.unique(weight, return_inverse=True)
        alike: Floats = (place.ravel() == np.arange(len(values))[:, None]).astype(np.float64)
        return alike

    def shown_cells(self, concept: str, base: str, category: str) -> list[dict[Any, Any]]:
        """Return the figures of a category, with those that are withdrawn as hidden."""
        return [
            {**cell, "conf_status": "D"}
            if (concept, base, category, cell["group_dimension"], cell["group_value"])
            in self.withdrawn
            and not cell["published"]
            else cell
            for cell in self.cells.get((concept, base, category), [])
        ]

    def _targets(
        self, rows: list[list[dict[Any, Any]]], members: Counts
    ) -> list[tuple[Target, Mask]]:
        found: dict[bytes, tuple[Target, Mask]] = {}
        for row in (row for some in rows for row in some):
            place = (row["group_dimension"], row["group_value"])
            is_hidden = row["statistic"] == "share" and (
                row["conf_status"] != "F" or row["bound"] is not None
            )
            mask = self.group(*place) if is_hidden and not row["published"] else None
            if mask is not None and mask @ members:
                found.setdefault(
                    (mask & (members > 0)).tobytes(), (Target((place,), "hidden"), mask)
                )
        for target, mask in self.register_groups:
            n = int(mask @ members)
            small = self.crossings and n < self.rules.minimum_base
            if n and (small or target.kind == "merged"):
                found.setdefault((mask & (members > 0)).tobytes(), (target, mask))
        return list(found.values())

    def _figures(
        self, rows: list[dict[Any, Any]], members: Counts, y: Counts, free: Counts | slice
    ) -> tuple[Figures, list[Mask]]:
        """Return what the figures of a category say of free profiles, and whom they are of."""
        import numpy as np

        fixed = np.ones(self.size, bool)
        fixed[free] = False
        weights: list[Floats] = []
        low: list[float] = []
        high: list[float] = []
        masks: list[Mask] = []

        def add(row: Floats, least: float, most: float) -> None:
            given = float(row[fixed] @ y[fixed])
            weights.append(row[free])
            low.append(least - given)
            high.append(most - given)

        for cell in rows:
            mask = self.group(cell["group_dimension"], cell["group_value"])
            if mask is None or cell["conf_status"] != "F" or cell["estimate"] is None:
                continue
            n = int(mask @ members)
            if not n:
                continue
            if cell["published"]:
                if (bounds := _published(cell, n)) and bounds[0] <= mask @ y <= bounds[1]:
                    add(mask.astype(np.float64), *bounds)
                    masks.append(mask)
                continue
            if cell["statistic"] != "share":
                continue
            if cell["bound"] is None:
                masks.append(mask)
            weight: Floats = mask * (
                self.weight if cell["weighting"] == "weighted" else np.ones(self.size)
            )
            inside = weight[mask & (members > 0) & (weight > 0)]
            count = int((mask & (weight > 0)) @ y)
            if len(inside) and inside.min() == inside.max():
                n = int((mask & (weight > 0)) @ members)
                add((weight > 0).astype(np.float64), *self._counts(cell, n, count))
                continue
            for row, least, most in self._weighted(cell, weight, members, y):
                add(row, least, most)
        if not weights:
            return Figures(np.zeros((0, self.size))[:, free], np.zeros(0), np.zeros(0)), masks
        return Figures(np.stack(weights), np.array(low), np.array(high)), masks

    def _counts(self, cell: dict[Any, Any], n: int, count: int) -> tuple[int, int]:
        """Return the lowest and highest count that a figure with equal weights leaves."""
        if not self.rounded:
            return count, count
        shown = self._display(cell, count, n)
        if shown != _stated(cell):
            # A release that breaks its own rules: they tell a reader nothing, the number does.
            least, most = _shares(cell)
            return (
                min(math.ceil(least * n / 100 - MARGIN), count),
                max(math.floor(most * n / 100 + MARGIN), count),
            )
        low = high = count
        while low > 0 and self._display(cell, low - 1, n) == shown:
            low -= 1
        while high < n and self._display(cell, high + 1, n) == shown:
            high += 1
        return low, high

    def _display(self, cell: dict[Any, Any], count: int, n: int) -> tuple[str | None, float]:
        """Return what a release shows of a count of n: the SQL of est_disclosed.

        Margins are computed from that, and tell nothing more.
        """
        unit, few = cell["unit"], self.rules.fewest
        share = 100 * count / n
        shown = (
            100 - _to_unit(100 - share, unit) if cell["is_complement"] else _to_unit(share, unit)
        )
        if count < few or shown <= 0:
            return "upper", _up_to_unit(max(100 * few / n, share), unit)
        if n - count < few or shown >= 100:
            return "lower", _up_to_unit(max(100 * few / n, 100 - share), unit)
        return None, round(shown, 6)

    def _weighted(
        self, cell: dict[Any, Any], weight: Floats, members: Counts, y: Counts
    ) -> Iterator[tuple[Floats, float, float]]:
        """Give the rows of a figure with several weights."""
        inside = (weight > 0).astype(float)
        total, value = float(weight @ members), float(weight @ y)
        n, count = float(inside @ members), float(inside @ y)
        unit, few = cell["unit"], self.rules.fewest
        if not self.rounded:
            yield weight, value - EXACT * total, value + EXACT * total
            return
        shown = cell["estimate"]
        low, high = shown - unit / 2, shown + unit / 2
        if cell["bound"] == "upper":
            # The rule is public; which half of it holds is given to the attacker.
            low = shown - unit if shown - unit >= 100 * few / n else 0
            high = shown if count < few else unit / 2
            yield inside, 0, few - 1 if count < few else n
        elif cell["bound"] == "lower":
            high = shown + unit if 100 - shown - unit >= 100 * few / n else 100
            low = shown if n - count < few else 100 - unit / 2
            yield inside, n - few + 1 if n - count < few else 0, n
        elif few <= count <= n - few:
            yield inside, few, n - few
        margin = MARGIN * total
        low, high = low / 100 * total + margin, high / 100 * total - margin
        yield weight, min(low, value - EXACT), max(high, value + EXACT)


def _is_hidden(targets: list[tuple[Target, Mask]], members: Counts, shown: list[Mask]) -> Mask:
    """Which targets are hidden for a category: not those that are a shown group."""
    import numpy as np

    alive = members > 0
    not_hidden = {(mask & alive).tobytes() for mask in shown}
    return np.array([(mask & alive).tobytes() not in not_hidden for _, mask in targets])


def _is_known(rows: NDArray[Any], first: Counts, identity: Counts) -> Mask:
    """Which rows (rows x profiles) are the same for profiles that registers do not tell apart."""
    known: Mask = (rows == rows[:, first][:, identity]).all(axis=1)
    return known


def _joined(counts: Counts, parts: Counts) -> Counts:
    """Add up counts (.. x profiles) of profiles that are one part."""
    import numpy as np

    joined = np.zeros((int(parts.max()) + 1, len(parts)), np.int64)
    joined[parts, np.arange(len(parts))] = 1
    return counts @ joined.T


def _stated(cell: dict[Any, Any]) -> tuple[str | None, float]:
    """Return what a release shows, as `_display` gives it."""
    value = 100 - cell["estimate"] if cell["bound"] == "lower" else cell["estimate"]
    return cell["bound"], round(value, 6)


def _shares(cell: dict[Any, Any]) -> tuple[float, float]:
    """Return the lowest and highest share that a number leaves, whatever the rules are."""
    value, half = cell["estimate"], cell["unit"] / 2
    if cell["bound"] == "upper":
        return 0, value
    if cell["bound"] == "lower":
        return value, 100
    return value - half, value + half


def _published(cell: dict[Any, Any], n: int) -> tuple[float, float] | None:
    """Return the counts that a published figure of n respondents leaves."""
    value = cell["estimate"]
    if cell["bound"] is not None:
        return None
    if cell["statistic"] == "count":
        return value, value
    half = APPROXIMATE if cell["approximate"] else 0.5 if value == int(value) else 0.05
    return (value - half) * n / 100, (value + half) * n / 100


def _to_unit(value: float, unit: float) -> float:
    return round(math.floor(round(value / unit, 9) + 0.5) * unit, 6)


def _up_to_unit(value: float, unit: float) -> float:
    return round(math.ceil(round(value / unit, 9)) * unit, 6)


def _masks(texts: list[str], of: Counts) -> dict[tuple[str, str], Mask]:
    """Return which profiles have each `name=value` of their text; `of`: the text of a profile."""
    import numpy as np

    found: dict[tuple[str, str], Mask] = {}
    for place, text in enumerate(texts):
        for pair in filter(None, text.split("|")):
            name, _, value = pair.partition("=")
            found.setdefault((name, value), np.zeros(len(texts), bool))[place] = True
    return {pair: has[of] for pair, has in found.items()}
