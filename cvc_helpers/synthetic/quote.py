"""Table `quote`: quotes for complex and simple products, with a service before some of them, in chunks.

On complex products a service and a capable team multiply (the chance of a sale is a product of factors); on simple
products they add. Wealth, tenure, need and region move the service, the team and the sale alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from scipy.special import expit

from cvc_helpers.synthetic.agent import agent_ids
from cvc_helpers.synthetic.arrow import Flags, Floats, Ints, blanked, canonical, cents, dates, ids
from cvc_helpers.synthetic.customer import customer_ids
from cvc_helpers.synthetic.places import BRANCHES, PLACES
from cvc_helpers.synthetic.records import Chunk, People, QuoteTruth, World
from cvc_helpers.synthetic.seasons import day
from cvc_helpers.synthetic.streams import stream

RESERVED = 200_000
"""Quote serials kept for each chunk of customers."""
QUOTED = {True: 0.24, False: 0.36}
"""Chance of a quote for a complex and for a simple product, of a customer known before 2023."""
KNOWN_BY, ASSESSED = day("2023-01-01"), day("2022-12-31")
FIRST_DAY, LAST_DAY = day("2023-11-01"), day("2025-03-31")
SERVICE_DAYS = (1, 300)
"""A service comes that many days before the quote."""
THANKED, THANKED_DAYS = 0.30, (5, 60)
"""Share of buyers without a service before the quote who get one afterwards, as a thank-you."""
SKILLED_FROM = 0.5
"""Team score from which a team counts as capable."""
SCORE_BY_TIER, SCORE_SPREAD = 0.12, 0.18
BRANCH_PULL = np.array([0.15, -0.10, 0.05, 0.20, -0.15, 0.0])
SERVED_FIRST = 1.5
"""Log odds ratio of a service before the quote in teams that are given services first, if they are switched on."""
GAP = 0.01
"""Share of quotes without a need score."""
CONTRIBUTION_YUAN, CONTRIBUTION_SIGMA = {True: 6_000.0, False: 900.0}, 0.5
"""Mean expected contribution of a policy sold."""
COST_YUAN = {True: 200.0, False: 40.0}
"""Mean cost of the service used."""


TRUTH = QuoteTruth()


def team_scores(seed: int, skill: Ints) -> Floats:
    """Capability score of each seat's team in two decimals, 0-1, shape (seats,); assessed before any quote."""
    noise = stream(seed, "quote_team").standard_normal(len(skill))
    return np.asarray(np.round(np.clip(0.5 + SCORE_BY_TIER * (skill - 2.9) + SCORE_SPREAD * noise, 0, 1), 2))


def pull(of: People, need: Floats, days: Ints) -> Floats:
    """What draws a customer to a sale of any kind: wealth, need, tenure, region; about -2 to 2."""
    tenure = (days - of.known) / 365.25
    place = np.array([p.branch for p in PLACES])[of.place]
    region = np.resize(BRANCH_PULL, len(BRANCHES))[place]
    return np.asarray(0.45 * (of.wealth - 2.3) + 1.5 * (need - 0.5) + 0.04 * (tenure - 6) + region)


def hidden_amounts(seed: int, n: int, better: float) -> Floats:
    """Log of the hidden factor on sales of each seat's team, shape (n,): half of them have `better`, the others 0."""
    return better * (stream(seed, "switch_better_teams").random(n) < 0.5)


def chance(
    z: Floats,
    service: Flags | bool,
    skilled: Flags | bool,
    is_complex: bool,
    truth: QuoteTruth = TRUTH,
    hidden: Floats | float = 0.0,
) -> Floats:
    """Chance of a sale, given the pull, a service before the quote, a capable team and its hidden log factor; (n,)."""
    s, q = np.asarray(service, float), np.asarray(skilled, float)
    if is_complex:
        log = -3.2 + 0.45 * z + truth.log_service * s + truth.log_skill * q + truth.log_both * s * q
        return np.asarray(np.exp(log + hidden))
    plain = 0.20 * np.exp(hidden) + 0.06 * z
    return np.asarray(plain + truth.add_service * s + truth.add_skill * q + truth.add_both * s * q)


class Quotes(NamedTuple):
    """Quotes of one kind of product in one chunk, arrays of shape (m,); `who` indexes its customers."""

    who: Ints
    day: Ints
    need: Floats
    z: Floats
    score: Floats
    served: Flags
    uniform: Floats
    hidden: Floats


