"""Reports what a file of answers says of itself, and what a draft takes over from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ingest.drafting.codebook import with_codebook
from ingest.drafting.formats import Personal, read_new
from ingest.drafting.profile import FileVariable, column_counts, profile
from ingest.formats import AnswerTable
from ingest.messages import Phrase
from ingest.models import Model, Text
from ingest.registry import Registry

# Format -> what its reader cannot tell of a file: the name of a phrase.
UNTOLD = {
    "sav": "untold_sav",
    "por": "untold_por",
    "dta": "untold_dta",
    "sas7bdat": "untold_sas",
    "xpt": "untold_sas",
}


class CodeReport(Model):
    """One code of a variable.

    Attributes:
        code: the code.
        label: its label; nothing where the file has none.
        answers: how often it was given.
        missing: how the file declares it missing, such as `97 thru 99`.
    """

    code: str
    label: str | None
    answers: int
    missing: str | None


class VariableReport(Model):
    """One variable of a file.

    Attributes:
        variable: its name.
        label: its label; empty without one.
        kind: `number`, `text`, `date`, `moment` or `time`, where the file says so.
        measure: its level of measurement, where the file says so.
        format: its display format, where the file says so.
        missing: values and ranges that the file declares missing.
        answered: respondents with a value.
        empty: respondents without one.
        different: number of different values.
        codes: its codes; of an open answer only those with a label.
        becomes: what a draft makes of it.
        not_kept: what the file says of it and a draft leaves out.
    """

    variable: str
    label: str
    kind: str | None
    measure: str | None
    format: str | None
    missing: tuple[str, ...]
    answered: int
    empty: int
    different: int
    codes: tuple[CodeReport, ...]
    becomes: Text
    not_kept: tuple[Text, ...]


class FileReport(Model):
    """A file of answers.

    Attributes:
        file: its name.
        format: its format.
        title: the title that it gives itself.
        respondents: number of rows.
        notes: its documents.
        sets: questions with several answers that it declares, by name.
        weight: the variable that weighting is switched on for.
        variables: its variables, in the order of the file.
        not_kept: what the file says, or may say, and a draft leaves out.
    """

    file: str
    format: str
    title: str
    respondents: int
    notes: tuple[str, ...]
    sets: dict[str, tuple[str, ...]]
    weight: str
    variables: tuple[VariableReport, ...]
    not_kept: tuple[Text, ...]


def inspect_file(
    path: Path,
    registry: Registry,
    *,
    options: Mapping[str, str | int | None] | None = None,
    texts: Iterable[str] = (),
    codebook: Path | None = None,
) -> FileReport:
    """Report what a file of answers says of itself.

    Args:
        path: the file.
        registry: described waves, for the names of columns that say who answered.
        options: options of the file format, see `read_new`.
        texts: variables with open answers.
        codebook: a table with wordings and labels, see `with_codebook`.

    Raises:
        RefusedError: the file or the codebook cannot be read, or only with more options.
    """
    where, open_answers = path.name, frozenset(texts)
    file, table, personal = read_new(path, options or {}, open_answers, where)
    if codebook:
        table, _ = with_codebook(table, codebook, where)
    seen = profile(table, file.number_form, open_answers, registry)
    roles: dict[str, str] = {name: role for role, name in seen.roles.items()}
    items = {variable.name: variable for variable in seen.variables}
    form: str = file.model_dump()["format"]
    return FileReport(
        file=path.name,
        format=form,
        title=table.title,
        respondents=table.data.num_rows,
        notes=table.notes,
        sets={one.name: one.variables for one in table.sets},
        weight=table.weight,
        variables=tuple(
            _variable(name, table, items.get(name), roles.get(name) or _becomes(items[name]))
            for name in table.data.column_names
        ),
        not_kept=(*_personal(personal), *_left_out(table, form)),
    )


def _personal(personal: Personal) -> Iterator[Text]:
    if personal.columns:
        yield _both(Phrase("not_kept_personal", names=personal.columns))


def _variable(
    name: str, table: AnswerTable, item: FileVariable | None, becomes: str
) -> VariableReport:
    column, declared = table.data.column(name), table.declared.get(name)
    counts, labels = column_counts(column), table.codes.get(name, {})
    shown = (item.codes or item.missing or labels) if item else labels
    given = item.counts if item and item.separator else counts  # of a list, every answer in it
    return VariableReport(
        variable=name,
        label=table.labels.get(name, ""),
        kind=declared.kind if declared else None,
        measure=declared.measure if declared else None,
        format=(declared.format or None) if declared else None,
        missing=tuple(map(str, declared.missing)) if declared else (),
        answered=len(column) - column.null_count,
        empty=column.null_count,
        different=len(counts),
        codes=tuple(
            CodeReport(
                code=code,
                label=labels.get(code),
                answers=given.get(code, 0),
                missing=str(missing) if (missing := table.missing(name, code)) else None,
            )
            for code in shown
        ),
        becomes=_both(Phrase(f"becomes_{becomes}")),
        not_kept=tuple(_not_kept(item, table, name)),
    )


def _becomes(item: FileVariable) -> str:
    return "codelist" if item.coded else "number" if item.number else "text"


def _not_kept(item: FileVariable | None, table: AnswerTable, name: str) -> Iterator[Text]:
    declared = table.declared.get(name)
    if (item is None or item.text) and table.codes.get(name):
        yield _both(Phrase("not_kept_labels", n=len(table.codes[name])))
    if (item is None or item.text) and declared and declared.missing:
        yield _both(Phrase("not_kept_missing", ranges=", ".join(map(str, declared.missing))))


def _left_out(table: AnswerTable, form: str) -> Iterator[Text]:
    """What of the file as a whole a draft leaves out."""
    if any(one.measure for one in table.declared.values()):
        yield _both(Phrase("not_kept_measure"))
    if table.notes:
        yield _both(Phrase("not_kept_notes", n=len(table.notes)))
    for one in table.sets:
        if one.counted is None:
            yield _both(Phrase("not_kept_set", name=one.name, variables=list(one.variables)))
    if not any(table.codes.values()):
        yield _both(Phrase("no_labels"))
    if form in UNTOLD:
        yield _both(Phrase(UNTOLD[form]))


def _both(phrase: Phrase) -> Text:
    return Text(nl=phrase.text("nl"), en=phrase.text("en"))
