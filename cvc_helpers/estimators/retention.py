"""Retention that differs between members of a cohort."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import gammaln

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array
from cvc_helpers.estimators.checks import finite, named, whole

LARGEST = 1e6
"""Beyond this a beta parameter says only that all members are alike."""
HIGHEST = math.log(LARGEST)
STEPS = 300
FLAT = 1e-9
"""Slope of the mean log likelihood at which a fit has arrived."""


class Retention(NamedTuple):
    """Shifted-beta-geometric retention; arrays of one shape, one entry a cohort.

    Attributes:
        gamma: First beta parameter of the chance to leave at a renewal.
        delta: Second.
    """

    gamma: Array
    delta: Array


def fit_retention(at_risk: Any, renewed: Any) -> Retention:
    """Shifted-beta-geometric retention by maximum likelihood.

    Args:
        at_risk: Members up for renewal 1, 2, ..., shape (..., renewals).
        renewed: Those who renewed, same shape.

    Returns:
        Parameters of shape (...); as large as `LARGEST` where all members are alike.

    Raises:
        CvcError: E210 nobody left or nobody stayed, or fewer than two renewals; E209 more renewed than at risk; E243,
            E244, E253 no numbers; E254 other shapes; E257 no best fit.

    Source: Fader & Hardie (2007), Journal of Interactive Marketing 21, 76-90; the chance to renew at renewal t is
    (delta + t - 1) / (gamma + delta + t - 1). No library has it for counts of many cohorts at once.
    """
    n, kept = _counts(at_risk, renewed)
    left = (n - kept).sum(axis=-1)
    if n.shape[-1] < 2 or (left <= 0).any() or (kept.sum(axis=-1) <= 0).any():
        raise CvcError(
            "E210",
            caller="fit_retention",
            reason="nobody left, nobody stayed, or only one renewal is seen",
            remedy="Follow the cohort for longer.",
        )
    size = n.sum(axis=-1, keepdims=True)
    n, kept, left = n / size, kept / size, left / size[..., 0]
    logs: Array = np.zeros((*left.shape, 2))
    damping = np.full(left.shape, 1.0)
    for _ in range(STEPS):
        logs, damping = _newton(logs, damping, n, kept, left)
        if (arrived := _arrived(logs, n, kept, left)).all():
            return Retention(*np.exp(np.moveaxis(logs, -1, 0)))
    raise CvcError(
        "E257", caller="fit_retention", count=int((~arrived.astype(bool)).sum()), column=named(renewed, "renewed")
    )


def _counts(at_risk: Any, renewed: Any) -> tuple[Array, Array]:
    """Both arguments as counts of one shape."""
    caller = "fit_retention"
    if np.shape(at_risk) != np.shape(renewed) or not np.ndim(at_risk):
        raise CvcError("E254", caller=caller, first=named(at_risk, "at_risk"), second=named(renewed, "renewed"))
    flat = [finite(pd.Series(np.ravel(of), name=named(of, name)), caller)
            for of, name in ((at_risk, "at_risk"), (renewed, "renewed"))]  # fmt: skip
    n, kept = (of.reshape(np.shape(at_risk)) for of in flat)
    if wrong := int(((kept > n) | (kept < 0)).sum()):
        raise CvcError("E209", caller=caller, count=wrong, column=named(renewed, "renewed"), expected="0-n")
    return n, kept


def _newton(logs: Array, damping: Array, n: Array, kept: Array, left: Array) -> tuple[Array, Array]:
    """One damped Newton step for every cohort at once, on the log parameters."""
    now = _likelihood(logs, n, kept, left)
    slope, bend = _derivatives(logs, n, kept, left)
    scale = damping[..., None, None] * np.eye(2)
    step = np.linalg.solve(bend + scale * left[..., None, None], slope[..., None])[..., 0]
    at_bound = _at_bound(logs, slope.sum(axis=-1))[..., None]
    tried = _bounded(logs + np.clip(np.where(at_bound, _along_mean(slope, bend), step), -2, 2))
    # a step of the mean must not leave the bound, or the next one returns to it and the fit swings for ever
    tried += np.where(at_bound, logs.max(axis=-1, keepdims=True) - tried.max(axis=-1, keepdims=True), 0.0)
    # noise in the last digits of another processor must not refuse a step at the optimum
    better = _likelihood(tried, n, kept, left) >= now - 1e-12 * np.abs(now)
    moved = np.where(better[..., None], tried, logs)
    return moved, np.clip(np.where(better, damping / 8, damping * 8), 1e-12, 1e12)


def _bounded(logs: Array) -> Array:
    """Both parameters within bounds, their ratio kept: that is the mean, which is never bounded."""
    over = np.maximum(logs.max(axis=-1, keepdims=True) - HIGHEST, 0)
    under = np.maximum(-HIGHEST - logs.max(axis=-1, keepdims=True), 0)
    return np.asarray(np.maximum(logs - over + under, -40.0))


def _at_bound(logs: Array, spread: Array) -> Array:
    """Whether the likelihood still rises where the members can hardly be more alike, or more unlike."""
    largest = logs.max(axis=-1)
    alike, unlike = largest > HIGHEST - 1e-9, largest < -HIGHEST + 1e-9
    return np.asarray((alike & (spread > -FLAT)) | (unlike & (spread < FLAT)))


def _along_mean(slope: Array, bend: Array) -> Array:
    """Newton's step that moves the mean only."""
    curve = bend[..., 0, 0] - 2 * bend[..., 0, 1] + bend[..., 1, 1]
    step = (slope[..., 0] - slope[..., 1]) / np.maximum(curve, 1e-300)
    return np.stack([step, -step], axis=-1)


