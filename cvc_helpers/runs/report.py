"""`report.html`: one file that opens offline; the result first, then data quality, then what the analyst asks."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path

import jinja2

from cvc_helpers import contract, render, rounding, web
from cvc_helpers.parts.card import statistics
from cvc_helpers.parts.found import Found
from cvc_helpers.parts.markup import el
from cvc_helpers.runs.board import facts_table, intake_content, others_html, quality_html, result_html
from cvc_helpers.runs.facts import Facts
from cvc_helpers.runs.gate import Piece, Released
from cvc_helpers.runs.prose import prose_html, untranslated
from cvc_helpers.wording import say, wordings

HERE = Path(__file__).parent
LABELS = ("data_quality", "analyst", "parameters", "parameters_note", "the_case", "provenance", "code")


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
        result=result_html(facts, found),
        quality=quality_html(facts),
        others=others_html(found, language),
        intake=_intake(facts),
        parameters=_parameters(facts),
        prose_note=say("runs.english_prose", language) if is_english else "",
        body="\n".join(_piece(piece, found, language, translation) for piece in pieces),
        code="".join(f"<pre><code>{escape(code)}</code></pre>" for code in found.of("code")),
        provenance=_provenance(facts, found),
        foot=f"{facts.source} · {facts.run_id}",
        stylesheet=stylesheet(),
        scripts=scripts(),
        policy=_policy(),
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


def _policy() -> str:
    """What a browser may do with the page: run its own scripts and styles, and nothing else."""
    allowed = f"script-src {' '.join(map(_hash, scripts()))}; style-src {_hash(stylesheet())}; img-src data:"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    """What the page's policy calls a script or style that may run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _title(pieces: list[Piece], slug: str) -> tuple[str, list[Piece]]:
    """The first heading, taken out of the prose."""
    for number, piece in enumerate(pieces):
        if piece.kind == "prose" and (hit := re.search(r"^# (.+)$", piece.content, re.MULTILINE)):
            rest = piece.content.replace(hit.group(), "", 1)
            return hit.group(1), [*pieces[:number], Piece("prose", rest), *pieces[number + 1 :]]
    return slug.replace("_", " "), pieces


def _piece(piece: Piece, found: Released, language: str, translation: Mapping[str, str]) -> str:
    if piece.kind == "prose":
        return re.sub(r"<(/?)h2>", r"<\1h4>", prose_html(piece.content, found.quotes, translation))
    if piece.kind == "finding":
        return _finding(Found(piece.content, language), found)
    if piece.kind == "chart":
        return render.chart_html(piece.content["spec"])
    if piece.kind == "withheld":
        return render.withheld_html(piece.content, language)
    return render.table_html(piece.content, language) if piece.kind == "table" else ""


def _finding(one: Found, found: Released) -> str:
    """A finding as its card; of the primary one, whose card stands at the top, only what the analyst asks."""
    primary = found.primary(one.language)
    if primary is None or primary.key != one.key:
        return render.finding_html(one.content, one.language)
    return el("div", el("p", el("b", one.text("title"))), statistics(one), cls="primary", data_key=one.key)


def _intake(facts: Facts) -> str:
    """Every file that came in, and the codes of what was set aside; nothing where nothing was taken in here."""
    content, language = intake_content(facts), facts.language
    codes = facts_table(facts.codes())
    found = render.table_html(content, language) if content else ""
    return found + (f"<p>{escape(say('runs.code_counts', language))}</p>{codes}" if codes else "")


def _parameters(facts: Facts) -> str:
    """Every parameter with its value; the thresholds and what was changed stand out."""
    language, decisive = facts.language, contract.thresholds(facts.slug)
    rows = []
    for name, (value, default) in facts.parameters.items():
        marks = [say("runs.threshold", language)] if name in decisive else []
        was, shown = (_written(name, one, language) for one in (default, value))
        marks += [f"{say('runs.changed', language)}: {was} → {shown}"] if value != default else []
        mark = f' <span class="mark">{escape(" · ".join(marks))}</span>' if marks else ""
        kind = ' class="is-threshold"' if name in decisive else ""
        figure = f'<td class="figure">{escape(shown)}</td>'
        words = f"{escape(facts.label(name))}<br>" if facts.label(name) else ""
        rows.append(f'<tr{kind}><th scope="row">{words}<code>{escape(name)}</code>{mark}</th>{figure}</tr>')
    head = f'<th scope="col">{escape(say("runs.parameter", language))}</th>'
    head += f'<th scope="col" class="figure">{escape(say("runs.value", language))}</th>'
    return f'<table class="facts"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _written(name: str, value: object, language: str) -> str:
    """A parameter as the report prints it; a sum of money in Chinese in 万元."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value) or "–"
    return rounding.money(value, language) if language == "zh" and "_yuan" in name else f"{value:,.15g}"


def _provenance(facts: Facts, found: Released) -> str:
    language = facts.language
    rows = [
        (say("runs.run_id", language), facts.run_id),
        (say("runs.made_on", language), facts.day),
        (say("runs.data_folder", language), facts.data_name),
        (say("runs.version", language), facts.version),
        (say("runs.dropped", language), ", ".join(f"{kind} × {n}" for kind, n in found.dropped.items()) or "0"),
    ]
    return facts_table(rows)
