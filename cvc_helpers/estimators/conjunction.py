"""Whether three conditions do together what none does alone, on the odds and on the probability scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Estimate, normal
from cvc_helpers.estimators import FEWEST_IN_CELL, require_columns
from cvc_helpers.estimators.comparison import design_matrix


class Conjunction(NamedTuple):
    """The three-way term on both scales, and conversion at each number of criteria that hold.

    Attributes:
        log_odds: Its log odds ratio.
        contrast: The three-way interaction contrast, in shares.
        steps: One row a number of criteria that hold (0–3): `held`, `n`, `standardised` (share), `from_parts` (the
            same with the three-way term at 0).
    """

    log_odds: Estimate
    contrast: Estimate
    steps: pd.DataFrame


def conjunction(rows: pd.DataFrame, *, parts: Sequence[str], outcome: str, confounders: Sequence[str]) -> Conjunction:
    """Whether three conditions do together what none does alone, on the odds and on the probability scale.

    Logistic regression of the outcome on the three parts, their product and the confounders. The contrast is
    P111 − P110 − P101 − P011 + P100 + P010 + P001 − P000, each P averaged over everybody's confounders
    (g-computation), its interval by the delta method.

    Args:
        rows: One row a unit.
        parts: Three 0/1 columns.
        outcome: 0/1 column.
        confounders: Columns known before.

    Raises:
        CvcError: E210 a combination of the parts has fewer than ten rows; E211 not identified.
    """
    require_columns(rows.columns, {*parts, outcome, *confounders}, "conjunction")
    flags = rows[list(parts)].to_numpy(float)
    if rows.groupby(list(parts)).size().reindex(list(product((0, 1), repeat=3)), fill_value=0).min() < FEWEST_IN_CELL:
        raise CvcError(
            "E210",
            caller="conjunction",
            reason="a combination of the three criteria has fewer than ten rows",
            remedy="Bring more rows.",
        )
    others = design_matrix(rows, confounders)
    design = np.column_stack([flags, flags.prod(axis=1), others])
    fit = GLM(rows[outcome].to_numpy(float), design, family=Binomial()).fit(maxiter=60, tol=1e-10)
    if not fit.converged or np.linalg.matrix_rank(design) < design.shape[1]:
        raise CvcError("E211", caller="conjunction", reason="no convergence", columns=list(confounders))
    beta, covariance = np.asarray(fit.params), np.asarray(fit.cov_params())
    log_odds = normal(float(beta[3]), math.sqrt(float(covariance[3, 3])))
    value, gradient = _contrast(beta, others)
    return Conjunction(
        log_odds, normal(value, math.sqrt(float(gradient @ covariance @ gradient))), _steps(beta, flags, others)
    )


def _corner(corner: Sequence[int], beta: Array, others: Array) -> tuple[float, Array]:
    """Mean probability if everybody had these three flags, and its gradient in the coefficients."""
    flags = np.tile([*corner, math.prod(corner)], (len(others), 1))
    design = np.column_stack([flags, others])
    share = 1 / (1 + np.exp(-design @ beta))
    return float(share.mean()), np.asarray((share * (1 - share)) @ design / len(others))


def _contrast(beta: Array, others: Array) -> tuple[float, Array]:
    value, gradient = 0.0, np.zeros(len(beta))
    for corner in product((0, 1), repeat=3):
        share, slope = _corner(corner, beta, others)
        sign = (-1) ** (3 - sum(corner))
        value, gradient = value + sign * share, gradient + sign * slope
    return value, gradient


def _steps(beta: Array, flags: Array, others: Array) -> pd.DataFrame:
    """Conversion with 0, 1, 2 or 3 criteria, everybody's confounders; and as the parts alone would have it."""
    without = beta.copy()
    without[3] = 0.0
    rows = []
    for held in range(4):
        corners = [corner for corner in product((0, 1), repeat=3) if sum(corner) == held]
        shares = [np.mean([_corner(corner, of, others)[0] for corner in corners]) for of in (beta, without)]
        rows.append((held, int((flags.sum(axis=1) == held).sum()), *shares))
    return pd.DataFrame(rows, columns=["held", "n", "standardised", "from_parts"])
