"""Reads descriptions: YAML and CSV files that people write, each into its typed model.

A file is read as it is written or refused, with its line and how to fix it. Nothing is guessed and
nothing is dropped silently, as a second key of the same name would be.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from ingest.codes import Unquoted
from ingest.errors import Names, Phrase, RefusedError, did_you_mean
from ingest.messages import has_phrase
from ingest.models import Row

if TYPE_CHECKING:
    import yaml
    from pydantic_core import ErrorDetails

LONGEST_VALUE = 80  # characters of a value that a message repeats
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Plain values of YAML: those of version 1.2, written in one way only.
INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,17})$")
DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+$")
BOOLEAN = re.compile(r"(?:true|false)$")
EMPTY = re.compile(r"(?:~|null|)$")
# What YAML 1.1 reads as another number than a person does: 010 is 8, 12:30 is 750, 1_000 is 1000.
AMBIGUOUS = re.compile(
    r"[-+]?(?:0[0-9_]+|0[box][0-9a-fA-F_]+|[0-9]+_[0-9_]+|[0-9]+(?::[0-9]+)+)(?:\.[0-9_]*)?$"
    r"|[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$"
)
# What stays the text that it is, but is a number, a date or a truth value to others who read YAML.
UNQUOTED = re.compile(
    r"(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|True|TRUE|False|FALSE|Null|NULL)$"
    r"|[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"
    r"|[0-9]{4}(?:-[0-9]{1,2}){2}(?:[Tt ].*)?$"
)
TAG = "tag:yaml.org,2002:"
NEVER = re.compile(r"(?!)")
M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Rows(Generic[R]):
    """The rows of one CSV file, each with the number of its line.

    Attributes:
        drafted: the rows of a draft, which are in `numbered` too; their numbers go on after the
            last line of the file.
    """

    path: Path
    numbered: tuple[tuple[int, R], ...]
    drafted: Rows[R] | None = None

    @classmethod
    def read(cls, model: type[R], path: Path) -> Rows[R]:
        """Read a file of rows."""
        return cls(path, tuple(read_csv(model, path)))

    @property
    def rows(self) -> tuple[R, ...]:
        """The rows alone."""
        return tuple(row for _, row in self.numbered)

    def followed_by(self, draft: Rows[R]) -> Rows[R]:
        """Return these rows with those of a draft after them.

        A row that is in this file as it is in the draft is skipped: an accepted draft of another
        wave of a new country has brought it.

        Raises:
            RefusedError: a row of the draft that is in this file already, but not the same.
        """
        keys = {_key(row): line for line, row in self.numbered}
        there = {_key(row): row for _, row in self.numbered}
        fresh = [(line, row) for line, row in draft.numbered if there.get(_key(row)) != row]
        draft = Rows(draft.path, tuple(fresh))
        for line, row in draft.numbered:
            if (key := _key(row)) in keys:
                raise RefusedError(
                    "draft_row_twice",
                    draft.at(line),
                    columns=list(row.KEY),
                    path=self.path,
                    other=keys[key],
                )
        last = self.numbered[-1][0]
        more = tuple((last + line, row) for line, row in draft.numbered)
        return Rows(self.path, self.numbered + more, draft)

    def at(self, line: int) -> Phrase:
        """Return the place of a row, for a message."""
        drafted = len(self.drafted.numbered) if self.drafted else 0
        last = self.numbered[-drafted - 1][0] if drafted else line
        if self.drafted and line > last:
            return self.drafted.at(line - last)
        return Phrase("row_of", path=self.path, row=line)

    def refer(self, column: str, names: Iterable[str], to: str) -> None:
        """Refuse a row whose `column` holds a name that does not exist.

        Args:
            column: the column that refers.
            names: the names that exist.
            to: the file where they are described, for the message.

        Raises:
            RefusedError: with file, row and the nearest name.
        """
        described = set(names)
        for line, row in self.numbered:
            check_reference(self.at(line), column, getattr(row, column), described, to)


def check_reference(
    where: str | Phrase, key: str, name: str | None, described: Iterable[str], to: str
) -> None:
    """Refuse a name that does not exist.

    Args:
        where: file and row, for the message.
        key: the column or key that refers.
        name: the name; nothing is no reference.
        described: the names that exist.
        to: the file where they are described, for the message.
    """
    if name is not None and name not in described:
        raise RefusedError(
            "reference_unknown",
            where,
            column=key,
            name=name,
            near=did_you_mean(name, described),
            known=sorted(described),
            to=to,
        )


def refuse_circle(where: str | Phrase, key: str, references: Iterable[tuple[str, str]]) -> None:
    """Refuse references that lead back to where they started.

    Args:
        where: the file, for the message.
        key: the column that refers.
        references: (from, to) of every reference.
    """
    graph: dict[str, set[str]] = {}
    for start, end in references:
        graph.setdefault(start, set()).add(end)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = Names(error.args[1], 30, " -> ")
        raise RefusedError("description_circle", where, column=key, circle=circle) from None


def read_yaml(model: type[M], path: Path) -> M:
    """Read a YAML file into `model`.

    Raises:
        RefusedError: no file, not UTF-8, not YAML, a value that can be read in two ways, a key
            twice, an unknown or missing key, a value of the wrong kind.
    """
    import yaml

    text = _text(path)
    loader = _loader()(text)
    loader.path = path
    try:
        data = loader.get_single_data()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        lines = text.splitlines()
        number = min(mark.line + 1, len(lines)) if mark else 1
        raise RefusedError(
            "description_yaml",
            Phrase("line", path=path, line=number),
            text=lines[number - 1].strip()[:LONGEST_VALUE] if lines else "",
        ) from None
    return parse(model, data, str(path))


def yaml_text(value: object, **form: Any) -> str:
    """Write what `read_yaml` reads as the same: texts that YAML changes stand between quotes.

    Args:
        value: mappings, lists, texts, numbers, truth values and days; a text `1` as a key, which is
            a code, is written as 1.
        form: options of `yaml.dump`.
    """
    import yaml

    text: str = yaml.dump(value, Dumper=_dumper(), sort_keys=False, allow_unicode=True, **form)
    return text


def read_csv(model: type[R], path: Path) -> Iterator[tuple[int, R]]:
    """Yield (line number, row) of a UTF-8 CSV file with a header.

    Raises:
        RefusedError: no file, not UTF-8, no rows, a column too many or too few, quotes that do not
            match, a value of the wrong kind, or a row that stands there twice.
    """
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
    seen: dict[tuple[object, ...], int] = {}
    last = 0  # line; the reader does not count the one that it cannot read
    try:
        _check_header(model, path, list(reader.fieldnames or ()))
        last = reader.line_num
        for row in reader:
            where = Phrase("row", path=path, row=reader.line_num, key=next(iter(row.values())))
            if None in row or None in row.values():
                raise RefusedError("description_cells", where)
            parsed = parse(model, row, where)
            key = _key(parsed)
            if key in seen:
                raise RefusedError(
                    "description_row_twice", where, columns=list(model.KEY), other=seen[key]
                )
            seen[key] = last = reader.line_num
            yield last, parsed
    except csv.Error:
        where = Phrase("line", path=path, line=last + 1)
        raise RefusedError("description_quotes", where) from None
    if not seen:
        raise RefusedError("description_empty", str(path))


def _key(row: Row) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in row.KEY)


def _check_header(model: type[Row], path: Path, columns: list[str]) -> None:
    fields = set(model.model_fields)
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if set(columns) != fields or twice:
        raise RefusedError(
            "description_columns",
            Phrase("header", path=path),
            missing=sorted(fields - set(columns)) or Phrase("none"),
            unknown=sorted(set(columns) - fields) or Phrase("none"),
            twice=twice or Phrase("none"),
            known=Names(model.model_fields, 30),
        )


def _text(path: Path) -> str:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise RefusedError("description_missing", str(path)) from None
    except UnicodeDecodeError as error:
        where = Phrase("line", path=path, line=error.object[: error.start].count(b"\n") + 1)
        raise RefusedError("description_encoding", where) from None
    if found := CONTROL.search(text):
        where = Phrase("line", path=path, line=text.count("\n", 0, found.start()) + 1)
        code = f"U+{ord(found[0]):04X}"
        raise RefusedError("description_control_character", where, code=code)
    return text


def parse(model: type[M], data: Any, where: str | Phrase) -> M:
    """Put what was read into `model`.

    Raises:
        RefusedError: an unknown or missing key, or a value of the wrong kind.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise RefusedError(
            "description_unfit",
            where,
            problems=explain(error, _keys(model)),
            module=f"{model.__module__.replace('.', '/')}.py",
            model=model.__name__,
        ) from None


