"""Test cohorts for the service-driven model: a multiplication, an addition, and a split of lifetime value."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.optimize import brentq
from scipy.special import expit, hyp2f1
from statsmodels.tools.sm_exceptions import DomainWarning

from cvc_helpers.estimate import Z
from cvc_helpers.estimators.interaction import CONTRAST, cell_means, combination, ratio_interaction
from cvc_helpers.methods.service_model__lifetimes import SUMS, WEALTH, Cohort, resampled, shares, value_points
from tests.methods.design import Design, Interval

N = 12_000
NAMES = {"outcome": "y", "first": "s", "second": "q", "continuous": ["z"], "cluster": "unit"}
GRID = np.linspace(-2, 2, 4001)


def causes(rng, n):
    """METHODS' design: Q ~ expit(.5z), S ~ expit(-.5 + .9z + .6Q), z uniform on [-2, 2]."""
    z = rng.uniform(-2, 2, n)
    q = rng.random(n) < expit(0.5 * z)
    s = rng.random(n) < expit(-0.5 + 0.9 * z + 0.6 * q)
    return z, s.astype(float), q.astype(float)


def log_linear(z, s, q, both):
    return np.exp(-3.2 + 0.45 * z + np.log(1.3) * s + np.log(1.2) * q + both * s * q)


def linear(z, s, q, both):
    return 0.20 + 0.06 * z + 0.05 * s + 0.08 * q + both * s * q


def contrast_truth(form, both):
    cells = [form(GRID, s, q, both).mean() for s, q in ((0, 0), (1, 0), (0, 1), (1, 1))]
    return float(CONTRAST @ cells)


def draw_from(form, stream, n=N):
    def draw(seed, both):
        rng = np.random.default_rng([seed, stream])
        z, s, q = causes(rng, n)
        y = (rng.random(n) < form(z, s, q, both)).astype(float)
        return pd.DataFrame({"z": z, "s": s, "q": q, "y": y, "unit": np.arange(n)})

    return draw


def ratio_estimate(cohort):
    row = ratio_interaction(cohort, **NAMES).set_index("term").loc["interaction"]
    return Interval(row["ratio"], row["low"], row["high"])


def ratio_oracle(cohort):
    """The model that generated the data, its own binomial variance: log-linear in z, s, q and their product."""
    fit = log_binomial(cohort)
    estimate, error = fit.params.iloc[-1], fit.bse.iloc[-1]
    return Interval(*np.exp([estimate, estimate - Z * error, estimate + Z * error]))


def log_binomial(cohort):
    start = [-3.2, 0.45, np.log(1.3), np.log(1.2), 0.2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DomainWarning)  # all chances of the design lie below .3
        family = sm.families.Binomial(sm.families.links.Log())
        return sm.GLM(cohort["y"], regressors(cohort), family=family).fit(start_params=start)


def regressors(cohort):
    columns = cohort[["z", "s", "q"]].assign(both=cohort["s"] * cohort["q"])
    return sm.add_constant(columns, has_constant="add")


def ratio_slide(cohort):
    rates = cohort[cohort["q"] == 1].groupby("s")["y"].mean()
    return rates[1] / rates[0]


def contrast_estimate(cohort):
    return Interval(*combination(cell_means(cohort, **NAMES), CONTRAST)[:3])


def log_linear_contrast_oracle(cohort):
    """g-computation from the model that generated the data, delta method."""
    fit = log_binomial(cohort)
    value, slope = 0.0, np.zeros(5)
    for weight, (s, q) in zip(CONTRAST, ((0, 0), (1, 0), (0, 1), (1, 1)), strict=True):
        design = regressors(cohort.assign(s=float(s), q=float(q))).to_numpy()
        predicted = np.exp(design @ fit.params.to_numpy())
        value += weight * predicted.mean()
        slope += weight * (predicted[:, None] * design).mean(axis=0)
    error = np.sqrt(slope @ fit.cov_params().to_numpy() @ slope)
    return Interval(value, value - Z * error, value + Z * error)


def linear_oracle(cohort):
    """The model that generated the data: linear in z, s, q and their product, weighted by its true variance."""
    chance = linear(cohort["z"], cohort["s"], cohort["q"], 0.0)
    fit = sm.WLS(cohort["y"], regressors(cohort), weights=1 / (chance * (1 - chance))).fit(cov_type="HC1")
    low, high = fit.conf_int().loc["both"]
    return Interval(fit.params["both"], low, high)


def difference_slide(cohort):
    rates = cohort[cohort["q"] == 1].groupby("s")["y"].mean()
    return rates[1] - rates[0]


