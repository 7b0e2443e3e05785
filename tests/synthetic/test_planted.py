"""Planted values come from potential outcomes; where nothing is planted they are 0, or 1 for a ratio."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from scipy.stats import t

from cvc_helpers.synthetic import Switches, life, make, make_insurer, records
from cvc_helpers.synthetic.planted import big_policy_backtracking, customer_value, service_model
from cvc_helpers.synthetic.records import NOTHING, Plan
from cvc_helpers.synthetic.value_test import CUSTOMER_SPREAD

CASE = "big_policy_backtracking"
DRAWS = 400_000
STORED = json.loads(big_policy_backtracking.DEFAULT_FILE.read_text(encoding="utf-8"))
MOVED = ("extra_policies", "extra_fyp_yuan", "extra_sales", "extra_proposals")


@pytest.fixture(scope="module")
def fresh():
    """Values and Monte-Carlo errors of the default plan, with another seed than the stored ones."""
    return big_policy_backtracking.simulated(Plan(), DRAWS, seed=5)


def test_the_stored_truth_is_that_of_a_fresh_simulation(fresh):
    values, errors = fresh
    assert STORED["planted"].keys() == values.keys() == STORED["standard_error"].keys()
    assert STORED["planted"] == big_policy_backtracking.planted()
    # one false alarm in a thousand over all values, errors estimated from the replicates
    bound = t.ppf(1 - 0.0005 / len(values), df=big_policy_backtracking.REPLICATES - 1)
    for key, value in STORED["planted"].items():
        if "_rest" not in key:
            assert values[key] == pytest.approx(value, abs=bound * np.hypot(errors[key], STORED["standard_error"][key]))


def test_outside_the_group_a_visit_does_as_good_as_nothing(fresh):
    for values in (fresh[0], STORED["planted"]):
        for name in MOVED:
            # one in thirty turns 50 within the year, and one in ten of those comes again
            assert abs(values[f"{CASE}.{name}_rest"]) < 0.1 / 30 * values[f"{CASE}.{name}"]
        for name in ("odds_ratio", "premium_ratio"):
            assert values[f"{CASE}.{name}_rest"] == pytest.approx(1, abs=0.002)


def test_the_stored_errors_are_small_beside_the_effects():
    for name in MOVED:
        assert STORED["standard_error"][f"{CASE}.{name}"] < 0.01 * STORED["planted"][f"{CASE}.{name}"]


def test_where_nothing_is_planted_every_value_of_every_case_is_a_zero(monkeypatch):
    monkeypatch.setattr(big_policy_backtracking, "MOVED_DRAWS", 100_000)
    values = make.planted_values(NOTHING)
    ratios = ("multiply", "fit_odds", "premium_ratio", "odds_ratio", "letter_odds_ratio")
    for key, value in values.items():
        name = key.partition(".")[2]
        if name != "recognition":
            assert value == pytest.approx(float(name.removesuffix("_rest") in ratios), abs=1e-6), key
    assert {key.partition(".")[0] for key in values} == {CASE, customer_value.CASE, service_model.CASE}


def test_a_policy_cancelled_in_the_free_look_counts_in_neither_life(monkeypatch):
    plain, _ = big_policy_backtracking.simulated(Plan(), 40_000)
    monkeypatch.setattr(big_policy_backtracking, "FREE_LOOK", 0.5)
    found, _ = big_policy_backtracking.simulated(Plan(), 40_000)
    # the same lives; of a premium half is left instead of 98 %
    assert found[f"{CASE}.extra_proposals"] == plain[f"{CASE}.extra_proposals"]
    assert found[f"{CASE}.extra_fyp_yuan"] == pytest.approx(0.5 / 0.98 * plain[f"{CASE}.extra_fyp_yuan"], rel=0.1)


def test_no_policy_follows_from_a_travel_day(tmp_path, monkeypatch):
    """The zero of the negative control: with five times the travel days the policies are the same, byte for byte."""
    monkeypatch.setattr(make, "planted_values", lambda plan: {})
    digests = []
    for rate in (life.TRAVEL_RATE, 5 * life.TRAVEL_RATE):
        monkeypatch.setattr(life, "TRAVEL_RATE", rate)
        make_insurer(tmp_path, customers=3_000, seed=3)
        digests.append(
            {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.glob("*.parquet")}
        )
    assert {name for name in digests[0] if digests[0][name] != digests[1][name]} == {"attendance"}
    assert big_policy_backtracking.planted()[f"{CASE}.negative_control"] == 0


def test_agents_with_factors_of_their_own_change_what_a_visit_brings(fresh):
    values, errors = fresh
    on = Switches(agent_spread=0.5, agent_inviting=0.8)
    found = big_policy_backtracking.simulated(Plan(switches=on), DRAWS, seed=5)[0]
    # the mean of rate times size over visitors is exp(.5^2 + 2 * .8 * .5^2) of what it was, if no premium had a limit
    ratio = found[f"{CASE}.extra_fyp_yuan"] / values[f"{CASE}.extra_fyp_yuan"]
    assert 1.3 < ratio < np.exp(0.5**2 + 2 * 0.8 * 0.5**2)
    assert found[f"{CASE}.extra_policies"] > values[f"{CASE}.extra_policies"] + 4 * errors[f"{CASE}.extra_policies"]


def test_sales_that_take_their_time_fall_out_of_the_year_after_a_visit(fresh):
    values, errors = fresh
    found = big_policy_backtracking.simulated(Plan(switches=Switches(closing_visits=0.8)), DRAWS, seed=5)[0]
    name = f"{CASE}.extra_sales"
    assert found[name] < values[name] - 4 * errors[name]
    # proposals are made as before
    assert found[f"{CASE}.extra_proposals"] == pytest.approx(values[f"{CASE}.extra_proposals"], rel=0.03)


def test_levels_of_customers_and_agents_weaken_the_odds_ratio_and_the_share_explained():
    plain = customer_value.planted()
    found = customer_value.planted(Plan(switches=Switches(repeated_tests=0.5, agent_answers=0.7)))
    variance = CUSTOMER_SPREAD**2 + 0.7**2
    # a logit averaged over normal levels: coefficients shrink by about sqrt(1 + .346 variance)
    shrunk = np.log(plain["customer_value.fit_odds"]) / np.sqrt(1 + 0.346 * variance)
    assert np.log(found["customer_value.fit_odds"]) == pytest.approx(shrunk, abs=0.1)
    assert found["customer_value.icc"] < plain["customer_value.icc"]
    assert found["customer_value.recognition"] == plain["customer_value.recognition"]


def test_better_teams_gain_more_and_multiply_as_before():
    plain, found = service_model.planted(), service_model.planted(Plan(switches=Switches(better_teams=0.4)))
    half = (1 + np.exp(0.4)) / 2
    assert found["service_model.gain"] == pytest.approx(half * plain["service_model.gain"], rel=0.03)
    assert found["service_model.multiply"] == pytest.approx(plain["service_model.multiply"])


def test_an_insurer_that_is_switched_says_so_beside_its_tables(tmp_path):
    make_insurer(tmp_path, customers=300, switches=Switches(income=True))
    content = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert content["plan"]["switches"]["income"] is True
    assert content["plan"]["values"]["tau"] == records.ValueTruth().tau
    assert content["planted"] == json.loads(json.dumps(content["planted"]))
