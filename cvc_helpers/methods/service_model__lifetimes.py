"""Customer lifetime value: a cohort followed over years, and its change split exactly into the four value points."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Estimate
from cvc_helpers.estimators import require_columns
from cvc_helpers.estimators.decomposition import split_change
from cvc_helpers.estimators.retention import expected_lifetime, fit_retention
from cvc_helpers.findings import Finding
from cvc_helpers.gate import Check
from cvc_helpers.rounding import written
from cvc_helpers.vocabulary import VALUE_POINTS

SLUG = "service_model"
WORST_BALANCE = 0.1
WORST_TREND = 0.1
"""Change of contribution a customer in force, first to last year seen, from which payment is tied to staying; ours."""
LARGEST_FALL = 0.01
"""Fall of the share renewing, first to last year seen, from which a constant chance is said to stand in; ours."""
NO_FIT = ("E210", "E257")
"""Errors of the fit of retention that data of a client may bring."""
FEWEST_AGENTS = 20
SMALLEST_CHANGE = 0.01
"""Below this change in log value the shares of the value points are not defined."""
EQUAL_SHARE = 1 / len(VALUE_POINTS)
POINTS = tuple(term.key for term in VALUE_POINTS)
LIFETIME = POINTS.index("trust")
"""Where among the factors the lifetime stands."""
SUMS = ("customers", "effective", "in_force", "contribution_yuan", "repeat_yuan", "service_cost_yuan", "benefit_yuan")
WEALTH = ("wealth", "wealth_squared", "wealth_known")
POINT_COLUMNS = ["point", "before", "after", "yuan_per_100", "share", "low", "high"]
SIDE_COLUMNS = ["side", "before", "after", "change", "n"]


class Values(NamedTuple):
    """The findings on lifetime value, the four value points, and the two sides (empty where refused)."""

    retention_share: Finding
    gain: Finding
    points: pd.DataFrame
    sides: pd.DataFrame


class Cohort(NamedTuple):
    """One half of the followed cohort: sums of shape (agents, years, `SUMS`), and year 1's of `WEALTH`."""

    sums: Array
    wealth: Array


class Points(NamedTuple):
    """The four factors of lifetime value, and yearly service cost and customer benefit; shapes (..., 4) and (...).

    The factors are in the order of `vocabulary.VALUE_POINTS`: share of effective customers, yearly contribution in
    yuan, discounted lifetime in years, lifelong multiplier (1 + repeat and referral over first contribution).
    """

    factors: Array
    cost: Array
    benefit: Array

    def over(self, years: Array) -> Points:
        """The same with another lifetime, in discounted years of shape (...); what a year brings and costs stays."""
        longer = years / self.factors[..., LIFETIME]
        factors = self.factors.copy()
        factors[..., LIFETIME] = years
        return Points(factors, longer * self.cost, longer * self.benefit)


def values(
    lifetimes: pd.DataFrame,
    *,
    rung: str,
    discount: float,
    draws: int = 400,
    seed: int = 1,
) -> Values:
    """Lifetime value of both halves of the cohort, its change by value point, and the two sides; or refusals.

    Args:
        lifetimes: Result of `service_model__lifetimes`.
        rung: Rung of the data ladder that the folder reaches.
        discount: Worth today of a yuan in a year.
        draws: Bootstrap draws of agents.
        seed: Of these draws.
    """
    reason = "no_years" if rung != "best" else ""
    halves = () if reason else cohorts(lifetimes)
    if reason or (reason := _too_few(halves)):
        return _refused(reason)
    try:
        found = [value_points(half.sums.sum(axis=0), discount=discount) for half in halves]
        drawn = [
            value_points(resampled(half, draws=draws, seed=seed + number), discount=discount)
            for number, half in enumerate(halves)
        ]
    except CvcError as error:  # a secondary analysis must not end the run, and the decision with it
        if error.code not in NO_FIT:
            raise
        return _refused("no_renewal")
    if abs(math.log(found[1].factors.prod() / found[0].factors.prod())) < SMALLEST_CHANGE:
        return _refused("no_change")
    points, sides = points_table(found, drawn), sides_table(found, halves)
    slide = _slide_gain(found, halves, discount)
    return Values(share_finding(points, halves), _gain_finding(found, drawn, halves, sides, slide), points, sides)


def _about_gain() -> dict[str, Any]:
    """What lifetime value gains: a measure, since nobody recorded how the two halves were chosen."""
    return {"key": f"{SLUG}.clv_gain", "kind": "measure", "unit": "yuan_per_100"}


def _about_share() -> dict[str, Any]:
    return {"key": f"{SLUG}.clv_retention_share", "kind": "measure", "unit": "share"}


