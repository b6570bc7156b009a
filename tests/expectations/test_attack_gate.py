"""What the gate says of a wave with a hidden count that is pinned."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.disclosure.gate import Attacked, Failure, _read, result


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


@pytest.mark.parametrize(
    "kept",
    [b"", b'{"digest": "d", "protec', b"null and more", b"\xff\xfe\x00", b'{"digest": "other"}'],
    ids=["empty", "half", "no-json", "no-text", "of-something-else"],
)
def test_a_kept_result_that_is_damaged_is_made_again(tmp_path: Path, kept: bytes) -> None:
    file = tmp_path / "s.1.json"
    assert _read(file, "d") is None
    file.write_bytes(b'{"digest": "d", "protection": [], "failures": []}')
    assert _read(file, "d") == Attacked()
    file.write_bytes(kept)
    assert _read(file, "d") is None
