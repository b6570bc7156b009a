"""Who gets in: a limit on wrong passwords, and no way out that another page could take.

Superset limits the address of its login page, which takes no password, and counts in each of its
processes by itself. Here the account is counted, in Superset's own database, whatever address a
request says that it comes from.
"""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, current_app, g, make_response, request, session
from flask_login import current_user, user_logged_in
from superset.security import SupersetSecurityManager
from superset_queries import refuse_own_sql

WRONG_PASSWORDS = 10
LOCKED_FOR = timedelta(minutes=15)
_LOGINS = ("/login/", "/api/v1/security/login")
_OPENED_FROM_ELSEWHERE = ("/superset/dashboard/", "/oauth-authorized/")
_LOCKED = {
    "nl": "Te vaak een verkeerd wachtwoord. Probeer het over {minutes} minuten opnieuw.\n",
    "en": "Too many wrong passwords. Try again in {minutes} minutes.\n",
}


class SecurityManager(SupersetSecurityManager):  # type: ignore[misc]
    """Locks an account for a while after too many wrong passwords."""

    def locked_for(self, username: str) -> timedelta:
        """Return how long an account is locked from now; nothing or less where it is not."""
        user = self._named(username)
        if user is None or (user.fail_login_count or 0) < WRONG_PASSWORDS:
            return timedelta()
        return user.changed_on + LOCKED_FOR - datetime.now()

    def auth_user_db(self, username: str, password: str) -> Any:
        """Return the user whose name and password these are, or None.

        Both the login page and the API come here. After the lock each wrong password locks the
        account again; the right one ends it.
        """
        if self.locked_for(username) > timedelta():
            return None
        found = super().auth_user_db(username, password)
        user = self._named(username)
        if user and not found:
            user.changed_on = datetime.now()
            self.update_user(user)
        return found

    def exist_permission_on_roles(
        self, view_name: str, permission_name: str, role_ids: list[int]
    ) -> bool:
        """Return whether one of the roles has a permission; looked up once per request."""
        known = g.setdefault("barometer_permissions", {})
        asked = (view_name, permission_name, *role_ids)
        if asked not in known:
            known[asked] = super().exist_permission_on_roles(view_name, permission_name, role_ids)
        return bool(known[asked])

    def raise_for_access(self, *arguments: Any, **options: Any) -> None:
        """Refuse what somebody may not see; a reader's own SQL too.

        Raises:
            SupersetSecurityException: somebody may not.
        """
        super().raise_for_access(*arguments, **options)
        asked = options.get("query_context")
        if asked is not None and not self.can_access("can_explore", "Superset"):
            refuse_own_sql(asked)

    def _named(self, username: str) -> Any:
        return self.find_user(username=username) or self.find_user(email=username)


def only_oneself(query: Any) -> Any:
    """Return which users somebody may choose from: an administrator all, others themselves."""
    security = current_app.appbuilder.sm
    own = security.user_model.id == current_user.id
    return query if security.is_admin() else query.filter(own)


@user_logged_in.connect
def renew_session(app: Flask, **_: Any) -> None:
    """Give the session another name, so that one from before the login opens nothing."""
    app.session_interface.regenerate(session)  # type: ignore[attr-defined]


def refuse_locked_account() -> Response | None:
    """Say that an account is locked, before its password is looked at."""
    if request.method != "POST" or request.path not in _LOGINS:
        return None
    body = request.get_json(silent=True)
    given = body if isinstance(body, dict) else request.form
    left = current_app.appbuilder.sm.locked_for(str(given.get("username", "")))
    if left <= timedelta():
        return None
    words = _LOCKED[session.get("locale", "nl")]
    text = words.format(minutes=int(left.total_seconds() // 60) + 1)
    if request.path.startswith("/api/"):
        return make_response({"message": text.strip()}, 429)
    return Response(text, 429, mimetype="text/plain")


def keep_no_log_of_visitors() -> Response | None:
    """Answer the log of the login page with nothing, in place of a refusal.

    A refusal leaves a note in the session. It may come after the login, and would put back the
    session from before it: the reader would be a visitor again. To ask who is logged in leaves a
    note too, so the session itself is looked at.
    """
    if request.path == "/superset/log/" and "_user_id" not in session:
        return Response(status=204)
    return None


def open_from_elsewhere() -> Response | None:
    """Let a page that a link on another site opens ask for itself once more, with its cookie.

    A browser keeps a strict cookie back when another site asks. Only pages to look at do this, and
    the way back from a login elsewhere: what else another site asks for, it asks as nobody.
    """
    if (
        request.method == "GET"
        and request.path.startswith(_OPENED_FROM_ELSEWHERE)
        and request.headers.get("Sec-Fetch-Site") == "cross-site"
        and request.headers.get("Sec-Fetch-Dest") == "document"
        and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies
    ):
        return Response('<!doctype html><meta http-equiv="refresh" content="0">')
    return None


def refuse_logout_by_another_page() -> Response | None:
    """Log out only when a reader asked for that on one of our pages, not when an image did."""
    asked_here = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document"}
    if request.path == "/logout/" and any(
        request.headers.get(name) != value for name, value in asked_here.items()
    ):
        return Response("Log out with the menu of a page.\n", 403, mimetype="text/plain")
    return None
