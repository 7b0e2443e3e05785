"""The Chinese edition: its catalogues, its gates (each broken once), its switch and its search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import polib
import pytest
from docutils import nodes
from docutils.utils import new_document
from playwright.sync_api import Browser, sync_playwright
from sphinx import addnodes

from cvc_helpers.book import build, computed, edition, fresh, messages, outputs, translations
from cvc_helpers.book.built import article, check_built, first_english
from cvc_helpers.errors import CvcError
from cvc_helpers.render import finding_html
from cvc_helpers.runs.prose import prose_html, untranslated
from cvc_helpers.wording.catalogue import FOLDER, chinese
from tests import sums, system_tools
from tests.conftest import ROOT
from tests.small_tree import CASE, replace, verb
from tests.test_browser import Visit, pages

ENGLISH = "A list of {computed}`toy.number` buyers, see [the method](methods.md) and `tables.xlsx`, says $E > 1$ only."
CHINESE = "{computed}`toy.number` 位购买者的清单（见[方法](methods.md)和 `tables.xlsx`）只说明 $E > 1$。"
PAGE = "book/toy"


def write(tree: Path, pairs: dict[str, str], page: str = PAGE) -> None:
    """Give messages of a page their Chinese, as a translator would."""
    path = tree / FOLDER / f"{page}.po"
    catalogue = polib.pofile(str(path))
    for entry in catalogue:
        if entry.msgid in pairs:
            entry.msgstr, entry.flags = pairs[entry.msgid], []
    path.write_text(f"{catalogue}\n", encoding="utf-8")


def codes(tree: Path, messages: dict[str, dict[str, int]]) -> list[str]:
    return [refusal.code for refusal in translations.check(tree, messages)]


@pytest.fixture
def translated(tmp_path: Path) -> Path:
    """A folder with one page, its one paragraph translated."""
    translations.update(tmp_path, {PAGE: {ENGLISH: 3}})
    write(tmp_path, {ENGLISH: CHINESE})
    return tmp_path


def test_the_metadata_of_a_notebook_is_no_message() -> None:
    document = new_document("cases/toy.ipynb")
    prints, words = (nodes.paragraph(text, text) for text in ('{"data": "b055e841"}', "Words of the case."))
    metadata = nodes.field("", nodes.field_name("", "cvc"), nodes.field_body("", prints))
    document += [nodes.field_list("", metadata), words]
    prints.source = words.source = "cases/toy.ipynb"
    prints.line = words.line = 1
    environment = SimpleNamespace(docname="cases/toy")
    document.settings.env = environment
    messages.NoteMessages(document).apply()
    assert environment.cvc_messages == {"cases/toy": {"Words of the case.": 1}}


def test_what_stands_inside_a_line_is_left_in_its_place() -> None:
    """Sphinx takes what is marked as no message out of its sentence; a number that a role pasted has no source."""
    document = new_document("book/toy.md")
    number = nodes.inline("", "1.09")
    paragraph = nodes.paragraph("", "", nodes.Text("It is "), number, nodes.Text(" here."))
    paragraph.source, paragraph.line = "book/toy.md", 1
    document += paragraph
    document.settings.env = SimpleNamespace(docname="book/toy")
    messages.NoteMessages(document).apply()
    assert "translatable" not in number


def test_a_translated_page_passes_and_an_untranslated_paragraph_is_refused(translated: Path) -> None:
    assert codes(translated, {PAGE: {ENGLISH: 3}}) == []
    [refusal] = translations.check(translated, {PAGE: {ENGLISH: 3, "A new paragraph of words.": 7}})
    assert refusal.code == "E330"
    assert "line 7" in str(refusal)
    assert "make translate" in str(refusal)


def test_a_changed_paragraph_makes_its_chinese_stale(translated: Path) -> None:
    changed = {PAGE: {ENGLISH.replace("only", "and no more"): 3}}
    assert codes(translated, changed) == ["E330"]  # before `make translate`
    assert translations.update(translated, changed) == [f"{FOLDER / PAGE}.po: 0 without Chinese, 1 stale"]
    [entry] = polib.pofile(str(translated / FOLDER / f"{PAGE}.po"))
    assert (entry.msgstr, entry.previous_msgid, entry.fuzzy) == (CHINESE, ENGLISH, True)
    assert codes(translated, changed) == ["E330"]  # and after it, until somebody has looked
    assert chinese(translated / FOLDER / f"{PAGE}.po") == {}


def test_an_update_keeps_what_stays_and_drops_what_is_gone(translated: Path) -> None:
    path = translated / FOLDER / f"{PAGE}.po"
    assert translations.update(translated, {PAGE: {ENGLISH: 3}}) == []
    before = path.read_bytes()
    assert translations.update(translated, {PAGE: {ENGLISH: 90}}) == []
    assert path.read_bytes() == before
    translations.update(translated, {"book/other": {"Words of another page.": 1}})
    assert not path.exists()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("{computed}`toy.number`", "7"),
        ("toy.number", "toy.other"),
        ("(methods.md)", "(insurer.md)"),
        ("`tables.xlsx`", "tables.xlsx"),
        ("$E > 1$", "$E > 2$"),
    ],
    ids=["role lost", "role of another key", "link", "code", "formula"],
)
def test_other_markup_in_the_chinese_is_refused(translated: Path, right: str, wrong: str) -> None:
    assert right in CHINESE
    write(translated, {ENGLISH: CHINESE.replace(right, wrong)})
    assert codes(translated, {PAGE: {ENGLISH: 3}}) == ["E331"]


def test_words_of_a_role_may_differ_and_a_term_is_named_in_chinese() -> None:
    assert translations.markup("{doc}`the case </cases/x>`") == translations.markup("{doc}`案例 </cases/x>`")
    assert translations.markup("{term}`big policy`") == translations.markup("{term}`大单`")
    assert translations.markup("{doc}`a </cases/x>`") != translations.markup("{doc}`a </cases/y>`")


def test_english_left_in_the_chinese_is_refused(translated: Path) -> None:
    write(translated, {ENGLISH: f"{CHINESE}This stayed behind."})
    assert codes(translated, {PAGE: {ENGLISH: 3}}) == ["E332"]


def test_the_list_of_waiting_pages_shrinks(translated: Path) -> None:
    (translated / translations.WAITING).write_text(f"# why\n{PAGE}\nbook/gone\n", encoding="utf-8")
    assert codes(translated, {PAGE: {ENGLISH: 3}}) == ["E333", "E338"]
    assert codes(translated, {PAGE: {ENGLISH: 3, "Not yet written.": 4}}) == ["E333"]


def lay(html: Path, english: str, chinese_text: str) -> list[str]:
    """Codes for a page that is so in English and so in Chinese."""
    for folder, body in (("", english), ("zh", chinese_text)):
        path = html / folder / f"{PAGE}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<nav>Not of the page at all</nav><article>{body}</article>", encoding="utf-8")
    return [refusal.code for refusal in check_built(html, [PAGE], [])]


def test_an_english_sentence_on_a_chinese_page_is_refused(tmp_path: Path) -> None:
    section = '<section id="a"><p>{}</p><pre>this is code</pre><p lang="en">said in English</p></section>'
    english = section.format("It is so.")
    assert lay(tmp_path, english, section.format("如此，见 <code>make the book</code>。")) == []
    assert lay(tmp_path, english, section.format("如此。<em>It is</em> so.")) == ["E334"]
    assert lay(tmp_path, english, section.format("<svg><text>share of visitors</text></svg>")) == ["E334"]


def test_other_anchors_are_refused(tmp_path: Path) -> None:
    assert lay(tmp_path, '<section id="interval"></section>', '<section id="id1"></section>') == ["E335"]


def test_a_cell_that_shows_more_in_one_language_is_refused() -> None:
    shown = nbformat.v4.new_output("display_data", {outputs.GLUE: "'1'"})
    english, other = (
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=found)])
        for found in ([shown], [shown, shown])
    )
    with pytest.raises(CvcError, match="E336"):
        outputs.add_chinese("toy", english, other)


def test_a_notebook_keeps_what_differs_in_chinese_and_nothing_else() -> None:
    def notebook(first: str) -> nbformat.NotebookNode:
        found = [nbformat.v4.new_output("display_data", {outputs.GLUE: text}) for text in (first, "'1'")]
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=found)])

    english = notebook("'fund'")
    outputs.add_chinese("toy", english, notebook("'投入'"))
    kept = [output.metadata.get("zh") for output in english.cells[0].outputs]
    assert kept == [{outputs.GLUE: "'投入'"}, None]


def test_a_heading_of_the_contents_without_chinese_is_refused() -> None:
    app = SimpleNamespace(config=SimpleNamespace(language="zh_CN"))
    known, new = (nodes.section("", addnodes.toctree(caption=caption)) for caption in ("Tasks", "Levers"))
    edition._chinese_captions(app, known)
    assert known[0]["caption"] == "任务"
    with pytest.raises(CvcError, match="E337"):
        edition._chinese_captions(app, new)


def test_every_heading_of_the_contents_has_chinese() -> None:
    captions = re.findall(r"caption: (.+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    app = SimpleNamespace(config=SimpleNamespace(language="zh_CN"))
    edition._chinese_captions(app, nodes.section("", *(addnodes.toctree(caption=caption) for caption in captions)))


def test_chinese_is_cut_into_pairs_for_the_search() -> None:
    search = edition.ChineseSearch({})
    assert search.split("大单回溯 of NBV") == ["大单", "单回", "回溯", *"大单回溯", "of", "NBV"]
    assert all(search.word_filter(word) for word in ("大单", "单"))


def test_a_chinese_report_takes_its_prose_from_the_catalogue() -> None:
    prose = (
        CASE.partition("---\n\n")[2].split("```")[0]
        + "> A *quoted* line.\n\n| A head | B head |\n|---|---|\n| one two | 3 |\n"
    )
    texts = untranslated(prose, {})
    assert texts == ["A small case: is it a third?", "A *quoted* line.", "A head", "B head", "one two"]
    known = dict(zip(texts, ["小案例：是不是三分之一？", "一行“引文”。", "甲", "乙", "丙"], strict=True))
    html = prose_html(prose, {}, known)
    assert untranslated(prose, known) == []
    assert "<h1>小案例：是不是三分之一？</h1>" in html
    assert not re.search("[A-Za-z]{2}", re.sub("<[^>]*>", "", html))


@pytest.mark.book
def test_from_english_to_chinese_and_back_to_stale(tree: Path) -> None:
    """The whole way of a translator: update, write, take the page from the list, build; then somebody edits."""
    assert verb(tree, "translate").returncode == 0
    pairs = {
        "A small chapter": "小章节",
        "The number is {computed}`toy.number`, or nearly a third.": "这个数是 {computed}`toy.number`，约三分之一。",
    }
    write(tree, pairs)
    (tree / translations.WAITING).write_text("book/index\ncases/toy\n", encoding="utf-8")
    done = verb(tree, "book")
    assert done.returncode == 0, done.stderr
    page = tree / "_build" / "html" / "zh" / "book" / "toy.html"
    assert "这个数是" in page.read_text(encoding="utf-8")
    assert first_english(article(page)) == ""
    replace(tree / "book" / "toy.md", "nearly a third", "nearly one third")
    done = verb(tree, "book")
    assert done.returncode == 3
    assert "E330" in done.stderr


def english_pages(built: Path) -> list[Path]:
    return [page for page in pages(built) if page.relative_to(built).parts[0] != "zh"]


@pytest.mark.book
def test_every_page_stands_in_both_editions_with_the_same_anchors(built: Path) -> None:
    names = {page.relative_to(built).as_posix() for page in english_pages(built)}
    assert len(names) >= 18
    for name in names:
        for path, language in ((built / name, "zh"), (built / "zh" / name, "en")):
            text = path.read_text(encoding="utf-8")
            [href] = re.findall(r'<a [^>]*cvc-edition[^>]*href="([^"]+)"', text)
            assert (path.parent / href).resolve() == (built / ("zh" if language == "zh" else "") / name).resolve()
    assert build.check_editions(ROOT) == []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=system_tools.browser_path(), args=["--no-sandbox"])
        yield found
        found.close()


def sections(visit: Visit) -> list[str]:
    found: list[str] = visit.page.evaluate(
        "[...document.querySelectorAll('article section section[id]')].map(s => s.id)"
    )
    return found


def switch(visit: Visit) -> None:
    """Click where the link stands; Playwright's own click would first scroll a page whose head stays in place."""
    box = visit.page.locator("a.cvc-edition").bounding_box()
    assert box is not None
    visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@pytest.mark.browser
