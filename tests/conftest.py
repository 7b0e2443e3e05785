"""Shared by all tests: where things are, and what is skipped when a system tool is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_client.connect import ConnectionFileMixin

from tests import small_tree, system_tools

ROOT = Path(__file__).resolve().parents[1]
if os.name == "posix":
    # many kernels start at once here, and two may choose the same TCP port
    ConnectionFileMixin.transport.default_value = "ipc"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot run here; with CI=true let it fail instead."""
    for mark in ("browser", "spark"):
        marked = [item for item in items if mark in item.keywords]
        if marked and os.environ.get("CI") != "true" and (gone := system_tools.missing(mark)):
            for item in marked:
                # only where a system tool is missing, and never in CI, where it fails instead
                item.add_marker(pytest.mark.skip(reason=f"MISSING: {', '.join(gone)}"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With CI=true nothing may be skipped: what cannot run there is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        print("\nCI=true: a skipped test is a failure")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def built() -> Path:
    """The book, built as `make book` builds it."""
    command = [sys.executable, "-m", "cvc_helpers.book.build", "book"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small repository of `tests/small_tree.py`, its case executed."""
    tree = tmp_path_factory.mktemp("whole")
    small_tree.plant(tree)
    return tree


@pytest.fixture
def tree(whole: Path, tmp_path: Path) -> Path:
    """A copy of it to break."""
    return Path(shutil.copytree(whole, tmp_path / "tree"))
