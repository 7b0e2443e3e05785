"""Confounders as columns of a regression: levels as indicators, quantities as splines; cells of like rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.linalg.lapack import dpstrf
from scipy.sparse import csr_array, hstack
from sklearn.preprocessing import SplineTransformer

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Codes
from cvc_helpers.estimators.checks import checked, require_columns

KNOTS = (0.05, 0.35, 0.65, 0.95)
"""Knots of a spline, as quantiles (Harrell 2015, section 2.4.6): enough for a bend, few enough for forty events."""
SMALLEST = 1e-10
"""Share of a column's variance that must be new for the column to count."""
Pairs = Sequence[tuple[str, str]]
"""Confounders that act together: the effect of one hangs on the other."""
Basis = Any
"""A sparse matrix of scipy, which has no types."""


class Cells(NamedTuple):
    """Rows by cells: those that share every confounder; all regressions run on them.

    Attributes:
        code: Cell of each row, shape (rows,).
        basis: Shape (cells, k), sparse: constant, levels and splines, each column of mean square 1 over the rows and
            none that others make up, so that units, names and copies of a column make no difference.
    """

    code: Codes
    basis: Basis


def design_matrix(rows: pd.DataFrame, confounders: Sequence[str], continuous: Sequence[str] = ()) -> Array:
    """Columns of a regression for these confounders, shape (rows, k), with a constant.

    Args:
        rows: One row a unit.
        confounders: Columns that enter as one indicator a level; up to 5 % missing become a level.
        continuous: Columns that enter as splines instead, whether or not they stand in `confounders` too.

    Raises:
        CvcError: As `checks.checked`.
    """
    frame = checked(rows, caller="design_matrix", confounders=confounders, continuous=continuous)
    cells = cells_of(frame, list(frame.columns), continuous)
    return np.asarray(cells.basis[cells.code].toarray())


def cells_of(frame: pd.DataFrame, columns: Sequence[str], continuous: Sequence[str], pairs: Pairs = ()) -> Cells:
    """The cells of a checked frame, see `Cells`; without confounders there is one.

    The columns of a pair are multiplied, too, each curve or level of one with each of the other.
    """
    if not len(columns):  # a trial
        return Cells(np.zeros(len(frame), dtype=np.intp), csr_array(np.ones((1, 1))))
    code = frame.groupby(list(columns), dropna=False, sort=True).ngroup().to_numpy()
    first = frame.iloc[np.unique(code, return_index=True)[1]]
    counts = np.bincount(code)
    parts = {
        name: _spline(first[name], counts) if name in continuous else _indicators(first[name].to_numpy())
        for name in columns
    }
    products = [_products(parts[one], parts[other]) for one, other in pairs]
    constant = csr_array(np.ones((len(first), 1)))
    return Cells(code, _independent(hstack([constant, *parts.values(), *products], format="csr"), counts))


def _products(one: Basis, other: Basis) -> Basis:
    """Every column of one times every column of the other."""
    return hstack([one.multiply(other[:, [number]]) for number in range(other.shape[1])], format="csr")


def refuse_unpaired(pairs: Pairs, columns: Sequence[str], caller: str) -> None:
    """Refuse a pair that is not two different confounders (E241, E201)."""
    for pair in pairs:
        require_columns(columns, set(pair), caller)
        if len(pair) != 2 or pair[0] == pair[1]:
            raise CvcError("E241", caller=caller, column=pair[0], roles="pair, pair")


def _indicators(codes: Codes) -> Basis:
    """One column a level but the first."""
    place = np.unique(codes, return_inverse=True)[1]
    whole = csr_array((np.ones(len(codes)), (np.arange(len(codes)), place)))
    return whole[:, 1:]


def _spline(values: pd.Series, counts: Codes) -> Basis:
    """Quadratic splines between the outer knots, straight beyond them, so that a thin tail decides nothing.

    Knots are quantiles of the rows; a missing value gets the median and an indicator.
    """
    missing = values.isna().to_numpy()
    known = values[~missing].to_numpy()
    spread = np.sort(np.repeat(known, counts[~missing]))
    if spread[0] == spread[-1]:
        return csr_array(missing[:, None].astype(float))
    centre, (first, *_, last) = float(np.median(spread)), np.quantile(spread, KNOTS)
    unit = last - first or spread[-1] - spread[0]
    knots = np.unique(((np.quantile(spread, KNOTS) - centre) / unit).round(9))
    if len(knots) < 2:
        knots = (spread[[0, -1]] - centre) / unit
    filled = np.zeros(len(values))
    filled[~missing] = (known - centre) / unit
    curve = SplineTransformer(degree=2, knots=knots[:, None], extrapolation="linear").fit_transform(filled[:, None])
    return csr_array(np.column_stack([curve, missing]))


def _independent(matrix: Basis, counts: Codes) -> Basis:
    """The columns scaled to mean square 1 over the rows, those left out that others make up; pivoted Cholesky."""
    size = np.sqrt(np.asarray((matrix.power(2)).T @ counts, float) / counts.sum())
    scaled = csr_array(matrix[:, size > 0] / size[None, size > 0])
    gram = (scaled.T @ scaled.multiply(counts[:, None])).toarray() / counts.sum()
    order, rank = dpstrf(gram, tol=SMALLEST)[1:3]
    return scaled[:, np.sort(order[:rank] - 1)]


def without_constant(cells: Cells) -> Array:
    """The columns by row, centred, without those that a constant makes up; for a likelihood that has no constant."""
    columns = np.asarray(cells.basis[cells.code].toarray())
    centred = columns - columns.mean(axis=0)
    order, rank = dpstrf(centred.T @ centred / len(centred), tol=SMALLEST)[1:3]
    return np.asarray(centred[:, np.sort(order[:rank] - 1)])