def test_the_switch_leads_to_the_same_anchor_on_every_page_and_back(chromium: Browser, built: Path) -> None:
    visit = Visit(chromium, "file:")
    for path in english_pages(built):
        visit.page.goto(path.as_uri())
        anchors = sections(visit)[-1:]
        if anchors:
            visit.page.goto(f"{path.as_uri()}#{anchors[0]}")
        switch(visit)
        visit.page.wait_for_url(re.compile("/html/zh/.*" + "#".join([path.name, *anchors])))
        assert sections(visit)[-1:] == anchors
        switch(visit)
        visit.page.wait_for_url(re.compile("/html/(?!zh/).*" + "#".join([path.name, *anchors])))
    assert not visit.errors
    assert not visit.outside


@pytest.mark.browser
def test_the_switch_leads_to_the_section_that_the_reader_has_scrolled_to(chromium: Browser, built: Path) -> None:
    visit = Visit(chromium, "file:")
    visit.page.goto((built / "book" / "methods.html").as_uri())
    second = sections(visit)[1]
    visit.page.evaluate("id => document.getElementById(id).scrollIntoView()", second)
    visit.page.wait_for_function("scrollY > 200")
    switch(visit)
    visit.page.wait_for_url(re.compile(f"/html/zh/book/methods.html#{second}"))


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "page"),
    [("未记录的原因", "book/methods"), ("虚构保险公司", "book/insurer"), ("隔离 保费合计", "book/client_data")],
    ids=["a phrase", "a title", "two words"],
)
def test_search_finds_chinese(chromium: Browser, built: Path, query: str, page: str) -> None:
    visit = Visit(chromium, "file:")
    visit.page.goto(f"{(built / 'zh' / 'search.html').as_uri()}?q={query}")
    assert visit.page.wait_for_selector(f"ul.search li a[href*='{page}']", timeout=15_000)
    found: list[Any] = visit.page.query_selector_all("ul.search > li")
    assert len(found) < len(fresh.slugs(ROOT)) + 10  # it finds, and does not return everything
    assert not visit.errors


