"""Do two causes multiply or add? The same data on both scales, ratio and difference, each with its interval."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Estimate, Z, normal
from cvc_helpers.estimators import require_columns
from cvc_helpers.estimators.comparison import design_matrix

Reading = Literal["multiply", "add", "cannot_tell"]


CELLS = ((0, 0), (1, 0), (0, 1), (1, 1))
"""The four cells in their fixed order: without both, first cause only, second only, both."""


CONTRAST = np.array([1.0, -1.0, -1.0, 1.0])


class CellMeans(NamedTuple):
    """Mean outcome if everybody were in each cell of `CELLS`, same rows in each.

    Attributes:
        means: Shape (4,).
        covariance: Shape (4, 4); counts every cluster as one independent unit.
        n: Rows.
        n_clusters: Clusters.
    """

    means: Array
    covariance: Array
    n: int
    n_clusters: int


class Additive(NamedTuple):
    """Interaction on the additive scale, computed from ratios: excess, share of the joint effect, synergy index."""

    reri: Estimate
    attributable: Estimate
    synergy: Estimate


def ratio_interaction(
    rows: pd.DataFrame, *, outcome: str, first: str, second: str, confounders: Sequence[str], cluster: str
) -> pd.DataFrame:
    """Risk ratios of two causes and of what both together add to their product, adjusted for confounders.

    Modified Poisson regression: a log-linear model of a yes-or-no outcome with a sandwich covariance.

    Args:
        rows: One row a unit, nothing missing.
        outcome: Flag column.
        first: Flag column of the first cause.
        second: Flag column of the second.
        confounders: Columns measured before both; see `comparison.design_matrix`.
        cluster: Column naming the independent unit.

    Returns:
        One row a term (`first`, `second`, `interaction`): `term`, `ratio`, `low`, `high`, `coefficient`,
        `standard_error`. An interaction ratio of 1 says that the risk ratios multiply exactly.

    Raises:
        CvcError: E201 a column is absent, E210 an empty cell, E211 not identified.

    Source: Zou (2004), American Journal of Epidemiology 159, 702-706.
    """
    _check_cells(rows, outcome, first, second, confounders, cluster, caller="ratio_interaction")
    s, q = rows[first].to_numpy(float), rows[second].to_numpy(float)
    design = np.column_stack([s, q, s * q, design_matrix(rows, confounders)])
    model = GLM(rows[outcome].to_numpy(float), design, family=Poisson())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit = model.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(rows[cluster])[0]})
    if not fit.converged or np.linalg.matrix_rank(design) < design.shape[1]:
        raise CvcError("E211", caller="ratio_interaction", reason="no convergence", columns=list(confounders))
    beta, error = fit.params[:3], fit.bse[:3]
    columns = {"ratio": np.exp(beta), "low": np.exp(beta - Z * error), "high": np.exp(beta + Z * error)}
    terms = ["first", "second", "interaction"]
    return pd.DataFrame({"term": terms, **columns, "coefficient": beta, "standard_error": error})


def cell_means(
    rows: pd.DataFrame, *, outcome: str, first: str, second: str, confounders: Sequence[str], cluster: str
) -> CellMeans:
    """Share with the outcome if everybody were in each of the four cells: g-computation.

    A logistic regression within each cell, its predictions averaged over everybody; nothing is assumed about how
    the causes combine. The covariance comes from influence functions, summed by cluster.

    Args:
        rows: One row a unit, nothing missing.
        outcome: Flag column.
        first: Flag column of the first cause.
        second: Flag column of the second.
        confounders: Columns measured before both.
        cluster: Column naming the independent unit.

    Raises:
        CvcError: E201 a column is absent, E210 an empty cell, E211 not identified within a cell.

    Source: Robins (1986); the interval by the delta method, Tsiatis (2006), chapter 3.
    """
    _check_cells(rows, outcome, first, second, confounders, cluster, caller="cell_means")
    design, y = design_matrix(rows, confounders), rows[outcome].to_numpy(float)
    s, q = rows[first].to_numpy(int), rows[second].to_numpy(int)
    clusters, names = pd.factorize(rows[cluster])
    found = [_standardised(design, y, (s == a) & (q == b), confounders) for a, b in CELLS]
    summed = np.column_stack([np.bincount(clusters, influence) for _, influence in found])
    means = np.array([mean for mean, _ in found])
    return CellMeans(means, summed.T @ summed / len(y) ** 2, len(y), len(names))


def _check_cells(
    rows: pd.DataFrame, outcome: str, first: str, second: str, confounders: Sequence[str], cluster: str, *, caller: str
) -> None:
    require_columns(rows.columns, {outcome, first, second, cluster, *confounders}, caller)
    clusters = rows.groupby([first, second])[cluster].nunique()
    if len(clusters) < len(CELLS) or clusters.min() < 2:
        raise CvcError(
            "E210",
            caller=caller,
            reason="one of the four cells has fewer than two independent units",
            remedy="Bring a longer period, or more units.",
        )


def _standardised(
    design: Array, y: Array, here: npt.NDArray[np.bool_], confounders: Sequence[str]
) -> tuple[float, Array]:
    """Mean prediction over everybody of the model fitted in one cell, and each row's influence on it."""
    beta, information = _logistic(design[here], y[here], "cell_means", confounders)
    predicted = 1 / (1 + np.exp(-design @ beta))
    mean = float(predicted.mean())
    gradient = (predicted * (1 - predicted)) @ design / len(y)
    lever = design @ np.linalg.solve(information, gradient)
    return mean, predicted - mean + len(y) * here * lever * (y - predicted)


