"""Proportions and odds ratios: Wilson, Newcombe, Mantel–Haenszel, weighted recall."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Estimate, Z
from cvc_helpers.estimators.checks import checked, finite, flag, named, whole


def wilson(hits: int, n: int) -> Estimate:
    """A proportion with Wilson's interval.

    Raises:
        CvcError: E209, no rows, or hits that are no whole number of 0–n.

    Source: Newcombe (1998), Statistics in Medicine 17, 857-872.
    """
    found, of = _counts(hits, n, "wilson")
    low, high = proportion_confint(found, of, method="wilson")
    return Estimate(found / of, max(float(low), 0.0), min(float(high), 1.0), of, of)


def newcombe(hits: int, n: int, other_hits: int, other_n: int) -> Estimate:
    """Difference of two independent proportions with Newcombe's interval, from Wilson's of each.

    Raises:
        CvcError: E209, as `wilson`.

    Source: Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    first, second = _counts(hits, n, "newcombe"), _counts(other_hits, other_n, "newcombe")
    low, high = confint_proportions_2indep(*first, *second, compare="diff", method="newcomb")
    sizes = first[1] + second[1]
    return Estimate(first[0] / first[1] - second[0] / second[1], float(low), float(high), sizes, sizes)


def _counts(hits: int, n: int, caller: str) -> tuple[int, int]:
    of = whole(n, 1, "n", caller)
    found = whole(hits, 0, "hits", caller)
    if found > of:
        raise CvcError("E209", caller=caller, count=1, column="hits", expected=f"0-{of}")
    return found, of


def stratified(rows: pd.DataFrame, *, exposure: str, outcome: str, stratum: str) -> dict[str, float]:
    """Odds ratio of a 0/1 exposure and outcome, plain and within strata (Mantel–Haenszel).

    Args:
        rows: One row a unit.
        exposure: 0/1 column.
        outcome: 0/1 column.
        stratum: Column within whose values like is compared with like.

    Returns:
        `plain`, `stratified`, `low`, `high`.

    Raises:
        CvcError: As `checks.checked`; E255 an empty cell, or no stratum that holds both kinds.

    Source: Mantel & Haenszel (1959); interval of Robins, Breslow & Greenland (1986).
    """
    frame = checked(rows, caller="stratified", flags=[exposure, outcome], labels=[stratum])
    levels = pd.MultiIndex.from_product([[1.0, 0.0], [1.0, 0.0]])
    tables = [part.groupby([exposure, outcome]).size().reindex(levels, fill_value=0).to_numpy(float).reshape(2, 2)
              for _, part in frame.groupby(stratum)]  # fmt: skip
    tables = [table for table in tables if table.sum(axis=1).all()]
    shares = [(table[0, 0] * table[1, 1], table[0, 1] * table[1, 0]) for table in tables]
    if not tables or not all(map(sum, zip(*shares, strict=True))):
        raise CvcError("E255", caller="stratified", column=f"{exposure} x {outcome}")
    found, pooled = StratifiedTable(tables), np.sum(tables, axis=0)
    low, high = found.oddsratio_pooled_confint()
    plain = float(pooled[0, 0] * pooled[1, 1] / (pooled[0, 1] * pooled[1, 0]))
    return {"plain": plain, "stratified": float(found.oddsratio_pooled), "low": float(low), "high": float(high)}


def found_share(right: pd.Series, real: pd.Series, weight: pd.Series) -> Estimate:
    """Recall: share of all members whom the rule finds, when the recognised were tested more often than others.

    Args:
        right: Whether the rule named the right group, shape (rows,).
        real: Whether the talk confirmed a group.
        weight: How many units a row stands for.

    Returns:
        The weighted share; its interval on the log odds, by the delta method. Wilson's where all or none are found.

    Raises:
        CvcError: E242 not flags, E209 a weight that is not above 0, E254 other rows, E249 nobody is a member.
    """
    caller = "found_share"
    if not len(right) == len(real) == len(weight):
        raise CvcError("E254", caller=caller, first=named(right, "right"), second=named(weight, "weight"))
    is_right, is_real = (flag(of, caller) == 1 for of in (right, real))
    each = finite(weight, caller)
    if wrong := int((each <= 0).sum()):
        raise CvcError("E209", caller=caller, count=wrong, column=named(weight, "weight"), expected="> 0")
    if not is_real.any():
        raise CvcError("E249", caller=caller, column=named(real, "real"), found=0, fewest=1)
    hits, missed = each[is_right & is_real], each[is_real & ~is_right]
    if not len(hits) or not len(missed):
        return wilson(len(hits), len(hits) + len(missed))
    odds = hits.sum() / missed.sum()
    half = Z * math.hypot(np.sqrt((hits**2).sum()) / hits.sum(), np.sqrt((missed**2).sum()) / missed.sum())
    value, low, high = (float(end / (1 + end)) for end in (odds, odds * math.exp(-half), odds * math.exp(half)))
    return Estimate(value, low, high)
