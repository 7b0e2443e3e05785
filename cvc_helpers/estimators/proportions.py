"""Proportions and odds ratios: Wilson, Mantel–Haenszel, weighted recall."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import proportion_confint

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Estimate, Z
from cvc_helpers.estimators import require_columns


def wilson(hits: int, n: int) -> Estimate:
    """A proportion with Wilson's interval; NaN for no rows. Source: Newcombe (1998), Statistics in Medicine 17."""
    if not n:
        return Estimate(math.nan, math.nan, math.nan)
    low, high = proportion_confint(hits, n, method="wilson")
    return Estimate(hits / n, float(low), float(high))


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
        CvcError: E210, no stratum holds both exposed and unexposed.

    Source: Mantel & Haenszel (1959); interval of Robins, Breslow & Greenland (1986).
    """
    require_columns(rows.columns, {exposure, outcome, stratum}, "stratified")
    levels = pd.MultiIndex.from_product([[1, 0], [1, 0]])
    tables = [part.groupby([exposure, outcome]).size().reindex(levels, fill_value=0).to_numpy(float).reshape(2, 2)
              for _, part in rows.groupby(stratum)]  # fmt: skip
    tables = [table for table in tables if table.sum(axis=1).all()]
    if not tables:
        raise CvcError("E210", caller="stratified", reason="no stratum holds both kinds", remedy="Choose wider strata.")
    found, pooled = StratifiedTable(tables), np.sum(tables, axis=0)
    low, high = found.oddsratio_pooled_confint()
    plain = (
        float(pooled[0, 0] * pooled[1, 1] / (pooled[0, 1] * pooled[1, 0])) if pooled[0, 1] * pooled[1, 0] else math.inf
    )
    return {"plain": plain, "stratified": float(found.oddsratio_pooled), "low": float(low), "high": float(high)}


def found_share(right: pd.Series, real: pd.Series, weight: pd.Series) -> Estimate:
    """Recall: share of all members whom the rule finds, when the recognised were tested more often than others.

    Args:
        right: Whether the rule named the right group, shape (rows,).
        real: Whether the talk confirmed a group.
        weight: How many units a row stands for.

    Returns:
        The weighted share; its interval on the log odds, by the delta method. Wilson's where all or none are found.
    """
    hits, missed = weight[right & real].to_numpy(float), weight[real & ~right].to_numpy(float)
    if not len(hits) or not len(missed):
        return wilson(len(hits), len(hits) + len(missed))
    odds = hits.sum() / missed.sum()
    half = Z * math.sqrt((hits**2).sum() / hits.sum() ** 2 + (missed**2).sum() / missed.sum() ** 2)
    value, low, high = (float(end / (1 + end)) for end in (odds, odds * math.exp(-half), odds * math.exp(half)))
    return Estimate(value, low, high)
