from __future__ import annotations

import duckdb
import pytest

from cvc_helpers.synthetic import make_insurer

CUSTOMERS = 40_000


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("insurer")
    make_insurer(out, customers=CUSTOMERS, seed=7)
    return out


@pytest.fixture(scope="session")
def ask(folder):
    return asking(folder)


def asking(folder):
    """A function that answers SQL on an insurer with one row; `sold` and `community` are views."""
    base = duckdb.connect()
    for path in folder.glob("*.parquet"):
        base.execute(f"create view {path.stem} as select * from '{path}'")
    base.execute("""create view sold as
        select p.*, line, nbv_margin, max_issue_age, p.annual_premium_cents / 100 as yuan,
               line in ('whole_life', 'annuity') as savings
        from policy p join product using (product_id) where p.agent_id <> '99999999'""")
    base.execute("""create view community as
        select party_id as customer_id, attended_on from attendance join activity using (activity_id)
        where kind = 'community_visit' and party_kind = 'customer'""")
    return lambda sql: base.execute(sql).fetchone()
