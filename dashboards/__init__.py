"""Dashboards as code: Superset as a child process, assets as YAML, pushed over REST."""