def quotes(rng: np.random.Generator, of: People, scores: Floats, hidden: Floats, is_complex: bool) -> Quotes:
    """Who gets a quote of that kind, when, and who used a service before it.

    Args:
        rng: The table's stream.
        of: Customers of the chunk.
        scores: Result of `team_scores`.
        hidden: Result of `hidden_amounts`; teams that have some are given services first.
        is_complex: Kind of product.
    """
    who = np.flatnonzero((rng.random(len(of.number)) < QUOTED[is_complex]) & (of.known < KNOWN_BY))
    days = rng.integers(FIRST_DAY, LAST_DAY + 1, len(who))
    need = np.round(rng.beta(2, 2, len(who)), 2)
    chosen = of._replace(**{name: getattr(of, name)[who] for name in ("known", "wealth", "place", "seat")})
    z, score, better = pull(chosen, need, days), scores[chosen.seat], hidden[chosen.seat]
    odds = -0.5 + 0.9 * z + 0.6 * (score >= SKILLED_FROM) + SERVED_FIRST * (better > 0)
    served = rng.random(len(who)) < expit(odds)
    return Quotes(who, days, need, z, score, served, rng.random(len(who)), better)


def _sold(of: Quotes, is_complex: bool, truth: QuoteTruth) -> Flags:
    return np.asarray(of.uniform < chance(of.z, of.served, of.score >= SKILLED_FROM, is_complex, truth, of.hidden))


def _lognormal(rng: np.random.Generator, mean: float, n: int) -> Floats:
    shift = CONTRIBUTION_SIGMA**2 / 2
    return np.asarray(np.rint(mean * np.exp(CONTRIBUTION_SIGMA * rng.standard_normal(n) - shift) / 10) * 10)


def _rows(
    rng: np.random.Generator, of: People, teams: tuple[Floats, Floats], is_complex: bool, truth: QuoteTruth
) -> dict[str, Ints | Floats | Flags]:
    made = quotes(rng, of, *teams, is_complex)
    n, sold = len(made.who), _sold(made, is_complex, truth)
    thanked = sold & ~made.served & (rng.random(n) < THANKED)
    before, after = made.day - rng.integers(*SERVICE_DAYS, n), made.day + rng.integers(*THANKED_DAYS, n)
    return {
        "who": made.who,
        "day": made.day,
        "need": made.need,
        "score": made.score,
        "complex": np.full(n, is_complex),
        "service": np.where(made.served, before, np.where(thanked, after, -1)),
        "sold": sold,
        "cost": np.rint(COST_YUAN[is_complex] * rng.uniform(0.8, 1.2, n)),
        "contribution": _lognormal(rng, CONTRIBUTION_YUAN[is_complex], n),
        "gap": rng.random(n) < GAP,
    }


def chunk_rows(world: World, chunk: Chunk) -> pa.Table:
    """Rows of the table `quote` for one chunk, sorted by customer and kind."""
    of, rng = chunk.people, stream(world.seed, "quote", chunk.part)
    skill, plan = world.seats.skill, world.plan
    teams = team_scores(world.seed, skill), hidden_amounts(world.seed, len(skill), plan.switches.better_teams)
    kinds = [_rows(rng, of, teams, is_complex, plan.quotes) for is_complex in (True, False)]
    found = {name: np.concatenate([kind[name] for kind in kinds]) for name in kinds[0]}
    order = np.lexsort((~found["complex"], found["who"]))
    made = {name: values[order] for name, values in found.items()}
    who, n = made["who"], len(order)
    columns = {
        "quote_id": ids("Q", chunk.part * RESERVED + np.arange(n), base=99 * 10**8),
        "customer_id": customer_ids(of.number[who]),
        "agent_id": agent_ids(of.seat[who]),
        "quoted_on": dates(made["day"]),
        "is_complex": made["complex"],
        "service_on": dates(made["service"], missing=made["service"] < 0),
        "team_score": made["score"],
        "assessed_on": dates(np.full(n, ASSESSED)),
        "need_score": blanked(pa.array(made["need"]), made["gap"]),
        "is_converted": made["sold"],
        "service_cost_cents": cents(made["cost"], missing=made["service"] < 0),
        "contribution_cents": cents(made["contribution"], missing=~made["sold"]),
    }
    return canonical("quote", columns)
