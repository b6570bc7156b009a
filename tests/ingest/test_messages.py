"""Every message exists once, is used, and says the same in Dutch and in English."""

from __future__ import annotations

import ast
import pickle
import re
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal, get_args

import pytest
import yaml
from pydantic import Field, ValidationError
from pydantic_core.core_schema import ErrorType

from ingest.descriptions import read_yaml
from ingest.errors import RefusedError
from ingest.formats import CsvFile, ParquetFile
from ingest.messages import CATALOGUE, Names, Phrase, catalogue, entry, parse
from ingest.models import Model, Text
from ingest.texts import Check, Entry, Refusal
from tests.conftest import PROJECT

PACKAGES = ("ingest", "expectations", "orchestration", "dashboards")
MESSAGES: dict[str, Entry] = {
    (name if package == "ingest" else f"{package}.{name}"): found
    for package in PACKAGES
    if (PROJECT / package / CATALOGUE).exists()
    for name, found in catalogue(package).items()
}
# What names an entry in code, its kind, and the prefix that it adds to the name.
KINDS: dict[str, tuple[type[Entry], str]] = {
    "Phrase": (Text, ""),
    "invalid": (Text, ""),
    "_rule": (Check, "expectations."),
    "message": (Text, "orchestration."),
    "show": (Text, "orchestration."),
}


def sources(package: str) -> list[ast.Module]:
    paths = sorted((PROJECT / package).rglob("*.py"))
    return [ast.parse(path.read_text("utf-8")) for path in paths]


@cache
def nodes(package: str) -> list[ast.AST]:
    return [node for tree in sources(package) for node in ast.walk(tree)]


@cache
def refusals() -> set[str]:
    """Names of all classes of refusals of which the message is an entry of a catalogue."""
    return derived("RefusedError")


def derived(base_class: str) -> set[str]:
    """Names of a class and of all classes of the product that derive from it."""
    named = {base_class}
    classes = [n for package in PACKAGES for n in nodes(package) if isinstance(n, ast.ClassDef)]
    while (
        more := {
            node.name
            for node in classes
            if any(isinstance(base, ast.Name) and base.id in named for base in node.bases)
        }
        - named
    ):
        named |= more
    return named


@cache
def calls() -> list[tuple[str, type[Entry], set[str]]]:
    """Every use of an entry: its name, its kind, and the names of the values that it is given.

    Names that a call hands over as a mapping are not known here; they are `**`.
    """
    kinds = KINDS | dict.fromkeys(refusals(), (Refusal, ""))
    found: list[tuple[str, type[Entry], set[str]]] = []
    for package in PACKAGES:
        for node in nodes(package):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            called = getattr(node.func, "id", "")
            if called in kinds:
                keywords = {keyword.arg or "**" for keyword in node.keywords}
                if called == "_rule":  # hands over what it knows of the file
                    keywords.add("**")
                kind, prefix = kinds[called]
                first = node.args[1 if called == "_rule" else 0]
                choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                found += [
                    (prefix + choice.value, kind, keywords)
                    for choice in choices
                    if isinstance(choice, ast.Constant) and isinstance(choice.value, str)
                ]
    return found


