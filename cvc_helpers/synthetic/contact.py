"""Table `contact`: recorded contacts, in chunks; about 3 % name an agent of the former system (rule 27)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cvc_helpers.synthetic import service
from cvc_helpers.synthetic.agent import agent_ids, pick, seller
from cvc_helpers.synthetic.arrow import canonical, codes, dates, ids, named
from cvc_helpers.synthetic.customer import customer_ids
from cvc_helpers.synthetic.records import Chunk, World
from cvc_helpers.synthetic.seasons import PANEL_END, PANEL_START
from cvc_helpers.synthetic.streams import stream

RESERVED = 1_000_000
"""Contact serials kept for each chunk of customers."""
YEARLY = 1.35
"""Recorded contacts a year at wealth band 3 and tier 3: about four a customer over the panel."""
BY_WEALTH, BY_SKILL = 0.10, 0.08
MODES = np.array([0.22, 0.30, 0.40, 0.08])
SPOKEN_ABOUT = np.array([0.05, 0.02, 0.04, 0.01, 0.01, 0.01, 0.03, 0.08, 0.05, 0.02, 0.68])
"""Services spoken about in the order of the catalogue; the last: none."""
UNKNOWN_AGENT, UNKNOWN = "98000001", 0.03


def chunk_rows(world: World, chunk: Chunk) -> pa.Table:
    """Rows of the table `contact` for one chunk, sorted by customer and day."""
    people, rng = chunk.people, stream(world.seed, "contact", chunk.part)
    first = np.maximum(people.known, PANEL_START)
    factor = np.exp(BY_WEALTH * (people.wealth - 3) + BY_SKILL * (people.skill - 3))
    counts = rng.poisson(YEARLY * factor * (PANEL_END - first) / 365)
    who = np.repeat(np.arange(len(first)), counts)
    n = len(who)
    day = first[who] + (rng.random(n) * (PANEL_END + 1 - first[who])).astype(np.int64)
    day = day[np.lexsort((day, who))]
    agent = agent_ids(seller(world, people, who, day))
    about = pick(rng.random(n), SPOKEN_ABOUT)
    columns = {
        "contact_id": ids("K", chunk.part * RESERVED + np.arange(n), base=99 * 10**9),
        "customer_id": customer_ids(people.number[who]),
        "agent_id": pc.if_else(pa.array(rng.random(n) < UNKNOWN), UNKNOWN_AGENT, agent),
        "contacted_on": dates(day),
        "mode": codes("contact", "mode", pick(rng.random(n), MODES)),
        "service_id": named(service.IDS, np.where(about == len(service.IDS), -1, about)),
    }
    return canonical("contact", columns)
