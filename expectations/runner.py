"""Runs Great Expectations over data frames and returns its findings in Dutch and English.

`file_checks` says what must be true of files of waves, `suites/` of the marts. A failed
expectation is a finding; an expectation that could not be evaluated is an error, never a finding.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from ingest.errors import RefusedError
from ingest.messages import LANGUAGES, Language, Names, Phrase, Spoken, say

if TYPE_CHECKING:
    import pandas as pd


Severity = Literal["error", "warning"]
# What Great Expectations imports for charts and for expectations that we do not use: a second.
RARELY_USED = frozenset({"altair", "scipy.stats"})


@dataclass(frozen=True)
class Rule:
    """One expectation of Great Expectations, with its messages.

    Attributes:
        name: short stable name of the rule, shown in messages and in `mart_data_quality`.
        type: name of a Great Expectations expectation, such as `expect_column_values_to_be_unique`.
        kwargs: its arguments.
        meaning: what must be true, one sentence.
        fix: what to do when it is not.
        severity: whether a broken rule refuses the data or only warns.
        allowed: for a rule over (variable, code): variable -> its codes, for the message.
    """

    name: str
    type: str
    kwargs: dict[str, Any]
    meaning: Spoken
    fix: Spoken
    severity: Severity = "error"
    allowed: Mapping[str, Spoken] = field(default_factory=dict)


@dataclass(frozen=True)
class Suite:
    """Rules over one table, and the data frame that they check; its index numbers the rows."""

    name: str
    table: str
    frame: pd.DataFrame
    rules: Sequence[Rule]


@dataclass(frozen=True)
class Finding:
    """Whether one rule holds, and what was observed.

    Attributes:
        observations: language -> what was observed.
        messages: language -> what is wrong and how to fix it; empty when the rule holds.
    """

    suite: str
    table: str
    rule: str
    severity: Severity
    passed: bool
    observations: Mapping[Language, str]
    messages: Mapping[Language, str]

    @property
    def refuses(self) -> bool:
        """Whether the data may not be used."""
        return not self.passed and self.severity == "error"

    @property
    def observed(self) -> str:
        """What was observed, in English."""
        return self.observations["en"]

    @property
    def message(self) -> str:
        """What is wrong and how to fix it, in English; empty when the rule holds."""
        return self.messages["en"]

    def text(self, language: Language) -> str:
        """Return the message in a language."""
        return self.messages[language]


class ExpectationError(RefusedError):
    """An expectation could not be evaluated; that says nothing about the data."""


class _Deferred(MetaPathFinder):
    """Lets an import load these modules at their first use."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Find a module as usual, with a loader that waits."""
        spec = PathFinder.find_spec(fullname, path) if fullname in self.names else None
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


def prepare() -> None:
    """Import Great Expectations without its usage statistics, and without what is rarely used."""
    if "great_expectations" in sys.modules:
        return
    # Set before the import: nothing about government data leaves the machine.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    deferred = _Deferred(RARELY_USED)
    sys.meta_path.insert(0, deferred)
    # Imported modules stay until the end; searching them for garbage takes a second in total.
    gc.disable()
    try:
        import_module("great_expectations")
    finally:
        gc.freeze()
        gc.enable()
        sys.meta_path.remove(deferred)


@lru_cache(maxsize=1)
def _context(results: Path | None) -> tuple[Any, Any]:
    """Open Great Expectations on a folder, once for all waves of a build.

    Returns:
        Its context, and a batch that takes any frame: one for all suites, because each that is
        added writes the whole configuration again.
    """
    import great_expectations as gx

    if results:
        results.mkdir(parents=True, exist_ok=True)
        context = gx.get_context(mode="file", project_root_dir=results)
    else:
        context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    frames = context.data_sources.add_or_update_pandas("frames")
    batch = frames.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("all")
    return context, batch


