"""How strong a hidden cause must be, and how small an effect a comparison could still show."""

from __future__ import annotations

import math
from statistics import NormalDist

from cvc_helpers.estimate import Z


def e_value(risk_ratio: float) -> float:
    """How strongly a hidden cause must be tied to both exposure and outcome to explain a risk ratio away.

    Args:
        risk_ratio: Above or below 1.

    Returns:
        The E-value, at least 1; NaN for a ratio that is not positive.

    Source: VanderWeele & Ding (2017), Annals of Internal Medicine 167, 268–274.
    """
    if not risk_ratio > 0:
        return math.nan
    ratio = max(risk_ratio, 1 / risk_ratio)
    return ratio + math.sqrt(ratio * (ratio - 1))


def detectable_difference(rate: float, n_exposed: int, *, power: float = 0.8) -> float:
    """Smallest difference in a share that so many exposed would show, at 5 % and the power given.

    Args:
        rate: Share among the unexposed, 0–1.
        n_exposed: Exposed units; the unexposed are taken to be many more.
        power: Chance of seeing it.

    Returns:
        Difference in shares.
    """
    return (Z + NormalDist().inv_cdf(power)) * math.sqrt(rate * (1 - rate) / n_exposed)