def chances(rows: pd.DataFrame, *, flag: str, confounders: Sequence[str]) -> Array:
    """Chance of a flag given the confounders, by logistic regression; shape (rows,).

    Raises:
        CvcError: E211, not identified.
    """
    design = design_matrix(rows, confounders)
    beta, _ = _logistic(design, rows[flag].to_numpy(float), "chances", confounders)
    return np.asarray(1 / (1 + np.exp(-design @ beta)))


def _logistic(design: Array, y: Array, caller: str, confounders: Sequence[str]) -> tuple[Array, Array]:
    """Newton's method for a logistic regression; returns coefficients and the information matrix."""
    beta: Array = np.zeros(design.shape[1])
    for _ in range(30):
        fitted = 1 / (1 + np.exp(-design @ beta))
        information = (design * (fitted * (1 - fitted))[:, None]).T @ design
        if np.linalg.matrix_rank(information) < len(beta):
            break
        step = np.linalg.solve(information, design.T @ (y - fitted))
        beta = beta + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-8:
            return beta, np.asarray(information, dtype=np.float64)
    raise CvcError("E211", caller=caller, reason="a level without outcomes, or a repeat", columns=list(confounders))


def combination(of: CellMeans, weights: Sequence[float] | Array) -> Estimate:
    """A weighted sum of the four means with its interval; `CONTRAST` gives the interaction contrast."""
    w = np.asarray(weights, float)
    return normal(float(w @ of.means), _error(w, of.covariance))


def risk_ratio(of: CellMeans, there: int, without: int) -> Estimate:
    """Ratio of two of the four means, by their numbers in `CELLS`, with its interval on the log scale."""
    slope = np.zeros(len(CELLS))
    slope[there], slope[without] = 1 / of.means[there], -1 / of.means[without]
    return normal(math.log(of.means[there] / of.means[without]), _error(slope, of.covariance)).exponential()


def from_means(of: CellMeans) -> Additive:
    """RERI and its kin from the four standardised means: risk ratios against the first cell."""
    jacobian = np.hstack([-np.ones((3, 1)) / of.means[0], np.diag(1 / of.means[1:])])
    logs = np.log(of.means[1:] / of.means[0])
    return additive_interaction(logs, jacobian @ of.covariance @ jacobian.T)


def additive_interaction(log_ratios: Array, covariance: Array) -> Additive:
    """Interaction on the additive scale from three log ratios, with delta-method intervals.

    Args:
        log_ratios: Logs of the ratios of first cause only, second only and both, against neither; shape (3,).
        covariance: Of these, shape (3, 3).

    Returns:
        RERI (0 where effects add), the share of the joint effect attributable to interaction, and the synergy index
        (1 where effects add), each with its 95 % interval; the index's on the log scale.

    Source: Hosmer & Lemeshow (1992), Epidemiology 3, 452-456; Rothman & Keller (1972) for the index.
    """
    first, second, both = np.exp(log_ratios)
    reri = both - first - second + 1
    slope = np.array([-first, -second, both])
    share_slope = np.array([-first, -second, first + second - 1]) / both
    parts = first + second - 2
    synergy_slope = np.array([-first / parts, -second / parts, both / (both - 1)])
    index = (both - 1) / parts
    log_width = Z * _error(synergy_slope, covariance)
    return Additive(
        normal(reri, _error(slope, covariance)),
        normal(reri / both, _error(share_slope, covariance)),
        Estimate(float(index), float(index * math.exp(-log_width)), float(index * math.exp(log_width))),
    )


def _error(slope: Array, covariance: Array) -> float:
    return math.sqrt(float(slope @ covariance @ slope))


def reading(ratio: Estimate, contrast: Estimate, first: Estimate, *, margin: float) -> Reading:
    """Multiply, add, or cannot tell: the decision table, with its margin fixed before the data are opened.

    Multiply when both scales say so: the ratio interaction's interval lies above 1 and the interaction contrast's
    above 0. Add when the contrast's interval lies within the margin and the first cause has an effect at all.

    Args:
        ratio: Interaction ratio.
        contrast: Interaction contrast.
        first: Effect of the first cause on the additive scale, averaged over the second.
        margin: Largest contrast that still counts as none, same unit as `contrast`.
    """
    if ratio.low > 1 and contrast.low > 0:
        return "multiply"
    if -margin < contrast.low and contrast.high < margin and first.low > 0:
        return "add"
    return "cannot_tell"
