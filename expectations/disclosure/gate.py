"""Attacks every wave of a release, and says what has to change when a hidden count is pinned."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.disclosure.attack import (
    Effort,
    Question,
    Verdict,
    attack,
    part,
)
from expectations.disclosure.protection import Protection
from expectations.disclosure.wave import Asked, Rules, Target, Wave
from expectations.runner import Finding
from ingest.errors import RefusedError
from ingest.messages import LANGUAGES, Names, Phrase

if TYPE_CHECKING:
    import duckdb


CUBE = "marts.mart_indicator"
TABLE = "mart_indicator"
SUITE = "disclosure"
MOST = 8  # groups to withdraw; where more are needed, groups must be merged
SIDE_BY_SIDE = 2  # waves that are read, and questions that are attacked; more take more memory
MOST_WEIGHTS = 12  # of which each is tried; more are weights of respondents, not of sectors
READ_AHEAD = 4  # questions of a wave that wait for the attack
FURTHER = 10  # times as many steps in the last search, which must judge what is left
WIDE = 2  # a hidden count that may vary by less is called narrow
# What an attack reads, by wave, beside the figures that are shown; a change of any of it is another
# digest. Nothing here is a sum of fractions, which differs in its last bits from build to build.
READ = (
    "harmonised.hrm_profile_versions",
    "harmonised.hrm_item_answers",
    "harmonised.hrm_pattern_answers",
    "harmonised.hrm_pattern_members",
    "harmonised.hrm_profile_groups",
    "harmonised.hrm_stratum_sizes",
    "harmonised.hrm_asked_categories",
)
READ_WHOLE = ("release_rules", "release_groups", "concepts", "categories", "group_dimensions")


@dataclass(frozen=True)
class Failure:
    """Hidden counts of a category that are pinned, or could not be judged.

    Attributes:
        withdraw: groups (dimension, group) to withdraw; empty where none helps, or none was looked
            for.
        categories: categories to withdraw them for.
    """

    concept: str
    base: str
    category: str
    target: str
    pinned: bool
    withdraw: tuple[tuple[str, str], ...]
    categories: tuple[str, ...]


@dataclass
class Attacked:
    """What the attack on a wave found."""

    protection: list[Protection] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def check_disclosure(
    warehouse: Path, kept: Path, config: tuple[tuple[str, Any], ...] = ()
) -> list[Finding]:
    """Attack the marts of a warehouse, and keep the result of every wave.

    Args:
        warehouse: the private DuckDB file.
        kept: the folder with results; those of waves of which nothing changed are used again.
        config: options of DuckDB, such as its memory limit.

    Returns:
        One finding per wave.
    """
    import duckdb

    kept.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse), read_only=True, config=dict(config)) as connection:
        real = set(
            connection.execute(
                f"select distinct survey, wave from {CUBE} where data_status = 'microdata'"  # noqa: S608
            ).fetchall()
        )
        attacked = waves(connection, CUBE)

        def judged(key: tuple[str, str]) -> Attacked:
            # Settings and temporary tables are those of one cursor.
            with connection.cursor() as cursor:
                cursor.execute("set file_search_path = $1", [str(warehouse.parent)])  # of raw data
                cursor.execute("set enable_progress_bar = false")
                return _attacked(cursor, _file(kept, key), *key, judges)

        # The solver works outside Python's lock. Most of the work is in the questions of one wave.
        with (
            ThreadPoolExecutor(SIDE_BY_SIDE) as judges,
            ThreadPoolExecutor(SIDE_BY_SIDE) as readers,
        ):
            found = dict(zip(attacked, readers.map(judged, attacked), strict=True))
    for left_over in set(kept.glob("*.json")) - {_file(kept, key) for key in found}:
        left_over.unlink()
    findings = []
    for key, what in found.items():
        finding = result(*key, what)
        findings.append(finding if key in real else replace(finding, severity="warning"))
    return findings


def _file(kept: Path, key: tuple[str, str]) -> Path:
    return kept / f"{'.'.join(key)}.json"


def _attacked(
    connection: duckdb.DuckDBPyConnection, file: Path, survey: str, wave: str, judges: Executor
) -> Attacked:
    """Return the result that is kept of a wave, or attack it and keep that."""
    digest = _digest(connection, survey, wave)
    found = _read(file, digest)
    if found is None:
        found = attack_wave(connection, CUBE, survey, wave, judges)
        content = {
            "digest": digest,
            "protection": [asdict(row) for row in found.protection],
            "failures": [asdict(failure) for failure in found.failures],
        }
        aside = file.with_suffix(".part")  # a build that is killed leaves no half of a result
        aside.write_text(json.dumps(content, indent=1), "utf-8")
        aside.replace(file)
    return found


def waves(connection: duckdb.DuckDBPyConnection, cube: str) -> list[tuple[str, str]]:
    """Return survey and wave of what a release shows from answers."""
    return connection.execute(
        f"select distinct survey, wave from {cube} "  # noqa: S608
        "where data_status <> 'published' and statistic = 'share' order by all"
    ).fetchall()


def attack_wave(
    connection: duckdb.DuckDBPyConnection,
    cube: str,
    survey: str,
    wave: str,
    judges: Executor,
    *,
    merged: bool = True,
    crossings: bool = False,
    effort: Effort | None = None,
    advise: bool = True,
) -> Attacked:
    """Attack every hidden count of a wave.

    Args:
        connection: a warehouse.
        cube: where the release has `mart_indicator`.
        survey: the survey.
        wave: the wave.
        judges: the threads that attack questions.
        merged: attack also original groups that release_groups.csv merges.
        crossings: attack also small crossings of what registers tell.
        effort: how long to search.
        advise: find which breakdowns to withdraw.
    """
    read = Wave(
        connection, cube, survey, wave, rules(connection), merged=merged, crossings=crossings
    )
    effort = effort or Effort()
    found = Attacked()
    tallies: dict[str, list[int]] = {}
    for asked, targets, question, verdict in _judged(read, effort, judges):
        _count(tallies, read, targets, question, verdict)
        for k, category in enumerate(asked.categories):
            wrong = verdict.pinned[k] | verdict.unjudged[k]
            if wrong.any():
                place = int(wrong.argmax())
                groups, categories = (
                    _withdraw(read, asked, k, targets[place], effort) if advise else ((), ())
                )
                found.failures.append(
                    Failure(
                        asked.concept,
                        asked.base,
                        category,
                        str(targets[place]),
                        bool(verdict.pinned[k, place]),
                        groups,
                        categories,
                    )
                )
    found.protection = [
        replace(row, **_tally(tallies.get(row.group_dimension, []))) for row in _shown(read)
    ]
    return found


def _judged(
    read: Wave, effort: Effort, judges: Executor
) -> Iterator[tuple[Asked, tuple[Target, ...], Question, Verdict]]:
    """Give the questions of a wave in order, with their verdicts.

    Few are read ahead of the attack: all of them are more than a machine holds.
    """
    waiting: deque[tuple[Asked, tuple[Target, ...], Question, Future[Verdict]]] = deque()

    def first() -> tuple[Asked, tuple[Target, ...], Question, Verdict]:
        asked, targets, question, verdict = waiting.popleft()
        return asked, targets, question, verdict.result()

    for asked, targets, question in read.questions():
        verdict = judges.submit(_attack, read, question, effort, FURTHER)
        waiting.append((asked, targets, question, verdict))
        if len(waiting) == READ_AHEAD:
            yield first()
    while waiting:
        yield first()


def _attack(read: Wave, question: Question, effort: Effort, further: int = 1) -> Verdict:
    """Attack as one who knows registers only; what is quick, and finds fewer solutions, goes first.

    Every step finds whole solutions, so that each of them protects. The last one has all solutions,
    and judges what is left, with so many times as many steps of the solver.
    """
    import numpy as np

    low = high = np.zeros(question.hidden.shape, np.int64)
    left = question.hidden

    def open_ones() -> Question:
        return replace(question, hidden=left)

    def steps() -> Iterator[Verdict]:
        every = replace(effort, every=True)
        yield attack(read.identities(open_ones()), replace(effort, ways=("change_places",)))
        yield attack(open_ones(), replace(effort, ways=("change_places", "exchange")))
        yield attack(read.identities(open_ones()), every)
        # Only those with the weights of the hidden counts that are left, then with one more: where
        # each sector has a weight, an exchange between two sectors.
        weights = read.weight_of_registers(question)
        known = read.registers(question)
        others: list[float] = np.unique(weights).tolist()
        for more in [None, *others] if len(others) <= MOST_WEIGHTS else [None]:
            targets = known.targets[left.any(axis=0)] & (known.members > 0)
            own = weights[targets.any(axis=0)].tolist()
            if more not in own:
                free = np.isin(weights, own if more is None else [*own, more])
                yield attack(part(replace(known, hidden=left), free), every)
        yield attack(replace(known, hidden=left), replace(effort, nodes=further * effort.nodes))

    for found in steps():
        low, high = np.minimum(low, found.low), np.maximum(high, found.high)
        left = question.hidden & (low == high)
        if not left.any():
            break
    if question.is_whole:
        return Verdict(low, high, found.pinned & left, found.unjudged & left)
    # That some answers leave no other value proves nothing of all of them.
    return Verdict(low, high, np.zeros(left.shape, bool), (found.pinned | found.unjudged) & left)


def _withdraw(
    read: Wave, asked: Asked, place: int, target: Target, effort: Effort
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return groups (dimension, group) to withdraw, and categories to withdraw them for.

    Then no count of these categories is pinned. The hidden group itself goes first, where a bound
    is shown of it, then the smallest groups of its split and of others; first of the category, then
    of all categories of the question, since the others of a question with one answer can give the
    answer away. What proves not to be needed in the end is shown again.
    """
    cells = read.cells[asked.concept, asked.base, asked.categories[place]]
    sizes = {
        (cell["group_dimension"], cell["group_value"]): cell["n"]
        for cell in cells
        if cell["group_dimension"] != "total"
        and cell["conf_status"] == "F"
        and not cell["published"]
    }
    names = {name for part in target.parts for name in part}
    order = sorted(
        sizes,
        key=lambda group: (
            not names.issuperset(group),
            names.isdisjoint({group[0], read.concept_of[group[0]]}),
            sizes[group],
            group,
        ),
    )
    before = set(read.withdrawn)

    def protects(groups: Sequence[tuple[str, str]], categories: tuple[str, ...]) -> bool:
        read.withdrawn = before | {
            (asked.concept, asked.base, category, *group)
            for category in categories
            for group in groups
        }
        return _is_protected(read, asked, target, categories, effort)

    try:
        for categories in dict.fromkeys(((asked.categories[place],), asked.categories)):
            for size in range(1, min(MOST, len(order)) + 1):
                if protects(order[:size], categories):
                    break
            else:
                continue
            taken = order[:size]
            for group in taken[:-1]:
                if protects(fewer := [other for other in taken if other != group], categories):
                    taken = fewer
            return tuple(taken), categories
    finally:
        read.withdrawn = before
    return (), ()


