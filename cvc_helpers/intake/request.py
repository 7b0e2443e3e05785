"""The letter that asks a client for data, generated from the contract, in both languages."""

from __future__ import annotations

from cvc_helpers import contract, ladder
from cvc_helpers.errors import CvcError
from cvc_helpers.wording import LANGUAGES, say


def letter(slug: str, language: str) -> str:
    """The data-request letter for one case: its rungs, what each buys, and the columns.

    Args:
        slug: The case, e.g. `"big_policy_backtracking"`.
        language: `en` or `zh`.

    Returns:
        The letter in Markdown.

    Raises:
        CvcError: E136 the case has no data ladder, E902 another language.
    """
    if language not in LANGUAGES:
        raise CvcError("E902", language=language)
    ladders = ladder.needs()
    if slug not in ladders:
        raise CvcError("E136", slug=slug, known=sorted(ladders))
    parts = [f"# {say('intake.letter_subject', language, slug=slug)}", say("intake.letter_open", language)]
    for number, rung in enumerate(ladders[slug], start=1):
        named = say(f"intake.rung_{rung.name}", language)
        parts.append(f"## {say('intake.letter_rung', language, number=number, rung=named)}")
        parts.append(say("intake.letter_buys", language, buys=rung.buys[language]))
        parts += [_one_of(rung, language)] if rung.one_of else []
        parts += [_table(table, names, rung, language) for table, names in rung.asked.items()]
    parts += [say("intake.letter_masking", language), say("intake.letter_sending", language)]
    return "\n\n".join(parts) + "\n"


def _one_of(rung: ladder.Rung, language: str) -> str:
    """Of which sets of tables a rung needs one."""
    sets = []
    for tables in rung.one_of:
        said = []
        for name, columns in tables.items():
            table = contract.tables()[name]
            listed = ("、" if language == "zh" else ", ").join(table.column(column).zh for column in columns)
            named = table.zh if language == "zh" else f"{table.zh} {table.en}"
            said.append(say("intake.letter_set", language, table=named, columns=listed))
        sets.append(say("intake.letter_with", language).join(said))
    return say("intake.letter_one_of", language, sets=say("intake.letter_or", language).join(sets))


def _table(name: str, columns: tuple[str, ...], rung: ladder.Rung, language: str) -> str:
    table = contract.tables()[name]
    row = table.row_zh if language == "zh" else table.row_en
    key = ", ".join(table.column(key).zh for key in table.key)
    title = say("intake.letter_table", language, zh=table.zh, name=name, row=row, keys=key)
    lines = [say("intake.letter_heading", language), "|---|---|---|---|"]
    wished = rung.optional.get(name, ())
    lines += [_row(table.column(column), column in wished, language) for column in columns]
    return f"### {title}\n\n" + "\n".join(lines)


def _row(column: contract.Column, is_optional: bool, language: str) -> str:
    values = "、".join(value.zh for value in column.values)
    form = say(f"intake.kind_{column.kind}", language, values=values)
    if column.unit and column.kind != "cents":
        form += f" ({column.unit})"
    if column.sensitive:
        form += say("intake.letter_sensitive", language)
    answer = "optional" if is_optional else "gaps" if column.nullable else "yes"
    required = say(f"intake.letter_{answer}", language)
    name = column.zh if language == "zh" else f"{column.zh} ({column.en})"
    return f"| {name} | {'、'.join(column.synonyms)} | {form} | {required} |"
