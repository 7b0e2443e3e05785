"""Every design of every method, on seeds 0–19; `make truth` runs a hundred."""

import pytest

from tests.methods.design import designs, score, trial

SEEDS = range(20)


@pytest.mark.parametrize("design", designs(), ids=lambda design: design.name)
def test_interval_covers_the_planted_truth_and_the_slide_does_not(design):
    trials = [trial(design, seed) for seed in SEEDS]
    row = score(design, trials)
    assert sum(one["covers"] for one in trials) >= 17
    assert sum(one["sees_effect"] for one in trials) >= 16
    assert sum(one["slide_outside"] for one in trials) >= 16
    assert sum(one["false_alarm"] for one in trials) <= 3
    assert row["width_vs_oracle"] <= 1.25
