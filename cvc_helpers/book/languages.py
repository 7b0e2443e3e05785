"""The language of an edition, as the wordings name it."""

from __future__ import annotations

from typing import Any


def language_of(config: Any) -> str:
    """`"zh"` where Sphinx builds a Chinese edition, else `"en"`."""
    return "zh" if str(config.language).startswith("zh") else "en"
