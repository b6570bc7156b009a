"""Says why a run failed, in the words of the product."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from signal import SIGKILL
from typing import TYPE_CHECKING, Any

from ingest.errors import BarometerError
from ingest.messages import Filled, Phrase, Spoken
from ingest.texts import Text
from orchestration import memory
from orchestration.check_results import findings_of
from orchestration.places import unusable, without_room
from orchestration.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

MOST_SHOWN = 500  # characters of an error of a library
# What the tests that dbt knows by name require; `orchestration/messages.yml` has the texts.
GENERIC_TESTS = (
    "accepted_range",
    "accepted_values",
    "not_null",
    "relationships",
    "unique",
    "unique_key",
)


def failure_messages(
    events: Sequence[dg.DagsterEvent],
    raised: Mapping[str, BaseException | None],
    settings: Settings,
    taken: int = 0,
) -> Sequence[Spoken]:
    """Return refusals and failed checks; without them failed models, or else unexpected errors.

    A process that was ended for want of memory, or by the system, goes before all of them.

    Args:
        events: all events of the run.
        raised: step that failed -> what it raised.
        settings: the folders of the installation.
        taken: bytes of memory at which a process of the build was ended; 0 if none was.
    """
    ended = [
        process_ended(str(event.step_key), taken, settings)
        for event in events
        if event.is_step_failure and (taken or _was_killed(raised.get(str(event.step_key))))
    ]
    if ended:
        return ended[:1]
    refused: list[Spoken] = []
    failed: list[Spoken] = []
    unexpected: list[Spoken] = []
    places: list[Spoken] = []
    for event in events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed and evaluation.severity.value == "ERROR":
                findings = [item for item in findings_of(evaluation) if not item.passed]
                failed += findings or [_failed_test(evaluation, settings)]
        elif event.is_step_failure:
            step = str(event.step_key)
            error = raised.get(step)
            if isinstance(error, BarometerError):
                refused.append(error)
            elif isinstance(error, OSError) and error.errno is not None:
                places.append(unusable(error.filename or settings.home, error.strerror))
            elif full := without_room(error, settings):
                places.append(full)
            else:
                unexpected.append(_unexpected(step, error, event, settings))
    # One place that cannot be used fails many steps.
    return [*refused, *failed] or places[:1] or _failed_models(settings) or unexpected


def _was_killed(error: BaseException | None) -> bool:
    """Whether another process was killed, so that this step failed."""
    return type(error).__name__ == "BrokenProcessPool" or f"exit code `{-SIGKILL}`" in str(error)


def process_ended(step: str, taken: int, settings: Settings) -> Spoken:
    """Say at which step a process was ended, and what to do about it."""
    of_machine = {"limit": memory.shown(settings.memory), "machine": memory.shown(memory.machine())}
    if taken:
        return Phrase(
            "orchestration.memory_exceeded", step=step, taken=memory.shown(taken), **of_machine
        )
    return Phrase("orchestration.process_killed", step=step, **of_machine)


def _unexpected(
    step: str, error: BaseException | None, event: dg.DagsterEvent, settings: Settings
) -> Spoken:
    """Return the message of an error in the program; its traceback goes to the log of the build."""
    log = settings.dbt_target / "build.log"
    if found := event.step_failure_data.error:
        with log.open("a") as lines:
            lines.write(found.to_string())
    message = " ".join(str(error or (found and found.message) or "").split())[:MOST_SHOWN]
    kind = type(error).__name__ if error else "Dagster"
    return Phrase("orchestration.unexpected", step=step, kind=kind, message=message, log=log)


def _failed_models(settings: Settings) -> list[Spoken]:
    failed = [row for row in _dbt_results(settings) if row["status"] in ("error", "fail")]
    return [_failed_model(row["unique_id"], row["message"].strip(), settings) for row in failed]


def _failed_model(model: str, message: str, settings: Settings) -> Spoken:
    if full := without_room(message, settings):
        return full
    if "Out of Memory Error" not in message:
        return Phrase("orchestration.model_failed", model=model, message=message)
    limit = memory.shown(settings.memory)
    on_disk = "max_temp_directory_size" in message
    rule = "orchestration.no_disk_for_model" if on_disk else "orchestration.no_memory_for_model"
    return Phrase(rule, model=model, limit=limit, message=message)


def _failed_test(evaluation: dg.AssetCheckEvaluation, settings: Settings) -> Spoken:
    """Describe a dbt test that failed, with the first row that does not meet it."""
    import duckdb

    name, table = evaluation.check_name, "/".join(evaluation.asset_key.path)
    manifest = json.loads((settings.dbt_target / "manifest.json").read_text("utf-8"))
    for row in _dbt_results(settings):
        node = manifest["nodes"].get(row["unique_id"], {})
        if node.get("name") == name and row["status"] == "fail":
            with duckdb.connect(
                str(settings.warehouse),
                read_only=True,
                config={"file_search_path": str(settings.home)},  # staging reads raw files there
            ) as warehouse:
                against = warehouse.sql(row["compiled_code"])
                first = zip(against.columns, against.fetchone() or (), strict=False)
            shown = ", ".join(f"{column} = {value}" for column, value in first if value is not None)
            return Phrase(
                "orchestration.test_failed",
                table=table,
                check=name,
                meaning=_meaning(node),
                n=row["failures"],
                first=shown or Phrase("orchestration.empty"),
                path=f"dbt_project/{node['original_file_path']}",
            )
    log = settings.dbt_target / "build.log"
    return Phrase("orchestration.test_not_run", table=table, check=name, log=log)


def _meaning(node: Mapping[str, Any]) -> Spoken:
    """Return what a dbt test requires: from its kind, or from its description."""
    test = node.get("test_metadata") or {}
    if test.get("name") in GENERIC_TESTS:
        given = test["kwargs"]
        values = {name: value for name, value in given.items() if name != "model"}
        values.setdefault("column_name", given.get("column", ""))
        return Phrase(f"orchestration.dbt_{test['name']}", **values)
    english = node.get("description") or Phrase("orchestration.does_not_hold").text("en")
    dutch = node["config"].get("meta", {}).get("description_nl")
    text = Text(en=english, nl=dutch or Phrase("orchestration.does_not_hold").text("nl"))
    return Filled(text, {})


def _dbt_results(settings: Settings) -> list[dict[str, Any]]:
    path = settings.dbt_target / "run_results.json"
    results: list[dict[str, Any]] = (
        json.loads(path.read_text("utf-8"))["results"] if path.exists() else []
    )
    return results
