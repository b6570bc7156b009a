"""Runs the product: Dagster definitions, releases and the `barometer` command."""
