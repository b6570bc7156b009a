"""A release in a form that the attack relies on passes; any other form is refused."""

from __future__ import annotations

import duckdb
import pytest

from expectations.disclosure.gate import Attacked, Failure, result
from expectations.disclosure.structure import structure

FINE = [
    ("innovated", "yes", "sector", "small_sectors", "weighted"),
    ("innovated", "yes", "total", "total", "none"),
    ("innovated", "yes", "total", "total", "weighted"),
    ("sector", "small_sectors", "total", "total", "none"),
]


def refusals(*shown: tuple[str, str, str, str, str]) -> list[str]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema seeds; create schema marts;
            create table seeds.group_dimensions as
                select * from (values ('total', null), ('sector', 'sector'))
                as t(group_dimension, concept);
            create table seeds.concepts as
                select * from (values ('innovated', true), ('sector', false))
                as t(concept, by_group);
            create table seeds.release_groups as
                select * from (values
                    ('sector', 'provinces', 'small_sectors'),
                    ('sector', 'water_boards', 'small_sectors')
                ) as t(concept, category, release_category);
            create table marts.mart_indicator (
                survey varchar, wave varchar, data_status varchar, conf_status varchar,
                concept varchar, category varchar, group_dimension varchar, group_value varchar,
                weighting varchar
            )
            """
        )
        connection.executemany(
            "insert into marts.mart_indicator values ('s', '1', 'synthetic', 'F', ?, ?, ?, ?, ?)",
            [*FINE, *shown],
        )
        return [refused.rule for refused in structure(connection, "marts.mart_indicator", "s", "1")]


def test_merged_groups_with_one_weighting_pass() -> None:
    assert refusals() == []


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        (
            "two_weightings",
            ("innovated", "yes", "sector", "small_sectors", "none"),
        ),
        ("merged_category_shown", ("innovated", "yes", "sector", "water_boards", "weighted")),
        ("merged_category_shown", ("sector", "water_boards", "total", "total", "none")),
        (
            "register_by_group",
            (
                "sector",
                "small_sectors",
                "sector",
                "small_sectors",
                "weighted",
            ),
        ),
    ],
)
def test_a_form_that_tells_parts_of_a_group_apart_is_refused(
    rule: str, shown: tuple[str, str, str, str, str]
) -> None:
    assert refusals(shown) == [rule]


def test_the_refusal_names_the_hidden_group_and_the_rows_to_add() -> None:
    failure = Failure(
        "innovated",
        "all_organisations",
        "yes",
        "sector = provinces",
        True,
        (("sector", "judiciary"), ("cluster", "other")),
        ("yes", "no"),
    )
    finding = result("s", "1", Attacked([], [failure]), [])
    assert finding.refuses
    for text in finding.messages.values():
        assert "innovated" in text
        assert "sector = provinces" in text
        assert "s,1,innovated,yes,all_organisations,sector,judiciary" in text
        assert "s,1,innovated,no,all_organisations,cluster,other" in text


def test_a_count_that_was_not_judged_refuses_too() -> None:
    failure = Failure("innovated", "all_organisations", "yes", "sector = provinces", False, (), ())
    assert result("s", "1", Attacked([], [failure]), []).refuses
