"""Two releases are compared: what moved, came, went or is hidden, and what they were made from."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards import contracts
from ingest import registry
from orchestration import data_version
from orchestration.publishing import publish
from orchestration.settings import Settings
from tests.conftest import Barometer
from tests.support import WAVE, missing_words, refusal

LATER = "20990101-000000-000"
SHARE = (
    "concept = 'innovated_past_two_years' and category = 'yes' and survey = 'nl_barometer' "
    "and group_dimension = 'total'"
)
PRINTED = f"{SHARE} and wave = '2025' and data_status = 'published'"
COMPUTED = (
    "survey = 'nl_barometer' and wave = '2021' and data_status = 'synthetic' "
    "and concept = 'innovation_type' and reliability <> 'suppressed' and statistic = 'share'"
)


def with_checksum(release: Path) -> None:
    """Let the manifest of a release that a test changed have the checksum of its file."""
    path = release.with_suffix(".json")
    manifest = json.loads(path.read_text())
    manifest["sha256"] = hashlib.sha256(release.read_bytes()).hexdigest()
    path.write_text(json.dumps(manifest))


def add_release(barometer: Barometer, *changes: str, **described: Any) -> None:
    """Put a later release beside the current one: a copy with changes, in table and manifest."""
    first, releases = barometer.current.readlink().stem, barometer.current.parent
    shutil.copy(barometer.current.resolve(), releases / f"{LATER}.duckdb")
    with duckdb.connect(str(releases / f"{LATER}.duckdb")) as release:
        for change in changes:
            release.execute(change)
    manifest = json.loads((releases / f"{first}.json").read_text())
    manifest |= {"release_id": LATER, "previous_release": first, **described}
    (releases / f"{LATER}.json").write_text(json.dumps(manifest))
    with_checksum(releases / f"{LATER}.duckdb")
    assert barometer.run("release", "rollback", LATER).returncode == 0


def manifest_of(barometer: Barometer) -> Any:
    return json.loads(barometer.current.resolve().with_suffix(".json").read_text())


def differences(barometer: Barometer) -> Mapping[str, list[dict[str, Any]]]:
    """What `release diff` tells, by what happened."""
    done = barometer.run("release", "diff", "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, list[dict[str, Any]]] = {}
    for row in json.loads(done.stdout)["rows"]:
        found.setdefault(row["change"], []).append(row)
    return found


def test_between_equal_releases_no_figure_differs(spare: Barometer) -> None:
    add_release(spare)
    assert differences(spare) == {}
    assert "No released figure differs." in spare.run("release", "diff").stdout


def test_a_figure_that_moved_is_told_in_words_with_what_differs(spare: Barometer) -> None:
    described = {**manifest_of(spare)["descriptions"], "nl_barometer/2025": "another"}
    add_release(
        spare,
        "update mart_indicator set estimate = 79, estimate_text_nl = '79%', "
        f"estimate_text_en = '79%' where {PRINTED}",
        descriptions=described,
    )
    (row,) = differences(spare)["moved"]
    assert (row["before"], row["after"], row["difference"]) == (76, 79, 3)
    assert row["causes"] == "description"
    assert row["text_nl"] == (
        "Innoveerde in de laatste twee jaar: Ja, Innovatie Barometer Overheid 2025: "
        "was 76%, is nu 79%."
    )
    told = spare.run("release", "diff", "--lang", "nl").stdout
    assert not missing_words(
        told, ("nl_barometer/2025", "Herzien", "79%", "beschrijving van de meting")
    )


def test_the_verdict_of_a_comparison_moves_too(spare: Barometer) -> None:
    add_release(
        spare,
        "update mart_trend set verdict = 'no_clear_change', "
        "verdict_label_en = 'No clear change' where verdict = 'fall' and category = 'any_partner'",
        data_versions={**manifest_of(spare)["data_versions"], "code": "another"},
    )
    (row,) = differences(spare)["moved"]
    assert (row["kind"], row["verdict_before"], row["verdict_after"]) == (
        *("trend", "fall", "no_clear_change"),
    )
    assert row["causes"] == "code"


def test_of_what_is_hidden_or_gone_no_value_is_told(spare: Barometer) -> None:
    with duckdb.connect(str(spare.current), read_only=True) as release:
        ((hidden, value),) = release.execute(
            f"select indicator_id, estimate_text_en from mart_indicator where {COMPUTED} "
            "and group_dimension = 'sector' order by estimate desc limit 1"
        ).fetchall()
    add_release(
        spare,
        "update mart_indicator set estimate = null, estimate_low = null, n = null, "
        "estimate_text_nl = 'onderdrukt', estimate_text_en = 'suppressed', "
        f"reliability = 'suppressed' where indicator_id = '{hidden}'",
        f"delete from mart_indicator where {PRINTED}",
    )
    found = differences(spare)
    assert {change: len(rows) for change, rows in found.items()} == {
        "suppressed": 1,
        "vanished": 1,
    }
    (now_hidden,), (gone,) = found["suppressed"], found["vanished"]
    assert now_hidden["figure_id"] == hidden
    for row in (now_hidden, gone):
        numbers = ("before", "after", "difference", "before_en", "after_en", "verdict_before")
        assert [row[name] for name in numbers] == [None] * 6
    assert value not in now_hidden["text_en"] and "76" not in gone["text_en"]
    assert now_hidden["text_en"].endswith("SYNTHETIC EXAMPLE: suppressed now.")


def test_a_computed_figure_moves_with_its_file_and_a_printed_one_does_not(
    spare: Barometer,
) -> None:
    inputs = {
        file: "another" if file.startswith(WAVE) else digest
        for file, digest in manifest_of(spare)["inputs"].items()
    }
    add_release(
        spare,
        f"update mart_indicator set estimate = estimate + 1 where {COMPUTED}",
        f"update mart_indicator set n = 1 where {SHARE} and wave = '2021' "
        "and data_status = 'published'",
        inputs=inputs,
    )
    found = differences(spare)
    assert {row["causes"] for row in found["moved"]} == {"file"}
    assert {row["causes"] for row in found["margin"]} == {"unknown"}


def test_a_release_before_the_first_or_without_its_file_is_refused(spare: Barometer) -> None:
    done = spare.run("release", "diff")
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, ("no release is known", "name two releases"))
    first = spare.current.readlink().stem
    add_release(spare)
    (spare.current.parent / f"{first}.duckdb").unlink()
    done = spare.run("release", "diff")
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert f"the file of release {first} is gone" in message


@pytest.mark.parametrize(
    ("seed", "start", "about"),
    [
        ("crosswalk", "nl_barometer,2021,", "nl_barometer/2021"),
        ("concepts", "innovated_past_two_years", "seeds/concepts"),
    ],
)
def test_what_is_described_is_told_apart_by_wave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: str, start: str, about: str
) -> None:
    known = registry.load()
    before = data_version.of_descriptions(known)
    assert {wave.id for wave in known.waves} <= set(before)
    shutil.copytree(data_version.SEEDS, tmp_path / "seeds")
    monkeypatch.setattr(data_version, "SEEDS", tmp_path / "seeds")
    assert data_version.of_descriptions(known) == before
    path = tmp_path / "seeds" / f"{seed}.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if line.startswith(start))
    lines[place] = lines[place].rstrip("\n") + "x\n"
    path.write_text("".join(lines), "utf-8")
    after = data_version.of_descriptions(known)
    assert {name for name in before if before[name] != after[name]} == {about}


def publish_again(barometer: Barometer) -> duckdb.DuckDBPyConnection:
    """Publish the warehouse once more, and open that release."""
    publish(Settings(barometer.home, barometer.data), [], {}, {}, {}, "test")
    return duckdb.connect(str(barometer.current), read_only=True)


def lines(release: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return release.sql("select part, text_nl from mart_release_news order by line_order").fetchall()


def test_a_release_tells_what_it_changed_and_nothing_of_what_it_hides(spare: Barometer) -> None:
    """The earlier release is changed; what the warehouse has is new beside it."""
    with duckdb.connect(str(spare.current)) as earlier:
        earlier.execute(
            "update mart_indicator set estimate = 71, estimate_text_nl = '71%' "
            f"where {PRINTED} or concept = 'financing_source' and data_status = 'synthetic' "
            "and reliability <> 'suppressed' and group_dimension = 'total'"
        )
        earlier.execute(
            "update mart_indicator set estimate = 99, reliability = 'reliable', "
            "estimate_text_nl = '99%' where reliability = 'suppressed'"
        )
        earlier.execute("delete from mart_indicator where survey = 'fi_state'")
        earlier.execute("update mart_trend set verdict = 'rise' where verdict = 'fall'")
    with_checksum(spare.current.resolve())
    with publish_again(spare) as release:
        told = lines(release)
        assert {part for part, _ in told} == {
            *("release", "moved", "verdict", "appeared", "suppressed"),
        }
        assert told[1] == (
            "moved",
            "Innoveerde in de laatste twee jaar: Ja, Innovatie Barometer Overheid 2025: "
            "was 71%, is nu 76%.",
        )
        revised = [text for part, text in told if part == "moved"]
        assert len(revised) == 6 and revised[-1].startswith("En nog ")
        assert all("SYNTHETISCH VOORBEELD" in text for text in revised[1:-1])
        assert [text for part, text in told if part == "appeared"] == [
            "Finse innovatiebarometer voor het Rijk 2022 (cijfers: 2, vergelijkingen: 0).",
        ]
        hidden = release.sql(
            "select * exclude (change, change_order) from mart_release_change "
            "where change = 'suppressed'"
        ).fetchall()
        assert len(hidden) > 50
        assert not [row for row in hidden if 99 in row or "99%" in str(row)]
        about = release.sql("select previous_release, changes from mart_release").fetchall()
        rows = len(release.table("mart_release_change"))
    assert about == [(release_before(spare), rows)]


def release_before(barometer: Barometer) -> Any:
    return manifest_of(barometer)["previous_release"]


def test_what_a_release_says_of_itself_is_as_its_contract_promises(spare: Barometer) -> None:
    promised = contracts.of_dbt()
    with publish_again(spare) as release:
        assert [part for part, _ in lines(release)] == ["release"]
        assert "Geen cijfer verschilt" in lines(release)[0][1]
    held = contracts.of_release(spare.current)
    for name in ("mart_release", "mart_release_change", "mart_release_news"):
        assert held[name].columns == promised[name].columns


@pytest.mark.parametrize("damage", ["none", "damaged", "gone", "no_manifest", "older"])
def test_the_first_release_and_one_after_a_damaged_one_say_so(
    spare: Barometer, damage: str
) -> None:
    file = spare.current.resolve()
    if damage == "none":
        shutil.rmtree(file.parent)
    elif damage == "damaged":
        file.write_bytes(b"x" * 5000)
    elif damage == "gone":
        file.unlink()
    elif damage == "no_manifest":
        file.with_suffix(".json").write_text("{")
    else:
        with duckdb.connect(str(file)) as release:
            release.execute("drop table mart_contrast")
    with publish_again(spare) as release:
        ((_, text),) = lines(release)
        rows = release.sql("select change, text_nl from mart_release_change").fetchall()
    assert rows == [("first" if damage == "none" else "unlike", text)]
    assert ("eerste uitgave" if damage == "none" else "is niet te zeggen") in text