def _is_protected(
    read: Wave, asked: Asked, target: Target, categories: tuple[str, ...], effort: Effort
) -> bool:
    """Whether no count of these categories is pinned; those of the target are judged first."""
    import numpy as np

    for _, targets, question in read.questions(asked):
        wanted = question.hidden & np.isin(asked.categories, categories)[:, None]
        of_target = np.array([str(other) == str(target) for other in targets])
        for hidden in (wanted & of_target, wanted & ~of_target):
            verdict = _attack(read, replace(question, hidden=hidden), effort)
            if verdict.pinned.any() or verdict.unjudged.any():
                return False
    return True


def _count(
    tallies: dict[str, list[int]],
    read: Wave,
    targets: Sequence[Target],
    question: Question,
    verdict: Verdict,
) -> None:
    """Keep the range of every hidden count; -1 for one that is pinned or not judged."""
    dimensions = {concept: dimension for dimension, concept in read.concept_of.items()}
    for t, target in enumerate(targets):
        name = target.parts[0][0]
        ranges = verdict.high[:, t] - verdict.low[:, t]
        wrong = verdict.pinned[:, t] | verdict.unjudged[:, t]
        tallies.setdefault(
            name if target.kind == "hidden" else dimensions.get(name, name), []
        ).extend(
            -1 if bad else int(width)
            for width, bad, hidden in zip(ranges, wrong, question.hidden[:, t], strict=True)
            if hidden
        )