def texts_in(package: str) -> tuple[set[str], set[str]]:
    """All strings that the code of a package holds, and those that open an f-string."""
    constants = {
        node.value
        for node in nodes(package)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    openings = {
        node.values[0].value
        for node in nodes(package)
        if isinstance(node, ast.JoinedStr)
        and isinstance(node.values[0], ast.Constant)
        and isinstance(node.values[0].value, str)
    }
    return constants, openings


def parts(found: Entry) -> list[Text]:
    texts = [found] if isinstance(found, Text) else [value for _, value in found]
    return [text for text in texts if isinstance(text, Text)]


def named(text: Text) -> tuple[set[str], set[str]]:
    """What a text names between braces, in Dutch and in English."""
    nl, en = ({part[1] for part in Formatter().parse(own) if part[1]} for own in (text.nl, text.en))
    return nl, en


def test_every_message_that_the_code_names_exists_and_is_of_the_right_kind() -> None:
    used = calls()
    assert {kind for _, kind, _ in used} == {Text, Check, Refusal}
    for name, kind, _ in used:
        assert name in MESSAGES, name
        entry(name, kind)


def test_every_message_is_used() -> None:
    constants: set[str] = set()
    openings: set[str] = set()
    for package in PACKAGES:
        own_constants, own_openings = texts_in(package)
        constants |= own_constants
        openings |= {text for text in own_openings if text.endswith(("_", "."))}
    of_pydantic = set(get_args(ErrorType))
    of_pydantic |= {f"not_{kind.split('_')[0]}" for kind in of_pydantic}
    of_help = {name for name in MESSAGES if name.startswith("orchestration.help_")}
    for name in MESSAGES.keys() - constants - of_pydantic - of_help:
        rests = {name.removeprefix(text) for text in openings if name.startswith(text)}
        assert rests & constants, name


@pytest.mark.parametrize("name", MESSAGES)
def test_both_languages_name_the_same_values_and_they_are_given(name: str) -> None:
    found = MESSAGES[name]
    needed: set[str] = set()
    for text in parts(found):
        nl, en = named(text)
        assert nl == en
        needed |= nl
    for used, _, given in calls():
        if used == name:
            assert "**" in given or given >= needed, (given, needed)
    if not isinstance(found, Text):  # these three get their full stop where they are filled in
        ends = {name: getattr(found, name, None) for name in ("found", "allowed", "fix")}
        for text in filter(None, ends.values()):
            assert not text.nl.endswith(".") and not text.en.endswith(".")


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_that_a_person_reads_is_a_literal(package: str) -> None:
    errors = derived("BarometerError")
    literal = []
    for node in nodes(package):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            if name in errors | {"echo", "print", "SkipReason"}:
                words = (read_as(part) for part in node.args[:1] if part is not None)
                literal += [f"{name}({text!r})" for text in words if is_a_sentence(text)]
    assert literal == []


def read_as(node: ast.AST) -> str:
    """The text that an expression writes itself, without what it fills in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(map(read_as, node.values))
    if isinstance(node, ast.BinOp):
        return read_as(node.left) + read_as(node.right)
    return ""


def is_a_sentence(text: str) -> bool:
    return len(re.findall(r"[A-Za-z]{2,}", text.replace("_", "").replace(".", ""))) > 1


@pytest.mark.parametrize("package", PACKAGES)
def test_no_message_stands_twice_in_a_catalogue(package: str) -> None:
    path = PROJECT / package / CATALOGUE
    if path.exists():
        lines = path.read_text("utf-8").splitlines()
        keys = [line.split(":")[0] for line in lines if line[:1].islower()]
        assert sorted(keys) == sorted(catalogue(package))


@pytest.mark.parametrize(
    "words",
    [
        {"found": {"nl": "leeg", "en": "empty"}},
        {"found": {"nl": "leeg"}, "fix": {"nl": "vul", "en": "fill"}},
        {"found": {"nl": "leeg", "en": "empty"}, "fix": {"nl": "vul", "en": "fill"}, "why": ""},
    ],
    ids=["no fix", "no English", "an unknown key"],
)
def test_a_rule_without_all_of_its_texts_is_refused(words: object) -> None:
    with pytest.raises(ValidationError):
        parse(yaml.safe_dump({"a_rule": words}))


def test_a_refusal_comes_back_whole_from_another_process() -> None:
    where = Phrase("row", path="published.csv", row=9, key="nl_008")
    refused = RefusedError("figure_of_unknown_wave", where, wave="2012", waves=["2021", "2025"])
    back = pickle.loads(pickle.dumps(refused))
    assert isinstance(back, RefusedError)
    assert back.rule == "figure_of_unknown_wave"
    assert str(back) == (
        "published.csv, row 9 (nl_008), rule figure_of_unknown_wave: wave '2012' has no manifest. "
        "Allowed: 2021, 2025. How to fix: add waves/2012.yml or correct the wave."
    )
    assert back.text("nl") == (
        "published.csv, rij 9 (nl_008), regel figure_of_unknown_wave: meting '2012' heeft geen "
        "manifest. Toegestaan: 2021, 2025. Oplossing: voeg waves/2012.yml toe of verbeter de "
        "meting."
    )


def test_numbers_are_written_as_the_language_writes_them() -> None:
    refused = RefusedError("too_many_cells", "a/2021", path="x", rows=260_000_000, most=5)
    assert "260,000,000 rows" in str(refused)
    assert "260.000.000 rijen" in refused.text("nl")


def test_long_lists_are_cut_and_control_characters_taken_out() -> None:
    names = [f"V{number}" for number in range(10)]
    refused = RefusedError("personal_columns", "a/2021", path="x\x1b[2J\n", names=names)
    assert "V7 en nog 2" in refused.text("nl") and "V7 and 2 more" in str(refused)
    assert "\x1b" not in str(refused) and "\n" not in str(refused)
    assert Names(names, 2, "; ").text("nl") == "V0; V1 en nog 8"


class Described(Model):
    """A description with a value of every kind that descriptions have."""

    text: str = Field("a", pattern="^a", max_length=3, min_length=1)
    kind: Literal["one", "two"] = "one"
    size: int = Field(1, gt=0, lt=9)
    share: float = Field(0, ge=0, le=100)
    sure: bool = True
    day: date = date(2021, 2, 1)
    names: tuple[str, ...] = Field((), max_length=2)
    words: dict[str, str] = Field(default_factory=dict)
    both: Text = Text(nl="a", en="a")
    file: CsvFile | ParquetFile | None = Field(None, discriminator="format")


MISTAKES = {
    "kinds: one": (
        "unknown key 'kinds'; did you mean 'kind'",
        "onbekende sleutel 'kinds'; bedoelt",
    ),
    "both: {nl: a}": ("key 'both.en' is missing", "sleutel 'both.en' ontbreekt"),
    "kind: three": ("kind = 'three' is not one of 'one', 'two'", "is geen van 'one', 'two'"),
    "text: b": ("text = 'b' does not have the form ^a", "heeft niet de vorm ^a"),
    "text: ''": ("is too short; at least 1", "is te kort; minimaal 1"),
    "text: abcd": ("is too long; at most 3", "is te lang; maximaal 3"),
    "text: 1": ("text = 1 is not a text", "text = 1 is geen tekst"),
    "size: many": ("size = 'many' is not a whole number", "is geen geheel getal"),
    "size: 1.5": ("size = 1.5 is not a whole number", "size = 1.5 is geen geheel getal"),
    "size: 0": ("size = 0 must be greater than 0", "moet groter zijn dan 0"),
    "size: 9": ("size = 9 must be less than 9", "moet kleiner zijn dan 9"),
    "share: -1": ("share = -1 must be 0.0 or more", "moet 0.0 of meer zijn"),
    "share: 101": ("share = 101 must be 100.0 or less", "moet 100.0 of minder zijn"),
    "share: half": ("share = 'half' is not a number", "is geen getal"),
    "sure: perhaps": ("is not true or false", "is niet true of false"),
    "day: 31-12-2021": ("day = '31-12-2021' is not a date", "is geen datum (jaar-maand-dag)"),
    "names: 3": ("names = 3 must be a list", "names = 3 moet een lijst zijn"),
    "names: [a, b, c]": ("names = ['a', 'b', 'c']: ", "names = ['a', 'b', 'c']: "),
    "words: 3": (
        "words = 3 must consist of keys and values",
        "moet bestaan uit sleutels en waarden",
    ),
    "both: 3": ("both = 3 must consist of keys and values", "moet bestaan uit sleutels en waarden"),
    "file: {name: a}": ("file: key 'format' is missing", "file: sleutel 'format' ontbreekt"),
    "file: {format: xls}": (
        "format' is 'xls', not one of 'csv'",
        "format' is 'xls', geen van 'csv'",
    ),
    "[]": (
        "the file = [] must consist of keys and values",
        "het bestand = [] moet bestaan uit sleutels",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_value_of_the_wrong_kind_is_told_in_both_languages(tmp_path: Path, mistake: str) -> None:
    path = tmp_path / "described.yml"
    path.write_text(mistake, "utf-8")
    with pytest.raises(RefusedError) as refused:
        read_yaml(Described, path)
    en, nl = MISTAKES[mistake]
    assert refused.value.rule == "description_unfit"
    assert en in str(refused.value)
    assert nl in refused.value.text("nl")
