"""A release holds marts only, tells what it was made from, and can be switched back."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pytest

from expectations.runner import data_docs
from expectations.suites import suite_files
from ingest import registry
from tests.conftest import Barometer
from tests.support import SAMPLE, missing_words, refusal, release_unchanged

CORE = {"dim_survey", "dim_wave", "dim_concept", "dim_category", "dim_source"}
OTHERS = {"crosswalk", "release_info"}


@pytest.fixture(scope="module")
def release(built: Barometer) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(built.current), read_only=True)


@pytest.fixture(scope="module")
def manifest(built: Barometer) -> dict[str, object]:
    described: dict[str, object] = json.loads(
        built.current.resolve().with_suffix(".json").read_text()
    )
    return described


def tables(release: duckdb.DuckDBPyConnection) -> set[str]:
    return {name for (name,) in release.sql("select table_name from duckdb_tables()").fetchall()}


def test_a_release_holds_marts_and_dimensions_and_nothing_else(
    release: duckdb.DuckDBPyConnection,
) -> None:
    rest = {name for name in tables(release) if not name.startswith("mart_")}
    assert rest <= CORE | OTHERS
    assert {"crosswalk", "release_info", "dim_wave", "dim_survey"} <= rest
    assert release.sql("select count(*) from duckdb_views() where not internal").fetchone() == (0,)


def test_a_release_holds_no_answer_of_a_respondent(
    release: duckdb.DuckDBPyConnection, built: Barometer
) -> None:
    """Neither a column that names one, nor a pseudonym or a text of the file in any cell."""
    columns = release.sql(
        "select table_name, column_name, data_type from duckdb_columns() where not internal"
    ).fetchall()
    assert not {name for _, name, _ in columns} & {"respondent_id", "organisation_id", "weight"}
    raw = built.home / "raw"
    secrets = duckdb.sql(
        f"select distinct organisation_id from '{raw}/respondents/*/*.parquet' union "
        "select distinct code from (unpivot (from read_parquet("
        f"'{raw}/answers/*/*.parquet', union_by_name=true)) on columns('^answer_') "
        "into name variable value code) where length(code) > 8"
    ).fetchall()
    assert len(secrets) > 400
    for table, column, kind in columns:
        if kind == "VARCHAR":
            (found,) = release.execute(
                f'select count(*) from "{table}" where "{column}" in (select unnest(?))',
                [[text for (text,) in secrets]],
            ).fetchall()[0]
            assert found == 0, f"{table}.{column}"


def test_the_manifest_counts_the_rows_that_are_there(
    release: duckdb.DuckDBPyConnection, manifest: dict[str, object]
) -> None:
    assert manifest["tables"] == {name: len(release.table(name)) for name in tables(release)}


def test_the_manifest_tells_inputs_code_and_checks(
    release: duckdb.DuckDBPyConnection, manifest: dict[str, object], built: Barometer
) -> None:
    answered = [wave for wave in registry.load().waves if wave.wave.answers]
    files = {wave.wave.answers.file.name: wave.id for wave in answered if wave.wave.answers}
    made = [path for path in (built.home / "samples").rglob("*.*") if path.name in files]
    assert len(made) == len(answered) >= 3
    assert manifest["inputs"] == {
        f"{files[path.name]}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in made
    }
    (info,) = release.sql("select release_id, code_version from release_info").fetchall()
    assert info == (manifest["release_id"], manifest["code_version"])
    assert built.current.readlink() == Path(f"{manifest['release_id']}.duckdb")


def test_every_dbt_test_and_every_expectation_has_its_row_and_passed(
    release: duckdb.DuckDBPyConnection, built: Barometer
) -> None:
    rows = release.sql('select "check", passed from mart_data_quality').fetchall()
    assert all(passed for _, passed in rows)
    seen = {check for check, _ in rows}
    nodes = json.loads((built.home / "dbt" / "manifest.json").read_text())["nodes"].values()
    tests = {node["name"] for node in nodes if node["resource_type"] == "test"}
    rules = {
        f"{suite.suite}: {rule.rule}"
        for suite in suite_files()
        if not suite.needs_last_release
        for rule in suite.rules
    }
    of_file = {f"nl_barometer 2021 {rule}" for rule in ("variables: variables", "codes: labels")}
    assert len(tests) > 50
    assert (tests | rules | of_file) - seen == set()


def test_data_docs_show_every_suite(built: Barometer) -> None:
    index = data_docs(built.home / "quality")
    assert index.is_file()
    page = index.read_text("utf-8")
    suites = [suite.suite for suite in suite_files() if not suite.needs_last_release]
    assert not missing_words(page, (*suites, "nl_barometer 2021 answers"))


def test_a_release_can_be_listed_shown_and_switched_back(spare: Barometer) -> None:
    first = spare.current.readlink().stem
    later = "20990101-000000-000"
    releases = spare.current.parent
    (releases / f"{later}.duckdb").write_bytes(spare.current.read_bytes())
    described = json.loads((releases / f"{first}.json").read_text())
    described |= {"release_id": later, "previous_release": first}
    (releases / f"{later}.json").write_text(json.dumps(described))

    switched = spare.run("release", "rollback", later)
    assert switched.returncode == 0, switched.stderr
    assert spare.current.readlink() == Path(f"{later}.duckdb")
    shown = spare.run("release", "show")
    assert shown.stdout.startswith(f"Release {later}"), shown.stderr
    assert not missing_words(
        shown.stdout, (f"previous release {first}", "mart_indicator", SAMPLE[:12])
    )

    back = spare.run("release", "rollback", first)
    assert f"Release {first} is the current one" in back.stdout
    assert spare.current.readlink() == Path(f"{first}.duckdb")
    listed = [line for line in spare.run("release", "list").stdout.splitlines() if "UTC" in line]
    assert [line.split()[0] for line in listed] == [later, first]
    assert [("current" in line) for line in listed] == [False, True]


def test_a_release_of_which_the_file_is_gone_is_not_switched_to(spare: Barometer) -> None:
    first = spare.current.readlink().stem
    releases = spare.current.parent
    (releases / "20990101-000000-000.json").write_text(
        (releases / f"{first}.json").read_text().replace(first, "20990101-000000-000")
    )
    with release_unchanged(spare):
        done = spare.run("release", "rollback", "20990101-000000-000")
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, ("is gone", "20990101-000000-000.duckdb", "backup"))


@pytest.mark.parametrize("verb", ["show", "rollback"])
def test_a_release_that_does_not_exist_is_refused_with_the_ones_that_do(
    built: Barometer, verb: str
) -> None:
    known = built.current.readlink().stem
    mistyped = known[:-1] + ("0" if known[-1] != "0" else "1")
    with release_unchanged(built):
        done = built.run("release", verb, mistyped)
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, (mistyped, f"did you mean '{known}'", "name one of"))


def test_before_the_first_release_the_way_to_one_is_told(tmp_path: Path) -> None:
    done = Barometer(tmp_path / "home", tmp_path / "data").run("release", "show")
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert "run `barometer build`" in message


@pytest.mark.parametrize(
    ("ending", "content", "words"),
    [
        (".duckdb", b"x", "is damaged: it is not the one that was published"),
        (".duckdb", None, "is gone"),
        (".json", b"{", "the manifest of release 20990101-000000-000 is damaged"),
        (".json", b"\xff", "the manifest of release 20990101-000000-000 is damaged"),
    ],
)
def test_a_damaged_release_is_named_and_in_the_way_of_nothing(
    spare: Barometer, ending: str, content: bytes | None, words: str
) -> None:
    first, releases = spare.current.readlink().stem, spare.current.parent
    later = releases / "20990101-000000-000"
    for kind in (".duckdb", ".json"):
        text = (releases / f"{first}{kind}").read_bytes()
        later.with_suffix(kind).write_bytes(
            text.replace(first.encode(), later.name.encode()) if kind == ".json" else text
        )
    assert spare.run("release", "verify").returncode == 0
    if content is None:
        later.with_suffix(ending).unlink()
    else:
        later.with_suffix(ending).write_bytes(content)
    found = spare.run("release", "verify")
    assert found.returncode == 1 and words in found.stderr and first not in found.stderr
    with release_unchanged(spare):
        done = spare.run("release", "rollback", later.name)
    assert words in refusal(done.returncode, done.stdout, done.stderr)
    listed = spare.run("release", "list")
    assert listed.returncode == 0 and words in listed.stderr and first in listed.stdout
    assert spare.run("release", "show").returncode == 0
