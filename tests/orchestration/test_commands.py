"""The command says what it can do, starts at once, and tells wrong use from refused data."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.cli.help import translations
from orchestration.docs_site import DBT_PAGE
from tests.conftest import PROJECT, Barometer
from tests.links import faulty_links
from tests.support import WAVE, missing_words, refusal, release_unchanged

HEAVY = ("dagster", "dbt", "pandas", "great_expectations", "duckdb", "pyarrow", "numpy", "requests")
HELP = (
    ("--help",),
    ("build", "--help"),
    ("wave", "--help"),
    ("release", "--help"),
    ("dashboards", "--help"),
)


@pytest.fixture
def fresh(tmp_path: Path) -> Barometer:
    return Barometer(tmp_path / "home", tmp_path / "data")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], list[str]]:
    """What is heavy and imported after each help, one after another in one process."""
    folder = tmp_path_factory.mktemp("help")
    code = (
        "import json, sys\n"
        "from orchestration.cli import main\n"
        f"for words in {HELP!r}:\n"
        "    main(words, standalone_mode=False)\n"
        f"    print('heavy:' + json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = Barometer(folder / "home", folder / "data").python(code)
    told = re.findall(r"^heavy:(.*)$", done.stdout, re.M)
    return {words: json.loads(line) for words, line in zip(HELP, told, strict=True)}


@pytest.mark.parametrize("arguments", HELP, ids=" ".join)
def test_help_imports_nothing_heavy(
    imported: dict[tuple[str, ...], list[str]], arguments: tuple[str, ...]
) -> None:
    assert imported[arguments] == []


def commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for verb in command.commands.values():
            yield from commands(verb)


def test_every_text_of_the_help_has_a_translation_and_no_translation_is_left_over() -> None:
    shown = {"Usage", "Options", "Commands"}
    for command in commands(main):
        options = command.get_params(click.Context(command))
        texts = [command.help, *(option.help for option in options if hasattr(option, "help"))]
        shown |= {text for text in texts if text}
    assert set(translations("nl")) == shown


@pytest.mark.parametrize("arguments", [["--lang", "nl", "--help"], ["--help", "--lang", "nl"]])
def test_help_is_shown_in_the_language_that_was_asked_for(
    fresh: Barometer, arguments: list[str]
) -> None:
    done = fresh.run("wave", "new", *arguments)
    assert done.returncode == 0 and done.stdout.startswith("Gebruik: barometer wave new ")
    assert "Opties:" in done.stdout and "Onderzoek waar de meting bij hoort." in done.stdout
    assert "Usage" not in done.stdout and "Options" not in done.stdout
    assert fresh.run("wave", "new", "--help").stdout.startswith("Usage: ")


def test_the_installed_command_lists_its_verbs() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("barometer")), "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not missing_words(done.stdout, ("up", "build", "wave", "release", "dashboards"))


def test_help_makes_nothing(fresh: Barometer) -> None:
    assert fresh.run("build", "--help").returncode == 0
    assert not fresh.home.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("biuld",),
        ("build", "now"),
        ("build", "--fast"),
        ("build", "--lang", "fr"),
        ("wave",),
        ("wave", "check"),
        ("wave", "list", WAVE),
        ("release", "rollback"),
        ("release", "show", "one", "two"),
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_2_and_makes_nothing(
    fresh: Barometer, arguments: tuple[str, ...]
) -> None:
    done = fresh.run(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Usage: " in done.stderr and "Traceback" not in done.stderr
    assert not fresh.home.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("biuld --lang nl", "De opdracht biuld bestaat niet."),
        ("--lang nl build --fast", "De optie --fast bestaat niet."),
        ("wave check --lang=nl", "SURVEY/WAVE ontbreekt."),
        ("up --port eight --lang nl", "De waarde van --port is ongeldig."),
        ("build --lang nl --lang fr", "--lang moet een van deze zijn: nl, en."),
        ("release show one two --lang nl", "De opdracht is niet compleet, of er staat iets in"),
    ],
)
def test_wrong_use_is_explained_in_dutch(arguments: str, message: str) -> None:
    done = CliRunner().invoke(main, arguments.split(), prog_name="barometer")
    assert done.exit_code == 2
    assert done.stderr.startswith("Gebruik: barometer") and f"Fout: {message}" in done.stderr


UNKNOWN_WAVES = {
    "nl_barometer/2012": (
        "rule no_such_wave",
        "did you mean 'nl_barometer/20",
        "Allowed: ",
        "dk_barometer/2015",
    ),
    "nl_barometr/2021": ("did you mean 'nl_barometer/2021'",),
    "nl_barometer": ("give a wave as survey/wave",),
    "../../etc/passwd": ("there is no such wave", "`barometer wave list` shows all waves"),
    "dk_barometer/2015": (
        "rule no_answers_described",
        "published figures only",
        "describe the file under `answers:`",
    ),
}


@pytest.mark.parametrize("wave", UNKNOWN_WAVES)
def test_a_wave_that_cannot_be_checked_is_refused_with_the_ones_that_can(
    built: Barometer, wave: str
) -> None:
    with release_unchanged(built):
        done = built.run("wave", "check", wave)
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, (wave, *UNKNOWN_WAVES[wave])), message


@pytest.mark.parametrize(
    "arguments",
    [("--lang", "nl", "wave", "check", "nl"), ("wave", "check", "nl", "--lang", "nl")],
    ids=["before the verb", "after it"],
)
def test_a_refusal_is_told_in_the_language_that_was_asked_for(
    fresh: Barometer, arguments: tuple[str, ...]
) -> None:
    done = fresh.run(*arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("Fout: nl, regel no_such_wave: deze meting bestaat niet")
    assert "Oplossing: geef een meting op als survey/wave" in done.stderr


def test_the_list_of_waves_holds_every_manifest(built: Barometer) -> None:
    done = built.run("wave", "list")
    assert done.returncode == 0, done.stderr
    manifests = (PROJECT / "ingest" / "surveys").glob("*/waves/*.yml")
    waves = [f"{path.parent.parent.name}/{path.stem}" for path in manifests]
    assert len(waves) > 20
    assert not missing_words(done.stdout, tuple(waves))


def test_releases_are_listed_before_there_are_any(fresh: Barometer) -> None:
    done = fresh.run("release", "list")
    assert done.returncode == 0, done.stderr


def test_the_documentation_site_holds_the_dbt_docs(built: Barometer) -> None:
    done = built.run("docs")
    assert done.returncode == 0, done.stderr
    site = built.home / "docs"
    assert str(site / "index.html") in done.stdout
    assert faulty_links(site) == []
    dbt_docs = (site / DBT_PAGE).read_text("utf-8")
    assert "All other marts are made from this one" in dbt_docs


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder")
    done = Barometer(home, tmp_path / "data").run("build")
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, (str(home), "How to fix", "BAROMETER_HOME")), message
    done = Barometer(home, tmp_path / "data").run("build", "--lang", "nl")
    assert done.returncode == 1
    assert not missing_words(done.stderr, ("Fout: ", str(home), "Oplossing: ")), done.stderr
