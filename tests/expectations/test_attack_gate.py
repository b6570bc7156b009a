"""What the gate says of a wave with a hidden count that is pinned."""

from __future__ import annotations

from expectations.disclosure.gate import Attacked, Failure, result


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
    finding = result("s", "1", Attacked([], [failure]))
    assert finding.refuses
    for text in finding.messages.values():
        assert "innovated" in text
        assert "sector = provinces" in text
        assert "s,1,innovated,yes,all_organisations,sector,judiciary" in text
        assert "s,1,innovated,no,all_organisations,cluster,other" in text


def test_a_count_that_was_not_judged_refuses_too() -> None:
    failure = Failure("innovated", "all_organisations", "yes", "sector = provinces", False, (), ())
    assert result("s", "1", Attacked([], [failure])).refuses
