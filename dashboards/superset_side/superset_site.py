"""What readers meet in Superset besides the dashboards: the menu, words, a language, fresh answers.

Superset imports this in an environment of its own, as it does `superset_config`.
"""

import json
import os
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar
from unicodedata import normalize
from urllib.parse import urlencode, urlsplit

import superset_services
import yaml
from flask import (
    Blueprint,
    Flask,
    Response,
    has_request_context,
    redirect,
    render_template,
    request,
    session,
)
from flask_babel import refresh
from flask_login import current_user
from jinja2 import ChoiceLoader, FileSystemLoader
from superset.utils.log import AbstractEventLogger
from superset_answers import answer_again, keep_answer, release
from superset_security import (
    keep_no_log_of_visitors,
    open_from_elsewhere,
    refuse_locked_account,
    refuse_logout_by_another_page,
)

_HERE = Path(__file__).parent
_ASSETS = _HERE.parent / "assets"
_LANGUAGES = ("nl", "en")
_TOPICS = {"nl": "Onderwerpen", "en": "Topics"}
_ADDRESS = "/superset/dashboard/{}/"
_DOWNLOADS = {
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}

site = Blueprint("barometer", __name__)
site.before_app_request(open_from_elsewhere)
site.before_app_request(keep_no_log_of_visitors)
site.before_app_request(refuse_locked_account)
site.before_app_request(refuse_logout_by_another_page)
site.before_app_request(answer_again)
site.after_app_request(keep_answer)


def prepare(app: Flask) -> None:
    """Let our templates go before those of Superset, and the services before all."""
    superset_services.prepare(app)
    loaders = [FileSystemLoader(str(_HERE / "templates")), app.jinja_loader]
    app.jinja_loader = ChoiceLoader([one for one in loaders if one])


@lru_cache(1)
def pages() -> list[dict[str, dict[str, str]]]:
    """Return title and slug of each page, by language, in the order of the menu."""
    found = []
    for name in yaml.safe_load((_ASSETS / "menu.yaml").read_text("utf-8")):
        page = yaml.safe_load((_ASSETS / "dashboards" / f"{name}.yaml").read_text("utf-8"))
        found.append({"title": page.get("title") or page["dashboard_title"], "slug": page["slug"]})
    return found


def menu(data: dict[str, Any]) -> dict[str, Any]:
    """Return what replaces a part of `data`, which Superset sends with every page.

    A reader's menu holds our pages; that of who makes charts is Superset's own.
    """
    given, language = data["menu_data"], data["locale"]
    if any(item["name"] == "Charts" for item in given["menu"]):
        return {}
    start, *others = [
        {
            "name": page["slug"][language],
            "label": page["title"][language],
            "url": _ADDRESS.format(page["slug"][language]),
        }
        for page in pages()
    ]
    topics = {"name": "topics", "label": _TOPICS[language], "url": "", "childs": others}
    shown = [start, topics] if current_user.is_authenticated else []
    # A reader has no right to the page of an account, and no use for a version of Superset.
    bar = {**given["navbar_right"], "user_info_url": None, "version_string": None}
    return {"menu_data": {**given, "menu": shown, "navbar_right": bar}}


@site.before_app_request
def keep_to_one_language() -> Any:
    """Start on our own page, and give a page the language in which it is written.

    Who chooses another language gets the same page in that language.
    """
    language = session.get("locale", _LANGUAGES[0])
    if request.path in ("/", "/superset/welcome/") and current_user.is_authenticated:
        return redirect(_ADDRESS.format(pages()[0]["slug"][language]))
    kind, _, chosen = request.path.strip("/").rpartition("/")
    if kind == "lang" and chosen in _LANGUAGES:
        _speak(chosen)
        return redirect(_in_language(urlsplit(request.referrer or "/").path, chosen))
    if kind == "superset/dashboard":
        for page in pages():
            for own, slug in page["slug"].items():
                if slug == chosen and own != language:
                    _speak(own)
        if "choice" in request.args and current_user.is_authenticated:
            return _with_choice(chosen, request.args["choice"])
    return None