def run(suites: Iterable[Suite], results: Path | None) -> list[Finding]:
    """Evaluate suites.

    Args:
        suites: what to look at.
        results: where Great Expectations keeps suites and results; none to keep nothing.

    Returns:
        One finding per rule.

    Raises:
        ExpectationError: a rule could not be evaluated.
    """
    prepare()
    import great_expectations as gx
    from great_expectations.expectations.expectation_configuration import (
        ExpectationConfiguration,
    )

    context, batch = _context(results)
    findings: list[Finding] = []
    for suite in suites:
        if results:
            _forget(results, suite.name)
        expectations = [
            ExpectationConfiguration(
                type=rule.type,
                kwargs=rule.kwargs,
                meta={"rule": rule.name},
                description=rule.meaning.text("en"),
            ).to_domain_obj()
            for rule in suite.rules
        ]
        saved = context.suites.add_or_update(
            gx.ExpectationSuite(name=suite.name, expectations=expectations)
        )
        definition = context.validation_definitions.add_or_update(
            gx.ValidationDefinition(name=suite.name, data=batch, suite=saved)
        )
        outcome = definition.run(
            batch_parameters={"dataframe": suite.frame}, result_format="COMPLETE"
        )
        observed = {result.expectation_config.meta["rule"]: result for result in outcome.results}
        findings += [_finding(suite, rule, observed[rule.name]) for rule in suite.rules]
    return findings


def _forget(results: Path, suite: str) -> None:
    """Remove what earlier builds kept of a suite.

    With all their results Data Docs would take longer with every build, and a definition of an
    earlier version may name what is no longer there.
    """
    shutil.rmtree(_kept(results) / "validations" / suite, ignore_errors=True)
    (results / "gx" / "validation_definitions" / f"{suite}.json").unlink(missing_ok=True)


def write_docs(results: Path) -> None:
    """Write Data Docs of all results that are kept in a folder."""
    shutil.rmtree(data_docs(results).parent, ignore_errors=True)
    context, _ = _context(results)
    context.build_data_docs()


def data_docs(folder: Path) -> Path:
    """Return the first page of the Data Docs kept under `folder`."""
    return _kept(folder) / "data_docs" / "local_site" / "index.html"


def _kept(folder: Path) -> Path:
    """Return where Great Expectations keeps results and Data Docs."""
    return folder / "gx" / "uncommitted"


def _finding(suite: Suite, rule: Rule, result: Any) -> Finding:
    # One entry for the expectation, or one per metric that it needed.
    failures = result.exception_info or {}
    for info in [failures] if "raised_exception" in failures else failures.values():
        if info["raised_exception"]:
            raise ExpectationError(
                "expectations.not_evaluated",
                suite.name,
                check=rule.name,
                reason=info["exception_message"],
            )
    observed = _observed(result.result, rule, len(suite.frame))
    message = Phrase(
        "expectations.finding",
        table=suite.table,
        rule=rule.name,
        meaning=rule.meaning,
        observed=observed,
        fix=rule.fix,
    )
    return Finding(
        suite.name,
        suite.table,
        rule.name,
        rule.severity,
        bool(result.success),
        {language: str(say(observed, language)) for language in LANGUAGES},
        {language: "" if result.success else message.text(language) for language in LANGUAGES},
    )


def _observed(result: dict[str, Any], rule: Rule, size: int) -> str | Spoken:
    """Return what Great Expectations observed, on one line: values with their rows, or a number."""
    mismatch = (result.get("details") or {}).get("mismatched")
    if mismatch:
        return Names(
            [
                Phrase(
                    "expectations.variables_missing"
                    if kind == "missing"
                    else "expectations.variables_extra",
                    names=names,
                )
                for kind, names in mismatch.items()
                if names
            ],
            2,
            "; ",
        )
    if result.get("unexpected_count"):
        codes = {item[0] for item in result["unexpected_list"] if isinstance(item, tuple)}
        allowed = [
            Phrase("expectations.allowed_in", variable=name, codes=rule.allowed[name])
            for name in sorted(codes & set(rule.allowed))
        ]
        return Phrase(
            "expectations.values_in_rows",
            values=Names(dict.fromkeys(map(_value, result["unexpected_list"])), 5),
            rows=Names(map(_row, result.get("unexpected_index_list") or ()), 5),
            allowed=Names(allowed, 5, ""),
        )
    value = result.get("observed_value")
    if isinstance(value, list):
        return Phrase("expectations.columns_seen", n=len(value))
    return str(value) if value is not None else Phrase("expectations.none_against", n=size)


def _row(item: Any) -> object:
    # An index with a name comes back beside the values of its row.
    return item["row"] if isinstance(item, dict) else item


def _value(item: object) -> str:
    text = " = ".join(map(str, item)) if isinstance(item, tuple) else str(item)
    return text.removesuffix(" 00:00:00")
