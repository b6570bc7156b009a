"""What cannot run here is at least what Docker Compose and Kubernetes read, and fits the code."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.cli import main
from orchestration.cli.production import PARTS
from orchestration.services import VARIABLES, Services
from tests.conftest import PROJECT, require
from tests.deploy.conftest import TOOLS

DEPLOY = PROJECT / "deploy"
# Read by boto3, and by the images of PostgreSQL and Redis.
OF_OTHERS = r"AWS_\w+|POSTGRES_\w+|REDISCLI_AUTH"
# These belong to one machine, or to the parts of a build among themselves.
NOT_IN_PRODUCTION = {
    "BAROMETER_DUCKDB_MEMORY",
    "BAROMETER_REQUIRE",
    "BAROMETER_SERVER",
    "BAROMETER_SPARK_MASTER",
    "BAROMETER_SPARK_PATIENCE",
    "BAROMETER_SUPERSET_DATABASE",
}


@pytest.fixture(scope="module")
def deployment() -> Mapping[str, Any]:
    """Both files, after they were judged in the environment of the tools."""
    python = TOOLS / "python"
    require("production", python.exists(), f"{TOOLS.parent.name} is not there")
    values = {"ingress": {"host": "barometer.example.org"}, "volume": {"class": "fast"}}
    done = subprocess.run(
        [python, Path(__file__).with_name("validate.py"), json.dumps(values)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: Mapping[str, Any] = json.loads(done.stdout)
    return told


def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def servers() -> dict[str, Any]:
    services = compose()["services"]
    return {name: services[name] for name in PARTS}


def read_by_the_code() -> set[str]:
    """Every variable of ours that a file of the project reads."""
    folders = ("analyses", "dashboards", "dbt_project", "expectations", "ingest", "orchestration")
    texts = (
        path.read_text("utf-8")
        for folder in folders
        for path in (PROJECT / folder).rglob("*")
        # What dbt compiled by hand left behind has folders that are named as files.
        if path.is_file() and path.suffix in (".py", ".yml", ".sql") and path.name != "messages.yml"
    )
    return {name for text in texts for name in re.findall(r"BAROMETER_[A-Z_]*[A-Z]", text)}


def of_image() -> dict[str, str]:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    return dict(re.findall(r"(BAROMETER_\w+)=(\S+)", text))


def test_compose_sets_every_variable_that_the_code_reads_and_no_other() -> None:
    wanted = read_by_the_code() - NOT_IN_PRODUCTION
    for name, service in servers().items():
        given = {*service["environment"], *of_image()}
        own = {one for one in given if not re.fullmatch(OF_OTHERS, one)}
        assert own == wanted, name
    assert set(VARIABLES.values()) <= wanted


def test_the_chart_sets_every_variable_that_the_code_reads_and_no_other(
    deployment: Mapping[str, Any],
) -> None:
    [pods] = [one for one in deployment["helm"] if one["kind"] == "StatefulSet"]
    containers = pods["spec"]["template"]["spec"]["containers"]
    assert [one["args"] for one in containers] == [["serve", part] for part in PARTS]
    for container in containers:
        given = {one["name"] for one in container["env"]} | set(of_image())
        own = {one for one in given if not re.fullmatch(OF_OTHERS, one)}
        assert own == read_by_the_code() - NOT_IN_PRODUCTION, container["name"]
        assert container["image"] == "barometer:0.1.0"
        addresses = {one["name"]: one.get("value") for one in container["env"]}
        public = container["name"] == "dashboards"
        assert addresses["BAROMETER_LISTEN"] == ("0.0.0.0" if public else "127.0.0.1")
    kinds = {one["kind"] for one in deployment["helm"]}
    assert kinds == {"StatefulSet", "Service", "Ingress"}


def test_compose_is_as_its_specification_says_and_names_what_it_has(
    deployment: Mapping[str, Any],
) -> None:
    composed = deployment["compose"]
    named = {
        volume.split(":")[0]
        for service in composed["services"].values()
        for volume in service.get("volumes", ())
    }
    assert {one for one in named if not one.startswith(".")} == set(composed["volumes"])
    assert all((DEPLOY / one).exists() for one in named if one.startswith("."))
    for service in composed["services"].values():
        assert set(service.get("depends_on", ())) <= set(composed["services"])
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), "only a proxy of this machine may reach it"


def test_what_the_servers_of_compose_start_is_a_command_with_these_options() -> None:
    for service in servers().values():
        verb, *arguments = service["command"]
        context = main.commands[verb].make_context(verb, [str(one) for one in arguments])
        port = context.params["port"]
        published = [one.split(":")[-1] for one in service.get("ports", ())]
        assert published == ([str(port)] if port else [])


def test_the_image_is_made_of_what_is_there_and_keeps_its_state_in_the_volume() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    build = servers()["daemon"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Dockerfile")
    target = re.search(r"^RUN make (\w+)$", text, re.M)
    assert target and f"\n{target[1]}:" in (PROJECT / "Makefile").read_text("utf-8")
    assert 'ENTRYPOINT ["/barometer/.venv/bin/barometer"]' in text and "WORKDIR /barometer" in text
    [volume] = re.findall(r"^VOLUME (\S+)$", text, re.M)
    assert all(place.startswith(f"{volume}/") for place in of_image().values())
    assert all(f"state:{volume}" in one["volumes"] for one in servers().values())
    chart = (DEPLOY / "helm" / "templates" / "statefulset.yaml").read_text("utf-8")
    assert f"mountPath: {volume}\n" in chart
    left_out = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").split()
    needed = {"Makefile", "pyproject.toml", "requirements", "orchestration", "dashboards", "deploy"}
    assert not needed & set(left_out) and {"data", ".barometer"} <= set(left_out)


def test_addresses_of_compose_are_what_the_settings_take() -> None:
    given = {
        key: re.sub(r"\$\{\w+:[?-]([^}]*)\}", r"\1", value) or None
        for name, variable in VARIABLES.items()
        for key, value in [(name, servers()["daemon"]["environment"][variable])]
    }
    services = Services.model_validate(given)
    assert services.redis and services.redis.host in compose()["services"]
    assert services.superset and services.superset.host in compose()["services"]
    assert services.schedule == "0 3 * * *" and str(services.listen) == "0.0.0.0"
    databases = (DEPLOY / "databases.sql").read_text("utf-8")
    assert services.history and f"create database {services.history.path[1:]};" in databases
    assert (
        services.superset.path
        == f"/{compose()['services']['postgres']['environment']['POSTGRES_DB']}"
    )


def test_each_value_of_the_chart_has_one_line_that_says_why() -> None:
    lines = (DEPLOY / "helm" / "values.yaml").read_text("utf-8").splitlines()
    for before, line in pairwise(lines):
        if not line.lstrip().startswith("#") and not line.endswith(":"):
            assert before.lstrip().startswith("#"), line
