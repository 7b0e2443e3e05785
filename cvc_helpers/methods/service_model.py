"""The service-driven model: does service multiply or add, and where does customer lifetime value come from?

Quotes answer the first question, on the ratio and the additive scale, for complex and simple products apart. A cohort
followed over years answers the second: its change in lifetime value is split exactly into the four value points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cvc_helpers.errors import CvcError
from cvc_helpers.findings import Check, Comparison, Finding, Unit, Verdict, decide
from cvc_helpers.methods import require_columns
from cvc_helpers.methods.comparison import Array, Z, e_value
from cvc_helpers.methods.interaction import (
    CELLS,
    CONTRAST,
    Additive,
    CellMeans,
    Estimate,
    Reading,
    cell_means,
    chances,
    combination,
    from_means,
    ratio_interaction,
    reading,
)
from cvc_helpers.methods.lifetime_value import expected_lifetime, fit_retention, split_change
from cvc_helpers.vocabulary import VALUE_POINTS
from cvc_helpers.wording import say

SLUG = "service_model"
CONFOUNDERS = ("wealth_band", "tenure_years", "need_score", "branch_id")
"""Measured before service and quote. Wealth and need are the two without which no comparison is believed."""
ESSENTIAL = ("wealth_band", "need_score")
MOST_MISSING = 0.2
FEWEST_SALES = 10
"""Fewest sales in a cell of service and team for its number to be shown."""
OVERLAP, LEAST_OVERLAP = (0.05, 0.95), 0.8
WORST_BALANCE = 0.1
FEWEST_AGENTS = 20
SMALLEST_CHANGE = 0.01
"""Below this change in log value the shares of the value points are not defined."""
EQUAL_SHARE = 1 / len(VALUE_POINTS)
POINTS = tuple(term.key for term in VALUE_POINTS)
SUMS = ("customers", "effective", "in_force", "contribution_yuan", "repeat_yuan", "service_cost_yuan", "benefit_yuan")
WEALTH = ("wealth", "wealth_squared", "wealth_known")
POINT_COLUMNS = ["point", "before", "after", "yuan_per_100", "share", "low", "high"]
SIDE_COLUMNS = ["side", "before", "after", "change", "n"]
TEAMS = {"skilled": (3, 2), "other": (1, 0)}
"""Kind of team to the cells with and without a service, in the order of `interaction.CELLS`."""


class Quotes(NamedTuple):
    """Quotes ready to be compared.

    Attributes:
        rows: One row a quote with everything known, with `is_skilled`.
        raw: All quotes, as a deck would count them.
        confounders: Columns compared.
        withheld: Essential confounders that the data lack.
    """

    rows: pd.DataFrame
    raw: pd.DataFrame
    confounders: tuple[str, ...]
    withheld: tuple[str, ...]


class Interaction(NamedTuple):
    """What service and team do on one kind of product; chances 0-1.

    Attributes:
        means: The four standardised chances of a sale.
        ratio: Interaction ratio of risk ratios.
        contrast: Interaction contrast.
        service: Effect of a service, averaged over the teams there are.
        excess: RERI and its kin.
        overlap: Share of quotes with a chance of a service between .05 and .95.
        sales: Fewest sales in a cell.
        reading: Multiply, add or cannot tell.
    """

    means: CellMeans
    ratio: Estimate
    contrast: Estimate
    service: Estimate
    excess: Additive
    overlap: float
    sales: int
    reading: Reading


class Answers(NamedTuple):
    """The findings on quotes, the grid that the chart draws (empty where refused), and both interactions."""

    multiply: Finding
    contrast: Finding
    simple: Finding
    grid: pd.DataFrame
    found: tuple[Interaction, Interaction] | None


class Values(NamedTuple):
    """The findings on lifetime value, the four value points, and the two sides (empty where refused)."""

    retention_share: Finding
    gain: Finding
    points: pd.DataFrame
    sides: pd.DataFrame


@dataclass(frozen=True)
class ReadFinding(Finding):
    """A finding whose sentence says the reading (multiply, add, cannot tell) in the page's own words."""

    def _words(self, language: str) -> dict[str, Any]:
        words = super()._words(language)
        return words | {"reading": say(f"{SLUG}.reading_{self.values['reading']}", language)}


