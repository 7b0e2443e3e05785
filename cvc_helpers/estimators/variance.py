"""How much of an outcome lies between cells: intraclass correlation, held-out share, shrunken means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.stats import f as f_distribution

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Codes
from cvc_helpers.estimators import FEWEST_IN_CELL
from cvc_helpers.estimators.checks import checked, finite, label, named, whole
from cvc_helpers.estimators.design import cells_of
from cvc_helpers.estimators.regressions import least_squares


class Share(NamedTuple):
    """Share of variance between cells.

    Attributes:
        icc: Between-cell variance over the total, at most 1. It may be a little below 0: where there is nothing between
            the cells, an estimate that is right on average must fall on both sides of it.
        low: Lower end of its 95 % interval; like the share and the variance between, it may be below 0.
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


def residuals(rows: pd.DataFrame, *, outcome: str, known: Sequence[str] = (), continuous: Sequence[str] = ()) -> Array:
    """What is left of an outcome after columns known beforehand, shape (rows,); least squares.

    Args:
        rows: One row a unit.
        outcome: Numeric column.
        known: Columns that enter by their levels.
        continuous: Columns that enter as a curve.

    Raises:
        CvcError: As `checks.checked`.
    """
    frame = checked(rows, caller="residuals", numbers=[outcome], confounders=known, continuous=continuous)
    code, basis = cells_of(frame, [name for name in frame.columns if name != outcome], continuous)
    value = frame[outcome].to_numpy()
    sizes = np.bincount(code).astype(float)
    fitted = least_squares(basis, (np.bincount(code, value) / sizes)[:, None], sizes)[:, 0]
    return np.asarray(value - fitted[code])


def variance_share(values: Any, cells: pd.Series, *, fewest: int = FEWEST_IN_CELL) -> Share:
    """Intraclass correlation of a one-way random-effects layout, with its interval from the F distribution.

    Args:
        values: Outcome, shape (rows,).
        cells: Cell of each row; cells of fewer than `fewest` rows are left out.
        fewest: Fewest rows of a cell, 2 or more.

    Returns:
        The share, not clipped at 0. Its interval is exact for equal cells; for unequal ones the mean size n0 stands
        in. The cells count as drawn from many; for a fixed few, see `named_share`.

    Raises:
        CvcError: E210 fewer than two cells of `fewest`; E243, E244, E253 no finite outcome or no cell; E246 the
            outcome does not vary; E254 other rows.

    Source: Searle (1971), chapter 9; Donner (1986), International Statistical Review 54, 67–82.
    """
    value, codes = _by_cell(values, cells, "variance_share")
    codes, kept = _large_cells(codes, whole(fewest, 2, "fewest", "variance_share"))
    value, sizes = value[kept], np.bincount(codes)
    n, groups = len(value), len(sizes)
    means = np.bincount(codes, value) / sizes
    between = float((sizes * (means - value.mean()) ** 2).sum() / (groups - 1))
    within = float(((value - means[codes]) ** 2).sum() / (n - groups))
    if between + within <= 0:
        raise CvcError("E246", caller="variance_share", column=named(values))
    size = (n - (sizes**2).sum() / n) / (groups - 1)
    limits = [float(f_distribution.ppf(p, groups - 1, n - groups)) for p in (0.975, 0.025)]
    low, high = ((between - limit * within) / (between + limit * (size - 1) * within) for limit in limits)
    tau2 = (between - within) / size
    return Share(float(tau2 / (tau2 + within)), float(low), float(high), float(tau2), within, n, groups)


def named_share(
    values: Any,
    cells: pd.Series,
    *,
    groups: pd.Series,
    unit: pd.Series,
    fewest: int = FEWEST_IN_CELL,
    draws: int = 400,
    seed: int = 1,
) -> Share:
    """Share of variance between cells that are named and fixed, not drawn from many; interval from units redrawn.

    Units are drawn with replacement within their group. What a redrawn cell mean adds to the spread of the means is
    taken off once for the estimate, so that a unit with several rows counts as one, and twice for the interval.

    Args:
        values: Outcome, shape (rows,).
        cells: Cell of each row; cells of fewer than `fewest` rows are left out. All cells weigh the same.
        groups: Group of each row, within which units are redrawn.
        unit: Independent unit of each row.
        fewest: Fewest rows of a cell, 2 or more.
        draws: Of the bootstrap, 20 or more.
        seed: Of the draws.

    Raises:
        CvcError: As `variance_share`; E209 a setting out of range.

    Source: Davison & Hinkley (1997), sections 2.4 and 3.8.
    """
    caller = "named_share"
    value, codes = _by_cell(values, cells, caller)
    codes, kept = _large_cells(codes, whole(fewest, 2, "fewest", caller))
    places, units = label(groups, caller)[kept], pd.factorize(label(unit, caller)[kept])[0]
    moments = _moments(value[kept] - value[kept].mean(), codes, units)
    counts = _redrawn(pd.Series(places).groupby(units).first().to_numpy(), whole(draws, 20, "draws", caller), seed)
    between, within = _spread(np.stack([part.sum(axis=0) for part in moments]))
    if between + within <= 0:
        raise CvcError("E246", caller=caller, column=named(values))
    drawn, inside = _spread(np.stack([np.asarray(part.T @ counts.T).T for part in moments]))
    noise = float(drawn.mean() - between)
    tau2 = float(between - noise)
    low, high = np.quantile((drawn - 2 * noise) / (drawn - 2 * noise + inside), [0.025, 0.975]).tolist()
    return Share(tau2 / (tau2 + float(within)), low, high, tau2, float(within), len(codes), len(np.unique(codes)))


