"""Test cohorts for big-policy backtracking, not the insurer: each with its planted effect and a planted zero."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
import statsmodels.api as sm

from cvc_helpers.estimate import Z
from cvc_helpers.estimators.comparison import effects_on_exposed
from cvc_helpers.estimators.matching import conditional_logit
from tests.methods.design import Design, Interval

QUARTERS, CUSTOMERS = 6, 20_000
GRID = pd.MultiIndex.from_product([range(1, 6), range(1, 6)], names=["wealth", "skill"]).to_frame(index=False)
WEALTH_SHARE = np.array([0.30, 0.30, 0.22, 0.13, 0.05])


def expit(x):
    return 1 / (1 + np.exp(-x))


class Form(NamedTuple):
    """A functional form of exposure and outcome in wealth and skill (1-5)."""

    visit: object
    outcome: object


LOGISTIC = Form(
    lambda w, k: expit(-3.7 + 0.35 * (w - 3) + 0.30 * (k - 3)),
    lambda w, k: expit(-3.9 + 0.55 * (w - 3) + 0.25 * (k - 3)),
)
INTERACTING = Form(
    lambda w, k: 1 - np.exp(-np.exp(-3.8 + 0.45 * (w - 3) + 0.40 * (k - 3))),
    lambda w, k: 0.006 + 0.020 * (w - 1) * (k - 1) / 4,
)


def att(form, effect):
    """Mean of p0 × effect over people weighted by their chance to come: the planted difference."""
    weight = WEALTH_SHARE[GRID["wealth"] - 1] * form.visit(GRID["wealth"], GRID["skill"])
    return float(np.average(effect * form.outcome(GRID["wealth"], GRID["skill"]), weights=weight))


def landmark_cohort(form):
    """Draws customers over quarters; a visit multiplies the chance of the outcome by 1 + effect."""

    def draw(seed, effect):
        rng = np.random.default_rng([seed, 1])
        wealth = np.repeat(rng.choice(np.arange(1, 6), CUSTOMERS, p=WEALTH_SHARE), QUARTERS)
        skill = np.repeat(rng.integers(1, 6, CUSTOMERS), QUARTERS)
        visit, base = form.visit(wealth, skill), form.outcome(wealth, skill)
        came = rng.random(len(visit)) < visit
        bought = rng.random(len(visit)) < base * (1 + effect * came)
        customer = np.repeat(np.arange(CUSTOMERS), QUARTERS)
        columns = {"customer_id": customer, "quarter": np.tile(np.arange(QUARTERS), CUSTOMERS), "is_exposed": came}
        truths = {"wealth_band": wealth, "skill_tier": skill, "visit": visit, "base": base}
        return pd.DataFrame(columns | truths | {"big_policies": bought.astype(int)})

    return draw


def landmark_estimate(cohort, confounders=("wealth_band", "skill_tier", "quarter")):
    row = effects_on_exposed(
        cohort, exposure="is_exposed", outcomes=["big_policies"], confounders=confounders, cluster="customer_id"
    ).iloc[0]
    return Interval(row["estimate"], row["low"], row["high"])


def landmark_oracle(cohort):
    """Augmented weighting with the true chance to come and the true chance to buy."""
    came, base = cohort["is_exposed"].to_numpy(float), cohort["base"].to_numpy()
    weight = (1 - came) * cohort["visit"] / (1 - cohort["visit"])
    residual = cohort["big_policies"] - base
    gap, correction = (came * residual).sum() / came.sum(), (weight * residual).sum() / weight.sum()
    influence = came / came.mean() * (residual - gap) - weight / weight.mean() * (residual - correction)
    error = np.sqrt((influence.groupby(cohort["customer_id"]).sum() ** 2).sum()) / len(cohort)
    estimate = gap - correction
    return Interval(estimate, estimate - Z * error, estimate + Z * error)


def landmark_slide(cohort):
    rates = cohort.groupby("is_exposed")["big_policies"].mean()
    return rates[True] - rates[False]


def case_control_cohort(seed, effect, n=60_000):
    """METHODS' design: logit y = −5.2 + effect·S + .9w + .5q, S likelier with w and q."""
    rng = np.random.default_rng([seed, 2])
    wealth, skill = rng.normal(size=(2, n))
    exposed = rng.random(n) < expit(-1 + 0.9 * wealth + 0.5 * skill)
    big = rng.random(n) < expit(-5.2 + effect * exposed + 0.9 * wealth + 0.5 * skill)
    place = {"month": rng.integers(0, 12, n), "branch_id": rng.integers(0, 5, n)}
    return pd.DataFrame({"exposed": exposed.astype(float), "wealth": wealth, "skill": skill, "is_big": big} | place)


