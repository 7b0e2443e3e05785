"""Runnable from the page: each case's bundle is unpacked into an empty folder and run in an environment of its own.

The environment is a new one; the package comes from the bundle's own wheel. Its dependencies are those of the lock,
lent by the environment of the tests, because a test may not need a network. The editable package of the repository is
not among them: a path file of another environment is not read.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest

from cvc_helpers.book import bundles, fresh
from cvc_helpers.wording import LANGUAGES
from tests import small_tree
from tests.conftest import ROOT
from tests.differences import differences

PACK = "from pathlib import Path; from cvc_helpers.book import bundles; bundles.make_bundles(Path(), Path('out'))"
each_case = pytest.mark.parametrize("slug", fresh.slugs(ROOT))
RUN = "import sys, nbclient, nbformat; n = nbformat.read(sys.argv[1], 4); nbclient.NotebookClient(n, timeout=600, \
resources={'metadata': {'path': '.'}}).execute(); nbformat.write(n, sys.argv[1])"


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bundles")
    bundles.make_bundles(ROOT, target)
    return target


@pytest.fixture(scope="module")
def alone(packed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment that holds the wheel, and is lent what the lock names."""
    folder = tmp_path_factory.mktemp("alone")
    run([sys.executable, "-m", "venv", str(folder / "env")], folder)
    python = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    inside = run([str(python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"], folder).strip()
    lent = sysconfig.get_paths()["purelib"]
    (Path(inside) / "lent.pth").write_text(lent, encoding="utf-8")
    with zipfile.ZipFile(next(packed.glob("*.zip"))) as archive:
        wheel = next(name for name in archive.namelist() if name.endswith(".whl"))
        archive.extract(wheel, folder)
    run([str(python), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(folder / wheel)], folder)
    return python


def run(command: Sequence[str], folder: Path) -> str:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON") and name != "VIRTUAL_ENV"
    }
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", env=kept, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def unpacked(packed: Path, slug: str, folder: Path) -> Path:
    with zipfile.ZipFile(packed / f"{slug}.zip") as archive:
        archive.extractall(folder)
    return folder / slug


@each_case
def test_a_bundle_runs_in_an_environment_of_its_own_and_shows_what_the_book_shows(
    slug: str, packed: Path, alone: Path, tmp_path: Path
) -> None:
    here = unpacked(packed, slug, tmp_path)
    where = run([str(alone), "-c", "import cvc_helpers; print(cvc_helpers.__file__)"], here)
    assert str(alone.parents[1]) in where
    assert str(ROOT) not in where
    stored = nbformat.read(here / f"{slug}.ipynb", 4).cells
    run([str(alone), "-c", RUN, f"{slug}.ipynb"], here)
    again = nbformat.read(here / f"{slug}.ipynb", 4).cells
    assert differences(slug, stored, again) == []


@each_case
def test_a_bundle_holds_its_tables_and_no_others_and_no_dead_link(slug: str, packed: Path) -> None:
    with zipfile.ZipFile(packed / f"{slug}.zip") as archive:
        names = archive.namelist()
        notebook = archive.read(f"{slug}/{slug}.ipynb").decode()
    tables = {Path(name).stem for name in names if name.endswith(".parquet")}
    assert tables == {
        table for table in bundles.behind(ROOT, slug).tables if (ROOT / fresh.DATA / f"{table}.parquet").exists()
    }
    assert f"{slug}/{bundles.wheel_name(ROOT)}" in names
    assert f"{slug}/data/chengyue/truth.json" in names
    assert "](../" not in notebook


def test_all_bundles_together_are_smaller_than_the_sample_once_for_each(packed: Path) -> None:
    sample = sum(path.stat().st_size for path in (ROOT / fresh.DATA).rglob("*") if path.is_file())
    sizes = [path.stat().st_size for path in packed.glob("*.zip")]
    assert sum(sizes) < 0.6 * sample * len(sizes)


@each_case
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_read_me_gives_three_lines_for_each_system(slug: str, packed: Path, language: str) -> None:
    with zipfile.ZipFile(packed / f"{slug}.zip") as archive:
        text = archive.read(f"{slug}/{bundles.READ_ME[language]}").decode()
    wheel = bundles.wheel_name(ROOT)
    for lines in (bundles.install_lines(slug, wheel), bundles.windows_lines(slug, wheel)):
        assert len(lines) == 3
        assert all(line in text for line in lines)


def test_a_bundle_is_left_alone_until_something_in_it_changes(tree: Path) -> None:
    def pack() -> tuple[bytes, int]:
        done = small_tree.python(tree, "-c", PACK)
        assert done.returncode == 0, done.stderr
        path = tree / "out" / "toy.zip"
        return path.read_bytes(), path.stat().st_mtime_ns

    first = pack()
    assert pack() == first
    words = tree / "cvc_helpers" / "wording" / "toy.yml"
    small_tree.replace(words, "A small case", "Another case")
    os.utime(words, (first[1] / 1e9 + 5,) * 2)
    assert pack()[0] != first[0]


def test_a_package_that_cannot_be_built_is_refused(tree: Path, tmp_path: Path) -> None:
    (tree / "setup.py").write_text("raise SystemExit('broken')", encoding="utf-8")
    with pytest.raises(bundles.CvcError, match="E316"):
        bundles.make_bundles(tree, tmp_path)


@pytest.mark.book
@each_case
def test_case_and_chapter_offer_the_bundle(slug: str, built: Path) -> None:
    for page in (f"book/{slug}.html", f"cases/{slug}.html"):
        text = (built / page).read_text(encoding="utf-8")
        assert re.search(rf'href="\.\./_downloads/{slug}\.zip" download', text), page
        assert ((built / page).parent / f"../_downloads/{slug}.zip").exists()


@pytest.mark.book
def test_every_zip_that_a_page_offers_is_there_and_no_page_offers_its_source_as_text(built: Path) -> None:
    offered = 0
    for page in built.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r'href="([^"]*_downloads/[\w.-]+\.zip)"', text):
            assert (page.parent / link).resolve().exists(), f"{page.relative_to(built)}: {link}"
            offered += 1
        assert not re.search(r'href="[^"]*_sources/[^"]*"', text), page.name
    assert offered >= 2 * len(fresh.slugs(ROOT))
