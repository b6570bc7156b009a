"""Generates the parts of the reference pages that the code knows.

A page names a part as `<!-- generated: NAME -->`. Nothing generated is committed.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

PROJECT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT / "dbt_project"
MARKER = re.compile(r"^<!-- generated: (\w+) -->$", re.M)
REFERENCE = re.compile(r"\{\{ doc\(['\"](\w+)['\"]\) \}\}")  # to a block of dbt's docs

# Small models that are described where they are used.
IN_WORDS = {
    "Text": "text in Dutch and English: `nl`, `en`",
    "Period": "first and last day: `start`, `end`",
}
PATTERNS = {
    r"^[a-z0-9][a-z0-9_]*$": "name: lower case letters, digits and `_`",
    r"^[A-Za-z0-9][A-Za-z0-9_]*$": "name: letters, digits and `_`",
    r"^\w[^/\\\x00-\x1f]*$": "name of a file, without a folder",
    r"^[0-9]{4}$": "year",
    r"^\.[a-z]$": "`.a` to `.z`",
}


def fill_page(_app: object, _page: str, source: list[str]) -> None:
    """Replace each marker of a page by what it names (Sphinx event `source-read`)."""
    source[0] = MARKER.sub(lambda found: PARTS[found[1]](), source[0])


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table."""
    head = tuple(head)
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: object) -> str:
    text = re.sub(r"\s+", " ", str(value)).strip().replace("|", "\\|")
    # What looks like a tag is text, but between backticks it is text already.
    return re.sub(r"(`+.*?`+)|<(?=\w+>)", lambda found: found[1] or "&lt;", text)


def _code(value: object) -> str:
    text = str(value).replace("\t", "\\t")
    return f"``{text}``" if "`" in text else f"`{text}`"


# Models: what a person writes in YAML and CSV.


def models(*tops: type[BaseModel]) -> str:
    """Describe models and those that they hold: a heading and a table of keys for each."""
    schemas: dict[str, dict[str, Any]] = {}
    for top in tops:
        schema = top.model_json_schema()
        schemas[top.__name__] = schema
        for name, held in schema.pop("$defs", {}).items():
            schemas.setdefault(name, held)
    return "\n\n".join(
        _model(name, schema) for name, schema in schemas.items() if name not in IN_WORDS
    )


def _model(name: str, schema: dict[str, Any]) -> str:
    (kind,) = {kind for kind in _subclasses(BaseModel) if kind.__name__ == name}
    return f"## {name}\n\n{_described(kind)[0]}\n\n{_keys(kind, schema)}"


def _keys(kind: type[BaseModel], schema: dict[str, Any] | None = None) -> str:
    _, keys = _described(kind)
    schema = schema or kind.model_json_schema()
    required = schema.get("required", ())
    rows = [
        (
            _code(key),
            _type(field),
            _default(field)
            if key not in required
            else "may be empty"
            if _nullable(field)
            else "yes",
            keys.get(key) or field.get("description", ""),
        )
        for key, field in schema.get("properties", {}).items()
    ]
    return table(("key", "value", "required", "meaning"), rows)


def _described(kind: type[BaseModel]) -> tuple[str, dict[str, str]]:
    """Return what the docstring of a model says, and what it says of each key."""
    about, keys = "", dict[str, str]()
    for above in reversed(kind.__mro__):
        if issubclass(above, BaseModel):
            about, attributes = docstring(inspect.getdoc(above) or "")
            keys |= attributes
    return about, keys


