"""The planted truths of the service model, from what `quote` and `customer_year` plant."""

from __future__ import annotations

import numpy as np

from cvc_helpers.synthetic import agent, customer, quote
from cvc_helpers.synthetic.customer_year import lifetime, value
from cvc_helpers.synthetic.records import ARMS, Arm, Plan, QuoteTruth
from cvc_helpers.synthetic.streams import stream

HOLDS_FOR = {"skilled_from": 0.5, "window_days": 365, "discount": 0.95}
"""Parameters of the case for which these are the truth."""
CASE = "service_model"
SEED, CUSTOMERS, BATCH, BATCHES = 20260101, 150_000, 100_000, 4
"""Size of the insurer whose teams quote, and customers over whom a chance is averaged."""


def planted(plan: Plan = Plan()) -> dict[str, float]:  # noqa: B008 - an immutable NamedTuple
    """The planted values of an insurer; better teams change those on quotes, other switches do not.

    Returns:
        Of everybody with a quote for that kind of product, under each combination of service and capable team:
        `multiply`: ratio by which service and capable team exceed the product of both, complex products (risk ratios);
        `contrast`, `simple`: extra sales per 100 quotes of both together beyond each alone, complex and simple;
        `gain`: extra sales per 100 quotes that a service brings in a capable team, complex products;
        `claim_cost`: cost per yuan of contribution on simple over that on complex products, absent if a gain is 0.
        Over lifetimes, in closed form: `clv_retention_share`: share (0-1) of retention in the growth of lifetime value,
        absent if nothing grows; `clv_gain`: yuan per 100 customers, service cost paid.
    """
    on_quote = on_quotes(plan.quotes, plan.switches.better_teams)
    return {f"{CASE}.{name}": found for name, found in {**on_quote, **on_lifetimes(plan.arms)}.items()}


def on_quotes(truth: QuoteTruth = quote.TRUTH, better: float = 0.0) -> dict[str, float]:
    """Values of the findings on quotes, from the chance of a sale of everybody under each condition."""
    chances = {is_complex: cell_chances(is_complex, truth, better) for is_complex in (True, False)}
    gains = {is_complex: _plain(mean[True, True] - mean[False, True]) for is_complex, mean in chances.items()}
    costs = {kind: quote.COST_YUAN[kind] / quote.CONTRIBUTION_YUAN[kind] for kind in gains}
    found = {
        "multiply": _ratio(chances[True]),
        "contrast": 100 * _plain(_beyond_each(chances[True])),
        "simple": 100 * _plain(_beyond_each(chances[False])),
        "gain": 100 * gains[True],
    }
    claim = {"claim_cost": costs[False] / gains[False] / (costs[True] / gains[True])} if all(gains.values()) else {}
    return found | claim


def _plain(difference: float) -> float:
    """A difference of chances; below 1e-9, the error of adding half a million of them, it is 0."""
    return 0.0 if abs(difference) < 1e-9 else difference


def _beyond_each(mean: dict[tuple[bool, bool], float]) -> float:
    return mean[True, True] - mean[True, False] - mean[False, True] + mean[False, False]


def _ratio(mean: dict[tuple[bool, bool], float]) -> float:
    return mean[True, True] * mean[False, False] / (mean[True, False] * mean[False, True])


def cell_chances(
    is_complex: bool, truth: QuoteTruth = quote.TRUTH, better: float = 0.0
) -> dict[tuple[bool, bool], float]:
    """Mean chance of a sale if everybody with a quote of that kind had (service, capable team) so."""
    seats = agent.seats(SEED, CUSTOMERS)
    teams = quote.team_scores(SEED, seats.skill), quote.hidden_amounts(SEED, len(seats.skill), better)
    totals, count = np.zeros(4), 0
    cells = [(service, skilled) for service in (False, True) for skilled in (False, True)]
    for part in range(BATCHES):
        of = customer.people(SEED, seats, part, part * BATCH, BATCH)
        asked = quote.quotes(stream(SEED, "quote_truth", part), of, *teams, is_complex)
        totals += [quote.chance(asked.z, *cell, is_complex, truth, asked.hidden).sum() for cell in cells]
        count += len(asked.z)
    return dict(zip(cells, (totals / count).tolist(), strict=True))


def on_lifetimes(arms: tuple[Arm, Arm] = ARMS) -> dict[str, float]:
    """Values of the findings on lifetime value, in closed form."""
    before, after = arms
    costs = [arm.effective * arm.cost_yuan * lifetime(arm) for arm in arms]
    gain = {"clv_gain": float(100 * (value(after) - value(before) - (costs[1] - costs[0])))}
    if value(after) == value(before):
        return gain
    share = np.log(lifetime(after) / lifetime(before)) / np.log(value(after) / value(before))
    return gain | {"clv_retention_share": float(share)}
