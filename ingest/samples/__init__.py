"""Synthetic stand-ins for waves of which no file of answers is at hand; never a real result."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingest.samples.generate import generate
from ingest.samples.specification import read_specification

FOLDER = Path(__file__).parent


def sample_file(sample: str, name: str, folder: Path) -> Path:
    """Generate the sample that `<sample>.yml` specifies, unless that was done before.

    Args:
        sample: name of a specification in this package.
        name: name of the file, as the wave's manifest gives it.
        folder: where generated files are kept; made when it is not there.

    Raises:
        IngestError: no such specification, or one that cannot be met.
    """
    described = FOLDER / f"{sample}.yml"
    specification = read_specification(described)
    made_from = [described, *sorted(FOLDER.glob("*.py"))]
    digest = hashlib.sha256(b"".join(item.read_bytes() for item in made_from)).hexdigest()
    path = folder / sample / digest[:12] / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        generate(specification, aside).replace(path)
    return path