def explain(error: ValidationError, fields: Iterable[str]) -> Names:
    """Put pydantic's errors into words: the field, what was found, what is wrong with it."""
    return Names([_problem(item, fields) for item in error.errors(include_url=False)], 8, "; ")


def _problem(item: ErrorDetails, fields: Iterable[str]) -> Phrase:
    kind, context = item["type"], item.get("ctx", {})
    place: object = ".".join(str(step) for step in item["loc"])
    if kind == "invalid":
        return Phrase("at", place=place, problem=context["phrase"]) if place else context["phrase"]
    # Kinds of which only the first word matters: int_type, int_parsing, int_from_float.
    names = (kind, f"not_{kind.split('_')[0]}")
    return Phrase(
        next(filter(has_phrase, names), "any_other"),
        **{name: str(value).replace(" or ", ", ") for name, value in context.items()},
        place=place or Phrase("whole_file"),
        value=repr(item["input"])[:LONGEST_VALUE],
        told=item["msg"].removeprefix("Value error, "),
        near=did_you_mean(str(item["loc"][-1]), fields) if kind == "extra_forbidden" else "",
    )


def _keys(model: type[BaseModel]) -> set[str]:
    """All keys that a description may have, at any depth."""
    schema = model.model_json_schema()
    parts = (schema, *schema.get("$defs", {}).values())
    return {key for part in parts for key in part.get("properties", {})}


