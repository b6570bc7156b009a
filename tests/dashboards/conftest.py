"""What the tests of the dashboards share: a copy of assets, a running Superset and a browser."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dashboards import provision, server
from dashboards.client import Client
from dashboards.compiler import ASSETS
from dashboards.credentials import Credentials
from dashboards.provision import PushReport
from tests.conftest import require
from tests.dashboards import reader
from tests.dashboards.reader import PROJECT, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def assets_with(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of the assets in which one text of one file is replaced by another."""

    def make(file: str, old: str, new: str) -> Path:
        copy = tmp_path / "assets"
        shutil.copytree(PROJECT / "dashboards" / "assets", copy)
        text = (copy / file).read_text()
        assert old in text
        (copy / file).write_text(text.replace(old, new))
        return copy

    return make


@dataclass(frozen=True)
class Superset:
    """A running Superset of this worker, which tests may change and put back."""

    url: str
    home: Path
    bin_dir: Path
    credentials: Credentials
    first_push: PushReport

    @property
    def release(self) -> Path:
        return self.home / "releases" / "current.duckdb"

    def push(self, assets_dir: Path = ASSETS) -> PushReport:
        return provision.push(self.url, self.credentials, self.release, assets_dir)

    def log_in(self, user: str, password: str) -> Client:
        client = Client(self.url)
        client.log_in(user, password)
        return client

    @property
    def admin_account(self) -> tuple[str, str]:
        return self.credentials.admin_user, self.credentials.admin_password.get_secret_value()

    @property
    def viewer_account(self) -> tuple[str, str]:
        return reader.viewer_of(self.credentials)

    @property
    def admin(self) -> Client:
        return self.log_in(*self.admin_account)

    @property
    def viewer(self) -> Client:
        return self.log_in(*self.viewer_account)


@pytest.fixture(scope="session")
def superset(
    superset_bin: Path, release_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Superset]:
    """A Superset with the dashboards of the project on a release."""
    home = tmp_path_factory.mktemp("superset") / "home"
    release = home / "releases" / "current.duckdb"
    release.parent.mkdir(parents=True)
    release.symlink_to(release_path.resolve())
    prepared = server.prepare(home, superset_bin)
    with server.start(home, superset_bin, reader.free_port()) as running:
        first_push = provision.push(running.url, prepared.credentials, release)
        yield Superset(running.url, home, superset_bin, prepared.credentials, first_push)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    pytest.importorskip("playwright.sync_api")
    require("chromium", reader.CHROMIUM is not None, "chromium is not installed")
    with reader.chromium() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def viewer_state(superset: Superset, browser: "Browser") -> Any:
    """The cookies of the viewer, logged in once."""
    page = browser.new_page()
    state = reader.log_in(page, superset.url, *superset.viewer_account)
    page.close()
    return state


@pytest.fixture
def visit(browser: "Browser", viewer_state: Any) -> Iterator[Visit]:
    context = browser.new_context(
        storage_state=viewer_state, viewport={"width": 1500, "height": 1000}
    )
    yield Visit(context.new_page())
    context.close()


@pytest.fixture
def admin(superset: Superset) -> Client:
    return superset.admin


@pytest.fixture
def viewer(superset: Superset) -> Client:
    return superset.viewer
