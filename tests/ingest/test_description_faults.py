"""A fault in the description of a survey is refused, with its file and row."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import RefusedError
from ingest.registry import load
from ingest.wave_files import open_wave
from tests.conftest import PROJECT, Barometer
from tests.support import (
    MANIFEST,
    PUBLISHED,
    WAVE,
    assert_dutch,
    edit,
    missing_words,
    refusal,
    release_unchanged,
)

SOURCES = "ingest/surveys/sources.csv"
# 86 % of organisations innovated: the row that most tests below break.
ROW = "nl_008"


@pytest.fixture
def described(built: Barometer, tmp_path: Path) -> Barometer:
    """The built installation with descriptions of its own, to break."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "ingest", tmp_path / "ingest", ignore=ignore)
    return Barometer(built.home, tmp_path / "data", tmp_path)


def row(project: Path) -> tuple[Path, list[str], int]:
    """The published figures, line by line, and where the row stands."""
    path = project / PUBLISHED
    lines = path.read_text("utf-8").splitlines()
    return path, lines, next(n for n, line in enumerate(lines) if line.startswith(f"{ROW},"))


def change_row(old: str, new: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        path, lines, place = row(project)
        assert lines[place].count(old) >= 1, lines[place]
        lines[place] = lines[place].replace(old, new, 1)
        path.write_text("\n".join(lines) + "\n", "utf-8")

    return change


def change(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda project: edit(project / name, old, new)


def say_it_twice(project: Path) -> None:
    path, lines, place = row(project)
    lines.append(lines[place].replace(ROW, "nl_999", 1))
    path.write_text("\n".join(lines) + "\n", "utf-8")


def number_it_twice(project: Path) -> None:
    path, lines, place = row(project)
    lines[place + 1] = f"{ROW},{lines[place + 1].split(',', 1)[1]}"
    path.write_text("\n".join(lines) + "\n", "utf-8")


def number_it_as_in_another_survey(project: Path) -> None:
    change_row(f"{ROW},", "nordic_001,")(project)


def header_only(name: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        path = project / name
        path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")

    return change


def in_latin_1(name: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        path = project / name
        path.write_bytes(path.read_text("utf-8").encode("latin-1", "replace"))

    return change


def remove(name: str) -> Callable[[Path], None]:
    return lambda project: (project / name).unlink()


LIST, CHECK = ("wave", "list"), ("wave", "check", WAVE)
FAULTS: dict[str, tuple[str, Callable[[Path], None], tuple[str, ...], tuple[str, ...]]] = {
    "no file and no sample": (
        "file_missing",
        change(MANIFEST, "  sample: nl_barometer_2021\n", ""),
        CHECK,
        (WAVE, "does not exist", "innovatie_barometer_overheid_2021.sav", "put the wave's file"),
    ),
    "a sample that nobody specified": (
        "no_such_sample",
        change(MANIFEST, "  sample: nl_barometer_2021\n", "  sample: nl_barometer_2012\n"),
        CHECK,
        (
            "nl_barometer_2012.yml",
            "specification of a sample does not exist",
            "Allowed: ",
            "nl_barometer_2021,",
        ),
    ),
    "more answered than were invited": (
        "description_unfit",
        change(MANIFEST, "  answered: 366\n", "  answered: 1366000\n"),
        LIST,
        (MANIFEST, "answered 1366000 is more than invited 1374"),
    ),
    "figures of respondents only, without a reason": (
        "description_unfit",
        change(MANIFEST, "sampling:\n", "represents: respondents\nsampling:\n"),
        LIST,
        (MANIFEST, "represents is 'respondents'", "needs a represents_note (nl, en)"),
    ),
    "figures of something else than a population": (
        "description_unfit",
        change(MANIFEST, "sampling:\n", "represents: everyone\nsampling:\n"),
        LIST,
        (MANIFEST, "represents", "everyone", "population", "respondents"),
    ),
    "a design effect of nothing": (
        "description_unfit",
        change(MANIFEST, "design_effect: 1\n", "design_effect: 0\n"),
        LIST,
        (MANIFEST, "design_effect", "0"),
    ),
    "manifest with an unknown key": (
        "description_unfit",
        change(MANIFEST, "field_period:", "field_periode:"),
        LIST,
        (
            MANIFEST,
            "unknown key 'field_periode'",
            "did you mean 'field_period'",
            "model Wave in ingest/models.py",
        ),
    ),
    "manifest with an unknown key deep inside": (
        "description_unfit",
        change(MANIFEST, "completed_on: DATUM", "completed_at: DATUM"),
        LIST,
        (MANIFEST, "unknown key 'answers.completed_at'", "did you mean 'completed_on'"),
    ),
    "manifest without a key that it needs": (
        "description_unfit",
        change(MANIFEST, "  respondent: RESPNR\n", ""),
        LIST,
        (MANIFEST, "key 'answers.respondent' is missing"),
    ),
    "manifest with a period that runs backwards": (
        "description_unfit",
        change(MANIFEST, "end: 2021-05-31", "end: 2020-05-31"),
        LIST,
        (MANIFEST, "field_period", "end 2020-05-31 is before start 2021-02-01"),
    ),
    "manifest of another wave": (
        "wave_misnamed",
        change(MANIFEST, "wave: '2021'", "wave: '2022'"),
        LIST,
        (MANIFEST, "the key `wave` is '2022'", "Allowed: 2021"),
    ),
    "manifest with an item without its codelist": (
        "description_unfit",
        change(MANIFEST, "{variable: V17, codelist: strategy,", "{variable: V17, codelist: stra,"),
        LIST,
        (MANIFEST, "codelists that are not described", "stra"),
    ),
    "broken YAML": (
        "description_yaml",
        change(MANIFEST, "mode: web\n", "mode: [web\n"),
        LIST,
        (f"{MANIFEST}, line ", "cannot be read as YAML"),
    ),
    "YAML that is not UTF-8": (
        "description_encoding",
        in_latin_1(MANIFEST),
        LIST,
        (MANIFEST, "is not UTF-8", "save the file as UTF-8"),
    ),
    "CSV that is not UTF-8": (
        "description_encoding",
        in_latin_1("ingest/surveys/dk_barometer/published.csv"),
        LIST,
        ("dk_barometer/published.csv", "is not UTF-8", "save the file as UTF-8"),
    ),
    "CSV row with a comma too many": (
        "description_cells",
        change_row(",current,", ",current,,"),
        LIST,
        (PUBLISHED, "row 9", "more or fewer cells than the header", "double quotes"),
    ),
    "CSV without one of its columns": (
        "description_columns",
        change(PUBLISHED, "group_value,statistic,bound", "group_value,statistic,limit"),
        LIST,
        (PUBLISHED, "header", "missing columns: bound", "unknown columns: limit"),
    ),
    "a figure in words that does not say on which side it lies": (
        "description_unfit",
        change_row(",false,", ",true,"),
        LIST,
        (PUBLISHED, "row 9", ROW, "86 is approximate", 'lower ("more than")', "about"),
    ),
    "an exact figure that is about": (
        "description_unfit",
        change_row(",share,,", ",share,about,"),
        LIST,
        (PUBLISHED, "row 9", ROW, "'about' belongs to a figure that is approximate"),
    ),
    "a threshold of which nobody says whether it is the least or the most": (
        "description_unfit",
        change(PUBLISHED, "strong,threshold,lower,4.0", "strong,threshold,,4.0"),
        LIST,
        (PUBLISHED, "row 67", "nl_083", "bound must be lower or upper"),
    ),
    "a share in another unit": (
        "description_unfit",
        change_row(",percent,", ",per_mille,"),
        LIST,
        (PUBLISHED, "row 9", ROW, "a share is in percent", "'per_mille'"),
    ),
    "a figure without its place in the source": (
        "description_unfit",
        change(PUBLISHED, '"Figuur 14, p. 26, tekst",current,,\nnl_063', ",current,,\nnl_063"),
        LIST,
        (PUBLISHED, "nl_062", "locator = '' is too short"),
    ),
    "a share over 100": (
        "description_unfit",
        change_row(",86,", ",186,"),
        LIST,
        (PUBLISHED, "row 9", ROW, "186", "between 0 and 100"),
    ),
    "a value that is not a number": (
        "description_unfit",
        change_row(",86,", ",circa 86,"),
        LIST,
        (PUBLISHED, "row 9", ROW, "value = 'circa 86'", "number"),
    ),
    "a statistic that nobody knows": (
        "description_unfit",
        change_row(",share,", ",percentage,"),
        LIST,
        (PUBLISHED, "row 9", ROW, "statistic = 'percentage'", "'share'"),
    ),
    "a figure without a source": (
        "figure_without_source",
        change_row(",ictu_2021,", ",,"),
        LIST,
        (PUBLISHED, "row 9", ROW, "no source_id", "sources.csv"),
    ),
    "a figure of a source that nobody knows": (
        "figure_of_unknown_source",
        change_row(",ictu_2021,", ",ictu_2012,"),
        LIST,
        (PUBLISHED, "row 9", ROW, "'ictu_2012' is not in sources.csv", "did you mean 'ictu_2021'"),
    ),
    "a figure of a wave that nobody knows": (
        "figure_of_unknown_wave",
        change_row(",2021,", ",2012,"),
        LIST,
        (PUBLISHED, "row 9", ROW, "wave '2012' has no manifest", "Allowed: 2021, 2025"),
    ),
    "two current rows that say the same": (
        "figure_twice",
        say_it_twice,
        LIST,
        (PUBLISHED, "nl_999", "describes the same figure as row 9", "superseded"),
    ),
    "two rows with the same row_id": (
        "description_row_twice",
        number_it_twice,
        LIST,
        (PUBLISHED, "row 10", f"({ROW})", "the same row_id as row 9"),
    ),
    "a superseded row without a reason": (
        "description_unfit",
        change_row(",current,", ",superseded,"),
        LIST,
        (PUBLISHED, "row 9", ROW, "needs status_reason_nl and status_reason_en"),
    ),
    "two surveys with the same row_id": (
        "row_id_twice",
        number_it_as_in_another_survey,
        LIST,
        (
            PUBLISHED,
            "row 9",
            "row_id nordic_001 is also used in",
            "dk_barometer/published.csv, row 2",
        ),
    ),
    "published figures without a row": (
        "description_empty",
        header_only(PUBLISHED),
        LIST,
        (PUBLISHED, "a header but no rows"),
    ),
    "a reference wave that nobody describes": (
        "reference_wave_unknown",
        change("ingest/surveys/nl_barometer/survey.yml", "'2021'", "'2012'"),
        LIST,
        ("nl_barometer/survey.yml", "reference_wave '2012' has no manifest", "Allowed: 2021, 2025"),
    ),
    "a response of a source that nobody knows": (
        "reference_unknown",
        change(MANIFEST, "source: ictu_2021", "source: ictu_2012"),
        LIST,
        (MANIFEST, "response.source 'ictu_2012' does not exist", "did you mean 'ictu_2021'"),
    ),
    "a manifest with a code that stands there twice": (
        "description_key_twice",
        change(MANIFEST, "      1: Gemeenten\n", "      1: Gemeenten\n      '1': Gemeente\n"),
        LIST,
        (f"{MANIFEST}, line ", "key '1' stands on line"),
    ),
    "a manifest with a day that does not exist": (
        "description_unfit",
        change(MANIFEST, "end: 2021-05-31", "end: 2021-05-32"),
        LIST,
        (MANIFEST, "field_period.end = '2021-05-32' is not a date"),
    ),
    "no sources at all": (
        "description_missing",
        remove(SOURCES),
        LIST,
        (SOURCES, "the file does not exist", "restore the file"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_description_with_a_fault_is_refused_in_both_languages(
    tmp_path: Path, fault: str
) -> None:
    rule, breaking, command, words = FAULTS[fault]
    shutil.copytree(PROJECT / "ingest" / "surveys", tmp_path / "ingest" / "surveys")
    breaking(tmp_path)
    with pytest.raises(RefusedError) as refused:
        known = load(tmp_path / "ingest" / "surveys")
        if command == CHECK:
            open_wave(known.wave(WAVE), tmp_path / "data", tmp_path / "samples")
    message = str(refused.value)
    assert not missing_words(message, (f"rule {rule}: ", *words)), message
    assert_dutch(refused.value)


@pytest.mark.parametrize(
    "fault",
    ["no file and no sample", "a share over 100", "broken YAML"],
)
def test_the_command_refuses_it_with_one_message_and_leaves_the_release(
    described: Barometer, fault: str
) -> None:
    rule, breaking, command, words = FAULTS[fault]
    breaking(described.project)
    with release_unchanged(described):
        done = described.run(*command)
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, (f"rule {rule}: ", *words)), message


def test_the_same_descriptions_unbroken_are_accepted(described: Barometer) -> None:
    assert described.run(*LIST).returncode == 0
