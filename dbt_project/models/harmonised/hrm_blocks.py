"""One row per survey, wave and variable that is read for an estimate: the block it is in.

Variables of one block are read together: those of a concept, of a concept and the one it is made
from, of a battery, of a scale and the items beside it. So what a respondent answered in a block is
all that has to be known for the concepts that are read from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def model(dbt: Any, session: Any) -> pd.DataFrame:
    """Put variables that are read together in a block, which has the name of the first of them."""
    import pandas as pd

    wave = ["survey", "wave"]
    crosswalk = dbt.ref("hrm_crosswalk").df()
    scales = dbt.ref("hrm_scale_items").df()
    items = dbt.ref("stg_items").df()
    groups = dbt.ref("release_groups").df()
    crosswalk = crosswalk[crosswalk["gives"].notna() & (crosswalk["gives"] != "text")]
    scales = scales[[*wave, "variable", "concept"]]
    items = items[[*wave, "variable", "battery"]]
    within = groups[["concept", "within_concept"]].dropna()
    read = pd.concat([crosswalk[[*wave, "variable", "concept"]], scales]).dropna()
    links = pd.concat(
        [
            table.dropna().set_axis([*wave, "one", "other"], axis="columns").assign(kinds=kinds)
            for kinds, table in (
                ("variable concept", read),
                ("concept concept", crosswalk[[*wave, "source_concept", "concept"]]),
                ("concept concept", crosswalk[[*wave, "concept"]].merge(within)),
                ("variable battery", items),
            )
        ]
    )
    joined: dict[tuple[str, ...], tuple[str, ...]] = {}

    def block(node: tuple[str, ...]) -> tuple[str, ...]:
        while (nearer := joined.get(node, node)) != node:
            node = nearer
        return node

    for link in links.drop_duplicates().itertuples(index=False):
        one, other = (
            block((link.survey, link.wave, kind, name))
            for kind, name in zip(link.kinds.split(), (link.one, link.other), strict=True)
        )
        joined[one] = other
    variables = pd.concat([read[[*wave, "variable"]], items[[*wave, "variable"]]]).drop_duplicates()
    variables["node"] = [
        block((row.survey, row.wave, "variable", row.variable)) for row in variables.itertuples()
    ]
    used = {block((row.survey, row.wave, "variable", row.variable)) for row in read.itertuples()}
    variables = variables[variables["node"].isin(used)]
    names = variables.groupby("node")["variable"].transform("min")
    found: pd.DataFrame = variables.assign(block=names)[[*wave, "variable", "block"]]
    return found.astype("string")
