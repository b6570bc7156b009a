"""Variables are of one block where a concept is read from all of them."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.dbt_project.models import Dbt, run_model

CROSSWALK = ["survey", "wave", "concept", "variable", "source_concept", "gives"]


def blocks(
    crosswalk: list[tuple[str | None, ...]],
    beside: list[tuple[str, str]] | None = None,
    batteries: dict[str, str | None] | None = None,
    within: list[tuple[str, str | None]] | None = None,
    wave: str = "1",
) -> set[frozenset[str]]:
    """Return the blocks of a wave: the variables of each."""
    rows = [("s", wave, *row) for row in crosswalk]
    items = [("s", wave, *row) for row in (batteries or {}).items()]
    dbt = Dbt(
        hrm_crosswalk=pd.DataFrame(rows, columns=CROSSWALK),
        hrm_scale_items=pd.DataFrame(
            [("s", wave, *row) for row in beside or []],
            columns=["survey", "wave", "variable", "concept"],
        ),
        stg_items=pd.DataFrame(items, columns=["survey", "wave", "variable", "battery"]),
        release_groups=pd.DataFrame(within or [], columns=["concept", "within_concept"]),
    )
    found = run_model("harmonised/hrm_blocks.py", dbt)
    assert list(found) == ["survey", "wave", "variable", "block"]
    assert not found.duplicated(["survey", "wave", "variable"]).any()
    grouped = found.groupby(["survey", "wave", "block"])["variable"]
    assert all(name[2] == min(part) for name, part in grouped)
    return {frozenset(part) for _, part in grouped}


def test_variables_of_one_concept_are_read_together_and_others_apart() -> None:
    assert blocks(
        [("type", "a", None, "selected"), ("type", "b", None, "selected"),
         ("origin", "c", None, "category")]
    ) == {frozenset("ab"), frozenset("c")}  # fmt: skip


@pytest.mark.parametrize("gives", ["count", "class"])
def test_a_concept_is_read_with_the_one_it_is_made_from(gives: str) -> None:
    assert blocks(
        [("scale", "a", None, "score"), ("group", None, "scale", gives),
         ("group", "b", None, "category"), ("other", "c", None, "score")]
    ) == {frozenset("ab"), frozenset("c")}  # fmt: skip


def test_a_tick_is_read_with_its_whole_battery_also_with_what_no_concept_reads() -> None:
    assert blocks(
        [("result", "a", None, "selected"), ("origin", "c", None, "category")],
        batteries={"a": "results", "none": "results", "c": None, "x": "unused", "y": "unused"},
    ) == {frozenset(["a", "none"]), frozenset("c")}


def test_a_scale_is_read_with_the_items_beside_it_and_groups_with_those_they_are_nested_in() -> (
    None
):
    assert blocks(
        [("scale", "a", None, "score"), ("cluster", "k", None, "category"),
         ("sector", "s", None, "category")],
        beside=[("b", "scale"), ("a", "scale")],
        within=[("cluster", "sector"), ("region", None), ("cluster", "not_asked")],
    ) == {frozenset("ab"), frozenset("ks")}  # fmt: skip


def test_a_chain_of_shared_variables_is_one_block() -> None:
    chain = [(f"c{number}", name, None, "selected") for number in range(30) for name in
             (f"v{number:02}", f"v{number + 1:02}")]  # fmt: skip
    assert blocks(chain) == {frozenset(f"v{number:02}" for number in range(31))}
    assert blocks(chain[::-1]) == blocks(chain)


def test_open_answers_and_what_was_not_asked_are_in_no_block() -> None:
    assert blocks([("told", "a", None, "text"), ("origin", None, None, None)]) == set()
