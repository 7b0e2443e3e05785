"""Comparing like with like: the unexposed weighted to the exposed, balance, overlap, and matched sets."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationError, PerfectSeparationWarning

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Codes, Z
from cvc_helpers.estimators import require_columns


class Effect(NamedTuple):
    """One estimated effect on the exposed.

    Attributes:
        outcome: The outcome's column.
        estimate: Mean difference for the exposed, in the outcome's unit.
        standard_error: Clustered.
        low: Lower end of the 95 % interval.
        high: Upper end.
        exposed_mean: Mean outcome of the exposed.
        comparable_mean: Mean outcome the exposed would have had, by the comparison.
        n: Rows.
        n_exposed: Exposed rows.
        n_clusters: Clusters.
    """

    outcome: str
    estimate: float
    standard_error: float
    low: float
    high: float
    exposed_mean: float
    comparable_mean: float
    n: int
    n_exposed: int
    n_clusters: int


def design_matrix(cohort: pd.DataFrame, confounders: Sequence[str]) -> Array:
    """Indicator columns for each confounder, with a constant, and none that repeats another.

    Args:
        cohort: One row a unit.
        confounders: Columns; text, flags and whole numbers with at most 24 values become indicators, others stay.

    Returns:
        Array of shape (rows, 1 + k). A missing value is a level of its own.
    """
    parts = [np.ones((len(cohort), 1))]
    for name in confounders:
        column = cohort[name]
        if pd.api.types.is_float_dtype(column) and column.nunique() > 24:
            parts.append(column.to_numpy(float)[:, None])
        else:
            codes = pd.factorize(column.fillna(-1) if pd.api.types.is_numeric_dtype(column) else column, sort=True)[0]
            levels = np.unique(codes)[1:]
            parts.append((codes[:, None] == levels[None, :]).astype(float))
    return np.hstack(parts)


class Cells(NamedTuple):
    """A cohort by cells: rows that share every confounder.

    Attributes:
        code: Cell of each row, shape (rows,).
        design: Indicator columns of each cell, shape (cells, k).
    """

    code: Codes
    design: Array


def cells_of(cohort: pd.DataFrame, confounders: Sequence[str]) -> Cells:
    """The cells of a cohort; all regressions run on them, so that millions of rows cost little more than thousands."""
    grouped = cohort.groupby(list(confounders), dropna=False, sort=True)
    levels = grouped.size().reset_index()
    return Cells(grouped.ngroup().to_numpy(), design_matrix(levels, confounders))


def exposure_odds(cohort: pd.DataFrame, *, exposure: str, confounders: Sequence[str]) -> Array:
    """Odds of exposure given the confounders, by logistic regression on their cells.

    Args:
        cohort: One row a unit.
        exposure: Flag column.
        confounders: See `design_matrix`.

    Returns:
        Odds, shape (rows,).

    Raises:
        CvcError: E211, the regression is not identified or does not converge.
    """
    code, design = cells_of(cohort, confounders)
    exposed = np.bincount(code, cohort[exposure].to_numpy(float), minlength=len(design))
    counts = np.column_stack([exposed, np.bincount(code, minlength=len(design)) - exposed])
    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            fit = GLM(counts, design, family=Binomial()).fit(maxiter=60, tol=1e-10)
        except (np.linalg.LinAlgError, PerfectSeparationWarning, PerfectSeparationError) as error:
            reason, columns = type(error).__name__, list(confounders)
            raise CvcError("E211", caller="exposure_odds", reason=reason, columns=columns) from error
    if not fit.converged:
        raise CvcError("E211", caller="exposure_odds", reason="no convergence", columns=list(confounders))
    odds: Array = np.exp(design @ fit.params)[code]
    return odds


def effects_on_exposed(
    cohort: pd.DataFrame,
    *,
    exposure: str,
    outcomes: Sequence[str],
    confounders: Sequence[str],
    cluster: str,
    odds: Array | None = None,
) -> pd.DataFrame:
    """What exposure changed for those who had it: the unexposed weighted to look like the exposed, then regressed.

    Augmented inverse-probability weighting for the effect on the exposed (ATT). It is right if either the model of
    exposure or the linear model of the outcome is; its interval counts every cluster as one independent unit.

    Args:
        cohort: One row a unit and landmark.
        exposure: Flag column.
        outcomes: Numeric columns observed after the exposure.
        confounders: Columns measured before it.
        cluster: Column naming the independent unit.
        odds: Result of `exposure_odds`, if it is at hand.

    Returns:
        One row an outcome, with the fields of `Effect`.

    Raises:
        CvcError: E201 a column is absent; E210 fewer than 2 exposed or unexposed clusters; E211 not identified.

    Source: Robins, Rotnitzky & Zhao (1994); for the ATT, Mercatanti & Li (2014).
    """
    require_columns(cohort.columns, {exposure, cluster, *outcomes, *confounders}, "effects_on_exposed")
    arms = cohort.groupby(exposure)[cluster].nunique()
    if len(arms) < 2 or arms.min() < 2:
        raise CvcError(
            "E210",
            caller="effects_on_exposed",
            reason="an arm has fewer than two independent units",
            remedy="Bring those who were not exposed, or a longer period.",
        )
    exposed = cohort[exposure].to_numpy(float)
    odds = exposure_odds(cohort, exposure=exposure, confounders=confounders) if odds is None else odds
    clusters = pd.factorize(cohort[cluster])[0]
    observed = cohort[list(outcomes)].to_numpy(float)
    residuals = observed - _weighted_fit(observed, cells_of(cohort, confounders), (1 - exposed) * odds)
    found = [
        _effect(name, observed[:, number], residuals[:, number], exposed, odds, clusters)
        for number, name in enumerate(outcomes)
    ]
    return pd.DataFrame(found, columns=list(Effect._fields))


def _effect(name: str, outcome: Array, residual: Array, exposed: Array, odds: Array, clusters: Codes) -> Effect:
    weight = (1 - exposed) * odds
    gap = (exposed * residual).sum() / exposed.sum()
    correction = (weight * residual).sum() / weight.sum()
    estimate = float(gap - correction)
    influence = exposed / exposed.mean() * (residual - gap) - weight / weight.mean() * (residual - correction)
    error = math.sqrt((np.bincount(clusters, influence) ** 2).sum()) / len(outcome)
    mean = float((exposed * outcome).sum() / exposed.sum())
    sizes = (len(outcome), int(exposed.sum()), int(clusters.max()) + 1)
    return Effect(name, estimate, error, estimate - Z * error, estimate + Z * error, mean, mean - estimate, *sizes)


def _weighted_fit(outcomes: Array, cells: Cells, weight: Array) -> Array:
    """Fitted values of a weighted linear regression, one column an outcome; directions without weight get 0."""
    code, design = cells
    weighted = design * np.bincount(code, weight, minlength=len(design))[:, None]
    totals = np.column_stack([np.bincount(code, weight * column, minlength=len(design)) for column in outcomes.T])
    coefficients = np.linalg.lstsq(weighted.T @ design, design.T @ totals, rcond=1e-10)[0]
    return np.asarray((design @ coefficients)[code])


def balance_table(cohort: pd.DataFrame, *, exposure: str, confounders: Sequence[str], odds: Array) -> pd.DataFrame:
    """Standardised mean differences between exposed and unexposed, before and after weighting.

    Args:
        cohort: One row a unit and landmark.
        exposure: Flag column.
        confounders: Columns compared; those that are not numbers are left out.
        odds: Result of `exposure_odds`.

    Returns:
        One row a confounder: `confounder`, `before`, `after` (in standard deviations of the exposed), `n` exposed.
        Below 0.1 in size is usually called balanced.
    """
    exposed = cohort[exposure].to_numpy(float)
    weight = (1 - exposed) * odds
    rows = []
    for name in confounders:
        if pd.api.types.is_string_dtype(cohort[name]):
            continue
        value = cohort[name].astype(float).fillna(cohort[name].astype(float).mean()).to_numpy()
        spread, target = value[exposed == 1].std() or 1.0, value[exposed == 1].mean()
        plain, weighted = value[exposed == 0].mean(), np.average(value, weights=weight)
        rows.append((name, (target - plain) / spread, (target - weighted) / spread, int(exposed.sum())))
    return pd.DataFrame(rows, columns=["confounder", "before", "after", "n"])


def overlap_share(exposed: npt.NDArray[np.bool_], odds: Array) -> float:
    """Share of the exposed who have somebody unexposed as likely as they were to be exposed.

    For an effect on the exposed only their side must be covered: an exposed unit counts as covered while its odds
    do not exceed the highest odds of an unexposed one, nor 19 (a probability of .95).

    Args:
        exposed: Flags, shape (rows,).
        odds: Result of `exposure_odds`, shape (rows,).

    Returns:
        Share, 0–1.
    """
    return float((odds[exposed] <= min(odds[~exposed].max(), 19.0)).mean())
