"""The house rules of the design, checked once for everything; `tests/rules` says each."""

from __future__ import annotations

import inspect
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from cvc_helpers import web
from tests.conftest import ROOT
from tests.rules import RULES, Rule
from tests.rules.columns import FILES

TOP_LEVEL = {
    *("book", "cases", "cvc_helpers", "data", "tests", "locale", "locks", ".ci", ".github"),
    *("_config.yml", "_toc.yml", "README.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "pyproject.toml"),
    *(".gitignore", ".gitattributes", ".pre-commit-config.yaml"),
    *("MANIFEST.in", "setup.py"),  # put the executed cases into the wheel
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_has_none_of(rule: Rule) -> None:
    found = rule(ROOT)
    assert not found, "\n".join(["", *found])


def test_contributing_names_every_file_of_a_column() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = [*FILES, "tests/parameters/{}.yml", "book/truth/{}.csv", "cvc_helpers/synthetic/planted/{}.py"]
    assert not [name for path in paths if (name := path.format("<slug>").replace(".ipynb", ".md")) not in text]
    assert len(text.splitlines()) <= 160


def test_the_renderer_knows_the_mime_types_that_cases_emit() -> None:
    mime, release = (import_module(f"cvc_helpers.{name}") for name in ("book.mime", "release"))
    charts, findings = (import_module(f"cvc_helpers.{name}") for name in ("charts", "findings"))
    assert set(mime.RENDERERS) == {release.MIME, release.WITHHELD, charts.MIME, findings.MIME}


def test_the_top_level_stays_small() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert {Path(name).parts[0] for name in listed} <= TOP_LEVEL


def test_vega_bundle_is_one_script_that_closes() -> None:
    bundle = web.vega_bundle()
    assert bundle.startswith("(()=>{")
    assert bundle.rstrip().endswith("})();")
    assert "window.vegaEmbed" in bundle
    assert inspect.getdoc(web.vega_bundle)
