"""How strong a hidden cause must be, and how small an effect a comparison could still show."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Z


def e_value(risk_ratio: float) -> float:
    """How strongly a hidden cause must be tied to both exposure and outcome to explain a risk ratio away.

    Args:
        risk_ratio: Above or below 1.

    Returns:
        The E-value, at least 1.

    Raises:
        CvcError: E209, a ratio that is not a number above 0.

    Source: VanderWeele & Ding (2017), Annals of Internal Medicine 167, 268–274.
    """
    _refuse_outside(risk_ratio, 1e-100, 1e100, "e_value", "risk_ratio")
    ratio = max(risk_ratio, 1 / risk_ratio)
    return ratio + math.sqrt(ratio * (ratio - 1))


def robustness_value(statistic: float, degrees: float) -> float:
    """Share of what is left of exposure, and of outcome, that a hidden cause must explain to bring an effect to none.

    Args:
        statistic: Estimate by its standard error.
        degrees: Degrees of freedom: rows less what is compared.

    Returns:
        The robustness value, 0–1. A cause of correlation r with both, given the rest, explains r² of each: a value
        below r² is a warning.

    Raises:
        CvcError: E209, a statistic that is no finite number or fewer than one degree of freedom.

    Source: Cinelli & Hazlett (2020), Journal of the Royal Statistical Society B 82, 39–67.
    """
    _refuse_outside(statistic, -1e100, 1e100, "robustness_value", "statistic")
    _refuse_outside(degrees, 1, 1e100, "robustness_value", "degrees")
    if statistic == 0:
        return 0.0
    square = min(statistic**2 / degrees, 1e100)
    # (sqrt(f^4 + 4 f^2) - f^2) / 2 without the difference of two large numbers
    return 2 * square / (math.sqrt(square * (square + 4)) + square)


def detectable_difference(rate: float, n_exposed: int, *, power: float = 0.8) -> float:
    """Smallest difference in a share that so many exposed would show, at 5 % and the power given.

    Args:
        rate: Share among the unexposed, 0–1.
        n_exposed: Exposed units; the unexposed are taken to be many more.
        power: Chance of seeing it.

    Returns:
        Difference in shares.

    Raises:
        CvcError: E209, a rate outside 0–1, fewer than one exposed, a power outside 0–1.
    """
    caller = "detectable_difference"
    _refuse_outside(rate, 0, 1, caller, "rate")
    _refuse_outside(n_exposed, 1, 1e100, caller, "n_exposed")
    _refuse_outside(power, 1e-9, 1 - 1e-9, caller, "power")
    return (Z + NormalDist().inv_cdf(power)) * math.sqrt(rate * (1 - rate) / n_exposed)


def _refuse_outside(value: Any, low: float, high: float, caller: str, name: str) -> None:
    """Refuse what is no number between two others (E209)."""
    if not isinstance(value, (int, float, np.number)) or not low <= value <= high:
        raise CvcError("E209", caller=caller, count=1, column=name, expected=f"{low:g} - {high:g}")
