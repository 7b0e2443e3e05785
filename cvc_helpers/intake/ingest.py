"""Takes client files in under a confirmed mapping and an engagement; all or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from cvc_helpers import contract, tables
from cvc_helpers.errors import CvcError
from cvc_helpers.intake.engagement import Engagement, load_engagement
from cvc_helpers.intake.finish import TableCount, conservation, counts_by_code, finish, orphans
from cvc_helpers.intake.mapping import Mapping, load_mapping
from cvc_helpers.intake.pseudonyms import Key, load_key
from cvc_helpers.intake.quarantine import Quarantine
from cvc_helpers.intake.stage import FileCount, Stage, Total, plan
from cvc_helpers.wording import say

BANNER_ROWS, BANNER_PREMIUM, STOP = 0.02, 0.01, 0.10
MOST_ORPHANS, SOME_ORPHANS = 0.05, 0.01
NEW_YEAR = 0.15
RECORD = "ingest.json"


@dataclass(frozen=True)
class IngestResult:
    """What an ingest wrote and what became of the rows.

    Attributes:
        out: The folder of canonical tables.
        rows_in: Rows read.
        rows_ok: Rows understood.
        rows_quarantined: Rows set aside with a reason.
        rows_excluded: Totals, blank lines and exact copies.
        codes: How often each code N, W, X, Q occurred.
        tables: Canonical table to its rows.
        banner: Whether so much was quarantined that the report opens with a warning.
        seconds: Time taken.
    """

    out: Path
    rows_in: int
    rows_ok: int
    rows_quarantined: int
    rows_excluded: int
    codes: dict[str, int]
    tables: dict[str, int]
    banner: bool
    seconds: float

    def text(self, language: str) -> str:
        """The result in a few lines, without any value of a cell."""
        counts = {
            name: f"{getattr(self, name):,}" for name in ("rows_in", "rows_ok", "rows_quarantined", "rows_excluded")
        }
        lines = [say("intake.result", language, **counts)]
        lines += [f"  {name}: {rows:,}" for name, rows in self.tables.items()]
        lines += [f"  {code} × {count:,}  {say(f'intake.{code}', language)}" for code, count in self.codes.items()]
        return "\n".join(lines + ([say("intake.banner", language)] if self.banner else []))


def ingest(
    mapping_path: Path,
    engagement_path: Path | None,
    out: Path,
    *,
    accept_quarantine: float = STOP,
    reason: str = "",
    progress: Callable[[str], None] = print,
) -> IngestResult:
    """Turn client files into a folder of canonical tables; on any refusal nothing is written.

    Args:
        mapping_path: The confirmed `mapping.yml`.
        engagement_path: The `engagement.yml`; without it client data are refused.
        out: Folder to write; an earlier ingest there is replaced at the end, in one step.
        accept_quarantine: Largest share of rows (0–1) that may be quarantined; above 0.10 it needs a reason.
        reason: Why so much is accepted; goes into the record.
        progress: Takes one line a step; never a value of a cell.

    Returns:
        What was written.

    Raises:
        CvcError: E1xx a file, the mapping or the engagement is refused; E900 too much was quarantined.
    """
    started = time.perf_counter()
    if accept_quarantine > STOP and not reason.strip():
        raise CvcError("E901", share=f"{accept_quarantine:.0%}")
    engagement = load_engagement(engagement_path)
    mapping, key = load_mapping(mapping_path), load_key(engagement.key_file)
    out = out.resolve()
    _refuse_foreign(out, engagement)
    work = _working_folder(out)
    try:
        run = _Run(mapping, engagement, key, work, progress)
        run.read()
        result = run.result(out, accept_quarantine, reason, started)
        run.connection.close()
        _publish(work, out)
    except (pa.ArrowException, duckdb.Error, UnicodeError, MemoryError, RecursionError) as problem:
        raise CvcError("E198", reason=type(problem).__name__) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return result


def _refuse_foreign(out: Path, engagement: Engagement) -> None:
    """E135: never replace a folder that an ingest did not write. E132: the key may not lie inside it."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / RECORD).is_file())):
        raise CvcError("E135", folder=out.name)
    if engagement.key_file.is_relative_to(out):
        raise CvcError("E132")


def _working_folder(out: Path) -> Path:
    """A fresh hidden sibling of the target; what a killed run left behind is cleared away first."""
    out.parent.mkdir(parents=True, exist_ok=True)
    for stale in out.parent.glob(f".{out.name}.working-*"):
        shutil.rmtree(stale, ignore_errors=True)
    work = out.parent / f".{out.name}.working-{os.getpid()}"
    (work / "stage").mkdir(parents=True)
    work.chmod(0o700)
    return work


