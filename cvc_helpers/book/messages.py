"""Sphinx extension: notes each page's messages, that is the paragraphs, headings and cells that have words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util.nodes import LITERAL_TYPE_NODES, extract_messages

from cvc_helpers.wording.catalogue import has_words

FILE = "messages.json"
GENERATED = (addnodes.desc, nodes.docinfo, nodes.field_list)
"""The reference of the code, and the metadata of a notebook."""


class NoteMessages(SphinxTransform):
    """Keeps the messages of a page in the environment, so that they outlive a build that does not read the page."""

    default_priority = 15
    """Before Sphinx's own translation, which replaces them."""

    def apply(self, **_: Any) -> None:
        """Messages in the order of the page, each once, with the line of its first use (0 if unknown)."""
        _leave_generated(self.document)
        found: dict[str, int] = {}
        for node, text in extract_messages(self.document):
            if has_words(text) and not isinstance(node, LITERAL_TYPE_NODES):
                found.setdefault(text, node.line or 0)
        _kept(self.env)[self.env.docname] = found


def _leave_generated(document: nodes.document) -> None:
    """Generated parts of a page have both languages already: only what stands in the page's own file is a message.

    What stands inside a line of text is no message of its own, and Sphinx would tear a marked one out of its sentence.
    """
    own = str(document["source"])
    inside = {id(node) for outer in GENERATED for part in document.findall(outer) for node in part.findall()}
    for node in document.findall(nodes.TextElement):
        if isinstance(node, nodes.inline) and id(node) not in inside:
            continue
        if id(node) in inside or not str(node.source or "").startswith(own):
            node["translatable"] = False


def _kept(environment: Any) -> dict[str, dict[str, int]]:
    """Page to its messages."""
    if not hasattr(environment, "cvc_messages"):
        environment.cvc_messages = {}
    kept: dict[str, dict[str, int]] = environment.cvc_messages
    return kept


def _forget(app: Any, environment: Any, docname: str) -> None:
    _kept(environment).pop(docname, None)


def _write(app: Any, exception: Exception | None) -> None:
    """Leave the messages of all pages beside the doctrees, for `make translate` and for the gate."""
    if exception is None:
        target = Path(app.doctreedir) / FILE
        target.write_text(json.dumps(_kept(app.env), ensure_ascii=False, indent=1), encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_transform(NoteMessages)
    app.connect("env-purge-doc", _forget)
    app.connect("build-finished", _write)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
