"""What must be true of a wave's file before anything of it is used; made from its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from expectations.patterns import moved_labels, row_patterns
from expectations.runner import Rule, Severity, Suite
from ingest.load import WaveFile
from ingest.messages import Filled, Names, Spoken, entry
from ingest.texts import Check

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def _rule(
    name: str,
    expectation: str,
    kwargs: dict[str, Any],
    allowed: Mapping[str, Spoken] | None = None,
    severity: Severity = "error",
    **values: object,
) -> Rule:
    """Make a rule with its words, and with what these name between braces."""
    words = entry(f"expectations.{name}", Check)
    meaning, fix = Filled(words.meaning, values), Filled(words.fix, values)
    return Rule(name, expectation, kwargs, meaning, fix, severity, allowed or {})


def door_suites(file: WaveFile) -> list[Suite]:
    """Make the suites for one wave's file: its answers, and the labels of its codes.

    Returns:
        `<survey> <wave> variables` over the names of its columns, `<survey> <wave> answers` over
        who answered and when, one row per respondent, `<survey> <wave> patterns` over what is odd
        about their answers, `<survey> <wave> labels` over one row per labelled variable, `<survey>
        <wave> codes` over one row per variable and code that the file holds, `<survey> <wave>
        corrections` over one row per correction, and `<survey> <wave> dates` over what should have
        been a date.
    """
    import pandas as pd

    answers, data = file.answers, file.table.data
    # Great Expectations stores a suite under its name, in which a slash is not allowed.
    name, path = file.wave.id.replace("/", " "), file.path.name
    manifest = f"ingest/surveys/{file.wave.survey.survey}/waves/{file.wave.wave.wave}.yml"
    date = answers.completed_on
    ids = (answers.respondent, answers.organisation, date)
    own = [name for name in ids if name and name in data.column_names]
    frame = data.select(own).to_pandas().astype(object)
    frame.index = pd.RangeIndex(1, data.num_rows + 1)
    frame_counts = answers.design.frame.values() if answers.design else ()
    variables = [
        _rule(
            "variables",
            "expect_table_columns_to_match_set",
            {"column_set": sorted(answers.variables), "exact_match": True},
            path=path,
            manifest=manifest,
        )
    ]
    rules = [
        _rule(
            "row_count",
            "expect_table_row_count_to_be_between",
            {"min_value": 1, "max_value": sum(frame_counts) or None},
            path=path,
            manifest=manifest,
        ),
    ]
    if answers.respondent in frame.columns:
        rules += [
            _rule(
                name,
                expectation,
                {"column": answers.respondent},
                path=path,
                variable=answers.respondent,
            )
            for name, expectation in (
                ("respondent_known", "expect_column_values_to_not_be_null"),
                ("respondent_once", "expect_column_values_to_be_unique"),
            )
        ]
    if answers.organisation in frame.columns and not answers.parts_of_organisations:
        rules.append(
            _rule(
                "organisation_once",
                "expect_column_values_to_be_unique",
                {"column": answers.organisation},
                path=path,
                manifest=manifest,
                variable=answers.organisation,
            )
        )
    suites = [Suite(f"{name} codes", file.wave.id, _codes(file), _code_rules(file, manifest))]
    if answers.corrections:
        rule = _still_wrong(path, manifest)
        suites.append(Suite(f"{name} corrections", file.wave.id, _corrections(file), [rule]))
    if date and date in frame.columns:
        # Great Expectations compares dates with dates only.
        dates = pd.to_datetime(frame[date], format="ISO8601", errors="coerce", utc=True)
        dates = dates.dt.tz_localize(None)
        unreadable = frame[[date]].where(dates.isna())
        frame = frame.assign(**{date: dates})
        readable = _rule(
            "dates",
            "expect_column_values_to_be_null",
            {"column": date},
            path=path,
            variable=date,
        )
        suites.append(Suite(f"{name} dates", file.wave.id, unreadable, [readable]))
        if period := file.wave.wave.field_period:
            rules.append(
                _rule(
                    "field_period",
                    "expect_column_values_to_be_between",
                    {
                        "column": date,
                        "min_value": datetime.combine(period.start, time.min),
                        "max_value": datetime.combine(period.end, time.max),
                    },
                    path=path,
                    manifest=manifest,
                    variable=date,
                    start=period.start,
                    end=period.end,
                    wave=file.wave.wave.wave,
                )
            )
    columns = pd.DataFrame(columns=data.column_names)
    return [
        Suite(f"{name} variables", file.wave.id, columns, variables),
        Suite(f"{name} answers", file.wave.id, frame, rules),
        *_pattern_suites(file, manifest),
        *suites,
    ]


def _pattern_suites(file: WaveFile, manifest: str) -> list[Suite]:
    """What holds over several variables, and what is only odd."""
    name, where = file.wave.id.replace("/", " "), file.wave.id

    def none(rule: str, column: str, severity: Severity = "error") -> Rule:
        return _rule(
            rule,
            "expect_column_values_to_be_null",
            {"column": column},
            severity=severity,
            path=file.path.name,
            manifest=manifest,
        )

    suites = [
        Suite(
            f"{name} patterns",
            where,
            row_patterns(file.answers, file.table.data),
            [
                none("ticks", "ticks"),
                none("straight_lining", "straight_lined", "warning"),
                none("test_answers", "test_answer", "warning"),
            ],
        )
    ]
    if any(file.table.labels.values()):
        rules = [none("items_reused", "reused"), none("wordings", "reworded", "warning")]
        labels = moved_labels(file.answers, file.table)
        suites.append(Suite(f"{name} labels", where, labels, rules))
    return suites


def _codes(file: WaveFile) -> pd.DataFrame:
    """One row per variable and code in the file, its index the first row that has it.

    `relabelled` says how the label in the file differs from the manifest's; empty where it does
    not.
    """
    import pandas as pd

    data = file.table.data
    rows = []
    for item in file.answers.items:
        if item.codelist and item.variable in data.column_names:
            codelist = file.answers.codelists[item.codelist]
            described = {str(code): label for code, label in codelist.items()}
            labelled = file.table.codes.get(item.variable, {})
            for row, code in _first_rows(data.column(item.variable), item.separator):
                label = described.get(code)
                found = labelled.get(code, label)
                relabelled = f"{item.variable}: {code} {label!r} -> {found!r}"
                differs = label is not None and found != label
                rows.append((row, item.variable, code, relabelled if differs else None))
    columns = ["row", "variable", "code", "relabelled"]
    return pd.DataFrame(rows, columns=columns, dtype=object).set_index("row")


def _corrections(file: WaveFile) -> pd.DataFrame:
    """One row per correction, and the wrong answers that the file still has."""
    import pandas as pd
    import pyarrow.compute as pc

    answers, data, rows = file.answers, file.table.data, []
    for correction in file.answers.corrections:
        wrong = 0
        if {correction.variable, answers.respondent} <= set(data.column_names):
            found = pc.equal(data.column(correction.variable), str(correction.code))
            if correction.respondent:
                asked = pc.equal(data.column(answers.respondent), correction.respondent)
                found = pc.and_(found, asked)
            wrong = pc.sum(found).as_py() or 0
        whose = f" of {correction.respondent}" if correction.respondent else ""
        rows.append((f"{correction.variable}{whose}: {correction.code}", wrong))
    return pd.DataFrame(rows, columns=["row", "wrong_answers"]).set_index("row")


def _still_wrong(path: str, manifest: str) -> Rule:
    return _rule(
        "corrections",
        "expect_column_values_to_be_between",
        {"column": "wrong_answers", "min_value": 1},
        path=path,
        manifest=manifest,
    )


def _first_rows(column: pa.ChunkedArray, separator: str | None) -> list[tuple[int, str]]:
    """Every code of a variable with the first row that has it, from 1, in that order.

    `separator` stands between codes where a cell holds several.
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
        for code in cell.split(separator) if separator else (cell,):
            first.setdefault(code.strip() if separator else code, row)
    return [(row, code) for code, row in first.items()]


def _code_rules(file: WaveFile, manifest: str) -> list[Rule]:
    answers, path = file.answers, file.path.name
    allowed = {
        item.variable: [(item.variable, str(code)) for code in answers.codelists[item.codelist]]
        for item in answers.items
        if item.codelist
    }
    for correction in answers.corrections:  # a known error may be a code that nobody described
        allowed[correction.variable].append((correction.variable, str(correction.code)))
    return [
        _rule(
            "known_codes",
            "expect_column_pair_values_to_be_in_set",
            {
                "column_A": "variable",
                "column_B": "code",
                "value_pairs_set": [pair for pairs in allowed.values() for pair in pairs],
            },
            {
                item.variable: Names(
                    (f"{code} {text}" for code, text in answers.codelists[item.codelist].items()),
                    20,
                )
                for item in answers.items
                if item.codelist
            },
            path=path,
            manifest=manifest,
        ),
        _rule(
            "labels",
            "expect_column_values_to_be_null",
            {"column": "relabelled"},
            path=path,
            manifest=manifest,
        ),
    ]