def question(*, window_days: int = 365, quote_key: str = "g") -> dict[str, Any]:
    """What the queries are asked.

    Args:
        window_days: How long before a quote a service counts.
        quote_key: Quotes are kept if the first four hexadecimal digits of their number's md5 lie below it: `"g"`
            keeps all, `"4000"` a quarter.
    """
    return {"window_days": window_days, "quote_key": quote_key}


def quotes(rows: pd.DataFrame, *, skilled_from: float, withhold: str = "") -> Quotes:
    """Quotes from the query, checked and complete.

    Args:
        rows: Result of `service_model__quotes`.
        skilled_from: Team score from which a team counts as capable.
        withhold: Confounders to do without, separated by commas, e.g. `"wealth_band,need_score"`.

    Raises:
        CvcError: E208 a quote twice, E209 a score outside 0-1, E210 a team assessed after the service or the quote,
            or more than a fifth of outcomes, scores or confounders missing.
    """
    _check_quotes(rows)
    dropped = {name.strip() for name in withhold.split(",") if name.strip()}
    absent = {name for name in CONFOUNDERS if rows[name].isna().all()}
    kept = tuple(name for name in CONFOUNDERS if name not in dropped | absent)
    needed = ["is_converted", *kept] + ([] if rows["team_score"].isna().all() else ["team_score"])
    complete = rows.dropna(subset=needed)
    if len(rows) and 1 - len(complete) / len(rows) > MOST_MISSING:
        raise CvcError(
            "E210",
            caller="quotes",
            reason="more than a fifth of the quotes lack an outcome, a score or a confounder",
            remedy="Complete them at the source; they are not guessed.",
        )
    complete = complete.assign(is_skilled=complete["team_score"] >= skilled_from)
    withheld = tuple(sorted((dropped | absent) & set(ESSENTIAL)))
    unknown = bool(rows["team_score"].isna().all())
    raw = rows.assign(is_skilled=unknown if unknown else rows["team_score"] >= skilled_from)
    return Quotes(complete, raw, kept, withheld)


def _check_quotes(rows: pd.DataFrame) -> None:
    require_columns(rows.columns, {"quote_id", "team_score", "is_assessed_late", *CONFOUNDERS}, "quotes")
    if twice := int(rows["quote_id"].duplicated().sum()):
        raise CvcError("E208", caller="quotes", table="quote", count=twice, key="quote_id")
    for name in ("team_score", "need_score"):
        if outside := int((rows[name].notna() & ~rows[name].between(0, 1)).sum()):
            raise CvcError("E209", caller="quotes", count=outside, column=name, expected="0-1")
    if late := int(rows["is_assessed_late"].sum()):
        raise CvcError(
            "E210",
            caller="quotes",
            reason=f"{late} quotes have a team assessed after the service or the quote",
            remedy="Send the assessment before; a score given afterwards may be the result.",
        )


def interaction(prepared: Quotes, *, is_complex: bool, margin: float) -> Interaction:
    """Service and team on one kind of product, on both scales.

    Args:
        prepared: Result of `quotes`.
        is_complex: Complex or simple products.
        margin: Contrast that still counts as none, as a chance (0.03 is 3 per 100).

    Raises:
        CvcError: E210 an empty cell, E211 not identified.
    """
    rows = prepared.rows[prepared.rows["is_complex"].astype(bool) == is_complex]
    names: dict[str, Any] = {
        "outcome": "is_converted",
        "first": "used_before",
        "second": "is_skilled",
        "confounders": prepared.confounders,
        "cluster": "agent_id",
    }
    means, terms = cell_means(rows, **names), ratio_interaction(rows, **names).set_index("term")
    ratio = Estimate(*terms.loc["interaction", ["ratio", "low", "high"]].to_numpy(float).tolist())
    contrast = combination(means, CONTRAST)
    share = float(rows["is_skilled"].mean())
    service = combination(means, [share - 1, 1 - share, -share, share])
    read = reading(ratio, contrast, service, margin=margin)
    overlap, sales = _overlap(rows, prepared.confounders), _fewest_sales(rows)
    return Interaction(means, ratio, contrast, service, from_means(means), overlap, sales, read)


