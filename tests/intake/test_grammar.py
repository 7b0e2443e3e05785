from __future__ import annotations

import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvc_helpers import contract
from cvc_helpers.intake import grammar
from cvc_helpers.intake.columns import ColumnParser, _plain_cents
from cvc_helpers.intake.privacy import is_certificate, mask, mask_personal, personal_spans

NUMBERS = [
    ("1234.5", "1234.5"), ("1,234.50", "1234.50"), ("１，２３４", "1234"), ("￥1,200元", "1200"), ("¥1200", "1200"),
    ("1.2万", "12000"), ("1.2万元", "12000"), ("3亿", "300000000"), ("5千", "5000"), ("(300)", "-300"),
    ("（300）", "-300"), ("－500", "-500"), ("−500", "-500"), ("-500.25", "-500.25"), ("+7", "7"),
    ("1.2E+05", "120000"), ("1e3", "1000"), (" 12 ", "12"), ("\u200b12\ufeff", "12"), ("１２．５", "12.5"),
    ("RMB 100", "100"), ("100圆", "100"), ("100元整", "100"), (".5", "0.5"), ("1,234,567", "1234567"), ("0", "0"),
]  # fmt: skip
MISSING = ["", "-", "--", "—", "/", "无", "NULL", r"\N", "null", "N/A", "　"]
REFUSED = [
    ("1,23", "Q203"), ("12,34,567", "Q203"), ("1.2.3", "Q203"), ("abc", "Q203"), ("12a", "Q203"), ("1 234 x", "Q203"),
    ("5.", "Q203"), ("#DIV/0!", "Q202"), ("#N/A", "Q202"), ("#REF!", "Q202"), ("$100", "Q204"), ("HK$5", "Q204"),
    ("100 USD", "Q204"), ("100港币", "Q204"), ("()", "Q203"), ("--5", "Q203"), ("inf", "Q203"), ("٣", "Q203"),
]  # fmt: skip
DAYS = [
    ("20230105", (2023, 1, 5)), ("2023年1月5日", (2023, 1, 5)), ("2023.1.5", (2023, 1, 5)), ("2023/1/5", (2023, 1, 5)),
    ("2023-01-05", (2023, 1, 5)), ("2023/1/5 0:00", (2023, 1, 5)), ("2023-01-05 13:30:00", (2023, 1, 5)),
    ("2023-01-05T13:30:00Z", (2023, 1, 5)), ("20230105133000", (2023, 1, 5)), ("44931", (2023, 1, 5)),
    ("44931.5", (2023, 1, 5)), ("２０２３年５月１日", (2023, 5, 1)), ("2023年1月5日8时30分", (2023, 1, 5)),
    ("2023 年 1 月 5 日", (2023, 1, 5)), ("2024-02-29", (2024, 2, 29)),
]  # fmt: skip
NO_DAYS = [
    ("05/01/2023", "Q209"), ("23-1-5", "Q209"), ("2023-13-05", "Q209"), ("2023-02-30", "Q209"), ("2023", "Q209"),
    ("112年1月5日", "Q209"), ("1月5日", "Q209"), ("#VALUE!", "Q202"), ("202301", "Q209"), ("abc", "Q209"),
    ("9999-12-31", "N140"), ("1900-01-01", "N140"), ("0000-00-00", "N140"), ("1900-01-00", "N140"), ("60", "N140"),
    ("", ""), ("—", ""),
]  # fmt: skip
TERMS = [
    ("10年", 10, ""), ("10", 10, ""), ("10年交", 10, ""), ("10年期", 10, ""), ("趸交", 1, ""), ("趸缴", 1, ""),
    ("一次交清", 1, ""), ("躉交", 1, ""), ("120月", 10, ""), ("13月", None, "Q207"), ("至60岁", None, "Q207"),
    ("终身", None, "Q207"), ("1000", None, "Q207"), ("0", None, "Q207"), ("", None, ""), ("交10年", 10, ""),
    ("10.0", 10, ""), ("20 年", 20, ""),
]  # fmt: skip
FLAGS = [("是", True), ("否", False), ("Y", True), ("n", False), ("1", True), ("0.0", False), ("√", True),
         ("主险", True),
         ("附加险", False), ("", None), ("TRUE", True)]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_a_number_is_read_as_a_client_writes_it(text, value):
    assert grammar.parse_number(text)[:2] == (Decimal(value), "")


@pytest.mark.parametrize("text", MISSING)
def test_a_dash_is_no_number_and_no_fault(text):
    assert grammar.parse_number(text)[:2] == (None, "")


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_is_not_one_number_gets_a_reason(text, code):
    assert grammar.parse_number(text)[:2] == (None, code)


@pytest.mark.parametrize(("text", "day"), DAYS)
def test_a_day_is_read_in_every_usual_writing(text, day):
    assert grammar.parse_date(text)[:2] == (datetime.date(*day), "")


@pytest.mark.parametrize(("text", "code"), NO_DAYS)
def test_an_unclear_day_is_not_guessed(text, code):
    parsed = grammar.parse_date(text)
    assert parsed.value is None
    assert (parsed.reason or parsed.note) == code


