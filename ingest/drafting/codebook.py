"""Takes wordings and labels from a codebook beside a file that has none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ingest.drafting.profile import column_counts
from ingest.errors import RefusedError, did_you_mean
from ingest.formats import FORMATS, AnswerTable
from ingest.models import Model

COLUMNS = ("variable", "code", "label", "wording")
SHEETS = ("xlsx", "ods")
FORMS = ("csv", "tsv", *SHEETS)


class _Line(Model):
    """One row of a codebook; `variable` is that of the row above where it is empty."""

    row: int
    variable: str
    code: str | None
    label: str | None
    wording: str | None


def with_codebook(table: AnswerTable, path: Path, where: str) -> tuple[AnswerTable, list[str]]:
    """Add the labels of a codebook to a file of answers.

    Args:
        table: the file of answers.
        path: the codebook, CSV or Excel: a row per code with the columns `variable`, `code`,
            `label` and `wording`; other columns are not read.
        where: survey and wave, for messages.

    Returns:
        The file with labels, and the variables of the codebook that it does not have.

    Raises:
        RefusedError: no such file or columns, no variable of the file in it, two labels for one
            code or two wordings for one variable, also where the file has the other one, or codes
            of which none is in the file.
    """
    labels = {name: text for name, text in table.labels.items() if text}
    codes = defaultdict(dict, {name: dict(held) for name, held in table.codes.items()})
    names, others = table.data.column_names, dict[str, None]()
    given: dict[str, dict[str, None]] = defaultdict(dict)
    for line in _lines(path, where):
        if line.variable not in names:
            others[line.variable] = None
            continue
        said = [(line.variable, line.wording, labels)] if line.wording else []
        if line.code and line.label:
            given[line.variable][line.code] = None
            said.append((line.code, line.label, codes[line.variable]))
        for key, text, known in said:
            if known.setdefault(key, text) != text:
                raise RefusedError(
                    "codebook_contradicts",
                    where,
                    path=path,
                    row=line.row,
                    variable=line.variable,
                    now=text,
                    before=known[key],
                )
    if len(others) and not any(name in names for name in (*given, *labels)):
        near = did_you_mean(next(iter(others)), names)
        raise RefusedError("codebook_of_other_file", where, path=path, names=[*others], near=near)
    for name, listed in given.items():
        held = column_counts(table.data.column(name))
        if held and not held.keys() & listed.keys() and name not in table.codes:
            raise RefusedError(
                "codebook_codes", where, path=path, variable=name, codes=[*listed], held=[*held]
            )
    return replace(table, labels=labels, codes=dict(codes)), list(others)


def _lines(path: Path, where: str) -> Iterator[_Line]:
    """Yield the rows; the first way to read the file that gives the needed columns is the one."""
    extension = path.suffix.lower().removeprefix(".")
    if extension not in FORMS:
        raise RefusedError("codebook_format", where, path=path, known=list(FORMS))
    if not path.is_file():
        raise RefusedError("no_new_file", where, path=path)
    form = extension if extension in SHEETS else "csv"
    kind, told = FORMATS[form], {} if form in SHEETS else {"decimal": "."}
    texts = frozenset(COLUMNS)
    seen: list[str] = []
    for way in kind.choices(path, told, texts, where):
        file = kind.model_validate({"name": "codebook", "format": form, **told, **way})
        table = file.content(path, texts, where).data
        columns = {name.strip().lower(): name for name in table.column_names}
        if "variable" in columns and len(columns.keys() & set(COLUMNS)) > 1:
            above = ""
            for number, row in enumerate(table.to_pylist(), 1):
                cells = {name: row[columns[name]] for name in COLUMNS if name in columns}
                cells |= dict.fromkeys(set(COLUMNS) - columns.keys())
                above = cells["variable"] = cells["variable"] or above
                yield _Line(row=number, **cells)
            return
        seen += table.column_names
    raise RefusedError("codebook_columns", where, path=path, found=seen, known=list(COLUMNS))
