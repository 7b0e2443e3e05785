"""Big-policy backtracking: what a service did for the people who came, buyers and others alike.

Three rungs of data, three answers: a list of big policies describes; proposals allow a case–control comparison;
customers who did not buy allow quarterly cohorts, whose result is the headline.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS

from cvc_helpers import contract
from cvc_helpers.cards import SevenOnes, evidence
from cvc_helpers.findings import Check, Comparison, Finding, Unit, decide
from cvc_helpers.methods import require_columns
from cvc_helpers.methods.comparison import (
    Array,
    Effect,
    Z,
    balance_table,
    conditional_logit,
    design_matrix,
    detectable_difference,
    e_value,
    effects_on_exposed,
    exposure_odds,
    matched_sets,
    overlap_share,
)
from cvc_helpers.vocabulary import SEVEN_ONES
from cvc_helpers.wording import LANGUAGES, say

SLUG = "big_policy_backtracking"
CONFOUNDERS = (
    "wealth_band",
    "skill_tier",
    "is_certified",
    "prior_band",
    "tenure_band",
    "age_band",
    "branch_id",
    "quarter",
)
"""Measured before the visit. Wealth and force skill are the two without which no comparison is believed."""
ESSENTIAL = ("wealth_band", "skill_tier")
OUTCOMES = ("proposals", "sales", "big_policies", "fyp_yuan")
SCORES = ("wealth_band", "skill_tier", "is_certified", "prior_band", "tenure_band")
WORST_BALANCE = 0.1
LEAST_OVERLAP = 0.8
FEWEST_EXPOSED = 100
FEWEST_CASES = 20


class Answers(NamedTuple):
    """The headline, the extra premium, and the steps of the journey (empty where the data give no comparison)."""

    policies: Finding
    premium: Finding
    steps: pd.DataFrame


class Landmarks(NamedTuple):
    """Quarterly cohorts, ready to be compared.

    Attributes:
        cohort: One row a customer and quarter, with bands.
        confounders: Columns compared, all measured before the quarter.
        withheld: Essential confounders that the data lack.
        has_non_buyers: Whether people who never bought are in the data.
    """

    cohort: pd.DataFrame
    confounders: tuple[str, ...]
    withheld: tuple[str, ...]
    has_non_buyers: bool


def question(
    premium_threshold_yuan: int,
    committed_threshold_yuan: int,
    *,
    service_id: str,
    first_day: str,
    last_day: str,
    age_from: int = 50,
    age_to: int = 66,
    window_days: int = 365,
    control_share: float = 1.0,
) -> dict[str, Any]:
    """What the queries are asked, money in cents.

    Args:
        premium_threshold_yuan: Regular annual premium from which a policy is big.
        committed_threshold_yuan: Or annual premium times payment term.
        service_id: The service looked back from.
        first_day: First landmark quarter starts here (ISO date).
        last_day: No landmark quarter starts here or later; a year of outcomes must follow.
        age_from: Youngest age of the group at the landmark.
        age_to: Oldest.
        window_days: How long before a proposal a use counts as an exposure, for the case–control comparison.
        control_share: Share (0–1) of the customers without the service, and of the proposals that did not become
            big, to keep; a tenth does on tables of many millions.

    Returns:
        Name to value, for `Insurer.query`.
    """
    thresholds = {"threshold_cents": 100 * premium_threshold_yuan, "committed_cents": 100 * committed_threshold_yuan}
    group = {"age_from": age_from, "age_to": age_to, "is_focus": True, "control_key": control_key(control_share)}
    period = {"first_day": first_day, "last_day": last_day, "window_days": window_days}
    return thresholds | group | period | {"service_id": service_id}


def control_key(share: float) -> str:
    """Four hexadecimal digits that a share (0–1) of digests lies below; `"g"`, above all of them, for 1."""
    return "g" if share >= 1 else f"{int(share * 65536):04x}"


def biggest(listed: pd.DataFrame, *, rows: int = 8) -> pd.DataFrame:
    """The channels and lines with most big policies, as a branch would list them."""
    return listed[listed["big_policies"] > 0].sort_values("big_policies", ascending=False).head(rows)


def landmarks(rows: pd.DataFrame, slide: pd.DataFrame, *, withhold: str = "") -> Landmarks:
    """Quarterly cohorts from the landmark query, as a real client might bring them.

    Args:
        rows: Result of `big_policy_backtracking__landmark`.
        slide: Result of `big_policy_backtracking__slide`.
        withhold: Confounders to do without, separated by commas, e.g. `"wealth_band,skill_tier"`.

    Returns:
        The cohorts with age, tenure and earlier policies in bands.
    """
    dropped = {name.strip() for name in withhold.split(",") if name.strip()}
    absent = {name for name in ESSENTIAL if rows[name].isna().all()}
    kept = tuple(name for name in CONFOUNDERS if name not in dropped | absent)
    never = int((slide["customers"] - slide["with_policy"]).sum())
    return Landmarks(banded(rows), kept, tuple(sorted((dropped | absent) & set(ESSENTIAL))), never > 0)


def banded(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `age_band`, `tenure_band` and `prior_band` (0, 1, 2, 3 or more earlier policies)."""
    require_columns(rows.columns, {"tenure_years", "prior_policies"}, "banded")
    found = rows.assign(
        tenure_band=pd.cut(rows["tenure_years"], [-math.inf, 0.5, 1.5, 3, math.inf], labels=False),
        prior_band=rows["prior_policies"].clip(upper=3),
    )
    return found.assign(age_band=(rows["age"] // 5).astype("Int64")) if "age" in rows else found


def visit_odds(prepared: Landmarks) -> Array:
    """Odds of coming in the quarter, given what was known before it; shape (rows,)."""
    return exposure_odds(prepared.cohort, exposure="is_exposed", confounders=prepared.confounders)


def effect_table(prepared: Landmarks, odds: Array) -> pd.DataFrame:
    """What a first visit changed in the four quarters that followed, per 100 visitors.

    Args:
        prepared: Quarterly cohorts.
        odds: Result of `visit_odds`.

    Returns:
        One row an outcome (`proposals`, `sales`, `big_policies`: customers per 100; `fyp_yuan`: yuan per 100) with the
        fields of `comparison.Effect`, all means and limits per 100.
    """
    found = effects_on_exposed(
        prepared.cohort,
        exposure="is_exposed",
        outcomes=OUTCOMES,
        confounders=prepared.confounders,
        cluster="customer_id",
        odds=odds,
    )
    per_100 = ["estimate", "standard_error", "low", "high", "exposed_mean", "comparable_mean"]
    return found.assign(**{name: 100 * found[name] for name in per_100})


def effect(effects: pd.DataFrame, outcome: str) -> Effect:
    """One row of `effect_table`."""
    return Effect(*effects[effects["outcome"] == outcome].iloc[0])


def slide_numbers(slide: pd.DataFrame) -> dict[str, float]:
    """What a typical deck would show of the focus group, whichever came first, visit or policy.

    Returns:
        `extra_policies` and `extra_fyp_yuan` per 100, `ratio` of the shares with a big policy, and `letter_share`, the
        share of customers with a big policy who hold the letter.
    """
    focus = slide[slide["is_focus"]]
    came = (
        focus.groupby("has_visited")[["customers", "with_big_policy", "fyp_yuan"]]
        .sum()
        .reindex([False, True])
        .fillna(0)
    )
    share, fyp = came["with_big_policy"] / came["customers"], came["fyp_yuan"] / came["customers"]
    holders = slide[slide["holds_letter"]]["with_big_policy"].sum() / max(slide["with_big_policy"].sum(), 1)
    return {
        "extra_policies": 100 * (share[True] - share[False]),
        "extra_fyp_yuan": 100 * (fyp[True] - fyp[False]),
        "ratio": share[True] / share[False] if share[False] else math.nan,
        "letter_share": float(holders),
    }


def extra_policies(
    prepared: Landmarks, effects: pd.DataFrame, slide: dict[str, float], odds: Array, *, worth: float
) -> Finding:
    """The headline: extra big policies for every 100 comparable customers within a year of a first visit.

    Args:
        prepared: Quarterly cohorts.
        effects: Result of `effect_table`.
        slide: Result of `slide_numbers`.
        odds: Result of `visit_odds`.
        worth: Extra big policies per 100 visitors at which the visit pays for itself.

    Returns:
        The finding, with balance, sensitivity, essential confounders and overlap as checks. Without wealth or force
        skill in the comparison the verdict is "cannot tell", whatever the interval.
    """
    row = effect(effects, "big_policies")
    found = _finding("extra_policies", row, on_the_slide=slide["extra_policies"], worth=worth, unit="per_100")
    values = {
        "slide_ratio": f"{slide['ratio']:.1f}",
        "letter_share": f"{slide['letter_share']:.0%}",
        "visitors": f"{row.n_exposed:,}",
        "visitor_rate": f"{row.exposed_mean:.1f}",
        "comparable_rate": f"{row.comparable_mean:.1f}",
        "detectable": f"{100 * detectable_difference(row.comparable_mean / 100, row.n_exposed):.1f}",
        "withheld": ", ".join(prepared.withheld),
    }
    verdict = "cannot_tell" if prepared.withheld else found.verdict
    return replace(found, verdict=verdict, checks=_checks(prepared, row, odds), values=values)


def extra_fyp(effects: pd.DataFrame, slide: dict[str, float], *, worth: float) -> Finding:
    """Extra first-year premium, in yuan for every 100 comparable customers within a year of a first visit."""
    row = effect(effects, "fyp_yuan")
    return _finding("extra_fyp_yuan", row, on_the_slide=slide["extra_fyp_yuan"], worth=worth, unit="yuan_per_100")


def planted_zero(prepared: Landmarks, *, name: str, rung: str, worth: float) -> Finding:
    """The same comparison where nothing should come out: another service, or people outside the group.

    Args:
        prepared: Quarterly cohorts for that service or those people.
        name: `negative_control` or `extra_policies_rest`.
        rung: Rung of the data ladder that the folder reaches.
        worth: As for the headline.

    Returns:
        The finding, or a refusal on the same grounds as the headline's.
    """
    if reason := no_answer(prepared, rung):
        return refusal(name, unit="per_100", worth=worth, reason=reason)
    row = effect(effect_table(prepared, visit_odds(prepared)), "big_policies")
    return _finding(name, row, on_the_slide=naive_difference(prepared), worth=worth, unit="per_100")


def naive_difference(prepared: Landmarks) -> float:
    """Share with a big policy among visitors less that among the others of the cohorts, unadjusted, per 100."""
    rates = prepared.cohort.groupby("is_exposed")["big_policies"].mean()
    return float(100 * (rates[True] - rates[False]))


def refusal(
    name: str, *, unit: Unit, worth: float, on_the_slide: float = math.nan, reason: str = "no_comparison"
) -> Finding:
    """The finding of a folder that gives no comparison: it says so, and what to ask for.

    Args:
        name: Which finding is refused.
        unit: Its unit.
        worth: The threshold it would have been held against.
        on_the_slide: What a deck would show all the same.
        reason: Name of the limit in the wording.
    """
    return Finding(
        f"{SLUG}.{name}",
        unit,
        on_the_slide,
        math.nan,
        math.nan,
        math.nan,
        worth,
        0,
        0,
        "description",
        "description_only",
        "cannot_tell",
        reason,
    )


def no_answer(prepared: Landmarks, rung: str) -> str:
    """Why the cohorts give no comparison, as a name of the wording; empty if they do."""
    if rung != "best":
        return "no_comparison"
    if not prepared.has_non_buyers:
        return "only_buyers"
    return "few_visitors" if prepared.cohort["is_exposed"].sum() < FEWEST_EXPOSED else ""


def answers(prepared: Landmarks, slide: dict[str, float], *, rung: str, worth: float, worth_yuan: float) -> Answers:
    """The headline, the extra premium and the journey, or a refusal where the data give no comparison.

    Refused: a rung below `best`, fewer than 100 visitors, or data from which people who never bought are missing.

    Args:
        prepared: Quarterly cohorts.
        slide: Result of `slide_numbers`.
        rung: Rung of the data ladder that the folder reaches.
        worth: Extra big policies per 100 visitors at which the visit pays for itself.
        worth_yuan: Extra first-year premium, yuan per 100.
    """
    if reason := no_answer(prepared, rung):
        policies = refusal(
            "extra_policies", unit="per_100", worth=worth, on_the_slide=slide["extra_policies"], reason=reason
        )
        premium = refusal(
            "extra_fyp_yuan", unit="yuan_per_100", worth=worth_yuan, on_the_slide=slide["extra_fyp_yuan"], reason=reason
        )
        return Answers(policies, premium, pd.DataFrame())
    odds = visit_odds(prepared)
    effects = effect_table(prepared, odds)
    policies = extra_policies(prepared, effects, slide, odds, worth=worth)
    return Answers(policies, extra_fyp(effects, slide, worth=worth_yuan), journey_table(effects))


def odds_ratio(
    proposals: pd.DataFrame, *, worth: float = 1.2, withhold: str = "", controls: int = 4, seed: int = 1
) -> Finding:
    """Case–control: how much likelier a proposal becomes a big policy after a visit, same month and branch.

    Args:
        proposals: Result of `big_policy_backtracking__exposure`, the focus group.
        worth: Odds ratio at which the visit pays for itself.
        withhold: Confounders to do without.
        controls: Controls a case.
        seed: Of the draw of controls.

    Returns:
        The finding; a refusal if fewer than 20 cases have a control.
    """
    if proposals["is_big"].sum() < FEWEST_CASES or proposals["is_big"].all():
        return refusal("odds_ratio", unit="ratio", worth=worth, reason="few_cases")
    exposed = banded(proposals).assign(exposed=proposals["visits"] > 0)
    naive = _plain_odds_ratio(exposed)
    sets, columns = driver_sets(exposed, withhold=withhold, controls=controls, seed=seed)
    if sets["set_number"].nunique() < FEWEST_CASES or sets["exposed"].sum() < 10:
        return refusal("odds_ratio", unit="ratio", worth=worth, on_the_slide=naive, reason="few_cases")
    row = conditional_logit(sets, case="is_big", stratum="set_number", exposures=columns).iloc[0]
    check = Check("sensitivity", e_value(max(row["low"], 1.0)), bool(row["low"] > 1) and not withhold)
    found = _ratio("odds_ratio", naive, row["odds_ratio"], row["low"], row["high"], worth)
    limit, n_sets = "limit_withheld" if withhold else "limit", int(sets["set_number"].nunique())
    return replace(found, n=len(sets), n_clusters=n_sets, method="conditional_logit", limit=limit, checks=(check,))


def driver_sets(
    proposals: pd.DataFrame, *, withhold: str = "", controls: int = 4, seed: int = 1
) -> tuple[pd.DataFrame, list[str]]:
    """Matched sets of one big policy and its controls, with the columns to put into the conditional logit.

    Wealth, force skill, earlier policies and tenure enter as scores, one odds ratio a step: the highest bands hold
    nearly all big policies, and an indicator for a band without any has no estimate.

    Returns:
        The sets, and the columns: `exposed` first, then the scores that vary and are not withheld.
    """
    dropped = {name.strip() for name in withhold.split(",")}
    scores = [name for name in SCORES if name not in dropped and proposals[name].notna().all()]
    place = ("month", "branch_id")
    like = [*place, "is_big", "exposed", *scores]
    sets = matched_sets(proposals, case="is_big", within=place, like=like, controls=controls, seed=seed)
    return sets, ["exposed", *[name for name in scores if sets[name].nunique() > 1]]


def premium_ratio(proposals: pd.DataFrame, *, worth: float = 1.1) -> Finding:
    """How much larger the annual premium is after a visit, among policies sold, at equal wealth and force skill.

    Args:
        proposals: Result of `big_policy_backtracking__exposure`, the focus group.
        worth: Ratio at which the visit pays for itself.
    """
    sold = banded(proposals[proposals["is_sold"]]).assign(exposed=lambda rows: (rows["visits"] > 0).astype(int))
    if sold["exposed"].sum() < 20:
        return refusal("premium_ratio", unit="ratio", worth=worth, reason="few_cases")
    same = ["wealth_band", "skill_tier", "is_certified", "pay_term_years", "quarter", "branch_id"]
    columns = np.column_stack([sold["exposed"], design_matrix(sold, same)])
    model = OLS(np.log(sold["annual_premium_yuan"].to_numpy(float)), columns)
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(sold["customer_id"])[0]})
    estimate, error = float(fit.params[0]), float(fit.bse[0])
    low, high = math.exp(estimate - Z * error), math.exp(estimate + Z * error)
    means = sold.groupby("exposed")["annual_premium_yuan"].mean()
    found = _ratio("premium_ratio", float(means[1] / means[0]), math.exp(estimate), low, high, worth)
    return replace(found, n=len(sold), n_clusters=int(sold["customer_id"].nunique()), method="log_premium")


