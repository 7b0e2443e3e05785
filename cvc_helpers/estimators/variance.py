"""How much of an outcome lies between cells: intraclass correlation, held-out share, shrunken means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Codes
from cvc_helpers.estimators import FEWEST_IN_CELL
from cvc_helpers.estimators.comparison import design_matrix


class Share(NamedTuple):
    """Share of variance between cells.

    Attributes:
        icc: Between-cell variance over the total, 0–1.
        low: Lower end of its 95 % interval.
        high: Upper end.
        between: Variance between cells.
        within: Variance within cells.
        n: Rows in cells of ten or more.
        cells: Cells of ten or more.
    """

    icc: float
    low: float
    high: float
    between: float
    within: float
    n: int
    cells: int


def residuals(rows: pd.DataFrame, *, outcome: str, known: Sequence[str]) -> Array:
    """What is left of an outcome after columns known beforehand, shape (rows,); least squares on their levels."""
    design, value = design_matrix(rows, known), rows[outcome].to_numpy(float)
    return np.asarray(value - design @ np.linalg.lstsq(design, value, rcond=None)[0])


def variance_share(values: Array, cells: pd.Series) -> Share:
    """Intraclass correlation of a one-way random-effects layout, with its interval from the F distribution.

    Args:
        values: Outcome, shape (rows,).
        cells: Cell of each row; cells of fewer than ten rows are left out.

    Returns:
        The share, clipped to 0–1. Exact for equal cells; for unequal ones the mean size n0 stands in.

    Raises:
        CvcError: E210, fewer than two cells of ten.

    Source: Searle (1971), chapter 9; Donner (1986), International Statistical Review 54, 67–82.
    """
    codes, kept = _large_cells(cells)
    value, sizes = np.asarray(values, float)[kept], np.bincount(codes)
    n, groups = len(value), len(sizes)
    means = np.bincount(codes, value) / sizes
    between = float((sizes * (means - value.mean()) ** 2).sum() / (groups - 1))
    within = float(((value - means[codes]) ** 2).sum() / (n - groups))
    size = (n - (sizes**2).sum() / n) / (groups - 1)
    ratio = between / within
    limits = [f_distribution.ppf(p, groups - 1, n - groups) for p in (0.975, 0.5, 0.025)]
    low, high = ((ratio / limit - 1) / (ratio / limit + size - 1) for limit in (limits[0], limits[2]))
    tau2 = max((between - within) / size, 0.0)
    low, high = (min(max(float(end), 0.0), 1.0) for end in (low, high))
    return Share(float(tau2 / (tau2 + within)), low, high, tau2, within, n, groups)


def _large_cells(cells: pd.Series) -> tuple[Codes, Any]:
    """Codes of the rows in cells of ten or more, and which rows those are; E210 if fewer than two cells remain."""
    kept = (cells.groupby(cells).transform("size") >= FEWEST_IN_CELL).to_numpy()
    codes, names = pd.factorize(cells[kept], sort=True)
    if len(names) < 2:
        raise CvcError(
            "E210",
            caller="variance_share",
            reason="fewer than two cells hold ten rows",
            remedy="Bring more rows, or fewer cells.",
        )
    return codes, kept


def held_out_share(values: Array, cells: pd.Series, *, folds: int, seed: int) -> float:
    """Share of variance that cell means explain on rows that were not used to compute them.

    Args:
        values: Outcome, shape (rows,).
        cells: Cell of each row.
        folds: Number of folds.
        seed: Of the assignment to folds.

    Returns:
        Out-of-sample R²; at most 1, below 0 where the means mislead. Cell means are shrunken to the grand mean.
    """
    value, codes = np.asarray(values, float), pd.factorize(cells, sort=True)[0]
    fold = np.random.default_rng(seed).permutation(len(value)) % folds
    error = total = 0.0
    for number in range(folds):
        train, test = fold != number, fold == number
        grand = value[train].mean()
        means = grand + shrunken(value[train] - grand, codes[train], int(codes.max()) + 1)[0]
        error += float(((value[test] - means[codes[test]]) ** 2).sum())
        total += float(((value[test] - grand) ** 2).sum())
    return 1 - error / total


def shrunken(values: Array, codes: Codes, cells: int) -> tuple[Array, Array]:
    """Cell means pulled to 0 as far as their noise demands, and their standard errors; each of shape (cells,).

    Args:
        values: Outcome with mean 0, shape (rows,).
        codes: Cell of each row, 0 to `cells` − 1.
        cells: Number of cells; one without rows gets 0.

    Source: Efron & Morris (1975), Journal of the American Statistical Association 70, 311–319.
    """
    sizes = np.bincount(codes, minlength=cells)
    means = np.bincount(codes, values, cells) / np.maximum(sizes, 1)
    within = float(((values - means[codes]) ** 2).sum() / max(len(values) - (sizes > 0).sum(), 1))
    noise = within / np.maximum(sizes, 1)
    tau2 = max(float(np.average(means**2 - noise, weights=sizes)), 0.0)
    kept = np.where(sizes > 0, tau2 / (tau2 + noise), 0.0) if tau2 else np.zeros(cells)
    return kept * means, np.sqrt(kept * noise)