@pytest.mark.parametrize(("text", "years", "code"), TERMS)
def test_payment_terms(text, years, code):
    assert grammar.parse_term(text)[:2] == (years, code)


@pytest.mark.parametrize(("text", "value"), FLAGS)
def test_flags(text, value):
    assert grammar.parse_flag(text)[:2] == (value, "")
    assert grammar.parse_flag("也许").reason == "Q217"


@pytest.mark.parametrize(
    ("text", "unit", "cents", "code"),
    [
        ("1234.5", "yuan", 123450, ""), ("1.2345", "wan", 1234500, ""), ("0.000001", "wan", 1, ""),
        ("1.2万", "yuan", 1200000, ""), ("1.2万", "wan", 1200000, ""), ("500元", "wan", 50000, ""),
        ("1.234", "yuan", None, "Q203"), ("1.234", "wan", 1234000, ""), ("1,234", "yuan", 123400, ""),
        ("0.1", "yuan", 10, ""), ("007", "yuan", 700, ""),
    ],
)  # fmt: skip
def test_money_becomes_cents_in_the_mapped_unit(text, unit, cents, code):
    assert grammar.parse_cents(text, unit=unit)[:2] == (cents, code)


def test_a_fraction_of_a_cent_is_rounded_and_noted():
    assert grammar.parse_cents("0.00000149", unit="wan") == (1, "", "N125")


def test_a_share_is_read_with_and_without_per_cent():
    assert grammar.parse_share("91%").value == pytest.approx(0.91)
    assert grammar.parse_share("0.91").value == pytest.approx(0.91)
    assert grammar.parse_share("91", scale="percent").value == pytest.approx(0.91)


def test_serials_count_from_1904_where_the_workbook_says_so():
    assert grammar.parse_date("43469", mac_epoch=True).value == datetime.date(2023, 1, 5)


@pytest.mark.parametrize("table", sorted(contract.tables()))
def test_every_writing_of_a_code_leads_to_it(table):
    for column in contract.tables()[table].columns:
        for value in column.values:
            assert grammar.parse_code(value.zh, column=column).value == value.code
            assert grammar.parse_code(f" {value.code} ", column=column).value == value.code


def test_an_unknown_code_is_quarantined_and_na_is_a_text():
    column = contract.tables()["policy"].column("status")
    assert grammar.parse_code("已归档", column=column).reason == "Q215"
    assert grammar.parse_text("NA").value == "NA"
    assert grammar.parse_text("null").value == "null"


def test_invisible_characters_go_and_names_keep_their_form():
    assert grammar.parse_text("\ufeff　Ⅲ类\u200b ").value == "Ⅲ类"


@given(st.integers(-(10**14), 10**14), st.sampled_from(["yuan", "wan"]))
def test_cents_written_and_read_are_the_same(cents, unit):
    assert grammar.parse_cents(grammar.format_cents(cents, unit=unit), unit=unit).value == cents


@given(st.dates(datetime.date(1908, 4, 1), datetime.date(2173, 10, 13)))
def test_days_written_and_read_are_the_same(day):
    serial = str((day - grammar.EXCEL_EPOCH).days)
    for text in (day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日", serial):
        assert grammar.parse_date(text).value == day


@given(st.integers(1, 60))
def test_terms_written_and_read_are_the_same(years):
    assert grammar.parse_term(f"{years}年").value == grammar.parse_term(str(years)).value == years


@given(st.text(max_size=20))
def test_no_text_breaks_a_parser(text):
    for parse in (grammar.parse_number, grammar.parse_date, grammar.parse_term, grammar.parse_flag):
        assert len(parse(text)) == 3
    assert len(grammar.parse_count(text)) == 3
    assert len(grammar.parse_share(text)) == 3


@given(st.lists(st.from_regex(r"[0-9]{1,8}(\.[0-9]{1,2})?", fullmatch=True), min_size=1))
def test_the_fast_way_reads_money_like_the_grammar(texts):
    slow = [grammar.parse_cents(text, unit="yuan").value for text in texts]
    assert _plain_cents(pa.array(texts), 2).to_pylist() == slow


def test_the_fast_way_hands_odd_amounts_to_the_grammar():
    column = contract.tables()["policy"].column("annual_premium_cents")
    parser = ColumnParser(column, lambda text: grammar.parse_cents(text, unit="yuan"), "f")
    texts = [f"{number}.5" for number in range(5000)] + ["1,234.50", "abc", ""]
    read = parser.read(pa.array(texts))
    assert read.values[-3].as_py() == 123450
    assert read.values[17].as_py() == 1750
    assert list(read.reasons[-3:] > 0) == [False, True, True]


def test_personal_numbers_are_recognised_and_masked():
    assert is_certificate("990101199003078885")
    assert not is_certificate("990101199013078885")
    assert personal_spans("电话13800138000。")
    assert not personal_spans("888801380013800012345")
    assert mask_personal("找990101199003078885或a.b@c.cn") == "找" + "*" * 18 + "或" + "*" * 8
    assert mask("13800138000") == "13*******00"
    assert mask("王小明") == "***"
