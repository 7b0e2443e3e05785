"""Big-policy backtracking: cohorts by the day of the visit, what a visit changed in them, what a deck would show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array
from cvc_helpers.estimators import require_columns
from cvc_helpers.estimators.checks import MOST_MISSING, is_unknown, measured
from cvc_helpers.estimators.comparison import Effect, effects_on_exposed, exposure_odds

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
IN_YUAN = ("income_yuan", "assets_yuan")
"""Wealth where it is not in bands."""
MEASURES = {"wealth_band": ("wealth_band", *IN_YUAN)}
"""Confounders that more than one column can measure; the best known of them counts."""
GATE_JUDGES: dict[str, Any] = {"fewest": 0, "least_overlap": 0.0}
"""Few events and little overlap are checks of the finding, which then says \"cannot tell\" beside the number."""
OUTCOMES = ("proposals", "sales", "big_policies", "fyp_yuan")
UNDONE = {
    "E241": "columns_repeat",
    "E244": "missing_values",
    "E245": "missing_values",
    "E246": "no_variation",
    "E247": "few_agents",
    "E248": "few_cases",
    "E249": "few_cases",
    "E250": "no_overlap",
    "E251": "not_identified",
    "E252": "not_identified",
    "E255": "few_cases",
    "E259": "few_cases",
}
"""Errors of an estimator that data of a client may bring, to the words of the refusal that takes their place."""


class Landmarks(NamedTuple):
    """Cohorts by the day of the visit, ready to be compared.

    Attributes:
        cohort: One row a customer and index day, with bands and `unit`, the agent in charge (the customer, if nobody).
        confounders: Columns compared, all measured before the index day.
        withheld: Essential confounders that are withheld or make nothing equal, and any of which too much is unknown.
        gaps: Those that make nothing equal to the share (0–1) unknown; 0 where all have one value.
        non_buyers: Share of customers and prospects on file who never bought.
        on_file: Share of those who used the service who are on the file of customers.
        swapped: Share of policies that name their proposal and were issued before it; NaN where none names one.
        in_group: Customers on file who belong to the group.
        continuous: Confounders compared along a curve.
    """

    cohort: pd.DataFrame
    confounders: tuple[str, ...]
    withheld: tuple[str, ...]
    non_buyers: float
    on_file: float
    in_group: int = 0
    continuous: tuple[str, ...] = ()
    gaps: Mapping[str, float] = MappingProxyType({})
    swapped: float = math.nan

    @property
    def uses_per_user(self) -> float:
        """Uses of one user from the day of the first to 365 days after it, on average; 0 where nobody used it."""
        users = self.cohort["is_exposed"]
        return float(self.cohort.loc[users, "uses"].mean()) if users.any() else 0.0

    @property
    def compared(self) -> dict[str, Any]:
        """The confounders, and those of them that are compared along a curve, as estimators take them."""
        curved = tuple(name for name in self.continuous if name in self.confounders)
        return {"confounders": self.confounders, "continuous": curved}


def landmarks(rows: pd.DataFrame, slide: pd.DataFrame, *, withhold: str = "") -> Landmarks:
    """Cohorts by the day of the visit from the landmark query, as a real client might bring them.

    Args:
        rows: Result of `big_policy_backtracking__landmark`.
        slide: Result of `big_policy_backtracking__slide`.
        withhold: Confounders to do without, separated by commas, e.g. `"wealth_band,skill_tier"`.

    Returns:
        The cohorts with age, tenure and earlier policies in bands.

    Raises:
        CvcError: E208 doubled rows, E223 a name that is no confounder.
    """
    dropped = withheld_names(withhold)
    refuse_copies(rows, ["customer_id", "index_day"], "landmarks", "customer")
    rows, continuous = with_wealth(rows)
    found = banded(rows).assign(unit=rows["agent_id"].fillna(rows["customer_id"]))
    gaps = unknown_shares(found, CONFOUNDERS)
    kept = tuple(name for name in CONFOUNDERS if name not in dropped | set(gaps))
    counted = slide[["customers", "with_policy"]].sum()
    never = 1 - counted["with_policy"] / max(counted["customers"], 1)
    guests = slide[["guests", "guests_on_file"]].max()
    on_file = guests["guests_on_file"] / guests["guests"] if guests["guests"] > 0 else 1.0
    in_group = int(slide.loc[slide["is_focus"], "customers"].sum())
    withheld = tuple(sorted(dropped & set(ESSENTIAL) | set(gaps)))
    gaps = {name: share for name, share in gaps.items() if name not in dropped}
    swapped = swapped_share(*slide[["dated", "swapped"]].max())
    return Landmarks(found, kept, withheld, float(never), float(on_file), in_group, continuous, gaps, swapped)


