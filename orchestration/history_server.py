"""Serves Dagster's run history to this machine's own pages only.

Run as `python -m orchestration.history_server PORT [--runs] [--host ADDRESS]`. Dagster's own server
accepts changes over GET, for any host name and from any page: an image in a page that is open in
the same browser could start a run. Here it only shows, unless `--runs` lets its user start runs.
"""

from __future__ import annotations

import argparse
from urllib.parse import parse_qs, urlsplit

import uvicorn
from dagster import DagsterInstance, __version__
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HOST = "127.0.0.1"


class OwnPagesOnly:
    """Refuses what another page, or a name that was made to point at this machine, asks for.

    Args:
        app: the server behind it.
        port: the port that it listens on.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.app = app
        self.hosts = {f"{name}:{port}" for name in (HOST, "localhost")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request of an own page; answer 403 to any other."""
        if scope["type"] == "lifespan" or self._is_own(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            answer = PlainTextResponse("This server answers to its own pages only.\n", 403)
            await answer(scope, receive, send)

    def _is_own(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if headers.getlist("host") not in [[host] for host in self.hosts]:
            return False
        if any(urlsplit(origin).netloc not in self.hosts for origin in headers.getlist("origin")):
            return False
        # A link to this server is fine; an image, a form or a script of another page is not.
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            is_link = headers.get("sec-fetch-mode") == "navigate" and scope.get("method") == "GET"
            if not is_link:
                return False
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        return scope.get("method") != "GET" or "query" not in asked


def serve(port: int, *, runs: bool, host: str = HOST) -> None:
    """Serve the run history until the process is stopped.

    Args:
        port: the port.
        runs: whether runs may be started and changed from the interface.
        host: the address to listen on. In a container that is every address: its port is published
            on loopback, so pages still name this machine.
    """
    with (
        DagsterInstance.get() as instance,
        WorkspaceProcessContext(
            instance,
            ModuleTarget(
                module_name="orchestration.definitions",
                attribute=None,
                working_directory=None,
                location_name=None,
            ),
            version=__version__,
            read_only=not runs,
        ) as context,
    ):
        app = create_app_from_workspace_process_context(context)
        uvicorn.run(OwnPagesOnly(app, port), host=host, port=port, log_level="warning")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--runs", action="store_true")
    parser.add_argument("--host", default=HOST)
    arguments = parser.parse_args()
    serve(arguments.port, runs=arguments.runs, host=arguments.host)