def _tally(ranges: Sequence[int]) -> dict[str, Any]:
    return {
        "attacked": len(ranges),
        "pinned": sum(width < 0 for width in ranges),
        "narrow": sum(0 <= width < WIDE for width in ranges),
        "narrowest_range": max(0, min(ranges)) if ranges else None,
    }


def _shown(read: Wave) -> list[Protection]:
    """Count what a wave shows by each dimension."""
    counts: dict[str, dict[str, int]] = {}
    for cells in read.cells.values():
        for cell in cells:
            if cell["published"] or cell["statistic"] != "share":
                continue
            fate = {"C": "hidden_primary", "D": "hidden_secondary"}.get(
                cell["conf_status"], "bounds" if cell["bound"] else "exact"
            )
            row = counts.setdefault(cell["group_dimension"], {})
            row[fate] = row.get(fate, 0) + 1
    return [
        Protection(
            survey=read.where["survey"],
            wave=read.where["wave"],
            group_dimension=dimension,
            figures=sum(row.values()),
            exact=row.get("exact", 0),
            bounds=row.get("bounds", 0),
            hidden_primary=row.get("hidden_primary", 0),
            hidden_secondary=row.get("hidden_secondary", 0),
            share_shown=round(
                100 * (row.get("exact", 0) + row.get("bounds", 0)) / sum(row.values()), 1
            ),
        )
        for dimension, row in sorted(counts.items())
    ]


