"""Table `usage`: uses of activated entitlements, in chunks; 8 % cannot be linked to a customer (DOMAIN §6)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cvc_helpers.synthetic import service
from cvc_helpers.synthetic.arrow import Ints, blanked, canonical, cents, codes, dates, ids, named
from cvc_helpers.synthetic.customer import customer_ids
from cvc_helpers.synthetic.entitlement import YEARS
from cvc_helpers.synthetic.records import Chunk, World
from cvc_helpers.synthetic.seasons import PANEL_END
from cvc_helpers.synthetic.streams import stream

RESERVED = 200_000
"""Usage serials kept for each chunk of customers."""
YEARLY_USES = np.array([0.25, 0.30, 0.04, 0.01, 0.02, 0.10, 0.40, 0.42, 0.20, 0.0])
"""Uses a year of an activated entitlement, in the order of the catalogue (P23)."""
HOME_CARE_IN_REACH = 2.0
"""Home care is used twice as much where a community is within reach (rule 19)."""
UNLINKED = 0.08
FAMILY = 0.30


def _intervals(chunk: Chunk) -> tuple[Ints, Ints]:
    of = chunk.grants
    ended = chunk.ends.day[of.sale]
    stop = np.minimum(np.where(ended < 0, PANEL_END, ended), of.granted + 365 * YEARS)
    return of.activated, np.where(of.activated < 0, -1, np.minimum(stop, PANEL_END))


def chunk_rows(world: World, chunk: Chunk) -> pa.Table:
    """Rows of the table `usage` for one chunk, sorted by customer (also where the link is missing)."""
    of, people, rng = chunk.grants, chunk.people, stream(world.seed, "usage", chunk.part)
    first, stop = _intervals(chunk)
    reach = people.in_reach[chunk.sales.who[of.sale]] & (of.service == service.HOME_CARE)
    rate = YEARLY_USES[of.service] * np.where(reach, HOME_CARE_IN_REACH, 1.0)
    counts = rng.poisson(rate * np.maximum(stop - first, 0) / 365)
    rows = np.repeat(np.arange(len(of.sale)), counts)
    used = first[rows] + (rng.random(len(rows)) * (stop - first + 1)[rows]).astype(np.int64)
    requested = np.maximum(used - rng.integers(0, 15, len(rows)), first[rows])
    n, cost = len(rows), np.array([s.cost_yuan for s in service.SERVICES])
    columns = {
        "usage_id": ids("U", chunk.part * RESERVED + np.arange(n), base=99 * 10**9),
        "customer_id": blanked(customer_ids(people.number[chunk.sales.who[of.sale[rows]]]), rng.random(n) < UNLINKED),
        "service_id": named(service.IDS, of.service[rows]),
        "requested_on": dates(requested, missing=rng.random(n) < 0.05),
        "used_on": dates(used),
        "used_by": codes("usage", "used_by", (rng.random(n) < FAMILY).astype(int)),
        "satisfaction": pa.array(1 + rng.binomial(4, 0.82, n), mask=rng.random(n) < 0.35),
        "cost_cents": cents(np.rint(cost[of.service[rows]] * rng.uniform(0.9, 1.1, n))),
    }
    return canonical("usage", columns)
