"""Settings of Superset, hardened for use on one machine over plain http on 127.0.0.1.

`superset_services` has what is different in production.

Superset imports this as `superset_config` in an environment of its own, so of this project only its
neighbours in this folder can be imported here. BAROMETER_HOME says where everything that is made
is kept.
"""

import os
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import superset_openid
import superset_queries
import superset_security
import superset_services
import superset_site
from cachelib.file import FileSystemCache

_HOME = Path(os.environ["BAROMETER_HOME"])
_CREDENTIALS = _HOME / "credentials"
_STATE = _HOME / "superset"


def _secret_key() -> str:
    if not _CREDENTIALS.exists():
        raise RuntimeError(f"{_CREDENTIALS} does not exist: `barometer up` makes it")
    for line in _CREDENTIALS.read_text().splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "superset_secret_key" and len(value.strip()) >= 42:
            return value.strip()
    raise RuntimeError(f"{_CREDENTIALS} holds no superset_secret_key of at least 42 characters")


# --- State -------------------------------------------------------------------------------------
SECRET_KEY = _secret_key()
# The set-up works on a copy.
_DATABASE = os.environ.get("BAROMETER_SUPERSET_DATABASE") or _STATE / "superset.db"
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_DATABASE}"
CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 60}
DATA_CACHE_CONFIG = {
    "CACHE_TYPE": "superset_answers.ReleaseCache",
    "CACHE_DIR": str(_STATE / "cache" / "answers"),
    "CACHE_DEFAULT_TIMEOUT": int(timedelta(days=30).total_seconds()),
    "CACHE_THRESHOLD": 5000,
}
# What is chosen in the filters; on disk, because the worker processes share it.
FILTER_STATE_CACHE_CONFIG = {
    "CACHE_TYPE": "FileSystemCache",
    "CACHE_DIR": str(_STATE / "cache" / "filters"),
    "CACHE_DEFAULT_TIMEOUT": int(timedelta(days=7).total_seconds()),
}
EXPLORE_FORM_DATA_CACHE_CONFIG = {
    **FILTER_STATE_CACHE_CONFIG,
    "CACHE_DIR": str(_STATE / "cache" / "explore"),
}
CELERY_CONFIG = None

# --- Who may do what ---------------------------------------------------------------------------
CUSTOM_SECURITY_MANAGER = superset_security.SecurityManager
PUBLIC_ROLE_LIKE = None
AUTH_USER_REGISTRATION = False
PREVENT_UNSAFE_DB_CONNECTIONS = True
# Lists of owners to choose from would show everybody's name and address.
EXTRA_RELATED_QUERY_FILTERS = {"user": superset_security.only_oneself}
ALLOWED_EXTENSIONS: set[str] = set()
DATASET_IMPORT_ALLOWED_DATA_URLS: list[str] = []
# A second lock on the release file; the first is in the database URI (see databases/*.yaml).
DISALLOWED_SQL_FUNCTIONS = {
    "duckdb": {
        *("read_csv", "read_csv_auto", "read_parquet", "read_json", "read_json_auto"),
        *("read_text", "read_blob", "glob", "getenv", "duckdb_secrets"),
    }
}
# A third, in charts too: DuckDB says what a query reads before it runs.
SQL_QUERY_MUTATOR = superset_queries.refuse_beyond_marts
FEATURE_FLAGS = {
    "ALERT_REPORTS": False,
    "DRILL_BY": False,
    "DRILL_TO_DETAIL": False,
    "EMBEDDED_SUPERSET": False,
    "ENABLE_TEMPLATE_PROCESSING": False,
    "SQLLAB_BACKEND_PERSISTENCE": False,
    "TAGGING_SYSTEM": False,
}
FAB_API_SWAGGER_UI = False
SHOW_STACKTRACE = False

# --- Text charts -------------------------------------------------------------------------------
# What a template may hold besides GitHub's schema: articles, tables with captions, and drawings.
_SHAPE = ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "textAnchor"]
HTML_SANITIZATION_SCHEMA_EXTENSIONS = {
    "tagNames": ["article", "svg", "line", "circle", "rect", "text", "caption"],
    "attributes": {
        "*": ["className", "role", "ariaLabel", "ariaHidden"],
        "svg": ["width", "height"],
        **dict.fromkeys(("line", "circle", "rect", "text"), _SHAPE),
    },
}

# --- Frames of other sites -----------------------------------------------------------------------
# A reader in a frame has an account and a session as on a page of its own. Superset's own
# embedding, with tokens that a site gives to anybody, stays off.
_FRAMED_BY = os.environ.get("BAROMETER_FRAMED_BY", "").split()

