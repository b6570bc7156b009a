"""Rules on the form of a release that the attack relies on, read from the release alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.errors import RefusedError

if TYPE_CHECKING:
    import duckdb


def structure(
    connection: duckdb.DuckDBPyConnection, cube: str, survey: str, wave: str
) -> list[RefusedError]:
    """Return what is shown of a wave that may not be shown, one refusal for each kind and place.

    Args:
        connection: a warehouse, with the seeds.
        cube: where the release has `mart_indicator`.
        survey: the survey.
        wave: the wave.
    """
    connection.execute(
        f"""
        create or replace temp view attack_shown as
        select cube.*, dimensions.concept as group_concept
        from {cube} as cube
        left join seeds.group_dimensions as dimensions using (group_dimension)
        where cube.data_status <> 'published' and cube.conf_status = 'F'
        """  # noqa: S608
    )
    where = "survey = ? and wave = ?"
    found = []
    for rule, names, sql in (
        (
            "two_weightings",
            ("dimension",),
            f"""
            select group_dimension from attack_shown
            where {where} and group_dimension <> 'total'
            group by all having count(distinct weighting) > 1
            """,  # noqa: S608
        ),
        (
            "merged_category_shown",
            ("concept", "category"),
            f"""
            select distinct release_groups.concept, release_groups.category
            from attack_shown as shown
            inner join seeds.release_groups as release_groups
                on
                    shown.concept = release_groups.concept
                    and shown.category = release_groups.category
                    or shown.group_concept = release_groups.concept
                    and shown.group_value = release_groups.category
            where
                {where} and release_groups.category not in (
                    select release_category from seeds.release_groups
                )
            """,  # noqa: S608
        ),
        (
            "register_by_group",
            ("concept", "dimension"),
            f"""
            select distinct concept, group_dimension
            from attack_shown inner join seeds.concepts as concepts using (concept)
            where {where} and group_dimension <> 'total' and not concepts.by_group
            """,  # noqa: S608
        ),
    ):
        rows = connection.execute(f"{sql} order by all", [survey, wave]).fetchall()
        found += [
            RefusedError(
                f"expectations.{rule}", f"{survey}/{wave}", **dict(zip(names, row, strict=True))
            )
            for row in rows
        ]
    return found
