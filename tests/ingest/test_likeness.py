"""Labels and questions are compared as people read them, in any script."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.likeness.codes import SAME_LABEL, label_likeness, order_of, pair_labels, same_label
from ingest.likeness.evidence import ANOTHER_WORDING
from ingest.likeness.questions import same_wording, wording_table
from ingest.likeness.text import lexicon, meaning, plain

# One answer, written in two ways.
SAME = (
    ("Ja.", "ja"),
    ("< 50 employees", "<50  Employees"),
    ("≥ 10", ">= 10"),
    ("−5 °C", "-5 °C"),
    ("10–49", "10-49"),
    ("10 000", "10\u00a0000"),
    ("‘s avonds’", "'s avonds'"),
    ("„Sehr gut“", '"Sehr gut"'),
    ("don’t", "don't"),
    ("Neef\u00adje", "Neefje"),
    ("Größe", unicodedata.normalize("NFD", "Größe")),
    ("Ελλάδα", unicodedata.normalize("NFD", "ΕΛΛΆΔΑ")),
    ("Свой", unicodedata.normalize("NFD", "свой")),
    ("５０％", "50%"),
    ("ﬁets", "fiets"),
    ("٥٠ ٪", "50 ٪"),
    ("≠ 0", unicodedata.normalize("NFD", "≠ 0")),
)
# Two answers that differ in what a loose comparison strips.
OTHER = (
    ("< 50 employees", "> 50 employees"),
    ("≤ 50", "< 50"),
    ("65", "65+"),
    ("-5", "5"),
    ("+", "-"),
    ("--", "-"),
    ("+/-", "+"),
    ("A-", "A+"),
    ("C", "C++"),
    ("5 %", "5 €"),
    ("≠ 0", "= 0"),
    ("1.5", "15"),
    ("1,000", "1"),
    (".5", "5"),
    ("1/2", "1 2"),
    ("m²", "m³"),
    ("½", "¼"),
    ("👍", "👎"),
    ("★★★", "★★"),
    ("1. kvartal", "2. kvartal"),
    ("Sì", "Si"),
    ("schön", "schon"),
    ("får", "far"),
    ("мой", "мои"),
    ("かき", "がき"),
    ("हाँ", "हा"),
    ("?", "!"),
    ("Согласен", "Не согласен"),
    ("Συμφωνώ", "Δεν συμφωνώ"),
)
# Labels that a letter count would take for one answer.
OPPOSITES = (
    ("Полностью согласен", "Полностью не согласен"),
    ("Полностью удовлетворён", "Полностью неудовлетворён"),
    ("Συμφωνώ απόλυτα με αυτό", "Δεν συμφωνώ απόλυτα με αυτό"),
    ("非常满意", "非常不满意"),
    ("Zufrieden mit der Arbeit", "Nicht zufrieden mit der Arbeit"),
    ("Zufrieden mit der Arbeit", "Unzufrieden mit der Arbeit"),
    ("Je suis satisfait de mon travail", "Je ne suis pas satisfait de mon travail"),
    ("meer dan 50 medewerkers", "minder dan 50 medewerkers"),
    ("Male employees of the state", "Female employees of the state"),
    ("Comfortable with the change", "Very comfortable with the change"),
    ("Zufrieden mit der Arbeit", "Sehr zufrieden mit der Arbeit"),
    ("Доволен своей работой сейчас", "Очень доволен своей работой сейчас"),
    ("Between 10 and 49 people", "Between 10 and 99 people"),
    ("Revenue < 50 million euros", "Revenue > 50 million euros"),
)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_answer_in_two_spellings_is_the_same(one: str, other: str) -> None:
    assert same_label(one, other)
    assert pair_labels({"1": one}, {"7": other}) == {"1": "7"}


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_answers_that_differ_in_a_sign_a_digit_or_an_accent_are_not_the_same(
    one: str, other: str
) -> None:
    assert not same_label(one, other)
    both = {"1": one, "2": other}
    assert pair_labels(both, both) == {"1": "1", "2": "2"}
    assert pair_labels(both, {"1": other, "2": one}) == {"1": "2", "2": "1"}


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
def test_an_answer_is_never_paired_with_its_opposite(one: str, other: str) -> None:
    assert label_likeness(one, other) < SAME_LABEL
    assert pair_labels({"1": one}, {"1": other}) == {}


SCALES = {
    "nl": ("Helemaal mee oneens", "Mee oneens", "Neutraal", "Mee eens", "Helemaal mee eens"),
    "de": ("Stimme gar nicht zu", "Stimme eher nicht zu", "Teils, teils", "Stimme eher zu",
           "Stimme voll zu"),
    "fr": ("Pas du tout d’accord", "Plutôt pas d’accord", "Neutre", "Plutôt d’accord",
           "Tout à fait d’accord"),
    "fi": ("Täysin eri mieltä", "Eri mieltä", "Siltä väliltä", "Samaa mieltä",
           "Täysin samaa mieltä"),
    "is": ("Mjög ósammála", "Ósammála", "Hvorki né", "Sammála", "Mjög sammála"),
    "pl": ("Zdecydowanie się nie zgadzam", "Nie zgadzam się", "Trudno powiedzieć", "Zgadzam się",
           "Zdecydowanie się zgadzam"),
    "ru": ("Полностью не согласен", "Не согласен", "Нейтрально", "Согласен", "Полностью согласен"),
    "uk": ("Повністю не згоден", "Не згоден", "Нейтрально", "Згоден", "Повністю згоден"),
    "el": ("Διαφωνώ απόλυτα", "Διαφωνώ", "Ουδέτερα", "Συμφωνώ", "Συμφωνώ απόλυτα"),
    "zh": ("非常不满意", "不满意", "一般", "满意", "非常满意"),
    "ja": ("とても不満", "不満", "どちらでもない", "満足", "とても満足"),
    "ar": ("لا أوافق بشدة", "لا أوافق", "محايد", "أوافق", "أوافق بشدة"),
    "hi": ("पूरी तरह असहमत", "असहमत", "तटस्थ", "सहमत", "पूरी तरह सहमत"),
    "signs": ("--", "-", "+/-", "+", "++"),
    "amounts": ("< 10", "10–49", "50–99", "100–249", "> 249"),
}  # fmt: skip


def numbered(labels: Iterable[str]) -> dict[str, str]:
    return {str(n): label for n, label in enumerate(labels, 1)}


@pytest.mark.parametrize("last", ["", "Weet niet", "Не знаю", "δεν ξέρω", "わからない", "Nevím"])
@pytest.mark.parametrize("script", SCALES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_reversed_scale_is_found_in_each_script(script: str, form: str, last: str) -> None:
    was = numbered(SCALES[script])
    turned = reversed([unicodedata.normalize(form, label).upper() for label in SCALES[script]])
    now = numbered(turned)
    if last:
        was["6"], now["6"] = last, unicodedata.normalize(form, last)
    pairs = pair_labels(now, was)
    assert len(pairs) == len(was)
    assert order_of(pairs.items(), now, was) == "reversed"
    assert order_of(pair_labels(was, was).items(), was, was) == "same"


def test_labels_that_repeat_their_code_are_paired_by_their_words() -> None:
    was = {n: f"{n} {label}" for n, label in numbered(SCALES["nl"]).items()}
    now = {n: f"{n}. {label}" for n, label in numbered(reversed(SCALES["nl"])).items()}
    assert pair_labels(now, was) == {"1": "5", "2": "4", "3": "3", "4": "2", "5": "1"}
    # A label that kept the number of its old code is the same label.
    kept = dict(zip("12345", reversed(was.values()), strict=True))
    assert pair_labels(kept, was) == {"1": "5", "2": "4", "3": "3", "4": "2", "5": "1"}
    # Where the number is all that tells labels apart it belongs to them.
    quarters = {n: f"{n}. kvartal" for n in "1234"}
    moved = dict(zip("0123", quarters.values(), strict=True))
    assert pair_labels(moved, quarters) == dict(zip("0123", "1234", strict=True))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Q1. Hoe groot was de omzet in 2023?", "Q2. Hoe groot was de omzet in 2025?", True),
        ("Ваша организация внедряла новшества?", "ваша организация внедряла новшества", True),
        ("Groter dan 50?", "Groter dan 500?", False),
        ("Is uw omzet < 1 miljoen?", "Is uw omzet > 1 miljoen?", False),
        ("Вы довольны работой?", "Вы недовольны работой?", False),
        ("Πόσο ικανοποιημένος είστε;", "ΠΌΣΟ ΙΚΑΝΟΠΟΙΗΜΈΝΟΣ ΕΊΣΤΕ;", True),
    ],
)
def test_a_question_is_the_same_but_for_its_number_years_case_and_punctuation(
    one: str, other: str, same: bool
) -> None:
    assert same_wording(one, other) == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Medewerkers durven fouten te maken", "Medewerkers durven geen fouten te maken"),
        ("Onsere Leitung fördert neue Ideen", "Unsere Leitung fördert keine neuen Ideen"),
        ("Руководство поддерживает новые идеи", "Руководство не поддерживает новые идеи"),
        ("Is de omzet van uw organisatie < 50 miljoen?",
         "Is de omzet van uw organisatie > 50 miljoen?"),
    ],
)  # fmt: skip
def test_a_question_that_denies_another_is_another_question(one: str, other: str) -> None:
    assert wording_table([one], [other])[0, 0] < ANOTHER_WORDING


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"])
    | st.sampled_from("<>≥≤=+−-–—%.,:/'’\"„“ \u00a0\u202f_éαωйが漢05½²👍"),
    max_size=20,
)


@given(TEXTS)
def test_any_text_is_equal_to_itself_in_every_spelling(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert same_label(unicodedata.normalize(form, text), text)
    assert same_label(f"\u00a0{text}  ", text)
    if plain(text):
        assert pair_labels({"1": text}, {"2": text}) == {"1": "2"}


@given(st.lists(TEXTS, min_size=1, max_size=6, unique_by=plain), st.randoms())
def test_labels_that_changed_places_are_found_whatever_they_are(
    labels: list[str], chance: random.Random
) -> None:
    was = numbered(labels)
    chance.shuffle(labels)
    now = numbered(labels)
    pairs = pair_labels(now, was)
    assert {now[code]: was[other] for code, other in pairs.items()} == {
        label: label for label in labels
    }


@given(TEXTS, TEXTS)
def test_texts_with_other_letters_digits_or_signs_are_never_the_same(one: str, other: str) -> None:
    def meant(text: str) -> list[str]:
        held = unicodedata.normalize("NFKD", text.lower())
        return [c for c in held if unicodedata.category(c)[:2] in ("Lo", "Ll", "Nd", "Sm", "Sc")]

    if same_label(one, other):
        assert [c for c in meant(one) if c not in "-−"] == [
            c for c in meant(other) if c not in "-−"
        ]


def test_every_word_of_the_lexicon_means_one_thing() -> None:
    answers = lexicon().answers
    words = [word for held in answers.values() for word in held]
    assert sorted(words) == sorted(set(words))
    assert all(meaning(word.upper()) == name for name, held in answers.items() for word in held)
