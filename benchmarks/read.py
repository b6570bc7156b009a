"""What a file of answers costs on its way to raw Parquet: seconds, and memory at its peak.

40,000 respondents x 60 variables as SPSS file and as CSV; with the argument `large` also
1,000,000 x 90. Each file is read in a process of its own, so that the peak is its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SMALL, LARGE = (40_000, 60), (1_000_000, 90)
CODES = {1: "Ja", 2: "Nee", 9: "Weet niet"}
MANIFEST = {
    "respondent": "RESPNR",
    "design": {"stratum": "sector", "frame": {"municipalities": LARGE[0]}},
    "codelists": {"yes_no": CODES},
}
FILES = {
    "sav": {"format": "sav"},
    "csv": {"format": "csv", "delimiter": ";", "encoding": "utf-8", "decimal": ","},
}


def write(folder: Path, rows: int, columns: int) -> None:
    """Write the same answers in both formats: a number, codes with blanks, and one open text."""
    import numpy as np
    import pandas as pd
    import pyreadstat

    rng = np.random.default_rng(2021)
    frame = pd.DataFrame({"RESPNR": np.arange(1, rows + 1, dtype=float)})
    coded = {
        f"V{place:02d}": rng.choice([1.0, 2.0, 9.0, np.nan], rows) for place in range(columns - 2)
    }
    texts = rng.choice(["", "Een digitaal loket", "Samen met bewoners"], rows)
    frame = pd.concat([frame, pd.DataFrame(coded), pd.DataFrame({"OPEN": texts})], axis=1)
    labels = dict.fromkeys(coded, CODES)
    pyreadstat.write_sav(frame, str(folder / "answers.sav"), variable_value_labels=labels)
    frame.astype(dict.fromkeys(["RESPNR", *coded], "Int16" if rows < 2**15 else "Int32")).to_csv(
        folder / "answers.csv", sep=";", index=False
    )


def load(folder: Path, file_format: str, columns: int) -> None:
    """Read a file and write raw Parquet; print seconds and the peak in MB."""
    from ingest import registry
    from ingest.models import Answers
    from ingest.raw.answers import write_wave
    from ingest.readers import read
    from ingest.wave_files import WaveFile

    text = {"nl": "Vraag", "en": "Question"}
    item = {"base": "all_organisations", "wording": text}
    names = [f"V{place:02d}" for place in range(columns - 2)]
    items = [{"variable": name, "codelist": "yes_no", **item} for name in names]
    answers = Answers.model_validate(
        {
            **MANIFEST,
            "file": {"name": f"answers.{file_format}", "max_megabytes": 2000, **FILES[file_format]},
            "items": [*items, {"variable": "OPEN", "text": True, **item}],
        }
    )
    wave = registry.load().wave("nl_barometer/2021")
    path = folder / answers.file.name
    started = time.perf_counter()
    table = read(path, answers.file, answers.texts, wave.id)
    write_wave(WaveFile(wave, answers, path, "0" * 64, "synthetic", table), folder / "raw")
    wall = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{file_format}: {wall:.1f} s, {peak:,.0f} MB at its peak")


def main() -> None:
    """Write files and load them, each in a process of its own, which knows no other's memory."""
    for rows, columns in [SMALL, LARGE] if "large" in sys.argv else [SMALL]:
        with tempfile.TemporaryDirectory() as folder:
            _process("write", folder, rows, columns)
            for file_format in FILES:
                print(f"file to raw, {rows:,} x {columns}", end=" ", flush=True)
                _process("load", folder, file_format, columns)


def _process(*arguments: object) -> None:
    subprocess.run([sys.executable, __file__, *map(str, arguments)], check=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", folder, rows, columns]:
            write(Path(folder), int(rows), int(columns))
        case ["load", folder, file_format, columns]:
            load(Path(folder), file_format, int(columns))
        case _:
            main()