def _overlap(rows: pd.DataFrame, confounders: tuple[str, ...]) -> float:
    chance = chances(rows, flag="used_before", confounders=(*confounders, "is_skilled"))
    return float(((chance >= OVERLAP[0]) & (chance <= OVERLAP[1])).mean())


def _fewest_sales(rows: pd.DataFrame) -> int:
    sales = rows.groupby(["used_before", "is_skilled"])["is_converted"].sum()
    return int(sales.min()) if len(sales) == len(CELLS) else 0


def slide(raw: pd.DataFrame, *, is_complex: bool) -> dict[str, float]:
    """What a deck would show: sales in capable teams with and without a service on file, whichever came first.

    Returns:
        `ratio` of the two shares, `difference` per 100, and `rate` with a service; NaN where there is nobody.
    """
    rows = raw[(raw["is_complex"].astype(bool) == is_complex) & raw["is_skilled"]]
    rates = rows["is_converted"].astype(float).groupby(rows["used_ever"].astype(bool)).mean().reindex([False, True])
    ratio = rates[True] / rates[False] if rates[False] > 0 else math.nan
    return {"ratio": ratio, "difference": 100 * (rates[True] - rates[False]), "rate": rates[True]}


def no_answer(prepared: Quotes, rung: str) -> str:
    """Why the quotes give no comparison, as a name of the wording; empty if they do."""
    if rung in ("", "minimum"):
        return "no_capability" if rung else "no_quotes"
    kinds = [prepared.rows[prepared.rows["is_complex"].astype(bool) == kind] for kind in (True, False)]
    return "few_quotes" if min(map(_fewest_sales, kinds)) < FEWEST_SALES else ""


def answers(prepared: Quotes, *, rung: str, worth_ratio: float, margin_per_100: float) -> Answers:
    """Multiply or add: complex products on both scales, simple ones on the additive one; or refusals.

    Args:
        prepared: Result of `quotes`.
        rung: Rung of the data ladder that the folder reaches.
        worth_ratio: Interaction ratio from which building capable teams around the service pays.
        margin_per_100: Contrast that still counts as none; also the smallest contrast worth acting on.
    """
    slides = [slide(prepared.raw, is_complex=kind) for kind in (True, False)]
    if reason := no_answer(prepared, rung):
        refused = (
            refusal("multiply", unit="ratio", worth=worth_ratio, slide=slides[0]["ratio"], reason=reason),
            refusal("contrast", unit="per_100", worth=margin_per_100, slide=slides[0]["difference"], reason=reason),
            refusal("simple", unit="per_100", worth=margin_per_100, slide=slides[1]["difference"], reason=reason),
        )
        return Answers(*refused, pd.DataFrame(), None)
    found = tuple(interaction(prepared, is_complex=kind, margin=margin_per_100 / 100) for kind in (True, False))
    both, simple = found
    multiply = _finding("multiply", prepared, both, both.ratio, slides[0]["ratio"], worth_ratio)
    contrast = _finding("contrast", prepared, both, _hundred(both.contrast), slides[0]["difference"], margin_per_100)
    other = _finding("simple", prepared, simple, _hundred(simple.contrast), slides[1]["difference"], margin_per_100)
    return Answers(multiply, contrast, other, grid_table(both, simple), (both, simple))


def _hundred(of: Estimate) -> Estimate:
    return Estimate(*(100 * number for number in of))


