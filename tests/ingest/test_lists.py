"""A cell that holds a list gives the codes that were chosen, or is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.drafting.listed import find_list
from ingest.lists import AmbiguousListError, split_list

KINDS = ["Product", "Service", "Yes, because of costs", "No (too slow, too dear)", "Rule; law"]


@pytest.mark.parametrize(
    ("cell", "separator", "codes"),
    [
        ("1,2", ",", ["1", "2"]),
        ("3,10", ",", ["3", "10"]),
        ("3, 10", ",", ["3", "10"]),
        ("Product;Service", ";", ["Product", "Service"]),
        ("Product;Service;", ";", ["Product", "Service"]),
        ("Service", ", ", ["Service"]),
        ("Product, Yes, because of costs, Service", ", ", [KINDS[0], KINDS[2], KINDS[1]]),
        ("No (too slow, too dear), Product", ",", [KINDS[3], KINDS[0]]),
        ("Rule; law; Service", "; ", [KINDS[4], KINDS[1]]),
        ("Product|Service", "|", ["Product", "Service"]),
        ("Product\nService", "\n", ["Product", "Service"]),
        ("1 3", " ", ["1", "3"]),
        ("Product, a game, Service", ", ", ["Product", "a game", "Service"]),
        ("Product, Yes, Service", ", ", ["Product", "Yes", "Service"]),
        (";", ";", []),
    ],
)
def test_a_cell_is_split_into_the_codes_that_are_described(
    cell: str, separator: str, codes: list[str]
) -> None:
    assert split_list(cell, separator, [*KINDS, "1", "2", "3", "10"]) == codes


@pytest.mark.parametrize("separator", [";", "\n", "|", ","])
def test_a_separator_that_only_ends_or_begins_cells_makes_no_list(separator: str) -> None:
    cells = {"Ja": 3, "Ja ": 2, "ja": 2, "Nee": 3, f"Nee{separator}": 2, f"{separator} Ja": 2}
    assert find_list(cells) is None
    listed = find_list({**cells, f"Ja{separator}Nee": 5, f"Nee{separator}Ja": 4})
    assert listed is not None and listed.separator == separator


def test_a_cell_that_can_be_split_in_two_ways_is_not_split() -> None:
    with pytest.raises(AmbiguousListError):
        split_list("a, b, c", ", ", ["a", "b, c", "a, b", "c"])
    assert split_list("a, b, c", ", ", ["a", "b, c", "a, b"]) == ["a", "b, c"]


@given(st.lists(st.sampled_from(KINDS), unique=True), st.sampled_from([",", ", ", ";", "|", "\n"]))
def test_codes_that_are_joined_are_split_again(chosen: list[str], separator: str) -> None:
    assert split_list(separator.join(chosen), separator, KINDS) == chosen
