"""Test cohorts for customer value creation, not the insurer: cells with an effect, and a fit that is conjunctive."""

from __future__ import annotations

from functools import cache
from itertools import product
from statistics import NormalDist

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.polynomial.hermite_e import hermegauss
from sklearn.cluster import KMeans

from cvc_helpers.estimate import Z
from cvc_helpers.estimators.conjunction import conjunction
from cvc_helpers.estimators.variance import named_share, residuals, variance_share
from tests.methods.design import Design, Interval

CELLS, EACH, TAU = 40, 25, 0.6
PARTS = ("is_useful", "is_worthwhile", "is_suitable")


def expit(x):
    return 1 / (1 + np.exp(-x))


def cell_cohort(marked_by=0.3):
    """Draws 40 cells of 25; three demographics are shifted by the cell a little and move the response a little."""

    def draw(seed, tau):
        rng = np.random.default_rng([seed, 11])
        cell = np.repeat(np.arange(CELLS), EACH)
        known = marked_by * rng.normal(size=(CELLS, 3))[cell] + rng.normal(size=(len(cell), 3))
        noise = tau * rng.normal(size=CELLS)[cell] + rng.normal(size=len(cell))
        columns = {f"x{i}": known[:, i] for i in range(3)}
        return pd.DataFrame(columns | {"cell": cell, "noise": noise, "response": noise + 0.3 * known[:, 0]})

    return draw


def share(values, cells):
    found = variance_share(np.asarray(values), cells)
    return Interval(found.icc, found.low, found.high)


def cell_estimate(cohort):
    return share(residuals(cohort, outcome="response", continuous=("x0", "x1", "x2")), cohort["cell"])


def cell_oracle(cohort):
    """The response that demographics never touched."""
    return share(cohort["noise"], cohort["cell"])


def cell_slide(cohort):
    features = cohort[["x0", "x1", "x2"]].to_numpy()
    clusters = KMeans(8, n_init=2, random_state=0).fit_predict(features)
    return variance_share(cohort["noise"].to_numpy(), pd.Series(clusters)).icc


NAMED = np.random.default_rng(2026).normal(size=(7, 6))
"""What each of seven named groups adds to its response to each of six themes: fixed, the same in every seed."""


