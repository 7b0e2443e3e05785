"""The built book: what stands in its files, without a browser."""

from __future__ import annotations

import csv
import re
import zipfile
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cvc_helpers import contract
from cvc_helpers.book import fresh
from cvc_helpers.wording import say
from tests.conftest import ROOT

pytestmark = pytest.mark.book


class Assets(HTMLParser):
    """Scripts, styles, images and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("script", "img", "iframe", "source") and found.get("src"):
            self.loaded.append(str(found["src"]))
        if tag == "link" and "stylesheet" in str(found.get("rel")):
            self.loaded.append(str(found["href"]))


def test_the_page_to_open_is_there(built: Path) -> None:
    assert (built / "index.html").exists()


def test_every_loaded_file_is_local_and_exists(built: Path) -> None:
    for page in (page for page in built.rglob("*.html") if "_static" not in page.parts):
        assets = Assets()
        assets.feed(page.read_text(encoding="utf-8"))
        for name in assets.loaded:
            assert not re.match(r"(https?:)?//", name), f"{page.name} loads {name}"
            assert name.startswith("data:") or (page.parent / name.split("?")[0]).resolve().exists(), name


def test_the_data_contract_shows_every_column(built: Path) -> None:
    text = (built / "book" / "data_contract.html").read_text(encoding="utf-8").replace("<wbr>", "")
    for table in contract.tables().values():
        assert all(column.name in text and column.zh in text for column in table.columns)


def test_the_methods_page_shows_the_truths_of_every_column(built: Path) -> None:
    text = (built / "book" / "methods.html").read_text(encoding="utf-8")
    tables = sorted((ROOT / "book" / "truth").glob("*.csv"))
    rows = [row for table in tables for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines())]
    assert {path.stem for path in tables} == {row["design"].split(":")[0] for row in rows}
    names = [re.sub(r" \(enlarged to (.+)\)", r", enlarged to \1", row["design"].partition(": ")[2]) for row in rows]
    assert not [name for name in names if name not in unescape(text)]
    missed = [say(f"pages.truth_missed_{name}", "en") for row in rows for name in row["missed"].split(" (")[0].split()]
    assert not [words for words in missed if words not in unescape(text)]
    cells = re.findall(r">\(?(?:slide )?(\d+\.\d+)\)?<", text)
    assert cells
    assert not [cell for cell in cells if len(cell.replace(".", "").lstrip("0")) > 3], "three significant figures"


def test_no_page_shows_a_path_of_this_machine(built: Path) -> None:
    for page in built.rglob("*.html"):
        assert str(ROOT) not in page.read_text(encoding="utf-8"), page.name


def test_sample_and_notebooks_can_be_downloaded(built: Path) -> None:
    names = zipfile.ZipFile(built / "_downloads" / "chengyue.zip").namelist()
    assert "chengyue/truth.json" in names
    assert "chengyue/policy.parquet" in names
    assert {f"{slug}.ipynb" for slug in fresh.slugs(ROOT)} <= {path.name for path in built.rglob("*.ipynb")}
