"""Augmented inverse-probability weighting: means with and without exposure, and each row's influence on them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from cvc_helpers.estimate import Array
from cvc_helpers.estimators.design import Cells
from cvc_helpers.estimators.regressions import least_squares

Whom = Literal["exposed", "everyone"]


def augmented(exposed: Array, outcomes: Array, odds: Array, cells: Cells, whom: Whom) -> tuple[Array, Array]:
    """Means with and without exposure, two an outcome, and each row's influence on them, divided by the rows.

    Args:
        exposed: 0 or 1, shape (rows,).
        outcomes: Shape (rows, outcomes).
        odds: Of exposure, finite, shape (rows,).
        cells: Of the confounders.
        whom: Means over the exposed, or over everyone.

    Returns:
        Shapes (2 × outcomes,) and (rows, 2 × outcomes).
    """
    a, ratio = exposed[:, None], odds[:, None]
    is_att = whom == "exposed"
    target = a if is_att else np.ones_like(a)
    weights = (a, (1 - a) * ratio) if is_att else (a * (1 + 1 / ratio), (1 - a) * (1 + ratio))
    means, influence = [], []
    for arm, weight in enumerate(weights):
        # the exposed as they were need no model
        fitted = np.zeros_like(outcomes) if is_att and arm == 0 else _outcome_fit(outcomes, cells, weight[:, 0])
        mean, part = _mean_of(fitted, outcomes - fitted, target, weight)
        means.append(mean)
        influence.append(part)
    order = np.arange(2 * outcomes.shape[1]).reshape(2, -1).T.ravel()
    return np.concatenate(means)[order], np.hstack(influence)[:, order]


def _mean_of(fitted: Array, residual: Array, target: Array, weight: Array) -> tuple[Array, Array]:
    """Mean of the fitted values over the target, put right by the weighted mean residual; and its influence."""
    model = (target * fitted).sum(axis=0) / target.sum()
    correction = (weight * residual).sum(axis=0) / weight.sum()
    influence = target / target.sum() * (fitted - model) + weight / weight.sum() * (residual - correction)
    return model + correction, influence


def _outcome_fit(outcomes: Array, cells: Cells, weight: Array) -> Array:
    """Fitted values of a weighted linear regression on the cells, one column an outcome."""
    code, basis = cells
    total = np.asarray(np.bincount(code, weight, minlength=basis.shape[0]), float)
    sums = np.column_stack([np.bincount(code, weight * column, minlength=basis.shape[0]) for column in outcomes.T])
    return least_squares(basis, sums / np.where(total > 0, total, 1.0)[:, None], total)[code]
