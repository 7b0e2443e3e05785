"""What a run left, as its readers see it."""

from __future__ import annotations

import html
import json
import re
import zipfile
from pathlib import Path

import openpyxl

from cvc_helpers.runs.verify import verify

FILES = ("report.html", "tables.xlsx", "findings.json", "manifest.json", "progress.jsonl")


def seen(folder: Path) -> str:
    """What a reader of the report sees, the code of the case left out."""
    text = (folder / "report.html").read_text("utf-8")
    bare = re.sub(r"<(script|style|pre)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def everything(folder: Path) -> str:
    """All that a run wrote, workbooks unpacked, the report without its scripts and styles."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"):
        content = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                content = b"".join(parts.read(name) for name in parts.namelist())
        found.append(re.sub(r"<(script|style)>.*?</\1>", " ", content.decode("utf-8"), flags=re.DOTALL))
    return "\n".join(found)


def is_whole(folder: Path, language: str) -> None:
    """Every file is there, the folder verifies, and each finding or refusal speaks the language of the report."""
    assert all((folder / name).stat().st_size for name in FILES)
    assert verify(folder)
    text = (folder / "report.html").read_text("utf-8")
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in text
    records = json.loads((folder / "findings.json").read_text("utf-8"))
    shown = re.findall(r'class="(?:cvc-card|primary)[^>]*data-key="([^"]+)"', text)
    assert sorted(set(shown)) == sorted(record["key"] for record in records)
    assert len(shown) == len(records) + 1, "the primary one at the top, and its statistics for the analyst"
    titles = re.findall(r'class="cvc-headline">([^<]+)<', text)
    assert {bool(re.search("[一-鿿]", title)) for title in titles} == {language == "zh"}
    assert empty_in(folder) == []


def empty_in(folder: Path) -> list[str]:
    """Sheets and tables of a run in which nothing stands below the heading."""
    text = (folder / "report.html").read_text("utf-8")
    empty = re.findall(r"<tbody>\s*</tbody>", text)
    return empty + [sheet.title for sheet in openpyxl.load_workbook(folder / "tables.xlsx") if sheet.max_row < 2]
