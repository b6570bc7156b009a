"""Names of concepts and categories keep apart what labels keep apart, in any script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.drafting.naming import slug, unique


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("< 50 employees", "less_than_50_employees"),
        ("> 50 employees", "more_than_50_employees"),
        ("≤ 50", "at_most_50"),
        (">=50", "at_least_50"),
        ("> € 1.000", "more_than_eur_1_000"),
        ("-2", "minus_2"),
        ("−2", "minus_2"),
        ("+2", "plus_2"),
        ("250+", "250_plus"),
        ("10-49", "10_49"),
        ("from -> to 2", "from_to_2"),
        ("<b>Yes</b>", "b_yes_b"),
        ("größe", "grosse"),
        ("Ærø", "aero"),
        ("Да", "da"),
        ("Нет", "net"),
        ("Συμφωνώ απόλυτα", "sumphono_apoluta"),
        ("e\u0301", "e"),
        ("~", ""),
        ("\U0001f600", ""),
    ],
)
def test_a_name_is_latin_and_says_the_signs_of_a_number(label: str, name: str) -> None:
    assert slug(label) == name


@given(st.text(max_size=60))
def test_any_text_gives_a_name_of_letters_digits_and_underscores(text: str) -> None:
    name = slug(text)
    assert name.isascii() and name == name.strip("_").lower()
    assert not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789_")


@given(st.lists(st.sampled_from(["a" * 12, "a" * 10 + "_b", "a", "a_2", ""]), max_size=12))
def test_names_are_never_taken_twice_and_never_too_long(wanted: list[str]) -> None:
    taken = {"null"}
    for text in wanted:
        name = unique(text or "code", taken, 11)
        assert name not in taken and 0 < len(name) <= 11
        taken.add(name)
