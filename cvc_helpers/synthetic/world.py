"""What the tables of one insurer share: the whole-insurer part (`World`) and one chunk of customers (`Chunk`)."""

from __future__ import annotations

from typing import NamedTuple

from cvc_helpers.synthetic import agent, customer, entitlement, life, policy
from cvc_helpers.synthetic.behaviour import Truth

CHUNK = 100_000
"""Customers made at a time; it does not depend on how many there are, so that memory stays bounded."""


class World(NamedTuple):
    """Shared by all chunks: seed, number of customers, what is planted, portfolios and agents."""

    seed: int
    customers: int
    truth: Truth
    seats: agent.Seats
    agents: agent.Agents


class Chunk(NamedTuple):
    """One chunk of customers with everything that happened to them, from which the tables are written."""

    part: int
    people: customer.People
    life: life.Life
    sales: policy.Sales
    grants: entitlement.Grants
    ends: policy.Ends


def world(seed: int, customers: int, truth: Truth) -> World:
    """The whole-insurer part of an insurer."""
    seats = agent.seats(seed, customers)
    return World(seed, customers, truth, seats, agent.agents(seed, seats))


def chunks(customers: int) -> range:
    """Numbers of the chunks of that many customers."""
    return range(-(-customers // CHUNK))


def chunk(of: World, index: int) -> Chunk:
    """One chunk of customers: people, then their life, policies, entitlements and how the policies ended."""
    start = index * CHUNK
    people = customer.people(of.seed, of.seats, index, start, min(CHUNK, of.customers - start))
    lived = life.life(of.seed, people, of.truth, index)
    sales = policy.sales(of, people, lived, index)
    grants = entitlement.grants(of.seed, people, sales, index)
    return Chunk(index, people, lived, sales, grants, policy.ends(of, people, sales, grants, index))
