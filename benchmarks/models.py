"""What regressions and clusters of a large wave cost: 38,000 generated respondents."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from analyses.clusters import cluster
from analyses.regression import Limits, regress

RESPONDENTS = 38_000
TERMS = [f"term {number}" for number in range(20)]


def answers() -> pd.DataFrame:
    """Twenty ticks that hang together, of which every third goes with the outcome."""
    draw = np.random.default_rng(1)
    common = draw.normal(size=(RESPONDENTS, 1))
    ticks = (draw.normal(size=(RESPONDENTS, len(TERMS))) + common / 2 > 0.4).astype(float)
    cases = pd.DataFrame(ticks, columns=TERMS)
    predictor = ticks[:, ::3].sum(axis=1) * 0.3 - 1
    cases["outcome"] = (draw.uniform(size=RESPONDENTS) < 1 / (1 + np.exp(-predictor))) * 1.0
    return cases


def main() -> None:
    """Print the processor time of each, in seconds."""
    cases = answers()
    draw = np.random.default_rng(2)
    items = draw.normal(3.7, 0.9, (RESPONDENTS, 13)).round().clip(1, 5)
    scale = pd.DataFrame({"value": items.mean(axis=1), "category": cases["term 0"]})
    started = time.process_time()
    regress(cases, "outcome", TERMS, TERMS[:8], Limits(10, 5, 20))
    regressed = time.process_time()
    cluster(scale)
    clustered = time.process_time()
    print(f"regressions of one outcome, {RESPONDENTS} respondents: {regressed - started:.1f} s")
    print(f"clusters of one scale, {RESPONDENTS} respondents: {clustered - regressed:.1f} s")


if __name__ == "__main__":
    main()
