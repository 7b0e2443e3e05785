"""The planted truths of customer value creation, from what `value_test` plants."""

from __future__ import annotations

import numpy as np

from cvc_helpers.synthetic import agent
from cvc_helpers.synthetic.arrow import Floats, Ints
from cvc_helpers.synthetic.customer import wealth_bands
from cvc_helpers.synthetic.records import Plan, Switches, ValueTruth
from cvc_helpers.synthetic.streams import stream
from cvc_helpers.synthetic.value_test import CUSTOMER_SPREAD, cell_effects, chance, standing

CASE = "customer_value"
SEED, DRAWS = 20260101, 400_000


def planted(plan: Plan = Plan()) -> dict[str, float]:  # noqa: B008 - an immutable NamedTuple
    """The planted values of an insurer; levels of customers and agents change them, other switches do not."""
    return values(plan.values, switches=plan.switches)


def values(
    truth: ValueTruth,
    draws: int = DRAWS,
    switches: Switches = Switches(),  # noqa: B008 - an immutable NamedTuple
) -> dict[str, float]:
    """Value of every planted estimand of the case.

    Args:
        truth: What is planted.
        draws: Customers whose chances to convert are simulated under each combination of the three criteria.
        switches: What is switched on.

    Returns:
        `icc`: share (0-1) of the variance of the response between recognised group × theme, given demographics, false
        members included (closed form). `fit`: conversions per 100 customers when all three criteria hold, beyond the
        lower orders of the contrast, averaged over customers. `third`: conversions per 100 customers with all three
        criteria less those with two, the mean of the three pairs. `fit_odds`: odds ratio of the three-way term at equal
        wealth and skill tier, from the mean chances of each wealth and tier, averaged over customers. `recognition`:
        share (0-1) of the recognised who belong, mean of the groups. `nobody`: lift in points of those who belong to
        no group from the theme of the group they are put in: 0, since `value_test.response` gives them no effect.
    """
    spread = _level(switches)
    skill, wealth, means = _chances(truth, draws, spread)
    found = {
        "icc": _share(truth, spread),
        "fit": 100 * float(_contrast(means).mean()),
        "third": 100 * float((means[7] - means[[3, 5, 6]].mean(axis=0)).mean()),
        "fit_odds": float(np.exp(_log_odds(skill, wealth, means))),
        "recognition": float(np.mean(truth.precision)),
        "nobody": 0.0,
    }
    return {f"{CASE}.{name}": value for name, value in found.items()}


def _level(on: Switches) -> float:
    """Standard deviation of what a customer and an agent add of their own."""
    return float(np.hypot(CUSTOMER_SPREAD if on.repeated_tests else 0.0, on.agent_answers))


def _chances(truth: ValueTruth, draws: int, spread: float) -> tuple[Ints, Ints, Floats]:
    """Skill tier and wealth of the customers, and their chances to convert under the eight corners, shape (8, n)."""
    rng = stream(SEED, "value_test_truth")
    skill = 1 + agent.pick(rng.random(draws), agent.TIER_SHARES)
    wealth = wealth_bands(rng, skill)
    level = spread * rng.standard_normal(draws)
    corners = [np.tile([bool(i >> k & 1) for k in range(3)], (draws, 1)) for i in range(8)]
    return skill, wealth, np.array([chance(each, standing(wealth, skill), truth, level) for each in corners])


def _contrast(of: Floats) -> Floats:
    """The three-way contrast of eight corners, shape (8, n): all three, beyond what the lower orders give; (n,)."""
    signs = np.array([(-1) ** (3 - i.bit_count()) for i in range(8)])
    return np.asarray(signs @ of)


def _log_odds(skill: Ints, wealth: Ints, chances: Floats) -> float:
    """Three-way log odds ratio of the mean chances at each wealth and skill tier, weighted by customers."""
    cell = 5 * (wealth - 1) + skill - 1
    count = np.bincount(cell, minlength=25)
    means = np.array([np.bincount(cell, each, 25) for each in chances])[:, count > 0] / count[count > 0]
    # twelve decimals: beyond them stands the error of adding
    return round(float(np.average(_contrast(np.log(means / (1 - means))), weights=count[count > 0])), 12)


def _share(truth: ValueTruth, spread: float) -> float:
    """Variance between recognised cells over the total: members and false members mixed."""
    effects, right = cell_effects(truth), np.array(truth.precision)[:, None]
    between = ((right * effects) ** 2).sum() / (effects.size - 1)
    within = 1 + spread**2 + (right * (1 - right) * effects**2).mean()
    return float(between / (between + within))
