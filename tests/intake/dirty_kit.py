"""Writes clean canonical tables the way branches send them: encodings, title rows, units, merged headers, totals."""

from __future__ import annotations

import csv
import datetime
import html
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xlsxwriter

from cvc_helpers import contract
from cvc_helpers.intake.columns import ARROW_TYPE
from cvc_helpers.intake.grammar import EXCEL_EPOCH, format_cents
from cvc_helpers.intake.pseudonyms import new_key

NAME, CERTIFICATE, PHONE = "欧阳测试甲", "990101199003078885", "13800138000"
PERSONAL = {"投保人姓名": NAME, "证件号码": CERTIFICATE, "手机号": PHONE}
PERSONAL_TABLES = ("customer", "agent", "attendance", "proposal", "usage", "entitlement", "contact")
MOST_POLICIES = 20_000
BAD = (
    ("issue_date", "2023-13-45", "Q209"),
    ("status", "已归档", "Q215"),
    ("annual_premium_cents", "1,23", "Q203"),
    ("customer_id", "", "Q216"),
    ("pay_term_years", "至60岁", "Q207"),
)
Row = list[str]


@dataclass
class Planted:
    """What was written and what a correct ingest must find.

    Attributes:
        folder: Project folder with the files and `engagement.yml`; the key lies beside it.
        files: All files.
        clean: The canonical tables that were exported, with the client's own identifiers.
        canaries: Texts that may appear nowhere afterwards.
        bad: File name and row of every planted bad row, with its reason code.
        excluded: Number of title-free rows that are totals, footers or blank lines.
    """

    folder: Path
    files: list[Path] = field(default_factory=list)
    clean: dict[str, pa.Table] = field(default_factory=dict)
    canaries: tuple[str, ...] = ()
    bad: dict[tuple[str, int], str] = field(default_factory=dict)
    excluded: int = 0

    @property
    def engagement(self) -> Path:
        """The engagement file."""
        return self.folder / "engagement.yml"

    @property
    def key_file(self) -> Path:
        """The key, outside the project."""
        return self.folder.parent / "keys" / "client.key"


@dataclass(frozen=True)
class Style:
    """How one branch writes its cells."""

    unit: str = "yuan"
    thousands: bool = False
    date: Callable[[datetime.date], str] = datetime.date.isoformat
    yes_no: tuple[str, str] = ("是", "否")
    year_word: str = "年"


ISO = Style()
BRANCH_A = Style("wan", date=lambda day: f"{day.year}年{day.month}月{day.day}日")
BRANCH_B = Style("yuan", date=lambda day: str((day - EXCEL_EPOCH).days), yes_no=("Y", "N"), year_word="")
BRANCH_C = Style("yuan", thousands=True, date=lambda day: f"{day.year}/{day.month}/{day.day}", year_word="年交")
COMPACT = Style(date=lambda day: day.strftime("%Y%m%d"), yes_no=("1", "0"))
CLOCK = Style(date=lambda day: f"{day.year}-{day.month}-{day.day} 09:30:00")


def write_exports(clean: Path, out: Path, *, canaries: bool = True, bad_rows: int = 5) -> Planted:
    """Write the exports of an insurer.

    Args:
        clean: Folder of clean canonical tables.
        out: Project folder to write.
        canaries: Whether to plant names, certificate numbers and phones beside the mapped columns.
        bad_rows: Bad rows planted in each of the three policy files.

    Returns:
        What was planted.
    """
    out.mkdir(parents=True, exist_ok=True)
    planted = Planted(out, clean=_subset(_read(clean)))
    _write_engagement(planted)
    extra = PERSONAL if canaries else {}
    _write_policies(planted, extra, bad_rows)
    for name in planted.clean:
        if name != "policy":
            planted.files.append(_write_table(planted, name, extra if name in PERSONAL_TABLES else {}))
    if canaries:
        ids = [str(value) for value in planted.clean["policy"]["policy_id"].to_pylist()[:20]]
        ids += [str(value) for value in planted.clean["policy"]["customer_id"].to_pylist()[:20]]
        planted.canaries = (NAME, CERTIFICATE, PHONE, *ids)
    return planted


def _read(folder: Path) -> dict[str, pa.Table]:
    tables = {}
    for name, spec in contract.tables().items():
        path = folder / f"{name}.parquet"
        if path.exists():
            table = pq.read_table(path)
            tables[name] = table.select([column.name for column in spec.columns if column.name in table.column_names])
    return tables