def _subclasses(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for below in kind.__subclasses__():
        yield below
        yield from _subclasses(below)


def docstring(text: str) -> tuple[str, dict[str, str]]:
    """Split a Google-style docstring into its words and what it says of each attribute."""
    about, _, listed = text.partition("Attributes:\n")
    keys: dict[str, str] = {}
    for entry in re.split(r"\n {0,4}(?=\w)", "\n" + listed):
        key, colon, meaning = entry.partition(":")
        if colon:
            keys[key.strip()] = " ".join(meaning.split())
    return " ".join(about.split()), keys


def _nullable(field: dict[str, Any]) -> bool:
    return any(option.get("type") == "null" for option in field.get("anyOf", ()))


def _default(field: dict[str, Any]) -> str:
    default = field.get("default")
    if isinstance(default, bool):
        default = str(default).lower()
    return f"no, {_code(default)}" if isinstance(default, (int, float, str)) else "no"


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        if name in IN_WORDS:
            return IN_WORDS[name]
        return f"[{name}](#{name.lower()})"
    if "const" in field:
        return _code(field["const"])
    if "enum" in field:
        return ", ".join(_code(value) for value in field["enum"])
    if options := field.get("anyOf") or field.get("oneOf"):
        kinds = [_type(option) for option in options if option.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    if field.get("type") == "object":
        values = [*field.get("patternProperties", {}).values(), field.get("additionalProperties")]
        return f"mapping to {_type(next(value for value in values if value))}"
    return _plain_type(field)


def _plain_type(field: dict[str, Any]) -> str:
    kind = {"string": "text", "boolean": "`true` or `false`", "integer": "whole number"}.get(
        field.get("type", ""), field.get("type", "any")
    )
    kind = {"date": "date"}.get(field.get("format", ""), kind)
    limits = [
        f"{words} {field[key]}"
        for key, words in (
            ("minimum", "from"),
            ("exclusiveMinimum", "above"),
            ("maximum", "to"),
            ("exclusiveMaximum", "below"),
        )
        if key in field
    ]
    if pattern := field.get("pattern"):
        if pattern in PATTERNS:
            return PATTERNS[pattern]
        limits.append(f"as {_code(pattern)}")
    return ", ".join([kind, *limits])


def manifest() -> str:
    """Describe `survey.yml` and the manifest of a wave."""
    from ingest.models import Survey, Wave

    return models(Survey, Wave)


def figures() -> str:
    """Describe published figures and their sources."""
    from ingest.models import PublishedFigure, Source

    return models(PublishedFigure, Source)


# dbt: seeds, tables of a release, tests.


def _resources(kind: str, folder: str) -> Iterator[dict[str, Any]]:
    for path in sorted((DBT_PROJECT / folder).rglob("*.yml")):
        content = yaml.safe_load(path.read_text("utf-8")) or {}
        yield from content.get(kind, ())


def _description(item: dict[str, Any]) -> str:
    """Return the description of a model or column, with the blocks that it refers to."""
    text = str(item.get("description", ""))
    return re.sub(
        r"\{\{ doc\(['\"](\w+)['\"]\) \}\}", lambda found: _blocks()[found[1]], text
    ).strip()


@cache
def _blocks() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(DBT_PROJECT.rglob("*.md")):
        blocks = re.findall(
            r"\{% docs (\w+) %\}\s*(.*?)\s*\{% enddocs %\}", path.read_text("utf-8"), re.S
        )
        found.update(blocks)
    return found


def release_tables() -> str:
    """Describe every table of a release: its rows and its columns, as the contracts say."""
    return "\n\n".join(
        f"## {item['name']}\n\n{_description(item)}\n\n"
        + table(
            ("column", "type", "meaning"),
            (
                (_code(column["name"]), column.get("data_type", ""), _description(column))
                for column in item.get("columns", ())
            ),
        )
        for item in sorted(_released(), key=lambda item: str(item["name"]))
    )


def _released() -> Iterator[dict[str, Any]]:
    """Yield what is described of models, and of tables that are written with a release."""
    yield from _resources("models", "models/marts")
    for source in _resources("sources", "models/marts"):
        yield from source["tables"]


def seeds() -> str:
    """Describe the seeds: what a row is, and its columns."""
    from ingest.harmonisation import SEEDS

    about = {item["name"]: _description(item) for item in _resources("seeds", "seeds")}
    return "\n\n".join(
        f"## {name}.csv\n\n{about[name]}\n\n{_keys(kind)}" for name, kind in SEEDS.items()
    )


def crosswalk_rules() -> str:
    """Describe the rules of the crosswalk, and the columns that their rows fill."""
    from ingest.descriptions import read_csv
    from ingest.harmonisation.rules import COLUMNS, CrosswalkRule

    def columns(rule: CrosswalkRule, need: str) -> str:
        return ", ".join(_code(column) for column in COLUMNS if rule.filled(column) == need)

    rules = read_csv(CrosswalkRule, DBT_PROJECT / "seeds" / "crosswalk_rules.csv")
    rows = (
        (
            _code(rule.rule),
            rule.description_en,
            columns(rule, "required"),
            columns(rule, "optional"),
        )
        for _, rule in rules
    )
    return table(("rule", "meaning", "required", "optional"), rows)


# Checks and messages.


def mart_checks() -> str:
    """Describe what Great Expectations checks on the marts."""
    from expectations.suites import suite_files

    return "\n\n".join(
        f"### {file.suite}\n\nOn `{file.table}`.\n\n"
        + table(
            ("rule", "what must be true"), ((_code(row.rule), row.meaning.en) for row in file.rules)
        )
        for file in suite_files()
    )


def dbt_tests() -> str:
    """Describe the tests of dbt that are written as a query."""
    rows = ((_code(item["name"]), _description(item)) for item in _resources("data_tests", "tests"))
    return table(("test", "what must be true"), rows)


def _entries(package: str, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    content = yaml.safe_load((PROJECT / package / "messages.yml").read_text("utf-8"))
    yield from ((name, entry) for name, entry in content.items() if key in entry)


def file_checks() -> str:
    """Describe what must be true of a file of answers."""
    rows = (
        (_code(name), entry["meaning"]["en"], entry["fix"]["en"])
        for name, entry in _entries("expectations", "meaning")
    )
    return table(("rule", "what must be true", "how to fix"), rows)


def differences() -> str:
    """Describe how a wave can differ from an earlier one."""
    rows = (
        (_code(name), entry["found"]["en"], entry["fix"]["en"])
        for name, entry in _entries("expectations", "found")
    )
    return table(("rule", "what was found", "what to do"), rows)


def messages() -> str:
    """List every refusal, in both languages."""
    return "\n\n".join(
        f"## {package}\n\n"
        + table(
            ("rule", "English", "Nederlands"),
            (
                (
                    _code(name),
                    _message(entry, "en", "Allowed", "How to fix"),
                    _message(entry, "nl", "Toegestaan", "Oplossing"),
                )
                for name, entry in _entries(package, "found")
            ),
        )
        for package in ("ingest", "expectations", "orchestration", "dashboards")
        if (PROJECT / package / "messages.yml").is_file()
    )


def _message(entry: dict[str, Any], language: str, allowed: str, fix: str) -> str:
    parts = [entry["found"][language]]
    if "allowed" in entry:
        parts.append(f"{allowed}: {entry['allowed'][language]}")
    parts.append(f"{fix}: {entry['fix'][language]}")
    return re.sub(r"\{(\w+)[!:][^}]*\}", r"{\1}", "".join(f"{part}. " for part in parts))


PARTS: dict[str, Callable[[], str]] = {
    part.__name__: part
    for part in (
        manifest,
        figures,
        seeds,
        release_tables,
        crosswalk_rules,
        mart_checks,
        dbt_tests,
        file_checks,
        differences,
        messages,
    )
}