@pytest.mark.browser
def test_search_finds_nothing_where_the_pair_stands_nowhere(chromium: Browser, built: Path) -> None:
    visit = Visit(chromium, "file:")
    visit.page.goto(f"{(built / 'zh' / 'search.html').as_uri()}?q=鲸鱼")
    visit.page.wait_for_function(
        "document.querySelector('.search-summary')?.innerText.includes('没有')", timeout=15_000
    )
    assert visit.page.query_selector_all("ul.search > li") == []


@pytest.mark.parametrize("slug", ["big_policy_backtracking", "customer_value", "service_model"])
def test_sums_of_money_in_chinese_are_in_ten_thousands_with_three_figures(slug: str) -> None:
    shown = computed.glued(ROOT / "cases" / f"{slug}.ipynb", "zh").values()
    quoted = [text for data in shown for kind, text in data.items() if kind == outputs.GLUE]
    found = [data[computed.FINDING] for data in shown if computed.FINDING in data]
    assert len(found) > 3
    told = [text for content in found for text in (*content["texts"]["zh"].values(), finding_html(content, "zh"))]
    assert sums.badly_told(" ".join([*quoted, *told])) == []


def test_a_sum_that_is_badly_told_is_found() -> None:
    assert sums.badly_told("增加 19,100 元，花 12000元，共 1.234 万元") == ["19,100 元", "12000元", "1.234 万元"]
    assert sums.badly_told("增加 1.91 万元，花 9,990 元，共 0.123 亿元、120 万元，20,000 名客户") == []


def test_a_chinese_author_is_cited_in_chinese() -> None:
    known = edition.chinese_authors((ROOT / "book" / "references.bib").read_text(encoding="utf-8"))
    assert known == {"Yang": "杨本心等", "Xu": "徐敬惠", "Chen": "陈东升"}
    several = nodes.reference("", "", nodes.Text("Yang "), nodes.emphasis("", "et al."), nodes.Text(", 2024"))
    single, other = nodes.reference("", "Xu, 2022"), nodes.reference("", "Robins, 1994")
    for cited in (several, single, other):
        for text in list(cited.findall(nodes.Text)):
            edition._in_chinese(text, known)
    assert [cited.astext() for cited in (several, single, other)] == ["杨本心等，2024", "徐敬惠，2022", "Robins, 1994"]