AGENTS, EACH, YEARS, DISCOUNT, DISPERSAL = 300, 70, 8, 0.95, 4.0
BEFORE = {"p": 0.40, "c": 800.0, "r": 0.85, "k": 1.25}
AFTER = {"p": 0.44, "c": 840.0, "r": 0.8755, "k": 1.30}


def lifetime(r):
    return 1 / (1 - DISCOUNT * r)


def beta_parameters(r):
    """Chances to leave that give the discounted lifetime of a constant retention r, and differ between customers."""
    alpha = brentq(lambda a: hyp2f1(1, DISPERSAL - a, DISPERSAL, DISCOUNT) - lifetime(r), 0.01, DISPERSAL - 0.01)
    return alpha, DISPERSAL - alpha


def share_truth(r):
    after = AFTER | {"r": r}
    logs = [np.log(after[name] / BEFORE[name]) for name in ("p", "c", "k")]
    stays = np.log(lifetime(r) / lifetime(BEFORE["r"]))
    return float(stays / (sum(logs) + stays))


def half(rng, of):
    sums = np.zeros((AGENTS, YEARS, len(SUMS)))
    agent = np.repeat(np.arange(AGENTS), EACH)
    effective = rng.random(len(agent)) < of["p"]
    years = rng.geometric(rng.beta(*beta_parameters(of["r"]), len(agent))) * effective
    for year in range(YEARS):
        there = effective if year == 0 else years >= year
        rows, kept = (np.ones(len(agent), bool) if year == 0 else there), years > year
        first = of["c"] * np.exp(0.4 * rng.standard_normal(len(agent)) - 0.08) * kept
        repeat = of["c"] * (of["k"] - 1) / 0.1 * (rng.random(len(agent)) < 0.1) * kept
        columns = (rows, effective * rows, kept, first, repeat, 60.0 * kept, 90.0 * kept)
        for number, column in enumerate(columns):
            sums[:, year, number] = np.bincount(agent, column, AGENTS)
    return Cohort(sums, np.ones(len(WEALTH)))


def clv_cohort(seed, r):
    rng = np.random.default_rng([seed, 43])
    return half(rng, BEFORE), half(rng, AFTER | {"r": r})


def clv_estimate(halves):
    drawn = [
        value_points(resampled(one, draws=400, seed=number), discount=DISCOUNT).factors
        for number, one in enumerate(halves, start=1)
    ]
    low, high = np.quantile(shares(*drawn)[:, 2], [0.025, 0.975])
    return Interval(clv_point(halves), low, high)


def clv_point(halves):
    return shares(*(value_points(one.sums.sum(axis=0), discount=DISCOUNT).factors for one in halves))[2]


@cache
def sampling_error():
    """Standard error of the estimate over 150 fresh cohorts from the generator itself."""
    return float(np.std([clv_point(clv_cohort(seed, AFTER["r"])) for seed in range(1_000, 1_150)]))


def clv_oracle(halves):
    """The interval of somebody who knows the sampling distribution instead of estimating it."""
    estimate = clv_point(halves)
    return Interval(estimate, estimate - Z * sampling_error(), estimate + Z * sampling_error())


MULTIPLY = float(np.log(1.6))

DESIGNS = [
    Design(
        "service_model: multiply, ratio scale",
        draw_from(log_linear, 41, 24_000),
        ratio_estimate,
        ratio_oracle,
        ratio_slide,
        MULTIPLY,
        1.6,
        0.0,
        1.0,
    ),
    Design(
        "service_model: add, additive scale",
        draw_from(linear, 42),
        contrast_estimate,
        linear_oracle,
        difference_slide,
        0.08,
        contrast_truth(linear, 0.08),
        0.0,
        0.0,
    ),
    Design(
        "service_model: lifetime value, retention share",
        clv_cohort,
        clv_estimate,
        clv_oracle,
        lambda halves: 0.25,
        AFTER["r"],
        share_truth(AFTER["r"]),
        BEFORE["r"],
        0.0,
    ),
]
"""The multiplication is also read on the additive scale, from another functional form than the one fitted."""


def log_linear_contrast_zero():
    """The log interaction at which the log-linear design has no contrast: (1.3 + 1.2 - 1) / (1.3 * 1.2)."""
    return float(np.log(1.5 / 1.56))


DESIGNS.append(
    Design(
        "service_model: multiply, additive scale",
        draw_from(log_linear, 44),
        contrast_estimate,
        log_linear_contrast_oracle,
        difference_slide,
        MULTIPLY,
        contrast_truth(log_linear, MULTIPLY),
        log_linear_contrast_zero(),
        0.0,
    )
)
