"""What makes a case older and what does not: one edit at a time on a small tree of texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from cvc_helpers.book import fresh
from cvc_helpers.book.behind import behind
from cvc_helpers.errors import CvcError
from tests.conftest import ROOT

FILES = {
    "cases/small.md": """---
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# A small case

```{code-cell}
from cvc_helpers import charts, release, tables
from cvc_helpers.methods import small

rows = tables.open("data/chengyue").query("small__rows")
release.table(rows, labels={"channel": "seat.channel"})
```

```{code-cell}
charts.small.answer_chart(small.answer(rows))
```
""",
    "cvc_helpers/__init__.py": "",
    "cvc_helpers/charts/__init__.py": "from importlib import import_module\n\nimport altair\n",
    "cvc_helpers/charts/small.py": "from cvc_helpers.charts import altair\n",
    "cvc_helpers/charts/other.py": "from cvc_helpers.charts import altair\n",
    "cvc_helpers/contract/__init__.py": "from pkgutil import iter_modules\n",
    "cvc_helpers/contract/visit.py": "TABLE = 'visit'\n",
    "cvc_helpers/contract/seat.py": "TABLE = 'seat'\n",
    "cvc_helpers/contract/person.py": "TABLE = 'person'\n",
    "cvc_helpers/contract/elsewhere.py": "TABLE = 'elsewhere'\n",
    "cvc_helpers/contract/needs/small.yml": "minimum: {tables: {person: [person_id]}}\n",
    "cvc_helpers/contract/needs/other.yml": "minimum: {tables: {elsewhere: [row_id]}}\n",
    "cvc_helpers/contract/parameters/small.yml": "worth: {least: 0}\n",
    "cvc_helpers/estimators/__init__.py": "",
    "cvc_helpers/estimators/means.py": "from cvc_helpers import rounding\n",
    "cvc_helpers/estimators/medians.py": "from cvc_helpers import rounding\n",
    "cvc_helpers/findings.py": "from cvc_helpers.wording import say\n\nsay('findings.' + 'fund', 'en')\n",
    "cvc_helpers/methods/__init__.py": "",
    "cvc_helpers/methods/small.py": "def answer(rows):\n    from cvc_helpers.methods import small_steps\n",
    "cvc_helpers/methods/small_steps.py": "from cvc_helpers.estimators.means import mean\n",
    "cvc_helpers/methods/other.py": "from cvc_helpers.estimators import medians\n",
    "cvc_helpers/queries/small__rows.sql": "with a as (select * from event) select * from a order by person_id\n",
    "cvc_helpers/queries/event.sql": "select * from visit\n",
    "cvc_helpers/queries/other__rows.sql": "select * from elsewhere order by row_id\n",
    "cvc_helpers/release.py": "from cvc_helpers import findings\n",
    "cvc_helpers/render.py": "",
    "cvc_helpers/rounding.py": "",
    "cvc_helpers/runs/report.py": "from cvc_helpers import render\n",
    "cvc_helpers/tables.py": "",
    "cvc_helpers/wording/__init__.py": "",
    "cvc_helpers/wording/findings.yml": "fund: {en: fund, zh: 投入}\n",
    "cvc_helpers/wording/small.yml": "title: {en: small, zh: 小}\n",
    "cvc_helpers/wording/other.yml": "title: {en: other, zh: 另}\n",
    "cvc_helpers/wording/runs.yml": "title: {en: run, zh: 运行}\n",
    "data/chengyue/visit.parquet": "",
    "data/chengyue/seat.parquet": "",
    "data/chengyue/person/part-0.parquet": "",
    "data/chengyue/elsewhere.parquet": "",
}
OLDER = {
    "cvc_helpers/__init__.py": "helpers",
    "cvc_helpers/charts/__init__.py": "helpers",
    "cvc_helpers/charts/small.py": "helpers",
    "cvc_helpers/contract/__init__.py": "helpers",
    "cvc_helpers/contract/visit.py": "helpers",
    "cvc_helpers/contract/seat.py": "helpers",
    "cvc_helpers/contract/person.py": "helpers",
    "cvc_helpers/contract/needs/small.yml": "helpers",
    "cvc_helpers/contract/parameters/small.yml": "helpers",
    "cvc_helpers/estimators/__init__.py": "helpers",
    "cvc_helpers/estimators/means.py": "helpers",
    "cvc_helpers/findings.py": "helpers",
    "cvc_helpers/methods/__init__.py": "helpers",
    "cvc_helpers/methods/small.py": "helpers",
    "cvc_helpers/methods/small_steps.py": "helpers",
    "cvc_helpers/queries/small__rows.sql": "helpers",
    "cvc_helpers/queries/event.sql": "helpers",
    "cvc_helpers/release.py": "helpers",
    "cvc_helpers/rounding.py": "helpers",
    "cvc_helpers/tables.py": "helpers",
    "cvc_helpers/wording/__init__.py": "helpers",
    "cvc_helpers/wording/findings.yml": "helpers",
    "cvc_helpers/wording/small.yml": "helpers",
    "data/chengyue/visit.parquet": "data",
    "data/chengyue/seat.parquet": "data",
    "data/chengyue/person/part-0.parquet": "data",
}
NO_OLDER = (
    "cvc_helpers/charts/other.py",
    "cvc_helpers/contract/elsewhere.py",
    "cvc_helpers/contract/needs/other.yml",
    "cvc_helpers/estimators/medians.py",
    "cvc_helpers/methods/other.py",
    "cvc_helpers/queries/other__rows.sql",
    "cvc_helpers/render.py",
    "cvc_helpers/runs/report.py",
    "cvc_helpers/wording/other.yml",
    "cvc_helpers/wording/runs.yml",
    "data/chengyue/elsewhere.parquet",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def changed_by(tree: Path, name: str) -> list[str]:
    """Which fingerprints move when a comment is added to one file."""
    before = fresh.fingerprints(tree, "small")
    path = tree / name
    mark = "--" if path.suffix == ".sql" else "#"
    path.write_text(path.read_text(encoding="utf-8") + f"{mark} edited\n", encoding="utf-8")
    after = fresh.fingerprints(tree, "small")
    return [part for part in before if before[part] != after[part]]


@pytest.mark.parametrize(("name", "part"), OLDER.items(), ids=list(OLDER))
def test_an_edit_behind_a_number_makes_the_case_older(tree: Path, name: str, part: str) -> None:
    assert changed_by(tree, name) == [part]


@pytest.mark.parametrize("name", NO_OLDER)
def test_an_edit_elsewhere_makes_the_case_no_older(tree: Path, name: str) -> None:
    assert changed_by(tree, name) == []


def test_a_new_column_makes_the_case_no_older(tree: Path) -> None:
    before = fresh.fingerprints(tree, "small")
    for name, text in FILES.items():
        new = tree / name.replace("small", "new").replace("seat", "new_table")
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text.replace("small", "new"), encoding="utf-8") if not new.exists() else None
    (tree / "data/chengyue/truth.json").write_text('{"planted": {"new.answer": 1.0}}', encoding="utf-8")
    assert fresh.fingerprints(tree, "small") == before


def test_every_file_of_the_small_tree_is_tried() -> None:
    assert set(FILES) == {"cases/small.md", *OLDER, *NO_OLDER}


def test_a_query_that_cannot_be_read_is_named(tree: Path) -> None:
    (tree / "cvc_helpers/queries/event.sql").write_text("select from from", encoding="utf-8")
    with pytest.raises(CvcError, match=r"event\.sql .* Correct it"):
        fresh.fingerprints(tree, "small")


@pytest.mark.parametrize("slug", fresh.slugs(ROOT))
def test_a_real_case_is_held_to_its_own_files(slug: str) -> None:
    names = {path.relative_to(ROOT / "cvc_helpers").as_posix() for path in behind(ROOT, slug).files}
    own = {f"methods/{slug}.py", f"charts/{slug}.py", f"wording/{slug}.yml", f"contract/needs/{slug}.yml"}
    shared = {"findings.py", "release.py", "tables.py", "wording/findings.yml", "contract/__init__.py"}
    assert own | shared <= names
    others = [other for other in fresh.slugs(ROOT) if other != slug]
    assert not [name for name in names for other in others if other in name]
