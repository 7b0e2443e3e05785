"""What runs on the forge: tested on two systems with time enough, published only when both passed, newest each week."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

FOLDER = ROOT / ".github" / "workflows"
MINUTES = {"ubuntu": 18, "windows": 28, "publish": 3, "newest": 18}
"""About what each job takes on a runner of two cores, its set-up included; a third of its time-out at most."""
WORKFLOW: dict[Any, Any] = yaml.safe_load((FOLDER / "test.yml").read_text(encoding="utf-8"))
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
WHEN = WORKFLOW[True]  # in YAML 1.1 `on` is a truth value
MAIN = "github.event_name == 'push' && github.ref == 'refs/heads/main'"
each_job = pytest.mark.parametrize("name", sorted(JOBS))


def commands(name: str) -> str:
    return "\n".join(step.get("run", "") for step in JOBS[name]["steps"])


def actions(name: str) -> list[str]:
    return [step["uses"] for step in JOBS[name]["steps"] if "uses" in step]


def test_one_workflow_does_it_all() -> None:
    assert [path.name for path in FOLDER.iterdir()] == ["test.yml"]
    assert set(JOBS) == set(MINUTES), "say here how long a new job takes"


@each_job
def test_a_job_has_three_times_the_time_it_takes(name: str) -> None:
    assert JOBS[name]["timeout-minutes"] >= 3 * MINUTES[name]


@each_job
def test_actions_are_pinned_by_major_version(name: str) -> None:
    assert [used for used in actions(name) if not re.fullmatch(r"actions/[\w-]+@v\d+", used)] == []


def test_both_systems_run_the_tests_and_the_cases() -> None:
    assert ".ci/run" in commands("ubuntu")
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert JOBS["windows"]["runs-on"].startswith("windows")
    for part in ("book.build check", "not book and not browser and not spark", "--nbval"):
        assert part in commands("windows")


def test_only_what_passed_on_both_systems_is_published() -> None:
    assert set(JOBS["publish"]["needs"]) == {"ubuntu", "windows"}
    assert JOBS["publish"]["if"] == MAIN, "a condition with always() would publish what failed"
    assert [name for name in JOBS if any("deploy-pages" in used for used in actions(name))] == ["publish"]
    assert [name for name in JOBS if "permissions" in JOBS[name]] == ["publish"]
    assert WORKFLOW["permissions"] == {"contents": "read"}
    steps = JOBS["ubuntu"]["steps"]
    tested = next(place for place, step in enumerate(steps) if step.get("run") == ".ci/run")
    kept = next(place for place, step in enumerate(steps) if "upload-pages" in step.get("uses", ""))
    assert kept > tested
    assert steps[kept]["if"] == MAIN


def test_each_week_the_newest_permitted_packages_are_tried_and_block_nothing() -> None:
    assert len(WHEN["schedule"][0]["cron"].split()) == 5
    assert WHEN["schedule"][0]["cron"].split()[4].isdigit()
    assert "schedule" in JOBS["newest"]["if"]
    assert "--upgrade" in commands("newest")
    assert ".[book,test]" in commands("newest")
    assert "locks/" not in commands("newest")
    assert [name for name in JOBS if "newest" in JOBS[name].get("needs", ())] == []
    assert {JOBS[name]["if"] for name in ("ubuntu", "windows")} == {"github.event_name != 'schedule'"}
