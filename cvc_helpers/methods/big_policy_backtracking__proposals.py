"""Big-policy backtracking from proposals alone: the case–control claim, the size of policies sold, the force's side."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import WLS

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Estimate
from cvc_helpers.estimators.checks import MOST_MISSING
from cvc_helpers.estimators.design import design_matrix
from cvc_helpers.estimators.matching import conditional_logit
from cvc_helpers.estimators.means import interval
from cvc_helpers.estimators.sensitivity import e_value
from cvc_helpers.findings import Finding
from cvc_helpers.gate import Check
from cvc_helpers.methods.big_policy_backtracking import FEWEST_AGENTS, FEWEST_EVENTS, dated, essential
from cvc_helpers.methods.big_policy_backtracking__cohorts import (
    ESSENTIAL,
    SLUG,
    banded,
    refuse_copies,
    swapped_share,
    undone,
    unknown_shares,
    with_wealth,
    withheld_names,
)

SCORES = ("wealth_band", "skill_tier", "is_certified", "prior_band", "tenure_band")
PLACES = {"month": "quarter", "branch_id": "branch_id"}
"""Within which a big policy is compared with other proposals, and the confounder that each stands for."""
FEWEST_CASES = 20


def odds_ratio(proposals: pd.DataFrame, *, rung: str, withhold: str = "") -> Finding:
    """Case–control: is a proposal likelier to become a big policy after a visit, same month and branch? A claim.

    Every big policy is compared with all other proposals of its month and branch; agents are the independent units.

    Args:
        proposals: Result of `big_policy_backtracking__exposure`, the focus group.
        rung: Rung of the data ladder that the folder reaches.
        withhold: Confounders to do without.

    Returns:
        The finding; a refusal below the rung `good`, if fewer than 20 cases, 10 exposed or 10 agents can be compared,
        or if the comparison cannot be done.
    """
    common: dict[str, Any] = {"key": f"{SLUG}.odds_ratio", "kind": "claim", "unit": "ratio", "worth": 1.0}
    if rung in ("", "minimum"):
        return Finding.refused(**common, reason="no_proposals")
    refuse_copies(proposals, ["proposal_id"], "odds_ratio", "proposal")
    checks = _checks(proposals, withhold)
    missing = _missing(proposals, withhold)
    proposals, continuous = with_wealth(in_order(proposals))
    exposed = compared(proposals, withhold)
    naive = _plain_odds_ratio(proposals)
    counts = (exposed["is_big"].sum(), exposed["exposed"].sum())
    if counts[0] < FEWEST_CASES or counts[1] < FEWEST_EVENTS or exposed["unit"].nunique() < FEWEST_AGENTS:
        return Finding.refused(**common, reason="few_cases", on_the_slide=naive)
    try:
        estimate = driver(exposed, withhold=withhold, continuous=continuous)
    except CvcError as error:
        return Finding.refused(**common, reason=undone(error), on_the_slide=naive)
    explained = (Check("sensitivity", e_value(estimate.low), not missing, "sensitivity"),) if estimate.low > 1 else ()
    return Finding.of(
        **common, estimate=estimate, on_the_slide=naive, method="conditional_logit", comparison="case_control",
        checks=(*explained, *checks),
    )  # fmt: skip


def in_order(proposals: pd.DataFrame) -> pd.DataFrame:
    """The proposals without those that their own policy came before: what preceded them is unknown."""
    return proposals[~proposals["is_swapped"].astype(bool)].reset_index(drop=True)


def _checks(proposals: pd.DataFrame, withhold: str) -> tuple[Check, ...]:
    """Whether wealth and force skill are in the comparison, and whether proposals come before their policies."""
    sold = proposals["is_sold"].astype(bool)
    weights = proposals["stands_for"].to_numpy(float)
    swapped = swapped_share(weights[sold].sum(), weights[proposals["is_swapped"].astype(bool)].sum())
    rows = banded(with_wealth(in_order(proposals))[0])
    dropped = withheld_names(withhold)
    gaps = {name: share for name, share in unknown_shares(rows, SCORES).items() if name not in dropped}
    return (*essential(_missing(proposals, withhold), gaps), *dated(swapped))


def _missing(proposals: pd.DataFrame, withhold: str) -> list[str]:
    """Essential confounders that are withheld or make nothing equal, and any of which more than 5 % is missing."""
    rows = banded(with_wealth(in_order(proposals))[0])
    gone = withheld_names(withhold) & set(ESSENTIAL) | set(unknown_shares(rows, SCORES))
    return [name for name in SCORES if name in gone]


def places(withhold: str) -> list[str]:
    """Columns within which proposals are compared: month and branch, unless withheld."""
    return [place for place, name in PLACES.items() if name not in withheld_names(withhold)] or ["everywhere"]


def compared(proposals: pd.DataFrame, withhold: str = "") -> pd.DataFrame:
    """The proposals of every month and branch that holds both a big policy and another, with `exposed` and `unit`.

    `exposed` is whether a visit came before the proposal, `unit` the agent who made it (the customer, if nobody).
    """
    rows = banded(proposals).assign(
        exposed=(proposals["visits"] > 0).astype(int),
        unit=proposals["agent_id"].fillna(proposals["customer_id"]),
        everywhere=0,
    )
    share = rows["is_big"].astype(float).groupby([rows[name] for name in places(withhold)]).transform("mean")
    return rows[(share > 0) & (share < 1)].reset_index(drop=True)


def driver(rows: pd.DataFrame, *, withhold: str = "", continuous: tuple[str, ...] = ()) -> Estimate:
    """The odds ratio of a visit, with its interval by agent, from the result of `compared`.

    Wealth, force skill, earlier policies and tenure enter as scores, one odds ratio a step: the highest bands hold
    nearly all big policies, and an indicator for a band without any has no estimate. Up to 5 % missing get the median
    and a flag of their own; a score with more is left out, and the finding says so and is held back. A score that is
    one value in every month and branch says nothing there and is left out too. Wealth in yuan is `continuous`: it
    enters along a curve, not as a score.

    Raises:
        CvcError: As `matching.conditional_logit`.
    """
    gaps, place = rows[list(SCORES)].isna(), places(withhold)
    scores = [name for name in SCORES if name not in withheld_names(withhold) and gaps[name].mean() <= MOST_MISSING]
    curved = [name for name in scores if name in continuous]
    scores = [name for name in scores if name not in curved]
    for name in [name for name in scores if gaps[name].any()]:
        filled = rows[name].fillna(rows[name].median())
        rows = rows.assign(**{name: filled, f"{name}_unknown": gaps[name].astype(int)})
        scores.append(f"{name}_unknown")
    varying = [name for name in scores if (rows.groupby(place)[name].nunique() > 1).any()]
    found = conditional_logit(
        rows, case="is_big", stratum=place, exposures=["exposed", *varying], continuous=curved, cluster="unit", fewest=2
    )
    ends = found.loc[0, ["odds_ratio", "low", "high"]].to_numpy(float).tolist()
    return Estimate(*ends).counted(len(rows), rows["unit"].nunique())


def premium_ratio(proposals: pd.DataFrame, *, rung: str, withhold: str = "") -> Finding:
    """How much larger the annual premium is after a visit, among policies sold, at equal wealth and force skill.

    Where a sample of the smaller policies was drawn, each stands for as many as it was drawn from.

    Args:
        proposals: Result of `big_policy_backtracking__exposure`, the focus group.
        rung: Rung of the data ladder that the folder reaches.
        withhold: Confounders to do without.

    Returns:
        The finding; a refusal on the grounds of `odds_ratio`.
    """
    common: dict[str, Any] = {"key": f"{SLUG}.premium_ratio", "kind": "measure", "unit": "ratio"}
    if rung in ("", "minimum"):
        return Finding.refused(**common, reason="no_proposals")
    checks = _checks(proposals, withhold)
    proposals, continuous = with_wealth(in_order(proposals))
    sold = proposals[proposals["is_sold"]].reset_index(drop=True)
    sold = sold.assign(exposed=(sold["visits"] > 0).astype(int), unit=sold["agent_id"].fillna(sold["customer_id"]))
    if sold["exposed"].sum() < FEWEST_CASES or sold.loc[sold["exposed"] == 1, "unit"].nunique() < FEWEST_AGENTS:
        return Finding.refused(**common, reason="few_cases")
    try:
        found = _log_premium(sold, withhold, continuous)
    except CvcError as error:
        return Finding.refused(**common, reason=undone(error))
    weighted = sold.assign(yuan=sold["annual_premium_yuan"] * sold["stands_for"]).groupby("exposed")
    means = weighted["yuan"].sum() / weighted["stands_for"].sum()
    return Finding.of(
        **common, estimate=found, on_the_slide=float(means[1] / means.get(0, math.nan)), method="log_premium",
        comparison="case_control", checks=checks,
    )  # fmt: skip


def _log_premium(sold: pd.DataFrame, withhold: str, continuous: tuple[str, ...]) -> Estimate:
    """Ratio of premiums with over without a visit before the proposal, by regression of their logs."""
    same = ["wealth_band", "skill_tier", "is_certified", "pay_term_years", "quarter", "branch_id"]
    dropped = withheld_names(withhold)
    kept = [name for name in same if name not in dropped and sold[name].isna().mean() <= MOST_MISSING]
    columns = np.column_stack(
        [sold["exposed"], design_matrix(sold, kept, [name for name in kept if name in continuous])]
    )
    if np.linalg.matrix_rank(columns) < columns.shape[1]:
        raise CvcError("E251", caller="premium_ratio", outcome="annual_premium_yuan", columns=kept)
    clusters = pd.factorize(sold["unit"])[0]
    logs, weights = np.log(sold["annual_premium_yuan"].to_numpy(float)), sold["stands_for"].to_numpy(float)
    fit = WLS(logs, columns, weights=weights).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    visited = sold.loc[sold["exposed"] == 1, "unit"].nunique()
    found = interval(float(fit.params[0]), float(fit.bse[0]), visited - 1)
    return found.exponential().counted(len(sold), clusters.max() + 1)


def _plain_odds_ratio(proposals: pd.DataFrame) -> float:
    """Odds ratio of big by visit, unadjusted; NaN if a cell is empty."""
    counts = (
        pd.crosstab(proposals["visits"] > 0, proposals["is_big"], values=proposals["stands_for"], aggfunc="sum")
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