def cohorts(lifetimes: pd.DataFrame) -> tuple[Cohort, Cohort]:
    """The halves engaged as before and service-first, by agent.

    Args:
        lifetimes: Result of `service_model__lifetimes`.

    Raises:
        CvcError: E209 a policy year below 1 or more customers in force than there are.
    """
    require_columns(lifetimes.columns, {"is_service_driven", "agent_id", "policy_year", *SUMS, *WEALTH}, "cohorts")
    if wrong := int(((lifetimes["policy_year"] < 1) | (lifetimes["in_force"] > lifetimes["customers"])).sum()):
        raise CvcError("E209", caller="cohorts", count=wrong, column="policy_year", expected="1, 2, ...")
    first, second = (_cohort(lifetimes[lifetimes["is_service_driven"].astype(bool) == kind]) for kind in (False, True))
    return first, second


def _cohort(rows: pd.DataFrame) -> Cohort:
    agents, names = pd.factorize(rows["agent_id"])
    years = rows["policy_year"].to_numpy(int) - 1
    sums = np.zeros((len(names), int(years.max(initial=0)) + 1, len(SUMS)))
    np.add.at(sums, (agents, years), rows[list(SUMS)].to_numpy(float))
    wealth = rows.loc[rows["policy_year"] == 1, list(WEALTH)].to_numpy(float).sum(axis=0)
    return Cohort(sums, wealth)


def value_points(sums: Array, *, discount: float) -> Points:
    """The factors of one half of the cohort.

    Contribution and multiplier are per year in force, so that staying longer counts once, in the lifetime.

    Args:
        sums: Shape (..., years, `SUMS`).
        discount: Worth today of a yuan in a year.
    """
    of = {name: sums[..., index] for index, name in enumerate(SUMS)}
    total = {name: values.sum(axis=-1) for name, values in of.items()}
    effective = of["effective"][..., 0] / of["customers"][..., 0]
    retention = fit_retention(of["customers"][..., 1:], of["in_force"][..., 1:])
    years = expected_lifetime(retention, discount=discount)
    contribution = total["contribution_yuan"] / total["in_force"]
    lifelong = 1 + total["repeat_yuan"] / total["contribution_yuan"]
    factors = np.stack([effective, contribution, years, lifelong], axis=-1)
    lasting = effective * years / total["in_force"]
    return Points(factors, lasting * total["service_cost_yuan"], lasting * total["benefit_yuan"])


def resampled(of: Cohort, *, draws: int, seed: int) -> Array:
    """Sums of the cohort over agents drawn with replacement, shape (draws, years, `SUMS`)."""
    agents = len(of.sums)
    counts = np.random.default_rng(seed).multinomial(agents, np.full(agents, 1 / agents), size=draws)
    return np.tensordot(counts.astype(float), of.sums, axes=1)


def shares(before: Array, after: Array) -> Array:
    """Share of each value point in the change of lifetime value, shape (..., 4)."""
    parts = split_change(before, after)
    return np.asarray(parts / parts.sum(axis=-1, keepdims=True))


def _too_few(halves: tuple[Cohort, ...]) -> str:
    fewest = min(len(half.sums) for half in halves)
    years = min(half.sums.shape[1] for half in halves)
    return "few_customers" if fewest < FEWEST_AGENTS or years < 3 else ""


def _refused(reason: str) -> Values:
    share = Finding.refused(**_about_share(), reason=reason, on_the_slide=EQUAL_SHARE)
    empty = pd.DataFrame(columns=POINT_COLUMNS), pd.DataFrame(columns=SIDE_COLUMNS)
    return Values(share, Finding.refused(**_about_gain(), reason=reason), *empty)


def points_table(found: list[Points], drawn: list[Points]) -> pd.DataFrame:
    """The four value points: both halves, and what each contributes to the change; the parts sum to it exactly.

    Args:
        found: Points of both halves, before first.
        drawn: The same for each bootstrap draw.

    Returns:
        One row a point: `point`, `before`, `after`, `yuan_per_100` customers, `share`, `low`, `high`.
    """
    parts = 100 * split_change(found[0].factors, found[1].factors)
    low, high = np.quantile(shares(drawn[0].factors, drawn[1].factors), [0.025, 0.975], axis=0)
    columns = {"before": found[0].factors, "after": found[1].factors, "yuan_per_100": parts}
    table = pd.DataFrame({"point": POINTS, **columns, "share": parts / parts.sum(), "low": low, "high": high})
    return table[POINT_COLUMNS]


def sides_table(found: list[Points], halves: tuple[Cohort, ...]) -> pd.DataFrame:
    """What a lifetime brings to the company and, apart, to the customer: yuan per 100 customers, today's money.

    The two sides are never added: what the customer would have paid is not the insurer's income.

    Returns:
        One row each of `contribution`, `service_cost` (company) and `benefit` (customer): `side`, `before`, `after`,
        `change`, `n` customers.
    """
    rows = {"contribution": [100 * float(one.factors.prod()) for one in found]}
    rows |= {"service_cost": [-100 * float(one.cost) for one in found]}
    rows |= {"benefit": [100 * float(one.benefit) for one in found]}
    n = int(min(half.sums[:, 0, 0].sum() for half in halves))
    listed = [(side, before, after, after - before, n) for side, (before, after) in rows.items()]
    return pd.DataFrame(listed, columns=SIDE_COLUMNS)