def swapped_share(dated: float, swapped: float) -> float:
    """Share (0–1) of the policies with a dated proposal that were issued before it; NaN where there are none."""
    return float(swapped / dated) if dated > 0 else math.nan


def unknown_shares(rows: pd.DataFrame, names: Sequence[str]) -> dict[str, float]:
    """The confounders that make nothing equal, to the share (0–1) of rows in which they are unknown.

    Args:
        rows: With the confounders, and the columns of `MEASURES`.
        names: The confounders to look at.

    Returns:
        Those of which more than 5 % is unknown, and essential ones that have one value everywhere; of one that several
        columns can measure the smallest share.
    """
    kept = [name for name in names if name in rows]
    shares = {name: float(rows[name].isna().mean()) for name in kept}
    lacking = [name for name in kept if shares[name] > MOST_MISSING or (name in ESSENTIAL and is_unknown(rows[name]))]
    measured_by = {name: [one for one in MEASURES.get(name, (name,)) if one in rows] for name in lacking}
    return {name: min(float(rows[one].isna().mean()) for one in columns) for name, columns in measured_by.items()}


def with_wealth(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows with wealth under one name, `wealth_band`, however a client measures it: band, income or assets in yuan.

    Args:
        rows: With `wealth_band`, `income_yuan` and `assets_yuan`; the first that is known serves.

    Returns:
        The rows, and the names of the confounders to compare along a curve: `wealth_band` where it is in yuan.
    """
    return measured(rows, "wealth_band", IN_YUAN)


def withheld_names(withhold: str) -> frozenset[str]:
    """The confounders named in a text, separated by commas; E223 for a name that is none."""
    names = frozenset(name.strip() for name in withhold.split(",") if name.strip())
    if names - set(CONFOUNDERS):
        allowed = ", ".join(CONFOUNDERS)
        raise CvcError("E223", case=SLUG, name="withhold", seen=withhold[:40], allowed=allowed)
    return names


def undone(error: CvcError) -> str:
    """Why a comparison cannot be done, as a name of the wording; raises what the data are not to blame for."""
    if error.code not in UNDONE:
        raise error
    return UNDONE[error.code]


def refuse_copies(rows: pd.DataFrame, key: Sequence[str], caller: str, table: str) -> None:
    """Refuse rows that a doubled table has doubled (E208)."""
    if twice := int(rows.duplicated(list(key)).sum()):
        raise CvcError("E208", caller=caller, table=table, count=twice, key=", ".join(key))


def banded(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `age_band`, `tenure_band` and `prior_band` (0, 1, 2, 3 or more earlier policies)."""
    require_columns(rows.columns, {"tenure_years", "prior_policies"}, "banded")
    found = rows.assign(
        tenure_band=pd.cut(rows["tenure_years"], [-math.inf, 0.5, 1.5, 3, math.inf], labels=False),
        prior_band=rows["prior_policies"].clip(upper=3),
    )
    return found.assign(age_band=(rows["age"] // 5).astype("Int64")) if "age" in rows else found


def visit_odds(prepared: Landmarks) -> Array:
    """Odds of coming on the index day, given what was known before it; shape (rows,)."""
    return exposure_odds(prepared.cohort, exposure="is_exposed", **prepared.compared)


def effect_table(prepared: Landmarks, odds: Array, outcomes: Sequence[str] = OUTCOMES) -> pd.DataFrame:
    """What a first visit changed in the 365 days that followed, per 100 visitors.

    Args:
        prepared: Cohorts by the day of the visit.
        odds: Result of `visit_odds`.
        outcomes: Columns of the cohort.

    Returns:
        One row an outcome (`proposals`, `sales`, `big_policies`: customers per 100; `fyp_yuan`: yuan per 100) with the
        fields of `comparison.Effect`, all means and limits per 100.
    """
    found = effects_on_exposed(
        prepared.cohort,
        exposure="is_exposed",
        outcomes=outcomes,
        **prepared.compared,
        cluster="unit",
        odds=odds,
        **GATE_JUDGES,
    )
    per_100 = ["estimate", "standard_error", "low", "high", "exposed_mean", "comparable_mean"]
    return found.assign(**{name: 100 * found[name] for name in per_100})


def later_share(prepared: Landmarks, odds: Array) -> float:
    """Share (0–1) of the comparable people who came within the year after all, each weighted as in the comparison.

    The comparison is with people who do not come on that day; what a visit does for those who come later stands on
    both sides of it, so against people who never come an effect would be larger.

    Args:
        prepared: Cohorts by the day of the visit.
        odds: Result of `visit_odds`.
    """
    others = ~prepared.cohort["is_exposed"].to_numpy(bool) & np.isfinite(odds)
    return float(np.average(prepared.cohort.loc[others, "came_later"], weights=odds[others]))


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


def naive_difference(prepared: Landmarks) -> float:
    """Share with a big policy among visitors less that among the others of the cohorts, unadjusted, per 100."""
    rates = prepared.cohort.groupby("is_exposed")["big_policies"].mean()
    return float(100 * (rates[True] - rates[False]))


def without_each(
    prepared: Landmarks, full: Effect, *, names: Sequence[str] = ("wealth_band", "skill_tier", "prior_band")
) -> pd.DataFrame:
    """The headline's risk ratio when one observed confounder is left out: how much each of them matters.

    Args:
        prepared: Cohorts by the day of the visit.
        full: The headline, with all of them.
        names: Confounders to leave out, one at a time.

    Returns:
        One row a confounder: `left_out` (`""` for none), `risk_ratio`, `bias_factor` (against the full one), `n`.
    """
    found = {"": full} | {name: effect_without(prepared, [name]) for name in names if name in prepared.confounders}
    rows = [(name, row.exposed_mean / row.comparable_mean, int(row.n_exposed)) for name, row in found.items()]
    table = pd.DataFrame(rows, columns=["left_out", "risk_ratio", "n"])
    return table.assign(bias_factor=table["risk_ratio"] / table["risk_ratio"].iloc[0])


def effect_without(prepared: Landmarks, left_out: Sequence[str]) -> Effect:
    """Extra customers with a big policy per 100 visitors, compared without some of the confounders."""
    kept = tuple(name for name in prepared.confounders if name not in left_out)
    less = prepared._replace(confounders=kept)
    return effect(effect_table(less, visit_odds(less), outcomes=["big_policies"]), "big_policies")


def journey_table(effects: pd.DataFrame) -> pd.DataFrame:
    """The three steps from visit to big policy: how many of 100 visitors, and of 100 comparable customers, took each.

    Returns:
        One row a step (`proposals`, `sales`, `big_policies`): `step`, `users`, `comparable` (customers per 100),
        `extra`, `low`, `high`, `n`.
    """
    steps = effects[effects["outcome"] != "fyp_yuan"]
    names = {
        "outcome": "step",
        "exposed_mean": "users",
        "comparable_mean": "comparable",
        "estimate": "extra",
        "n_exposed": "n",
    }
    return steps.rename(columns=names)[["step", "users", "comparable", "extra", "low", "high", "n"]].reset_index(
        drop=True
    )
