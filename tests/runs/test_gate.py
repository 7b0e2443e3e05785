"""What a chart may show: codes of units, products, services and groups, and never what names a person or a contract."""

from __future__ import annotations

import nbformat
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvc_helpers import charts, contract, tables
from cvc_helpers.errors import CvcError
from cvc_helpers.intake.pseudonyms import Key, is_open
from cvc_helpers.runs import gate

KEY = Key(b"a key of a client, thirty-two bytes long")
IDS = [(table, column) for table in contract.tables().values() for column in table.columns if column.kind == "id"]
PERSONAL = sorted(f"{table.name}.{column.name}" for table, column in IDS if not is_open(table.name, column))
OPEN = sorted(f"{table.name}.{column.name}" for table, column in IDS if is_open(table.name, column))


def chart(**columns: list[object]) -> dict[str, object]:
    """The specification of a chart over these columns."""
    return {"layer": [{"data": {"name": "d"}}], "datasets": {"d": pd.DataFrame(columns).to_dict("records")}}


def test_the_contract_says_which_identifiers_name_no_person():
    assert {"org.org_id", "product.product_id", "service.service_id", "customer.branch_id"} <= set(OPEN)
    assert {"group_rule.group_code", "value_test.confirmed_group"} <= set(OPEN)
    assert {"customer.customer_id", "customer.person_id", "agent.agent_id", "policy.policy_id"} <= set(PERSONAL)
    assert {"attendance.party_id", "attendance.invited_by", "policy.application_id"} <= set(PERSONAL)


@pytest.mark.parametrize("place", OPEN)
def test_an_open_code_may_be_drawn(place: str):
    gate.refuse_row_level(chart(**{place.split(".")[1]: ["G1", "8631", "none"], "share": [0.1, 0.2, 0.7]}))


@pytest.mark.parametrize("place", PERSONAL)
def test_a_column_of_persons_or_contracts_is_refused_whatever_it_holds(place: str):
    with pytest.raises(CvcError, match="E406"):
        gate.refuse_row_level(chart(**{place.split(".")[1]: ["a", "b"], "share": [0.1, 0.2]}))


@pytest.mark.parametrize("number", ["P99202400000002", "C9900000001", "99000000001", "Q9900000004", "J9900000003"])
def test_policy_customer_and_agent_numbers_are_refused_under_any_name(number: str):
    with pytest.raises(CvcError, match="E406"):
        gate.refuse_row_level(chart(label=[number], share=[0.1]), {"G1", "8631"})


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5), st.sampled_from(["label", "group", "x"]))
def test_pseudonyms_are_refused_under_any_name(numbers: list[str], name: str):
    with pytest.raises(CvcError, match="E406"):
        gate.refuse_row_level(chart(**{name: [KEY.pseudonym(number) for number in numbers]}), {"G1"})


@given(st.lists(st.from_regex(r"[A-Z]{1,3}[0-9]{7,12}|[0-9]{11,14}|[0-9a-f]{16}", fullmatch=True), min_size=1))
def test_a_groups_code_may_look_like_an_identifier(codes: list[str]):
    drawn = chart(group=[*codes, "none"], group_code=[*codes, "none"])
    gate.refuse_row_level(drawn, codes)
    with pytest.raises(CvcError, match="E406"):
        gate.refuse_row_level(chart(group=codes, who=["P99202400000002"] * len(codes)), codes)


@pytest.mark.parametrize(
    ("released_as", "name"),
    [
        ("trial.journey", "journey"),
        ("trial.answer_2", "answer_2"),
        ("trial.a/../b", "a-b"),
        ("trial.年金", "年金"),
        ("", "chart"),
    ],
)
def test_a_chart_is_filed_under_the_name_by_which_the_case_released_it(released_as: str, name: str):
    metadata = {"scrapbook": {"name": released_as, "mime_prefix": ""}} if released_as else {}
    shown = nbformat.v4.new_output("display_data", data={charts.MIME: chart(share=[0.1])}, metadata=metadata)
    cell = nbformat.v4.new_code_cell("other_chart(rows)", outputs=[shown])
    found = gate.released(nbformat.v4.new_notebook(cells=[cell]))
    assert [drawn["name"] for drawn in found.of("chart")] == [name]


def test_the_open_codes_are_those_of_the_tables(tmp_path):
    rules = {"rule_id": ["R1", "R2"], "group_code": ["KQ20240001", "KQ20240002"], "city": ["a", "b"]}
    pq.write_table(pa.table(rules), tmp_path / "group_rule.parquet")
    pq.write_table(pa.table({"customer_id": ["C9900000001"]}), tmp_path / "customer.parquet")
    assert gate.open_codes(tables.open(tmp_path)) >= {"KQ20240001", "KQ20240002", "R1", "R2"}
    assert "C9900000001" not in gate.open_codes(tables.open(tmp_path))