def _moments(value: Array, codes: Codes, units: Codes) -> list[Any]:
    """Rows, sum and sum of squares of each unit in each cell, sparse, shape (units, cells) each."""
    return [csr_array((part, (units, codes))) for part in (np.ones(len(value)), value, value**2)]


def _redrawn(places: Codes, draws: int, seed: int) -> Array:
    """How often each unit is drawn, with replacement within its place; shape (draws, units)."""
    rng, counts = np.random.default_rng(whole(seed, 0, "seed", "named_share")), np.zeros((draws, len(places)))
    for place in np.unique(places):
        mine = np.flatnonzero(places == place)
        counts[:, mine] = rng.multinomial(len(mine), np.full(len(mine), 1 / len(mine)), size=draws)
    return counts


def _spread(moments: Array) -> tuple[Any, Any]:
    """Variance of the cell means, and variance within cells, of moments of shape (3, ..., cells)."""
    rows, total, squares = moments
    means = total / np.maximum(rows, 1)
    left = (squares - rows * means**2).sum(axis=-1)
    return means.var(axis=-1, ddof=1), left / (rows.sum(axis=-1) - rows.shape[-1])


def _by_cell(values: Any, cells: Any, caller: str) -> tuple[Array, Codes]:
    """Outcome and the number of each row's cell, both checked; a spread of rounding error counts as none (E246)."""
    if len(values) != len(cells):
        raise CvcError("E254", caller=caller, first=named(values), second=named(cells, "cells"))
    value = finite(values, caller)
    codes = label(cells if isinstance(cells, pd.Series) else pd.Series(np.asarray(cells), name="cells"), caller)
    if np.ptp(value) <= 1e-12 * np.abs(value).max():
        raise CvcError("E246", caller=caller, column=named(values))
    return value, codes


def _large_cells(cells: Codes, fewest: int) -> tuple[Codes, Any]:
    """Codes of the rows in large cells, and which rows those are; E210 if fewer than two cells remain."""
    kept = np.bincount(cells)[cells] >= fewest
    codes, names = pd.factorize(cells[kept], sort=True)
    if len(names) < 2:
        raise CvcError(
            "E210",
            caller="variance_share",
            reason=f"fewer than two cells hold {fewest} rows",
            remedy="Bring more rows, or fewer cells.",
        )
    return codes, kept


def held_out_share(values: Any, cells: pd.Series, *, folds: int, seed: int) -> float:
    """Share of variance that cell means explain on rows that were not used to compute them.

    Args:
        values: Outcome, shape (rows,).
        cells: Cell of each row.
        folds: Number of folds, 2 or more and at most a row each.
        seed: Of the assignment to folds.

    Returns:
        Out-of-sample R²; at most 1, below 0 where the means mislead. Cell means are shrunken to the grand mean.

    Raises:
        CvcError: As `variance_share`; E209 too few or too many folds.
    """
    caller = "held_out_share"
    value, codes = _by_cell(values, cells, caller)
    if whole(folds, 2, "folds", caller) > len(value):
        raise CvcError("E209", caller=caller, count=1, column="folds", expected=f"2-{len(value)}")
    fold = np.random.default_rng(whole(seed, 0, "seed", caller)).permutation(len(value)) % folds
    error = total = 0.0
    for number in range(folds):
        train, test = fold != number, fold == number
        grand = value[train].mean()
        means = grand + shrunken(value[train] - grand, codes[train], int(codes.max()) + 1)[0]
        error += float(((value[test] - means[codes[test]]) ** 2).sum())
        total += float(((value[test] - grand) ** 2).sum())
    return 1 - error / total


def shrunken(values: Any, codes: Any, cells: int) -> tuple[Array, Array]:
    """Cell means pulled to 0 as far as their noise demands, and their standard errors; each of shape (cells,).

    Args:
        values: Outcome with mean 0, shape (rows,).
        codes: Cell of each row, 0 to `cells` − 1.
        cells: Number of cells; one without rows gets 0.

    Raises:
        CvcError: E243, E244, E253 no finite outcome; E209 a cell outside 0 to `cells` − 1; E254 other rows.

    Source: Efron & Morris (1975), Journal of the American Statistical Association 70, 311–319.
    """
    values, codes = _coded(values, codes, whole(cells, 1, "cells", "shrunken"))
    sizes = np.bincount(codes, minlength=cells)
    means = np.bincount(codes, values, cells) / np.maximum(sizes, 1)
    within = float(((values - means[codes]) ** 2).sum() / max(len(values) - (sizes > 0).sum(), 1))
    noise = within / np.maximum(sizes, 1)
    tau2 = max(float(np.average(means**2 - noise, weights=sizes)), 0.0)
    kept = np.where(sizes > 0, tau2 / (tau2 + noise), 0.0) if tau2 else np.zeros(cells)
    return kept * means, np.sqrt(kept * noise)


def _coded(values: Any, codes: Any, cells: int) -> tuple[Array, Codes]:
    """Outcome and cell number of each row, checked."""
    if len(values) != len(codes):
        raise CvcError("E254", caller="shrunken", first=named(values), second="codes")
    numbers = finite(pd.Series(np.asarray(codes), name="codes"), "shrunken")
    if wrong := int(((numbers < 0) | (numbers >= cells) | (numbers % 1 != 0)).sum()):
        raise CvcError("E209", caller="shrunken", count=wrong, column="codes", expected=f"0-{cells - 1}")
    return finite(values, "shrunken"), numbers.astype(np.intp)
