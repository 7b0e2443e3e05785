"""Table `entitlement`: services granted by the size of a policy, and the community's qualification letter.

The letter follows from a committed premium of one million yuan; it has no effect of its own on anything.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cvc_helpers.synthetic import service
from cvc_helpers.synthetic.arrow import Flags, canonical, dates, ids, named
from cvc_helpers.synthetic.customer import customer_ids
from cvc_helpers.synthetic.policy import policy_ids
from cvc_helpers.synthetic.premium import BIG_COMMITTED_YUAN
from cvc_helpers.synthetic.records import Chunk, Grants, People, Sales, World
from cvc_helpers.synthetic.seasons import PANEL_END, PROGRAMME_QUARTER, QUARTER_START
from cvc_helpers.synthetic.streams import stream

RESERVED = 400_000
"""Entitlement serials kept for each chunk of customers."""
GRANTED_FROM_YUAN = {
    service.CHECK_UP: 3_000,
    service.GREEN_CHANNEL: 10_000,
    service.SECOND_OPINION: 30_000,
    service.TRAVEL: 50_000,
    service.HOME_CARE: 100_000,
    service.TRUST: 200_000,
    service.LIFE_BANK: 400_000,
}
"""Annual premium from which a policy earns the service."""
TUTORING_FROM_YUAN, SCHOOL_AGE = 5_000, 2
LETTER_SHARE, LETTER_DAYS = 0.99, (10, 41)
ACTIVATED = 0.35
ACTIVATED_WITHIN = 240
YEARS = 3
"""Entitlements run out after three years."""


def _earned(people: People, of: Sales, which: int) -> Flags:
    if which == service.COMMUNITY:
        begun = of.issue >= QUARTER_START[PROGRAMME_QUARTER]
        return np.asarray((of.yuan * of.term >= BIG_COMMITTED_YUAN) & begun)
    if which == service.TUTORING:
        return np.asarray((of.yuan >= TUTORING_FROM_YUAN) & (people.household[of.who] == SCHOOL_AGE))
    return np.asarray(of.yuan >= GRANTED_FROM_YUAN[which])


def grants(seed: int, people: People, of: Sales, chunk: int) -> Grants:
    """The entitlements granted to the customers of one chunk until the panel's end."""
    rng, found = stream(seed, "entitlement", chunk), []
    for which in (*GRANTED_FROM_YUAN, service.TUTORING, service.COMMUNITY):
        earned = np.flatnonzero(_earned(people, of, which) & ~of.cancelled)
        letter = which == service.COMMUNITY
        kept = earned[rng.random(len(earned)) < (LETTER_SHARE if letter else 1.0)]
        wait = rng.integers(*LETTER_DAYS, len(kept)) if letter else rng.integers(3, 20, len(kept))
        found.append((kept, np.full(len(kept), which), of.issue[kept] + wait))
    sale, which_all, granted = (np.concatenate(column) for column in zip(*found, strict=True))
    activated = granted + rng.integers(1, ACTIVATED_WITHIN, len(sale))
    dead = (rng.random(len(sale)) >= ACTIVATED) | (activated > PANEL_END)
    order = np.lexsort((which_all, granted, sale))
    order = order[granted[order] <= PANEL_END]
    return Grants(sale[order], which_all[order], granted[order], np.where(dead, -1, activated)[order])


def chunk_rows(world: World, chunk: Chunk) -> pa.Table:
    """Rows of the table `entitlement` for one chunk, sorted by customer."""
    of = chunk.grants
    assert len(of.sale) <= RESERVED, "entitlement serials have run out"
    columns = {
        "entitlement_id": ids("Q", chunk.part * RESERVED + np.arange(len(of.sale)), base=99 * 10**9),
        "customer_id": customer_ids(chunk.people.number[chunk.sales.who[of.sale]]),
        "policy_id": policy_ids(chunk.sales, of.sale),
        "service_id": named(service.IDS, of.service),
        "granted_on": dates(of.granted),
        "activated_on": dates(of.activated, missing=of.activated < 0),
        "expires_on": dates(of.granted + 365 * YEARS),
    }
    return canonical("entitlement", columns)
