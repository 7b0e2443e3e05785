"""Whether three conditions do together what neither one nor two of them do, on the odds and the probability scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Estimate
from cvc_helpers.estimators.checks import FEWEST, checked
from cvc_helpers.estimators.design import cells_of
from cvc_helpers.estimators.means import FEW_CLUSTERS, Means, combination, interval, left_out, summed
from cvc_helpers.estimators.regressions import (
    Fit,
    NotIdentifiedError,
    refused,
    regression,
    sandwich,
    standardised_mean,
)

CORNERS = tuple(product((0, 1), repeat=3))
"""The eight combinations, from none of the three to all."""
SUBSETS = tuple(part for size in (1, 2, 3) for part in combinations(range(3), size))
"""Terms of the regression: each condition, each pair, all three."""
SIGNS = np.array([(-1.0) ** (3 - sum(corner)) for corner in CORNERS])


class Conjunction(NamedTuple):
    """The three-way term on both scales, and the outcome at each number of conditions that hold.

    Attributes:
        log_odds: Its log odds ratio, beyond the conditions and their pairs.
        contrast: The three-way interaction contrast, in shares.
        steps: One row a number of conditions that hold (0–3): `held`, `n`, `standardised` (share), `from_parts` (the
            same with the three-way term at 0).
        corners: Share with the outcome if everybody were in each of `CORNERS`.
    """

    log_odds: Estimate
    contrast: Estimate
    steps: pd.DataFrame
    corners: Means


def conjunction(
    rows: pd.DataFrame,
    *,
    parts: Sequence[str],
    outcome: str,
    confounders: Sequence[str] = (),
    continuous: Sequence[str] = (),
    cluster: str | None = None,
    fewest: int = FEWEST,
) -> Conjunction:
    """Whether three conditions do together what neither one nor two of them do.

    Logistic regression of the outcome on the three conditions, their pairs, all three and the confounders; without
    the pairs a world in which two suffice is taken for one that needs three. The contrast is
    P111 − P110 − P101 − P011 + P100 + P010 + P001 − P000, each P averaged over everybody's confounders
    (g-computation). Every cluster counts as one unit; below `means.FEW_CLUSTERS` of them each is left out and the rest
    fitted anew.

    Args:
        rows: One row a unit.
        parts: Three 0/1 columns.
        outcome: 0/1 column.
        confounders: Columns known before, compared within their levels.
        continuous: Columns known before, compared along a curve.
        cluster: Column naming the independent unit; by default every row is one.
        fewest: Fewest rows of a combination, clusters, and events altogether, 2 or more.

    Raises:
        CvcError: As `checks.checked`; E258 a combination has too few rows, E247 too few clusters, E248 too few
            events, E251 not identified, E254 not three conditions.
    """
    caller = "conjunction"
    if len(parts) != 3:
        raise CvcError("E254", caller=caller, first="parts", second="three columns")
    names = {"confounders": confounders, "continuous": continuous, "labels": [cluster] if cluster else []}
    frame = checked(rows, caller=caller, flags=[*parts, outcome], **names)
    clusters = rows[cluster].to_numpy() if cluster else np.arange(len(rows))
    _refuse_sparse(frame, parts, outcome, clusters, cluster or "row", max(fewest, 2))
    asked = (parts, outcome, list(dict.fromkeys([*confounders, *continuous])), continuous)
    try:
        design, others, fit = _fitted(frame, *asked)
        corners = _corners(design, others, frame[outcome].to_numpy() - fit.fitted, fit, clusters)
        degrees = corners.n_clusters - 1
        spread = sandwich(design, frame[outcome].to_numpy(), fit, pd.factorize(clusters)[0])[6, 6]
        if corners.n_clusters < FEW_CLUSTERS:
            shares = left_out(clusters, lambda rest: _term_and_corners(frame[rest], *asked))
            spread = float(np.square(shares[0]).sum()) * (degrees + 1) / degrees
            corners = corners._replace(influence=shares.iloc[:, 1:].set_axis(range(len(CORNERS)), axis=1))
    except NotIdentifiedError as error:
        raise refused(caller, outcome, [*parts, *confounders, *continuous]) from error
    log_odds = interval(float(fit.coefficients[6]), math.sqrt(spread), degrees).counted(len(frame), degrees + 1)
    steps = _steps(fit, frame[list(parts)].to_numpy(), others, corners)
    return Conjunction(log_odds, combination(corners, SIGNS), steps, corners)


def _fitted(
    frame: pd.DataFrame, parts: Sequence[str], outcome: str, columns: list[str], continuous: Sequence[str]
) -> tuple[Any, Any, Fit]:
    """The design, its columns of confounders, and the regression on it."""
    code, basis = cells_of(frame, columns, continuous)
    design = _design(frame[list(parts)].to_numpy(), basis[code])
    return design, basis[code], regression(design, frame[outcome].to_numpy(), family="binomial")


def _term_and_corners(
    frame: pd.DataFrame, parts: Sequence[str], outcome: str, columns: list[str], continuous: Sequence[str]
) -> Array:
    """The three-way term and the share in each corner, shape (9,)."""
    design, others, fit = _fitted(frame, parts, outcome, columns, continuous)
    residual = frame[outcome].to_numpy() - fit.fitted
    shares = [standardised_mean(_at(corner, others), design, residual, fit)[0] for corner in CORNERS]
    return np.array([fit.coefficients[6], *shares])


def _refuse_sparse(
    frame: pd.DataFrame, parts: Sequence[str], outcome: str, clusters: Any, cluster: str, fewest: int
) -> None:
    sizes = frame.groupby(list(parts)).size().reindex(pd.MultiIndex.from_tuples(CORNERS), fill_value=0)
    if sizes.min() < fewest:
        raise CvcError("E258", caller="conjunction", columns=list(parts), fewest=fewest)
    about = {"caller": "conjunction", "column": parts[0], "arm": "0, 1", "fewest": fewest}
    if (units := len(pd.unique(clusters))) < fewest:
        raise CvcError("E247", found=units, cluster=cluster, **about)
    if (events := int(min(frame[outcome].sum(), (1 - frame[outcome]).sum()))) < fewest:
        raise CvcError("E248", found=events, outcome=outcome, **about)


def _design(flags: Array, others: Any) -> Any:
    """Conditions, pairs and all three, then the confounders; sparse, shape (rows, 7 + k)."""
    terms = np.column_stack([flags[:, list(part)].prod(axis=1) for part in SUBSETS])
    return hstack([csr_array(terms), others], format="csr")


def _at(corner: Sequence[int], others: Any) -> Any:
    """The design if everybody were in this corner."""
    return _design(np.tile(np.asarray(corner, float), (others.shape[0], 1)), others)


def _corners(design: Any, others: Any, residual: Array, fit: Fit, clusters: Any) -> Means:
    """Share with the outcome in each corner, everybody's confounders, with influence functions."""
    found = [standardised_mean(_at(corner, others), design, residual, fit) for corner in CORNERS]
    influence = summed(np.column_stack([part for _, part in found]), clusters)
    return Means(np.array([mean for mean, _ in found]), influence, len(residual), len(influence) - 1)


def _steps(fit: Fit, flags: Array, others: Any, corners: Means) -> pd.DataFrame:
    """The outcome with 0, 1, 2 or 3 conditions, everybody's confounders; and as all but the last term would have it."""
    held = np.array([sum(corner) for corner in CORNERS])
    without = fit.coefficients.copy()
    without[6] = 0.0
    line = _at((1, 1, 1), others) @ without
    rows = []
    for number in range(4):
        share = float(corners.means[held == number].mean())
        parts = share if number < 3 else float((1 / (1 + np.exp(-line))).mean())
        rows.append((number, int((flags.sum(axis=1) == number).sum()), share, parts))
    return pd.DataFrame(rows, columns=["held", "n", "standardised", "from_parts"])
