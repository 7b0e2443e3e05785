from __future__ import annotations

import csv
import datetime
import json
import multiprocessing
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cvc_helpers import contract, intake, ladder, tables
from cvc_helpers.errors import CvcError
from cvc_helpers.intake.pseudonyms import Key, is_open, load_key, new_key
from tests.intake import dirty_kit

POLICY = "保单号,投保人客户号,管理机构,销售渠道,主险代码,承保日期,缴费年期,年缴保费(元),保单状态"


def policy(number: int | str, premium: str = "5000.00", **other: str) -> str:
    cells = {
        "id": f"P{number}", "customer": f"C{number}", "org": "8611", "channel": "个险", "product": "PR1",
        "issued": "2023-03-05", "term": "10年", "premium": premium, "status": "有效", **other,
    }  # fmt: skip
    return ",".join(cells.values())


def sheet(*lines: str, header: str = POLICY) -> str:
    return "\n".join([header, *lines]) + "\n"


def canonical(table: pa.Table, name: str, key: Key) -> set[tuple]:
    """Rows with the client's identifiers replaced, for comparison without order."""
    spec = contract.tables()[name]
    columns = []
    for column in spec.columns:
        if column.name in table.column_names:
            values = table[column.name].to_pylist()
            if column.kind == "id" and not is_open(name, column):
                values = [None if value is None else key.pseudonym(value) for value in values]
            columns.append(values)
    return list(zip(*columns, strict=True))


def test_three_branches_and_all_else_arrive_as_the_clean_tables(delivery):
    planted, _, result = delivery
    key = load_key(planted.key_file)
    for name, clean in planted.clean.items():
        taken = pq.read_table(result.out / f"{name}.parquet", page_checksum_verification=True)
        spec = contract.tables()[name]
        assert taken.column_names == [column.name for column in spec.columns if column.name in clean.column_names]
        expected = canonical(clean, name, key)
        found = list(zip(*(taken[column].to_pylist() for column in taken.column_names), strict=True))
        assert len(found) == len(expected)
        assert set(found) == set(expected), name
        keys = [tuple(row[taken.column_names.index(part)] for part in spec.key) for row in found]
        assert keys == sorted(keys)


def test_the_planted_bad_rows_and_only_they_are_in_quarantine(delivery):
    planted, _, result = delivery
    with (result.out / "quarantine" / "rows.csv").open(encoding="utf-8-sig") as file:
        found = {(row["file"], int(row["row"])): row["code"] for row in csv.DictReader(file)}
    assert found == planted.bad
    assert result.rows_excluded == planted.excluded
    assert "W111" not in result.codes


def test_no_canary_is_found_anywhere(delivery):
    planted, terminal, result = delivery
    for canary in planted.canaries:
        assert canary not in terminal
        for path in result.out.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert canary.encode() not in content, path.name
                assert canary.encode("gb18030") not in content, path.name
        for path in result.out.glob("*.parquet"):
            for column in pq.read_table(path).columns:
                assert canary not in set(map(str, column.to_pylist())), path.name


def test_the_record_names_files_hashes_and_key_id_but_never_the_key(delivery):
    planted, _, result = delivery
    text = (result.out / "ingest.json").read_text(encoding="utf-8")
    record = json.loads(text)
    assert len(record["files"]) == len(planted.files)
    assert record["key_id"] == load_key(planted.key_file).id
    assert planted.key_file.read_text(encoding="utf-8").strip() not in text
    assert str(planted.folder) not in text
    rows = pq.read_table(result.out / "conservation.parquet").to_pylist()
    for row in rows:
        assert row["rows_in"] == row["rows_ok"] + row["rows_quarantined"] + row["rows_excluded"]


def test_the_folder_opens_as_canonical_tables(delivery):
    _planted, _, result = delivery
    insurer = tables.open(result.out)
    assert insurer.has("policy", "policy_id", "annual_premium_cents")
    assert len(insurer.rows("policy", 3)) == 3


def test_the_profile_names_the_rung(delivery):
    _, terminal, _ = delivery
    assert "big_policy_backtracking: reaches rung 'best'" in terminal


