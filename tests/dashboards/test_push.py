"""A push makes a Superset show the project: no more, no less, whatever went before."""

import fcntl
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from dashboards import server_state
from dashboards.bundle import Content, asset_uuid
from dashboards.client import Client, SupersetError
from dashboards.credentials import load_or_create
from dashboards.provision import following, push
from ingest.errors import BarometerError, RefusedError
from tests.dashboards.conftest import Superset
from tests.dashboards.reader import free_port
from tests.support import edit

AssetsWith = Callable[[str, str, str], Path]
FIGURES = "charts/questions/question_figures.yaml"
METHOD = "dashboards/method.yaml"


@pytest.fixture
def restored(superset: Superset) -> Iterator[Superset]:
    """The Superset, which gets the project's dashboards back afterwards."""
    yield superset
    superset.push()
    assert superset.push().nothing_changed


def params(superset: Superset, slug: str = "question_figures") -> Content:
    found = server_state.exported(superset.admin)[asset_uuid("charts", slug, "nl")]
    settings: Content = found["params"]
    return settings


@pytest.mark.parametrize(
    ("before", "after"),
    [("show_cell_bars: true", "true"), ("show_cell_bars: false", "false"), ("", "nothing")],
)
def test_a_setting_that_becomes_true_false_or_nothing_is_sent(
    restored: Superset, assets_with: AssetsWith, before: str, after: str
) -> None:
    other = "show_cell_bars: true" if "false" in before else "show_cell_bars: false"
    first = assets_with(FIGURES, "show_cell_bars: false", other)
    restored.push(first)
    edit(first / FIGURES, f"  {other}\n", f"  {before}\n")
    report = restored.push(first)
    assert report.names("changed") == [
        "charts/question_figures.en",
        "charts/question_figures.nl",
    ]
    assert json.dumps(params(restored).get("show_cell_bars", "nothing")).strip('"') == after
    assert restored.push(first).nothing_changed


def test_a_page_under_another_file_name_keeps_its_address(
    restored: Superset, assets_with: AssetsWith
) -> None:
    assets = assets_with("menu.yaml", "- method", "- certainty")
    (assets / METHOD).rename(assets / "dashboards" / "certainty.yaml")
    report = restored.push(assets)
    assert report.names("created") == ["dashboards/certainty.en", "dashboards/certainty.nl"]
    assert report.names("removed") == ["dashboards/Method", "dashboards/Methode"]
    page = restored.admin.get("/api/v1/dashboard/methode")["result"]
    assert page["uuid"] == asset_uuid("dashboards", "certainty", "nl")
    assert restored.push(assets).nothing_changed


def test_two_pages_swap_their_addresses(restored: Superset, assets_with: AssetsWith) -> None:
    assets = assets_with(METHOD, "slug: {nl: methode,", "slug: {nl: ontwikkeling,")
    edit(assets / "dashboards/trends.yaml", "slug: {nl: ontwikkeling,", "slug: {nl: methode,")
    assert restored.push(assets).names("changed") == [
        "dashboards/method.nl",
        "dashboards/trends.nl",
    ]
    page = restored.admin.get("/api/v1/dashboard/methode")["result"]
    assert page["uuid"] == asset_uuid("dashboards", "trends", "nl")
    assert restored.push(assets).nothing_changed


def without_method(assets: Path) -> Path:
    """The project without one page, its chart and the only use of its mart."""
    (assets / METHOD).unlink()
    (assets / "charts" / "method" / "figure_kinds.yaml").unlink()
    return assets


def test_what_left_the_project_leaves_superset(restored: Superset, assets_with: AssetsWith) -> None:
    assets = without_method(assets_with("menu.yaml", "- method\n", ""))
    report = restored.push(assets)
    assert report.names("removed") == [
        "charts/Wat voor cijfers ziet u?",
        "charts/What kind of figures are these?",
        "dashboards/Method",
        "dashboards/Methode",
        "datasets/mart_indicator",
    ]
    left = server_state.exported(restored.admin)
    assert asset_uuid("dashboards", "method", "nl") not in left
    assert asset_uuid("charts", "figure_kinds", "en") not in left
    assert asset_uuid("datasets", "mart_indicator") not in left
    assert restored.push(assets).nothing_changed