def _with_choice(slug: str, choice: str) -> Response | None:
    """Open a page with what a link chooses, in the form in which Superset takes a choice."""
    from superset.extensions import db  # there is no Superset yet when this is imported
    from superset.models.dashboard import Dashboard

    page = db.session.query(Dashboard).filter_by(slug=slug).one_or_none()
    metadata = json.loads((page and page.json_metadata) or "{}")
    for one in metadata.get("native_filter_configuration") or []:
        column = one["targets"][0]["column"]["name"]
        value = "'" + choice.replace("!", "!!").replace("'", "!'") + "'"
        state = (
            f"({one['id']}:(extraFormData:(filters:!((col:{column},op:IN,val:!({value})))),"
            f"filterState:(value:!({value})),id:{one['id']}))"
        )
        others = [pair for pair in request.args.items(multi=True) if pair[0] != "choice"]
        asked = urlencode([*others, ("native_filters", state)])
        return redirect(f"{_ADDRESS.format(slug)}?{asked}")
    return None


def _speak(language: str) -> None:
    session["locale"] = language
    refresh()


def _in_language(path: str, language: str) -> str:
    """Return the address of the same page in a language; of another place, the place itself."""
    for page in pages():
        if path in map(_ADDRESS.format, page["slug"].values()):
            return _ADDRESS.format(page["slug"][language])
    return path


class ExcelSettings(Mapping[str, Any]):
    """How an Excel file is written: with the columns and headers that its chart has for readers.

    Superset reads these while it answers a request, and gives them to pandas.
    """

    def _chosen(self) -> dict[str, Any]:
        return _headers() if has_request_context() else {}

    def __getitem__(self, name: str) -> Any:
        return self._chosen()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._chosen())

    def __len__(self) -> int:
        return len(self._chosen())


class CsvSettings(ExcelSettings):
    """How a CSV is written: as the Excel of the reader's language expects it.

    A number has no more digits than it needs.
    """

    _ENGLISH: ClassVar = {"encoding": "utf-8-sig", "float_format": "%.12g"}
    _DUTCH: ClassVar = {**_ENGLISH, "sep": ";", "decimal": ","}

    def _chosen(self) -> dict[str, Any]:
        dutch = has_request_context() and session.get("locale", _LANGUAGES[0]) == "nl"
        return {**(self._DUTCH if dutch else self._ENGLISH), **super()._chosen()}


def _headers() -> dict[str, list[str]]:
    """Return what a chart says of the file that is asked for: columns, and a header for each.

    A table has headers of its own, and a text chart asks for more than a reader can use.
    """
    asked = _asked() if request.path == "/api/v1/chart/data" else {}
    chart = _chart(asked)
    taken = json.loads(chart.params or "{}").get("download") if chart else None
    columns = [one for query in asked.get("queries") or [] for one in query.get("columns") or []]
    taken = [one for one in taken or [] if one["column"] in columns]
    if not taken:
        return {}
    return {
        "columns": [one["column"] for one in taken],
        "header": [one["header"] for one in taken],
    }


@site.after_app_request
def name_a_download(answer: Response) -> Response:
    """Name a file of figures after what was chosen and its release, where Superset has the time.

    A CSV gets the mark by which Excel knows that it is UTF-8.
    """
    if request.path != "/api/v1/chart/data" or answer.mimetype not in _DOWNLOADS:
        return answer
    name = " - ".join([*_chosen_in(_asked()), Path(release()).stem]).replace("·", "-")
    # Letters without marks: what Superset makes of other names differs by browser.
    name = normalize("NFKD", name).encode("ascii", "ignore").decode()
    name = re.sub(r'[\x00-\x1f"*/:<>?\\|]+', "-", name)
    extension = _DOWNLOADS[answer.mimetype]
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.{extension}")
    if extension == "csv" and not answer.get_data().startswith(BOM_UTF8):
        answer.set_data(BOM_UTF8 + answer.get_data())
    return answer


