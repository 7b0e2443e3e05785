"""The change of a product of factors, split exactly into what each contributes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array
from cvc_helpers.estimators.checks import finite


def log_mean(a: Any, b: Any) -> Array:
    """Logarithmic mean of two positive numbers; their common value where they are equal.

    Raises:
        CvcError: E209, a number that is not above 0; E243, E244 none at all.
    """
    first, second = np.broadcast_arrays(_positive(a, "log_mean"), _positive(b, "log_mean"))
    gap = np.log(first / second)
    near = np.abs(gap) < 1e-6
    safe = np.where(near, 1.0, gap)
    return np.asarray(np.where(near, np.sqrt(first * second), second * np.expm1(gap) / safe))


def split_change(before: Any, after: Any) -> Array:
    """What each factor contributes to the change of a product of factors; the parts sum to the change exactly.

    Args:
        before: Positive factors, shape (..., factors).
        after: Same shape.

    Returns:
        Contributions in the unit of the product, shape (..., factors).

    Raises:
        CvcError: E209, a factor is not positive; E243, E244 no number; E254 other shapes.

    Source: Ang (2015), Energ. Pol. 86, 233-238: LMDI-I, L(a, b) = (a - b) / ln(a / b).
    """
    if np.shape(before) != np.shape(after) or not np.ndim(before):
        raise CvcError("E254", caller="split_change", first="before", second="after")
    old, new = _positive(before, "split_change"), _positive(after, "split_change")
    weight = log_mean(new.prod(axis=-1), old.prod(axis=-1))
    return np.asarray(weight[..., None] * np.log(new / old))


def _positive(values: Any, caller: str) -> Array:
    """Numbers above 0, in their shape."""
    found = finite(pd.Series(np.ravel(values), name="factor"), caller).reshape(np.shape(values))
    if wrong := int((found <= 0).sum()):
        raise CvcError("E209", caller=caller, count=wrong, column="factor", expected="> 0")
    return found
