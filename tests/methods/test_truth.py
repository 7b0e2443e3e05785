"""Every design of every method, on seeds 0–19; `make truth` runs a hundred."""

import math
import pickle
from statistics import NormalDist

import pytest
from scipy.stats import binom

from cvc_helpers.errors import CvcError
from tests import truth
from tests.methods.design import BARS, Design, Interval, columns, designs, larger, missed, score, trial

SEEDS = range(20)
HONEST = 0.93
"""True coverage of a method that is good enough; it may fail here by chance once in a thousand runs."""
CHANCE = 0.001
each_design = pytest.mark.parametrize(
    "design", [design for column in columns() for design in designs(column)], ids=lambda design: design.name
)


def fewest(share: float) -> int:
    """Of the seeds, so many reach a true share, but for less than one run in a thousand."""
    return int(binom.ppf(CHANCE, len(SEEDS), share))


@each_design
def test_interval_covers_the_planted_truth_and_the_slide_does_not(design):
    trials = [trial(design, seed) for seed in SEEDS]
    row = score(design, trials)
    count = {
        name: sum(one[name] for one in trials) for name in ("covers", "false_alarm", "sees_effect", "slide_outside")
    }
    if design.is_lesson:
        assert count["covers"] < fewest(HONEST)
        return
    assert count["covers"] >= fewest(HONEST)
    assert len(SEEDS) - count["false_alarm"] >= fewest(HONEST)
    assert row["width_vs_oracle"] <= BARS["width_vs_oracle"][1]
    for name in ("sees_effect", "slide_outside"):
        assert math.isnan(row[name]) or count[name] >= fewest(BARS[name][0])


def test_the_bound_fails_an_honest_method_less_than_once_in_a_thousand_runs():
    assert binom.cdf(fewest(HONEST) - 1, len(SEEDS), HONEST) < CHANCE
    assert binom.cdf(fewest(HONEST), len(SEEDS), HONEST) >= CHANCE  # and one more would do so


def made_up(*, bias=0.0, width=1.0, effect=1.0, slide=2.0):
    """A design whose draws are the hundredths of a normal distribution: nothing in it is left to chance."""

    def draw(seed, effect):
        return effect + 0.1 * Z_OF[seed % 100]

    def estimate(value, width=width):
        return Interval(value + bias, value + bias - 0.196 * width, value + bias + 0.196 * width)

    return Design(
        "made up", draw, estimate, lambda value: estimate(value, 1.0), lambda value: slide, effect, effect, 0.0, 0.0
    )


Z_OF = [NormalDist().inv_cdf((seed + 0.5) / 100) for seed in range(100)]
FLAWS = {
    "honest": ({}, []),
    "biased": ({"bias": 0.15}, ["covers", "bias_share", "zero_bias", "false_alarm"]),
    "biased a little": ({"bias": 0.02}, ["zero_bias"]),
    "too wide": ({"width": 1.5}, ["width_vs_oracle", "spread_vs_error"]),
    "too narrow": ({"width": 0.7}, ["covers", "spread_vs_error", "false_alarm"]),
    "too weak": ({"effect": 0.2}, ["sees_effect"]),
    "slide in the interval": ({"slide": 1.1}, ["slide_outside"]),
}


def scored(design, seeds=range(100)):
    return score(design, [trial(design, seed) for seed in seeds])


@pytest.mark.parametrize(("change", "wrong"), FLAWS.values(), ids=list(FLAWS))
def test_each_flaw_of_a_method_misses_its_bars(change, wrong):
    assert missed(scored(made_up(**change))) == wrong


def test_what_a_design_does_not_plant_is_not_scored():
    design = made_up()._replace(slide=None, effect=0.0, truth=0.0)
    row = scored(design)
    assert all(math.isnan(row[name]) for name in ("bias_share", "sees_effect", "slide_outside"))
    assert missed(row) == []


def test_a_design_that_misses_is_judged_on_fresh_seeds_and_both_are_published():
    seen = []

    def trials(design, seeds):
        seen.append(seeds)
        return [trial(made_up(effect=0.2 if seeds == truth.SEEDS else 1.0), seed) for seed in seeds]

    first, second = truth.judged(made_up(), trials, truth.SEEDS)
    assert seen == [range(100), range(1_000, 1_400)]
    assert (first["missed"], first["seeds"]) == ("sees_effect", 100)
    assert (second["missed"], second["seeds"]) == ("", 400)


def short(bias=0.0, width=1.0, enough=1.0):
    """A design that sees nothing as written; enlarged to 50 rows it has an effect of `enough`."""

    def trials(design, seeds):
        effect = enough if "enlarged to 50" in design.name else 0.2
        return [trial(made_up(bias=bias, width=width, effect=effect), seed) for seed in seeds]

    return [row["missed"] for row in truth.judged(made_up()._replace(enlarged=50), trials, truth.SEEDS)]


def test_a_design_short_of_power_is_shown_as_written_and_judged_enlarged():
    assert short() == ["sees_effect", "sees_effect (short of power as written)", ""]
    assert short(enough=0.2)[2:] == ["sees_effect", "sees_effect"]  # still short: it misses


def test_only_want_of_power_is_put_right_by_more_rows():
    [first, second] = short(bias=0.15)
    assert "covers" in first
    assert second == first
    [narrow, _] = short(width=0.7)
    assert "spread_vs_error" in narrow


def test_the_enlarged_design_draws_so_many_rows():
    design = next(one for one in designs("customer_value") if one.enlarged)
    assert len(larger(design).draw(0, design.zero)) == design.enlarged > len(design.draw(0, design.zero))


class Here:
    """Runs at once what a pool of processes would run."""

    def map(self, function, places, chunksize):
        return [trial(made_up(), seed) for *_, seed in places]


def test_a_run_writes_its_own_table_only_and_with_all_seeds_only(tmp_path, monkeypatch):
    monkeypatch.setattr(truth, "FOLDER", tmp_path)
    monkeypatch.setattr(truth, "designs", lambda column: [made_up()])
    truth.run("one_column", range(20), Here())
    assert list(tmp_path.iterdir()) == []
    assert truth.run("one_column", truth.SEEDS, Here()) == 0
    [table] = tmp_path.iterdir()
    assert table.name == "one_column.csv"
    assert table.read_text(encoding="utf-8").splitlines()[0].split(",")[-1] == "missed"


def test_an_error_of_a_method_arrives_from_another_process_as_it_was_raised():
    raised = CvcError("E210", caller="mean", reason="no rows", remedy="Ask for some.")
    arrived = pickle.loads(pickle.dumps(raised))
    assert (arrived.code, str(arrived), arrived.exit_code) == (raised.code, str(raised), raised.exit_code)