def _arrived(logs: Array, n: Array, kept: Array, left: Array) -> Array:
    """Whether the likelihood is flat: in the mean, and in the spread unless it lies at a bound."""
    slope = _derivatives(logs, n, kept, left)[0]
    spread = slope.sum(axis=-1)
    mean_flat = np.abs(slope[..., 0] - slope[..., 1]) < FLAT
    return np.asarray(mean_flat & (_at_bound(logs, spread) | (np.abs(spread) < FLAT)))


def _likelihood(logs: Array, n: Array, kept: Array, left: Array) -> Array:
    gamma, delta = (part[..., None] for part in np.moveaxis(np.exp(logs), -1, 0))
    ahead = np.arange(n.shape[-1])
    terms = kept * np.log(delta + ahead) - n * np.log(gamma + delta + ahead)
    return np.asarray(terms.sum(axis=-1) + left * logs[..., 0])


def _derivatives(logs: Array, n: Array, kept: Array, left: Array) -> tuple[Array, Array]:
    """Slope of the log likelihood in the log parameters, and minus its second derivatives."""
    gamma, delta = (part[..., None] for part in np.moveaxis(np.exp(logs), -1, 0))
    ahead = np.arange(n.shape[-1])
    whole, one = n / (gamma + delta + ahead), kept / (delta + ahead)
    by_gamma = left - (gamma * whole).sum(axis=-1)
    by_delta = (delta * (one - whole)).sum(axis=-1)
    squared = whole / (gamma + delta + ahead)
    both = (gamma * delta * squared).sum(axis=-1)
    gg = (gamma * whole - gamma**2 * squared).sum(axis=-1)
    dd = (delta * (whole - one) + delta**2 * (one / (delta + ahead) - squared)).sum(axis=-1)
    bend = np.stack([np.stack([gg, -both], axis=-1), np.stack([-both, dd], axis=-1)], axis=-2)
    return np.stack([by_gamma, by_delta], axis=-1), bend


def survival(of: Retention, years: int) -> Array:
    """Share still there after 0, 1, ..., `years` renewals, shape (..., years + 1)."""
    gamma, delta = (part[..., None] for part in _parameters(of, "survival"))
    t = np.arange(whole(years, 0, "years", "survival") + 1)
    logs = gammaln(delta + t) - gammaln(gamma + delta + t) + gammaln(gamma + delta) - gammaln(delta)
    return np.asarray(np.exp(logs))


def expected_lifetime(of: Retention, *, discount: float) -> Array:
    """Discounted expected number of years, the first included, without end: 2F1(1, delta; gamma + delta; discount).

    By Gauss's continued fraction: scipy's `hyp2f1` is NaN for whole numbers from about a hundred.

    Args:
        of: Retention.
        discount: Worth today of a unit in a year, above 0 and below 1.

    Returns:
        Years, shape of the parameters.

    Raises:
        CvcError: E209, a parameter that is not above 0 or a discount outside 0–1.

    Source: Fader & Hardie (2010), Marketing Science 29, 85-93.
    """
    if not 0 < discount < 1:
        raise CvcError("E209", caller="expected_lifetime", count=1, column="discount", expected="0-1, ends excluded")
    gamma, delta = _parameters(of, "expected_lifetime")
    whole_sum = gamma + delta
    tail: Array = np.ones(np.broadcast(gamma, delta).shape)
    for m in range(20 + int(9 / math.sqrt(1 - discount)), 0, -1):
        even = m * (whole_sum - delta + m - 1) / ((whole_sum + 2 * m - 2) * (whole_sum + 2 * m - 1))
        odd = (delta + m - 1) * (whole_sum + m - 2) / ((whole_sum + 2 * m - 3) * (whole_sum + 2 * m - 2))
        if m == 1:
            odd = delta / whole_sum
        tail = 1 - odd * discount / (1 - even * discount / tail)
    return np.asarray(1 / tail)


def _parameters(of: Retention, caller: str) -> tuple[Array, Array]:
    """Both parameters as floats above 0."""
    found = []
    for name, part in zip(Retention._fields, of, strict=True):
        values = finite(pd.Series(np.ravel(part), name=name), caller).reshape(np.shape(part))
        if wrong := int((values <= 0).sum()):
            raise CvcError("E209", caller=caller, count=wrong, column=name, expected="> 0")
        found.append(values)
    return found[0], found[1]
