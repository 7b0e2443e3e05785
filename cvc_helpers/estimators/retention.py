"""Retention that differs between members of a cohort."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, hyp2f1

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array

LARGEST = 1e6
"""Beyond this a beta parameter says only that all members are alike."""


class Retention(NamedTuple):
    """Shifted-beta-geometric retention; arrays of one shape, one entry a cohort.

    Attributes:
        gamma: First beta parameter of the chance to leave at a renewal.
        delta: Second.
    """

    gamma: Array
    delta: Array


def fit_retention(at_risk: Array, renewed: Array) -> Retention:
    """Shifted-beta-geometric retention by maximum likelihood.

    Args:
        at_risk: Members up for renewal 1, 2, ..., shape (..., renewals).
        renewed: Those who renewed, same shape.

    Returns:
        Parameters of shape (...).

    Raises:
        CvcError: E210 nobody left or nobody stayed, or fewer than two renewals; E209 more renewed than at risk.

    Source: Fader & Hardie (2007), Journal of Interactive Marketing 21, 76-90; the chance to renew at renewal t is
    (delta + t - 1) / (gamma + delta + t - 1).
    """
    n, kept = np.asarray(at_risk, float), np.asarray(renewed, float)
    if (kept > n).any() or (kept < 0).any():
        raise CvcError("E209", caller="fit_retention", count=int((kept > n).sum()), column="renewed", expected="0-n")
    left = (n - kept).sum(axis=-1)
    if n.shape[-1] < 2 or (left <= 0).any() or (kept.sum(axis=-1) <= 0).any():
        raise CvcError(
            "E210",
            caller="fit_retention",
            reason="nobody left, nobody stayed, or only one renewal is seen",
            remedy="Follow the cohort for longer.",
        )
    logs: Array = np.zeros((*left.shape, 2))
    damping = np.full(left.shape, 1.0)
    for _ in range(200):
        logs, damping, step = _newton(logs, damping, n, kept, left)
        if step < 1e-9:
            break
    return Retention(*np.exp(np.moveaxis(logs, -1, 0)))


def _newton(logs: Array, damping: Array, n: Array, kept: Array, left: Array) -> tuple[Array, Array, float]:
    """One damped Newton step for every cohort at once, on the log parameters."""
    now = _likelihood(logs, n, kept, left)
    slope, bend = _derivatives(logs, n, kept, left)
    scale = damping[..., None, None] * np.eye(2)
    step = np.linalg.solve(bend + scale * left[..., None, None], slope[..., None])[..., 0]
    tried = np.clip(logs + np.clip(step, -2, 2), -12, np.log(LARGEST))
    # noise in the last digits of another processor must not refuse a step at the optimum
    better = _likelihood(tried, n, kept, left) >= now - 1e-12 * np.abs(now)
    moved = np.where(better[..., None], tried, logs)
    return moved, np.where(better, damping / 8, damping * 8), float(np.abs(step).max(initial=0.0))


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
    gamma, delta = np.asarray(of.gamma)[..., None], np.asarray(of.delta)[..., None]
    t = np.arange(years + 1)
    logs = gammaln(delta + t) - gammaln(gamma + delta + t) + gammaln(gamma + delta) - gammaln(delta)
    return np.asarray(np.exp(logs))


def expected_lifetime(of: Retention, *, discount: float) -> Array:
    """Discounted expected number of years, the first included, without end: 2F1(1, delta; gamma + delta; discount).

    Args:
        of: Retention.
        discount: Worth today of a yuan in a year, above 0 and below 1.

    Returns:
        Years, shape of the parameters.

    Source: Fader & Hardie (2010), Marketing Science 29, 85-93.
    """
    if not 0 < discount < 1:
        raise CvcError("E209", caller="expected_lifetime", count=1, column="discount", expected="0-1, ends excluded")
    return np.asarray(hyp2f1(1.0, of.delta, np.asarray(of.gamma) + of.delta, discount))