def _ratio(name: str, naive: float, estimate: float, low: float, high: float, worth: float) -> Finding:
    """A case–control finding; its sizes and method are filled in by the caller."""
    verdict = decide(estimate=estimate, low=low, high=high, worth=worth, unit="ratio", comparison="case_control")
    key = f"{SLUG}.{name}"
    return Finding(
        key, "ratio", naive, estimate, low, high, worth, 0, 0, "description", "case_control", verdict, "limit"
    )


def without_each(
    prepared: Landmarks, *, names: Sequence[str] = ("wealth_band", "skill_tier", "prior_band")
) -> pd.DataFrame:
    """The headline's risk ratio when one observed confounder is left out: how much each of them matters.

    Returns:
        One row a confounder: `left_out` (`""` for none), `risk_ratio`, `bias_factor` (against the full one), `n`.
    """
    rows = []
    for name in ("", *[name for name in names if name in prepared.confounders]):
        kept = tuple(column for column in prepared.confounders if column != name)
        row = effects_on_exposed(
            prepared.cohort,
            exposure="is_exposed",
            outcomes=["big_policies"],
            confounders=kept,
            cluster="customer_id",
        ).iloc[0]
        rows.append((name, row["exposed_mean"] / row["comparable_mean"], int(row["n_exposed"])))
    found = pd.DataFrame(rows, columns=["left_out", "risk_ratio", "n"])
    return found.assign(bias_factor=found["risk_ratio"] / found["risk_ratio"].iloc[0])


