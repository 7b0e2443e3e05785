"""With nothing planted and an assumption broken: how often does a primary decision say "fund"?

python -m tests.nothing_planted COLUMN [SEEDS] [CUSTOMERS]

Every seed is an insurer of its own, made in a temporary folder. A decision may say "fund" in at most five of a hundred.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cvc_helpers import contract, tables
from cvc_helpers.findings import Finding
from cvc_helpers.methods import customer_value, service_model
from cvc_helpers.methods import customer_value__groups as groups
from cvc_helpers.runs import cases
from cvc_helpers.synthetic import make
from cvc_helpers.synthetic.records import Switches

BROKEN: dict[str, dict[str, dict[str, Any]]] = {
    "customer_value": {
        "none": {},
        "agent_answers": {"agent_answers": 1.0},
        "repeated_tests": {"repeated_tests": 0.3},
        "wealth_two_bands": {"wealth_two_bands": True},
        "wealth_missing": {"wealth_missing": 0.2},
    },
    "service_model": {
        "none": {},
        "better_teams": {"better_teams": 0.4},
        "informative_censoring": {"informative_censoring": 0.2},
        "wealth_two_bands": {"wealth_two_bands": True},
        "wealth_missing": {"wealth_missing": 0.2},
    },
}
"""Column to the switches that change what it reads."""
FIRST_SEED = 5_000


def value_decision(insurer: tables.Tables, asked: dict[str, Any]) -> Finding:
    """The primary decision of customer value creation, as its case asks it."""
    queries = {name: insurer.query(query) for name, query in customer_value.question().items()}
    tests = customer_value.prepare(
        queries["tests"], queries["recognised"], rung=insurer.rung("customer_value"), clusters=8, seed=1
    )
    names = ("fitting_cost_yuan", "contribution_yuan_per_request", "worth_requests_per_100")
    given = {name: asked[name] for name in names} | {"worth_odds": asked["worth_odds_ratio"]}
    return customer_value.fit(tests, **given, controls=(groups.nobody(tests),)).third


def model_decision(insurer: tables.Tables, asked: dict[str, Any]) -> Finding:
    """The primary decision of the service-driven model, as its case asks it."""
    query = service_model.question(window_days=asked["window_days"])["quotes"]
    prepared = service_model.quotes(insurer.query(query), skilled_from=asked["skilled_from"])
    names = ("worth_ratio", "margin_per_100", "contribution_yuan_per_sale")
    given = {name: asked[name] for name in names}
    return service_model.answers(prepared, rung=insurer.rung("service_model"), **given).gain


DECISIONS: dict[str, Callable[[tables.Tables, dict[str, Any]], Finding]] = {
    "customer_value": value_decision,
    "service_model": model_decision,
}


def decided(column: str, on: dict[str, Any], seed: int, customers: int) -> Finding:
    """The primary decision on an insurer of that seed, nothing planted."""
    defaults = {name: one.default for name, one in cases.parameters(cases.case_path(column)).items()}
    with tempfile.TemporaryDirectory() as folder:
        make.make_insurer(Path(folder), customers=customers, seed=seed, switches=Switches(**on), nothing=True)
        insurer = tables.open(folder, asked=contract.check_parameters(column, defaults))
        return DECISIONS[column](insurer, defaults)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how often each switch led to which reading; the exit code says whether one led to "fund" too often."""
    parser = argparse.ArgumentParser(prog="python -m tests.nothing_planted", description=__doc__)
    parser.add_argument("column", choices=sorted(BROKEN))
    parser.add_argument("seeds", nargs="?", type=int, default=100)
    parser.add_argument("customers", nargs="?", type=int, default=150_000)
    given = parser.parse_args(arguments)
    make.planted_values = lambda plan: {}  # type: ignore[assignment]  # takes long, and is nothing here
    too_often = 0
    for name, on in BROKEN[given.column].items():
        found = [decided(given.column, on, FIRST_SEED + seed, given.customers) for seed in range(given.seeds)]
        count = Counter((one.reading, one.reason) for one in found)
        funded = sum(one.reading == "fund" for one in found)
        too_often += funded > 0.05 * given.seeds
        print(f"{given.column}, {name}: fund {funded} of {given.seeds}; {dict(count)}", flush=True)
    return min(too_often, 1)


if __name__ == "__main__":
    sys.exit(main())