def test_what_people_made_stays_and_so_does_what_it_reads(
    restored: Superset, assets_with: AssetsWith
) -> None:
    admin = restored.admin
    number = number_of(admin, "dataset", asset_uuid("datasets", "mart_indicator"))
    own = {"datasource_id": number, "datasource_type": "table", "viz_type": "table"}
    chart = admin.post("/api/v1/chart/", json={"slice_name": "Eigen grafiek", **own})["id"]
    board = admin.post("/api/v1/dashboard/", json={"dashboard_title": "Eigen dashboard"})["id"]
    try:
        assert restored.push().nothing_changed
        assets = without_method(assets_with("menu.yaml", "- method\n", ""))
        report = restored.push(assets)
        assert report.names("kept") == ["datasets/mart_indicator"]
        assert len(report.names("removed")) == 4
        assert admin.get(f"/api/v1/chart/{chart}")["result"]["slice_name"] == "Eigen grafiek"
        assert admin.get(f"/api/v1/dashboard/{board}")["result"]
        again = restored.push(assets)
        assert again.nothing_changed and again.names("kept") == ["datasets/mart_indicator"]
    finally:
        admin.delete(f"/api/v1/chart/{chart}")
        admin.delete(f"/api/v1/dashboard/{board}")


def number_of(admin: Client, kind: str, uuid: str) -> int:
    return next(int(row["id"]) for row in admin.pages(f"/api/v1/{kind}/") if row["uuid"] == uuid)


def test_a_metric_a_column_and_a_description_made_by_hand_go(restored: Superset) -> None:
    admin = restored.admin
    number = number_of(admin, "dataset", asset_uuid("datasets", "mart_answer"))
    admin.put(
        f"/api/v1/dataset/{number}",
        json={"metrics": [{"metric_name": "hand", "expression": "COUNT(*)"}]},
    )
    columns = admin.get(f"/api/v1/dataset/{number}")["result"]["columns"]
    kept = [
        {name: one[name] for name in ("id", "column_name", "expression", "type")}
        for one in columns
        if one["column_name"] != "Waarom"
    ]
    admin.put(f"/api/v1/dataset/{number}", json={"columns": kept})
    chart = number_of(admin, "chart", asset_uuid("charts", "question_figures", "nl"))
    admin.put(f"/api/v1/chart/{chart}", json={"description": "hand"})
    report = restored.push()
    assert report.names("changed") == ["charts/question_figures.nl", "datasets/mart_answer"]
    result = admin.get(f"/api/v1/dataset/{number}")["result"]
    assert result["metrics"] == []
    assert "Waarom" in {one["column_name"] for one in result["columns"]}
    assert not admin.get(f"/api/v1/chart/{chart}")["result"]["description"]


def test_a_dashboard_that_someone_made_at_an_address_of_ours_is_named(
    restored: Superset, assets_with: AssetsWith
) -> None:
    admin = restored.admin
    made = {"dashboard_title": "Eigen dashboard", "slug": "nieuw"}
    number = admin.post("/api/v1/dashboard/", json=made)["id"]
    try:
        with pytest.raises(RefusedError, match=r"'Eigen dashboard'.*'nieuw'") as refused:
            restored.push(assets_with(METHOD, "{nl: methode,", "{nl: nieuw,"))
        assert "in Superset gemaakt" in refused.value.text("nl")
        assert restored.push().nothing_changed
    finally:
        admin.delete(f"/api/v1/dashboard/{number}")


