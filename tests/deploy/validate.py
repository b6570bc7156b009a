"""Says what Docker Compose and Kubernetes would read; runs in an environment of its own.

Prints JSON: the services of `compose.yaml`, and what the chart renders to, after both were judged.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import yaml
from compose_spec import PyCompose

CHART = "deploy/helm"


def composed() -> Any:
    """The file with its anchors filled in; refused if it is not as the specification says."""
    content = yaml.safe_load(Path("deploy/compose.yaml").read_text("utf-8"))
    PyCompose.from_json(json.dumps(content))
    return content


def rendered(values: dict[str, Any]) -> list[Any]:
    """What the chart makes; each resource is judged with the schema of Kubernetes."""
    found = helm_python.lint(CHART, values)
    wrong = [one for one in found["messages"] if one["severity"] > 1]
    assert not wrong and not found["errors"], found
    with helm_python.Chart.load(CHART) as chart:
        files = chart.render(values=values, name="trial")
    resources = [one for text in files.values() for one in yaml.safe_load_all(text) if one]
    for resource in resources:
        kubernetes_validate.validate(resource, "1.34", strict=True)
    return resources


if __name__ == "__main__":
    told = {"compose": composed(), "helm": rendered(json.loads(sys.argv[1]))}
    print(json.dumps(told))