# --- Browser -----------------------------------------------------------------------------------
# Plain http is right only because the server listens on 127.0.0.1. Behind a proxy with TLS
# BAROMETER_TLS changes what has to be another.
SESSION_COOKIE_NAME = "barometer_session"
SESSION_COOKIE_HTTPONLY = True
# A link on another site opens the page of who is logged in all the same: see open_from_elsewhere.
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = False
PERMANENT_SESSION_LIFETIME = timedelta(hours=12)
# On the server, so that a copy of a cookie is worth nothing after its owner has logged out.
SESSION_SERVER_SIDE = True
# What the login page asks for last may be answered after the login, and would put back the session
# from before it.
SESSION_REFRESH_EACH_REQUEST = False
SESSION_TYPE = "cachelib"
SESSION_CACHELIB = FileSystemCache(str(_STATE / "sessions"), threshold=50_000, mode=0o600)
ENABLE_CORS = False
WTF_CSRF_ENABLED = True
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": _FRAMED_BY or ["'none'"],
        "object-src": ["'none'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        # Superset writes its styles, and those of a dashboard, into the page.
        "style-src": ["'self'", "'unsafe-inline'"],
        # Templates of text charts are compiled in the browser. A script still needs the nonce.
        "script-src": ["'self'", "'strict-dynamic'", "'unsafe-eval'"],
        "worker-src": ["'self'", "blob:"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
    "session_cookie_samesite": SESSION_COOKIE_SAMESITE,
    "strict_transport_security": False,
    "frame_options": None if _FRAMED_BY else "DENY",
    "referrer_policy": "same-origin",
}
RATELIMIT_ENABLED = True
RATELIMIT_STORAGE_URI = "memory://"
# One dashboard asks for some 150 files and charts in its first seconds.
RATELIMIT_APPLICATION = "300 per second"

# --- Language and looks ------------------------------------------------------------------------
LANGUAGES = {
    "nl": {"flag": "nl", "name": "Nederlands"},
    "en": {"flag": "gb", "name": "English"},
}
BABEL_DEFAULT_LOCALE = "nl"
APP_NAME = "Innovatie Barometer"
LOGO_TARGET_PATH = "/"
BLUEPRINTS = [superset_site.site]
FLASK_APP_MUTATOR = superset_site.prepare

CSV_EXPORT = superset_site.CsvSettings()
EXCEL_EXPORT = superset_site.ExcelSettings()
_DUTCH_NUMBERS = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["€ ", ""]}
_ENGLISH_NUMBERS = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]}


def COMMON_BOOTSTRAP_OVERRIDES_FUNC(data: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
    """Give our pages as the menu, and decimal commas in the Dutch interface."""
    numbers = _DUTCH_NUMBERS if data["locale"] == "nl" else _ENGLISH_NUMBERS
    return {"d3_format": numbers, **superset_site.menu(data)}


# Told apart with every common kind of colour blindness, 3:1 or more against white
# (Okabe and Ito, Color Universal Design, 2008; their light tones left out).
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "barometer",
        "label": "Barometer",
        "description": "Okabe-Ito, without the tones that are too light on white",
        "isDefault": True,
        "colors": ["#0072B2", "#D55E00", "#00795A", "#A8428A", "#5A5A5A", "#7A5C00", "#000000"],
    }
]
_LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 212 32">
<g fill="#154273"><rect x="2" y="18" width="6" height="10"/><rect x="11" y="11" width="6"
height="17"/><text x="36" y="22" font-family="Arial,sans-serif" font-size="17"
font-weight="700" textLength="172" lengthAdjust="spacingAndGlyphs">Innovatie Barometer</text></g>
<rect x="20" y="4" width="6" height="24" fill="#D55E00"/></svg>"""
THEME_DEFAULT = {
    "token": {
        "brandAppName": APP_NAME,
        "brandLogoAlt": APP_NAME,
        "brandLogoUrl": "data:image/svg+xml;base64," + b64encode(_LOGO.encode()).decode(),
        "brandLogoHref": LOGO_TARGET_PATH,
        "brandLogoHeight": "32px",
        "brandLogoMargin": "14px 0",
        "colorPrimary": "#154273",
        "colorLink": "#01689B",
        "fontFamily": "Inter, Helvetica, Arial, sans-serif",
    },
    "algorithm": "default",
}
THEME_DARK = None
ENABLE_UI_THEME_ADMINISTRATION = False

# --- Log ---------------------------------------------------------------------------------------
LOG_LEVEL = "WARNING"
EVENT_LOGGER = superset_site.NoEvents()
SILENCE_FAB = True
CONTENT_SECURITY_POLICY_WARNING = False

# --- PostgreSQL, Redis and TLS, where this installation has them --------------------------------
globals().update(superset_services.settings(globals()))

# --- Login by OpenID Connect, where this installation has it -----------------------------------
globals().update(superset_openid.settings(_HOME))
