"""dbt's own unit tests of the models, which a build of data leaves out."""

from __future__ import annotations

import json
import re
import subprocess

from orchestration.dbt import EXECUTABLE, environment
from orchestration.settings import DBT_PROJECT, Settings
from tests.conftest import Barometer


def test_models_do_what_their_unit_tests_say(built: Barometer) -> None:
    settings = Settings(home=built.home, data=built.data)
    done = subprocess.run(
        [EXECUTABLE, "test", "--select", "test_type:unit"],
        cwd=DBT_PROJECT,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    passed = re.search(r"PASS=(\d+)", done.stdout)
    assert done.returncode == 0 and passed, done.stdout + done.stderr
    manifest = json.loads((settings.dbt_target / "manifest.json").read_text("utf-8"))
    assert int(passed.group(1)) == len(manifest["unit_tests"]) > 0
