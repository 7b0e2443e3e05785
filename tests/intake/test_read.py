from __future__ import annotations

import contextlib
import zipfile

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cvc_helpers import intake
from cvc_helpers.errors import CvcError, catalogue
from cvc_helpers.intake import read
from cvc_helpers.intake.headers import canonical, find_header, guess_table

HEADER = "保单号码,投保人姓名,年缴保费"
ROWS = "P001,李㛃,100\nP002,王五,200\n"


def all_rows(source: read.Source, first: int, width: int) -> list[tuple[int, list[str]]]:
    found = []
    for batch in read.batches(source, first_row=first, width=width, positions=list(range(width))):
        cells = zip(*(batch.columns[at].to_pylist() for at in range(width)), strict=True)
        found += list(zip(batch.rows.tolist(), map(list, cells), strict=True))
    return found


@pytest.mark.parametrize("length", [1, 2, 400])
@pytest.mark.parametrize("odd", ["", "x"])
@pytest.mark.parametrize(
    ("encoding", "detected"),
    [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_encodings_are_recognised_at_every_length(tmp_path, encoding, detected, odd, length):
    path = tmp_path / "f.csv"
    path.write_bytes((HEADER + odd + "\n" + ROWS * length).encode(encoding))
    [source] = read.sources(path)
    assert source.encoding == detected
    assert read.head(source, 1)[0][0] == "保单号码"
    assert all_rows(source, 2, 3)[0] == (2, ["P001", "李㛃", "100"])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ((HEADER + "\n" + ROWS).encode() + "P003,王五,1\n".encode("gbk"), "E103"),
        ((HEADER + "\n" + ROWS).encode().decode("gb18030", errors="replace").encode(), "E102"),
        ((HEADER + "\n" + ROWS).encode("gb18030") + ROWS.encode() * 3, "E103"),
        (b"\xff\xff\xff\xff\xff", "E101"),
        (b"a,b\n1,\x00\n", "E101"),
        (b"%PDF-1.7 ...", "E104"),
        (b"\x1f\x8b\x08\x00", "E104"),
        (b"<html><body>hello</body></html>", "E104"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "E105"),
        (b"PK\x03\x04 broken", "E107"),
        (b"", "E107"),
        ("一列没有分隔\n第二行\n".encode(), "E108"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_code(tmp_path, content, code):
    path = tmp_path / "f.xls"
    path.write_bytes(content)
    with pytest.raises(CvcError) as refused:
        read.sources(path)
    assert refused.value.code == code


def test_a_zip_bomb_and_a_foreign_zip_are_refused(tmp_path):
    for name, members, code in (
        ("a.zip", {"x.txt": b"1"}, "E105"),
        ("b.xlsx", {"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": b"0" * (30 << 20)}, "E106"),
        ("c.xlsx", {"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><a/>'}, "E106"),
        ("d.xlsx", {"xl/workbook.xml": b"<a/>", "../evil": b"1"}, "E106"),
    ):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        with pytest.raises(CvcError) as refused:
            read.sources(tmp_path / name)
        assert refused.value.code == code, name


def test_a_formula_without_a_stored_value_is_refused(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["保单号", "=1+1"])
    book.save(tmp_path / "f.xlsx")
    with pytest.raises(CvcError) as refused:
        read.sources(tmp_path / "f.xlsx")
    assert refused.value.code == "E111"


def test_html_cells_that_span_rows_keep_their_columns(tmp_path):
    path = tmp_path / "f.xls"
    path.write_text(
        "<table><tr><th rowspan=2>保单号</th><th colspan=2>保费</th></tr><tr><th>年缴</th><th>首期</th></tr>"
        "<tr><td>P1<td>1<td>2</tr><script>alert('<td>9</td>')</script></table>",
        encoding="utf-8",
    )
    [source] = read.sources(path)
    assert source.notes == ("N103",)
    assert [row[:3] for row in read.head(source)] == [["保单号", "保费", ""], ["", "年缴", "首期"], ["P1", "1", "2"]]


def test_ragged_and_blank_lines_keep_the_numbers_of_the_others(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text('标题\na,b,c\n1,2,3\n\n4,5\n"x\ny",1,2\n合计\n7,8,9\n', encoding="utf-8")
    [source] = read.sources(path)
    batches = list(read.batches(source, first_row=3, width=3, positions=[0, 1, 2]))
    numbers = [int(row) for batch in batches for row in batch.rows]
    assert numbers == [3, 4, 6, 8]
    assert [row for batch in batches for row, _ in batch.ragged] == [5, 7]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "\x01", "|@|"])
def test_separators_are_recognised(tmp_path, separator):
    path = tmp_path / "f.txt"
    path.write_text("\n".join(separator.join(row) for row in (["保单号", "x"], ["1", "2"], ["3", "4"])), "utf-8")
    [source] = read.sources(path)
    assert source.separator == separator
    assert [cells for _, cells in all_rows(source, 2, 2)] == [["1", "2"], ["3", "4"]]


def test_a_merged_header_with_a_title_is_joined(tmp_path):
    rows = [
        ["清单"],
        ["单位：万元"],
        ["保单号", "保费", "", "渠道信息", ""],
        ["", "年缴", "首期", "销售渠道", "工号"],
        ["P1"],
    ]
    header = find_header(rows, "f")
    assert (header.row, header.height, header.unit) == (3, 2, "wan")
    assert header.names == ("保单号", "保费_年缴", "保费_首期", "渠道信息_销售渠道", "渠道信息_工号")
    assert [canonical("policy", name) for name in header.names] == [
        "policy_id", "annual_premium_cents", "annual_premium_cents", "channel", "agent_id",
    ]  # fmt: skip


def test_headers_are_known_by_synonyms_traditional_characters_and_units():
    for name in ("保單號碼", "合同号", " 保单号 ", "*保单号", "policy_id"):
        assert canonical("policy", name) == "policy_id"
    assert canonical("policy", "年缴保費（万元）") == "annual_premium_cents"
    assert canonical("policy", "保单号玛") == ""


def test_two_different_headers_are_refused():
    rows = [["保单号", "承保日期", "保单状态"], ["1", "2", "3"], ["客户号", "性别", "职业"], ["1", "2", "3"]]
    with pytest.raises(CvcError) as refused:
        find_header(rows, "f")
    assert refused.value.code == "E110"


def test_the_table_is_guessed_from_its_key():
    assert guess_table(("客户号", "性别", "分公司代码", "建档日期"), "f.csv") == "customer"
    assert guess_table(("工单号", "客户号", "服务代码", "服务日"), "f.csv") == "usage"
    with pytest.raises(CvcError):
        guess_table(("甲", "乙"), "f.csv")


@settings(max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"<table>", b"\xff\xfe", "保单号,年缴保费,承保日期\n".encode()]),
    st.sampled_from([".csv", ".xls", ".xlsx"]),
)
def test_random_bytes_never_give_anything_but_a_code(tmp_path, content, start, ending):
    path = tmp_path / f"f{ending}"
    path.write_bytes(start + content)
    with contextlib.suppress(CvcError):
        intake.profile_text(intake.propose_mapping([path]), "zh")


def test_every_code_has_a_text_in_both_languages():
    for code, entry in catalogue().items():
        assert min(len(entry["en"]), len(entry["zh"])) > 0, code


def test_a_workbook_sheet_without_a_table_is_passed_over(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "机构.xlsx"))
    book.add_worksheet("说明").write(0, 0, "本表由系统导出")
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, ["机构代码", "机构名称", "机构级别", "城市"])
    sheet.write_row(1, 0, ["86", "总公司", "总公司", "沧城"])
    book.close()
    mapping = intake.propose_mapping([tmp_path / "机构.xlsx"])
    assert [(mapped.sheet, mapped.table) for mapped in mapping.files] == [("数据", "org")]