def _finding(
    name: str, prepared: Quotes, found: Interaction, answer: Estimate, on_the_slide: float, worth: float
) -> ReadFinding:
    unit: Unit = "ratio" if name == "multiply" else "per_100"
    comparison: Comparison = "comparable_cohort" if found.overlap >= LEAST_OVERLAP else "description_only"
    verdict = decide(
        estimate=answer.value, low=answer.low, high=answer.high, worth=worth, unit=unit, comparison=comparison
    )
    return ReadFinding(
        f"{SLUG}.{name}",
        unit,
        float(on_the_slide),
        *answer,
        worth,
        found.means.n,
        found.means.n_clusters,
        "both_scales",
        comparison,
        _held_back(verdict, found.reading, prepared.withheld),
        "limit_withheld" if prepared.withheld else "limit",
        _checks(name, prepared, found),
        values=_values(found),
    )


def _held_back(verdict: Verdict, read: Reading, withheld: tuple[str, ...]) -> Verdict:
    """No verdict without the essential confounders, and no money for multiplying unless both scales say multiply."""
    return "cannot_tell" if withheld or (verdict in ("fund", "pilot") and read != "multiply") else verdict


def _values(found: Interaction) -> dict[str, str]:
    means, contrast = 100 * found.means.means, _hundred(found.contrast)
    teams = {
        f"{team}_{name}": text
        for team, (there, without) in TEAMS.items()
        for name, text in (
            ("gain", _tenth(means[there] - means[without])),
            ("ratio", f"{means[there] / means[without]:.2f}"),
        )
    }
    return {
        "reading": found.reading,
        "interaction_ratio": f"{found.ratio.value:.2f}",
        "interaction_ratio_low": f"{found.ratio.low:.2f}",
        "interaction_ratio_high": f"{found.ratio.high:.2f}",
        "contrast_per_100": _tenth(contrast.value),
        "contrast_low": _tenth(contrast.low),
        "contrast_high": _tenth(contrast.high),
        "service_per_100": _tenth(100 * found.service.value),
        "reri": f"{found.excess.reri.value:.2f}".replace("-", "−"),
        "reri_low": f"{found.excess.reri.low:.2f}".replace("-", "−"),
        "reri_high": f"{found.excess.reri.high:.2f}".replace("-", "−"),
        **teams,
    }


