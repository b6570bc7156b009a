"""The `barometer` command. Its verbs call other modules, which do the work.

Every module of verbs imports what it needs inside the verb, so that help is shown at once.
"""

from __future__ import annotations

from orchestration.cli import (
    build,
    dashboards,
    docs,
    production,
    release,
    report,
    status,
    trace,
    wave,
)
from orchestration.cli.command import VerbGroup
from orchestration.privacy import keep_private
from orchestration.settings import Settings


def _main() -> VerbGroup:
    group = VerbGroup(
        "barometer",
        help="Warehouse of surveys on innovation in government, over years and countries.",
        context_settings={"help_option_names": ["-h", "--help"]},
        callback=lambda: keep_private(Settings.from_environment()),
    )
    for module in (build, status, wave, release, report, dashboards, trace, docs, production):
        for verb in module.VERBS:
            group.add_command(verb)
    return group


main = _main()
