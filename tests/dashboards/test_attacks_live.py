"""Who is not let in, or tries to get further than a reader may, gets nothing."""

from __future__ import annotations

import sqlite3

import pytest
import requests

from dashboards.client import Client
from tests.dashboards.conftest import Superset
from tests.dashboards.reader import log_in_by_page

WRONG_PASSWORDS = 10  # what superset_security declares
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def log_in_by_api(url: str, user: str, password: str) -> int:
    account = {"username": user, "password": password, "provider": "db"}
    return requests.post(f"{url}/api/v1/security/login", json=account).status_code


def is_known(url: str, session: requests.Session) -> bool:
    return session.get(f"{url}/api/v1/me/").status_code == 200


@pytest.fixture
def somebody(superset: Superset) -> tuple[str, str]:
    """An account of its own, as a lock would hinder other tests."""
    admin: Client = superset.admin
    roles = [row["id"] for row in admin.pages("/api/v1/security/roles/") if row["name"] == "Public"]
    account = {
        "username": "somebody",
        "email": "somebody@localhost",
        "password": "right-0-password",
    }
    admin.post(
        "/api/v1/security/users/",
        json={**account, "first_name": "A", "last_name": "Reader", "active": True, "roles": roles},
    )
    return account["username"], account["password"]


def test_an_account_is_locked_after_ten_wrong_passwords_wherever_they_come_from(
    superset: Superset, somebody: tuple[str, str]
) -> None:
    url, (user, password) = superset.url, somebody
    tries = [
        log_in_by_page(url, user, f"wrong{number}", X_Forwarded_For=f"192.0.2.{number}")[1]
        for number in range(WRONG_PASSWORDS // 2)
    ] + [log_in_by_api(url, user, f"wrong{number}") for number in range(WRONG_PASSWORDS // 2)]
    assert 429 not in tries
    assert {log_in_by_api(url, user, f"guess{number}") for number in range(20)} == {429}
    assert log_in_by_api(url, f"{user}@localhost", "guess") == 429
    session, status = log_in_by_page(url, user, password, X_Real_IP="192.0.2.77")
    assert (status, is_known(url, session)) == (429, False)
    # Nobody else is locked out by it.
    session, _ = log_in_by_page(url, *superset.viewer_account)
    assert is_known(url, session)


def test_a_copied_cookie_is_worth_nothing_after_the_logout(superset: Superset) -> None:
    url = superset.url
    session, _ = log_in_by_page(url, *superset.viewer_account)
    thief = requests.Session()
    thief.cookies.update(session.cookies)
    assert is_known(url, thief)
    session.get(f"{url}/logout/", headers={**OWN_PAGE, "Sec-Fetch-Dest": "document"})
    assert not is_known(url, thief)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**OWN_PAGE, "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"},
    ],
)
def test_a_reader_is_not_logged_out_by_an_image_or_another_page(
    superset: Superset, headers: dict[str, str]
) -> None:
    url = superset.url
    session, _ = log_in_by_page(url, *superset.viewer_account)
    assert session.get(f"{url}/logout/", headers=headers).status_code == 403
    assert is_known(url, session)


def test_the_shared_reader_cannot_change_the_password_of_all(superset: Superset) -> None:
    url = superset.url
    user, password = superset.viewer_account
    session, _ = log_in_by_page(url, user, password)
    csrf = session.get(f"{url}/api/v1/security/csrf_token/").json()["result"]
    headers = {"Referer": url, "X-CSRFToken": csrf}
    new = {"password": "mine-now", "conf_password": "mine-now", "csrf_token": csrf}
    for path in ("/resetmypassword/form", "/resetpassword/form?pk=1", "/userinfoeditview/form"):
        session.post(f"{url}{path}", data=new, headers=headers)
    session.put(f"{url}/api/v1/me/", json={"password": "mine-now"}, headers=headers)
    assert log_in_by_api(url, user, password) == 200
    assert log_in_by_api(url, user, "mine-now") == 401


def test_what_a_login_page_sends_late_does_not_undo_the_login(superset: Superset) -> None:
    url = superset.url
    visitor = requests.Session()
    visitor.get(f"{url}/login/")
    late = visitor.post(
        f"{url}/superset/log/?explode=events", data={"events": "[]"}, allow_redirects=False
    )
    assert (late.status_code, "Set-Cookie" in late.headers) == (204, False)
    before = dict(visitor.cookies)
    session, _ = log_in_by_page(url, *superset.viewer_account)
    assert is_known(url, session)
    assert session.cookies.get_dict() != before


def test_superset_keeps_no_log_of_what_readers_open(superset: Superset) -> None:
    assert superset.viewer.get("/api/v1/dashboard/ontwikkeling")["result"]
    with sqlite3.connect(superset.home / "superset" / "superset.db") as state:
        assert state.execute("select count(*) from logs").fetchone() == (0,)
