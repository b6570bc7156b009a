"""A file of answers that cannot be used is refused in one message that says how to fix it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import Barometer
from tests.support import (
    FILE,
    WAVE,
    missing_words,
    real_path,
    refusal,
    release_unchanged,
    sample_of,
)


def named_otherwise(path: Path, good: bytes) -> None:
    path.with_name("barometer_definitief.sav").write_bytes(good)


def empty(path: Path, good: bytes) -> None:
    path.write_bytes(b"")


def cut_off(path: Path, good: bytes) -> None:
    path.write_bytes(good[: len(good) // 2])


def cut_off_in_its_header(path: Path, good: bytes) -> None:
    path.write_bytes(good[:100])


def spreadsheet(path: Path, good: bytes) -> None:
    path.write_bytes(b"RESPNR;ORGID;DATUM\n1;a;2021-02-01\n")


def noise(path: Path, good: bytes) -> None:
    path.write_bytes(b"$FL2" + bytes(range(256)) * 40)


def a_folder(path: Path, good: bytes) -> None:
    path.mkdir()


FAULTS: dict[str, tuple[Callable[[Path, bytes], None], tuple[str, ...]]] = {
    "under another name": (named_otherwise, ("barometer_definitief.sav", "rename the file")),
    "empty": (empty, ("is empty", "copy the file again")),
    "cut off": (cut_off, ("cannot be read as an SPSS file", "export the file again", "incomplete")),
    "cut off in its header": (cut_off_in_its_header, ("cannot be read as an SPSS file", "export")),
    "a CSV called .sav": (spreadsheet, ("cannot be read as an SPSS file", "another format")),
    "noise with the mark of SPSS": (noise, ("cannot be read as an SPSS file", "export")),
    "a folder": (a_folder, ("does not exist", "put the wave's file there")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_cannot_be_read_is_refused(
    built: Barometer, tmp_path: Path, fault: str
) -> None:
    breaking, words = FAULTS[fault]
    barometer = Barometer(built.home, tmp_path)
    path = real_path(barometer)
    path.parent.mkdir(parents=True)
    breaking(path, sample_of(built).read_bytes())
    with release_unchanged(built):
        done = barometer.run("wave", "check", WAVE)
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, (WAVE, FILE, *words)), message


def test_a_file_other_than_the_one_described_is_refused_by_its_digest(
    built: Barometer, tmp_path: Path
) -> None:
    from ingest.errors import RefusedError
    from ingest.registry import load
    from ingest.wave_files import open_wave

    wave = load().wave(WAVE)
    assert wave.wave.answers
    described = wave.wave.answers.file.model_copy(update={"sha256": "0" * 64})
    answers = wave.wave.answers.model_copy(update={"file": described})
    wave = replace(wave, wave=wave.wave.model_copy(update={"answers": answers}))
    path = tmp_path / WAVE / FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(sample_of(built).read_bytes())
    with pytest.raises(RefusedError, match=r"has sha256 .* Allowed: 0{64}\. How to fix: put back"):
        open_wave(wave, tmp_path, built.home / "samples")