def balance(halves: tuple[Cohort, ...]) -> float:
    """Difference of the halves in mean wealth band, in standard deviations; NaN if wealth is unknown."""
    known = [half.wealth[2] for half in halves]
    if min(known) < 2:
        return math.nan
    means = [half.wealth[0] / half.wealth[2] for half in halves]
    spread = [half.wealth[1] / half.wealth[2] - mean**2 for half, mean in zip(halves, means, strict=True)]
    return float((means[1] - means[0]) / math.sqrt(sum(spread) / 2))


def payment_trend(halves: tuple[Cohort, ...]) -> float:
    """Change of the contribution of a customer in force from the first year to the last, the larger of the halves.

    Where those who pay more stay longer it rises. The contribution per year in force then holds for the years seen;
    beyond them stay the ones who pay more, and the product of the four factors falls short of the value.
    """
    found = []
    for half in halves:
        total = dict(zip(SUMS, half.sums.sum(axis=0).T, strict=True))
        paid = total["contribution_yuan"] / np.maximum(total["in_force"], 1)
        found.append(float(paid[-1] / paid[0] - 1) if paid[0] > 0 else math.nan)
    return max(found, key=abs)


def renewal_trend(halves: tuple[Cohort, ...]) -> float:
    """Change of the share renewing from the first renewal to the last, the lower of the halves.

    Where members differ it rises, as those likely to leave go first. Where it falls no such difference fits: the model
    ends at its edge, one constant chance for all, and a lifetime beyond the years seen is too long.
    """
    found = []
    for half in halves:
        total = dict(zip(SUMS, half.sums.sum(axis=0).T, strict=True))
        renewed = total["in_force"][1:] / np.maximum(total["customers"][1:], 1)
        found.append(float(renewed[-1] - renewed[0]))
    return min(found)


def _shared(halves: tuple[Cohort, ...]) -> dict[str, Any]:
    """Method and checks of both findings on lifetime value."""
    gap = abs(balance(halves))
    trend = payment_trend(halves)
    checks = (
        Check("balance", gap, gap < WORST_BALANCE, "essential"),
        Check("tied", trend, abs(trend) < WORST_TREND, "sensitivity"),
        Check("falling", fall := renewal_trend(halves), fall > -LARGEST_FALL),
    )
    return {"method": "lifetime_split", "comparison": "comparable_cohort", "checks": checks}


def _counts(halves: tuple[Cohort, ...]) -> tuple[int, int]:
    return int(sum(half.sums[:, 0, 0].sum() for half in halves)), sum(len(half.sums) for half in halves)


def share_finding(points: pd.DataFrame, halves: tuple[Cohort, ...]) -> Finding:
    """A measure: how much of the change in lifetime value is retention.

    Args:
        points: Result of `points_table`.
        halves: Both halves of the cohort.
    """
    of = points.set_index("point")
    trust = points[points["point"] == "trust"].iloc[0]
    answer = Estimate(trust["share"], trust["low"], trust["high"], *_counts(halves))
    texts = {f"{name}_share": written(share, "share") for name, share in of["share"].items()}
    for when in ("before", "after"):
        texts |= {f"{name}_{when}": written(number, "value") for name, number in of[when].items()}
    return Finding.of(**_about_share(), **_shared(halves), estimate=answer, on_the_slide=EQUAL_SHARE, values=texts)


def _gain_finding(
    found: list[Points],
    drawn: list[Points],
    halves: tuple[Cohort, ...],
    sides: pd.DataFrame,
    slide: float,
) -> Finding:
    low, high = np.quantile(net(drawn), [0.025, 0.975]).tolist()
    of = sides.set_index("side")
    sums = {f"{side}_{name}": float(of.loc[side, name]) for side in of.index for name in ("before", "after", "change")}
    answer = Estimate(float(net(found)), low, high, *_counts(halves))
    return Finding.of(**_about_gain(), **_shared(halves), estimate=answer, on_the_slide=slide, values=sums)


def net(points: list[Points]) -> Array:
    """Change in lifetime value after service cost, yuan per 100 customers.

    Args:
        points: Of both halves, before first.
    """
    before, after = (one.factors.prod(axis=-1) - one.cost for one in points)
    return np.asarray(100 * (after - before))


def first_rate_years(sums: Array, *, discount: float) -> Array:
    """Discounted lifetime in years, shape (...), if the first renewal's rate held for everybody and for ever.

    Args:
        sums: Shape (..., years, `SUMS`).
        discount: Worth today of a yuan in a year.
    """
    at_risk, kept = (sums[..., 1, SUMS.index(name)] for name in ("customers", "in_force"))
    return np.asarray(1 / (1 - discount * kept / at_risk))


def _slide_gain(found: list[Points], halves: tuple[Cohort, ...], discount: float) -> float:
    """As a deck has it: the first renewal rate for ever, alike for all, and no service cost; yuan per 100."""
    years = (first_rate_years(half.sums.sum(axis=0), discount=discount) for half in halves)
    value = [one.over(lasting).factors.prod() for one, lasting in zip(found, years, strict=True)]
    return float(100 * (value[1] - value[0]))