@cache
def _loader() -> Any:
    """Return a loader of plain YAML: no key twice, no tags, values that mean one thing only."""
    import yaml

    class Loader(yaml.CSafeLoader):  # the C loader is ten times as fast
        path: Path
        yaml_constructors: ClassVar[dict[str | None, Any]] = {
            tag: yaml.CSafeLoader.yaml_constructors[tag]
            for tag in (f"{TAG}map", f"{TAG}seq", f"{TAG}str", None)
        }

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            seen: dict[str, int] = {}
            for key_node, _ in node.value:
                key = self.construct_object(key_node, deep=True)
                same = str(key)  # 1 and '1' are one code
                if same in seen:
                    where = _line(self.path, key_node)
                    raise RefusedError("description_key_twice", where, key=key, first=seen[same])
                seen[same] = key_node.start_mark.line + 1
            return super().construct_mapping(node, deep)

    def scalar(pattern: re.Pattern[str], read: Callable[[str], object]) -> Any:
        def construct(loader: Loader, node: yaml.ScalarNode) -> object:
            text = loader.construct_scalar(node)
            if not isinstance(text, str) or not pattern.match(text):
                raise RefusedError("description_ambiguous", _line(loader.path, node), value=text)
            return read(text)

        return construct

    Loader.yaml_implicit_resolvers = {}
    plain: tuple[tuple[str, re.Pattern[str], Callable[[str], object]], ...] = (
        ("null", EMPTY, lambda _: None),
        ("bool", BOOLEAN, lambda text: text == "true"),
        ("int", INTEGER, int),
        ("float", DECIMAL, float),
    )
    for name, pattern, read in plain:
        Loader.add_implicit_resolver(f"{TAG}{name}", pattern, None)
        Loader.add_constructor(f"{TAG}{name}", scalar(pattern, read))
    Loader.add_implicit_resolver("!ambiguous", AMBIGUOUS, None)
    Loader.add_implicit_resolver("!unquoted", UNQUOTED, None)
    Loader.add_constructor("!unquoted", scalar(UNQUOTED, Unquoted))
    Loader.add_constructor("!ambiguous", scalar(NEVER, str))
    return Loader


@cache
def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
            node = super().represent_mapping(tag, mapping, flow_style)
            for key, _ in node.value:
                if key.tag == f"{TAG}str" and INTEGER.match(key.value):
                    key.tag, key.style = f"{TAG}int", None
            return node

    def text(dumper: Dumper, value: str) -> yaml.Node:
        changed = UNQUOTED.match(value) or AMBIGUOUS.match(value)
        style = "'" if changed and not INTEGER.match(value) else None
        if not value.isprintable():  # other quotes would turn U+2028 into a line of its own
            style = '"'
        return dumper.represent_scalar(f"{TAG}str", value, style)

    Dumper.add_representer(str, text)
    return Dumper


def _line(path: Path, node: yaml.Node) -> Phrase:
    return Phrase("line", path=path, line=node.start_mark.line + 1)
