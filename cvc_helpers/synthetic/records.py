"""The records that the modules of this package hand to each other, from what is planted to a chunk of customers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cvc_helpers.synthetic.arrow import Flags, Floats, Ints


class Truth(NamedTuple):
    """What a visit to the community does; a test may move it. Letter and travel day have no effect of their own.

    Attributes:
        proposal_log_rate: Effect of a visit 1 to 4 quarters before on the log chance of a savings proposal.
        log_premium: Effect on the log of its annual premium.
    """

    proposal_log_rate: float = 0.75
    log_premium: float = 0.18


class ValueTruth(NamedTuple):
    """What is planted in the tests of value propositions.

    Attributes:
        tau: Standard deviation of the effects of group × theme, in standard deviations of the noise.
        precision: Share of the recognised who really belong, by group.
        missed: Share of the unrecognised who belong to a group of their branch all the same.
        demographic: Effect of one standard deviation of age, and of wealth, on the response.
        base: Log odds of converting with none of the three.
        part: Log odds ratio of each of useful, worthwhile, suitable.
        all_three: Log odds ratio of the three together, beyond the parts.
        confounder: Log odds ratio of wealth and force skill (standardised) for converting.
        answered: The same for finding a proposition useful, worthwhile, suitable.
    """

    tau: float = 0.75
    precision: tuple[float, ...] = (0.86, 0.78, 0.84, 0.76, 0.80, 0.82, 0.74)
    missed: float = 0.06
    demographic: float = 0.15
    base: float = -3.0
    part: float = 0.2
    all_three: float = 1.6
    confounder: float = 0.5
    answered: float = 0.8


class QuoteTruth(NamedTuple):
    """What is planted in quotes.

    Attributes:
        log_service: Effect of a service on the log chance of a sale, complex products, team not capable.
        log_skill: Effect of a capable team on it, no service.
        log_both: What both together add to it: the multiplication.
        add_service: Effect of a service on the chance of a sale, simple products.
        add_skill: Effect of a capable team on it.
        add_both: What both together add to it: nothing.
    """

    log_service: float = float(np.log(1.3))
    log_skill: float = float(np.log(1.2))
    log_both: float = float(np.log(1.6))
    add_service: float = 0.05
    add_skill: float = 0.08
    add_both: float = 0.0


class Arm(NamedTuple):
    """What is planted for one half of the cohort that is followed over years.

    Attributes:
        effective: Share of effective customers.
        contribution_yuan: Mean yearly contribution of the first policy.
        retention: Constant yearly retention with the same discounted lifetime as the planted beta distribution.
        lifelong: Multiplier of contribution by repeat purchases and referrals.
        cost_yuan: Mean yearly service cost of an effective customer in force.
        benefit_yuan: What that customer would have paid a year for the services used.
    """

    effective: float
    contribution_yuan: float
    retention: float
    lifelong: float
    cost_yuan: float
    benefit_yuan: float


ARMS = (Arm(0.40, 800.0, 0.85, 1.25, 20.0, 25.0), Arm(0.44, 840.0, 0.8755, 1.30, 60.0, 90.0))
"""Engaged as before, and service-first."""


class Switches(NamedTuple):
    """Which assumptions of the cases the insurer breaks; off by default, each with random numbers of its own.

    Attributes:
        closing_visits: Share (0-1) of the savings sales within reach, from the programme's start, that take 20 to 90
            days and in which the customer is taken to the community meanwhile. The visit has no effect.
        visits_after_proposals: A visit comes after the savings proposal of its quarter, if there is one. Otherwise it
            falls on any visiting day of the quarter.
        agent_spread: Standard deviation of an agent's own factor, in logs, on the rate of savings proposals and on
            their premium. The mean of the factor is 1. No column shows it.
        agent_inviting: Correlation (-1 to 1) of that factor with the agent's own factor, of the same spread, on
            invitations to the community and to travel days.
        reassigned: Share (0-1) of customers handed to a better agent of the same sub-branch and channel on the day
            after their first visit or savings purchase, where there is one. They buy and are invited as before.
        wealth_two_bands: Wealth is recorded as 2 (for 1 to 3) or 4 (for 4 and 5).
        wealth_missing: Share (0-1) of customers, by lot, without a wealth band.
        income: Yearly income in cents stands in the place of the wealth band; the band can be read from it.
        missing_prospects: Share (0-1), of the people who never had a proposal nor bought, who are not in `customer`.
        missing_guests: The same, of those among them who have been to the community; added to the share above.
        informative_censoring: Chance (0-1) a year that a customer with the mean chance to leave is lost from sight in
            `customer_year`; for others in proportion to their own chance to leave.
        better_teams: Log of the factor by which teams that get services first sell more, on complex products; on
            simple ones they gain the same share of the chance of a customer without pull. No column shows it.
        repeated_tests: Share (0-1) of tested customers who are tested three times. All tested customers then have a
            level of their own in what they answer.
        agent_answers: Standard deviation of an agent's own level in what customers answer: of the response to a
            theme in standard deviations of the noise, of the three criteria and of converting in log odds.
    """

    closing_visits: float = 0.0
    visits_after_proposals: bool = False
    agent_spread: float = 0.0
    agent_inviting: float = 0.0
    reassigned: float = 0.0
    wealth_two_bands: bool = False
    wealth_missing: float = 0.0
    income: bool = False
    missing_prospects: float = 0.0
    missing_guests: float = 0.0
    informative_censoring: float = 0.0
    better_teams: float = 0.0
    repeated_tests: float = 0.0
    agent_answers: float = 0.0


class Plan(NamedTuple):
    """All that is planted, and what is switched on.

    Attributes:
        truth: Effects of a visit to the community.
        values: Effects in tests of value propositions.
        quotes: Effects of service and team in quotes.
        arms: The two halves of the cohort followed over years.
        switches: Assumptions that the insurer breaks.
    """

    truth: Truth = Truth()
    values: ValueTruth = ValueTruth()
    quotes: QuoteTruth = QuoteTruth()
    arms: tuple[Arm, Arm] = ARMS
    switches: Switches = Switches()


NOTHING = Plan(
    Truth(proposal_log_rate=0.0, log_premium=0.0),
    ValueTruth(tau=0.0, part=0.0, all_three=0.0),
    QuoteTruth(*[0.0] * len(QuoteTruth._fields)),
    (ARMS[0], ARMS[0]),
)
"""Nothing that a case asks for; wealth, skill, age and region still move everything."""


class Traits(NamedTuple):
    """Fixed drivers of customers, arrays of shape (n,); `certified`, `known`: first such quarter.

    `own`, `inviting`: logs of the agent's own factors on savings proposals and on invitations, zero unless switched on.
    """

    wealth: Ints
    skill: Ints
    birth_year: Ints
    channel: Ints
    certified: Ints
    known: Ints
    in_reach: Flags
    own: Floats
    inviting: Floats


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
    `own`, `inviting`: logs of the holder's own factors, as in `Traits`.
    """

    place: Ints
    channel: Ints
    skill: Ints
    certified: Ints
    predecessor: Ints
    handover: Ints
    first: Ints
    size: Ints
    own: Floats
    inviting: Floats


class People(NamedTuple):
    """Customers of one chunk, arrays of shape (n,); `seat` and `known` (day) included, `quarter` = first active.

    `moved`: last day with the agent of `seat`, from then on that of `next_seat` is in charge; `STAYS` for most.
    """

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
    own: Floats
    inviting: Floats
    moved: Ints
    next_seat: Ints


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
    plan: Plan
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
