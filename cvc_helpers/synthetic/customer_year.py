"""Table `customer_year`: a closed cohort followed over eight policy years, half of it engaged service-first, in chunks.

Portfolios were switched to service-first engagement by lot. Each customer renews with a chance of his own, drawn from
a beta distribution once for all (shifted-beta-geometric retention).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy.optimize import brentq
from scipy.special import hyp2f1

from cvc_helpers.synthetic.agent import agent_ids
from cvc_helpers.synthetic.arrow import Flags, Floats, Ints, canonical, cents
from cvc_helpers.synthetic.customer import customer_ids
from cvc_helpers.synthetic.records import ARMS, Arm, Chunk, World
from cvc_helpers.synthetic.seasons import day
from cvc_helpers.synthetic.streams import stream

YEARS = 8
KNOWN_BY = day("2017-01-01")
FOLLOWED = 0.55
"""Share of the customers known before 2017 who are followed."""
DISPERSAL = 4.0
"""Sum of the two beta parameters of the chance to leave: the smaller, the more customers differ."""
SPREAD = 0.4
"""Log-sigma of yearly contributions between customers."""
REPEAT_CHANCE = 0.10
"""Chance of a repeat purchase or referral in a year."""
DISCOUNT = 0.95
TRUTH = ARMS
"""Engaged as before, and service-first."""


def lifetime(of: Arm) -> float:
    """Discounted expected number of policy years, the first included."""
    return 1 / (1 - DISCOUNT * of.retention)


def leaving(of: Arm) -> tuple[float, float]:
    """Beta parameters of the yearly chance to leave, for that discounted lifetime and `DISPERSAL`."""

    def gap(alpha: float) -> float:
        return float(hyp2f1(1, DISPERSAL - alpha, DISPERSAL, DISCOUNT)) - lifetime(of)

    alpha = float(brentq(gap, 0.01, DISPERSAL - 0.01))
    return alpha, DISPERSAL - alpha


def value(of: Arm) -> float:
    """Lifetime value of a customer in yuan, before service cost."""
    return of.effective * of.contribution_yuan * lifetime(of) * of.lifelong


def _years_in_force(
    rng: np.random.Generator, arms: tuple[Arm, Arm], driven: Ints, effective: Flags
) -> tuple[Ints, Floats]:
    """Policy years in force (0 if not effective, at most `YEARS`), and the yearly chances to leave, shape (n,) each."""
    alpha, beta = (np.array([leaving(arm)[i] for arm in arms])[driven] for i in (0, 1))
    chance = np.clip(rng.beta(alpha, beta), 1e-9, 1.0)
    return np.where(effective, np.minimum(rng.geometric(chance), YEARS), 0), chance


def _years_seen(rng: np.random.Generator, chance: Floats, rate: float) -> Ints:
    """Policy years until a customer is lost from sight, at least 1, the sooner the likelier he leaves; shape (n,)."""
    lost = np.clip(rate * chance / chance.mean(), 0, 1) if len(chance) else chance
    return np.asarray(np.where(lost > 0, rng.geometric(np.maximum(lost, 1e-9)), YEARS), np.int64)


def _yearly(
    rng: np.random.Generator, arms: tuple[Arm, Arm], driven: Ints, who: Ints, in_force: Floats
) -> dict[str, pa.Array]:
    arm = {name: np.array([getattr(one, name) for one in arms])[driven][who] for name in Arm._fields}
    level = np.exp(SPREAD * rng.standard_normal(len(driven)) - SPREAD**2 / 2)[who]
    first = np.rint(arm["contribution_yuan"] * level / 10) * 10
    again = rng.random(len(who)) < REPEAT_CHANCE
    repeat = np.rint(again * arm["contribution_yuan"] * (arm["lifelong"] - 1) / REPEAT_CHANCE / 10) * 10
    return {
        "contribution_cents": cents(in_force * first),
        "repeat_contribution_cents": cents(in_force * repeat),
        "service_cost_cents": cents(in_force * np.rint(arm["cost_yuan"] * rng.uniform(0.5, 1.5, len(who)))),
        "customer_benefit_cents": cents(in_force * np.rint(arm["benefit_yuan"] * rng.uniform(0.5, 1.5, len(who)))),
    }


def chunk_rows(world: World, chunk: Chunk) -> pa.Table:
    """Rows of the table `customer_year` for one chunk, sorted by customer and year."""
    of, rng, arms = chunk.people, stream(world.seed, "customer_year", chunk.part), world.plan.arms
    by_lot = stream(world.seed, "customer_year_lot").random(len(world.seats.skill)) < 0.5
    chosen = np.flatnonzero((of.known < KNOWN_BY) & (rng.random(len(of.number)) < FOLLOWED))
    driven = by_lot[of.seat[chosen]].astype(np.int64)
    effective = rng.random(len(chosen)) < np.array([arm.effective for arm in arms])[driven]
    years, leaves = _years_in_force(rng, arms, driven, effective)
    sight = stream(world.seed, "switch_informative_censoring", chunk.part)
    seen = _years_seen(sight, leaves, world.plan.switches.informative_censoring)
    # the year in which a customer left is a row of its own; those who never began have only their first
    counts = np.where(years == 0, 1, np.minimum(years + 1, YEARS))
    who = np.repeat(np.arange(len(chosen)), counts)
    year = np.arange(len(who)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    in_force = year <= years[who]
    columns = {
        "customer_id": customer_ids(of.number[chosen][who]),
        "policy_year": year,
        "agent_id": agent_ids(of.seat[chosen][who]),
        "is_service_driven": driven[who].astype(bool),
        "is_effective": effective[who],
        "is_in_force": in_force,
        **_yearly(rng, arms, driven, who, in_force.astype(float)),
    }
    return canonical("customer_year", columns).filter(pa.array(year <= seen[who]))
