"""What a case needs is read from its SQL: asked for in the letter, and not reached without it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from cvc_helpers import contract, intake, ladder, queries, tables
from cvc_helpers.errors import CvcError
from cvc_helpers.runs import plan
from cvc_helpers.synthetic.make import make_insurer

SLUGS = sorted(ladder.needs())
EVERY_RUNG = [(slug, number) for slug in SLUGS for number in range(len(ladder.needs()[slug]))]

each_slug = pytest.mark.parametrize("slug", SLUGS)


def required(slug: str, number: int) -> dict[str, set[str]]:
    """Everything that a folder must have for a rung, those below it included."""
    found: dict[str, set[str]] = {}
    for rung in ladder.needs()[slug][: number + 1]:
        for table, columns in rung.tables.items():
            found.setdefault(table, set()).update(columns)
    return found


def least(slug: str, number: int, chosen: int = 0) -> dict[str, set[str]]:
    """The same, with one of the sets of which a rung needs one."""
    found = required(slug, number)
    for rung in ladder.needs()[slug][: number + 1]:
        for table, columns in rung.one_of[chosen].items() if rung.one_of else ():
            found.setdefault(table, set()).update(columns)
    return found


def read(slug: str, number: int) -> set[tuple[str, str]]:
    """Everything that the queries up to a rung read."""
    named = [query for rung in ladder.needs()[slug][: number + 1] for query in rung.queries]
    return {pair for query in named for pair in ladder.columns_read(query)}


EVERY_LEAST = [
    (slug, number, chosen)
    for slug, number in EVERY_RUNG
    for chosen in range(max(1, len(ladder.needs()[slug][number].one_of)))
]
LACKING_A_TABLE = [(slug, number, table) for slug, number in EVERY_RUNG for table in sorted(required(slug, number))]
LACKING_A_COLUMN = [
    (slug, number, table, column)
    for slug, number in EVERY_RUNG
    for table, columns in ladder.needs()[slug][number].tables.items()
    for column in columns
]
DOING_WITHOUT = [
    (slug, number, table, column)
    for slug, number in EVERY_RUNG
    for table, column in sorted(read(slug, number))
    if column not in required(slug, number).get(table, ())
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("insurer") / "tiny"
    make_insurer(folder, customers=600)
    return folder


def without(folder: Path, out: Path, gone: Mapping[str, Collection[str] | None]) -> tables.Insurer:
    """The insurer opened anew, lacking some tables (None) or some of their columns."""
    out.mkdir(exist_ok=True)
    for path in folder.glob("*.parquet"):
        if path.stem not in gone:
            (out / path.name).symlink_to(path)
        elif columns := gone[path.stem]:
            whole = pq.read_table(path)
            pq.write_table(whole.drop_columns(list(set(columns) & set(whole.column_names))), out / path.name)
    return tables.open(out)


def height(insurer: tables.Insurer, slug: str) -> int:
    """Position of the rung that is reached; -1 for none."""
    names = [rung.name for rung in ladder.needs()[slug]]
    return names.index(reached) if (reached := insurer.rung(slug)) else -1


@each_slug
def test_the_whole_insurer_reaches_the_top(tiny, slug):
    assert height(tables.open(tiny), slug) == len(ladder.needs()[slug]) - 1


@pytest.mark.parametrize(("slug", "number", "chosen"), EVERY_LEAST)
def test_a_folder_with_exactly_what_a_rung_requires_reaches_it_and_no_more(tiny, tmp_path, slug, number, chosen):
    for table, columns in least(slug, number, chosen).items():
        pq.write_table(pq.read_table(tiny / f"{table}.parquet", columns=sorted(columns)), tmp_path / f"{table}.parquet")
    assert height(tables.open(tmp_path), slug) == number


@pytest.mark.parametrize(("slug", "number"), [row for row in EVERY_RUNG if ladder.needs()[row[0]][row[1]].one_of])
def test_a_rung_that_needs_one_of_several_sets_is_not_reached_without_any(tiny, tmp_path, slug, number):
    sets = ladder.needs()[slug][number].one_of
    gone = {table: None for tables_of in sets for table in tables_of if table not in required(slug, number)}
    assert height(without(tiny, tmp_path / "less", gone), slug) < number


@pytest.mark.parametrize(("slug", "number", "table"), LACKING_A_TABLE)
def test_a_folder_that_lacks_a_table_does_not_reach_the_rung(tiny, tmp_path, slug, number, table):
    assert height(without(tiny, tmp_path / "less", {table: None}), slug) < number


@pytest.mark.parametrize(("slug", "number", "table", "column"), LACKING_A_COLUMN)
def test_a_folder_that_lacks_a_required_column_does_not_reach_the_rung(tiny, tmp_path, slug, number, table, column):
    if column in contract.tables()[table].key:
        with pytest.raises(CvcError, match="E203"):
            without(tiny, tmp_path / "less", {table: {column}})
    else:
        assert height(without(tiny, tmp_path / "less", {table: {column}}), slug) == number - 1


@pytest.mark.parametrize(("slug", "number", "table", "column"), DOING_WITHOUT)
def test_a_folder_that_lacks_an_optional_column_reaches_the_rung(tiny, tmp_path, slug, number, table, column):
    whole = column in contract.tables()[table].key
    assert height(without(tiny, tmp_path / "less", {table: None if whole else {column}}), slug) >= number


@each_slug
def test_rows_are_the_same_when_all_that_is_not_read_is_gone(tiny, tmp_path, slug):
    kept: dict[str, list[str]] = {}
    for table, column in sorted(read(slug, len(ladder.needs()[slug]) - 1)):
        kept.setdefault(table, []).append(column)
    for table, columns in kept.items():
        there = [name for name in pq.read_schema(tiny / f"{table}.parquet").names if name in columns]
        pq.write_table(pq.read_table(tiny / f"{table}.parquet", columns=there), tmp_path / f"{table}.parquet")
    whole, bare = tables.open(tiny), tables.open(tmp_path)
    for query, values in plan.planned_queries(slug, {}).values():
        pd.testing.assert_frame_equal(bare.query(query, **values), whole.query(query, **values), check_exact=True)


@each_slug
def test_every_query_of_a_case_is_named_by_exactly_one_rung(slug):
    named = [query for rung in ladder.needs()[slug] for query in rung.queries]
    assert sorted(named) == queries.queries_of(slug)


@each_slug
def test_every_query_of_a_case_is_planned(slug):
    asked = {query for query, _ in plan.planned_queries(slug, {}).values()}
    assert sorted(asked) == queries.queries_of(slug)


@each_slug
def test_every_rung_says_in_both_languages_what_it_buys(slug):
    for rung in ladder.needs()[slug]:
        assert {language for language, text in rung.buys.items() if text.strip()} == {"en", "zh"}


@each_slug
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_letter_asks_for_every_table_and_column_that_the_case_reads(slug, language):
    parts = intake.letter(slug, language).split("### ")[1:]
    for table, column in read(slug, len(ladder.needs()[slug]) - 1):
        declared = contract.tables()[table]
        asked = [part for part in parts if re.match(rf".*[(（]{table}[)）]", part)]
        assert f"| {declared.column(column).zh} " in "".join(asked), f"{table}.{column}"


@each_slug
def test_a_letter_marks_what_a_rung_can_do_without(slug):
    wished = sum(len(columns) for rung in ladder.needs()[slug] for columns in rung.optional.values())
    assert intake.letter(slug, "en").count("can do without") == wished


def test_a_view_is_read_through_to_its_tables(sql):
    sql("select e.party_id, count(*) as n from service_event e group by e.party_id order by party_id")
    found = ladder.columns_read("some__query")
    assert {table for table, _ in found} == {"usage", "attendance", "activity", "contact"}
    assert ("attendance", "party_id") in found
    assert ("attendance", "attended_on") not in found


def test_a_column_that_only_an_inner_step_shows_is_not_asked_for(sql):
    sql("with c as (select customer_id, city, sex from customer) select customer_id from c order by customer_id")
    assert ladder.columns_read("some__query") == {("customer", "customer_id")}


@pytest.fixture
def sql(monkeypatch):
    """Puts a text in the place of the query `some__query`."""

    def put(text: str) -> None:
        ladder.columns_read.cache_clear()
        monkeypatch.setattr(ladder, "read_query", lambda name: text if name == "some__query" else before(name))

    before = ladder.read_query
    yield put
    ladder.columns_read.cache_clear()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("select c.shoe_size from customer c order by shoe_size", "shoe_size"),
        ("select shoe_size from customer order by shoe_size", "shoe_size"),
        ("select customer_id from custmer order by customer_id", "custmer"),
        ("select e.shoe_size from service_event e order by shoe_size", "shoe_size"),
        ("select p.policy_id from policy p join cutsomer c using (customer_id) order by policy_id", "cutsomer"),
    ],
)
def test_a_table_or_column_unknown_to_the_contract_is_refused_and_says_what_to_do(sql, text, name):
    sql(text)
    with pytest.raises(CvcError, match="E230") as refused:
        ladder.columns_read("some__query")
    for language in ("en", "zh"):
        said = refused.value.text(language)
        assert name in said
        assert "cvc_helpers/queries/some__query.sql" in said
        assert "cvc_helpers/contract/" in said


@pytest.mark.parametrize(
    "text",
    [
        "select customer_id from customer",
        "select customer_id from (select customer_id from customer order by customer_id) c",
        "select customer_id from customer order by birth_year",
        "select customer_id from customer order by 1",
        "select customer_id from customer order by lower(customer_id)",
    ],
)
def test_a_query_without_a_final_order_is_refused_and_says_what_to_do(sql, text):
    sql(text)
    with pytest.raises(CvcError, match="E231") as refused:
        ladder.columns_read("some__query")
    assert "Order by the key" in refused.value.text("en")
    assert "主键" in refused.value.text("zh")


@each_slug
def test_the_order_of_a_query_is_total(tiny, slug):
    insurer = tables.open(tiny)
    for query, values in plan.planned_queries(slug, {}).values():
        rows = insurer.query(query, **values)
        assert len(rows)
        assert not rows.duplicated(tables.order_columns(query)).any(), query


@pytest.fixture
def declared(monkeypatch, tmp_path):
    """Puts a needs file of the service-model case in the place of the real one."""

    def put(old: str, new: str) -> None:
        text = (ladder.FOLDER / "service_model.yml").read_text(encoding="utf-8")
        assert old in text
        (tmp_path / "service_model.yml").write_text(text.replace(old, new), encoding="utf-8")
        monkeypatch.setattr(ladder, "FOLDER", tmp_path)
        ladder.rungs.cache_clear()

    yield put
    ladder.rungs.cache_clear()


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("queries: [quotes]", "queries: []", "E232", "service_model__quotes"),
        ("queries: [quotes]", "queries: [quotes, lifetimes]", "E232", "service_model__lifetimes"),
        ("queries: [quotes]", "queries: [quotes, qoutes]", "E232", "service_model__qoutes"),
        ("[team_score,", "[team_scroe, team_score,", "E233", "quote.team_scroe"),
        ("quote: [need_score, service_cost_cents", "quote: [quoted_on, need_score, service_cost_cents", "E233", "good"),
    ],
)
def test_needs_that_do_not_fit_the_queries_are_refused(declared, old, new, code, words):
    declared(old, new)
    with pytest.raises(CvcError, match=code) as refused:
        ladder.rungs("service_model")
    for language in ("en", "zh"):
        assert words in refused.value.text(language)
        assert "contract/needs/service_model.yml" in refused.value.text(language)


def test_a_query_is_asked_by_its_record_or_by_name_and_values(tiny):
    insurer = tables.open(tiny)
    name, values = "service_model__quotes", {"window_days": 365, "quote_key": "g"}
    asked = tables.Query(name, {**values, "not_used": 1})
    pd.testing.assert_frame_equal(insurer.query(asked), insurer.query(name, **values), check_exact=True)
    assert insurer.query(asked, quote_key="0").empty, "a value given by name goes before that of the record"
    with pytest.raises(CvcError, match="E206"):
        insurer.query(tables.Query(name, {"window_days": 365}))
