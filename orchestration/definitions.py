"""What `dagster dev` loads: everything under `defs/`, nothing else."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import dagster as dg

from orchestration import defs
from orchestration.check_worker import Call, CallHere
from orchestration.privacy import keep_private
from orchestration.run_executor import Raised, keep_errors, locked_executor
from orchestration.settings import Settings

BUILD_JOB = "build"


def load(
    settings: Settings,
    *,
    accept_removed: bool = False,
    call: Call | None = None,
    master: str | None = None,
    raised: Raised | None = None,
) -> dg.Definitions:
    """Collect the definitions of every concern for one installation.

    Args:
        settings: the folders of the installation.
        accept_removed: let a release lack indicators that the last one had.
        call: calls checks, for example in another process; in this one without it.
        master: the master of Spark; without it DuckDB runs the models.
        raised: gets what each step of the job raised.
    """
    raised = {} if raised is None else raised

    def check_keys() -> list[dg.AssetCheckKey]:
        """All checks of the product; the gate asks when it runs, after all of them are defined."""
        return sorted(everything.resolve_asset_graph().asset_check_keys)

    parts = [
        import_module(f"{defs.__name__}.{module.name}").definitions(
            settings,
            accept_removed=accept_removed,
            check_keys=check_keys,
            call=call or CallHere(),
            master=master,
            job=BUILD_JOB,
        )
        for module in iter_modules(defs.__path__)
    ]
    job = dg.define_asset_job(
        BUILD_JOB, description="From survey files to a release.", hooks={keep_errors(raised)}
    )
    everything = dg.Definitions.merge(
        *parts,
        dg.Definitions(jobs=[job], executor=locked_executor(settings, raised)),
    )
    return everything


@dg.definitions
def definitions() -> dg.Definitions:
    """Load for the installation that the environment names."""
    settings = Settings.from_environment()
    keep_private(settings)
    return load(settings)
