"""`report.html`: one file that opens offline; data quality first, then what was asked, the result, and how we know."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import jinja2

from cvc_helpers import contract, render, web
from cvc_helpers.runs.facts import Facts
from cvc_helpers.runs.gate import Piece, Released
from cvc_helpers.runs.prose import prose_html, untranslated
from cvc_helpers.wording import say, wordings

HERE = Path(__file__).parent
LABELS = ("data_quality", "parameters", "parameters_note", "result", "the_case", "provenance", "code")
SUMMARY = ("finding", "worth", "reading")
"""Columns of the summary."""


def report_html(facts: Facts, found: Released, translation: Mapping[str, str]) -> str:
    """The report of one run.

    Args:
        facts: What is known of the run.
        found: What the case may show.
        translation: Paragraphs of the case to their Chinese; empty in an English report.

    Returns:
        HTML; nothing in it points outside the file.
    """
    language = facts.language
    title, pieces = _title(found.pieces, facts.slug)
    if title not in translation and f"runs.case_{facts.slug}" in wordings():
        title = say(f"runs.case_{facts.slug}", language)
    prose = [piece.content for piece in pieces if piece.kind == "prose"]
    is_english = language != "en" and any(untranslated(text, translation) for text in prose)
    return _template().render(
        language=language,
        title=translation.get(title, title),
        meta=" · ".join([facts.subject, facts.day, f"{say('runs.run_id', language)} {facts.run_id}"]),
        words={name: say(f"runs.{name}", language) for name in LABELS},
        quality=_quality(facts),
        parameters=_parameters(facts),
        summary=_summary(found, language),
        prose_note=say("runs.english_prose", language) if is_english else "",
        body="\n".join(_piece(piece, found, language, translation) for piece in pieces),
        code="".join(f"<pre><code>{escape(code)}</code></pre>" for code in found.of("code")),
        provenance=_provenance(facts, found),
        foot=f"{facts.source} · {facts.run_id}",
        stylesheet=stylesheet(),
        scripts=scripts(),
        script_hashes=" ".join(map(_hash, scripts())),
    )


@cache
def _template() -> jinja2.Template:
    text = (HERE / "report.html.j2").read_text(encoding="utf-8")
    return jinja2.Environment(autoescape=False, keep_trailing_newline=True).from_string(text)


@cache
def scripts() -> tuple[str, ...]:
    """The scripts of a report, safe inside a page."""
    served = (web.parts_script(), web.vega_bundle(), web.script())
    return tuple(text.replace("</script", "<\\/script") for text in served)


@cache
def stylesheet() -> str:
    """The style of a report: the house's and its own."""
    return web.stylesheet() + (HERE / "report.css").read_text(encoding="utf-8")


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _title(pieces: list[Piece], slug: str) -> tuple[str, list[Piece]]:
    """The first heading, taken out of the prose."""
    for number, piece in enumerate(pieces):
        if piece.kind == "prose" and (hit := re.search(r"^# (.+)$", piece.content, re.MULTILINE)):
            rest = piece.content.replace(hit.group(), "", 1)
            return hit.group(1), [*pieces[:number], Piece("prose", rest), *pieces[number + 1 :]]
    return slug.replace("_", " "), pieces


def _piece(piece: Piece, found: Released, language: str, translation: Mapping[str, str]) -> str:
    if piece.kind == "prose":
        return re.sub(r"<(/?)h2>", r"<\1h3>", prose_html(piece.content, found.quotes, translation))
    if piece.kind == "finding":
        return render.finding_html(piece.content, language)
    if piece.kind == "chart":
        return render.chart_html(piece.content["spec"])
    if piece.kind == "withheld":
        return render.withheld_html(piece.content, language)
    return render.table_html(piece.content, language) if piece.kind == "table" else ""


def _quality(facts: Facts) -> str:
    """What came in and what became of it, or a line that says whose data these are."""
    language = facts.language
    parts = [f"<p>{escape(line)}</p>" for line in facts.data_lines]
    if facts.intake.get("banner"):
        parts.insert(0, f'<div class="banner"><p>{escape(say("runs.banner", language))}</p></div>')
    if rows := facts.conservation():
        headings, *body = rows
        content = {"caption": say("runs.conservation", language), "columns": headings, "rows": body}
        parts.insert(-len(facts.data_lines) or len(parts), render.table_html(content, language))
    if codes := facts.codes():
        parts.append(f"<p>{escape(say('runs.code_counts', language))}</p>" + _facts_table(codes))
    return "".join(parts)


def _parameters(facts: Facts) -> str:
    """Every parameter with its value; the thresholds and what was changed stand out."""
    language, decisive = facts.language, contract.thresholds(facts.slug)
    rows = []
    for name, (value, default) in facts.parameters.items():
        marks = [say("runs.threshold", language)] if name in decisive else []
        marks += [f"{say('runs.changed', language)}: {default} → {value}"] if value != default else []
        mark = f' <span class="mark">{escape(" · ".join(marks))}</span>' if marks else ""
        kind = ' class="is-threshold"' if name in decisive else ""
        shown = "–" if value == "" else f"{value:,}" if _is_number(value) else str(value)
        figure = f'<td class="figure">{escape(shown)}</td>'
        words = f"{escape(facts.label(name))}<br>" if facts.label(name) else ""
        rows.append(f'<tr{kind}><th scope="row">{words}<code>{escape(name)}</code>{mark}</th>{figure}</tr>')
    head = f'<th scope="col">{escape(say("runs.parameter", language))}</th>'
    head += f'<th scope="col" class="figure">{escape(say("runs.value", language))}</th>'
    return f'<table class="facts"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _summary(found: Released, language: str) -> str:
    """The findings as one line each."""
    heads = "".join(f'<th scope="col" class="short">{escape(say(f"runs.{name}", language))}</th>' for name in SUMMARY)
    rows = "".join(_summary_row(result, language) for result in found.of("finding"))
    return f'<table class="facts"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>' if rows else ""


def _summary_row(result: Mapping[str, Any], language: str) -> str:
    """One finding as a row of the summary; the one place here that reads a finding's fields."""
    texts, shown = result["texts"][language], result["shown"]
    return (
        f"<tr><td>{escape(texts['sentence'])}</td>"
        f'<td class="figure">{escape(shown["worth"])}</td>'
        f'<td class="short">{escape(_read(texts))}</td></tr>'
    )


def _read(texts: Mapping[str, str]) -> str:
    """Kind and reading of a finding in a few words."""
    return f"{texts['kind']}: {texts['reading']}".removesuffix(": –")


def _provenance(facts: Facts, found: Released) -> str:
    language = facts.language
    rows = [
        (say("runs.run_id", language), facts.run_id),
        (say("runs.made_on", language), facts.day),
        (say("runs.data_folder", language), facts.data_name),
        (say("runs.version", language), facts.version),
        (say("runs.dropped", language), ", ".join(f"{kind} × {n}" for kind, n in found.dropped.items()) or "0"),
    ]
    return _facts_table(rows)


def _facts_table(rows: Iterable[tuple[str, str]]) -> str:
    body = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(text)}</td></tr>' for name, text in rows)
    return f'<table class="facts"><tbody>{body}</tbody></table>'
