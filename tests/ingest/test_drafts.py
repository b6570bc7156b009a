"""A draft lives apart from what is described, until it is accepted or thrown away."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.checks import check_file
from ingest import harmonisation, registry
from ingest.drafting import Draft, accept, discard, refuse_undecided, undecided, write
from ingest.errors import RefusedError
from ingest.wave_files import open_wave
from tests.conftest import PROJECT
from tests.ingest.test_drafting import (
    PRACTICE,
    SEEDS,
    YES_NO,
    copied,
    csv_file,
    draft,
    spss,
)
from tests.support import missing_words

WAVE = "nl_barometer/2027"
LABEL = "Heeft de organisatie in 2025 en 2026 één of meer innovaties doorgevoerd?"


def contents(*folders: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for one in folders for path in one.rglob("*.*")}


def small(folder: Path) -> Draft:
    return draft(spss(folder / "new.sav", {"INNOV": (LABEL, YES_NO)}))


def decided(folder: Path) -> None:
    """Remove all comments, as a person does who has decided everything."""
    for path in folder.glob("*.yml"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(one for one in lines if not one.lstrip().startswith("#")), "utf-8")


def load(surveys: Path, seeds: Path, folder: Path | None = None) -> harmonisation.Harmonisation:
    return harmonisation.load(seeds, registry.load(surveys, folder), folder)


def test_a_draft_changes_no_file_and_is_read_only_by_its_name(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    before = contents(surveys, seeds)
    folder = surveys / "nl_barometer" / "drafts" / "2027"
    written = write(small(tmp_path), surveys, SEEDS)
    assert written == [folder / "2027.yml", folder / "crosswalk.csv"]
    assert registry.drafts(surveys) == {WAVE: folder}
    assert {path: path.read_bytes() for path in before} == before
    assert WAVE not in {one.id for one in registry.load(surveys).waves}
    known = registry.load(surveys, folder)
    assert known.wave(WAVE).path == folder / "2027.yml"
    rows = harmonisation.load(seeds, known, folder).crosswalk.rows
    assert {row.variable for row in rows if row.wave == "2027"} == {"INNOV"}


def test_a_broken_draft_stops_no_other_wave_and_no_other_draft(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    write(small(tmp_path), surveys, SEEDS)
    (surveys / "nl_barometer" / "drafts" / "2027" / "2027.yml").write_text("wave: [", "utf-8")
    before = load(SEEDS.parent.parent / "ingest" / "surveys", SEEDS)
    assert load(surveys, seeds).crosswalk.rows == before.crosswalk.rows
    label = {"A": ("Årsag: Medarbejderne", {0: "Ikke valgt", 1: "Valgt"})}
    write(draft(spss(tmp_path / "no.sav", label), "no_municipal/2026"), surveys, SEEDS)
    assert load(surveys, seeds, surveys / "no_municipal" / "drafts" / "2026")


def test_what_is_wrong_in_a_draft_is_told_with_its_own_file_and_row(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    write(draft(PRACTICE), surveys, SEEDS)
    folder = surveys / "nl_barometer" / "drafts" / "2027"
    crosswalk = folder / "crosswalk.csv"
    text = crosswalk.read_text("utf-8").splitlines(keepends=True)
    text[2] = text[2].replace(",recode,", ",recood,")
    crosswalk.write_text("".join(text), "utf-8")
    with pytest.raises(RefusedError) as refused:
        load(surveys, seeds, folder)
    assert not missing_words(str(refused.value), (f"{crosswalk}, row 3", "'recood'"))


def test_a_draft_is_accepted_once_and_the_project_has_the_same_rows(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    write(small(tmp_path), surveys, SEEDS)
    folder = surveys / "nl_barometer" / "drafts" / "2027"
    with pytest.raises(RefusedError) as refused:
        refuse_undecided(WAVE, folder)
    assert not missing_words(str(refused.value), ("2027.yml, line 2: reference_period", "remove"))
    decided(folder)
    assert undecided(folder) == []
    drafted, before = load(surveys, seeds, folder), contents(seeds)
    manifest = (folder / "2027.yml").read_bytes()
    crosswalk = seeds / "crosswalk.csv"
    written = accept(WAVE, surveys, seeds)
    place = surveys / "nl_barometer" / "waves" / "2027.yml"
    assert written == [place, crosswalk]
    assert place.read_bytes() == manifest and not folder.parent.exists()
    assert crosswalk.read_bytes().startswith(before.pop(crosswalk))
    assert {path: path.read_bytes() for path in before} == before
    assert load(surveys, seeds).crosswalk.rows == drafted.crosswalk.rows
    with pytest.raises(RefusedError) as refused:
        accept(WAVE, surveys, seeds)
    assert refused.value.rule == "no_such_draft"


def test_a_draft_in_dutch_is_undecided_too(tmp_path: Path) -> None:
    surveys, _ = copied(tmp_path)
    write(draft(PRACTICE, language="nl"), surveys, SEEDS)
    left = undecided(surveys / "nl_barometer" / "drafts" / "2027")
    assert len(left) > 5 and all("2027.yml" in one.text("nl") for one in left)


def test_a_discarded_draft_leaves_everything_as_it_was(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    before = contents(tmp_path)
    written = write(draft(PRACTICE), surveys, SEEDS)
    assert discard(WAVE, surveys) == sorted(written)
    assert contents(surveys, seeds) == before
    assert not (surveys / "nl_barometer" / "drafts").exists()


def already_drafted(surveys: Path, made: Draft) -> None:
    write(made, surveys, SEEDS)
    write(made, surveys, SEEDS)


def already_described(surveys: Path, made: Draft) -> None:
    shutil.copy(surveys / "nl_barometer/waves/2025.yml", surveys / "nl_barometer/waves/2027.yml")
    write(made, surveys, SEEDS)


def described_meanwhile(surveys: Path, made: Draft) -> None:
    write(made, surveys, SEEDS)
    shutil.copy(surveys / "nl_barometer/waves/2025.yml", surveys / "nl_barometer/waves/2027.yml")
    load(surveys, surveys.parent / "seeds", surveys / "nl_barometer/drafts/2027")


def file_with_a_typing_error(surveys: Path, made: Draft) -> None:
    folder = surveys / "nl_barometer/drafts/2027"
    write(made, surveys, SEEDS)
    (folder / "crosswalk.csv").rename(folder / "croswalk.csv")
    load(surveys, surveys.parent / "seeds", folder)


def rows_of_the_project(surveys: Path, made: Draft) -> None:
    folder, recodes = surveys / "nl_barometer/drafts/2027", surveys.parent / "seeds/recodes.csv"
    write(made, surveys, SEEDS)
    head = recodes.read_text("utf-8").splitlines(keepends=True)[:2]
    cells = head[1].rstrip("\n").split(",")
    cells[2] = "other_category"
    (folder / "recodes.csv").write_text(head[0] + ",".join(cells) + "\n", "utf-8")
    load(surveys, surveys.parent / "seeds", folder)


def survey_twice(surveys: Path, made: Draft) -> None:
    folder = surveys / "nl_barometer/drafts/2027"
    write(made, surveys, SEEDS)
    shutil.copy(surveys / "nl_barometer/survey.yml", folder)
    load(surveys, surveys.parent / "seeds", folder)


def discard_of(wave_id: str) -> Callable[[Path, Draft], object]:
    def act(surveys: Path, made: Draft) -> None:
        write(made, surveys, SEEDS)
        discard(wave_id, surveys)

    return act


FAULTS: dict[str, tuple[Callable[[Path, Draft], object], tuple[str, ...]]] = {
    "draft_is_there": (already_drafted, ("drafts/2027/2027.yml", "wave discard")),
    "manifest_is_there": (already_described, ("waves/2027.yml", "--output")),
    "draft_of_described_wave": (described_meanwhile, ("waves/2027.yml", "drafts/2027/2027.yml")),
    "draft_file_unknown": (file_with_a_typing_error, ("croswalk.csv", "'crosswalk.csv'")),
    "draft_row_twice": (rows_of_the_project, ("drafts/2027/recodes.csv, row 2", "row 2 of")),
    "draft_of_described_survey": (survey_twice, ("survey.yml",)),
    "wave_has_rows": (
        lambda _, __: draft(PRACTICE, "nl_barometer/2025"),
        ("crosswalk.csv", "nl_barometer/2025"),
    ),
    "no_such_draft": (discard_of("nl_barometer/2072"), ("'nl_barometer/2027'",)),
    "no_such_draft ": (discard_of("../../nl_barometer/waves"), ("survey/wave",)),
    "no_such_draft  ": (discard_of("nl_barometer"), ("survey/wave",)),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_a_fault_with_a_draft_is_one_message(rule: str, tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    act, words = FAULTS[rule]
    before = contents(seeds)
    with pytest.raises(RefusedError) as refused:
        act(surveys, small(tmp_path))
    assert refused.value.rule == rule.strip()
    assert not missing_words(str(refused.value), (*words, "How to fix: ")), str(refused.value)
    assert refused.value.text("nl") != str(refused.value)
    assert contents(seeds) == before


def forms(folder: Path) -> Path:
    """An export as Microsoft Forms makes it: with a name and an e-mail address."""
    path = folder / "forms.csv"
    lines = ["Starttijd;E-mail;Naam;Telefoon;Contact;INNOV"]
    lines += [
        f"2027-03-0{n % 9 + 1} 10:0{n % 6}:00;;;+31 6 1234567{n % 9};a{n}@b.nl;{n % 2}"
        for n in range(30)
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


FORMS = {"delimiter": ";", "encoding": "utf-8", "decimal": ","}


def test_columns_with_personal_data_are_dropped_with_the_reason(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    made = draft(forms(tmp_path), options=FORMS)
    told = {one.kind: one for one in made.decisions}
    assert told["personal_named"].about == ("E-mail", "Naam", "Telefoon")
    assert told["personal_found"].about == ("Contact",)
    assert not missing_words(told["personal_found"].nl, ("een e-mailadres", "drop", "--text"))
    assert "b.nl" not in made.model_dump_json() and "1234567" not in made.model_dump_json()
    write(made, surveys, seeds)
    answers = registry.load(surveys, surveys / "nl_barometer/drafts/2027").wave(WAVE).wave.answers
    assert answers is not None
    assert answers.drop == ("E-mail", "Naam", "Telefoon", "Contact")
    assert set(answers.variables) & set(answers.drop) == set()


def test_a_draft_reads_its_own_file_where_no_column_identifies_respondents(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    path = forms(tmp_path)
    write(draft(path, options=FORMS), surveys, seeds)
    wave = registry.load(surveys, surveys / "nl_barometer/drafts/2027").wave(WAVE)
    assert wave.wave.answers is not None and wave.wave.answers.respondent == "row_number"
    place = tmp_path / "data" / WAVE / path.name
    place.parent.mkdir(parents=True)
    shutil.copy(path, place)
    file = open_wave(wave, tmp_path / "data", tmp_path / "samples")
    assert file.table.data.column("row_number").to_pylist() == [str(n) for n in range(1, 31)]
    assert [rule.rule for rule in check_file(file) if rule.refuses] == []


def test_the_page_shows_the_refusal_of_a_file_of_which_options_are_missing(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "how-to" / "add-a-wave.md").read_text("utf-8")
    shown = " ".join(page.split("  Error: ", 1)[1].split("```", 1)[0].split())
    with pytest.raises(RefusedError) as refused:
        draft(csv_file(tmp_path))
    assert shown == str(refused.value).replace(f"{tmp_path}/", "")
