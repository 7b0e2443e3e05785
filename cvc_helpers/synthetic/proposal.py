"""Table `proposal`: proposals of savings, critical illness and care, sold, dropped or still open, in chunks."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cvc_helpers.synthetic.agent import agent_ids, seller
from cvc_helpers.synthetic.arrow import Ints, canonical, cents, dates, ids, named
from cvc_helpers.synthetic.customer import customer_ids
from cvc_helpers.synthetic.life import annual_yuan
from cvc_helpers.synthetic.product import PRODUCT_IDS, product_index
from cvc_helpers.synthetic.records import Chunk, Intents, World
from cvc_helpers.synthetic.seasons import PANEL_END
from cvc_helpers.synthetic.streams import stream

RESERVED = 200_000
"""Proposal serials kept for each chunk of customers."""
DROPPED_AFTER = (20, 120)
"""Days after which an unsold proposal is dropped; those past the panel's end are still open."""


def proposal_ids(chunk: int, made: Intents) -> tuple[pa.Array, Ints]:
    """Proposal number for every intent (J99 and eight digits), and the indices of those that have a proposal."""
    rows = np.flatnonzero(made.has_proposal)
    serial = chunk * RESERVED + np.cumsum(made.has_proposal)
    return ids("J", serial, base=99 * 10**8), rows


def chunk_rows(world: World, chunk: Chunk) -> pa.Table:
    """Rows of the table `proposal` for one chunk, sorted by customer and day."""
    made, people = chunk.life.intents, chunk.people
    numbers, rows = proposal_ids(chunk.part, made)
    rng = stream(world.seed, "proposal", chunk.part)
    proposed, who = made.proposed[rows], made.who[rows]
    dropped = proposed + rng.integers(*DROPPED_AFTER, len(rows))
    closed = np.where(made.sold[rows], made.day[rows], dropped)
    columns = {
        "proposal_id": numbers.take(pa.array(rows)),
        "customer_id": customer_ids(people.number[who]),
        "agent_id": agent_ids(seller(world, people, who, proposed)),
        "proposed_on": dates(proposed),
        "product_id": named(PRODUCT_IDS, product_index(made.line[rows], made.term[rows], proposed)),
        "pay_term_years": made.term[rows],
        "annual_premium_cents": cents(annual_yuan(made)[rows]),
        "closed_on": dates(closed, missing=closed > PANEL_END),
    }
    return canonical("proposal", columns)
