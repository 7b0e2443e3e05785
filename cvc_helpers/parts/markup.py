"""Elements of HTML: every text is escaped here, and only here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

NAMES = {"cls": "class", "for_": "for"}


class Html(str):
    """Markup that is safe to insert; any other text is escaped."""


def el(name: str, *children: object, **attributes: object) -> Html:
    """One element; `cls` and `for_` stand for class and for, `_` for `-`; None and False leave an attribute out."""
    named = {NAMES.get(key, key.replace("_", "-")): value for key, value in attributes.items()}
    marks = "".join(
        f" {key}" if value is True else f' {key}="{escape(str(value))}"'
        for key, value in named.items()
        if value is not None and value is not False
    )
    inside = join(child if isinstance(child, Html) else escape(str(child)) for child in children)
    return Html(f"<{name}{marks}>" if name in ("input", "br") else f"<{name}{marks}>{inside}</{name}>")


def join(items: Iterable[object]) -> Html:
    """Several pieces of markup, one after the other."""
    return Html("".join(str(item) for item in items))
