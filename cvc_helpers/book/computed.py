"""What a case computed, on a chapter's page: a number by the role `{computed}`, a finding or chart by `{shown}`.

Both take the key under which the case glued it, e.g. `big_policy_backtracking.extra_policies.low`. An unknown key
is a warning, which the build refuses. The glue directive of myst-nb knows no renderers when it pastes across pages,
hence a directive of our own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.ext.glue.roles import PasteTextRole
from sphinx.util.docutils import SphinxDirective

from cvc_helpers.book.mime import RENDERERS


class Computed(PasteTextRole):  # type: ignore[misc]  # myst-nb has no types
    """Pastes the number that the case glued under that key."""

    text: str

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Look the key up in the case that its first word names."""
        self.text = f"/cases/{self.text.split('.')[0]}.ipynb::{self.text}:s"
        found: tuple[list[nodes.Node], list[nodes.system_message]] = super().run()
        return found


class Shown(SphinxDirective):
    """Shows the finding, table or chart that the case displayed under that key."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Draw the output as the case's own page does."""
        key = self.arguments[0]
        notebook = Path(self.env.srcdir) / "cases" / f"{key.split('.')[0]}.ipynb"
        self.env.note_dependency(str(notebook))
        for mime, content in glued(notebook).get(key, {}).items():
            if mime in RENDERERS:
                language = "zh" if str(self.config.language).startswith("zh") else "en"
                return [nodes.raw(text=RENDERERS[mime](content, language), format="html", classes=["output"])]
        return [self.state.document.reporter.warning(f"{notebook.name} shows nothing under {key!r}", line=self.lineno)]


def glued(notebook: Path) -> dict[str, dict[str, Any]]:
    """Key to MIME bundle of everything that a stored notebook displayed under a name; empty if there is no file."""
    if not notebook.exists():
        return {}
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells if cell["cell_type"] == "code" for output in cell.get("outputs", ())]
    named = [(output.get("metadata", {}).get("scrapbook", {}).get("name"), output) for output in outputs]
    return {name: output["data"] for name, output in named if name}


def setup(app: Any) -> dict[str, bool]:
    """Register the role and the directive with Sphinx."""
    app.add_role("computed", Computed())
    app.add_directive("shown", Shown)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
