"""Regressions on scaled columns: logistic, log-linear and weighted least squares, with errors by cluster."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve, lstsq
from scipy.sparse import csr_array
from scipy.special import expit

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Codes

STEPS = 60
CLOSE = 1e-8
"""Largest change of a linear predictor at which an iteration has arrived."""
STEEPEST = 14.0
"""Largest span of the log pivots of the information matrix: a condition of about 1e12."""
Family = Literal["binomial", "poisson"]


class Fit(NamedTuple):
    """A fitted regression: coefficients (k,), fitted means (rows,), and minus the log likelihood's curvature (k, k)."""

    coefficients: Array
    fitted: Array
    information: Array


class NotIdentifiedError(Exception):
    """The likelihood has no maximum; the caller knows the columns' names and says so."""


def regression(basis: Any, outcome: Array, *, family: Family, trials: Array | None = None) -> Fit:
    """A regression by Newton's method, logistic or log-linear.

    Not statsmodels' GLM: it knows no sparse columns, solves each step by a singular value decomposition (14 s for 486
    levels), and takes a model that fits every cell exactly, such as one confounder alone, for perfect separation. Here
    an outcome that some column decides never arrives, and is refused.

    Args:
        basis: Shape (rows, k), sparse, columns of about mean square 1.
        outcome: Mean outcome of each row, shape (rows,).
        family: Of the outcome.
        trials: How many units a row stands for; one each by default.

    Raises:
        NotIdentifiedError: A level without outcomes, or a column that repeats another.
    """
    weight = np.ones(basis.shape[0]) if trials is None else trials
    beta: Array = np.zeros(basis.shape[1])
    for _ in range(STEPS):
        fitted, information = _curvature(basis, beta, weight, family)
        step = _solved(information, basis.T @ (weight * (outcome - fitted)))
        change = float(np.abs(basis @ step).max())
        beta = beta + step * min(1.0, 3.0 / max(change, 1e-300))
        if change < CLOSE:
            return Fit(beta, *_curvature(basis, beta, weight, family))
    raise NotIdentifiedError


def _solved(information: Array, slope: Array) -> Array:
    """Newton's step, on rows and columns scaled to 1; refused where a direction has no information."""
    size = np.sqrt(np.maximum(np.diag(information), 1e-300))
    try:
        factor = cho_factor(information / np.outer(size, size))
    except (np.linalg.LinAlgError, ValueError) as error:
        raise NotIdentifiedError from error
    if np.ptp(np.log(np.abs(np.diag(factor[0])))) > STEEPEST:
        raise NotIdentifiedError
    return np.asarray(cho_solve(factor, slope / size) / size)


def _curvature(basis: Any, beta: Array, weight: Array, family: Family) -> tuple[Array, Array]:
    line = basis @ beta
    fitted = expit(line) if family == "binomial" else np.exp(np.minimum(line, 50.0))
    spread = fitted * (1 - fitted) if family == "binomial" else fitted
    return fitted, np.asarray((basis.T @ basis.multiply((weight * spread)[:, None])).toarray())


def sandwich(basis: Any, outcome: Array, fit: Fit, clusters: Codes) -> Array:
    """Covariance of the coefficients that counts every cluster as one unit, with the factors of statsmodels."""
    n, (places, groups) = basis.shape[0], (clusters, int(clusters.max()) + 1)
    added = csr_array((outcome - fit.fitted, (places, np.arange(n))), shape=(groups, n))
    scores = (added @ basis).toarray()
    bread = np.linalg.inv(fit.information)
    factor = groups / (groups - 1) * (n - 1) / max(n - basis.shape[1], 1)
    return np.asarray(factor * bread @ scores.T @ scores @ bread)


def standardised_mean(there: Any, basis: Any, residual: Array, fit: Fit) -> tuple[float, Array]:
    """Mean prediction of a logistic regression over everybody, and each row's influence on it.

    Args:
        there: Design at which everybody is predicted, shape (rows, k).
        basis: Design as it was fitted, shape (rows, k).
        residual: Outcome less fitted mean, 0 for rows that the fit did not use, shape (rows,).
        fit: The regression.
    """
    predicted = expit(there @ fit.coefficients)
    mean = float(predicted.mean())
    gradient = there.T @ (predicted * (1 - predicted)) / len(predicted)
    lever = basis @ _solved(fit.information, gradient)
    return mean, np.asarray((predicted - mean) / len(predicted) + lever * residual)


def least_squares(basis: Any, outcomes: Array, weight: Array) -> Array:
    """Fitted values of weighted least squares, one column an outcome.

    QR with pivots on the moments of columns scaled to weight 1, refined once by its own residuals, so that thousands
    of sparse columns cost little; directions without weight get nothing.
    """
    size = np.sqrt(np.maximum(basis.power(2).T @ weight, 1e-300))
    scaled = csr_array(basis / size[None, :])
    moments = (scaled.T @ scaled.multiply(weight[:, None])).toarray()
    fitted = np.zeros_like(outcomes)
    for _ in range(2):
        left = scaled.T @ (weight[:, None] * (outcomes - fitted))
        fitted = fitted + scaled @ lstsq(moments, left, cond=1e-10, lapack_driver="gelsy")[0]
    return np.asarray(fitted)


def refused(caller: str, outcome: str, columns: Any) -> CvcError:
    """The error of a regression that has no maximum (E251)."""
    return CvcError("E251", caller=caller, outcome=outcome, columns=list(columns) or outcome)
