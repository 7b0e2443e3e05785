"""What a client's gaps do to a number: the same quotes or the same customers, run again without this or that column."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pandas as pd

from cvc_helpers.estimate import Array, Estimate
from cvc_helpers.estimators.interaction import combination
from cvc_helpers.findings import Finding
from cvc_helpers.methods import service_model__lifetimes as life
from cvc_helpers.methods.service_model import ESSENTIAL, GAIN, interaction, quotes

DATES, WEALTH_AND_NEED = "dates", "wealth_and_need"
THINGS = (DATES, WEALTH_AND_NEED)
COST, RENEWALS = "cost", "renewals"
OF_A_LIFE = (COST, RENEWALS)


def gains(rows: pd.DataFrame, result: Finding, *, skilled_from: float, margin_per_100: float) -> dict[str, Estimate]:
    """Sales that a service adds to 100 quotes in capable teams, complex products, with and without each thing.

    Without its date a service counts whenever it came, as on the slide.

    Args:
        rows: Result of `service_model__quotes`.
        result: The finding with nothing withheld; nothing is run where it is refused.
        skilled_from: Team score from which a team counts as capable.
        margin_per_100: Contrast that still counts as none.

    Returns:
        What is withheld, sorted and joined by `+` (`""` for nothing), to the number per 100 with its interval.

    Raises:
        CvcError: As `quotes` and `interaction`.
    """
    if result.is_refused:
        return {}
    return {"+".join(names): _gain(rows, names, skilled_from, margin_per_100) for names in _subsets(THINGS)}


def _gain(rows: pd.DataFrame, names: tuple[str, ...], skilled_from: float, margin_per_100: float) -> Estimate:
    seen = rows.assign(used_before=rows["used_ever"]) if DATES in names else rows
    gone = ",".join(ESSENTIAL) if WEALTH_AND_NEED in names else ""
    prepared = quotes(seen, skilled_from=skilled_from, withhold=gone)
    found = interaction(prepared, is_complex=True, margin=margin_per_100 / 100)
    return combination(found.means, GAIN).times(100)


def lifetime_gains(
    lifetimes: pd.DataFrame, result: Finding, *, discount: float, draws: int = 400, seed: int = 1
) -> dict[str, Estimate]:
    """What lifetime value gains, with and without what the services cost and every renewal after the first.

    Args:
        lifetimes: Result of `service_model__lifetimes`.
        result: The finding with nothing withheld; nothing is run where it is refused.
        discount: Worth today of a yuan in a year.
        draws: Bootstrap draws of agents.
        seed: Of these draws.

    Returns:
        What is withheld, sorted and joined by `+` (`""` for nothing), to yuan per 100 customers with their interval.

    Raises:
        CvcError: As `cohorts` and `value_points`.
    """
    if result.is_refused:
        return {}
    halves = life.cohorts(lifetimes)
    seen = [half.sums.sum(axis=0) for half in halves]
    drawn = [life.resampled(half, draws=draws, seed=seed + number) for number, half in enumerate(halves)]
    return {"+".join(names): _life(seen, drawn, names, discount) for names in _subsets(OF_A_LIFE)}


def _subsets(things: tuple[str, ...]) -> chain[tuple[str, ...]]:
    return chain.from_iterable(combinations(things, size) for size in range(len(things) + 1))


def _life(seen: list[Array], drawn: list[Array], names: tuple[str, ...], discount: float) -> Estimate:
    value, spread = (life.net([_without(sums, names, discount) for sums in halves]) for halves in (seen, drawn))
    low, high = np.quantile(spread, [0.025, 0.975]).tolist()
    return Estimate(float(value), low, high)


def _without(sums: Array, names: tuple[str, ...], discount: float) -> life.Points:
    """Value points of one half; with one renewal on file everybody leaves at its pace, for ever."""
    points = life.value_points(sums, discount=discount)
    if RENEWALS in names:
        points = points.over(life.first_rate_years(sums, discount=discount))
    return points._replace(cost=0 * points.cost) if COST in names else points
