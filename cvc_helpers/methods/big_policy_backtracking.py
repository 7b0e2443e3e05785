"""Big-policy backtracking: what a service did for the people who came, buyers and others alike.

Three rungs of data, three answers: a list of big policies describes; proposals allow a case–control comparison;
customers who did not buy allow cohorts by the day of the visit, whose result is the headline and the decision.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Estimate
from cvc_helpers.estimators.checks import MOST_MISSING
from cvc_helpers.estimators.comparison import Effect, balance_table, overlap_share
from cvc_helpers.estimators.sensitivity import detectable_difference, e_value
from cvc_helpers.findings import Finding
from cvc_helpers.gate import Check, Money
from cvc_helpers.methods.big_policy_backtracking__cohorts import (
    SLUG,
    Landmarks,
    effect,
    effect_table,
    journey_table,
    later_share,
    naive_difference,
    undone,
    visit_odds,
    without_each,
)
from cvc_helpers.rounding import written
from cvc_helpers.tables import Query

WORST_BALANCE = 0.1
LEAST_OVERLAP = 0.8
FEWEST_EXPOSED = 100
FEWEST_EVENTS = 10
FEWEST_AGENTS = 10
"""Independent units of an arm below which an interval by cluster is a wrong number."""
LEAST_NON_BUYERS = 0.1
"""Share of those on file who must never have bought, for the file to be one of customers and prospects.

Agents know more people than they sell to, so where everybody is on file the share is far above this. A list drawn from
policies has next to none, and a few strangers on it do not change that: nine in ten of a file of the first kind would
have to be left out to pass for one.
"""
LEAST_ON_FILE = 1 - MOST_MISSING
"""Share of those who came who must be on file; guests who are not on it are mostly guests who did not buy."""
LARGEST_RATIO = 1e6
"""Stands for the ratio to an arm in which nobody had the outcome."""
MOVED_DAYS = 730
"""How far visits are moved back for the control that no visit can have caused.

