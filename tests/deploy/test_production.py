"""The production profile for real: a build by the queue, readers, services that go away, backups.

These tests are one story about one installation, in this order.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from dashboards import credentials, server
from dashboards.bundle import asset_uuid
from dashboards.client import Client
from orchestration.data_version import of_file
from orchestration.releases import Releases
from orchestration.settings import Settings
from tests.conftest import PROJECT
from tests.deploy.conftest import Installation, Postgres, Production, wait_for
from tests.support import put_real_file, real_path, refusal

BUILD = 900  # seconds
STORE = "of/a/test"
PAGE = {"Accept": "text/html"}


def releases(barometer: Installation) -> Releases:
    return Releases(Settings(barometer.home, barometer.data))


def statuses(postgres: Postgres, database: str = "dagster") -> list[str]:
    """How the runs ended or stand, oldest first."""
    return [row[0] for row in postgres.ask(database, "select status from runs order by id")]


def admin(production: Production) -> Client:
    client = Client(production.url)
    accounts = credentials.load(production.barometer.home)
    client.log_in(accounts.admin_user, accounts.admin_password.get_secret_value())
    return client


def reader(production: Production, user: str = "", password: str = "") -> requests.Session:
    """Log in as a browser does that comes by a proxy with TLS."""
    accounts = credentials.load(production.barometer.home)
    session = requests.Session()
    session.headers["X-Forwarded-Proto"] = "https"
    session.headers["Referer"] = production.url.replace("http:", "https:") + "/"
    page = session.get(f"{production.url}/login/").text
    assert by_tls(session)
    token = re.search(r"csrf_token[^>]*?(?:value=\"|: &#34;)([\w.\-]+)", page)
    assert token, page
    account = {
        "username": user or accounts.viewer_user,
        "password": password or accounts.viewer_password.get_secret_value(),
    }
    answer = session.post(
        f"{production.url}/login/",
        data={**account, "csrf_token": token[1]},
        allow_redirects=False,
    )
    assert answer.status_code == 302, answer.text
    assert by_tls(session)
    return session


def by_tls(session: requests.Session) -> bool:
    """Whether the cookies are for https only; here they are sent all the same."""
    secure = [cookie.secure for cookie in session.cookies]
    for cookie in session.cookies:
        cookie.secure = False
    return bool(secure) and all(secure)


def question(production: Production, limit: int = 5) -> dict[str, Any]:
    """What a page asks for a chart."""
    client = admin(production)
    charts = {row["uuid"]: row["id"] for row in client.pages("/api/v1/chart/")}
    datasets = {row["table_name"]: row["id"] for row in client.pages("/api/v1/dataset/")}
    query = {"columns": ["sentence_nl"], "orderby": [["sentence_nl", True]], "row_limit": limit}
    return {
        "datasource": {"id": datasets["mart_question"], "type": "table"},
        "queries": [query],
        "form_data": {"slice_id": charts[asset_uuid("charts", "question_sentence", "nl")]},
    }


def ask(
    production: Production, session: requests.Session, asked: dict[str, Any]
) -> requests.Response:
    return session.post(f"{production.url}/api/v1/chart/data", json=asked, timeout=60)


def rows(answer: requests.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["result"][0]["data"]
    assert found
    return found


def counts(production: Production) -> bool:
    return any(b"LIMIT" in key for key in production.redis.client.scan_iter())


@pytest.fixture(scope="module")
def running(production: Production) -> Iterator[Production]:
    """All four servers, on what was empty; the dashboards wait for the first build."""
    for part in ("daemon", "dashboards", "history"):
        production.start(part)
    production.ready("daemon")
    production.ready("history")
    yield production
    production.stop()


def test_the_first_build_goes_through_the_queue_and_to_the_store(running: Production) -> None:
    barometer = running.barometer
    wait_for(
        lambda: running.ended("daemon") or set(statuses(running.postgres)) & {"SUCCESS", "FAILURE"},
        BUILD,
        told=lambda: (barometer.home / "dagster" / "daemon.log").read_text()[-4000:],
    )
    assert statuses(running.postgres) == ["SUCCESS"]
    [(events,)] = running.postgres.ask(
        "dagster",
        "select count(*) from event_logs where dagster_event_type = 'PIPELINE_ENQUEUED'",
    )
    assert events == 1, "it did not wait in the queue"
    current = releases(barometer).current()
    releases(barometer).verify_current()
    report = json.loads((barometer.home / "build.json").read_text())
    assert (report["outcome"], report["release_id"]) == ("released", current)
    here = {
        f"{STORE}/{path.relative_to(barometer.home).as_posix()}"
        for folder in ("raw", "releases")
        for path in (barometer.home / folder).rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    assert running.s3.names() == {*here, f"{STORE}/releases/current"}


def test_a_reader_gets_the_figures_of_a_chart_from_gunicorn(running: Production) -> None:
    running.ready("dashboards")
    session = reader(running)
    page = session.get(f"{running.url}/superset/dashboard/start/", headers=PAGE)
    assert page.status_code == 200 and "max-age" in page.headers["Strict-Transport-Security"]
    asked = question(running)
    found = rows(ask(running, session, asked))
    assert all(row["sentence_nl"] for row in found)
    kinds = {key.decode().split(" ")[1] for key in running.redis.client.scan_iter("barometer *")}
    assert {"session", "answers", "whole"} <= kinds
    # What counts requests is gone after a second.
    wait_for(lambda: ask(running, session, asked).ok and counts(running))
    assert not (running.barometer.home / "superset" / "superset.db").exists()


def test_a_whole_answer_is_kept_until_any_row_of_postgresql_changes(running: Production) -> None:
    session, asked = reader(running), question(running, limit=7)

    def read_anew() -> bool:
        answer = ask(running, session, asked)
        assert answer.status_code == 200
        return bool(answer.json()["result"][0]["is_cached"])

    assert not read_anew(), "the first answer is of the release"
    assert not read_anew(), "the same answer again, as it was"
    running.postgres.ask("superset", "update ab_role set name = name where name = 'Public'")
    assert read_anew(), "a change in Superset may change what is seen"
    running.postgres.ask("dagster", "update instance_info set run_storage_id = run_storage_id")
    started = time.monotonic()
    assert read_anew(), "a change of Dagster's database is none of Superset's"
    assert time.monotonic() - started < 1


def test_postgresql_that_goes_away_and_comes_back_loses_nothing(running: Production) -> None:
    session, asked = reader(running), question(running)
    before = rows(ask(running, session, asked))
    runs = statuses(running.postgres)
    running.postgres.stop()
    asked["queries"][0]["row_limit"] = 3  # no answer to this is kept
    away = ask(running, session, asked)
    assert away.status_code == 503, away.text
    assert "PostgreSQL does not answer" in away.json()["message"]
    page = session.get(f"{running.url}/superset/dashboard/start/", headers=PAGE)
    assert page.status_code == 503
    assert "PostgreSQL antwoordt niet" in page.text and "Nothing is lost" in page.text
    time.sleep(20)  # the daemon looks in the meantime
    running.postgres.start()

    asked["queries"][0]["row_limit"] = 5
    assert rows(ask(running, session, asked)) == before, "who was logged in still is"
    assert statuses(running.postgres) == runs
    assert not running.ended("dashboards") and not running.ended("history")
    if running.ended("daemon"):  # whoever started it starts it again
        assert "rule postgres_down" in running.barometer.said("daemon")
        running.start("daemon")
        running.ready("daemon")
    seen = "select count(*) from job_ticks where status = 'SKIPPED'"
    [(ticks,)] = running.postgres.ask("dagster", seen)
    wait_for(lambda: running.postgres.ask("dagster", seen) != [(ticks,)], 180)


def test_redis_that_goes_away_is_named_and_its_sessions_come_back(running: Production) -> None:
    session, asked = reader(running), question(running)
    before = rows(ask(running, session, asked))
    running.redis.stop()
    away = ask(running, session, asked)
    assert away.status_code == 503 and "Redis does not answer" in away.json()["message"]
    page = session.get(f"{running.url}/superset/dashboard/start/", headers=PAGE)
    assert page.status_code == 503 and "Redis antwoordt niet" in page.text
    running.redis.start()
    assert rows(ask(running, session, asked)) == before


def test_the_worker_forgets_old_queries_of_sql_lab(running: Production) -> None:
    database = admin(running).get("/api/v1/database/")["result"][0]["id"]
    told = {"database_id": database, "sql": "select count(*) as n from mart_indicator"}
    assert admin(running).post("/api/v1/sqllab/execute/", json=told)["data"][0]["n"] > 0
    count = "select count(*) from query"
    assert running.postgres.ask("superset", count) == [(1,)]
    old = "update query set changed_on = now() - interval '31 days'"
    running.postgres.ask("superset", old)
    running.start("worker")
    running.ready("worker")
    # What the clock does at night.
    code = (
        "from superset.tasks.celery_app import app; "
        "app.send_task('prune_query', kwargs={'retention_period_days': 30})"
    )
    environment = dict(server.environment(running.barometer.home)) | running.barometer.environment
    environment["PYTHONPATH"] = str(server.SUPERSET_SIDE)
    python = PROJECT / ".venv-superset" / "bin" / "python"
    subprocess.run([python, "-c", code], env=environment, check=True, capture_output=True)
    wait_for(lambda: running.postgres.ask("superset", count) == [(0,)])
    running.stop("worker")


def test_a_build_that_is_killed_is_tried_again_by_the_queue(running: Production) -> None:
    barometer, before = running.barometer, releases(running.barometer).current()
    put_real_file(barometer)  # the sensor sees it
    done = len(statuses(running.postgres))
    begun = (
        "select substring(event from '\"pid\": ([0-9]+)') from event_logs "
        "where event like '%Executing steps in process%' "
        "and run_id = (select run_id from runs order by id desc limit 1)"
    )
    wait_for(lambda: len(statuses(running.postgres)) > done, BUILD)
    [(number,)] = wait_for(lambda: running.postgres.ask("dagster", begun), BUILD)
    worker = psutil.Process(int(number))
    assert worker.environ()["BAROMETER_HOME"] == str(barometer.home)
    worker.kill()
    wait_for(lambda: statuses(running.postgres)[done:] == ["FAILURE", "SUCCESS"], BUILD)
    after = releases(barometer).show()
    assert after.previous_release == before
    assert f"{STORE}/releases/{after.release_id}.duckdb" in running.s3.names()


def test_a_refused_build_of_the_daemon_gives_alarm_and_publishes_nothing(
    running: Production,
) -> None:
    barometer, before = running.barometer, releases(running.barometer).current()
    real_path(barometer).write_bytes(b"no file of answers")
    done = len(statuses(running.postgres))
    wait_for(lambda: statuses(running.postgres)[done:] == ["FAILURE"], BUILD)
    assert releases(barometer).current() == before
    report = json.loads((barometer.home / "build.json").read_text())
    assert report["outcome"] == "refused"
    assert real_path(barometer).name in report["message"]["en"]
    told = json.loads((barometer.home.parent / "alarm").read_text())
    assert told["message"] == report["message"]
    real_path(barometer).unlink()


def test_all_state_comes_back_from_a_backup_in_an_empty_place(running: Production) -> None:
    barometer, folder = running.barometer, running.folder / "backup"
    made = barometer.command("dashboards", "user", "collega", "--url", running.url)
    assert made.returncode == 0, made.stderr
    password = made.stdout.split()[-1].rstrip(".")
    wait_for(lambda: not set(statuses(running.postgres)) & {"STARTED", "QUEUED"}, BUILD)
    done = barometer.command("backup", str(folder))
    assert done.returncode == 0, done.stderr
    assert not [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]
    again = barometer.command("backup", str(folder))
    assert "rule backup_there" in refusal(again.returncode, again.stdout, again.stderr)
    refused = barometer.command("restore", str(folder))
    assert "rule restore_not_empty" in refusal(refused.returncode, refused.stdout, refused.stderr)
    runs = statuses(running.postgres)
    running.stop()

    place = running.folder / "elsewhere"
    place.mkdir()
    urls = [running.postgres.make(name) for name in ("superset_again", "dagster_again")]
    elsewhere = running.installation(place, *urls)
    done = elsewhere.command("restore", str(folder))
    assert done.returncode == 0, done.stderr
    for part in ("credentials", "raw", "releases"):
        assert tree(elsewhere.home / part) == tree(barometer.home / part), part
    assert statuses(running.postgres, "dagster_again") == runs
    before, running.barometer = barometer, elsewhere
    try:
        running.start("dashboards")
        running.ready("dashboards")
        assert rows(ask(running, reader(running, "collega", password), question(running)))
        running.stop()
    finally:
        running.barometer = before

    damaged = running.folder / "damaged"
    shutil.copytree(folder, damaged)
    (damaged / "home.tar").write_bytes(b"")
    refused = elsewhere.command("restore", str(damaged))
    said = refusal(refused.returncode, refused.stdout, refused.stderr)
    assert "rule backup_damaged" in said and "home.tar" in said


def test_releases_and_raw_data_come_back_from_the_store(running: Production) -> None:
    place = running.folder / "from-store"
    place.mkdir()
    services = running.barometer.services
    fresh = Installation(
        place, {name: services[name] for name in services if "POSTGRES" not in name}
    )
    done = fresh.command("store", "pull")
    assert done.returncode == 0, done.stderr
    for part in ("raw", "releases"):
        assert tree(fresh.home / part) == tree(running.barometer.home / part), part
    again = fresh.command("store", "pull")
    assert "Brought back from the store: 0 files" in again.stdout
    empty = fresh.command("store", "pull", BAROMETER_STORE="s3://barometer/nothing")
    assert "rule store_empty" in refusal(empty.returncode, empty.stdout, empty.stderr)
    running.s3.client.put_object(Bucket="barometer", Key=f"{STORE}/raw/../../x", Body=b"x")
    strange = fresh.command("store", "pull")
    assert "rule store_stranger" in refusal(strange.returncode, strange.stdout, strange.stderr)
    assert not (place / "x").exists()
    running.s3.client.delete_object(Bucket="barometer", Key=f"{STORE}/raw/../../x")


def test_what_is_erased_is_gone_from_postgresql_and_the_store(running: Production) -> None:
    def held() -> set[str]:
        return {name for name in running.s3.names() if "/raw/" in name and "2021" in name}

    assert held() and statuses(running.postgres)
    done = running.barometer.command("wave", "erase", "nl_barometer/2021", "--yes")
    assert done.returncode == 0, done.stderr
    assert not held() and not statuses(running.postgres)
    for table in ("event_logs", "asset_check_executions"):
        assert running.postgres.ask("dagster", f"select count(*) from {table}") == [(0,)]


@pytest.mark.parametrize(
    ("command", "variable", "address", "rule"),
    [
        (
            "serve dashboards",
            "SUPERSET_POSTGRES",
            "postgresql://a:secret@127.0.0.1:1/x",
            "postgres",
        ),
        ("serve daemon", "DAGSTER_POSTGRES", "postgresql://a:secret@127.0.0.1:1/x", "postgres"),
        ("serve history", "DAGSTER_POSTGRES", "postgresql://a:secret@127.0.0.1:1/x", "postgres"),
        ("serve worker", "REDIS", "redis://:secret@127.0.0.1:1/0", "redis"),
        ("build", "DAGSTER_POSTGRES", "postgresql://a:secret@127.0.0.1:1/x", "postgres"),
        ("backup x", "SUPERSET_POSTGRES", "postgresql://a:secret@127.0.0.1:1/x", "postgres"),
        ("restore x", "SUPERSET_POSTGRES", "mysql://a:secret@127.0.0.1:1/x", "unknown"),
        ("store push", "STORE_ENDPOINT", "http://127.0.0.1:1", "store"),
        ("serve daemon", "REDIS", "127.0.0.1:6379", "unknown"),
        ("serve daemon", "SCHEDULE", "every night", "unknown"),
        ("serve worker", "REDIS", "", "missing"),
    ],
)
def test_a_service_that_is_away_is_named_with_what_to_do_about_it(
    running: Production, command: str, variable: str, address: str, rule: str
) -> None:
    for language in ("en", "nl"):
        done = running.barometer.command(
            "--lang", language, *command.split(), **{f"BAROMETER_{variable}": address}
        )
        assert done.returncode == 1
        said = " ".join(done.stderr.split())
        name = f"service_{rule}" if rule in ("unknown", "missing") else f"{rule}_down"
        assert f"{'rule' if language == 'en' else 'regel'} {name}: " in said, said
        assert ("How to fix: " if language == "en" else "Oplossing: ") in said
        assert "secret" not in said and "Traceback" not in said


def test_a_wrong_password_of_postgresql_is_said_and_not_shown(running: Production) -> None:
    address = running.postgres.url("dagster", "wrong-one")
    done = running.barometer.command("serve", "daemon", BAROMETER_DAGSTER_POSTGRES=address)
    said = refusal(done.returncode, done.stdout, done.stderr)
    assert "password authentication failed" in said and "wrong-one" not in said


def tree(path: Path) -> dict[str, str]:
    """Every file and link under a path, with what is in it."""
    paths = [path, *path.rglob("*")]
    return {
        str(one.relative_to(path)): str(one.readlink()) if one.is_symlink() else of_file(one)
        for one in paths
        if one.is_file()
    }
