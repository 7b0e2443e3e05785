from __future__ import annotations

import hashlib
import json

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from cvc_helpers import rounding
from cvc_helpers.contract import SQL_TYPE, tables
from cvc_helpers.synthetic import Truth, contact, make_insurer, planted, world
from cvc_helpers.synthetic.arrow import ARROW_TYPE, schema
from cvc_helpers.synthetic.make import makers, planted_values
from cvc_helpers.synthetic.planted import big_policy_backtracking, service_model
from cvc_helpers.synthetic.records import Plan
from cvc_helpers.synthetic.streams import stream
from tests.conftest import ROOT

MADE = sorted(makers())
SMALL = 3_000
ORPHANS = {("contact", "agent_id"), ("coverage", "product_id")}


def first_row(sql):
    return duckdb.connect().execute(sql).fetchone()


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("name", MADE)
def test_a_table_has_the_contracts_columns_and_types(folder, name):
    assert pq.read_schema(folder / f"{name}.parquet").equals(schema(name))
    assert set(ARROW_TYPE) == set(SQL_TYPE)


@pytest.mark.parametrize("name", MADE)
def test_keys_are_unique_and_required_values_present(folder, name):
    table, key = tables()[name], ", ".join(tables()[name].key)
    path = folder / f"{name}.parquet"
    rows, distinct = first_row(f"select count(*), count(distinct ({key})) from '{path}'")
    assert rows == distinct > 0
    for column in table.columns:
        if not column.nullable:
            assert first_row(f"select count(*) from '{path}' where {column.name} is null") == (0,)


@pytest.mark.parametrize(
    ("name", "column"), [(name, column.name) for name in MADE for column in tables()[name].columns if column.values]
)
def test_codes_are_allowed_values(folder, name, column):
    found = duckdb.sql(f"select distinct {column} from '{folder}/{name}.parquet' where {column} is not null")
    allowed = {value.code for value in tables()[name].column(column).values}
    assert {row[0] for row in found.fetchall()} <= allowed


@pytest.mark.parametrize(
    ("name", "column"), [(name, column.name) for name in MADE for column in tables()[name].columns if column.refers_to]
)
def test_references_hold_but_for_the_planted_orphans(folder, name, column):
    parent, key = tables()[name].column(column).refers_to.split(".")
    (lost,) = first_row(f"""select avg((p.{key} is null)::int) from '{folder}/{name}.parquet' c
        left join '{folder}/{parent}.parquet' p on c.{column} = p.{key} where c.{column} is not null""")
    assert lost is None or lost == 0 or (name, column) in ORPHANS


def test_same_seed_same_bytes(tmp_path):
    for name in ("one", "two"):
        make_insurer(tmp_path / name, customers=SMALL, seed=3)
    make_insurer(tmp_path / "other", customers=SMALL, seed=4)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert digests(tmp_path / "one")["policy.parquet"] != digests(tmp_path / "other")["policy.parquet"]


def test_another_stream_for_one_table_changes_that_table_only(tmp_path, monkeypatch):
    make_insurer(tmp_path / "one", customers=SMALL, seed=3)
    monkeypatch.setattr(contact, "stream", lambda seed, table, chunk=0: stream(seed + 1, table, chunk))
    make_insurer(tmp_path / "two", customers=SMALL, seed=3)
    one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
    assert {name for name in one if one[name] != two[name]} == {"contact.parquet", "truth.json"}


def test_chunks_do_not_grow_with_the_number_of_customers():
    sizes = [len(world.chunks(n)) for n in (1, world.CHUNK, world.CHUNK + 1, 100 * world.CHUNK)]
    assert sizes == [1, 1, 2, 100]


def test_chunks_join_without_double_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(world, "CHUNK", 1_000)
    make_insurer(tmp_path, customers=2_500, seed=3)
    for name in MADE:
        key = ", ".join(tables()[name].key)
        rows, keys = first_row(f"select count(*), count(distinct ({key})) from '{tmp_path}/{name}.parquet'")
        assert rows == keys


def test_the_truth_lies_beside_the_tables(folder):
    content = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert content["truth"] == Truth()._asdict()
    assert content["planted"] == rounding.plain(planted_values(Plan()))
    assert "plan" not in content
    assert content["customers"] == 40_000
    assert not (folder / "truth.json.part").exists()


def test_a_subject_plants_under_its_own_name_and_is_found_by_it(tmp_path, monkeypatch):
    subjects = {path.stem for path in ROOT.glob("cases/*.md")}
    assert {key.partition(".")[0] for key in planted_values(Plan())} == subjects
    text = "def planted(plan):\n    return {'new_subject.effect': plan.truth.log_premium}\n"
    (tmp_path / "new_subject.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(planted, "__path__", [str(tmp_path)])
    assert planted_values(Plan(Truth(log_premium=0.5))) == {"new_subject.effect": 0.5}


def test_the_gain_of_a_service_is_that_of_the_cells_that_give_the_contrast():
    cells, values = service_model.cell_chances(is_complex=True), planted_values(Plan())
    gains = {skilled: 100 * (cells[True, skilled] - cells[False, skilled]) for skilled in (True, False)}
    assert values["service_model.gain"] == pytest.approx(gains[True])
    assert values["service_model.contrast"] == pytest.approx(gains[True] - gains[False])


def test_a_moved_truth_moves_the_data(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(big_policy_backtracking, "planted", lambda plan: {})
    make_insurer(tmp_path, customers=40_000, seed=7, truth=Truth(proposal_log_rate=0.0, log_premium=0.0))
    query = """with went as (select distinct party_id customer_id, true went from '{0}/attendance.parquet'
            join '{0}/activity.parquet' using (activity_id) where kind = 'community_visit'),
        bought as (select customer_id, max((annual_premium_cents * pay_term_years >= 100000000)::int) big
            from '{0}/policy.parquet' group by 1)
        select avg(coalesce(big, 0)) filter (went) / avg(coalesce(big, 0)) filter (went is null)
        from '{0}/customer.parquet' left join bought using (customer_id) left join went using (customer_id)"""
    planted_ratio, null_ratio = (first_row(query.format(at))[0] for at in (folder, tmp_path))
    assert planted_ratio > null_ratio > 1.3
    assert np.isfinite(planted_ratio)
