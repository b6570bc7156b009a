"""Every refusal has a named rule, and says the same in Dutch and in English."""

from __future__ import annotations

import ast
import pickle
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal, get_args

import pytest
import yaml
from pydantic import Field, ValidationError
from pydantic_core.core_schema import ErrorType

from ingest.errors import MESSAGES, PHRASES, Names, Phrase, RefusedError, read_words
from ingest.formats import CsvFile, ParquetFile
from ingest.models import Model, Text
from ingest.registry import read_yaml
from ingest.texts import RefusalWords
from tests.conftest import PROJECT

RULES = read_words(MESSAGES, RefusalWords)
WORDS = read_words(PHRASES, Text)
SOURCES = [
    path
    for folder in ("ingest", "expectations", "orchestration", "dashboards")
    for path in sorted((PROJECT / folder).rglob("*.py"))
]


@cache
def calls(*names: str) -> list[tuple[str, set[str]]]:
    """First argument and names of the others, of every call of a function in the product.

    Names that a call hands over as a mapping are not known here; they are `**`.
    """
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                keywords = {keyword.arg or "**" for keyword in node.keywords}
                first = node.args[0]
                choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                found += [
                    (choice.value, keywords)
                    for choice in choices
                    if isinstance(choice, ast.Constant) and isinstance(choice.value, str)
                ]
    return found


def constants() -> set[object]:
    """All texts that the code names, also where a phrase is chosen first and said later."""
    trees = (ast.parse(path.read_text("utf-8")) for path in SOURCES)
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def named(text: Text) -> tuple[set[str], set[str]]:
    """What the words of a text name between braces, in Dutch and in English."""
    nl, en = ({part[1] for part in Formatter().parse(words) if part[1]} for words in text_of(text))
    return nl, en


def text_of(text: Text) -> tuple[str, str]:
    return text.nl, text.en


def test_every_rule_is_applied_and_every_rule_that_is_applied_has_words() -> None:
    assert {rule for rule, _ in calls("RefusedError")} == set(RULES)


def test_every_phrase_is_used_and_every_phrase_that_is_used_has_words() -> None:
    of_pydantic = set(get_args(ErrorType))
    of_pydantic |= {f"not_{kind.split('_')[0]}" for kind in of_pydantic}
    assert {name for name, _ in calls("Phrase", "misfit")} <= set(WORDS)
    named = constants()
    assert set(WORDS) <= named | {f"trace_{name}" for name in named} | of_pydantic


@pytest.mark.parametrize("rule", RULES)
def test_both_languages_name_the_same_values_and_they_are_given(rule: str) -> None:
    words = RULES[rule]
    needed: set[str] = set()
    for text in (words.found, words.mend, words.allowed):
        if text:
            nl, en = named(text)
            assert nl == en
            assert not text.nl.endswith(".") and not text.en.endswith(".")
            needed |= nl
    for name, given in calls("RefusedError"):
        if name == rule:
            assert "**" in given or given >= needed


@pytest.mark.parametrize("phrase", WORDS)
def test_both_languages_of_a_phrase_name_the_same_values(phrase: str) -> None:
    nl, en = named(WORDS[phrase])
    assert nl == en


@pytest.mark.parametrize(
    "words",
    [
        {"found": {"nl": "leeg", "en": "empty"}},
        {"found": {"nl": "leeg"}, "mend": {"nl": "vul", "en": "fill"}},
        {"found": {"nl": "leeg", "en": "empty"}, "mend": {"nl": "vul", "en": "fill"}, "why": ""},
    ],
    ids=["no mend", "no English", "an unknown key"],
)
def test_a_rule_without_all_of_its_words_is_refused(tmp_path: Path, words: object) -> None:
    path = tmp_path / "messages.yml"
    path.write_text(yaml.safe_dump({"a_rule": words}), "utf-8")
    with pytest.raises(ValidationError):
        read_words(path, RefusalWords)


def test_a_refusal_comes_back_whole_from_another_process() -> None:
    where = Phrase("row", path="published.csv", row=9, key="nl_008")
    refused = RefusedError("figure_of_unknown_wave", where, wave="2012", waves=["2021", "2025"])
    back = pickle.loads(pickle.dumps(refused))
    assert isinstance(back, RefusedError)
    assert back.rule == "figure_of_unknown_wave"
    assert str(back) == (
        "published.csv, row 9 (nl_008), rule figure_of_unknown_wave: wave '2012' has no manifest. "
        "Allowed: 2021, 2025. To mend: add waves/2012.yml or correct the wave."
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
    "kind: three": ("kind = 'three' is none of 'one', 'two'", "is geen van 'one', 'two'"),
    "text: b": ("text = 'b' does not have the form ^a", "heeft niet de vorm ^a"),
    "text: ''": ("is too short, at least 1", "is te kort, ten minste 1"),
    "text: abcd": ("is too long, at most 3", "is te lang, ten hoogste 3"),
    "text: 1": ("text = 1 is no text", "text = 1 is geen tekst"),
    "size: many": ("size = 'many' is no whole number", "is geen geheel getal"),
    "size: 1.5": ("size = 1.5 is no whole number", "size = 1.5 is geen geheel getal"),
    "size: 0": ("size = 0 must be greater than 0", "moet groter zijn dan 0"),
    "size: 9": ("size = 9 must be less than 9", "moet kleiner zijn dan 9"),
    "share: -1": ("share = -1 must be 0.0 or more", "moet 0.0 of meer zijn"),
    "share: 101": ("share = 101 must be 100.0 or less", "moet 100.0 of minder zijn"),
    "share: half": ("share = 'half' is no number", "is geen getal"),
    "sure: perhaps": ("is neither true nor false", "is niet true of false"),
    "day: 31-12-2021": ("day = '31-12-2021' is no date", "is geen datum (jaar-maand-dag)"),
    "names: 3": ("names = 3 must be a list", "names = 3 moet een lijst zijn"),
    "names: [a, b, c]": ("names = ['a', 'b', 'c']: ", "names = ['a', 'b', 'c']: "),
    "words: 3": ("words = 3 needs keys of its own", "heeft eigen sleutels nodig"),
    "both: 3": ("both = 3 needs keys of its own", "heeft eigen sleutels nodig"),
    "file: {name: a}": ("file: key 'format' is missing", "file: sleutel 'format' ontbreekt"),
    "file: {format: xls}": ("format' is 'xls', none of 'csv'", "format' is 'xls', geen van 'csv'"),
    "[]": ("the file = [] needs keys of its own", "het bestand = [] heeft eigen sleutels nodig"),
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