def _tenth(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


def _checks(name: str, prepared: Quotes, found: Interaction) -> tuple[Check, ...]:
    """Overlap, how strong a hidden cause must be, whether an essential confounder is missing, sales in the cells."""
    strong = e_value(max(found.ratio.low, 1.0))
    overlap = Check("overlap", found.overlap, found.overlap >= LEAST_OVERLAP)
    sensitivity = Check("sensitivity", strong, found.ratio.low > 1 and not prepared.withheld)
    essential = Check("essential", float(len(prepared.withheld)), not prepared.withheld)
    cells = Check("cells", float(found.sales), found.sales >= FEWEST_SALES)
    return (overlap, essential, cells) if name == "simple" else (overlap, sensitivity, essential, cells)


def refusal(name: str, *, unit: Unit, worth: float, reason: str, slide: float = math.nan) -> Finding:
    """The finding of a folder that gives no answer: it says so, and what the next rung would buy.

    Args:
        name: Which finding is refused.
        unit: Its unit.
        worth: The threshold it would have been held against.
        reason: Name of the limit in the wording.
        slide: What a deck would show all the same.
    """
    nothing = (math.nan, math.nan, math.nan)
    grades: tuple[Comparison, Verdict] = ("description_only", "cannot_tell")
    return Finding(f"{SLUG}.{name}", unit, float(slide), *nothing, worth, 0, 0, "description", *grades, reason)


def grid_table(both: Interaction, simple: Interaction) -> pd.DataFrame:
    """The predicted grid: sales per 100 quotes with and without a service, by kind of product and team.

    Returns:
        One row a kind (`complex`, `simple`) and team (`skilled`, `other`): `kind`, `team`, `without`, `with_service`
        (per 100), `gain` (per 100, additive scale), `ratio` (ratio scale).
    """
    rows = []
    for kind, found in (("complex", both), ("simple", simple)):
        means = 100 * found.means.means
        for team, (there, without) in TEAMS.items():
            gain, ratio = means[there] - means[without], means[there] / means[without]
            rows.append((kind, team, means[without], means[there], gain, ratio))
    return pd.DataFrame(rows, columns=["kind", "team", "without", "with_service", "gain", "ratio"])


def claim_cost(prepared: Quotes, found: tuple[Interaction, Interaction] | None, *, rung: str, worth: float) -> Finding:
    """The claim that case 1 costs less, computed: service cost of a yuan of extra contribution, simple over complex.

    Case 1 is a service in capable teams on complex products, case 2 a service on simple products whatever the team.

    Args:
        prepared: Result of `quotes`.
        found: Both interactions; None if refused.
        rung: Rung of the data ladder that the folder reaches.
        worth: Ratio from which the claim counts as borne out; 1 means case 1 costs less.
    """
    if found is None or rung != "best":
        return refusal("claim_cost", unit="ratio", worth=worth, reason="no_costs")
    gains = (combination(found[0].means, [0, 0, -1, 1]), found[1].service)
    if min(gain.low for gain in gains) <= 0:
        return refusal("claim_cost", unit="ratio", worth=worth, reason="no_gain")
    prices = [_price(prepared.rows, kind, gain) for kind, gain in zip((True, False), gains, strict=True)]
    (case_1, spread_1), (case_2, spread_2) = prices
    width = math.exp(Z * math.hypot(spread_1, spread_2))
    ratio = case_2 / case_1
    answer = Estimate(ratio, ratio / width, ratio * width)
    weak = combination(found[0].means, [-1, 1, 0, 0])
    values = {
        "cost_complex": f"{case_1:.2f}",
        "cost_simple": f"{case_2:.2f}",
        "cost_other": f"{_price(prepared.rows, True, weak)[0]:.2f}" if weak.value > 0 else "–",
    }
    return _claim(prepared, found, answer, worth, values)


def _claim(
    prepared: Quotes,
    found: tuple[Interaction, Interaction],
    answer: Estimate,
    worth: float,
    values: dict[str, str],
) -> Finding:
    comparison: Comparison = "comparable_cohort" if found[0].overlap >= LEAST_OVERLAP else "description_only"
    verdict = decide(
        estimate=answer.value, low=answer.low, high=answer.high, worth=worth, unit="ratio", comparison=comparison
    )
    return Finding(
        f"{SLUG}.claim_cost",
        "ratio",
        _credited(prepared.raw, is_complex=False) / _credited(prepared.raw, is_complex=True),
        *answer,
        worth,
        found[0].means.n + found[1].means.n,
        found[0].means.n_clusters,
        "cost_per_yuan",
        comparison,
        "cannot_tell" if prepared.withheld else verdict,
        "limit_withheld" if prepared.withheld else "limit",
        _checks("simple", prepared, found[0])[:2],
        values=values,
    )


def _price(rows: pd.DataFrame, is_complex: bool, gain: Estimate) -> tuple[float, float]:
    """Service cost of a yuan of extra contribution, and the standard error of its log."""
    here = rows[rows["is_complex"].astype(bool) == is_complex]
    cost = here.loc[here["used_before"].astype(bool), "service_cost_yuan"].dropna()
    worth = here.loc[here["is_converted"].astype(bool), "contribution_yuan"].dropna()
    parts = [float(column.std() / column.mean() / math.sqrt(len(column))) for column in (cost, worth)]
    error = (gain.high - gain.low) / (2 * Z) / gain.value
    return float(cost.mean() / (gain.value * worth.mean())), math.hypot(error, *parts)


def _credited(raw: pd.DataFrame, *, is_complex: bool) -> float:
    """Service cost over all contribution of quotes with a service on file, as if the service had earned it all."""
    rows = raw[(raw["is_complex"].astype(bool) == is_complex) & raw["used_ever"].astype(bool)]
    if is_complex:
        rows = rows[rows["is_skilled"]]
    return float(rows["service_cost_yuan"].sum() / rows["contribution_yuan"].sum())


class Cohort(NamedTuple):
    """One half of the followed cohort: sums of shape (agents, years, `SUMS`), and year 1's of `WEALTH`."""

    sums: Array
    wealth: Array


def cohorts(lifetimes: pd.DataFrame) -> tuple[Cohort, Cohort]:
    """The halves engaged as before and service-first, by agent.

    Args:
        lifetimes: Result of `service_model__lifetimes`.

    Raises:
        CvcError: E209 a policy year below 1 or more customers in force than there are.
    """
    require_columns(lifetimes.columns, {"is_service_driven", "agent_id", "policy_year", *SUMS, *WEALTH}, "cohorts")
    if wrong := int(((lifetimes["policy_year"] < 1) | (lifetimes["in_force"] > lifetimes["customers"])).sum()):
        raise CvcError("E209", caller="cohorts", count=wrong, column="policy_year", expected="1, 2, ...")
    first, second = (_cohort(lifetimes[lifetimes["is_service_driven"].astype(bool) == kind]) for kind in (False, True))
    return first, second


def _cohort(rows: pd.DataFrame) -> Cohort:
    agents, names = pd.factorize(rows["agent_id"])
    years = rows["policy_year"].to_numpy(int) - 1
    sums = np.zeros((len(names), int(years.max(initial=0)) + 1, len(SUMS)))
    np.add.at(sums, (agents, years), rows[list(SUMS)].to_numpy(float))
    wealth = rows.loc[rows["policy_year"] == 1, list(WEALTH)].to_numpy(float).sum(axis=0)
    return Cohort(sums, wealth)


class Points(NamedTuple):
    """The four factors of lifetime value, and yearly service cost and customer benefit; shapes (..., 4) and (...).

    The factors are in the order of `vocabulary.VALUE_POINTS`: share of effective customers, yearly contribution in
    yuan, discounted lifetime in years, lifelong multiplier (1 + repeat and referral over first contribution).
    """

    factors: Array
    cost: Array
    benefit: Array


def value_points(sums: Array, *, discount: float) -> Points:
    """The factors of one half of the cohort.

    Contribution and multiplier are per year in force, so that staying longer counts once, in the lifetime.

    Args:
        sums: Shape (..., years, `SUMS`).
        discount: Worth today of a yuan in a year.
    """
    of = {name: sums[..., index] for index, name in enumerate(SUMS)}
    total = {name: values.sum(axis=-1) for name, values in of.items()}
    effective = of["effective"][..., 0] / of["customers"][..., 0]
    retention = fit_retention(of["customers"][..., 1:], of["in_force"][..., 1:])
    years = expected_lifetime(retention, discount=discount)
    contribution = total["contribution_yuan"] / total["in_force"]
    lifelong = 1 + total["repeat_yuan"] / total["contribution_yuan"]
    factors = np.stack([effective, contribution, years, lifelong], axis=-1)
    lasting = effective * years / total["in_force"]
    return Points(factors, lasting * total["service_cost_yuan"], lasting * total["benefit_yuan"])


def resampled(of: Cohort, *, draws: int, seed: int) -> Array:
    """Sums of the cohort over agents drawn with replacement, shape (draws, years, `SUMS`)."""
    agents = len(of.sums)
    counts = np.random.default_rng(seed).multinomial(agents, np.full(agents, 1 / agents), size=draws)
    return np.tensordot(counts.astype(float), of.sums, axes=1)


def shares(before: Array, after: Array) -> Array:
    """Share of each value point in the change of lifetime value, shape (..., 4)."""
    parts = split_change(before, after)
    return np.asarray(parts / parts.sum(axis=-1, keepdims=True))


def values(
    lifetimes: pd.DataFrame,
    *,
    rung: str,
    discount: float,
    worth_share: float,
    worth_yuan: float,
    draws: int = 400,
    seed: int = 1,
) -> Values:
    """Lifetime value of both halves of the cohort, its change by value point, and the two sides; or refusals.

    Args:
        lifetimes: Result of `service_model__lifetimes`.
        rung: Rung of the data ladder that the folder reaches.
        discount: Worth today of a yuan in a year.
        worth_share: Share of retention in the change from which it gets more than an equal part of the money.
        worth_yuan: Gain for 100 customers, yuan after service cost, that pays for the change of engagement.
        draws: Bootstrap draws of agents.
        seed: Of these draws.
    """
    reason = "no_years" if rung != "best" else ""
    halves = () if reason else cohorts(lifetimes)
    if reason or (reason := _too_few(halves)):
        return _refused(reason, worth_share, worth_yuan)
    found = [value_points(half.sums.sum(axis=0), discount=discount) for half in halves]
    drawn = [
        value_points(resampled(half, draws=draws, seed=seed + number), discount=discount)
        for number, half in enumerate(halves)
    ]
    if abs(math.log(found[1].factors.prod() / found[0].factors.prod())) < SMALLEST_CHANGE:
        return _refused("no_change", worth_share, worth_yuan)
    points, sides = points_table(found, drawn), sides_table(found, halves)
    share = _share_finding(points, halves, worth_share)
    return Values(share, _gain_finding(found, drawn, halves, sides, discount, worth_yuan), points, sides)


def _too_few(halves: tuple[Cohort, ...]) -> str:
    fewest = min(len(half.sums) for half in halves)
    years = min(half.sums.shape[1] for half in halves)
    return "few_customers" if fewest < FEWEST_AGENTS or years < 3 else ""


def _refused(reason: str, worth_share: float, worth_yuan: float) -> Values:
    share = refusal("clv_retention_share", unit="share", worth=worth_share, reason=reason, slide=EQUAL_SHARE)
    gain = refusal("clv_gain", unit="yuan_per_100", worth=worth_yuan, reason=reason)
    return Values(share, gain, pd.DataFrame(columns=POINT_COLUMNS), pd.DataFrame(columns=SIDE_COLUMNS))


def points_table(found: list[Points], drawn: list[Points]) -> pd.DataFrame:
    """The four value points: both halves, and what each contributes to the change; the parts sum to it exactly.

    Args:
        found: Points of both halves, before first.
        drawn: The same for each bootstrap draw.

    Returns:
        One row a point: `point`, `before`, `after`, `yuan_per_100` customers, `share`, `low`, `high`.
    """
    parts = 100 * split_change(found[0].factors, found[1].factors)
    low, high = np.quantile(shares(drawn[0].factors, drawn[1].factors), [0.025, 0.975], axis=0)
    columns = {"before": found[0].factors, "after": found[1].factors, "yuan_per_100": parts}
    table = pd.DataFrame({"point": POINTS, **columns, "share": parts / parts.sum(), "low": low, "high": high})
    return table[POINT_COLUMNS]


def sides_table(found: list[Points], halves: tuple[Cohort, ...]) -> pd.DataFrame:
    """What a lifetime brings to the company and, apart, to the customer: yuan per 100 customers, today's money.

    The two sides are never added: what the customer would have paid is not the insurer's income.

    Returns:
        One row each of `contribution`, `service_cost` (company) and `benefit` (customer): `side`, `before`, `after`,
        `change`, `n` customers.
    """
    rows = {"contribution": [100 * float(one.factors.prod()) for one in found]}
    rows |= {"service_cost": [-100 * float(one.cost) for one in found]}
    rows |= {"benefit": [100 * float(one.benefit) for one in found]}
    n = int(min(half.sums[:, 0, 0].sum() for half in halves))
    listed = [(side, before, after, after - before, n) for side, (before, after) in rows.items()]
    return pd.DataFrame(listed, columns=SIDE_COLUMNS)


def named(table: pd.DataFrame, column: str, language: str) -> pd.DataFrame:
    """The table with the codes of one column in words, `service_model.table.<code>`."""
    return table.assign(**{column: [say(f"{SLUG}.table.{code}", language) for code in table[column]]})


def balance(halves: tuple[Cohort, ...]) -> float:
    """Difference of the halves in mean wealth band, in standard deviations; NaN if wealth is unknown."""
    known = [half.wealth[2] for half in halves]
    if min(known) < 2:
        return math.nan
    means = [half.wealth[0] / half.wealth[2] for half in halves]
    spread = [half.wealth[1] / half.wealth[2] - mean**2 for half, mean in zip(halves, means, strict=True)]
    return float((means[1] - means[0]) / math.sqrt(sum(spread) / 2))


def _clv_finding(
    name: str, halves: tuple[Cohort, ...], answer: Estimate, on_the_slide: float, worth: float, texts: dict[str, str]
) -> Finding:
    unit: Unit = "share" if name == "clv_retention_share" else "yuan_per_100"
    gap = abs(balance(halves))
    comparison: Comparison = "comparable_cohort" if gap < WORST_BALANCE else "description_only"
    verdict = decide(
        estimate=answer.value, low=answer.low, high=answer.high, worth=worth, unit=unit, comparison=comparison
    )
    return Finding(
        f"{SLUG}.{name}",
        unit,
        on_the_slide,
        *answer,
        worth,
        int(sum(half.sums[:, 0, 0].sum() for half in halves)),
        sum(len(half.sums) for half in halves),
        "lifetime_split",
        comparison,
        verdict,
        "limit",
        (Check("balance", gap, gap < WORST_BALANCE),),
        values=texts,
    )


def _share_finding(points: pd.DataFrame, halves: tuple[Cohort, ...], worth: float) -> Finding:
    of = points.set_index("point")
    answer = Estimate(*of.loc["trust", ["share", "low", "high"]].to_numpy(float).tolist())
    texts = {f"{name}_share": f"{share:.0%}" for name, share in of["share"].items()}
    for when in ("before", "after"):
        texts |= {f"{name}_{when}": f"{number:.3g}" for name, number in of[when].items()}
    residual = abs(float(points["share"].sum()) - 1)
    return _clv_finding(
        "clv_retention_share", halves, answer, EQUAL_SHARE, worth, texts | {"residual": f"{residual:.9f}"}
    )


def _gain_finding(
    found: list[Points],
    drawn: list[Points],
    halves: tuple[Cohort, ...],
    sides: pd.DataFrame,
    discount: float,
    worth: float,
) -> Finding:
    gain, gains = (float(_net(found)), _net(drawn))
    low, high = np.quantile(gains, [0.025, 0.975])
    of = sides.set_index("side")
    texts = {f"{side}_{name}": f"{of.loc[side, name]:,.0f}".replace("-", "−")
             for side in of.index for name in ("before", "after", "change")}  # fmt: skip
    return _clv_finding(
        "clv_gain", halves, Estimate(gain, low, high), _slide_gain(found, halves, discount), worth, texts
    )


def _net(points: list[Points]) -> Array:
    """Change in lifetime value after service cost, yuan per 100 customers."""
    before, after = (one.factors.prod(axis=-1) - one.cost for one in points)
    return np.asarray(100 * (after - before))


def _slide_gain(found: list[Points], halves: tuple[Cohort, ...], discount: float) -> float:
    """As a deck has it: the first renewal rate for ever, alike for all, and no service cost; yuan per 100."""
    value = []
    for one, half in zip(found, halves, strict=True):
        at_risk, kept = half.sums[:, 1, 0].sum(), half.sums[:, 1, 2].sum()
        value.append(one.factors.prod() / one.factors[2] / (1 - discount * kept / at_risk))
    return float(100 * (value[1] - value[0]))
