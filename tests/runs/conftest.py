from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cvc_helpers import cli
from cvc_helpers.synthetic.make import make_insurer

ROOT = Path(__file__).resolve().parents[2]
SLUG = "big_policy_backtracking"
SAMPLE = ROOT / "data" / "chengyue"


def cvc(*arguments: object, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m cvc_helpers …` as a consultant would run it; both streams as text."""
    command = [sys.executable, "-m", "cvc_helpers", *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def cvc_here(*arguments: object) -> int:
    """The same in this very process, quicker by the start of another; returns the exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


@pytest.fixture(scope="session")
def insurer(tmp_path_factory) -> Path:
    """A fictitious insurer of a size at which every case has an answer on its best rung."""
    folder = tmp_path_factory.mktemp("insurer") / "large"
    make_insurer(folder, customers=20_000)
    return folder


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Path:
    """A small fictitious insurer."""
    folder = tmp_path_factory.mktemp("insurer") / "small"
    make_insurer(folder, customers=3_000)
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> tuple[Path, str]:
    """A run on the sample insurer, and what it said."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    done = cvc("run", SLUG, "--data", SAMPLE, "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout + done.stderr