def journey_table(effects: pd.DataFrame) -> pd.DataFrame:
    """The three steps from visit to big policy: how many of 100 visitors, and of 100 comparable customers, took each.

    Returns:
        One row a step (`proposals`, `sales`, `big_policies`): `step`, `visitors`, `comparable` (customers per 100),
        `extra`, `low`, `high`, `n`.
    """
    steps = effects[effects["outcome"] != "fyp_yuan"]
    names = {
        "outcome": "step",
        "exposed_mean": "visitors",
        "comparable_mean": "comparable",
        "estimate": "extra",
        "n_exposed": "n",
    }
    return steps.rename(columns=names)[["step", "visitors", "comparable", "extra", "low", "high", "n"]].reset_index(
        drop=True
    )


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


def _finding(name: str, row: Effect, *, on_the_slide: float, worth: float, unit: Unit) -> Finding:
    comparison: Comparison = "comparable_cohort"
    verdict = decide(estimate=row.estimate, low=row.low, high=row.high, worth=worth, unit=unit, comparison=comparison)
    return Finding(
        f"{SLUG}.{name}",
        unit,
        float(on_the_slide),
        row.estimate,
        row.low,
        row.high,
        worth,
        row.n,
        row.n_clusters,
        "landmark_att",
        comparison,
        verdict,
        "limit",
    )


