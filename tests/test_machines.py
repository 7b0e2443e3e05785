"""The same on every machine: each case gives its stored outputs, and the insurer its tables, on four others."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cvc_helpers.book import fresh
from cvc_helpers.tables import is_synthetic
from tests import machines
from tests.conftest import ROOT

NAMES = [machine.name for machine in machines.MACHINES]
SHOWN = 20
"""Differences that a failing test prints."""
STORED = [{"name": "trial.gain.low", "data": {f"{machines.GLUED}text/plain": "'0.912'"}}]


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return machines.shuffle(ROOT / fresh.DATA, tmp_path_factory.mktemp("shuffled") / fresh.DATA.name)


@pytest.fixture(scope="module", params=fresh.slugs(ROOT))
def differences(request: pytest.FixtureRequest, shuffled: Path) -> dict[str, list[str]]:
    return machines.case_differences(request.param, shuffled)


@pytest.fixture(scope="module")
def made() -> dict[str, list[str]]:
    return machines.insurer_differences(customers=3_000)


@pytest.mark.parametrize("machine", NAMES)
def test_a_case_gives_its_stored_outputs(differences: dict[str, list[str]], machine: str) -> None:
    lines = differences[machine]
    assert not lines, "\n".join([f"{len(lines)} differences on {machine}", *lines[:SHOWN]])


@pytest.mark.parametrize("machine", NAMES)
def test_the_insurer_has_the_same_tables(made: dict[str, list[str]], machine: str) -> None:
    assert made[machine] == []


def test_a_difference_is_named_so_that_a_person_finds_it() -> None:
    text = machines.difference_lines("trial", "14", STORED, [{**STORED[0], "data": {"text/html": "0.913"}}])
    assert list(text) == [
        "trial, cell 14, gain.low: 0.912 → –",
        "trial, cell 14, gain.low as text/html: – → 0.913",
    ]
    other = [{**STORED[0], "data": dict.fromkeys(STORED[0]["data"], "'0.913'")}]
    assert list(machines.difference_lines("trial", "14", STORED, other)) == [
        "trial, cell 14, gain.low: 0.912 → 0.913",
    ]
    assert not list(machines.difference_lines("trial", "14", STORED, STORED))


def test_a_shuffled_copy_holds_the_same_rows_in_another_order(shuffled: Path) -> None:
    one, two = (pq.read_table(folder / "policy.parquet") for folder in (ROOT / fresh.DATA, shuffled))
    assert not one.equals(two)
    assert one.sort_by("policy_id").equals(two.sort_by("policy_id"))
    assert is_synthetic(shuffled)
