"""The claim that case 1 costs less, computed: what a yuan of extra contribution costs in service, in each case."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from cvc_helpers.estimate import Estimate, Z
from cvc_helpers.estimators.interaction import combination
from cvc_helpers.findings import Finding
from cvc_helpers.methods.service_model import GAIN, SLUG, Interaction, Quotes, checks_of
from cvc_helpers.rounding import written


def claim_cost(prepared: Quotes, found: tuple[Interaction, Interaction] | None, *, rung: str, worth: float) -> Finding:
    """The claim that case 1 costs less: service cost of a yuan of extra contribution, simple products over complex.

    Case 1 is a service in capable teams on complex products, case 2 a service on simple products whatever the team.

    Args:
        prepared: Result of `quotes`.
        found: Both interactions; None if refused.
        rung: Rung of the data ladder that the folder reaches.
        worth: Ratio from which the claim counts as borne out; 1 means case 1 costs less.
    """
    about: dict[str, Any] = {"key": f"{SLUG}.claim_cost", "kind": "claim", "unit": "ratio", "worth": worth}
    if found is None or rung != "best":
        return Finding.refused(**about, reason="no_costs")
    gains = (combination(found[0].means, GAIN), found[1].service)
    if min(gain.low for gain in gains) <= 0:
        return Finding.refused(**about, reason="no_gain")
    prices = [_price(prepared.rows, kind, gain) for kind, gain in zip((True, False), gains, strict=True)]
    (case_1, spread_1), (case_2, spread_2) = prices
    width, ratio = math.exp(Z * math.hypot(spread_1, spread_2)), case_2 / case_1
    rows, clusters = found[0].means.n + found[1].means.n, found[0].means.n_clusters
    slide = _credited(prepared.raw, is_complex=False) / _credited(prepared.raw, is_complex=True)
    return Finding.of(
        **about, estimate=Estimate(ratio, ratio / width, ratio * width, rows, clusters), on_the_slide=slide,
        method="cost_per_yuan", checks=checks_of(prepared, found[0])[:2],
        values=_costs(prepared, found, case_1, case_2),
    )  # fmt: skip


def _costs(prepared: Quotes, found: tuple[Interaction, Interaction], case_1: float, case_2: float) -> dict[str, str]:
    """Service cost of a yuan of extra contribution in both cases, and in the other teams."""
    weak = combination(found[0].means, [-1, 1, 0, 0])
    other = _price(prepared.rows, True, weak)[0] if weak.value > 0 else math.nan
    named = {"cost_complex": case_1, "cost_simple": case_2, "cost_other": other}
    return {name: written(number, "decimal") for name, number in named.items()}


def _price(rows: pd.DataFrame, is_complex: bool, gain: Estimate) -> tuple[float, float]:
    """Service cost of a yuan of extra contribution, and the standard error of its log."""
    here = rows[rows["is_complex"].astype(bool) == is_complex]
    cost = here.loc[here["used_before"].astype(bool), "service_cost_yuan"].dropna()
    worth = here.loc[here["is_converted"].astype(bool), "contribution_yuan"].dropna()
    parts = [float(column.std() / column.mean() / math.sqrt(len(column))) for column in (cost, worth)]
    error = (gain.high - gain.low) / (2 * Z) / gain.value
    return float(cost.mean() / (gain.value * worth.mean())), math.hypot(error, *parts)


def _credited(raw: pd.DataFrame, *, is_complex: bool) -> float:
    """Service cost over all contribution of quotes with a service on file, as if the service had earned it all."""
    rows = raw[(raw["is_complex"].astype(bool) == is_complex) & raw["used_ever"].astype(bool)]
    if is_complex:
        rows = rows[rows["is_skilled"]]
    return float(rows["service_cost_yuan"].sum() / rows["contribution_yuan"].sum())
