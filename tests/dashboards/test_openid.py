"""Login by OpenID Connect, at a real provider in a real browser; and faults in its settings."""

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from dashboards import openid, server
from ingest.errors import RefusedError
from tests.dashboards.conftest import Superset
from tests.dashboards.reader import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SETTINGS = """
issuer = "http://localhost:{port}"
client_id = "barometer"
client_secret = "secret"

[roles]
viewer = ["readers"]
analyst = ["researchers"]
"""


def write(home: Path, text: str) -> None:
    openid.path_of(home).write_text(text)
    openid.path_of(home).chmod(0o600)


@pytest.fixture(scope="module")
def provider(superset_bin: Path) -> Iterator[int]:
    """The port of a provider, on another site (localhost) than Superset (127.0.0.1)."""
    port = free_port()
    script = Path(__file__).with_name("provider.py")
    with subprocess.Popen([superset_bin / "python", str(script), str(port)]) as running:
        for _ in range(300):
            try:
                requests.get(f"http://127.0.0.1:{port}/jwks", timeout=2)
                break
            except requests.RequestException:
                time.sleep(0.2)
        yield port
        running.terminate()


@pytest.fixture(scope="module")
def with_openid(
    superset: Superset, superset_bin: Path, provider: int
) -> Iterator[Callable[[], str]]:
    """The same installation, served once more with a login by OpenID Connect."""
    write(superset.home, SETTINGS.format(port=provider))
    try:
        with server.start(superset.home, superset_bin, free_port()) as running:
            yield lambda: running.url
    finally:
        openid.path_of(superset.home).unlink()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    one = context.new_page()
    one.set_default_timeout(120_000)
    yield one
    context.close()


def log_in(page: "Page", url: str, who: str) -> None:
    page.goto(f"{url}/login/")
    page.locator("a[href*='/login/openid']").click()
    page.locator(f"button[value={who}]").click()


def roles_of(superset: Superset, url: str, who: str) -> list[str]:
    client = replace(superset, url=url).admin
    names = {row["id"]: row["name"] for row in client.pages("/api/v1/security/roles/")}
    users = client.pages("/api/v1/security/users/")
    user = next(row for row in users if row["username"] == f"openid:{who}")
    return sorted(names[role["id"]] for role in user["roles"])


@pytest.mark.parametrize(
    ("who", "role"), [("reader", "Barometer viewer"), ("researcher", "Barometer analyst")]
)
def test_a_group_at_the_provider_gives_a_role(
    superset: Superset, with_openid: Callable[[], str], page: "Page", who: str, role: str
) -> None:
    log_in(page, with_openid(), who)
    page.wait_for_url("**/dashboard/start/**", wait_until="commit")
    page.wait_for_selector(".bm-says")
    assert role in roles_of(superset, with_openid(), who)
    assert "Admin" not in roles_of(superset, with_openid(), who)


def test_who_is_in_no_group_that_has_a_role_does_not_come_in(
    with_openid: Callable[[], str], page: "Page"
) -> None:
    log_in(page, with_openid(), "stranger")
    page.wait_for_url("**/login/**")
    answer = page.goto(f"{with_openid()}/api/v1/me/")
    assert answer is not None and answer.status == 401


def test_a_name_at_the_provider_is_never_an_account_of_ours(
    superset: Superset, with_openid: Callable[[], str], page: "Page"
) -> None:
    assert superset.credentials.admin_user == "admin"
    log_in(page, with_openid(), "admin")
    page.wait_for_url("**/dashboard/start/**", wait_until="commit")
    assert "Admin" not in roles_of(superset, with_openid(), "admin")
    answer = page.goto(f"{with_openid()}/sqllab/")
    assert answer is not None and answer.status == 403


def test_a_password_is_not_asked_on_the_page_and_a_push_still_works(
    superset: Superset, with_openid: Callable[[], str], page: "Page"
) -> None:
    page.goto(f"{with_openid()}/login/")
    page.locator("a[href*='/login/openid']").wait_for()
    assert page.locator("#password").count() == 0
    other = replace(superset, url=with_openid())
    assert other.push().nothing_changed


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("client_id", "klient_id", ("klient_id", "openid.toml")),
        ('"http://localhost:1"', '"http://login.example.org"', ("issuer",)),
        ("analyst =", "analist =", ("analist",)),
        ('["readers"]', '"readers"', ("roles.viewer",)),
        ("[roles]", "[roles", ("TOML",)),
    ],
)
def test_settings_that_do_not_fit_are_one_message_in_both_languages(
    tmp_path: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    text = SETTINGS.format(port=1).replace(old, new, 1).replace(":1/", ":1")
    assert new in text
    write(tmp_path, text)
    with pytest.raises(RefusedError) as refused:
        server.start(tmp_path, tmp_path / "bin", free_port())
    for language in ("en", "nl"):
        assert all(word in refused.value.text(language) for word in words)  # type: ignore[arg-type]
    assert "secret" not in refused.value.text("en").replace("client_secret", "")


def test_settings_that_others_can_read_are_refused(tmp_path: Path) -> None:
    write(tmp_path, SETTINGS.format(port=1))
    openid.path_of(tmp_path).chmod(0o644)
    with pytest.raises(RefusedError, match="chmod 600"):
        openid.load(tmp_path)


def test_without_the_file_nothing_changes(tmp_path: Path) -> None:
    assert openid.load(tmp_path) is None
