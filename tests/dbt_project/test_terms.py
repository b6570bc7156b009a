"""The model of words counts every open question of every survey, or says why it does not."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.dbt_project.models import Dbt, run_model

RULES = {"minimum_term_organisations": 10, "minimum_term_answers": 50}
STOP_WORDS = [("nl", "de"), ("da", "og")]


def counted(texts: list[str], language: str | None, organisations: int = 10**6) -> pd.DataFrame:
    """Run the model on the answers of one question of a survey that nobody described before."""
    question = {"survey": "s", "wave": "2030", "concept": "c", "base": "b"}
    answers = pd.DataFrame({"answer_text": texts}).assign(**question)
    answers["organisation"] = [str(number % organisations) for number in range(len(texts))]
    languages = [("s", language)] if language else []
    dbt = Dbt(
        hrm_crosswalk=pd.DataFrame([{**question, "gives": "text"}, {**question, "gives": "code"}]),
        hrm_texts=answers,
        release_rules=pd.DataFrame(RULES.items(), columns=["rule", "value"]),
        term_languages=pd.DataFrame(languages, columns=["survey", "language"]),
        stop_words=pd.DataFrame(STOP_WORDS, columns=["language", "word"]),
        term_words=pd.DataFrame(columns=["language", "word", "term", "term_group"]),
    )
    return run_model("estimates/est_terms.py", dbt)


@pytest.mark.parametrize(
    ("language", "text", "term"),
    [("nl", "de vergunningen", "vergunning"), ("da", "og ansøgninger", "ansøgning")],
)
def test_a_new_survey_with_an_open_question_needs_no_code(
    language: str, text: str, term: str
) -> None:
    (row,) = counted([text] * 50, language).to_dict("records")
    assert (row["kind"], row["term"], row["organisations"], row["n"]) == ("term", term, 50, 50)


@pytest.mark.parametrize(
    ("texts", "language", "organisations", "reason"),
    [
        (["de vergunningen"] * 49, "nl", 49, "too_few_answers"),
        (["de vergunningen"] * 90, "nl", 49, "too_few_answers"),
        (["de vergunningen"] * 50, None, 50, "unknown_language"),
        (["de vergunningen"] * 50, "xx", 50, "unknown_language"),
        (["de vergunningen"] * 50, "en", 50, "unknown_language"),
        (["de"] * 50, "nl", 50, "no_common_word"),
        (["de vergunningen"] * 9 + ["de"] * 41, "nl", 50, "no_common_word"),
    ],
)
def test_a_question_without_words_says_why(
    texts: list[str], language: str | None, organisations: int, reason: str
) -> None:
    (row,) = counted(texts, language, organisations).to_dict("records")
    assert (row["kind"], row["term"], row["reason"]) == ("none", "", reason)
    assert row["n"] == organisations


def test_words_that_nobody_listed_do_not_hide_that_there_is_no_result() -> None:
    found = counted(["zaakstelsel"] * 50, "nl")
    assert set(found["kind"]) == {"unlisted", "none"}


def test_parts_of_one_organisation_count_as_one() -> None:
    texts = ["de vergunningen"] * 60 + ["de"] * 60
    found = counted(texts, "nl", organisations=60)
    assert found["organisations"].tolist() == [60] and found["n"].tolist() == [60]
