"""Whoever wants more than a reader may have is refused: each line of attacks.yml."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from itertools import product
from typing import Any

import pytest
import requests
import yaml

from dashboards import access
from dashboards.bundle import asset_uuid
from dashboards.compiler import ASSETS
from tests.dashboards.conftest import Superset
from tests.dashboards.reader import PROJECT, log_in_by_page

ATTACKS = yaml.safe_load((PROJECT / "tests" / "dashboards" / "attacks.yml").read_text("utf-8"))
PATIENCE = 60  # seconds in which a page answers, whatever others left behind


def attacks(of_resources: list[str], others: list[str]) -> list[str]:
    """Method and address of each attack: of every resource, and the others."""
    made = [
        f"{method} /api/v1/{resource}/{rest}"
        for resource, one in product(ATTACKS["resources"], of_resources)
        for method, _, rest in [one.partition(" ")]
    ]
    return sorted({*made, *others} - set(ATTACKS["granted"]))


READS = attacks(
    [f"GET {one}" for one in ATTACKS["reads"]], [f"GET {one}" for one in ATTACKS["other_reads"]]
)
WRITES = attacks(ATTACKS["writes"], ATTACKS["other_writes"])


def questions() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each expression in each place, and what needs no expression."""
    for place, expression in product(ATTACKS["places"], ATTACKS["expressions"]):
        question = json.dumps(place).replace("HERE", json.dumps(expression)[1:-1])
        yield expression, json.loads(question)
    for one in ATTACKS["questions"]:
        yield "?", one


class Visitor:
    """Somebody with a browser, and what they got."""

    def __init__(self, superset: Superset, session: requests.Session) -> None:
        self.url, self.session = superset.url, session
        session.headers["Referer"] = f"{self.url}/"
        known = session.get(f"{self.url}/api/v1/security/csrf_token/")
        if known.ok:
            session.headers["X-CSRFToken"] = known.json()["result"]

    def try_out(self, attack: str) -> requests.Response:
        method, address = attack.split(" ", 1)
        # A path is sent as it is: `requests` would take `..` out of it.
        request = requests.Request(method, self.url, json=None if method == "GET" else {})
        prepared = self.session.prepare_request(request)
        prepared.url = self.url + address
        return self.session.send(prepared, allow_redirects=False, timeout=PATIENCE)

    def ask(self, dataset: int, query: dict[str, Any]) -> requests.Response:
        body = {
            "datasource": {"id": dataset, "type": "table"},
            "queries": [{"row_limit": 5, **query}],
            "form_data": {},
        }
        return self.session.post(f"{self.url}/api/v1/chart/data", json=body, timeout=PATIENCE)


def visitor(superset: Superset, account: tuple[str, str] | None) -> Visitor:
    return Visitor(
        superset, log_in_by_page(superset.url, *account)[0] if account else requests.Session()
    )


@pytest.fixture(scope="module")
def nobody(superset: Superset) -> Visitor:
    return visitor(superset, None)


@pytest.fixture(scope="module")
def reader(superset: Superset) -> Visitor:
    return visitor(superset, superset.viewer_account)


@pytest.fixture(scope="module")
def maker(superset: Superset) -> Visitor:
    """An analyst: makes charts with SQL of their own."""
    password = access.give_account(superset.admin, "maker", "analyst", access.load(ASSETS))
    return visitor(superset, ("maker", password))


@pytest.fixture(scope="module")
def dataset(superset: Superset) -> int:
    uuid = asset_uuid("datasets", "mart_answer")
    rows = superset.admin.pages("/api/v1/dataset/")
    return next(int(row["id"]) for row in rows if row["uuid"] == uuid)


def kept(superset: Superset) -> dict[str, str]:
    """What Superset keeps, table by table; without links that readers share."""
    with sqlite3.connect(f"file:{superset.home}/superset/superset.db?mode=ro", uri=True) as store:
        tables = [
            name for (name,) in store.execute("select name from sqlite_master where type = 'table'")
        ]
        return {
            name: sha256(
                repr(sorted(store.execute(f'select * from "{name}"'), key=repr)).encode()
            ).hexdigest()
            for name in tables
            if name != "key_value"
        }


