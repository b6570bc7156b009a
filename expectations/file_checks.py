"""What must be true of a wave's file before anything of it is used; made from its manifest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING

from expectations.patterns import moved_labels, row_patterns
from expectations.runner import Rule, Severity, Suite
from ingest.harmonisation import Harmonisation
from ingest.likeness.codes import same_label
from ingest.lists import split_lists
from ingest.messages import Filled, Names, Spoken, entry
from ingest.registry import SURVEYS, SurveyWave
from ingest.texts import Check
from ingest.wave_files import WaveFile

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


NOT_NULL = "expect_column_values_to_not_be_null"
NULL = "expect_column_values_to_be_null"
UNIQUE = "expect_column_values_to_be_unique"
BETWEEN = "expect_column_values_to_be_between"


def file_suites(file: WaveFile, rows: Harmonisation | None = None) -> list[Suite]:
    """Make the suites for one wave's file; a suite is left out where a file has nothing for it.

    Args:
        file: the file.
        rows: what its codes count as; without it nobody looks at codes that are declared missing.
    """
    makers = (_variables, _respondents, _patterns, _labels, _codes, _corrections, _dates)
    suites = [suite for make in makers if (suite := make(file))]
    declared = _declared_missing(file, rows) if rows else None
    return [*suites, declared] if declared else suites


def _suite(file: WaveFile, name: str, frame: pd.DataFrame, *rules: Rule) -> Suite:
    # Great Expectations stores a suite under its name, in which a slash is not allowed.
    return Suite(f"{file.wave.id.replace('/', ' ')} {name}", file.wave.id, frame, rules)


def _rule(
    file: WaveFile,
    name: str,
    expectation: str,
    severity: Severity = "error",
    allowed: Mapping[str, Spoken] | None = None,
    values: Mapping[str, object] | None = None,
    **arguments: object,
) -> Rule:
    """Make a rule with its messages.

    Args:
        file: the file that it is about.
        name: the rule in the catalogue.
        expectation: what Great Expectations calls it.
        severity: whether a broken rule refuses the file.
        allowed: variable -> its codes, for the message.
        values: what the messages name between braces, besides `path` and `manifest`.
        arguments: the arguments of the expectation.
    """
    words = entry(f"expectations.{name}", Check)
    manifest = _manifest(file.wave)
    values = {"path": file.path.name, "manifest": manifest, **(values or {})}
    meaning, fix = Filled(words.meaning, values), Filled(words.fix, values)
    return Rule(name, expectation, arguments, meaning, fix, severity, allowed or {})


def _manifest(wave: SurveyWave) -> str:
    """The manifest of a wave; that of a draft is elsewhere."""
    path = wave.path or SURVEYS / wave.survey.survey / "waves" / f"{wave.wave.wave}.yml"
    project = SURVEYS.parents[1]
    return str(path.relative_to(project) if path.is_relative_to(project) else path)


def _variables(file: WaveFile) -> Suite:
    """The names of the columns."""
    import pandas as pd

    described = _rule(
        file,
        "variables",
        "expect_table_columns_to_match_set",
        column_set=sorted(file.answers.variables),
        exact_match=True,
    )
    return _suite(file, "variables", pd.DataFrame(columns=file.table.data.column_names), described)


def _respondents(file: WaveFile) -> Suite:
    """Who answered and when, one row per respondent."""
    answers, period = file.answers, file.wave.wave.field_period
    respondent, organisation, date = answers.respondent, answers.organisation, answers.completed_on
    names = [name for name in (respondent, organisation, date) if name]
    frame = _columns(file, names)
    frame_counts = answers.design.frame.values() if answers.design else ()
    rules = [
        _rule(
            file,
            "row_count",
            "expect_table_row_count_to_be_between",
            min_value=1,
            max_value=sum(frame_counts) or None,
        )
    ]
    if respondent in frame:
        named = {"variable": respondent}
        rules += [
            _rule(file, "respondent_known", NOT_NULL, values=named, column=respondent),
            _rule(file, "respondent_once", UNIQUE, values=named, column=respondent),
        ]
    if organisation and organisation in frame and not answers.parts_of_organisations:
        named = {"variable": organisation}
        rules.append(_rule(file, "organisation_once", UNIQUE, values=named, column=organisation))
    if date and date in frame:
        frame = frame.assign(**{date: _as_dates(frame[date])})
    if date and date in frame and period:
        rules.append(
            _rule(
                file,
                "field_period",
                BETWEEN,
                values={
                    "variable": date,
                    "start": period.start,
                    "end": period.end,
                    "wave": file.wave.wave.wave,
                },
                column=date,
                min_value=datetime.combine(period.start, time.min),
                max_value=datetime.combine(period.end, time.max),
            )
        )
    return _suite(file, "answers", frame, *rules)


def _dates(file: WaveFile) -> Suite | None:
    """What should be a date and is not, one row per respondent."""
    date = file.answers.completed_on
    if not date or date not in file.table.data.column_names:
        return None
    frame = _columns(file, [date])
    unreadable = frame.where(_as_dates(frame[date]).isna())
    rule = _rule(file, "dates", NULL, values={"variable": date}, column=date)
    return _suite(file, "dates", unreadable, rule)


def _columns(file: WaveFile, names: Sequence[str]) -> pd.DataFrame:
    """Return columns as far as the file has them, its rows numbered from 1."""
    import pandas as pd

    data = file.table.data
    held = data.select([name for name in names if name in data.column_names])
    frame: pd.DataFrame = held.to_pandas().astype(object)
    return frame.set_axis(pd.RangeIndex(1, data.num_rows + 1))


def _as_dates(texts: pd.Series) -> pd.Series:
    """Return dates, which is what Great Expectations compares with dates."""
    import pandas as pd

    dates = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
    return dates.dt.tz_localize(None)


def _patterns(file: WaveFile) -> Suite:
    """What is unusual about all answers of a respondent, one row per respondent."""
    return _suite(
        file,
        "patterns",
        row_patterns(file.answers, file.table.data),
        _rule(file, "ticks", NULL, column="ticks"),
        _rule(file, "straight_lining", NULL, "warning", column="straight_lined"),
        _rule(file, "test_answers", NULL, "warning", column="test_answer"),
    )


def _labels(file: WaveFile) -> Suite | None:
    """The labels of variables, one row per labelled variable."""
    if not any(file.table.labels.values()):
        return None
    return _suite(
        file,
        "labels",
        moved_labels(file.answers, file.table),
        _rule(file, "items_reused", NULL, column="reused"),
        _rule(file, "wordings", NULL, "warning", column="reworded"),
    )


def _codes(file: WaveFile) -> Suite:
    """The codes in the file, one row per variable and code.

    `undescribed` is a code that is not in its codelist; `relabelled` says how the label in the file
    differs from the manifest's. Both are empty where nothing is wrong.
    """
    import pandas as pd

    answers, data = file.answers, file.table.data
    # A known error may be a code that nobody described.
    corrected = {(row.variable, row.code) for row in answers.corrections}
    rows, allowed = [], {}
    for item in answers.items:
        if not item.codelist:
            continue
        codelist = answers.codelists[item.codelist]
        allowed[item.variable] = Names((f"{code} {text}" for code, text in codelist.items()), 20)
        if item.variable not in data.column_names:
            continue
        labels_held = file.table.codes.get(item.variable, {})
        column = data.column(item.variable)
        for row, code in _first_rows(column, _split(file, item.variable, column)):
            label = codelist.get(code)
            found = labels_held.get(code, label)
            known = label is not None or (item.variable, code) in corrected
            undescribed = None if known else (item.variable, code)
            relabelled = None
            if label is not None and not same_label(found or "", label):
                relabelled = f"{item.variable}: {code} {label!r} -> {found!r}"
            rows.append((row, item.variable, code, undescribed, relabelled))
    columns = ["row", "variable", "code", "undescribed", "relabelled"]
    return _suite(
        file,
        "codes",
        pd.DataFrame(rows, columns=columns, dtype=object).set_index("row"),
        _rule(file, "known_codes", NULL, allowed=allowed, column="undescribed"),
        _rule(file, "labels", NULL, column="relabelled"),
    )


def _declared_missing(file: WaveFile, rows: Harmonisation) -> Suite | None:
    """The codes that the file declares missing, one row per variable and code that occurs.

    `used` says what such a code counts as where it is no missing answer.
    """
    import pandas as pd

    answers, data = file.answers, file.table.data
    if not any(one.missing for one in file.table.declared.values()):
        return None
    corrected = {(one.variable, one.code) for one in answers.corrections if not one.respondent}
    found = []
    for variable, uses in _uses(file, rows):
        if variable not in data.column_names:
            continue
        column = data.column(variable)
        for row, code in _first_rows(column, _split(file, variable, column)):
            declared = file.table.missing(variable, code)
            if not declared or (variable, code) in corrected:
                continue
            wrong = [use for use, accounted in uses.items() if code not in accounted]
            used = f"{variable} = {code} ({declared}: {', '.join(wrong)})" if wrong else None
            found.append((row, variable, code, used))
    frame = pd.DataFrame(found, columns=["row", "variable", "code", "used"], dtype=object)
    rule = _rule(file, "declared_missing", NULL, column="used")
    return _suite(file, "declared missing", frame.set_index("row"), rule)


def _uses(file: WaveFile, rows: Harmonisation) -> Iterator[tuple[str, dict[str, Collection[str]]]]:
    """Yield each variable, and use -> codes that are accounted for in that use."""
    answers = file.answers
    missing: dict[str | None, set[str]] = defaultdict(set)
    for recode in rows.recodes.rows:
        if recode.missing_kind:
            missing[recode.recode].add(recode.code)
    uses: dict[str, dict[str, Collection[str]]] = defaultdict(dict)
    for row in rows.crosswalk.rows:
        if row.variable and f"{row.survey}/{row.wave}" == file.wave.id:
            uses[row.variable][f"{row.rule} {row.concept}"] = missing[row.recode]
    given: dict[str, Mapping[str, Collection[str]]] = {
        f"routing {base}": codes for base, codes in answers.routing.items()
    }
    given["margins"] = answers.design.margins if answers.design else {}
    for item in answers.items:
        known: dict[str, Collection[str]] = {
            use: {*codes, *item.valid} for use, codes in uses[item.variable].items()
        }
        for use, named in given.items():
            if item.variable in named:
                described = answers.codelists[item.codelist or ""].keys()
                known[use] = {*(described - set(named[item.variable])), *item.valid}
        yield item.variable, known
    weight = answers.design.weight if answers.design else None
    roles = {
        "respondent": answers.respondent,
        "organisation": answers.organisation,
        "completed_on": answers.completed_on,
        "weight": weight,
    }
    for role, name in roles.items():
        if name:
            yield name, {role: ()}


def _split(file: WaveFile, variable: str, column: pa.ChunkedArray) -> Mapping[str, list[str]]:
    """Every different cell of a list with its codes; nothing for another variable."""
    items = {item.variable: item for item in file.answers.items}
    item = items.get(variable)
    if item is None or not item.separator:
        return {}
    codelist = file.answers.codelists[item.codelist or ""]
    return split_lists(column, variable, item.separator, codelist, file.path, file.wave.id)


def _first_rows(column: pa.ChunkedArray, split: Mapping[str, list[str]]) -> list[tuple[int, str]]:
    """Every code of a variable with the first row that has it, from 1, in that order.

    `split` has the codes of cells that hold a list.
    """
    import numpy as np
    import pyarrow as pa

    (text,) = column.chunks or [pa.array([], pa.string())]
    encoded = text if isinstance(text, pa.DictionaryArray) else text.dictionary_encode()
    indices = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    rows = np.full(len(encoded.dictionary) + 1, -1)  # the last one is for rows without an answer
    rows[indices[::-1]] = np.arange(len(indices), 0, -1)
    held = zip(rows[:-1].tolist(), encoded.dictionary.to_pylist(), strict=True)
    first: dict[str, int] = {}
    for row, cell in sorted((row, cell) for row, cell in held if row > 0):
        for code in split.get(cell, (cell,)) or [""]:  # a list without a code is no answer
            first.setdefault(code, row)
    return [(row, code) for code, row in first.items()]


def _corrections(file: WaveFile) -> Suite | None:
    """The wrong answers that the file still has, one row per correction."""
    import pandas as pd
    import pyarrow.compute as pc

    answers, data, rows = file.answers, file.table.data, []
    if not answers.corrections:
        return None
    for correction in answers.corrections:
        wrong = 0
        if {correction.variable, answers.respondent} <= set(data.column_names):
            found = pc.equal(data.column(correction.variable), correction.code)
            if correction.respondent:
                asked = pc.equal(data.column(answers.respondent), correction.respondent)
                found = pc.and_(found, asked)
            wrong = pc.sum(found).as_py() or 0
        whose = f" ({answers.respondent} {correction.respondent})" if correction.respondent else ""
        rows.append((f"{correction.variable}{whose}: {correction.code}", wrong))
    frame = pd.DataFrame(rows, columns=["row", "wrong_answers"]).set_index("row")
    still_wrong = _rule(file, "corrections", BETWEEN, column="wrong_answers", min_value=1)
    return _suite(file, "corrections", frame, still_wrong)
