"""The planted truths of customer value creation, from what `value_test` plants."""

from __future__ import annotations

from typing import Any

import numpy as np

from cvc_helpers.synthetic import agent
from cvc_helpers.synthetic.customer import wealth_bands
from cvc_helpers.synthetic.streams import stream
from cvc_helpers.synthetic.value_test import TRUTH, ValueTruth, cell_effects, chance, standing

CASE = "customer_value"
SEED, DRAWS = 20260101, 400_000


def planted(_truth: Any = None) -> dict[str, float]:
    """The planted values of the insurer as it is made; a visit to the community changes none of them."""
    return values(TRUTH)


def values(truth: ValueTruth, draws: int = DRAWS) -> dict[str, float]:
    """Value of every planted estimand of the case.

    Args:
        truth: What is planted.
        draws: Customers over whose wealth and force skill the interaction contrast is averaged.

    Returns:
        `icc`: share of variance between recognised group × theme, false members included; `fit`: conversions per 100
        when all three hold, beyond the lower orders of the contrast; `fit_odds`: the odds ratio of the three-way
        term; `recognition`: share of the recognised who belong; `nobody`: lift of those who belong to no group.
    """
    found = {
        "icc": _share(truth),
        "fit": 100 * _contrast(truth, draws),
        "fit_odds": float(np.exp(truth.all_three)),
        "recognition": float(np.mean(truth.precision)),
        "nobody": 0.0,
    }
    return {f"{CASE}.{name}": value for name, value in found.items()}


def _contrast(truth: ValueTruth, draws: int) -> float:
    """Chance to convert when all three hold, beyond what the lower orders of the contrast give."""
    rng = stream(SEED, "value_test_truth")
    skill = 1 + agent.pick(rng.random(draws), agent.TIER_SHARES)
    z = standing(wealth_bands(rng, skill), skill)
    corners = [tuple(bool(i >> k & 1) for k in range(3)) for i in range(8)]
    signs = [(-1) ** (3 - sum(corner)) for corner in corners]
    means = [chance(np.tile(corner, (draws, 1)), z, truth).mean() for corner in corners]
    return float(sum(sign * mean for sign, mean in zip(signs, means, strict=True)))


def _share(truth: ValueTruth) -> float:
    """Variance between recognised cells over the total: members and false members mixed."""
    effects, right = cell_effects(truth), np.array(truth.precision)[:, None]
    between = ((right * effects) ** 2).sum() / (effects.size - 1)
    within = 1 + (right * (1 - right) * effects**2).mean()
    return float(between / (between + within))