def test_a_second_push_at_the_same_time_is_refused(superset: Superset) -> None:
    with (superset.home / "push.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RefusedError, match="another push") as refused:
            superset.push()
    assert "andere push" in refused.value.text("nl")
    assert superset.push().nothing_changed


PUSH = """
import sys
from pathlib import Path
from dashboards import credentials, provision
home = Path(sys.argv[2])
accounts = credentials.load(home)
provision.push(sys.argv[1], accounts, home / "releases" / "current.duckdb", Path(sys.argv[3]))
"""


def test_a_push_that_was_killed_is_finished_by_the_next(
    restored: Superset,
    assets_with: AssetsWith,
    many: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    assets = without_method(assets_with("menu.yaml", "- method\n", ""))
    arguments = [sys.executable, "-c", PUSH, restored.url, str(restored.home), str(assets)]
    limit, times = 1000, many(10, 3)
    for number in range(times):
        edit(assets / FIGURES, f"row_limit: {limit}", f"row_limit: {limit - 1}")
        limit -= 1
        with subprocess.Popen(arguments) as cut_off:
            time.sleep(0.5 + 3 * number / times)
            cut_off.send_signal(signal.SIGKILL)
        record_property("kills", 1)
        # The server goes on with what it was asked; until then the assets do not agree.
        time.sleep(4)
        restored.push(assets)
        assert restored.push(assets).nothing_changed
        assert params(restored)["row_limit"] == limit
    assert asset_uuid("dashboards", "method", "nl") not in server_state.exported(restored.admin)


def test_a_chart_that_names_a_column_that_is_gone_is_refused_before_anything_is_sent(
    release_path: Path, assets_with: AssetsWith, tmp_path: Path
) -> None:
    accounts = load_or_create(tmp_path)
    assets = assets_with(FIGURES, "[answer_order, true]", "[answer_ordr, true]")
    nowhere = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(BarometerError, match=r"column 'answer_ordr'.*did you mean"):
        push(nowhere, accounts, release_path, assets)


def test_a_superset_that_is_down_and_a_wrong_password_are_one_message(
    superset: Superset, tmp_path: Path
) -> None:
    accounts = load_or_create(tmp_path)
    with pytest.raises(RefusedError, match=r"does not answer.*barometer up"):
        push(f"http://127.0.0.1:{free_port()}", accounts, superset.release)
    with pytest.raises(SupersetError, match="password") as refused:
        push(superset.url, accounts, superset.release)
    assert refused.value.status == 401


def starts(superset: Superset) -> list[str]:
    """What the question of the page on results starts on, in both languages."""
    found = server_state.exported(superset.admin)
    masks = [
        one["defaultDataMask"]
        for language in ("nl", "en")
        for one in found[asset_uuid("dashboards", "results", language)]["metadata"][
            "native_filter_configuration"
        ]
    ]
    return [value for mask in masks for value in (mask["filterState"] or {}).get("value") or []]


def test_a_page_starts_on_real_answers_once_a_release_has_them(
    restored: Superset, tmp_path: Path
) -> None:
    look = following(restored.url, restored.credentials, restored.release)
    before = starts(restored)
    assert [value.rsplit(" · ", 1)[1] for value in before] == ["SYNTHETISCH", "SYNTHETIC"]
    generated = restored.release.readlink()
    real = tmp_path / "real.duckdb"
    shutil.copy(generated, real)
    with duckdb.connect(str(real)) as release:
        release.execute(
            "update mart_question set data_status = 'microdata', "
            "choice_nl = replace(choice_nl, 'SYNTHETISCH', 'berekend uit antwoorden'), "
            "choice_en = replace(choice_en, 'SYNTHETIC', 'computed from answers')"
        )
    try:
        look()
        assert starts(restored) == before
        restored.release.unlink()
        restored.release.symlink_to(real)
        look()
        assert [value.rsplit(" · ", 1)[1] for value in starts(restored)] == [
            "berekend uit antwoorden",
            "computed from answers",
        ]
    finally:
        restored.release.unlink()
        restored.release.symlink_to(generated)
    look()
    assert starts(restored) == before
