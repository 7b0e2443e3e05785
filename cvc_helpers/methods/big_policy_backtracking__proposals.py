"""Big-policy backtracking from proposals alone: the case–control claim, the size of policies sold, the force's side."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS

from cvc_helpers.estimate import Estimate, normal
from cvc_helpers.estimators.checks import MOST_MISSING, is_unknown
from cvc_helpers.estimators.design import design_matrix
from cvc_helpers.estimators.matching import conditional_logit, matched_sets
from cvc_helpers.estimators.sensitivity import e_value
from cvc_helpers.findings import Finding
from cvc_helpers.gate import Check
from cvc_helpers.methods.big_policy_backtracking import FEWEST_EVENTS, essential
from cvc_helpers.methods.big_policy_backtracking__cohorts import ESSENTIAL, SLUG, banded, refuse_copies

SCORES = ("wealth_band", "skill_tier", "is_certified", "prior_band", "tenure_band")
FEWEST_CASES = 20


def odds_ratio(proposals: pd.DataFrame, *, rung: str, withhold: str = "", controls: int = 4, seed: int = 1) -> Finding:
    """Case–control: is a proposal likelier to become a big policy after a visit, same month and branch? A claim.

    Args:
        proposals: Result of `big_policy_backtracking__exposure`, the focus group.
        rung: Rung of the data ladder that the folder reaches.
        withhold: Confounders to do without.
        controls: Controls a case.
        seed: Of the draw of controls.

    Returns:
        The finding; a refusal below the rung `good` or if fewer than 20 cases have a control.
    """
    common: dict[str, Any] = {"key": f"{SLUG}.odds_ratio", "kind": "claim", "unit": "ratio", "worth": 1.0}
    if rung in ("", "minimum"):
        return Finding.refused(**common, reason="no_proposals")
    refuse_copies(proposals, ["proposal_id"], "odds_ratio", "proposal")
    if proposals["is_big"].sum() < FEWEST_CASES or proposals["is_big"].all():
        return Finding.refused(**common, reason="few_cases")
    exposed = banded(proposals).assign(exposed=proposals["visits"] > 0)
    naive = _plain_odds_ratio(exposed)
    sets, columns = driver_sets(exposed, withhold=withhold, controls=controls, seed=seed)
    if sets["set_number"].nunique() < FEWEST_CASES or sets["exposed"].sum() < FEWEST_EVENTS:
        return Finding.refused(**common, reason="few_cases", on_the_slide=naive)
    row = conditional_logit(sets, case="is_big", stratum="set_number", exposures=columns, fewest=2).iloc[0]
    ends = row[["odds_ratio", "low", "high"]].to_numpy(float).tolist()
    estimate = Estimate(*ends).counted(len(sets), sets["set_number"].nunique())
    missing = _missing(proposals, withhold)
    strong = e_value(estimate.low)
    explained = (Check("sensitivity", strong, not missing, "sensitivity"),) if estimate.low > 1 else ()
    return Finding.of(
        **common, estimate=estimate, on_the_slide=naive, method="conditional_logit", comparison="case_control",
        checks=(*explained, essential(missing)),
    )  # fmt: skip


def _missing(rows: pd.DataFrame, withhold: str) -> list[str]:
    """Essential confounders that are withheld or hardly known, and any of which more than 5 % is missing."""
    dropped = {name.strip() for name in withhold.split(",")} & set(ESSENTIAL)
    missing = banded(rows)[list(SCORES)].isna().mean()
    hardly = {name for name in ESSENTIAL if is_unknown(rows[name])}
    return [name for name in SCORES if name in dropped | hardly or missing[name] > MOST_MISSING]


def driver_sets(
    proposals: pd.DataFrame, *, withhold: str = "", controls: int = 4, seed: int = 1
) -> tuple[pd.DataFrame, list[str]]:
    """Matched sets of one big policy and its controls, with the columns to put into the conditional logit.

    Wealth, force skill, earlier policies and tenure enter as scores, one odds ratio a step: the highest bands hold
    nearly all big policies, and an indicator for a band without any has no estimate. Up to 5 % missing get the median
    and a flag of their own; a score with more is left out, and the finding says so and is held back.

    Returns:
        The sets, and the columns: `exposed` first, then the scores that vary and are not withheld.
    """
    dropped = {name.strip() for name in withhold.split(",")}
    gaps = proposals[list(SCORES)].isna()
    scores = [name for name in SCORES if name not in dropped and gaps[name].mean() <= MOST_MISSING]
    for name in [name for name in scores if gaps[name].any()]:
        filled = proposals[name].fillna(proposals[name].median())
        proposals = proposals.assign(**{name: filled, f"{name}_unknown": gaps[name].astype(int)})
        scores.append(f"{name}_unknown")
    place = ("month", "branch_id")
    like = [*place, "is_big", "exposed", *scores]
    sets = matched_sets(proposals, case="is_big", within=place, like=like, controls=controls, seed=seed)
    return sets, ["exposed", *[name for name in scores if sets[name].nunique() > 1]]


def premium_ratio(proposals: pd.DataFrame, *, rung: str, withhold: str = "") -> Finding:
    """How much larger the annual premium is after a visit, among policies sold, at equal wealth and force skill.

    Args:
        proposals: Result of `big_policy_backtracking__exposure`, the focus group.
        rung: Rung of the data ladder that the folder reaches.
        withhold: Confounders to do without.
    """
    common: dict[str, Any] = {"key": f"{SLUG}.premium_ratio", "kind": "measure", "unit": "ratio"}
    sold = banded(proposals[proposals["is_sold"]]).assign(exposed=lambda rows: (rows["visits"] > 0).astype(int))
    if rung in ("", "minimum") or sold["exposed"].sum() < FEWEST_CASES:
        return Finding.refused(**common, reason="no_proposals" if rung in ("", "minimum") else "few_cases")
    dropped = {name.strip() for name in withhold.split(",")}
    same = ["wealth_band", "skill_tier", "is_certified", "pay_term_years", "quarter", "branch_id"]
    kept = [name for name in same if name not in dropped and sold[name].isna().mean() <= MOST_MISSING]
    columns = np.column_stack([sold["exposed"], design_matrix(sold, kept)])
    clusters = pd.factorize(sold["customer_id"])[0]
    model = OLS(np.log(sold["annual_premium_yuan"].to_numpy(float)), columns)
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": clusters})
    means = sold.groupby("exposed")["annual_premium_yuan"].mean()
    found = normal(float(fit.params[0]), float(fit.bse[0])).exponential().counted(len(sold), clusters.max() + 1)
    return Finding.of(
        **common, estimate=found, on_the_slide=float(means[1] / means[0]), method="log_premium",
        comparison="case_control", checks=(essential(_missing(proposals, withhold)),),
    )  # fmt: skip


def _plain_odds_ratio(proposals: pd.DataFrame) -> float:
    """Odds ratio of big by exposure, unadjusted; NaN if a cell is empty."""
    counts = (
        pd.crosstab(proposals["exposed"], proposals["is_big"])
        .reindex([False, True], axis=0)
        .reindex([False, True], axis=1)
    )
    cells = counts.fillna(0).to_numpy(float)
    return float(cells[1, 1] * cells[0, 0] / (cells[1, 0] * cells[0, 1])) if cells.all() else math.nan


def best_line(proposals: pd.DataFrame) -> str:
    """The product line most often sold after a visit; annuities where none was.

    Args:
        proposals: Result of `big_policy_backtracking__exposure`, the focus group.
    """
    after = proposals[(proposals["visits"] > 0) & proposals["is_sold"]]
    return str(after["line"].value_counts().index[0]) if len(after) else "annuity"


def force_table(agents: pd.DataFrame) -> pd.DataFrame:
    """What agents who know the service do differently. Associated with, not caused by.

    Args:
        agents: Result of `big_policy_backtracking__force`.

    Returns:
        One row a level of `service_knowledge`: `agents`, `certified_share`, `visitors_per_100` customers in charge,
        `proposals_per_month`, `commission_per_month` (yuan), `tenure_years` (median).
    """
    rows = agents.dropna(subset=["service_knowledge"]).groupby("service_knowledge")
    return pd.DataFrame(
        {
            "agents": rows.size(),
            "certified_share": rows["is_certified"].mean(),
            "visitors_per_100": 100 * rows["visitors"].sum() / rows["customers"].sum(),
            "proposals_per_month": rows["proposals"].sum() / rows["months"].sum(),
            "commission_per_month": rows["commission_yuan"].sum() / rows["months"].sum(),
            "tenure_years": rows["tenure_years"].median(),
        }
    ).reset_index()