def test_the_letter_is_there_in_both_languages():
    for slug in ladder.needs():
        for language in ("en", "zh"):
            text = intake.letter(slug, language)
            assert "客户号" in text or "保单号" in text
            assert "HMAC" in text
    with pytest.raises(CvcError) as refused:
        intake.letter("nothing", "en")
    assert refused.value.code == "E136"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (policy(1, issued="05/01/2023"), "Q209"),
        (policy(1, premium="1.234"), "Q203"),
        (policy(1, premium="-5"), "Q205"),
        (policy(1, premium="HK$5"), "Q204"),
        (policy(1, premium="#REF!"), "Q202"),
        (policy(1, term="终身"), "Q207"),
        (policy(1, status="归档"), "Q215"),
        (policy(1, customer=""), "Q216"),
        (policy(1) + ",一格太多", "Q201"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason(take, line, code):
    good = [policy(number) for number in range(100, 140)]
    result = take("保单.csv", sheet(*good, line))
    assert (result.rows_ok, result.rows_quarantined) == (40, 1)
    assert result.codes[code] == 1


def test_too_much_quarantine_stops_unless_accepted_with_a_reason(take, tmp_path):
    text = sheet(*[policy(number) for number in range(100, 108)], policy(1, status="?"), policy(2, status="?"))
    with pytest.raises(CvcError) as refused:
        take("保单.csv", text)
    assert refused.value.code == "E900"
    assert not (tmp_path / "curated").exists()
    with pytest.raises(CvcError) as refused:
        take("保单.csv", text, accept_quarantine=0.3)
    assert refused.value.code == "E901"
    assert take("保单.csv", text, accept_quarantine=0.3, reason="known").banner


def test_a_wrong_total_is_noticed_and_a_right_one_is_not(take):
    rows = [policy(1, "100.00"), policy(2, "200.00"), "小计,,,,,,,300.00,", policy(3, "50.00")]
    right = take("保单.csv", sheet(*rows, "合计,,,,,,,350.00,"))
    assert "W111" not in right.codes
    assert right.rows_excluded == 2
    wrong = take("保单.csv", sheet(*rows, "合计,,,,,,,999.00,"))
    assert wrong.codes["W111"] == 1


def test_a_repeated_header_is_excluded(take):
    result = take("保单.csv", sheet(policy(1), POLICY, policy(2)))
    assert (result.rows_ok, result.codes["X301"]) == (2, 1)


def test_an_unnamed_unit_is_refused_and_never_guessed(take):
    header = POLICY.replace("(元)", "")
    with pytest.raises(CvcError) as refused:
        take("保单.csv", sheet(policy(1), header=header))
    assert refused.value.code == "E112"


def test_a_wrong_unit_is_noticed(take):
    rows = [policy(number, f"0.{number}5") for number in range(100, 200)]
    with pytest.raises(CvcError) as refused:
        take("保单.csv", sheet(*rows))
    assert refused.value.code == "E112"


def test_a_branch_in_another_unit_is_noticed(take):
    rows = [policy(number, f"{number}000.00") for number in range(100, 200)]
    rows += [policy(number, f"{number}.00", org="8655").replace(".00", ".0") for number in range(1, 2)]
    rows += [policy(f"x{number}", "0.9", org="8655") for number in range(100, 140)]
    with pytest.raises(CvcError) as refused:
        take("保单.csv", sheet(*rows))
    assert refused.value.code == "E116"
    assert "8655" in str(refused.value)


@pytest.mark.parametrize("damaged", ["3.10E+17", "123456.0"])
def test_identifiers_that_became_numbers_are_refused(take, damaged):
    with pytest.raises(CvcError) as refused:
        take("保单.csv", sheet(policy(1), policy(2, id=damaged)))
    assert refused.value.code == "E120"
    assert damaged not in str(refused.value)


def test_long_numbers_in_workbook_cells_are_refused_and_short_ones_are_not(take, project):
    def write(value):
        path = project / "保单.xlsx"
        book = xlsxwriter.Workbook(str(path))
        page = book.add_worksheet()
        page.write_row(0, 0, POLICY.split(","))
        for row in range(1, 4):
            page.write_row(row, 0, policy(row).split(","))
            page.write_number(row, 7, 5000)
            page.write_number(row, 5, 44931)
        page.write_number(3, 0, value)
        book.close()
        return path

    with pytest.raises(CvcError) as refused:
        take.files([write(310101199003078888)])
    assert refused.value.code == "E120"
    result = take.files([write(12345678)])
    assert pq.read_table(result.out / "policy.parquet")["issue_date"][0].as_py() == datetime.date(2023, 1, 5)


def test_leading_zeros_make_another_identifier(take, project):
    result = take("保单.csv", sheet(policy(1, id="00123"), policy(2, id="123")))
    key = load_key(project.parent / "keys" / "client.key")
    ids = set(pq.read_table(result.out / "policy.parquet")["policy_id"].to_pylist())
    assert ids == {key.pseudonym("00123"), key.pseudonym("123")}


def test_exact_copies_collapse_and_clashes_are_set_aside(take):
    good = [policy(number) for number in range(100, 160)]
    result = take("保单.csv", sheet(*good, policy(100), policy(1, "10.00"), policy(1, "20.00")))
    assert (result.rows_ok, result.codes["N132"], result.codes["Q208"]) == (60, 1, 2)


def test_rider_rows_are_added_to_their_policy(take):
    header = POLICY + ",主附险标志"
    rows = [policy(1, "10.00", product="R1") + ",附加险", policy(1, "900.00", product="M1") + ",主险",
            policy(2, "50.00", product="M2") + ",主险"]  # fmt: skip
    result = take("保单.csv", sheet(*rows, header=header))
    table = pq.read_table(result.out / "policy.parquet")
    assert sorted(zip(table["product_id"].to_pylist(), table["annual_premium_cents"].to_pylist(), strict=True)) == [
        ("M1", 91000), ("M2", 5000),
    ]  # fmt: skip
    assert (result.rows_ok, result.tables["policy"], result.codes["N133"]) == (3, 2, 1)


def test_orphans_are_refused_unless_accepted(take, project):
    (project / "机构.csv").write_text("机构代码,机构名称,机构级别,城市\n86,总公司,总公司,沧城\n", encoding="utf-8")
    (project / "保单.csv").write_text(sheet(*[policy(number) for number in range(30)]), encoding="utf-8")
    files = [project / "保单.csv", project / "机构.csv"]
    with pytest.raises(CvcError) as refused:
        take.files(files)
    assert refused.value.code == "E122"
    result = take.files(files, edit=lambda mapping: replace(mapping, accept_orphans=("policy.org_id",)))
    assert result.codes["W122"] == 30


def test_an_undecided_personal_column_is_refused(take):
    # one line, used once below
    forget = lambda mapping: replace(mapping, files=(replace(mapping.files[0], ignored=()),))  # noqa: E731
    for header, cell in (("投保人姓名", "欧阳"), ("备用", "13800138000")):
        with pytest.raises(CvcError) as refused:
            take("保单.csv", sheet(policy(1) + f",{cell}", header=f"{POLICY},{header}"), edit=forget)
        assert refused.value.code == "E130"


def test_personal_numbers_inside_a_mapped_text_are_masked(take):
    text = "机构代码,机构名称,机构级别,城市\n86,总公司13800138000,总公司,沧城\n"
    result = take("机构.csv", text)
    assert pq.read_table(result.out / "org.parquet")["name"].to_pylist() == ["总公司***********"]
    assert result.codes["N150"] == 1


def test_without_an_engagement_client_data_are_refused(take, project, tmp_path):
    take("保单.csv", sheet(policy(1)))
    with pytest.raises(CvcError) as refused:
        intake.ingest(project / "mapping.yml", None, tmp_path / "other")
    assert refused.value.code == "E131"
    wrong = {"deletion_date: 2001-01-01": "E134", "key_file: inside.key": "E132", "memory: lots": "E131"}
    wrong |= {"key_file: ../keys/none.key": "E133", "colour: red": "E131"}
    for line, code in wrong.items():
        name = line.split(":")[0]
        kept = [old for old in (project / "engagement.yml").read_text("utf-8").splitlines() if not old.startswith(name)]
        (project / "other.yml").write_text("\n".join([*kept, line]), encoding="utf-8")
        with pytest.raises(CvcError) as refused:
            intake.ingest(project / "mapping.yml", project / "other.yml", tmp_path / "other")
        assert refused.value.code == code, line
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"table": "polices"}, "E123"),
        ({"columns": {"保单号": "policy_id", "保单状态": "colour"}}, "E123"),
        ({"columns": {"保单状态": "status"}}, "E115"),
        ({"columns": {"没有的列": "policy_id"}}, "E115"),
        ({"ids": "guess"}, "E123"),
        ({"sheet": "不存在"}, "E109"),
    ],
)
def test_a_wrong_mapping_is_refused(take, change, code):
    # one line, used once below
    edit = lambda mapping: replace(mapping, files=(replace(mapping.files[0], **change),))  # noqa: E731
    with pytest.raises(CvcError) as refused:
        take("保单.csv", sheet(policy(1)), edit=edit)
    assert refused.value.code == code


