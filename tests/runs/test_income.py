"""A client who knows the income of customers in yuan and no bands of wealth, from folder to report."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from cvc_helpers.synthetic.make import make_insurer
from cvc_helpers.synthetic.records import Switches
from tests.runs import clients
from tests.runs.conftest import SLUG, cvc_here


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A client's folder with yearly income in the place of the wealth band."""
    home = tmp_path_factory.mktemp("income")
    make_insurer(home / "insurer", customers=20_000, switches=Switches(income=True))
    asked = list(clients.ladder(SLUG).values())[-1]
    asked["customer"].remove("wealth_band")
    folder = clients.write_client(home / "insurer", home / "project", asked)
    assert "wealth_band" not in pq.read_schema(folder / "customer.parquet").names
    return folder


def findings(data, out, *settings):
    assert cvc_here("run", SLUG, "--data", data, "--out", out, *settings) == 0
    found = json.loads((out / "findings.json").read_text("utf-8"))
    return {record["key"].split(".")[1]: record for record in found}


def essential(record):
    return [check["passed"] for check in record["checks"] if check["key"] == "essential"]


def test_income_in_yuan_takes_the_place_of_wealth_bands(measured, tmp_path):
    found = findings(measured, tmp_path / "run")
    assert found["extra_policies"]["like_with_like"] is not None
    for name in ("extra_policies", "extra_fyp_yuan", "odds_ratio", "premium_ratio"):
        assert essential(found[name]) in ([True], []), name
    assert essential(found["extra_policies"]) == [True]


def test_income_withheld_is_wealth_withheld(measured, tmp_path):
    found = findings(measured, tmp_path / "run", "--set", "withhold=wealth_band")
    assert essential(found["extra_policies"]) == [False]
    assert found["extra_policies"]["reading"] == "cannot_tell"
