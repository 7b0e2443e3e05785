"""A folder counts as synthetic only if its `truth.json` names the checksum of each of its tables."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from cvc_helpers import tables
from cvc_helpers.errors import CvcError
from cvc_helpers.runs import one
from cvc_helpers.synthetic.make import make_insurer, seal
from tests.conftest import ROOT

WRONG = ["", "{", "[]", "3", "null", '"tables"', "{}", '{"tables": null}', '{"tables": {}}', '{"tables": ["a"]}']


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A tiny insurer, as it was made."""
    folder = tmp_path_factory.mktemp("seal") / "fresh"
    make_insurer(folder, customers=300)
    return folder


@pytest.fixture
def copy(fresh, tmp_path):
    return shutil.copytree(fresh, tmp_path / "copy")


def alter(path):
    pq.write_table(pq.read_table(path).slice(1), path)


def take_apart(path):
    path.with_suffix("").mkdir()
    path.rename(path.with_suffix("") / "part-0.parquet")


def test_an_insurer_as_made_and_the_sample_are_synthetic(fresh):
    assert tables.is_synthetic(fresh)
    assert tables.open(fresh).is_synthetic
    assert tables.open(ROOT / "data" / "chengyue").planted("service_model.multiply") == 1.6


def test_a_truth_copied_beside_other_tables_is_no_seal(fresh, tmp_path):
    make_insurer(tmp_path / "client", customers=300, seed=5)
    shutil.copy(fresh / tables.TRUTH, tmp_path / "client")
    insurer = tables.open(tmp_path / "client")
    assert not insurer.is_synthetic
    assert insurer.planted("service_model.multiply") is None
    with pytest.raises(CvcError, match="E131"):
        one.run("big_policy_backtracking", tmp_path / "client", out=tmp_path / "run", quiet=True)


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: alter(folder / "quote.parquet"),
        lambda folder: (folder / "quote.parquet").unlink(),
        lambda folder: shutil.copy(folder / "quote.parquet", folder / "more.parquet"),
        lambda folder: take_apart(folder / "quote.parquet"),
        lambda folder: (folder / tables.TRUTH).unlink(),
    ],
    ids=["altered", "missing", "added", "in parts", "no truth"],
)
def test_one_table_more_less_or_other_breaks_the_seal(copy, harm):
    harm(copy)
    assert not tables.is_synthetic(copy)


def test_a_folder_is_sealed_again_tables_in_parts_included(copy):
    alter(copy / "quote.parquet")
    take_apart(copy / "quote.parquet")
    seal(copy)
    assert tables.open(copy).is_synthetic
    assert "quote/part-0.parquet" in json.loads((copy / tables.TRUTH).read_text(encoding="utf-8"))["tables"]


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_seal_is_none_and_no_crash(copy, text):
    (copy / tables.TRUTH).write_text(text, encoding="utf-8")
    assert not tables.open(copy).is_synthetic


def test_what_a_clients_team_answered_is_a_clients(fresh):
    insurer = tables.open(fresh)
    answered = replace(insurer, settings=tables.Settings(answers={"query-1": "answer.parquet"}))
    assert insurer.is_synthetic
    assert not answered.is_synthetic
    answers = {"big_policy_backtracking__list": fresh / "quote.parquet"}
    with pytest.raises(CvcError, match="E131"):
        one.run("big_policy_backtracking", fresh, answers=answers, out=fresh.parent / "run", quiet=True)


def test_the_seal_is_read_once_per_open_folder(fresh, monkeypatch):
    insurer, read = tables.open(fresh), []
    checksums = tables.checksums
    monkeypatch.setattr(tables, "checksums", lambda folder: read.append(folder) or checksums(folder))
    assert insurer.is_synthetic
    assert insurer.planted("service_model.multiply") == 1.6
    assert read == [fresh]


def test_a_table_that_lay_there_before_is_not_sealed_in(tmp_path):
    tmp_path.joinpath("client.parquet").write_bytes(b"")
    make_insurer(tmp_path, customers=300)
    assert not tables.is_synthetic(tmp_path)
