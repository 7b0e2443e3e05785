from __future__ import annotations

import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cvc_helpers import tables
from cvc_helpers.errors import CvcError
from cvc_helpers.runs import cases, plan
from cvc_helpers.synthetic.make import make_insurer
from tests.runs.conftest import SLUG


def asked() -> dict[str, dict[str, object]]:
    """Every query that a case asks, with the values of its defaults, and the views."""
    found: dict[str, dict[str, object]] = {view: {} for view in tables.VIEWS}
    for slug in cases.slugs():
        for query, values in plan.planned_queries(slug, {}).values():
            found.setdefault(query, values)
    return found


@pytest.mark.spark
def test_spark_and_duckdb_give_equal_rows(tmp_path):
    make_insurer(tmp_path / "tiny", customers=600)
    here, there = tables.open(tmp_path / "tiny"), tables.open(tmp_path / "tiny", engine="spark", threads=2)
    for name, values in asked().items():
        left, right = here.query(name, **values), there.query(name, **values)
        if name in tables.VIEWS:
            left, right = (rows.sort_values(list(rows)).reset_index(drop=True) for rows in (left, right))
        assert len(left)
        pd.testing.assert_frame_equal(left, right, check_exact=True)


def test_the_answers_of_the_clients_team_are_used_instead(small, monkeypatch, tmp_path):
    planned = plan.planned_queries(SLUG, {})
    insurer = tables.open(small)
    (tmp_path / "answers").mkdir()
    for name, (query, values) in planned.items():
        rows = insurer.query(query, **values).sample(frac=1, random_state=1)
        pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), tmp_path / "answers" / f"{name}.parquet")
    matched = plan.matched_answers(SLUG, {}, plan.answers_beside(tmp_path))
    monkeypatch.setenv(tables.SETTINGS_VARIABLE, json.dumps({"answers": matched}))
    elsewhere = tables.open(tmp_path)
    assert elsewhere.rung(SLUG) == "best"
    for query, values in planned.values():
        pd.testing.assert_frame_equal(elsewhere.query(query, **values), insurer.query(query, **values))


def test_an_answer_with_other_columns_types_or_values_is_refused(small, monkeypatch, tmp_path):
    name, (query, values) = next(
        (name, asked) for name, asked in plan.planned_queries(SLUG, {}).items() if asked[0].endswith("__list")
    )
    rows = tables.open(small).query(query, **values)
    path = tmp_path / "answer.parquet"
    for wrong in (rows.drop(columns="line"), rows.assign(policies="many")):
        pq.write_table(pa.Table.from_pandas(wrong, preserve_index=False), path)
        monkeypatch.setenv(tables.SETTINGS_VARIABLE, json.dumps({"answers": {name: str(path)}}))
        with pytest.raises(CvcError, match="E410"):
            tables.open(small).query(query, **values)
    assert plan.matched_answers(SLUG, {}, {query: path}) == {name: str(path)}
    with pytest.raises(CvcError, match="several times"):
        plan.matched_answers(SLUG, {}, {f"{SLUG}__landmark": path})
    with pytest.raises(CvcError, match="not asked"):
        plan.matched_answers(SLUG, {"premium_threshold_yuan": 1}, {name: path})
