"""The change of a product of factors, split exactly into what each contributes."""

from __future__ import annotations

import numpy as np

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array


def log_mean(a: Array, b: Array) -> Array:
    """Logarithmic mean of two positive numbers; their common value where they are equal."""
    first, second = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    gap = np.log(first / second)
    near = np.abs(gap) < 1e-6
    safe = np.where(near, 1.0, gap)
    return np.asarray(np.where(near, np.sqrt(first * second), second * np.expm1(gap) / safe))


def split_change(before: Array, after: Array) -> Array:
    """What each factor contributes to the change of a product of factors; the parts sum to the change exactly.

    Args:
        before: Positive factors, shape (..., factors).
        after: Same shape.

    Returns:
        Contributions in the unit of the product, shape (..., factors).

    Raises:
        CvcError: E209, a factor is not positive.

    Source: Ang (2015), Energ. Pol. 86, 233-238: LMDI-I, L(a, b) = (a - b) / ln(a / b).
    """
    old, new = np.asarray(before, float), np.asarray(after, float)
    if wrong := int((~(old > 0)).sum() + (~(new > 0)).sum()):
        raise CvcError("E209", caller="split_change", count=wrong, column="factor", expected="numbers above 0")
    weight = log_mean(new.prod(axis=-1), old.prod(axis=-1))
    return np.asarray(weight[..., None] * np.log(new / old))
