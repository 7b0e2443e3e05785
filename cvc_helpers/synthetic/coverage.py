"""Table `coverage`: main coverage and riders of each policy, in chunks.

About 3 % of rows carry an old rider code that the product table does not know (rule 27).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cvc_helpers.synthetic.arrow import Floats, Ints, canonical, cents, codes, named
from cvc_helpers.synthetic.policy import policy_ids
from cvc_helpers.synthetic.product import ACCIDENT, MEDICAL, PRODUCT_IDS, product_index
from cvc_helpers.synthetic.records import Chunk, World
from cvc_helpers.synthetic.streams import stream

OLD_RIDER = "CYR0"
"""Rider code of the former system, unknown to the product table."""
OLD_SHARE = 0.15
"""Share of riders under it: 2 to 5 % of all rows."""
SINGLE, ANNUAL, MONTHLY = 0, 1, 4
MONTHLY_SHARE = 0.08
MULTIPLE = {0: 900.0, 1: 1500.0, 2: 32.0, 3: 1.1, 4: 1.0, 5: 25.0}
"""Sum assured as a multiple of one year's premium, by line; savings: of committed premium."""


def _sum_assured(line: Ints, term: Ints, yuan: Floats) -> Floats:
    multiple = np.array([MULTIPLE[each] for each in range(6)])[line]
    savings = (line == 3) | (line == 4)
    return np.asarray(np.rint(np.where(savings, yuan * term, yuan) * multiple / 100) * 100)


def chunk_rows(world: World, chunk: Chunk) -> pa.Table:
    """Rows of the table `coverage` for one chunk, sorted by policy as in `policy`, main coverage first."""
    of, made, rng = chunk.sales, chunk.life.intents, stream(world.seed, "coverage", chunk.part)
    riders = made.riders[of.of]
    rows = np.repeat(np.arange(len(of.of)), 1 + riders)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(1 + riders) - riders - 1, 1 + riders)
    main = number == 0
    yuan = np.where(main, made.yuan[of.of][rows], made.rider_yuan[of.of][rows])
    line = np.where(main, of.line[rows], np.where(number == 1, MEDICAL, ACCIDENT))
    term = np.where(main, of.term[rows], 1)
    old = ~main & (rng.random(len(rows)) < OLD_SHARE)
    single = (of.term == 1)[rows] & (np.isin(of.line, (ACCIDENT, MEDICAL)) == 0)[rows]
    monthly = (rng.random(len(of.of)) < MONTHLY_SHARE) & (of.term > 1) & (of.yuan < 20_000)
    mode = np.where(single, SINGLE, np.where(monthly[rows], MONTHLY, ANNUAL))
    product = named(PRODUCT_IDS, product_index(line, term, of.issue[rows]))
    columns = {
        "policy_id": policy_ids(of, rows),
        "coverage_no": number + 1,
        "product_id": pc.if_else(pa.array(old), OLD_RIDER, product),
        "is_main": main,
        "sum_assured_cents": cents(_sum_assured(line, term, yuan)),
        "pay_mode": codes("coverage", "pay_mode", mode),
        "pay_term_years": term,
        "annual_premium_cents": cents(yuan),
        "first_premium_cents": cents(np.where(mode == MONTHLY, np.rint(yuan / 12), yuan)),
    }
    return canonical("coverage", columns)
