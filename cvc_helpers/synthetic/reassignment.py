"""Customers handed to a better agent after a visit or a purchase, if the insurer is asked for it."""

from __future__ import annotations

import numpy as np

from cvc_helpers.synthetic.activity import slots_of
from cvc_helpers.synthetic.arrow import Floats, Ints
from cvc_helpers.synthetic.product import SAVINGS
from cvc_helpers.synthetic.records import Life, People, Seats
from cvc_helpers.synthetic.streams import stream


def handed_over(seed: int, people: People, of: Seats, lived: Life, share: float, chunk: int) -> People:
    """The customers, a share of those with a visit or a savings purchase in better hands from the day after.

    Args:
        seed: Seed of the insurer.
        people: Customers of the chunk.
        of: The portfolios.
        lived: What the customers did.
        share: Of those customers, 0-1.
        chunk: Number of the chunk.
    """
    if not share:
        return people
    u = stream(seed, "switch_reassigned", chunk).random((2, len(people.number)))
    better = _better_seats(of, people.seat, u[1])
    day = np.minimum(people.moved, _first_event(lived, len(people.number)))
    moved = (u[0] < share) & (better >= 0)
    return people._replace(
        moved=np.where(moved, day, people.moved), next_seat=np.where(moved, better, people.next_seat)
    )


def _first_event(lived: Life, n: int) -> Ints:
    """Day of the first visit to the community or savings purchase, shape (n,); the largest integer if none."""
    first, made = np.full(n, np.iinfo(np.int64).max), lived.intents
    bought = made.sold & np.isin(made.line, SAVINGS)
    np.minimum.at(first, made.who[bought], made.day[bought])
    np.minimum.at(first, lived.visit_who, slots_of("community_visit")[lived.visit_slot])
    return first


def _better_seats(of: Seats, seat: Ints, u: Floats) -> Ints:
    """A seat of the same place and channel with a higher skill tier, drawn by lot, shape (n,); -1 if none."""
    pool = np.repeat(np.arange(len(of.size)), of.size)
    order = np.lexsort((of.skill, pool))
    keys, mine = (10 * pool + of.skill)[order], 10 * pool[seat]
    low = np.searchsorted(keys, mine + of.skill[seat], side="right")
    high = np.searchsorted(keys, mine + 9, side="right")
    chosen = order[np.minimum(low + (u * (high - low)).astype(np.int64), len(order) - 1)]
    return np.where(high > low, chosen, -1)
