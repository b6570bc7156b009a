"""Tools for breaking things: answers to change, a refusal to judge, a release to guard."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyreadstat

from ingest.errors import RefusedError
from ingest.formats import SavFile
from ingest.models import Survey
from ingest.samples import sample_file
from tests.conftest import Barometer

WAVE = "nl_barometer/2021"
SAMPLE = "nl_barometer_2021"
FILE = "innovatie_barometer_overheid_2021.sav"
MANIFEST = "ingest/surveys/nl_barometer/waves/2021.yml"
PUBLISHED = "ingest/surveys/nl_barometer/published.csv"


@dataclass
class Spss:
    """A file of answers that a test may change before it is written again."""

    frame: pd.DataFrame
    title: str
    labels: dict[str, str]
    codes: dict[str, dict[float, str]]
    missing: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> Spss:
        frame, meta = pyreadstat.read_sav(path, user_missing=True)
        labels = dict(meta.column_names_to_labels)
        codes = {name: dict(texts) for name, texts in meta.variable_value_labels.items()}
        return cls(frame, meta.file_label or "", labels, codes, meta.missing_ranges)

    def write(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = set(self.frame.columns)
        pyreadstat.write_sav(
            self.frame,
            str(path),
            file_label=self.title,
            column_labels={name: text for name, text in self.labels.items() if name in held},
            variable_value_labels={k: texts for k, texts in self.codes.items() if k in held},
            missing_ranges={name: parts for name, parts in self.missing.items() if name in held},
        )
        return path


def real_path(barometer: Barometer) -> Path:
    """Where the real file of the Dutch wave of 2021 is put."""
    return barometer.data / WAVE / FILE


def sample_of(barometer: Barometer) -> Path:
    """The generated file of answers of that installation."""
    file = SavFile(name=FILE, format="sav")
    return sample_file(SAMPLE, file, barometer.home / "samples")


def put_real_file(barometer: Barometer) -> Spss:
    """Put a file in place that no longer says that it is synthetic."""
    answers = Spss.read(sample_of(barometer))
    answers.title = "Innovatie Barometer Overheid 2021"
    answers.write(real_path(barometer))
    return answers


def trial_survey(reference_wave: str) -> Survey:
    """A survey that a test describes waves of."""
    return Survey.model_validate(
        {
            "survey": "proef",
            "country": "NL",
            "title": {"nl": "Proef", "en": "Trial"},
            "publisher": "Niemand",
            "unit": {"code": "organisation", "nl": "organisatie", "en": "organisation"},
            "reference_wave": reference_wave,
        }
    )


def edit(path: Path, old: str, new: str) -> None:
    """Replace the one place where `old` stands."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new), "utf-8")


def refusal(code: int, stdout: str, stderr: str) -> str:
    """Judge the form of a refusal, and return its words on one line."""
    told = stdout + stderr
    assert code == 1, told
    assert "Traceback" not in told and 'File "' not in told, told
    assert stderr.startswith("Error: "), stderr
    assert stderr.count("Error: ") == 1, stderr
    assert "How to fix: " in stderr, stderr
    return re.sub(r"\s+", " ", stderr)


def rules_that_hold(stdout: str) -> set[str]:
    """The rules that `wave check` names as met, as many as it says."""
    first, *_ = stdout.split("\n\n")
    number = re.search(r"(\d+) (?:rules hold|regels is voldaan)", first)
    names = re.findall(r"^  (\w+): ", first, re.M)
    assert number and int(number.group(1)) == len(names) > 0, stdout
    return set(names)


def assert_dutch(refused: RefusedError) -> None:
    """A refusal says in Dutch what it says in English, and nothing of it is left in English."""
    words = refused.text("nl")
    assert f", regel {refused.rule}: " in words and " Oplossing: " in words, words
    assert not re.search(r", rule |Allowed: |How to fix: |; did you mean|\n", words), words


NUMBERS = (
    "estimate",
    "estimate_low",
    "estimate_high",
    "standard_error",
    "coefficient_of_variation",
)


def moved(one: Path, other: Path) -> list[tuple[object, ...]]:
    """Rows of the cube that differ between two releases; sums may run in another order."""
    cube = f"select * exclude ({', '.join(NUMBERS)}) from {{}}.main.mart_indicator"
    ones, others = cube.format("one"), cube.format("other")
    apart = " or ".join(
        f"(one.{name} is null) <> (other.{name} is null) "
        f"or abs(one.{name} - other.{name}) > 1e-9 * greatest(1, abs(one.{name}))"
        for name in NUMBERS
    )
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"attach '{path.resolve()}' as {name} (read_only)")
        rows = connection.sql(
            f"({ones} except all {others}) union all ({others} except all {ones})"
        ).fetchall()
        rows += connection.sql(
            "select indicator_id from one.main.mart_indicator as one "
            f"inner join other.main.mart_indicator as other using (indicator_id) where {apart}"
        ).fetchall()
    return rows


def missing_words(message: str, words: tuple[str, ...]) -> list[str]:
    """Return what a message should say and does not."""
    return [word for word in words if word not in message]


def release_state(barometer: Barometer) -> tuple[str, str]:
    """Link target and digest of the current release."""
    link = barometer.current
    return str(link.readlink()), hashlib.sha256(link.read_bytes()).hexdigest()


@contextmanager
def release_unchanged(barometer: Barometer) -> Iterator[None]:
    """What happens inside leaves the current release as it was, and no half-made one behind."""
    before = release_state(barometer)
    held = sorted(path.name for path in barometer.current.parent.iterdir())
    yield
    assert release_state(barometer) == before
    assert sorted(path.name for path in barometer.current.parent.iterdir()) == held
