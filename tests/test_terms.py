"""The glossary in use: what becomes a link, and what never does; and the Chinese terms that are settled."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polib
import pytest
import yaml
from docutils import nodes
from docutils.core import publish_doctree

from cvc_helpers.book import terms
from cvc_helpers.runs import cases
from cvc_helpers.wording import say
from cvc_helpers.wording.catalogue import FOLDER
from tests import chinese
from tests.conftest import ROOT

KNOWN = [
    terms.Term("big policy", "term-big", "A policy above a threshold."),
    terms.Term("big-policy backtracking", "term-back", "Looking back."),
    terms.Term("加保", "term-top", "提高保额。"),
    terms.Term("服务补偿", "term-service", "以服务给到客户的补偿。"),
]
TEXT = """
A big policy of the page
========================

*A claim on a big policy.* ``big policy`` and `big policy <elsewhere>`_ are left alone.

Two Big policies, then one big policy, by big-policy
backtracking; a bigger policyholder.

增加保障不是加保；服务补偿是术语。
"""


def linked(docname: str = "book/toy", text: str = TEXT) -> nodes.document:
    found = publish_doctree(text, settings_overrides={"report_level": 5})
    builder = SimpleNamespace(get_relative_uri=lambda here, there: "glossary.html")
    app: Any = SimpleNamespace(env=SimpleNamespace(found_docs={terms.PAGE}), builder=builder, cvc_terms=KNOWN)
    terms.link_terms(app, found, docname)
    return found


def links(found: nodes.document) -> list[nodes.reference]:
    return [node for node in found.findall(nodes.reference) if "cvc-term" in node["classes"]]


def test_the_first_use_in_running_text_is_a_link_with_its_definition() -> None:
    found = links(linked())
    assert [link.astext() for link in found] == ["Big policies", "big-policy\nbacktracking", "服务补偿"]
    assert found[0]["refuri"] == "glossary.html#term-big"
    assert found[0]["reftitle"] == "A policy above a threshold."


def test_headings_code_claims_and_links_are_left_alone() -> None:
    for link in links(linked()):
        assert not isinstance(link.parent, (nodes.title, nodes.literal, nodes.emphasis, nodes.reference))


def test_the_words_of_the_page_stay_what_they_were() -> None:
    plain = publish_doctree(TEXT, settings_overrides={"report_level": 5})
    assert linked().astext() == plain.astext()


def test_a_card_and_a_generated_table_are_left_alone() -> None:
    for box in ("sd-card", "cvc-contract", "output"):
        assert not links(linked(text=f".. container:: {box}\n\n   A big policy.\n"))
    assert links(linked(text=".. container:: other\n\n   A big policy.\n"))


@pytest.mark.parametrize("docname", terms.WITHOUT_LINKS)
def test_the_glossary_and_generated_pages_have_none(docname: str) -> None:
    assert not links(linked(docname))


def test_a_list_counts_as_a_whole_or_by_parts_that_mean_nothing_else() -> None:
    assert terms._is_compound("head office")
    assert terms._is_compound("sub-branch")
    assert not terms._is_compound("useful")
    assert terms._is_compound("做乘法")
    assert not terms._is_compound("适合")


def test_english_is_ordered_by_letter_and_chinese_by_sound() -> None:
    assert sorted(["renewal", "Seven Ones", "add-on"], key=lambda word: terms.sort_key(word, "en")) == [
        "add-on",
        "renewal",
        "Seven Ones",
    ]
    spoken = ["大单", "客户价值创造", "报行合一", "增值服务"]
    assert sorted(spoken, key=lambda word: terms.sort_key(word, "zh")) == [spoken[at] for at in (2, 0, 1, 3)]


def test_no_struck_term_stands_in_any_chinese_text() -> None:
    found = [f"{place}: {words} in {text[:60]!r}" for place, text in chinese.texts() for words in chinese.struck(text)]
    assert found == []


def test_a_struck_term_is_found_and_no_settled_one_is() -> None:
    assert chinese.struck("复购和转介带来的贡献，见本手册") == ["转介 → 转介绍", "本手册 → 本书"]
    settled = yaml.safe_load(chinese.SETTLED.read_text("utf-8"))
    assert [one["use"] for one in settled if chinese.struck(one["use"])] == []


def test_chinese_texts_have_the_marks_and_words_of_chinese() -> None:
    found = [f"{place}: {words} in {text[:60]!r}" for place, text in chinese.texts() for words in chinese.odd(text)]
    assert found == []


@pytest.mark.parametrize("text", ["决策,投入", "所谓'服务'", "客户的的响应", "这是「服务」", "作为一个客户", "已完成!"])
def test_an_odd_chinese_text_is_found(text: str) -> None:
    assert len(chinese.odd(text)) == 1
    assert chinese.odd("见 `a,b`，{value:.1f} 倍（95% 区间）：“投入”。") == []


@pytest.mark.parametrize("slug", cases.slugs())
def test_a_report_calls_its_case_as_its_page_does(slug: str) -> None:
    catalogue = polib.pofile(str(ROOT / FOLDER / "cases" / f"{slug}.po"))
    titles = {entry.msgid: entry.msgstr for entry in catalogue}
    assert titles[say(f"runs.case_{slug}", "en")] == say(f"runs.case_{slug}", "zh")