def named_cohort(seed, tau):
    """Groups of 120 people, three in ten of them asked three times; everybody has a level of her own."""
    rng = np.random.default_rng([seed, 13])
    people = np.arange(7 * 120)
    unit = np.repeat(people, np.where(rng.random(len(people)) < 0.3, 3, 1))
    theme, known = rng.integers(0, 6, len(unit)), rng.normal(size=(len(people), 2))
    noise = tau * NAMED[unit // 120, theme] + 0.5 * rng.normal(size=len(people))[unit] + rng.normal(size=len(unit))
    columns = {"unit": unit, "group": unit // 120, "cell": 6 * (unit // 120) + theme, "x0": known[unit, 0]}
    return pd.DataFrame(columns | {"x1": known[unit, 1], "noise": noise, "response": noise + 0.3 * known[unit, 0]})


def named_estimate(cohort):
    left = residuals(cohort, outcome="response", continuous=("x0", "x1"))
    found = named_share(left, cohort["cell"], groups=cohort["group"], unit=cohort["unit"])
    return Interval(found.icc, found.low, found.high)


@cache
def named_error():
    """Standard error over 150 fresh cohorts from the generator itself, of the share of the response without `x0`."""
    shares = [named_point(named_cohort(seed, TAU)) for seed in range(2_000, 2_150)]
    return float(np.std(shares))


def named_point(cohort):
    return named_share(cohort["noise"], cohort["cell"], groups=cohort["group"], unit=cohort["unit"], draws=100).icc


def named_oracle(cohort):
    """The interval of somebody who knows the sampling distribution instead of estimating it."""
    found = named_point(cohort)
    return Interval(found, found - Z * named_error(), found + Z * named_error())


def named_slide(cohort):
    """Eight clusters of what a segmentation usually has."""
    clusters = KMeans(8, n_init=2, random_state=0).fit_predict(cohort[["x0", "x1"]])
    return variance_share(cohort["noise"].to_numpy(), pd.Series(clusters)).icc


def named_truth(tau):
    between = tau**2 * NAMED.var(ddof=1)
    return float(between / (between + 1 + 0.5**2))


def fit_cohort(bend=0.0):
    """METHODS' design: logit −2.6 + .2(N + U + H) + effect·NUH + .5z (+ bend·z²); N, U, H likelier with z."""

    def draw(seed, effect, n=8_000):
        rng = np.random.default_rng([seed, 12])
        z = rng.normal(size=n)
        parts = (rng.random((n, 3)) < expit(0.8 * z)[:, None]).astype(int)
        logit = -2.6 + 0.2 * parts.sum(axis=1) + effect * parts.prod(axis=1) + 0.5 * z + bend * z**2
        rows = pd.DataFrame(parts, columns=list(PARTS)).assign(z=z, z2=z**2, decile=pd.qcut(z, 20, labels=False))
        return rows.assign(converted=(rng.random(n) < expit(logit)).astype(int))

    return draw


def slide_gap(bend=0.0):
    """What the plain log odds ratio of the design says in the limit, less the planted 1.6; and the error of one row.

    The error is that of the logistic regression which generated the data, from its expected information over z.
    """
    z, weight = hermegauss(60)
    weight = weight / weight.sum()
    counts, information = np.zeros((2, 2)), 0.0
    for corner in product((0, 1), repeat=3):
        here = weight * np.prod([expit(0.8 * z) if part else expit(-0.8 * z) for part in corner], axis=0)
        chance = expit(-2.6 + 0.2 * sum(corner) + 1.6 * all(corner) + 0.5 * z + bend * z**2)
        counts[int(all(corner))] += (here * (1 - chance)).sum(), (here * chance).sum()
        known = [np.ones_like(z), z, z**2][: 3 if bend else 2]
        design = np.column_stack([np.tile(terms_of([corner]), (len(z), 1)), *known])
        information = information + design.T @ (design * (here * chance * (1 - chance))[:, None])
    gap = np.log(counts[1, 1] * counts[0, 0] / (counts[1, 0] * counts[0, 1])) - 1.6
    return float(gap), float(np.sqrt(np.linalg.inv(information)[6, 6]))


def enough_rows(gap, error):
    """Rows, to the next hundred, at which the slide lies outside the interval in nine seeds of ten.

    n = ((z.975 + z.90) error / gap)², as if slide and estimate scattered apart as the estimate does.
    """
    return int(np.ceil(((Z + NormalDist().inv_cdf(0.9)) * error / gap) ** 2 / 100)) * 100


def fit_log_odds(cohort, confounders=(), continuous=("z",)):
    named = {"confounders": confounders, "continuous": continuous}
    found = conjunction(cohort, parts=PARTS, outcome="converted", **named).log_odds
    return Interval(*found[:3])


def fit_contrast(cohort):
    return Interval(*conjunction(cohort, parts=PARTS, outcome="converted", continuous=("z",)).contrast[:3])


def fit_in_bands(cohort):
    """The analyst knows the confounder in twenty bands only, and not its form."""
    return fit_log_odds(cohort, ("decile",), ())


def terms_of(flags):
    """The three conditions, each pair and all three, shape (rows, 7): every honest answer allows for the pairs."""
    one, two, three = np.asarray(flags, float).T
    return np.column_stack([one, two, three, one * two, one * three, two * three, one * two * three])


def fit_oracle(*terms):
    """The logistic regression that generated the data, asked the same question: what all three add to every pair."""

    def estimate(cohort):
        design = np.column_stack([terms_of(cohort[list(PARTS)]), cohort[list(terms)], np.ones(len(cohort))])
        fit = sm.Logit(cohort["converted"], design).fit(disp=0)
        value, error = fit.params.iloc[6], fit.bse.iloc[6]
        return Interval(value, value - Z * error, value + Z * error)

    return estimate


def contrast_oracle(cohort):
    """The same regression, its contrast over draws from the distribution of its coefficients."""
    design = np.column_stack([terms_of(cohort[list(PARTS)]), cohort["z"], np.ones(len(cohort))])
    fit = sm.Logit(cohort["converted"], design).fit(disp=0)
    z = np.quantile(cohort["z"], np.linspace(0.005, 0.995, 100))
    drawn = np.random.default_rng(1).multivariate_normal(fit.params, fit.cov_params(), 2_000)
    base = drawn[:, [8]] + drawn[:, [7]] * z
    corners = np.array(list(product((0, 1), repeat=3)))
    shares = [expit(base + drawn[:, :7] @ terms[:, None]).mean(axis=1) for terms in terms_of(corners)]
    found = sum((-1) ** (3 - corner.sum()) * share for corner, share in zip(corners, shares, strict=True))
    low, middle, high = np.quantile(found, [0.025, 0.5, 0.975])
    return Interval(middle, low, high)


def contrast(effect, z):
    """The interaction contrast on the probability scale, averaged over z."""
    chance = {k: expit(-2.6 + 0.2 * k + (effect if k == 3 else 0) + 0.5 * z).mean() for k in range(4)}
    return float(chance[3] - 3 * chance[2] + 3 * chance[1] - chance[0])


def all_three(cohort):
    return cohort[list(PARTS)].prod(axis=1) == 1


def plain_log_odds(cohort):
    counts = pd.crosstab(all_three(cohort), cohort["converted"]).to_numpy(float)
    return np.log(counts[1, 1] * counts[0, 0] / (counts[1, 0] * counts[0, 1]))


def plain_difference(cohort):
    rates = cohort["converted"].groupby(all_three(cohort)).mean()
    return rates[True] - rates[False]


GRID = np.random.default_rng(0).normal(size=1_000_000)
ICC = TAU**2 / (TAU**2 + 1)
DESIGNS = [
    Design("customer_value: natural cells", cell_cohort(), cell_estimate, cell_oracle, cell_slide, TAU, ICC, 0.0, 0.0),
    Design(
        "customer_value: named groups, people asked again",
        named_cohort,
        named_estimate,
        named_oracle,
        named_slide,
        TAU,
        named_truth(TAU),
        0.0,
        0.0,
    ),
    Design(
        "customer_value: conjunctive fit, log odds",
        fit_cohort(),
        fit_log_odds,
        fit_oracle("z"),
        plain_log_odds,
        1.6,
        1.6,
        0.0,
        0.0,
        enough_rows(*slide_gap()),
    ),
    Design(
        "customer_value: conjunctive fit, shares",
        fit_cohort(),
        fit_contrast,
        contrast_oracle,
        plain_difference,
        1.6,
        contrast(1.6, GRID),
        0.0,
        contrast(0.0, GRID),
    ),
    Design(
        "customer_value: conjunctive fit, another form",
        fit_cohort(bend=0.2),
        fit_in_bands,
        fit_oracle("z", "z2"),
        plain_log_odds,
        1.6,
        1.6,
        0.0,
        0.0,
        enough_rows(*slide_gap(bend=0.2)),
    ),
]