Two years, so that the year of outcomes ends a year before the visit. The year right before it is no control where a
purchase earns a letter that invites: there the purchase brings the visit, and a difference stands without any effect.
"""
EARLIEST, LATEST = "1900-01-01", "2999-12-31"
"""Days that bound nothing; the data do."""
PLAIN = ("codes", "called", "list", "slide", "landmark", "exposure", "force", "cost")
BY_SIZE = ["big_policies", "channel", "line"]


class Answers(NamedTuple):
    """The headline, the extra premium, and the steps of the journey (empty where the data give no comparison)."""

    policies: Finding
    premium: Finding
    steps: pd.DataFrame


def question(
    *,
    premium_threshold_yuan: int,
    committed_threshold_yuan: int,
    service_id: str,
    placebo_id: str,
    first_day: str = "",
    last_day: str = "",
    control_share: float = 1.0,
    group_rule: str = "",
    age_from: int = 50,
    age_to: int = 66,
    branches: str = "in_reach",
    window_days: int = 365,
) -> dict[str, Query]:
    """The queries of the case, money in cents.

    Args:
        premium_threshold_yuan: Regular annual premium from which a policy is big.
        committed_threshold_yuan: Or annual premium times payment term.
        service_id: The service looked back from.
        placebo_id: A service that should do nothing.
        first_day: First day (ISO date) on which a visit or proposal counts; empty for as early as the data go.
        last_day: No visit on this day or later counts; empty for as late as 365 days of outcomes follow in the data.
        control_share: Share (0–1) of the customers without the service, and of the proposals that did not become
            big, to keep; a tenth does on tables of many millions.
        group_rule: Code of a natural group, whose rule then names the group; empty for the ages and branches.
        age_from: Youngest age of the group on the index day.
        age_to: Oldest.
        branches: `all`, `in_reach` (of a community), or codes of branches separated by commas.
        window_days: How long before a proposal a use counts as an exposure, for the case–control comparison.

    Returns:
        The queries of `PLAIN`, and four times the cohorts: `landmark`, `placebo` (the other service), `moved` (every
        use two years earlier) and `rest` (customers outside the group).
    """
    asked = {
        **{"threshold_cents": 100 * premium_threshold_yuan, "committed_cents": 100 * committed_threshold_yuan},
        **{"age_from": age_from, "age_to": age_to, "is_focus": True, "control_key": control_key(control_share)},
        **{"control_share": control_share},
        **{"first_day": first_day or EARLIEST, "last_day": last_day or LATEST, "window_days": window_days},
        **{"service_id": service_id, "placebo_id": placebo_id, "group_rule": group_rule, "moved_days": 0},
        "branches": "all" if group_rule else ",".join(part.strip() for part in branches.split(",")),
    }
    others = {
        "placebo": asked | {"service_id": placebo_id},
        "moved": asked | {"moved_days": MOVED_DAYS},
        "rest": asked | {"is_focus": False, "control_key": control_key(control_share / 4)},
    }
    plain = {name: Query(f"{SLUG}__{name}", asked) for name in PLAIN}
    return plain | {name: Query(f"{SLUG}__landmark", values) for name, values in others.items()}


def control_key(share: float) -> str:
    """Four hexadecimal digits that a share (0–1) of digests lies below; `"g"`, above all of them, for 1."""
    return "g" if share >= 1 else f"{int(share * 65536):04x}"


def biggest(listed: pd.DataFrame, *, rows: int = 8) -> pd.DataFrame:
    """The channels and lines with most big policies, as a branch would list them."""
    return listed[listed["big_policies"] > 0].sort_values(BY_SIZE, ascending=[False, True, True]).head(rows)


def money_of(
    costs: pd.DataFrame, prepared: Landmarks, *, service_id: str, cost_yuan_per_use: float, contribution_yuan: float
) -> Money | None:
    """What 100 users cost within the year, and what a big policy contributes; None where the cost is unknown.

    The benefit is counted per user and over a year, and so is the cost: of every use in that year, not of the first
    alone. What those compared cost who come later is not taken off; the threshold is rather too high than too low.

    Args:
        costs: Result of `big_policy_backtracking__cost`.
        prepared: Cohorts by the day of the visit, of the service.
        service_id: The service looked back from.
        cost_yuan_per_use: Cost of one use; 0 takes what uses really cost, where that is on file, else the catalogue.
        contribution_yuan: Value of new business of one big policy.
    """
    row = costs[costs["service_id"] == service_id]
    listed = row[["actual_cost_yuan", "unit_cost_yuan"]].to_numpy(float).ravel()
    known = listed[listed > 0]
    cost = cost_yuan_per_use or (float(known[0]) if len(known) else 0.0)
    per_100 = 100 * (prepared.uses_per_user or 1.0) * cost
    return Money(per_100, contribution_yuan) if cost > 0 else None


def _spent(prepared: Landmarks, money: Money | None) -> dict[str, str]:
    """What the sentence about the money quotes: uses of 100 users, and the cost of one, in yuan."""
    per_100 = 100 * (prepared.uses_per_user or 1.0)
    each = money.cost_yuan / per_100 if money else math.nan
    return {"uses_per_100": written(per_100, "tenth"), "cost_each": written(each, "yuan" if each >= 10 else "value")}


def extra_policies(
    prepared: Landmarks,
    effects: pd.DataFrame,
    slide: dict[str, float],
    odds: Array,
    *,
    money: Money,
    controls: tuple[Finding, ...],
) -> Finding:
    """The primary decision: extra big policies for every 100 comparable customers within a year of a first visit.

    Args:
        prepared: Cohorts by the day of the visit.
        effects: Result of `effect_table`.
        slide: Result of `slide_numbers`.
        odds: Result of `visit_odds`.
        money: What 100 users cost and one big policy contributes.
        controls: Findings where nothing should come out.

    Returns:
        The finding; without wealth or force skill in the comparison, without overlap or balance, with fewer than ten
        events in an arm, or beside an alarming control it says "cannot tell", whatever the interval.
    """
    row = effect(effects, "big_policies")
    values = {
        "slide_ratio": written(slide["ratio"], "times"),
        "letter_share": written(slide["letter_share"], "share"),
        "visitors": f"{row.n_exposed:,}",
        "visitor_rate": written(row.exposed_mean, "per_100"),
        "comparable_rate": written(row.comparable_mean, "per_100"),
        "came_later": written(100 * later_share(prepared, odds), "count"),
        **days_of(prepared),
        **_spent(prepared, money),
        "detectable": written(
            100 * detectable_difference(max(row.comparable_mean, 0.0) / 100, row.n_exposed), "per_100"
        ),
    }
    return Finding.of(
        **_decided(money), estimate=estimated(row), on_the_slide=slide["extra_policies"], method="landmark_att",
        comparison="comparable_cohort", checks=_checks(prepared, row, odds), controls=controls, values=values,
    )  # fmt: skip


def _decided(money: Money | None) -> dict[str, Any]:
    """What the primary decision is, however it comes out."""
    name = f"{SLUG}.extra_policies"
    return {"key": name, "kind": "decision", "unit": "per_100", "money": money, "is_primary": True}


def estimated(row: Effect) -> Estimate:
    """A row of `effect_table` as an estimate."""
    return Estimate(row.estimate, row.low, row.high, row.n, row.n_clusters)


def extra_fyp(effects: pd.DataFrame, slide: dict[str, float], prepared: Landmarks) -> Finding:
    """A measure: extra first-year premium, yuan for every 100 comparable customers within a year of a first visit."""
    return Finding.of(
        key=f"{SLUG}.extra_fyp_yuan", kind="measure", unit="yuan_per_100",
        estimate=estimated(effect(effects, "fyp_yuan")), on_the_slide=slide["extra_fyp_yuan"], method="landmark_att",
        comparison="comparable_cohort", checks=essential(prepared.withheld, prepared.gaps),
    )  # fmt: skip


def control(prepared: Landmarks, *, name: str, rung: str, money: Money | None) -> Finding:
    """The same comparison where nothing should come out: another service, or people outside the group.

    People outside the group are a control only as far as the service does nothing for them. At a client it may be
    offered to them and work, and this difference then looks as one that the comparison fails to take out. No number
    here tells the two apart, so the alarm holds the decision back, its sentence gives both readings, and the way out is
    to name in advance a group to which all belong who are offered it: the other controls are left to judge it.

    Args:
        prepared: Cohorts for that service or those people.
        name: `negative_control` or `extra_policies_rest`.
        rung: Rung of the data ladder that the folder reaches.
        money: As for the decision; a control must be able to notice an effect of that size.

    Returns:
        The finding, or a refusal on the same grounds as the decision's, or with fewer than ten customers with a big
        policy, or ten agents, in an arm.
    """
    common: dict[str, Any] = {"key": f"{SLUG}.{name}", "kind": "control", "unit": "per_100"}
    common["worth"] = money.worth if money else math.nan
    reason = no_answer(prepared, rung, money).replace("no_use", "few_visitors")
    # the interval of a handful of events is a wrong number, and an alarm raised by it too
    if reason or not (_events(prepared).passed and _agents(prepared).passed):
        return Finding.refused(**common, reason=reason or "few_events")
    try:
        odds = visit_odds(prepared)
        row = effect(effect_table(prepared, odds, ["big_policies"]), "big_policies")
    except CvcError as error:
        return Finding.refused(**common, reason=undone(error))
    return Finding.of(
        **common, estimate=estimated(row), on_the_slide=naive_difference(prepared), method="landmark_att",
        comparison="comparable_cohort", checks=(_overlap(prepared, odds), *_compared(row), _events(prepared)),
    )  # fmt: skip


def no_answer(prepared: Landmarks, rung: str, money: Money | None) -> str:
    """Why the cohorts give no comparison, as a name of the wording; empty if they do."""
    if rung != "best":
        return "no_comparison"
    if not prepared.non_buyers:
        return "only_buyers"
    if not prepared.in_group:
        return "no_group"
    if (uses := prepared.cohort["is_exposed"].sum()) < FEWEST_EXPOSED:
        return "few_visitors" if uses else "no_use"
    return "" if money else "no_cost"


def answers(
    prepared: Landmarks, slide: dict[str, float], *, rung: str, money: Money | None, controls: tuple[Finding, ...]
) -> Answers:
    """The decision, the extra premium and the journey, or a refusal where the data give no comparison.

    Refused: a rung below `best`, fewer than 100 visitors, data from which people who never bought are missing, or a
    service whose cost nobody knows.

    Args:
        prepared: Cohorts by the day of the visit.
        slide: Result of `slide_numbers`.
        rung: Rung of the data ladder that the folder reaches.
        money: Result of `money_of`.
        controls: Findings where nothing should come out; one that alarms holds the decision back.
    """
    reason = no_answer(prepared, rung, money)
    if not reason and money:
        try:
            return _answered(prepared, slide, money, controls)
        except CvcError as error:
            reason = undone(error)
    policies = Finding.refused(
        **_decided(money), on_the_slide=slide["extra_policies"], reason=reason, values=_spent(prepared, money)
    )
    premium = Finding.refused(
        key=f"{SLUG}.extra_fyp_yuan", kind="measure", unit="yuan_per_100", reason=reason,
        on_the_slide=slide["extra_fyp_yuan"],
    )  # fmt: skip
    return Answers(policies, premium, pd.DataFrame())


def _answered(prepared: Landmarks, slide: dict[str, float], money: Money, controls: tuple[Finding, ...]) -> Answers:
    """The answers of data that allow the comparison."""
    odds = visit_odds(prepared)
    effects = effect_table(prepared, odds)
    policies = extra_policies(prepared, effects, slide, odds, money=money, controls=controls)
    return Answers(policies, extra_fyp(effects, slide, prepared), journey_table(effects))


def days_of(prepared: Landmarks) -> dict[str, str]:
    """The first and the last day of a visit that counts, as ISO dates."""
    days = pd.to_datetime(prepared.cohort.loc[prepared.cohort["is_exposed"], "index_day"])
    return {"first_day": f"{days.min():%Y-%m-%d}", "last_day": f"{days.max():%Y-%m-%d}"}


def _checks(prepared: Landmarks, row: Effect, odds: Array) -> tuple[Check, ...]:
    """Balance, sensitivity, whether an essential confounder is missing, overlap, dates, and events in an arm."""
    cohort, names = prepared.cohort, prepared.compared
    worst = float(balance_table(cohort, exposure="is_exposed", **names, odds=odds)["after"].abs().max())
    return (
        Check("balance", worst, worst < WORST_BALANCE, "essential"),
        *_sensitivity(prepared, row),
        *essential(prepared.withheld, prepared.gaps),
        *dated(prepared.swapped),
        _overlap(prepared, odds),
        *_compared(row),
        _events(prepared),
        _agents(prepared),
        Check("non_buyers", prepared.non_buyers, prepared.non_buyers >= LEAST_NON_BUYERS, "essential"),
        Check("on_file", prepared.on_file, prepared.on_file >= LEAST_ON_FILE, "essential"),
    )


def _sensitivity(prepared: Landmarks, row: Effect) -> tuple[Check, ...]:
    """How strong a hidden cause must be; none where the interval holds no effect, which needs no explaining away."""
    if row.low <= 0:
        return ()
    low_ratio = 1 + row.low / row.comparable_mean if row.comparable_mean > 0 else LARGEST_RATIO
    strongest = without_each(prepared, row)["bias_factor"].iloc[1:].max()
    return (
        Check("sensitivity", e_value(low_ratio), bool(not prepared.withheld and low_ratio > strongest), "sensitivity"),
    )


def _compared(row: Effect) -> tuple[Check, ...]:
    """Users in the comparison, others having nobody like them; holes in what is held equal, a level of their own."""
    return (
        Check("covered", row.covered, row.covered >= 1 - MOST_MISSING),
        Check("missing", row.missing, row.missing <= MOST_MISSING),
    )


def essential(withheld: Sequence[str], gaps: Mapping[str, float]) -> tuple[Check, ...]:
    """Whether wealth and force skill are in the comparison, and what is left out for being unknown, or one value.

    Args:
        withheld: Confounders that are not in the comparison and should be.
        gaps: Those that make nothing equal to the share (0–1) unknown.

    Returns:
        `essential`, failed where one is withheld or not in the data at all, else one check a confounder left out, as
        `unknown_<name>` with the share, or `constant_<name>`.
    """
    partly = {name: share for name, share in gaps.items() if share < 1}
    kinds = {name: "unknown" if share > MOST_MISSING else "constant" for name, share in partly.items()}
    told = [Check(f"{kinds[name]}_{name}", share, False, "essential") for name, share in partly.items()]
    gone = set(withheld) - set(partly)
    is_told = bool(told) and not gone
    return (*(() if is_told else (Check("essential", float(len(gone)), not gone, "essential"),)), *told)


def dated(swapped: float) -> tuple[Check, ...]:
    """Whether proposals come before their policies; nothing where no policy names its proposal."""
    is_fine = swapped <= MOST_MISSING
    return () if math.isnan(swapped) else (Check("dates", swapped, is_fine, "essential"),)


def _overlap(prepared: Landmarks, odds: Array) -> Check:
    share = overlap_share(prepared.cohort["is_exposed"].to_numpy(bool), odds)
    return Check("overlap", share, share >= LEAST_OVERLAP, "essential")


def _events(prepared: Landmarks) -> Check:
    """Customers with a big policy in the arm that has fewer of them."""
    events = prepared.cohort.groupby("is_exposed")["big_policies"].sum().min()
    return Check("events", float(events), bool(events >= FEWEST_EVENTS), "essential")


def _agents(prepared: Landmarks) -> Check:
    """Agents in charge in the arm that has fewer of them: they choose who comes, so they are the independent units."""
    agents = prepared.cohort.groupby("is_exposed")["unit"].nunique().min()
    return Check("agents", float(agents), bool(agents >= FEWEST_AGENTS), "essential")