def got_through(answer: requests.Response) -> bool:
    """Whether an answer gives anything: no refusal, no empty list, no way to our own pages."""
    if answer.status_code in (301, 302, 308):
        return not answer.headers["Location"].startswith(("/", answer.url.split("/", 3)[0]))
    if answer.status_code >= 400:
        return False
    try:
        body = answer.json()
    except requests.JSONDecodeError:
        return (
            "/etc" in answer.text or "root:" in answer.text or "barometer_fault" not in answer.text
        )
    return not (isinstance(body, dict) and body.get("count", body.get("result")) in (0, [], {}))


def test_the_list_is_long_enough() -> None:
    assert (len(READS) >= 80, len(WRITES) >= 60, len(list(questions())) >= 100) == (True,) * 3


@pytest.mark.parametrize("who", ["nobody", "reader"])
def test_no_address_gives_more_than_a_reader_may_see_or_changes_anything(
    superset: Superset, request: pytest.FixtureRequest, who: str
) -> None:
    somebody: Visitor = request.getfixturevalue(who)
    before = kept(superset)
    answers = {attack: somebody.try_out(attack) for attack in [*READS, *WRITES]}
    through = {
        attack: (answer.status_code, answer.text[:200])
        for attack, answer in answers.items()
        if got_through(answer) or str(superset.home) in answer.text
    }
    assert through == {}
    assert kept(superset) == before


def test_what_a_viewer_may_do_is_listed_and_nobody_else_may(
    nobody: Visitor, reader: Visitor
) -> None:
    for attack in ATTACKS["granted"]:
        assert nobody.try_out(attack).status_code in (400, 401), attack
        assert reader.try_out(attack).status_code in (200, 201, 400), attack


@pytest.mark.parametrize(("who", "step"), [("reader", 1), ("maker", 3)])
def test_no_question_reaches_files_settings_or_another_table(
    superset: Superset, request: pytest.FixtureRequest, dataset: int, who: str, step: int
) -> None:
    somebody: Visitor = request.getfixturevalue(who)
    plain = {"columns": ["survey"], "row_limit": 50_000}
    asked = somebody.ask(dataset, plain).json()["result"][0]["data"]
    rows = [{"survey": one} for one in {row["survey"] for row in asked}]
    through = {}
    for expression, query in list(questions())[::step]:  # a step meets each place and expression
        answer = somebody.ask(dataset, query)
        if str(superset.home) in answer.text or not refused(answer, expression, rows):
            through[json.dumps(query)] = (answer.status_code, answer.text[-600:])
    assert through == {}


def refused(answer: requests.Response, expression: str, rows: list[dict[str, str]]) -> bool:
    """Whether nothing came of an expression: it is refused, or left out of a plain question."""
    if answer.status_code >= 400:
        return True
    result = answer.json()["result"][0]
    return expression not in str(result.get("query")) and all(row in rows for row in result["data"])


def test_queries_without_end_that_nobody_waits_for_leave_the_pages_reachable(
    superset: Superset, reader: Visitor
) -> None:
    administrator = visitor(superset, superset.admin_account)
    heavy = "select count(*) from mart_answer a, mart_answer b, mart_answer c where a.wave > b.wave"
    for number in range(20):
        body = {
            "database_id": 1,
            "sql": f"{heavy} and c.wave <> '{number}'",
            "client_id": f"q{number}",
        }
        with pytest.raises(requests.ReadTimeout):
            administrator.session.post(
                f"{superset.url}/api/v1/sqllab/execute/", json=body, timeout=0.2
            )
    page = reader.session.get(f"{superset.url}/superset/dashboard/start/", timeout=PATIENCE)
    assert page.status_code == 200
