"""What the tables of one insurer share: the whole-insurer part (`World`) and one chunk of customers (`Chunk`)."""

from __future__ import annotations

from cvc_helpers.synthetic import agent, customer, entitlement, life, policy, reassignment
from cvc_helpers.synthetic.records import Chunk, Plan, World

CHUNK = 100_000
"""Customers made at a time; it does not depend on how many there are, so that memory stays bounded."""


def world(seed: int, customers: int, plan: Plan) -> World:
    """The whole-insurer part of an insurer."""
    seats = agent.seats(seed, customers, plan.switches)
    return World(seed, customers, plan, seats, agent.agents(seed, seats))


def chunks(customers: int) -> range:
    """Numbers of the chunks of that many customers."""
    return range(-(-customers // CHUNK))


def chunk(of: World, index: int) -> Chunk:
    """One chunk of customers: people, then their life, policies, entitlements and how the policies ended."""
    start = index * CHUNK
    people = customer.people(of.seed, of.seats, index, start, min(CHUNK, of.customers - start))
    lived = life.life(of.seed, people, of.plan, index)
    people = reassignment.handed_over(of.seed, people, of.seats, lived, of.plan.switches.reassigned, index)
    sales = policy.sales(of, people, lived, index)
    grants = entitlement.grants(of.seed, people, sales, index)
    return Chunk(index, people, lived, sales, grants, policy.ends(of, people, sales, grants, index))