def _chosen_in(asked: dict[str, Any]) -> list[str]:
    """Return what the reader chose; without a choice the name of the chart."""
    filters = [one for query in asked.get("queries") or [] for one in query.get("filters") or []]
    chosen = [str(value) for one in filters if one.get("op") == "IN" for value in one["val"]]
    if chosen:
        return chosen[:1]
    chart = _chart(asked)
    return [chart.slice_name] if chart else []


def _asked() -> dict[str, Any]:
    """Return what a chart asks for, which a form has where a file is downloaded."""
    asked = json.loads(request.form.get("form_data") or "null") or request.get_json(silent=True)
    return asked if isinstance(asked, dict) else {}


def _chart(asked: dict[str, Any]) -> Any:
    from superset.extensions import db  # there is no Superset yet when this is imported
    from superset.models.slice import Slice

    return db.session.get(Slice, (asked.get("form_data") or {}).get("slice_id") or 0)


@site.after_app_request
def say_what_is_wrong(response: Response) -> Response:
    """Give who opens a page that cannot be shown one clear message, in the language of the pages.

    Superset's own is in English, or JSON. What the scripts of a page ask for stays as it is.
    """
    is_page = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if response.status_code < 400 or response.status_code == 401 or not is_page:
        return response
    language = session.get("locale", _LANGUAGES[0])
    texts = _faults()
    content = render_template(
        "barometer_fault.html",
        language=language,
        words=texts.get(response.status_code, texts["other"])[language],
        pages=[
            {"address": _ADDRESS.format(page["slug"][language]), "title": page["title"][language]}
            for page in pages()
        ],
    )
    # In place, as the headers that protect the page may be there already.
    response.direct_passthrough = False
    response.set_data(content)
    response.mimetype = "text/html"
    for name in ("Content-Disposition", "ETag", "Last-Modified"):
        response.headers.pop(name, None)
    return response


@lru_cache(1)
def _faults() -> dict[Any, dict[str, dict[str, str]]]:
    texts: dict[Any, dict[str, dict[str, str]]] = yaml.safe_load(
        (_HERE / "faults.yml").read_text("utf-8")
    )
    return texts


@site.after_app_request
def name_server(response: Response) -> Response:
    """Let `barometer up` know this server as its own, and the process to end."""
    if request.path == "/health":
        own = os.environ.get("BAROMETER_SERVER", "")
        response.headers["X-Barometer-Server"] = f"{own} {os.getppid()}"
    return response


@site.after_app_request
def name_release(response: Response) -> Response:
    """Say with each answer from which release it is; a page that is open compares it."""
    if request.path == "/api/v1/chart/data":
        response.headers["X-Barometer-Release"] = release()
    return response


@site.app_context_processor
def what_a_page_knows_of_releases() -> dict[str, Any]:
    """Let a page know the release that is current when it opens, and what to say of another."""
    language = session.get("locale", _LANGUAGES[0])
    words = _faults()["release_switched"][language]
    return {"barometer_release": release, "barometer_switched": words}


@site.route("/superset/language_pack/nl/")  # a fixed address goes before Superset's own
def dutch() -> Response:
    """Give Superset's Dutch words, with ours over them."""
    return Response(_dutch(), mimetype="application/json", headers={"Cache-Control": "no-cache"})


@lru_cache(1)
def _dutch() -> str:
    found = find_spec("superset")
    assert found and found.origin
    folder = Path(found.origin).parent / "translations" / "nl" / "LC_MESSAGES"
    pack = json.loads((folder / "messages.json").read_text("utf-8"))
    words = next(iter(pack["locale_data"].values()))
    own = yaml.safe_load((_HERE / "words.yml").read_text("utf-8"))
    words.update({english: [text] for english, text in own.items()})
    return json.dumps(pack, ensure_ascii=False)


class NoEvents(AbstractEventLogger):  # type: ignore[misc]
    """Keeps no log of who looked at what.

    Nobody needs it, it grows without end, and each figure that is shown would wait for it.
    """

    def log(self, *_: Any, **__: Any) -> None:
        """Keep nothing."""

    def log_with_context(self, *_: Any, **__: Any) -> None:
        """Do not even gather what would be kept."""
