"""Do two causes multiply or add? The same data on both scales, ratio and difference, each with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Estimate, normal
from cvc_helpers.estimators.checks import FEWEST, checked, finite
from cvc_helpers.estimators.comparison import exposure_odds
from cvc_helpers.estimators.design import cells_of
from cvc_helpers.estimators.means import (
    FEW_CLUSTERS,
    Means,
    as_ratio,
    combination,
    interval,
    left_out,
    risk_ratio,
    summed,
)
from cvc_helpers.estimators.regressions import (
    NotIdentifiedError,
    refused,
    regression,
    sandwich,
    standardised_mean,
)

__all__ = [
    "CELLS",
    "CONTRAST",
    "Additive",
    "CellMeans",
    "Reading",
    "additive_interaction",
    "cell_means",
    "chances",
    "combination",
    "from_means",
    "ratio_interaction",
    "reading",
    "risk_ratio",
]

Reading = Literal["multiply", "add", "cannot_tell"]
CellMeans = Means
"""Mean outcome if everybody were in each cell of `CELLS`, same rows in each."""
CELLS = ((0, 0), (1, 0), (0, 1), (1, 1))
"""The four cells in their fixed order: without both, first cause only, second only, both."""
CONTRAST = np.array([1.0, -1.0, -1.0, 1.0])


class Additive(NamedTuple):
    """Interaction on the additive scale, computed from ratios: excess, share of the joint effect, synergy index."""

    reri: Estimate
    attributable: Estimate
    synergy: Estimate | None


def ratio_interaction(
    rows: pd.DataFrame,
    *,
    outcome: str,
    first: str,
    second: str,
    confounders: Sequence[str] = (),
    continuous: Sequence[str] = (),
    cluster: str | None = None,
    fewest: int = FEWEST,
) -> pd.DataFrame:
    """Risk ratios of two causes and of what both together add to their product, adjusted for confounders.

    Modified Poisson regression: a log-linear model of a yes-or-no outcome with a sandwich covariance, and a t
    distribution with the clusters of the smallest cell, less one. Below `means.FEW_CLUSTERS` clusters the errors come
    from leaving out each and fitting anew.

    Args:
        rows: One row a unit.
        outcome: 0/1 column.
        first: 0/1 column of the first cause.
        second: 0/1 column of the second.
        confounders: Columns measured before both, compared within their levels.
        continuous: Columns measured before both, compared along a curve.
        cluster: Column naming the independent unit; by default every row is one.
        fewest: Fewest clusters and events of a cell, 2 or more.

    Returns:
        One row a term (`first`, `second`, `interaction`): `term`, `ratio`, `low`, `high`, `coefficient`,
        `standard_error`. An interaction ratio of 1 says that the risk ratios multiply exactly.

    Raises:
        CvcError: As `checks.checked`; E256 too few clusters, E248 too few events in a cell, E251 not identified.

    Source: Zou (2004), American Journal of Epidemiology 159, 702-706.
    """
    caller = "ratio_interaction"
    of = _prepared(rows, outcome, first, second, confounders, continuous, cluster, fewest, caller)
    columns = dict.fromkeys([*confounders, *continuous])
    asked = _Asked(outcome, first, second, list(columns), continuous)
    try:
        beta, spread = _log_linear(of.frame, asked, of.clusters)
        if len(pd.unique(of.clusters)) < FEW_CLUSTERS:
            parts = left_out(of.clusters, lambda rest: _log_linear(of.frame[rest], asked, of.clusters[rest])[0])
            spread = Means(beta, parts, len(of.frame), of.degrees).covariance
    except NotIdentifiedError as error:
        raise refused(caller, outcome, [first, second, *confounders, *continuous]) from error
    errors = np.sqrt(np.diag(spread))
    names = ["first", "second", "interaction"]
    ends = [as_ratio(interval(beta[i], errors[i], of.degrees), caller, name)[:3] for i, name in enumerate(names)]
    found = pd.DataFrame(ends, columns=["ratio", "low", "high"])
    found.insert(0, "term", names)
    return found.assign(coefficient=beta, standard_error=errors)


class _Asked(NamedTuple):
    outcome: str
    first: str
    second: str
    columns: list[str]
    continuous: Sequence[str]


def _log_linear(frame: pd.DataFrame, asked: _Asked, clusters: Any) -> tuple[Array, Array]:
    """Log risk ratios of both causes and of their product, with their covariance by cluster."""
    s, q, y = (frame[name].to_numpy() for name in (asked.first, asked.second, asked.outcome))
    code, basis = cells_of(frame, asked.columns, asked.continuous)
    design = hstack([csr_array(np.column_stack([s, q, s * q])), basis[code]], format="csr")
    fit = regression(design, y, family="poisson")
    return fit.coefficients[:3], sandwich(design, y, fit, pd.factorize(clusters)[0])[:3, :3]


class _Prepared(NamedTuple):
    frame: pd.DataFrame
    clusters: Any
    degrees: float


def _prepared(
    rows: pd.DataFrame,
    outcome: str,
    first: str,
    second: str,
    confounders: Sequence[str],
    continuous: Sequence[str],
    cluster: str | None,
    fewest: int,
    caller: str,
) -> _Prepared:
    """The checked table and the clusters; refused with too few clusters or events in a cell."""
    names = {"confounders": confounders, "continuous": continuous, "labels": [cluster] if cluster else []}
    frame = checked(rows, caller=caller, flags=[outcome, first, second], **names)
    clusters = rows[cluster].to_numpy() if cluster else np.arange(len(rows))
    units = [_cell_checked(frame, outcome, first, second, cell, clusters, cluster or "row", fewest, caller)
             for cell in CELLS]  # fmt: skip
    return _Prepared(frame, clusters, min(units) - 1)


def _cell_checked(
    frame: pd.DataFrame, outcome: str, first: str, second: str, cell: tuple[int, int], clusters: Any, cluster: str,
    fewest: int, caller: str,
) -> int:  # fmt: skip
    """Clusters of one cell; E256 if too few, E248 if too few events."""
    here = ((frame[first] == cell[0]) & (frame[second] == cell[1])).to_numpy()
    units, least = len(pd.unique(clusters[here])), max(fewest, 2)
    if units < least:
        raise CvcError("E256", caller=caller, first=first, second=second, fewest=least, cluster=cluster)
    events = int(min(frame.loc[here, outcome].sum(), (1 - frame.loc[here, outcome]).sum()))
    if events < fewest:
        arm, column = ", ".join(map(str, cell)), f"{first}, {second}"
        raise CvcError("E248", caller=caller, column=column, arm=arm, outcome=outcome, found=events, fewest=fewest)
    return units


def cell_means(
    rows: pd.DataFrame,
    *,
    outcome: str,
    first: str,
    second: str,
    confounders: Sequence[str] = (),
    continuous: Sequence[str] = (),
    cluster: str | None = None,
    fewest: int = FEWEST,
) -> CellMeans:
    """Share with the outcome if everybody were in each of the four cells: g-computation.

    A logistic regression within each cell, its predictions averaged over everybody; nothing is assumed about how
    the causes combine. The covariance comes from influence functions, summed by cluster; below
    `means.FEW_CLUSTERS` clusters from leaving out each and fitting anew.

    Args:
        rows: One row a unit.
        outcome: 0/1 column.
        first: 0/1 column of the first cause.
        second: 0/1 column of the second.
        confounders: Columns measured before both, compared within their levels.
        continuous: Columns measured before both, compared along a curve.
        cluster: Column naming the independent unit; by default every row is one.
        fewest: Fewest clusters and events of a cell, 2 or more.

    Returns:
        The means in the order of `CELLS`, with their influence functions.

    Raises:
        CvcError: As `checks.checked`; E256 too few clusters, E248 too few events, E251 not identified within a cell.

    Source: Robins (1986); the interval by the delta method, Tsiatis (2006), chapter 3.
    """
    of = _prepared(rows, outcome, first, second, confounders, continuous, cluster, fewest, "cell_means")
    asked = _Asked(outcome, first, second, list(dict.fromkeys([*confounders, *continuous])), continuous)
    means, influence = _fitted_cells(of.frame, asked)
    parts = summed(influence, of.clusters)
    if len(parts) < FEW_CLUSTERS:
        parts = left_out(of.clusters, lambda rest: _fitted_cells(of.frame[rest], asked)[0]).reindex(parts.index)
    return Means(means, parts, len(of.frame), of.degrees)


def _fitted_cells(frame: pd.DataFrame, asked: _Asked) -> tuple[Array, Array]:
    """Means of the four cells, shape (4,), with the influence of the rows, shape (rows, 4)."""
    s, q, y = (frame[name].to_numpy() for name in (asked.first, asked.second, asked.outcome))
    code, basis = cells_of(frame, asked.columns, asked.continuous)
    compared, by_row, found = [name for name in asked.columns if name not in asked.continuous], basis[code], []
    for a, b in CELLS:
        here = (s == a) & (q == b)
        try:
            fit = regression(by_row[here], y[here], family="binomial")
        except NotIdentifiedError as error:
            blamed = _to_blame(frame, here, asked.outcome, compared) or asked.continuous
            raise refused("cell_means", asked.outcome, blamed) from error
        residual = np.zeros(len(y))
        residual[here] = y[here] - fit.fitted
        found.append(standardised_mean(by_row, by_row, residual, fit))
    return np.array([mean for mean, _ in found]), np.column_stack([part for _, part in found])


def _to_blame(frame: pd.DataFrame, here: Any, outcome: str, columns: Sequence[str]) -> list[str]:
    """Columns of which a level has no row here, or one outcome only; all of them if none has."""
    found = []
    for name in columns:
        seen = frame.loc[here].groupby(name)[outcome].agg(["min", "max"])
        if len(seen) < frame[name].nunique() or (seen["min"] == seen["max"]).any():
            found.append(name)
    return found or list(columns)


def chances(rows: pd.DataFrame, *, flag: str, confounders: Sequence[str] = (), continuous: Sequence[str] = ()) -> Array:
    """Chance of a flag given the confounders, by logistic regression; shape (rows,), 0–1.

    Raises:
        CvcError: As `comparison.exposure_odds`.
    """
    odds = exposure_odds(rows, exposure=flag, confounders=confounders, continuous=continuous)
    return np.asarray(1 - 1 / (1 + odds))


def from_means(of: CellMeans) -> Additive:
    """RERI and its kin from the four standardised means: risk ratios against the first cell.

    Raises:
        CvcError: E255, a mean is zero.
    """
    if (of.means <= 0).any():
        raise CvcError("E255", caller="from_means", column=f"cell {CELLS[int(of.means.argmin())]}")
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
        (1 where effects add; None where one of its two parts is not above 0), each with its 95 % interval; the index's
        on the log scale.

    Raises:
        CvcError: E243 a value is not finite, E254 other shapes.

    Source: Hosmer & Lemeshow (1992), Epidemiology 3, 452-456; Rothman & Keller (1972) for the index.
    """
    caller = "additive_interaction"
    logs = finite(pd.Series(np.ravel(log_ratios), name="log_ratios"), caller)
    finite(pd.Series(np.ravel(covariance), name="covariance"), caller)
    if logs.shape != (3,) or np.shape(covariance) != (3, 3):
        raise CvcError("E254", caller=caller, first="log_ratios", second="covariance")
    first, second, both = np.exp(np.clip(logs, -50, 50))
    reri = both - first - second + 1
    slope = np.array([-first, -second, both])
    share_slope = np.array([-first, -second, first + second - 1]) / both
    return Additive(
        normal(reri, _error(slope, covariance)),
        normal(reri / both, _error(share_slope, covariance)),
        _synergy(float(first), float(second), float(both), covariance),
    )


def _synergy(first: float, second: float, both: float, covariance: Array) -> Estimate | None:
    """The synergy index with its interval on the log scale; None where it has no log."""
    parts = first + second - 2
    if parts <= 0 or both <= 1:
        return None
    error = _error(np.array([-first / parts, -second / parts, both / (both - 1)]), covariance)
    return normal(math.log((both - 1) / parts), error).exponential()


def _error(slope: Array, covariance: Array) -> float:
    return math.sqrt(max(float(slope @ covariance @ slope), 0.0))


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
