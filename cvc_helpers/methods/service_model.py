"""The service-driven model: does service multiply or add, and what does a service bring in a capable team?

Quotes answer, on the ratio and the additive scale, for complex and simple products apart. Where lifetime value comes
from stands in `service_model__lifetimes`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pandas as pd

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Estimate
from cvc_helpers.estimators import require_columns
from cvc_helpers.estimators.checks import MOST_MISSING as MOST_UNKNOWN
from cvc_helpers.estimators.checks import is_unknown, measured, most_missing
from cvc_helpers.estimators.interaction import (
    CELLS,
    CONTRAST,
    Additive,
    CellMeans,
    Reading,
    cell_means,
    chances,
    combination,
    from_means,
    ratio_interaction,
    reading,
    risk_ratio,
)
from cvc_helpers.estimators.sensitivity import e_value
from cvc_helpers.findings import Finding
from cvc_helpers.gate import Check, Money, Weight
from cvc_helpers.rounding import written
from cvc_helpers.tables import Query

SLUG = "service_model"
CONFOUNDERS = ("wealth_band", "tenure_years", "need_score", "branch_id")
"""Measured before service and quote. Wealth and need are the two without which no comparison is believed."""
QUANTITIES = ("tenure_years", "need_score")
"""Those that enter as curves; wealth too where it is in yuan."""
IN_YUAN = ("income_yuan", "assets_yuan")
"""Wealth where it is not in bands."""
ESSENTIAL = ("wealth_band", "need_score")
MOST_MISSING = 0.2
FEWEST_SALES = 10
"""Fewest sales in a cell of service and team for its number to be shown."""
OVERLAP, LEAST_OVERLAP = (0.05, 0.95), 0.8
SPARSE = ("E248", "E250", "E251", "E256")
"""Errors of too few quotes, sales or agents in a cell, or in a level of what is held equal."""
TEAMS = {"skilled": (3, 2), "other": (1, 0)}
"""Kind of team to the cells with and without a service, in the order of `interaction.CELLS`."""
GAIN = [0, 0, -1, 1]
"""Weights of the cells: what a service adds in a capable team."""


class Quotes(NamedTuple):
    """Quotes ready to be compared.

    Attributes:
        rows: One row a quote with outcome and team score known, with `is_skilled`.
        raw: All quotes, as a deck would count them.
        confounders: Columns compared.
        withheld: Essential confounders that the data lack, or that are hardly known.
        missing: Largest share of a confounder that is missing, 0-1; up to .05 it is a level of its own, above that the
            confounder was left out.
        continuous: Confounders that enter as curves.
    """

    rows: pd.DataFrame
    raw: pd.DataFrame
    confounders: tuple[str, ...]
    withheld: tuple[str, ...]
    missing: float = 0.0
    continuous: tuple[str, ...] = QUANTITIES

    @property
    def compared(self) -> dict[str, tuple[str, ...]]:
        """The confounders, and those of them that enter as curves, as estimators take them."""
        curved = tuple(name for name in self.continuous if name in self.confounders)
        return {"confounders": self.confounders, "continuous": curved}


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

    gain: Finding
    multiply: Finding
    contrast: Finding
    simple: Finding
    grid: pd.DataFrame
    found: tuple[Interaction, Interaction] | None


def question(*, window_days: int = 365, quote_key: str = "g") -> dict[str, Query]:
    """The queries of the case: `quotes`, and `lifetimes`, the cohort followed over years.

    Args:
        window_days: How long before a quote a service counts.
        quote_key: Quotes are kept if the first four hexadecimal digits of their number's md5 lie below it: `"g"`
            keeps all, `"4000"` a quarter.
    """
    asked = {"window_days": window_days, "quote_key": quote_key}
    return {name: Query(f"{SLUG}__{name}", asked) for name in ("quotes", "lifetimes")}


def quotes(rows: pd.DataFrame, *, skilled_from: float, withhold: str = "") -> Quotes:
    """Quotes from the query, checked; those without an outcome or a team score are left out.

    Args:
        rows: Result of `service_model__quotes`.
        skilled_from: Team score from which a team counts as capable.
        withhold: Confounders to do without, separated by commas, e.g. `"wealth_band,need_score"`.

    Raises:
        CvcError: E208 a quote twice, E209 a score outside 0-1, E210 a team assessed after the service or the quote,
            or more than a fifth of outcomes or scores missing.
    """
    _check_quotes(rows)
    rows, in_yuan = measured(rows, "wealth_band", IN_YUAN)
    dropped = {name.strip() for name in withhold.split(",") if name.strip()}
    unknown = {name for name in CONFOUNDERS if is_unknown(rows[name])}
    kept = tuple(name for name in CONFOUNDERS if name not in dropped | unknown)
    no_scores = bool(rows["team_score"].isna().all())
    complete = rows.dropna(subset=["is_converted"] if no_scores else ["is_converted", "team_score"])
    if len(rows) and 1 - len(complete) / len(rows) > MOST_MISSING:
        raise CvcError(
            "E210",
            caller="quotes",
            reason="more than a fifth of the quotes lack an outcome or a score",
            remedy="Complete them at the source; they are not guessed.",
        )
    complete = complete.assign(is_skilled=complete["team_score"] >= skilled_from)
    raw = rows.assign(is_skilled=no_scores or rows["team_score"] >= skilled_from)
    withheld = tuple(sorted((dropped | unknown) & set(ESSENTIAL)))
    missing = most_missing(rows, CONFOUNDERS)
    return Quotes(complete, raw, kept, withheld, missing, (*in_yuan, *QUANTITIES))


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
        **prepared.compared,
        "cluster": "agent_id",
    }
    means, terms = cell_means(rows, **names), ratio_interaction(rows, **names).set_index("term")
    ratio = Estimate(*terms.loc["interaction", ["ratio", "low", "high"]].to_numpy(float).tolist())
    contrast = combination(means, CONTRAST)
    share = float(rows["is_skilled"].mean())
    service = combination(means, [share - 1, 1 - share, -share, share])
    read = reading(ratio, contrast, service, margin=margin)
    overlap, sales = _overlap(rows, prepared), _fewest_sales(rows)
    return Interaction(means, ratio, contrast, service, from_means(means), overlap, sales, read)


def _overlap(rows: pd.DataFrame, prepared: Quotes) -> float:
    named = prepared.compared | {"confounders": (*prepared.confounders, "is_skilled")}
    chance = chances(rows, flag="used_before", **named)
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


def answers(
    prepared: Quotes, *, rung: str, worth_ratio: float, margin_per_100: float, contribution_yuan_per_sale: float
) -> Answers:
    """The decision and the claims: what a service brings in a capable team, and whether the two multiply or add.

    Args:
        prepared: Result of `quotes`.
        rung: Rung of the data ladder that the folder reaches.
        worth_ratio: Interaction ratio from which service is said to multiply.
        margin_per_100: Contrast that still counts as none; also the smallest one that counts as multiplying.
        contribution_yuan_per_sale: What a sale contributes; 0 takes the mean of the sales in the data.
    """
    slides = [slide(prepared.raw, is_complex=kind) for kind in (True, False)]
    money = money_of(prepared.rows, contribution_yuan_per_sale=contribution_yuan_per_sale)
    about = _about(worth_ratio, margin_per_100, money)
    reason, margin = no_answer(prepared, rung), margin_per_100 / 100
    found = None if reason else _interactions(prepared, margin=margin)
    if found is None:
        numbers = (slides[0]["difference"], slides[0]["ratio"], slides[0]["difference"], slides[1]["difference"])
        one, two, three, four = (Finding.refused(**each, on_the_slide=number, reason=reason or "sparse")
                                 for each, number in zip(about.values(), numbers, strict=True))  # fmt: skip
        return Answers(one, two, three, four, pd.DataFrame(), None)
    both, simple = found
    return Answers(
        gain(prepared, both, about["gain"], slides[0]["difference"], rung=rung),
        _claim(about["multiply"], prepared, both, both.ratio, slides[0]["ratio"]),
        _claim(about["contrast"], prepared, both, both.contrast.times(100), slides[0]["difference"]),
        _claim(about["simple"], prepared, simple, simple.contrast.times(100), slides[1]["difference"]),
        grid_table(both, simple),
        found,
    )


def _interactions(prepared: Quotes, *, margin: float) -> tuple[Interaction, Interaction] | None:
    """Both kinds of product; None where a cell of service and team is too sparse to be made alike."""
    try:
        both, simple = (interaction(prepared, is_complex=kind, margin=margin) for kind in (True, False))
    except CvcError as error:
        if error.code not in SPARSE:
            raise
        return None
    return both, simple


def _about(worth_ratio: float, margin_per_100: float, money: Money | None) -> dict[str, dict[str, Any]]:
    """What each finding is, however it comes out."""
    return {
        "gain": {"key": f"{SLUG}.gain", "kind": "decision", "unit": "per_100", "money": money, "is_primary": True},
        "multiply": {"key": f"{SLUG}.multiply", "kind": "claim", "unit": "ratio", "worth": worth_ratio},
        "contrast": {"key": f"{SLUG}.contrast", "kind": "claim", "unit": "per_100", "worth": margin_per_100},
        "simple": {"key": f"{SLUG}.simple", "kind": "claim", "unit": "per_100", "worth": margin_per_100},
    }


def money_of(rows: pd.DataFrame, *, contribution_yuan_per_sale: float) -> Money | None:
    """What a service for each of 100 quotes costs and what a sale contributes, complex products; None if unknown.

    Args:
        rows: Quotes with everything known.
        contribution_yuan_per_sale: What a sale contributes; 0 takes the mean of the sales in the data.
    """
    here = rows[rows["is_complex"].astype(bool)]
    cost = here.loc[here["used_before"].astype(bool), "service_cost_yuan"].dropna()
    sales = here.loc[here["is_converted"].astype(bool), "contribution_yuan"].dropna()
    contribution = contribution_yuan_per_sale or (float(sales.mean()) if len(sales) else 0.0)
    known = len(cost) and cost.mean() > 0 and contribution > 0
    return Money(100 * float(cost.mean()), contribution) if known else None


def gain(prepared: Quotes, found: Interaction, about: dict[str, Any], on_the_slide: float, *, rung: str) -> Finding:
    """The primary decision: sales that a service adds to 100 quotes for complex products in capable teams.

    Args:
        prepared: Result of `quotes`.
        found: Service and team on complex products.
        about: Key, kind, unit and money of the finding.
        on_the_slide: Difference that a deck would show, per 100.
        rung: Rung of the data ladder that the folder reaches.
    """
    if rung != "best" or about["money"] is None:
        return Finding.refused(**about, on_the_slide=on_the_slide, reason="no_costs")
    estimate = combination(found.means, GAIN).times(100).counted(found.means.n, found.means.n_clusters)
    there, without = TEAMS["skilled"]
    low = risk_ratio(found.means, there, without).low
    explained = (Check("sensitivity", e_value(low), not prepared.withheld, "sensitivity"),) if low > 1 else ()
    return Finding.of(
        **about, estimate=estimate, on_the_slide=on_the_slide, method="cell_means", comparison="comparable_cohort",
        checks=(*explained, *checks_of(prepared, found)), values=_values(found),
    )  # fmt: skip


def _claim(
    about: dict[str, Any], prepared: Quotes, found: Interaction, answer: Estimate, on_the_slide: float
) -> Finding:
    """A claim about service and team; on complex products it holds only if the other scale does not deny it."""
    name = about["key"].partition(".")[2]
    other = found.contrast.low if name == "multiply" else found.ratio.low - 1
    scales = (Check("other_scale", other, other > 0, "sensitivity"),) if name != "simple" else ()
    return Finding.of(
        **about, estimate=answer.counted(found.means.n, found.means.n_clusters), on_the_slide=on_the_slide,
        method="both_scales", bound="within" if name == "simple" else "at_least",
        checks=(*scales, *checks_of(prepared, found)), values=_values(found),
    )  # fmt: skip


def checks_of(prepared: Quotes, found: Interaction) -> tuple[Check, ...]:
    """Overlap, whether an essential confounder is missing, and sales in the cells: each holds an answer back.

    Holes in a confounder inform while they are a level of their own; a confounder left out for them caps the answer.
    """
    weight: Weight = "note" if prepared.missing <= MOST_UNKNOWN else "sensitivity"
    return (
        Check("missing", prepared.missing, prepared.missing == 0, weight),
        Check("overlap", found.overlap, found.overlap >= LEAST_OVERLAP, "essential"),
        Check("essential", float(len(prepared.withheld)), not prepared.withheld, "essential"),
        Check("cells", float(found.sales), found.sales >= FEWEST_SALES, "essential"),
    )


def _values(found: Interaction) -> dict[str, str]:
    means, contrast = 100 * found.means.means, found.contrast.times(100)
    written_values = {}
    for team, (there, without) in TEAMS.items():
        written_values[f"{team}_gain"] = written(means[there] - means[without], "per_100")
        written_values[f"{team}_ratio"] = written(means[there] / means[without], "ratio")
    for name, of, unit in (
        ("interaction_ratio", found.ratio, "ratio"),
        ("contrast", contrast, "per_100"),
        ("reri", found.excess.reri, "decimal"),
    ):
        ends = {name: of.value, f"{name}_low": of.low, f"{name}_high": of.high}
        written_values |= {key: written(number, unit) for key, number in ends.items()}
    return written_values | {"service_per_100": written(100 * found.service.value, "per_100")}


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
