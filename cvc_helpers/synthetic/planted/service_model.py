"""The planted truths of the service model, from what `quote` and `customer_year` plant."""

from __future__ import annotations

from typing import Any

import numpy as np

from cvc_helpers.synthetic import agent, customer, customer_year, quote
from cvc_helpers.synthetic.customer_year import lifetime, value
from cvc_helpers.synthetic.streams import stream

HOLDS_FOR = {"skilled_from": 0.5, "window_days": 365, "discount": 0.95}
"""Parameters of the case for which these are the truth."""
CASE = "service_model"
SEED, CUSTOMERS, BATCH, BATCHES = 20260101, 150_000, 100_000, 4
"""Size of the insurer whose teams quote, and customers over whom a chance is averaged."""


def planted(_truth: Any = None) -> dict[str, float]:
    """The planted values of the insurer as it is made; a visit to the community changes none of them.

    Returns:
        `multiply`: ratio by which service and capable team exceed the product of both, complex products;
        `contrast`, `simple`: extra sales per 100 quotes of both together beyond each alone, complex and simple;
        `gain`: extra sales per 100 quotes that a service brings in a capable team, complex products;
        `claim_cost`: cost per yuan of contribution on simple over that on complex products; `clv_retention_share`:
        share of retention in the growth of lifetime value; `clv_gain`: yuan per 100 customers, service cost paid.
    """
    return {f"{CASE}.{name}": found for name, found in {**on_quotes(), **on_lifetimes()}.items()}


def on_quotes() -> dict[str, float]:
    """Values of the findings on quotes, from the chance of a sale of everybody under each condition."""
    chances = {is_complex: cell_chances(is_complex) for is_complex in (True, False)}
    gains = {is_complex: mean[True, True] - mean[False, True] for is_complex, mean in chances.items()}
    costs = {kind: quote.COST_YUAN[kind] / (gain * quote.CONTRIBUTION_YUAN[kind]) for kind, gain in gains.items()}
    return {
        "multiply": float(np.exp(quote.TRUTH.log_both)),
        "contrast": 100 * _beyond_each(chances[True]),
        "simple": round(100 * _beyond_each(chances[False]), 9) + 0.0,
        "gain": 100 * gains[True],
        "claim_cost": costs[False] / costs[True],
    }


def _beyond_each(mean: dict[tuple[bool, bool], float]) -> float:
    return mean[True, True] - mean[True, False] - mean[False, True] + mean[False, False]


def cell_chances(is_complex: bool, truth: quote.Truth = quote.TRUTH) -> dict[tuple[bool, bool], float]:
    """Mean chance of a sale if everybody with a quote of that kind had (service, capable team) so."""
    seats = agent.seats(SEED, CUSTOMERS)
    scores, totals, count = quote.team_scores(SEED, seats.skill), np.zeros(4), 0
    cells = [(service, skilled) for service in (False, True) for skilled in (False, True)]
    for part in range(BATCHES):
        of = customer.people(SEED, seats, part, part * BATCH, BATCH)
        z = quote.quotes(stream(SEED, "quote_truth", part), of, scores, is_complex).z
        totals += [quote.chance(z, *cell, is_complex, truth).sum() for cell in cells]
        count += len(z)
    return dict(zip(cells, (totals / count).tolist(), strict=True))


def on_lifetimes() -> dict[str, float]:
    """Values of the findings on lifetime value, in closed form."""
    before, after = customer_year.TRUTH
    share = np.log(lifetime(after) / lifetime(before)) / np.log(value(after) / value(before))
    costs = [arm.effective * arm.cost_yuan * lifetime(arm) for arm in customer_year.TRUTH]
    gain = 100 * (value(after) - value(before) - (costs[1] - costs[0]))
    return {"clv_retention_share": float(share), "clv_gain": float(gain)}