def rules(connection: duckdb.DuckDBPyConnection) -> Rules:
    """Return the public rules of a release; the defaults where a warehouse has none."""
    known = connection.execute(
        "select count(*) from duckdb_tables() where table_name = 'release_rules'"
    ).fetchall()
    if known == [(0,)]:
        return Rules()
    values = dict(connection.execute("select rule, value from seeds.release_rules").fetchall())
    return Rules(int(values["fewest_respondents"]), int(values["minimum_base"]))


def _digest(connection: duckdb.DuckDBPyConnection, survey: str, wave: str) -> str:
    """Return a digest of what an attack on a wave reads, and of the code of the attack."""
    found = sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        found.update(path.read_bytes())
    where = "where survey = ? and wave = ?"
    for table in READ:
        sql = f"select count(*), sum(hash(rows)) from (select * from {table} {where}) as rows"  # noqa: S608
        found.update(str(connection.execute(sql, [survey, wave]).fetchall()).encode())
    shown = (
        "select concept, base, category, group_dimension, group_value, weighting, statistic, "  # noqa: S608
        "estimate, estimate_low, estimate_high, rounding_unit, bound, conf_status, approximate, "
        f"data_status from {CUBE} {where}"
    )
    sql = f"select count(*), sum(hash(rows)) from ({shown}) as rows"  # noqa: S608
    found.update(str(connection.execute(sql, [survey, wave]).fetchall()).encode())
    for table in READ_WHOLE:
        sql = f"select sum(hash(rows)) from seeds.{table} as rows"  # noqa: S608
        found.update(str(connection.execute(sql).fetchall()).encode())
    return found.hexdigest()


def _read(file: Path, digest: str) -> Attacked | None:
    """Return a kept result; none where there is none, or it is damaged or of something else."""
    if not file.exists():
        return None
    try:
        content = json.loads(file.read_text("utf-8"))
    except ValueError:
        return None  # it is made again
    if content["digest"] != digest:
        return None
    return Attacked(
        [Protection(**row) for row in content["protection"]],
        [
            Failure(
                **{
                    **row,
                    "withdraw": tuple((dimension, group) for dimension, group in row["withdraw"]),
                    "categories": tuple(row["categories"]),
                }
            )
            for row in content["failures"]
        ],
    )


def result(survey: str, wave: str, found: Attacked) -> Finding:
    """Say of a wave that nothing is pinned, or what is and how to mend it."""
    attacked = sum(row.attacked for row in found.protection)
    observed = Phrase("expectations.counts_attacked", n=attacked, pinned=len(found.failures))
    messages = [_refusal(survey, wave, failure) for failure in found.failures]
    return Finding(
        f"{survey} {wave} {SUITE}",
        TABLE,
        "hidden_counts",
        "error",
        not messages,
        {language: observed.text(language) for language in LANGUAGES},
        {
            language: " ".join(message.text(language) for message in messages)
            for language in LANGUAGES
        },
    )


def _refusal(survey: str, wave: str, failure: Failure) -> RefusedError:
    rows = [
        f"{survey},{wave},{failure.concept},{category},{failure.base},{dimension},{group}"
        for category in failure.categories
        for dimension, group in failure.withdraw
    ]
    return RefusedError(
        "expectations.hidden_count_pinned" if failure.pinned else "expectations.hidden_count_open",
        f"{survey}/{wave}",
        concept=failure.concept,
        category=failure.category,
        target=failure.target,
        rows=Names(rows, len(rows), "; ")
        if rows
        else Phrase("expectations.no_rows_protect", most=MOST),
    )
