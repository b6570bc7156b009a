"""Personal data are found by name and by value in all languages of the surveys."""

from __future__ import annotations

import pytest

from ingest.formats import AnswerTable
from ingest.personal import find_personal_values, named_personal

NAMES = (
    # Names of columns as survey tools and people write them.
    *("Email", "E-mail Address", "Name", "IPAddress", "RecipientEmail", "LocationLatitude"),
    *("naam", "Uw naam", "Wat is uw e-mailadres?", "BSN", "Vul uw BSN in", "Telefoon nummer"),
    *("Name", "Ihre E-Mail-Adresse", "Straße", "Strasse", "Vorname", "Wie lautet Ihr Name?"),
    *("navn", "Dit navn", "E-post", "Hvad er dit CPR-nummer?", "cpr", "Foedselsdato"),
    *("Fødselsnummer", "Fodselsnummer", "fødselsnr", "Hva er din e-post?", "EPOST_1"),
    *("Namn", "personnummer", "Vad är din e-postadress?", "Fo\u0308delsedatum", "förnamn"),
    *("Sähköposti", "Sahkoposti", "henkilötunnus", "Mikä on sinun nimi?", "puhelin", "HETU"),
    *("Rekeningnummer", "Uw rekeningnummer", "IBAN", "Wat is uw IBAN?", "Geb. datum", "geb.datum"),
    *(
        "DOB",
        "Date of Birth (DOB)",
        "Straat",
        "Adres",
        "Contactgegevens",
        "Kenteken",
        "Handtekening",
    ),
    *(
        "WhatsApp",
        "WhatsApp nummer",
        "LinkedIn",
        "LinkedIn-profiel",
        "latitude",
        "longitude",
        "lat",
    ),
    *("lng", "gps_lat", "Latitude (GPS)", "Kontonummer", "Kfz-Kennzeichen", "namnteckning"),
    *("tilinumero", "kontaktoplysninger", "undirskrift", "Geboortedatum (dd-mm-jjjj)"),
    *("Wilt u uw e-mailadres achterlaten?", "Hoe heet u?", "Voor- en achternaam", "GSM", "tlf"),
    *("Hva er navnet ditt?", "Hvad hedder du?", "Tlf.nr.", "Vad heter du?", "Postadresse"),
    *("Nimesi", "Mikä on nimesi?", "Sähköpostiosoitteesi", "Puhelinnumeronne", "Geburtsort"),
    *("Hvað heitir þú?", "Netfangið þitt", "Wie heißen Sie?", "National ID"),
    *("Kennitala", "Kennitala þín", "Netfang", "sími", "Nafn", "Hvert er netfang þitt?"),
)
OTHERS = (
    *("Naam organisatie", "Name of the project", "Gebruikt u e-mail voor contact?", "RESPNR", "ID"),
    *("Organisation", "nummer", "What is your work?", "Anzahl der Namen", "Innovation", "Sektor"),
    *(
        "lat1_score",
        "Platform",
        "Staat het adres op de website?",
        "Latent",
        "Long list",
        "Via LinkedIn",
    ),
    *("Navnet på tjenesten", "Wilt u innovatie op de agenda?", "Nimi innovaatiolle", "GSM-dekking"),
    *("Hoe heet de innovatie?", "Vad heter tjänsten?", "Tlf. service", "Er innovation vigtig?"),
    *("q3_interactie", "Hur viktigt är namnet på tjänsten?", "D", "Puhelinpalvelu käytössä", ""),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_column_of_a_person_is_known_by_its_name(name: str) -> None:
    assert named_personal(name)


@pytest.mark.parametrize("name", OTHERS)
def test_a_column_of_something_else_is_not(name: str) -> None:
    assert not named_personal(name)


def kind_of(values: list[str | None]) -> str:
    import pyarrow as pa

    table = AnswerTable(pa.table({"x": pa.array(values, pa.string())}), {}, {}, "")
    return "".join(kind.en for kind, _ in find_personal_values(table, frozenset()).values())


# Made-up numbers with a right check digit.
VALUES = {
    "an e-mail address": (["nee", "iemand@voorbeeld.nl"], ["x: a.b-c@sub.example.org"]),
    "an IP address": (["10.1.2.33"], ["2001:db8:0:0:0:ff00:42:8329"], ["2001:db8::ff00:42:8329"]),
    "a telephone number": (["+31 6 12345678"], ["06-12345678"], ["+354 555 1234", None]),
    "a Dutch citizen service number": (["111222333", "123456782"], ["999990019", None]),
    "a Danish personal number": (["310203-1235"], ["0702610117"]),
    "a Norwegian personal number": (["01010012356", "13097248022"], ["130972 48022"]),
    "a Swedish personal number": (["811218-9876"], ["198112189876"], ["8112189876"]),
    "a Finnish personal number": (["131052-308T"], ["010594Y9032"], ["131052-308t"]),
    "an Icelandic personal number": (["120174-3399"], ["1201743399"]),
    "an IBAN": (
        ["NL91ABNA0417164300", "nl91 abna 0417 1643 00"],
        ["DE89370400440532013000", None],
        ["NO93 8601 1117 947", "DK5000400440116243"],
        ["FI2112345600000785", "IS140159260076545510730339", "SE4550000000058398257466"],
    ),
    "a place on earth": (["52.3702, 4.8952"], ["-33.86880;151.20930", None]),
    "a German tax number": (["86095742719"], ["860 957 427 19"]),
}
HARMLESS: tuple[list[str | None], ...] = (
    [str(number) for number in range(100000001, 100000301)],  # numbers of respondents
    [str(number) for number in range(10000000001, 10000000301)],
    [str(number * 7919) for number in range(130000, 130200)],
    ["250000000", "120000", "80000", "1500", None],  # amounts
    ["2021-01-02", "2021-03-04 10:11:12"],
    ["3.14", "12.5", "1.2.3"],
    ["NL00ABNA0417164300", "AB12CDEF3456GHIJ78"],  # codes with the form of an IBAN
    ["12.5, 3.5", "1.2345"],
    ["12:30:45", "1:02:03"],
    ["+5", "00312", "0612"],
)


@pytest.mark.parametrize("kind", VALUES)
def test_a_number_of_a_person_is_known_by_its_form_and_check_digit(kind: str) -> None:
    for values in VALUES[kind]:
        assert kind_of(list(values)) == kind, values


@pytest.mark.parametrize("values", HARMLESS, ids=str)
def test_numbers_of_other_things_are_no_personal_data(values: list[str | None]) -> None:
    assert kind_of(values) == ""


def test_words_around_a_name_are_no_name() -> None:
    assert not named_personal(" 12 _ -") and not named_personal("your")
