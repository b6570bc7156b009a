"""A small client of Superset's REST API: thin verbs on one logged-in session."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from ingest.errors import RefusedError

_PAGE_SIZE = 100
_TIMEOUT = 120.0
Json = dict[str, Any]


class SupersetError(RefusedError):
    """Superset refused a request."""

    @property
    def status(self) -> object:
        """The HTTP status of the answer."""
        return self.values["status"]


class Client:
    """One session with one Superset, logged in as one account."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        # Flask-WTF refuses a changing request without a referrer from the same place.
        self._session.headers["Referer"] = self.url + "/"

    def log_in(self, user: str, password: str) -> None:
        """Open the session and fetch its CSRF token.

        Raises:
            SupersetError: the account or the password is not right.
        """
        account = {"username": user, "password": password, "provider": "db", "refresh": False}
        token = self.post("/api/v1/security/login", json=account)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"
        csrf = self.get("/api/v1/security/csrf_token/")["result"]
        self._session.headers["X-CSRFToken"] = csrf

    def get(self, path: str, **options: Any) -> Json:
        """GET `path` and return the answer as JSON."""
        return _json(self._send("GET", path, **options))

    def get_bytes(self, path: str) -> bytes:
        """GET `path` and return the answer as bytes."""
        return self._send("GET", path).content

    def post(self, path: str, **options: Any) -> Json:
        """POST to `path` and return the answer as JSON."""
        return _json(self._send("POST", path, **options))

    def put(self, path: str, **options: Any) -> Json:
        """PUT to `path` and return the answer as JSON."""
        return _json(self._send("PUT", path, **options))

    def delete(self, path: str, **options: Any) -> Json:
        """DELETE `path` and return the answer as JSON."""
        return _json(self._send("DELETE", path, **options))

    def pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        """Yield every row of a list, page after page."""
        # Superset gives its own lists in an order; of these PostgreSQL would give some rows twice.
        order = ",order_column:id,order_direction:asc" if "/security/" in path else ""
        page = 0
        while True:
            query = {"q": f"(page:{page},page_size:{_PAGE_SIZE}{order})"}
            rows = self.get(path, params=query)["result"]
            yield from rows
            if len(rows) < _PAGE_SIZE:
                return
            page += 1

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        try:
            response = self._session.request(
                method, self.url + path, timeout=_TIMEOUT, allow_redirects=False, **options
            )
        except requests.RequestException as error:
            raise RefusedError(
                "dashboards.no_answer", self.url, problem=type(error).__name__
            ) from None
        if urlsplit(self.url).hostname == "127.0.0.1":
            # Behind a proxy with TLS cookies are for https only; here is no network to protect.
            for cookie in self._session.cookies:
                cookie.secure = False
        if response.status_code >= 300:
            raise SupersetError(
                "dashboards.request_refused",
                self.url,
                method=method,
                path=path,
                status=response.status_code,
                problem=_reason(response),
            )
        return response


def _json(response: requests.Response) -> Json:
    body: Json = response.json()
    return body


def _reason(response: requests.Response) -> str:
    """Return what the server says is wrong."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return response.reason or response.text[:200]
    if not isinstance(body, dict):
        return str(body)
    errors = body.get("errors")
    if isinstance(errors, list) and errors:
        return "; ".join(_error_reason(error) for error in errors)
    return str(body.get("message", body))


def _error_reason(error: Mapping[str, Any]) -> str:
    """Return the text of one error; an import names the files at fault in `extra`."""
    extra = {
        name: what
        for name, what in (error.get("extra") or {}).items()
        if name not in ("issue_codes",)
    }
    return f"{error.get('message', '')} {extra or ''}".strip()
