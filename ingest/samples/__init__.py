"""Synthetic samples for waves without a file of answers. They are never a real result."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingest.formats import AnswerFile
from ingest.samples.generate import FOLDER, generate
from ingest.samples.specification import read_specification
from ingest.samples.write import write

__all__ = ["FOLDER", "generate", "read_specification", "sample_file", "sample_path", "write"]


def sample_path(sample: str, file: AnswerFile, folder: Path) -> Path:
    """Return the path of a sample; its folder depends on everything the sample is made from.

    Args:
        sample: name of a specification in this package.
        file: name, format and options, as the wave's manifest gives them.
        folder: where generated files are kept.
    """
    made_from = [*sorted(FOLDER.glob("*.yml")), *sorted(FOLDER.glob("*.py"))]
    content = [file.model_dump_json().encode(), *(item.read_bytes() for item in made_from)]
    return folder / sample / hashlib.sha256(b"".join(content)).hexdigest()[:12] / file.name


def sample_file(sample: str, file: AnswerFile, folder: Path) -> Path:
    """Generate the sample that `<sample>.yml` specifies, unless it exists.

    Args:
        sample: name of a specification in this package.
        file: name, format and options, as the wave's manifest gives them.
        folder: where generated files are kept; created when needed.

    Raises:
        RefusedError: no such specification, or one that cannot be met.
    """
    specification = read_specification(FOLDER / f"{sample}.yml")
    path = sample_path(sample, file, folder)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        write(generate(specification), aside, file).replace(path)
    return path
