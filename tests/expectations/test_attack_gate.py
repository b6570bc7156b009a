"""What the gate says of a wave with a hidden count that is pinned."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from expectations.disclosure import gate
from expectations.disclosure.attack import Effort, Figures, Question
from expectations.disclosure.gate import Attacked, Failure, _judged, _read, result
from expectations.disclosure.wave import Asked, Target, Wave


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
    finding = result("s", "1", Attacked([], [failure]))
    assert finding.refuses
    assert "none of up to 8 groups was found" in finding.messages["en"]
    assert "van hoogstens 8 groepen is er geen gevonden" in finding.messages["nl"]


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


def hard_and_pinned() -> tuple[Wave, Question]:
    """A count that takes the solver long, and one that a figure of its own gives away."""
    random = np.random.default_rng(11)
    size, groups = 20, 7
    weight = np.append(random.integers(1, 60, size), 7).astype(float)
    random.random(size)
    inside = random.random((groups, size)) < 0.5
    rows = np.vstack([np.c_[inside * weight[:-1], np.zeros(groups)], np.eye(size + 1)[-1]])
    members = np.full(size + 1, 3)
    counts = np.append(random.integers(0, 4, size), 1)
    half = np.append(np.full(groups, 2.0), 0.1)
    question = Question(
        members,
        counts[None],
        (Figures(rows, rows @ counts - half, rows @ counts + half),),
        np.eye(size + 1)[[0, size]] > 0,
        np.array([[True, True]]),
        False,
    )
    wave = object.__new__(Wave)
    wave.weight = weight + np.arange(size + 1) / 1000
    wave.identity = wave.told = np.arange(size + 1)
    return wave, question


def test_what_stands_behind_a_count_that_takes_long_is_judged_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wave, question = hard_and_pinned()
    asked = Asked("innovated", "all_organisations", "*", ("yes",))
    monkeypatch.setattr(wave, "questions", lambda: iter([(asked, (), question)]))
    monkeypatch.setattr(gate, "FURTHER", 5000)
    with ThreadPoolExecutor(1) as judges:
        ((*_, verdict),) = _judged(wave, Effort(nodes=1), judges)
    assert verdict.high[0, 0] > verdict.low[0, 0]
    assert verdict.pinned[0].tolist() == [False, True]


def test_verdicts_come_in_the_order_of_the_questions_and_few_are_read_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wave, question = hard_and_pinned()
    easy = Question(
        question.members,
        question.counts,
        question.figures,
        question.targets,
        np.array([[False, True]]),
        False,
    )
    read: list[str] = []

    def questions() -> Iterator[tuple[Asked, tuple[Target, ...], Question]]:
        for place in range(12):
            read.append(str(place))
            yield Asked(str(place), "all_organisations", "*", ("yes",)), (), easy

    monkeypatch.setattr(wave, "questions", questions)
    given = []
    with ThreadPoolExecutor(2) as judges:
        for asked, _, _, verdict in _judged(wave, Effort(), judges):
            given.append(asked.concept)
            assert len(read) <= len(given) + gate.READ_AHEAD
            assert verdict.pinned[0, 1]
    assert given == read == [str(place) for place in range(12)]