def test_unknown_words_in_the_mapping_are_refused(project, tmp_path):
    for text in (
        "files: []",
        "files: [{file: a.csv, colour: red}]",
        "- 1",
        "files: [{file: a.csv, header_row: x}]",
        ":",
    ):
        (project / "mapping.yml").write_text(text, encoding="utf-8")
        with pytest.raises(CvcError) as refused:
            intake.load_mapping(project / "mapping.yml")
        assert refused.value.code == "E123"


def test_a_foreign_folder_is_not_overwritten_and_an_earlier_ingest_is(take, tmp_path):
    (tmp_path / "curated").mkdir()
    (tmp_path / "curated" / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(CvcError) as refused:
        take("保单.csv", sheet(policy(1)))
    assert refused.value.code == "E135"
    (tmp_path / "curated" / "mine.txt").unlink()
    take("保单.csv", sheet(policy(1)))
    assert take("保单.csv", sheet(policy(1), policy(2))).tables == {"policy": 2}
    assert [path.name for path in tmp_path.iterdir() if "working" in path.name] == []


def _forever(mapping: str, engagement: str, out: str) -> None:
    def hang(line: str) -> None:
        Path(out + ".started").touch()
        time.sleep(60)

    intake.ingest(Path(mapping), Path(engagement), Path(out), progress=hang)


def test_a_killed_ingest_leaves_nothing_and_the_next_clears_up(take, project, tmp_path):
    take("保单.csv", sheet(policy(1)))
    out = tmp_path / "half"
    arguments = (str(project / "mapping.yml"), str(project / "engagement.yml"), str(out))
    process = multiprocessing.get_context("spawn").Process(target=_forever, args=arguments)
    process.start()
    while not Path(f"{out}.started").exists():
        time.sleep(0.05)
        assert process.is_alive()
    os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.join()
    assert not out.exists()
    assert list(tmp_path.glob(".half.working-*"))
    intake.ingest(Path(arguments[0]), Path(arguments[1]), out, progress=lambda line: None)
    assert (out / "policy.parquet").exists()
    assert not list(tmp_path.glob(".half.working-*"))


def test_the_same_key_joins_and_another_does_not(tmp_path):
    new_key(tmp_path / "a.key")
    new_key(tmp_path / "b.key")
    one, again, other = (load_key(tmp_path / f"{name}.key") for name in "aab")
    connection = tables.connect()
    ids = pa.array(["C001", "客户1", None, "C001"])
    found = one.pseudonyms(ids, connection)
    assert found.to_pylist() == [one.pseudonym("C001"), one.pseudonym("客户1"), None, one.pseudonym("C001")]
    assert found.equals(again.pseudonyms(ids, connection))
    assert set(found.drop_null().to_pylist()).isdisjoint(other.pseudonyms(ids, connection).to_pylist())
    assert one.id != other.id
    assert one.id in repr(one)
    with pytest.raises(FileExistsError):
        new_key(tmp_path / "a.key")


GOOD_OR_BAD = st.sampled_from(["ok", "date", "status", "total", "blank", "copy", "ragged"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(GOOD_OR_BAD, st.integers(1, 10**9)), min_size=1, max_size=40))
def test_no_row_and_no_cent_is_lost(take, kinds):
    lines, expected = [policy("first", "1.00")], 100
    for number, (kind, cents) in enumerate(kinds):
        amount = f"{cents // 100}.{cents % 100:02d}"
        line = policy(number, amount)
        lines += {
            "ok": [line], "date": [policy(number, amount, issued="?")], "status": [policy(number, amount, status="?")],
            "total": [f"合计,,,,,,,{amount},"], "blank": [",,,,,,,,"], "copy": [line, line], "ragged": ["a,b"],
        }[kind]  # fmt: skip
        expected += cents if kind in {"ok", "copy"} else 0
    result = take("保单.csv", sheet(*lines), accept_quarantine=1.0, reason="test")
    assert result.rows_in == len(lines)
    assert result.rows_in == result.rows_ok + result.rows_quarantined + result.rows_excluded
    premium = pq.read_table(result.out / "policy.parquet")["annual_premium_cents"].to_pylist()
    assert sum(premium) == expected
    assert dirty_kit.PHONE not in result.text("zh")
