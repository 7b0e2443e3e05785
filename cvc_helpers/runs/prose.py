"""The prose of a case as HTML: Markdown with the book's roles and directives, no link to anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from cvc_helpers.wording.catalogue import has_words, message

BOXES = ("note", "tip", "important", "warning", "admonition", "seealso", "hint", "caution")
SILENT = ("figure", "image", "toctree", "bibliography", "tableofcontents", "raw", "glue")


def prose_html(source: str, quotes: Mapping[str, str], known: Mapping[str, str] | None = None) -> str:
    """Markdown of a case as HTML.

    Args:
        source: Text of one cell.
        quotes: Glued texts, for `{glue:text}`.
        known: Paragraphs to their translation; what is missing stays as it is.

    Returns:
        HTML without scripts, links or raw HTML from the source.
    """
    return str(_reader(quotes, known or {}).render(source))


def untranslated(source: str, known: Mapping[str, str]) -> list[str]:
    """Paragraphs and headings of a cell that have words and no translation."""
    texts = [message(token.content) for token in _reader({}, {}).parse(source) if token.type == "inline"]
    return [text for text in texts if has_words(text) and text not in known]


def _reader(quotes: Mapping[str, str], known: Mapping[str, str]) -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    for plugin in (front_matter_plugin, myst_block_plugin, myst_role_plugin, colon_fence_plugin, deflist_plugin):
        reader.use(plugin)
    reader.use(dollarmath_plugin)
    reader.core.ruler.before("inline", "translate", lambda state: _translate(state.tokens, known))
    fence = _fence(quotes, known)
    rules: dict[str, Callable[..., str]] = {
        "myst_role": lambda self, tokens, index, options, env: _role(tokens[index], quotes),
        "colon_fence": fence,
        "fence": fence,
        "link_open": lambda self, tokens, index, options, env: "<span>",
        "link_close": lambda self, tokens, index, options, env: "</span>",
        "image": lambda self, tokens, index, options, env: escape(tokens[index].content),
        "front_matter": lambda self, tokens, index, options, env: "",
        "myst_target": lambda self, tokens, index, options, env: "",
        "myst_line_comment": lambda self, tokens, index, options, env: "",
    }
    for name, rule in rules.items():
        reader.add_render_rule(name, rule)
    return reader


def _translate(tokens: Sequence[Token], known: Mapping[str, str]) -> None:
    """Replace paragraphs, headings and cells of tables before their roles and emphasis are read."""
    for token in tokens:
        if token.type == "inline":
            token.content = known.get(message(token.content), token.content)


def _role(token: Token, quotes: Mapping[str, str]) -> str:
    """A role as plain text: its own words, or those of what it names."""
    name, text = token.meta["name"], token.content
    if name.startswith("glue"):
        return escape(quotes.get(text.split(":")[0].strip(), "–"))
    if name in ("sub", "sup"):
        return f"<{name}>{escape(text)}</{name}>"
    if name.startswith("cite"):
        return escape(f"({text})")
    if titled := re.fullmatch(r"(.+?)\s*<[^<>]+>", text, re.DOTALL):
        return escape(titled.group(1))
    return escape(text.rsplit("/", 1)[-1].replace("_", " ") if name in ("doc", "ref") else text)


def _fence(quotes: Mapping[str, str], known: Mapping[str, str]) -> Callable[..., str]:
    def rule(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        token = tokens[index]
        directive = re.match(r"\{([\w:-]+)\}\s*(.*)", token.info.strip())
        if directive is None:
            return f"<pre><code>{escape(token.content)}</code></pre>"
        return _directive(directive.group(1), directive.group(2), token.content, quotes, known)

    return rule


def _directive(name: str, title: str, body: str, quotes: Mapping[str, str], known: Mapping[str, str]) -> str:
    """An admonition as a box, a dropdown as a fold; what has no text here is left out."""
    lines = body.splitlines()
    is_fold = name in ("dropdown", "toggle") or any("dropdown" in line for line in lines if line.startswith(":class"))
    inner = prose_html("\n".join(line for line in lines if not re.match(r":[\w-]+:", line)), quotes, known)
    heading = _reader(quotes, known).renderInline(known.get(message(title), title))
    if is_fold:
        return f'<details class="cvc-fold"><summary>{heading}</summary>{inner}</details>'
    if name in BOXES:
        return f'<aside class="box">{f"<p><b>{heading}</b></p>" if heading else ""}{inner}</aside>'
    if name == "math":
        return f"<p><code>{escape(body)}</code></p>"
    return "" if name.split(":")[0] in SILENT else inner