def _subset(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Every n-th customer and all that is theirs, so that workbooks stay quick to write."""
    step = -(-tables["policy"].num_rows // MOST_POLICIES)
    if step == 1:
        return tables
    ids = tables["customer"]["customer_id"].combine_chunks()[::step]
    kept = {}
    for name, table in tables.items():
        if "party_id" in table.column_names:
            mask = pc.or_(pc.invert(pc.equal(table["party_kind"], "customer")), pc.is_in(table["party_id"], ids))
            table = table.filter(pc.or_kleene(mask, pc.is_null(table["party_id"])))
        elif "customer_id" in table.column_names:
            mask = pc.is_in(table["customer_id"], ids)
            table = table.filter(pc.or_(mask, pc.is_null(table["customer_id"])))
        elif name == "coverage":
            table = table.filter(pc.is_in(table["policy_id"], kept_policies(tables["policy"], ids)))
        kept[name] = table
    return kept


def kept_policies(policies: pa.Table, customers: Any) -> Any:
    """The policies of some customers."""
    return policies.filter(pc.is_in(policies["customer_id"], customers))["policy_id"].combine_chunks()


def _write_engagement(planted: Planted) -> None:
    if not planted.key_file.exists():
        new_key(planted.key_file)
    planted.engagement.write_text(
        "purpose: 大单回溯分析\ncontact: data-office@client.example\ndeletion_date: 2099-12-31\n"
        "legal_basis: 委托处理协议\nengine: duckdb\nmemory: 2GB\nkey_file: ../keys/client.key\n",
        encoding="utf-8",
    )


def cell(value: Any, column: contract.Column, style: Style) -> str:
    """One value as a client writes it."""
    if value is None:
        return ""
    if column.kind == "cents":
        text = format_cents(value, unit=style.unit)
        whole, _, cents = text.partition(".")
        return f"{int(whole):,}.{cents}" if style.thousands else text
    if column.kind == "date":
        return style.date(value)
    if column.kind == "flag":
        return style.yes_no[0 if value else 1]
    if column.kind == "code":
        return next(item.zh for item in column.values if item.code == value)
    if column.name == "pay_term_years":
        return "趸交" if value == 1 else f"{value}{style.year_word}"
    return str(value)


def _cells(name: str, table: pa.Table, style: Style) -> tuple[list[contract.Column], list[Row]]:
    columns = [contract.tables()[name].column(column) for column in table.column_names]
    by_column = [[cell(value, column, style) for value in table[column.name].to_pylist()] for column in columns]
    return columns, [list(row) for row in zip(*by_column, strict=True)]


def _write_policies(planted: Planted, extra: dict[str, str], bad_rows: int) -> None:
    """Three branches by unit: a GB18030 text in 万元, a workbook with merged headers, HTML named .xls."""
    policies = planted.clean["policy"]
    codes, units = np.unique(policies["org_id"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    third = np.asarray(units) * 3 // max(len(codes), 1)
    writers = ((BRANCH_A, _branch_a), (BRANCH_B, _branch_b), (BRANCH_C, _branch_c))
    for number, (style, write) in enumerate(writers):
        part = policies.filter(pa.array(third == number))
        columns, rows = _cells("policy", part, style)
        bad = _plant_bad(columns, rows, style, number, bad_rows)
        rows = [row + list(extra.values()) for row in rows]
        sums = {
            at: sum(value or 0 for value in part[column.name].to_pylist())
            for at, column in enumerate(columns)
            if column.kind == "cents"
        }
        for at, row in enumerate(rows):  # unreadable amounts of bad rows are in no sum
            if at in bad and (premium := [c.name for c in columns].index("annual_premium_cents")) in sums:
                sums[premium] += 0 if row[premium] == "1,23" else 100_000
        path, first = write(planted, columns, rows, list(extra), sums, style)
        planted.files.append(path)
        planted.bad |= {(path.name, first + at): code for at, code in bad.items()}


def _plant_bad(
    columns: list[contract.Column], rows: list[Row], style: Style, number: int, count: int
) -> dict[int, str]:
    """Insert bad rows, each with a number of its own and one fault; returns their places and codes."""
    names = [column.name for column in columns]
    found = {}
    for item in range(min(count, len(rows))):
        name, text, code = BAD[item % len(BAD)]
        at = (item + 1) * len(rows) // (count + 1)
        row = list(rows[at])
        row[names.index("policy_id")] = f"BAD{number}{item:05d}"
        row[names.index("annual_premium_cents")] = format_cents(100_000, unit=style.unit)
        row[names.index(name)] = text
        for blank in {"end_date", "commission_cents"} & set(names):
            row[names.index(blank)] = ""
        rows.insert(at, row)
        found = {place + (place >= at): reason for place, reason in found.items()} | {at: code}
    return found


def _total_row(width: int, sums: dict[int, int], style: Style, word: str) -> Row:
    row = [""] * width
    row[0] = word
    for at, cents in sums.items():
        row[at] = format_cents(cents, unit=style.unit)
    return row


def _branch_a(
    planted: Planted,
    columns: list[contract.Column],
    rows: list[Row],
    extra: list[str],
    sums: dict[int, int],
    style: Style,
) -> tuple[Path, int]:
    path = planted.folder / "保单_甲分公司.csv"
    header = [column.zh for column in columns] + extra
    width = len(header)
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["甲分公司保单清单", *[""] * (width - 1)])
        writer.writerow(["制表部门：运营部", "单位：万元", *[""] * (width - 2)])
        writer.writerow(header)
        writer.writerows(rows)
        writer.writerow(_total_row(width, sums, style, "合计"))
        writer.writerow([""] * width)
        writer.writerow(["填表人：" + NAME if extra else "填表人：", *[""] * (width - 1)])
    planted.excluded += 3
    return path, 4


def _branch_b(
    planted: Planted,
    columns: list[contract.Column],
    rows: list[Row],
    extra: list[str],
    sums: dict[int, int],
    style: Style,
) -> tuple[Path, int]:
    path = planted.folder / "保单_乙分公司.xlsx"
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_numbers": False})
    bold = book.add_format({"bold": True, "align": "center"})
    sheet = book.add_worksheet("保单清单")
    header = [column.zh for column in columns] + extra
    sheet.merge_range(0, 0, 0, len(header) - 1, "乙分公司保单清单", bold)
    sheet.write(1, 0, "单位：元")
    for at, name in enumerate(header):
        if name == "年缴保费":
            sheet.write(2, at, "保费", bold)
            sheet.write(3, at, "年缴", bold)
        elif name == "销售渠道":
            sheet.merge_range(2, at, 2, at + 1, "销售信息", bold)
            sheet.write(3, at, name, bold)
            sheet.write(3, at + 1, header[at + 1], bold)
        elif not (at and header[at - 1] == "销售渠道"):
            sheet.merge_range(2, at, 3, at, name, bold)
    numeric = {at for at, column in enumerate(columns) if column.kind in {"cents", "date", "count"}}
    for down, row in enumerate([*rows, _total_row(len(header), sums, style, "合计")], start=4):
        for at, text in enumerate(row):
            if at in numeric and _is_number(text):
                sheet.write_number(down, at, float(text))
            elif text:
                sheet.write_string(down, at, text)
    book.close()
    planted.excluded += 1
    return path, 5


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).removeprefix("-").isdigit()


def _branch_c(
    planted: Planted,
    columns: list[contract.Column],
    rows: list[Row],
    extra: list[str],
    sums: dict[int, int],
    style: Style,
) -> tuple[Path, int]:
    path = planted.folder / "保单_丙分公司.xls"
    header = [f"{column.zh}（元）" if column.kind == "cents" else column.zh for column in columns] + extra

    def line(cells: Row, tag: str = "td") -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(text) or '&nbsp;'}</{tag}>" for text in cells) + "</tr>\n"

    body = line(header, "th") + "".join(map(line, rows)) + line(_total_row(len(header), sums, style, "合 计"))
    text = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
        "<script>document.write('<table><tr><td>1</td></tr></table>')</script></head><body>"
        f'<table border="1">\n{body}</table></body></html>'
    )
    path.write_text(text, encoding="gb18030")
    planted.excluded += 1
    return path, 2


def _write_table(planted: Planted, name: str, extra: dict[str, str]) -> Path:
    """The other tables, each in another form."""
    ways: dict[str, tuple[str, str, str, Style]] = {
        "customer": (".csv", "utf-8-sig", ",", COMPACT),
        "agent": (".txt", "utf-16", "\t", ISO),
        "org": (".xlsx", "", "", ISO),
        "product": (".csv", "gb18030", ";", ISO),
        "service": (".csv", "utf-8", ",", ISO),
        "proposal": (".csv", "gb18030", ",", BRANCH_A),
        "activity": (".xlsx", "", "", ISO),
        "attendance": (".csv", "utf-8", ",", CLOCK),
        "usage": (".csv", "gb18030", "|", BRANCH_C),
        "entitlement": (".xls", "gb18030", "\t", COMPACT),
    }
    ending, encoding, separator, style = ways.get(name, (".csv", "utf-8", ",", ISO))
    spec = contract.tables()[name]
    columns, rows = _cells(name, planted.clean[name], style)
    words = {"wan": "万元", "yuan": "元"}
    header = [f"{item.zh}({words[style.unit]})" if item.kind == "cents" else item.zh for item in columns]
    if name == "customer" and "birth_year" in planted.clean[name].column_names:
        at = planted.clean[name].column_names.index("birth_year")
        header[at] = "出生日期"
        for row in rows:
            row[at] = f"{row[at]}0615" if row[at] else ""
    header, rows = header + list(extra), [row + list(extra.values()) for row in rows]
    path = planted.folder / f"{spec.zh}{ending}"
    if ending == ".xlsx":
        _plain_book(path, header, rows)
    else:
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=separator).writerows([header, *rows])
    return path


def _plain_book(path: Path, header: Row, rows: list[Row]) -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_numbers": False})
    sheet = book.add_worksheet("Sheet1")
    for down, row in enumerate([header, *rows]):
        sheet.write_row(down, 0, row)
    book.add_worksheet("说明").write(0, 0, "本表由系统导出")
    book.close()


def make_clean(folder: Path, *, policies: int = 600, seed: int = 3) -> Path:
    """A small folder of clean canonical tables whose references hold, without any meaning."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    sizes = {"org": 12, "product": 8, "service": 6, "agent": 40, "customer": policies // 2, "activity": 15}
    made: dict[str, pa.Table] = {}
    for name in ("org", "product", "service", "agent", "customer", "activity", "proposal", "policy", "attendance",
                 "usage", "entitlement"):  # fmt: skip
        made[name] = _invent(name, sizes.get(name, policies), rng, made)
        pq.write_table(made[name], folder / f"{name}.parquet")
    return folder


def _invent(name: str, size: int, rng: np.random.Generator, made: dict[str, pa.Table]) -> pa.Table:
    spec = contract.tables()[name]
    arrays = {}
    for column in spec.columns:
        values = _values(name, column, size, rng, made)
        if column.nullable:
            missing = rng.random(size) < 0.2
            values = [None if gone else value for gone, value in zip(missing, values, strict=True)]
        arrays[column.name] = pa.array(values, ARROW_TYPE[column.kind])
    return pa.table(arrays)


def _values(
    name: str, column: contract.Column, size: int, rng: np.random.Generator, made: dict[str, pa.Table]
) -> list[Any]:
    target, _, key = column.refers_to.partition(".")
    if target in made:
        return [str(value) for value in rng.choice(made[target][key].to_pylist(), size)]
    if target == name:
        return [f"{name[:3].upper()}{key[0]}0{number:09d}" for number in rng.integers(0, size, size)]
    if column.kind == "id":
        return [f"{name[:3].upper()}{column.name[0]}0{number:09d}" for number in range(size)]
    if column.kind == "date":
        late = column.name in {"end_date", "leave_date", "closed_on", "expires_on", "used_on", "withdrawn_on"}
        base = datetime.date(2024 if late else 2020, 1, 2)
        return [base + datetime.timedelta(days=int(days)) for days in rng.integers(0, 700, size)]
    if column.kind == "code":
        return [str(value) for value in rng.choice([value.code for value in column.values], size)]
    if column.kind == "cents":
        return [int(cents) for cents in np.exp(rng.normal(9, 0.8, size)) * 100]
    if column.kind == "flag":
        return [bool(flag) for flag in rng.integers(0, 2, size)]
    if column.kind == "count":
        low, high = {"year": (1950, 2000), "1-5": (1, 6)}.get(column.unit, (1, 20))
        return [int(value) for value in rng.integers(low, high, size)]
    if column.kind == "share":
        return [round(float(value), 3) for value in rng.random(size)]
    return [f"{column.zh}{number % 7}" for number in range(size)]