def _checks(prepared: Landmarks, row: Effect, odds: Array) -> tuple[Check, ...]:
    """Balance, sensitivity, whether an essential confounder is missing, and overlap."""
    cohort, names = prepared.cohort, prepared.confounders
    worst = float(balance_table(cohort, exposure="is_exposed", confounders=names, odds=odds)["after"].abs().max())
    overlap = overlap_share(cohort["is_exposed"].to_numpy(bool), odds)
    low_ratio = 1 + row.low / row.comparable_mean if row.comparable_mean > 0 else math.nan
    strongest = float(without_each(prepared)["bias_factor"].iloc[1:].max())
    robust = low_ratio > 1 and not prepared.withheld and not low_ratio <= strongest
    return (
        Check("balance", worst, worst < WORST_BALANCE),
        Check("sensitivity", e_value(max(low_ratio, 1.0)), bool(robust)),
        Check("essential", float(len(prepared.withheld)), not prepared.withheld),
        Check("overlap", overlap, overlap >= LEAST_OVERLAP),
    )


def _plain_odds_ratio(proposals: pd.DataFrame) -> float:
    """Odds ratio of big by exposure, unadjusted; NaN if a cell is empty."""
    counts = (
        pd.crosstab(proposals["exposed"], proposals["is_big"])
        .reindex([False, True], axis=0)
        .reindex([False, True], axis=1)
    )
    cells = counts.fillna(0).to_numpy(float)
    return float(cells[1, 1] * cells[0, 0] / (cells[1, 0] * cells[0, 1])) if cells.all() else math.nan


def proposed_card(
    finding: Finding, proposals: pd.DataFrame, *, age_from: int = 50, age_to: int = 66
) -> SevenOnes | None:
    """A Seven Ones card proposed from the drivers; None unless the finding says fund or pilot.

    Group, force and product come from the data; scenario, services, way of working and mechanism are our proposal.

    Args:
        finding: The headline.
        proposals: Result of `big_policy_backtracking__exposure`, the focus group.
        age_from: Youngest age of the group.
        age_to: Oldest.
    """
    if finding.verdict not in ("fund", "pilot"):
        return None
    after = proposals[(proposals["visits"] > 0) & proposals["is_sold"]]
    line = after["line"].value_counts().index[0] if len(after) else "annuity"
    names = {value.code: value for value in contract.tables()["product"].column("line").values}
    texts = {
        term.key: {
            language: say(
                f"{SLUG}.card.{term.key}",
                language,
                age_from=age_from,
                age_to=age_to,
                line=names[line].zh if language == "zh" else names[line].en,
            )
            for language in LANGUAGES
        }
        for term in SEVEN_ONES
    }
    return SevenOnes(**texts, status="proposed", evidence=evidence(finding))