def case_control_estimate(cohort):
    row = conditional_logit(
        cohort, case="is_big", stratum=["month", "branch_id"], exposures=["exposed", "wealth", "skill"]
    ).iloc[0]
    return Interval(row["odds_ratio"], row["low"], row["high"])


def case_control_oracle(cohort):
    """Logistic regression on everybody: the model that generated the cohort."""
    fit = sm.Logit(cohort["is_big"].astype(float), sm.add_constant(cohort[["exposed", "wealth", "skill"]])).fit(disp=0)
    estimate, error = fit.params["exposed"], fit.bse["exposed"]
    return Interval(*np.exp([estimate, estimate - Z * error, estimate + Z * error]))


def case_control_slide(cohort):
    counts = pd.crosstab(cohort["exposed"], cohort["is_big"]).to_numpy(float)
    return counts[1, 1] * counts[0, 0] / (counts[1, 0] * counts[0, 1])


def continuous_cohort(seed, effect, n=4_000, hidden=0.0):
    """METHODS' design: y = 10 + effect·S + 3·x0 + 2·x1·1(x2 > 0) + N(0, 3); the naive difference is 4.48.

    METHODS gives no propensity, but says that it is not logistic-linear. Assumed: logit = .8·x0 + .5·x1·1(x2 > 0), the
    plainest with that naive difference. `hidden` adds a cause U of that correlation with exposure and outcome, each
    given the rest (in the latent scale of exposure); `withheld` columns are for the oracle alone.
    """
    rng = np.random.default_rng([seed, 3])
    x0, x1, x2 = rng.normal(size=(3, n))
    bend, cause = x1 * (x2 > 0), rng.normal(size=n)
    strength = hidden / np.sqrt(1 - hidden**2)
    # a standard logistic has standard deviation pi / sqrt(3)
    exposed = rng.random(n) < expit(0.8 * x0 + 0.5 * bend + strength * np.pi / np.sqrt(3) * cause)
    outcome = 10 + effect * exposed + 3 * x0 + 2 * bend + 3 * strength * cause + rng.normal(0, 3, n)
    columns = {"x0": x0, "x1": x1, "x2": x2, "is_exposed": exposed, "outcome": outcome, "customer_id": np.arange(n)}
    return pd.DataFrame(columns | {"withheld": 3 * strength * cause})


def hidden_cohort(seed, effect):
    return continuous_cohort(seed, effect, hidden=0.4)


def continuous_estimate(cohort, pairs=()):
    row = effects_on_exposed(
        cohort,
        exposure="is_exposed",
        outcomes=["outcome"],
        continuous=["x0", "x1", "x2"],
        pairs=pairs,
        cluster="customer_id",
    ).iloc[0]
    return Interval(row["estimate"], row["low"], row["high"])


def paired_estimate(cohort):
    return continuous_estimate(cohort, pairs=list(combinations(["x0", "x1", "x2"], 2)))


def continuous_oracle(cohort):
    shape = cohort.assign(bend=cohort["x1"] * (cohort["x2"] > 0), exposed=cohort["is_exposed"].astype(float))
    fit = sm.OLS(shape["outcome"] - shape["withheld"], sm.add_constant(shape[["exposed", "x0", "bend"]])).fit()
    low, high = fit.conf_int().loc["exposed"]
    return Interval(fit.params["exposed"], low, high)


def continuous_slide(cohort):
    means = cohort.groupby("is_exposed")["outcome"].mean()
    return means[True] - means[False]


EFFECT = 0.6


def landmark_design(name, form):
    truth = att(form, EFFECT)
    cohort = landmark_cohort(form)
    return Design(name, cohort, landmark_estimate, landmark_oracle, landmark_slide, EFFECT, truth, 0.0, 0.0)


DESIGNS = [
    landmark_design("big_policy_backtracking: quarterly landmarks", LOGISTIC),
    landmark_design("big_policy_backtracking: landmarks, another form", INTERACTING),
    Design(
        "big_policy_backtracking: case–control",
        case_control_cohort,
        case_control_estimate,
        case_control_oracle,
        case_control_slide,
        0.6,
        float(np.exp(0.6)),
        0.0,
        1.0,
    ),
    *(
        Design(name, draw, estimate, continuous_oracle, continuous_slide, 2.0, 2.0, 0.0, 0.0, is_lesson=is_lesson)
        for name, draw, estimate, is_lesson in (
            ("big_policy_backtracking: bent outcome", continuous_cohort, continuous_estimate, True),
            ("big_policy_backtracking: bent outcome, pairs of curves", continuous_cohort, paired_estimate, False),
            ("big_policy_backtracking: bent outcome, a cause withheld", hidden_cohort, paired_estimate, True),
        )
    ),
]
