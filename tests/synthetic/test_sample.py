"""The committed sample: `make demo` writes it again, whole."""

from __future__ import annotations

import re
from importlib.metadata import version

import pyarrow.parquet as pq
import pytest
import typer.testing

from cvc_helpers.cli import app
from cvc_helpers.contract import tables
from tests.conftest import ROOT

SAMPLE = ROOT / "data" / "chengyue"
WRITERS = ("numpy", "pyarrow", "scipy")
"""Packages whose version the bytes depend on."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What the `demo` verb of the Makefile writes."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (arguments,) = re.findall(r"-m cvc_helpers (demo .*)", text)
    assert arguments.endswith(" --out data/chengyue")
    folder = tmp_path_factory.mktemp("demo")
    done = typer.testing.CliRunner().invoke(app, [*arguments.split()[:-1], str(folder)])
    assert done.exit_code == 0, done.output
    return folder


def is_locked() -> bool:
    """Whether the packages that write the tables are those of the lock."""
    lock = (ROOT / "locks" / "test.txt").read_text(encoding="utf-8")
    return all(f"\n{name}=={version(name)} " in lock for name in WRITERS)


def test_the_sample_has_the_insurers_files_and_no_other(made):
    assert sorted(path.name for path in SAMPLE.iterdir()) == sorted(path.name for path in made.iterdir())


@pytest.mark.parametrize("name", sorted(tables()))
def test_make_demo_gives_the_committed_table_again(made, name):
    assert pq.read_table(made / f"{name}.parquet").equals(pq.read_table(SAMPLE / f"{name}.parquet"))


def test_make_demo_gives_the_committed_bytes_again_under_the_locked_packages(made):
    if is_locked():
        for path in SAMPLE.iterdir():
            assert path.read_bytes() == (made / path.name).read_bytes(), path.name


def test_no_share_has_more_than_six_digits(made):
    for table in tables().values():
        for column in table.columns:
            if column.kind == "share":
                values = pq.read_table(made / f"{table.name}.parquet")[column.name].drop_null().to_pylist()
                assert all(float(f"{value:.6g}") == value for value in values)
