"""Words of open answers are counted by organisation, and nothing that points at one comes out."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.terms import Vocabulary, count_terms, has_dictionary

DUTCH = Vocabulary(
    "nl",
    frozenset({"de", "het", "een", "van", "en", "met", "op", "heer", "mevr"}),
    {"data": "data", "gegevens": "data", "webex": "webex"},
    {"data": "digital", "webex": "meetings"},
)


def counted(*texts: str, fewest: int = 1, words: Vocabulary = DUTCH) -> dict[tuple[str, str], int]:
    """Count the texts of as many organisations."""
    told = pd.DataFrame({"organisation": range(len(texts)), "text": texts})
    found = count_terms(told, words, fewest)
    return {(row.kind, row.term): row.organisations for row in found.itertuples()}


def terms(*texts: str, words: Vocabulary = DUTCH) -> set[str]:
    """The words that come out, shown or not."""
    return {term for kind, term in counted(*texts, words=words) if kind != "group"}


def test_a_word_counts_once_for_each_organisation_that_used_it() -> None:
    told = pd.DataFrame(
        {
            "organisation": ["a", "a", "b", "c"],
            "text": ["digitaal loket, digitaal archief", "digitale dossiers", "digitaal", "niets"],
        }
    )
    found = count_terms(told, DUTCH, 2)
    assert found[["term", "organisations"]].to_numpy().tolist() == [["digitaal", 2]]
    assert found["share"].tolist() == [pytest.approx(2 / 3)]


def test_a_word_that_fewer_organisations_used_is_left_out() -> None:
    texts = ["sensoren meten"] * 9
    assert counted(*texts, fewest=10) == {}
    assert counted(*texts, "een sensor", fewest=10) == {("term", "sensor"): 10}


def test_forms_of_a_word_count_as_its_base_form_and_stop_words_do_not_count() -> None:
    assert terms("De vergunningen van het bedrijf, ingediend met een vergunning") == {
        "vergunning",
        "bedrijf",
        "indienen",
    }


def test_a_listed_word_counts_as_its_term_and_towards_its_group() -> None:
    found = counted("gegevens delen", "data delen", "vergaderen met Webex")
    assert found["term", "data"] == found["group", "digital"] == 2
    assert found["term", "webex"] == found["group", "meetings"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "project van Jan Bakker",
        "project van de heer J. Bakker",
        "project van mevr. Bakker",
        "project: Bakker",
        "project\nBakker",
        "project van BAKKER",
        "project van jan",
        "project van bakker@example.org",
        "project van bakker@gemeente",
        "project www.bakker.example",
        "project https://bakker.example/over",
        "project op bakker.nl",
        "project 06-12345678 bakker1",
        "project 2021",
        "project van Rotterdam",
    ],
)
def test_names_numbers_and_addresses_do_not_come_out(text: str) -> None:
    assert terms(*[text] * 20) == {"project"}


def test_a_word_that_no_dictionary_knows_is_not_shown_until_it_is_listed() -> None:
    texts = ["het zaakstelsel van rotterdam"] * 20
    assert counted(*texts) == {("unlisted", "rotterdam"): 20, ("unlisted", "zaakstelsel"): 20}
    listed = Vocabulary("nl", DUTCH.stop_words, {"zaakstelsel": "zaakstelsel"})
    assert counted(*texts, words=listed)["term", "zaakstelsel"] == 20


def test_the_first_word_of_a_sentence_counts_if_it_is_a_plain_word_elsewhere() -> None:
    assert terms("Drones zijn handig. Sensoren ook", "drones en sensoren") >= {"drone", "sensor"}
    assert "bakker" not in terms("Bakker belt. Bakker mailt.")


def test_words_never_come_out_in_combination() -> None:
    assert all(" " not in term for term in terms(*["digitaal loket voor inwoners"] * 20))


WORDS = st.sampled_from(
    ["Bakker", "bakker", "J.", "digitaal", "Digitaal", "06", "x@y.nl", "www.a.nl", "--", "‘UWV’"]
)


@given(st.lists(st.lists(WORDS, max_size=12).map(" ".join), min_size=1, max_size=30))
def test_whatever_is_written_only_plain_words_of_enough_organisations_come_out(
    texts: list[str],
) -> None:
    for (kind, term), organisations in counted(*texts, fewest=10).items():
        assert kind in {"term", "unlisted"} and organisations >= 10
        assert term.islower() and term.isalpha()


def test_danish_and_english_words_have_their_own_dictionary() -> None:
    assert terms("digitale ansøgninger", words=Vocabulary("da", {"og"})) == {"digital", "ansøgning"}
    assert terms("the digital forms", words=Vocabulary("en", {"the"})) == {"digital", "form"}


def test_a_language_without_a_dictionary_is_known_as_such() -> None:
    assert has_dictionary("nl")
    assert not has_dictionary("xx")
    assert not has_dictionary("")
