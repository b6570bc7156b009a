"""The errors of the dashboards: one message each, that ends with how to mend it."""

from ingest.errors import BarometerError


class DashboardError(BarometerError):
    """Something the reader of the message can mend; shown without a traceback."""


class SupersetError(DashboardError):
    """Superset refused a request; carries what was asked and the server's own words."""

    def __init__(self, method: str, path: str, status: int, words: str) -> None:
        self.status = status
        self.words = words
        super().__init__(f"Superset refused {method} {path} ({status}): {words}")
