"""The records that the modules of this package hand to each other, from what is planted to a chunk of customers."""

from __future__ import annotations

from typing import NamedTuple

from cvc_helpers.synthetic.arrow import Flags, Floats, Ints


class Truth(NamedTuple):
    """What is planted; a test may move it. The letter's and the travel day's own effects are zero by construction.

    Attributes:
        proposal_log_rate: Effect of a visit 1 to 4 quarters before on the log chance of a savings proposal.
        log_premium: Effect on the log of its annual premium.
    """

    proposal_log_rate: float = 0.75
    log_premium: float = 0.18


class Traits(NamedTuple):
    """Fixed drivers of customers, arrays of shape (n,); `certified`, `known`: first such quarter."""

    wealth: Ints
    skill: Ints
    birth_year: Ints
    channel: Ints
    certified: Ints
    known: Ints
    in_reach: Flags


class State(NamedTuple):
    """Where customers stand before a quarter, shape (n,): been there; last quarters of effect and of the letter."""

    visited: Flags
    effect_until: Ints
    letter_until: Ints


class Draws(NamedTuple):
    """Uniform (`normal`: standard normal) draws of one quarter, arrays of shape (n,)."""

    visit: Floats
    propose: Floats
    sold: Floats
    mix: Floats
    heap: Floats
    bunch: Floats
    normal: Floats


class Mix(NamedTuple):
    """Line, term (years) and index of the term of savings proposals, arrays of shape (n,)."""

    line: Ints
    term: Ints
    place: Ints


class Sizing(NamedTuple):
    """What the size of savings proposals depends on, arrays of shape (n,); `shift` is added to the log."""

    wealth: Ints
    skill: Ints
    normal: Floats
    u_heap: Floats
    u_bunch: Floats
    can_bunch: Flags
    shift: Floats


class Proposals(NamedTuple):
    """Savings proposals of one quarter, arrays of shape (m,); `who` indexes the customers, money in yuan."""

    who: Ints
    exposed: Flags
    sold: Flags
    mix: Mix
    yuan: Floats


class Agents(NamedTuple):
    """All agent numbers, arrays of shape (agents,); days since 1970-01-01, `leave` and `certified` -1 if none."""

    person: Ints
    channel: Ints
    place: Ints
    hire: Ints
    leave: Ints
    skill: Ints
    certified: Ints
    knowledge: Ints


class Seats(NamedTuple):
    """Portfolios of customers, ordered by place and channel; arrays of shape (seats,).

    `predecessor` is an agent index or -1, `handover` the day its customers changed hands, `certified` the first
    quarter at whose start the holder is certified (`NEVER` if not). `first`, `size`: seats of pool place × channel.
    """

    place: Ints
    channel: Ints
    skill: Ints
    certified: Ints
    predecessor: Ints
    handover: Ints
    first: Ints
    size: Ints


class People(NamedTuple):
    """Customers of one chunk, arrays of shape (n,); `seat` and `known` (day) included, `quarter` = first active."""

    number: Ints
    person: Ints
    place: Ints
    district: Ints
    sex: Ints
    birth_year: Ints
    occupation: Ints
    household: Ints
    wealth: Ints
    known: Ints
    quarter: Ints
    seat: Ints
    skill: Ints
    channel: Ints
    certified: Ints
    in_reach: Flags
    staff: Flags


class Intents(NamedTuple):
    """Proposals and purchases of all lines, shape (m,), sorted by customer and day; money in yuan.

    `day` is the day of sale (of the decision, if unsold), `proposed` the day of the proposal.
    """

    who: Ints
    quarter: Ints
    line: Ints
    term: Ints
    yuan: Floats
    riders: Ints
    rider_yuan: Floats
    sold: Flags
    has_proposal: Flags
    day: Ints
    proposed: Ints


class Life(NamedTuple):
    """Intents, and community visits and travel days as customer, slot of the activity calendar."""

    intents: Intents
    visit_who: Ints
    visit_slot: Ints
    travel_who: Ints
    travel_slot: Ints


class Sales(NamedTuple):
    """Policies of one chunk by customer and day, shape (m,); `of` indexes the intents, `agent` the agents."""

    of: Ints
    who: Ints
    serial: Ints
    issue: Ints
    line: Ints
    term: Ints
    yuan: Floats
    agent: Ints
    servicing: Ints
    self_insured: Flags
    cancelled: Flags


class Ends(NamedTuple):
    """Status (index of the contract's values) and last day of each policy, shape (m,); -1 while in force."""

    status: Ints
    day: Ints


class Grants(NamedTuple):
    """Entitlements of one chunk by customer, shape (m,): sale (index), service, days; `activated` -1 if never."""

    sale: Ints
    service: Ints
    granted: Ints
    activated: Ints


class World(NamedTuple):
    """Shared by all chunks: seed, number of customers, what is planted, portfolios and agents."""

    seed: int
    customers: int
    truth: Truth
    seats: Seats
    agents: Agents


class Chunk(NamedTuple):
    """One chunk of customers with everything that happened to them, from which the tables are written."""

    part: int
    people: People
    life: Life
    sales: Sales
    grants: Grants
    ends: Ends