def _publish(work: Path, out: Path) -> None:
    """Put the finished folder in place by renaming."""
    shutil.rmtree(work / "stage")
    old = out.with_name(f".{out.name}.working-old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    work.rename(out)
    shutil.rmtree(old, ignore_errors=True)


class _Run:
    """One ingest under way."""

    def __init__(
        self, mapping: Mapping, engagement: Engagement, key: Key, work: Path, progress: Callable[[str], None]
    ) -> None:
        self.mapping, self.engagement, self.key, self.work, self.progress = mapping, engagement, key, work, progress
        self.connection = tables.connect(
            memory=engagement.memory, threads=engagement.threads, spill=work / "stage" / "spill"
        )
        self.quarantine = Quarantine()
        self.files: list[FileCount] = []
        self.totals: dict[str, list[Total]] = defaultdict(list)
        self.made: dict[str, TableCount] = {}
        self.orphans: dict[str, tuple[int, int]] = {}
        self.codes: dict[str, int] = {}

    def read(self) -> None:
        """Stage every file, finish every table, and check what only shows over all of them."""
        for number, mapped in enumerate(self.mapping.files):
            began = time.perf_counter()
            out = self.work / "stage" / f"{mapped.table}-{number:03d}.arrow"
            stage = Stage(plan(mapped, key=self.key, connection=self.connection), number, out, self.quarantine)
            self.files.append(stage.run())
            self.totals[str(number)] = stage.totals
            rows = self.files[-1].rows_in
            pace = rows / max(time.perf_counter() - began, 1e-9)
            self.progress(f"{number + 1}/{len(self.mapping.files)} {mapped.table}: {rows:,} rows, {pace:,.0f} rows/s")
        for name in sorted({mapped.table for mapped in self.mapping.files}):
            self.made[name] = finish(
                contract.tables()[name],
                self.work / "stage",
                self.work,
                connection=self.connection,
                files=self.files,
                quarantine=self.quarantine,
            )
            self.progress(f"{name}.parquet: {self.made[name].rows_out:,} rows")
        conservation(self.files, self.made)
        self._check_references()
        self._check_new_year()

    def _check_references(self) -> None:
        self.orphans = orphans(self.work, self.made, self.connection)
        for reference, (lost, references) in self.orphans.items():
            if lost > MOST_ORPHANS * references and reference not in self.mapping.accept_orphans:
                raise CvcError("E122", reference=reference, lost=f"{lost:,}", references=f"{references:,}")

    def _check_new_year(self) -> None:
        """W140: so many policies are issued on 1 January that the date is probably the booking date."""
        if "policy" not in self.made or "issue_date" not in self.made["policy"].columns:
            return
        source = (self.work / "policy.parquet").as_posix().replace("'", "''")
        is_first = "case when month(issue_date) = 1 and day(issue_date) = 1 then 1 else 0 end"
        sql = f"select avg({is_first}) from read_parquet('{source}')"
        [[share]] = self.connection.execute(sql).fetchall()
        if share and share > NEW_YEAR:
            self.codes["W140"] = 1

    def result(self, out: Path, accept: float, reason: str, started: float) -> IngestResult:
        """Write the records, refuse if too much was quarantined, and sum up."""
        rows_in, ok, aside, excluded = (
            sum(getattr(file, name) for file in self.files)
            for name in ("rows_in", "rows_ok", "rows_quarantined", "rows_excluded")
        )
        share = aside / max(rows_in - excluded, 1)
        if share > accept:
            counts = self.quarantine.counts()
            raise CvcError("E900", share=f"{share:.1%}", accepted=f"{accept:.0%}", counts=dict(sorted(counts.items())))
        premium = sum(file.premium_in - file.premium_excluded for file in self.files)
        premium_aside = sum(file.premium_quarantined for file in self.files)
        banner = share > BANNER_ROWS or abs(premium_aside) > BANNER_PREMIUM * abs(premium)
        self.codes |= counts_by_code(self.files, self.made, self.quarantine)
        if any(lost > SOME_ORPHANS * references for lost, references in self.orphans.values()):
            self.codes["W122"] = sum(lost for lost, _ in self.orphans.values())
        self.codes = dict(sorted(self.codes.items()))
        self._write_records(banner, accept, reason)
        made = {name: count.rows_out for name, count in self.made.items()}
        seconds = time.perf_counter() - started
        return IngestResult(out, rows_in, ok, aside, excluded, self.codes, made, banner, seconds)

    def _write_records(self, banner: bool, accept: float, reason: str) -> None:
        rows = [_conservation_row(file) for file in self.files]
        pq.write_table(pa.Table.from_pylist(rows), self.work / "conservation.parquet", write_page_checksum=True)
        self.quarantine.write(self.work / "quarantine")
        record = {
            "mapping_sha256": self.mapping.digest,
            "key_id": self.key.id,
            "purpose": self.engagement.purpose,
            "deletion_date": self.engagement.deletion_date.isoformat(),
            "files": [self._file_record(number) for number in range(len(self.files))],
            "tables": {name: asdict(count) for name, count in self.made.items()},
            "codes": self.codes,
            "orphans": {name: {"lost": lost, "of": of} for name, (lost, of) in self.orphans.items()},
            "accepted_orphans": list(self.mapping.accept_orphans),
            "conservation": rows,
            "banner": banner,
            "accept_quarantine": accept,
            "reason": reason,
        }
        text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)
        (self.work / RECORD).write_text(text + "\n", encoding="utf-8")

    def _file_record(self, number: int) -> dict[str, Any]:
        path, count = self.mapping.files[number].path, self.files[number]
        return {
            "file": count.file,
            "sheet": count.sheet,
            "table": count.table,
            "sha256": _sha256(path),
            "rows": count.rows_in,
            "columns_used": sorted(self.mapping.files[number].columns.values()),
            "columns_dropped": sorted({*count.ignored, *self.mapping.files[number].ignored}),
            "codes": dict(sorted(count.codes.items())),
            "totals": [{**asdict(total), "agrees": total.agrees} for total in self.totals[str(number)]],
        }


def _conservation_row(file: FileCount) -> dict[str, Any]:
    """One row of the report's first table: rows and premium (cents) in, and what became of them."""
    parts = ("in", "ok", "quarantined", "excluded")
    row: dict[str, Any] = {"file": file.file, "sheet": file.sheet, "table": file.table}
    row |= {f"rows_{part}": getattr(file, f"rows_{part}") for part in parts}
    return row | {f"premium_{part}_cents": getattr(file, f"premium_{part}") for part in parts}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
