"""What the pages say on adding a wave, a survey, a concept and a country is done to the letter."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import duckdb

from tests.conftest import PROJECT, Barometer
from tests.repo.test_graph import KEYS
from tests.support import missing_words, refusal

WALK = PROJECT / "docs" / "how-to" / "add-a-wave.md"
SURVEY_WALK = WALK.with_name("add-a-survey.md")
WAVE = "nl_barometer/2027"
FILE = "innovatie_barometer_overheid_2027.sav"
PRACTICE = PROJECT / "docs" / "practice" / FILE
LEFT_OUT = "…"
DRAFTED = {
    f"ingest/surveys/nl_barometer/drafts/2027/{name}"
    for name in ("2027.yml", "crosswalk.csv", "recodes.csv")
}
WRITTEN = {
    "ingest/surveys/nl_barometer/waves/2027.yml",
    "dbt_project/seeds/crosswalk.csv",
    "dbt_project/seeds/recodes.csv",
}


def blocks(path: Path, kind: str) -> list[str]:
    """What stands between fences of a kind in a document."""
    return re.findall(rf"^```{kind}\n(.*?)^```", path.read_text("utf-8"), re.S | re.M)


def told_commands(page: Path) -> list[list[str]]:
    """The arguments of the `barometer` commands of a walk-through, but for builds."""
    lines = "".join(blocks(page, "sh")).replace("\\\n", " ").splitlines()
    commands = [shlex.split(line) for line in lines if line.startswith(".venv/bin/barometer ")]
    return [words[1:] for words in commands if words[1] != "build"]


def add_survey(copy: Barometer) -> None:
    """Do what the page on a new survey tells, up to the build."""
    new, check, accept = told_commands(SURVEY_WALK)
    done = copy.run(*new)
    assert done.returncode == 0, done.stderr
    drafted, *told = (squeezed(text) for text in blocks(SURVEY_WALK, "text"))
    assert not missing_words("\n".join(squeezed(done.stdout)), whole(drafted))
    for edit in blocks(SURVEY_WALK, "diff"):
        apply(edit, copy.project)
    place = copy.data / new[new.index("--survey") + 1] / "2026" / Path(new[2]).name
    place.parent.mkdir(parents=True)
    shutil.copy(copy.project / new[2], place)
    for arguments, lines in zip((check, accept), told, strict=True):
        done = copy.run(*arguments)
        assert done.returncode == 0, done.stderr
        assert not missing_words("\n".join(squeezed(done.stdout)), whole(lines))


def whole(lines: list[str]) -> tuple[str, ...]:
    """Lines of a document that are not shortened."""
    return tuple(line for line in lines if line and line != LEFT_OUT)


def apply(edit: str, project: Path) -> str:
    """Make the edits of a diff without line numbers; each old text stands in the file once."""
    _, name, body = edit.split("\n", 2)
    name = name.removeprefix("+++ b/")
    path = project / name
    text = path.read_text("utf-8")
    for hunk in re.split(r"^@@.*\n", body, flags=re.M):
        lines = hunk.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        assert text.count(old) == 1, f"in {name} there stands not once:\n{old}"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return name


def add_examples(project: Path) -> list[str]:
    """Write what the pages show on a concept and a country, with the file named before it."""
    pages = ("add-a-concept.md", "add-a-country.md")
    text = "\n".join((WALK.parent / page).read_text("utf-8") for page in pages)
    found = re.findall(r"`([\w/]+\.(?:csv|yml))`[^`\n]*:\n\n```\w+\n(.*?)```", text, re.S)
    for name, body in found:
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text("utf-8") if path.exists() else "") + body, "utf-8")
    return [name for name, _ in found]


def contents(project: Path) -> dict[str, bytes]:
    files = (path for path in project.rglob("*") if path.is_file())
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in files
        if "__pycache__" not in path.parts
    }


def squeezed(text: str) -> list[str]:
    return [re.sub(r"\s+", " ", line).strip() for line in text.splitlines()]


def ask(barometer: Barometer, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(barometer.current), read_only=True) as release:
        return release.sql(query).fetchall()


def test_the_walk_through_adds_the_wave_with_three_files_of_data(copy: Barometer) -> None:
    project = copy.project
    copy = Barometer(copy.home, project / "data", project)
    shutil.copytree(PROJECT / "docs", project / "docs")
    before = contents(project)

    done = copy.run(*told_commands(WALK)[0])
    assert done.returncode == 0, done.stderr
    shown = [line for line in squeezed(blocks(WALK, "text")[0]) if line and line != LEFT_OUT]
    assert not missing_words("\n".join(squeezed(done.stdout)), tuple(shown))
    drafted = contents(project)
    assert {name for name in drafted if drafted[name] != before.get(name)} == DRAFTED

    place = copy.data / WAVE / FILE
    place.parent.mkdir(parents=True)
    shutil.copy(PRACTICE, place)
    told = copy.run("wave", "check", WAVE)
    message = refusal(told.returncode, told.stdout, told.stderr)
    assert not missing_words(message, tuple(" ".join(blocks(WALK, "text")[1].split()).split(": ")))

    told = copy.run("wave", "accept", WAVE)
    message = refusal(told.returncode, told.stdout, told.stderr)
    assert not missing_words(message, ("draft_undecided", "2027.yml, line 2", "reference_period"))

    edited = {apply(edit, project) for edit in blocks(WALK, "diff")}
    assert edited == DRAFTED
    done = copy.run("wave", "check", WAVE)
    assert done.returncode == 0, done.stderr
    shown = [
        line
        for text in blocks(WALK, "text")[2:4]
        for line in squeezed(text)
        if LEFT_OUT not in line
    ]
    assert not missing_words("\n".join(squeezed(done.stdout)), tuple(shown))
    done = copy.run("wave", "accept", WAVE)
    assert done.returncode == 0, done.stderr
    assert squeezed(done.stdout) == squeezed(blocks(WALK, "text")[4])
    assert not DRAFTED & contents(project).keys()
    stat = "\n".join(squeezed(blocks(WALK, "text")[5]))
    for name in WRITTEN:
        lines = contents(project)[name].count(b"\n") - before.get(name, b"").count(b"\n")
        assert f"{name} | {lines} +" in stat, f"{name}: {lines}"

    examples = add_examples(project)
    assert len(examples) > 8
    changed = contents(project)
    touched = {name for name in changed if changed[name] != before.get(name)}
    touched.remove(f"data/{WAVE}/{FILE}")
    assert not [name for name in touched if name.endswith((".py", ".sql"))]
    assert touched == WRITTEN | set(examples)

    add_survey(copy)
    done = copy.run("build")
    assert done.returncode == 0, done.stdout + done.stderr
    (query,) = blocks(SURVEY_WALK, "sql")
    rows = {tuple(str(cell) for cell in row) for row in ask(copy, query)}
    table = re.findall(r"^\| (lv_.*) \|$", SURVEY_WALK.read_text("utf-8"), re.M)
    assert {tuple(row.split(" | ")) for row in table} == rows
    of_wave = "survey = 'nl_barometer' and wave = '2027'"
    statuses = ask(copy, f"select distinct data_status from mart_indicator where {of_wave}")
    assert statuses == [("synthetic",)]
    (query,) = blocks(WALK, "sql")
    rows = {tuple(str(cell) for cell in row) for row in ask(copy, query)}
    table = re.findall(r"^\| (yes .*) \|$", WALK.read_text("utf-8"), re.M)
    assert {tuple(row.split(" | ")) for row in table} == {
        tuple(f"{float(cell):.1f}" if "." in cell else cell for cell in row) for row in rows
    }
    assert ask(
        copy,
        "select category from mart_indicator where concept = 'ai_used' and wave = '2027' "
        "and group_dimension = 'total' and weighting = 'none' order by 1",
    ) == [("no",), ("yes",)]
    assert ask(
        copy,
        "select country_label_nl, nl_wave, comparability from mart_international "
        "where survey = 'ee_practice' order by nl_wave",
    ) == [
        ("Estland", "2021", "undetermined"),
        ("Estland", "2025", "limited"),
        # 2027 is synthetic, which is never set beside another country.
    ]
    # The figures of the report have the wave too: a figure, or that it was not asked.
    (earlier, later) = (
        {
            figure
            for (figure,) in ask(
                copy,
                "select figure_number from mart_report_figure where content <> 'finding' "
                f"and survey = 'nl_barometer' and wave = '{wave}'",
            )
        }
        for wave in ("2021", "2027")
    )
    assert later == earlier and len(later) == 30
    not_asked = ask(
        copy,
        "select distinct figure_number from mart_report_figure "
        f"where {of_wave} and reason = 'not_asked' order by 1",
    )
    figures = "B01 F04 F05 F06 F07 F08 F09 F10 F11 F12 F23 F24 F25 F27 T02"
    assert " ".join(str(figure) for (figure,) in not_asked) == figures
    assert (
        ask(
            copy, "select figure_number from mart_report_figure where survey = 'ee_practice'"
        ).count(("F01",))
        == 1
    )
    keys = copy.python(KEYS).stdout.splitlines()
    assert {f"raw/{WAVE}", "raw/ee_practice/2026"} <= set(keys)


def test_a_draft_is_told_as_one_json_document(built: Barometer, tmp_path: Path) -> None:
    where = ("--survey", "nl_barometer", "--wave", "2027", "--output", str(tmp_path / "draft"))
    done = built.run("wave", "new", str(PRACTICE), *where, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {Path(path).name for path in told["written"]} == {
        "2027.yml",
        "crosswalk.csv",
        "recodes.csv",
    }
    assert (tmp_path / "draft" / "2027.yml").read_text("utf-8") == told["manifest"]
    assert len(told["proposals"]) == 50
    assert all({"kind", "about", "nl", "en"} <= set(one) for one in told["decisions"])


def test_a_draft_is_told_in_dutch(built: Barometer, tmp_path: Path) -> None:
    where = ("--survey", "nl_barometer", "--wave", "2027", "--output", str(tmp_path / "draft"))
    done = built.run("wave", "new", str(PRACTICE), *where, "--lang", "nl")
    assert done.returncode == 0, done.stderr
    assert not missing_words(done.stdout, ("Te beslissen", "lijkt op niets", "Daarna:"))
    assert "# beslis: " in (tmp_path / "draft" / "2027.yml").read_text("utf-8")
    wide = [line for line in done.stdout.splitlines() if len(line) > 100]
    assert all(str(tmp_path) in line or str(built.data) in line for line in wide), wide
    again = built.run("wave", "new", str(PRACTICE), *where, "--lang", "nl")
    assert again.returncode == 1
    assert not missing_words(again.stderr, ("Fout: ", "draft_is_there", "Oplossing: "))


def test_a_wave_that_is_described_already_is_left_alone(copy: Barometer) -> None:
    before = contents(copy.project)
    done = copy.run("wave", "new", str(PRACTICE), "--survey", "dk_barometer", "--wave", "2020")
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, ("manifest_is_there", "2020.yml", "--output"))
    assert contents(copy.project) == before
