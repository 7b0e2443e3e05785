"""The face of the handbook: `cvc list | demo | request | profile | ingest | run | sql | verify | purge`."""

from __future__ import annotations

import datetime
import re
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer

from cvc_helpers.errors import CvcError

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Customer Value Creation Handbook: from an insurer's exports to a report. Begin with `cvc list`.",
)

Language = Annotated[str, typer.Option("--language", "-l", help="en or zh")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="name=value; repeat for more")]
Case = Annotated[str, typer.Argument(help="name of a case, as `cvc list` prints it")]


WRONG_USE: Any = typer.BadParameter.__base__
"""What Typer raises where a verb, an option or a value is missing or unknown; it carries a Click of its own."""
WRONG_CODES = {"MissingParameter": "E415", "BadParameter": "E419", "BadOptionUsage": "E419"}
NAMED = r"'([^']+)'|(?<!\w)(--?\w[\w-]*)|\) \((.+)\)"
"""Where Typer's messages name an option, an argument or a verb: the one that was given first, then those near it."""
EXAMPLE = "Example: "


def _example(text: str) -> str:
    return EXAMPLE + text


@app.command("list", epilog=_example("cvc list --language zh"))
def list_cases(language: Language = "en") -> None:
    """Show the cases, their parameters, and what each rung of data buys."""
    from cvc_helpers import ladder
    from cvc_helpers.runs.cases import BY_OPTION, case_path, parameters, slugs

    _language(language)
    for slug in slugs():
        print(slug)
        for parameter in parameters(case_path(slug)).values():
            if parameter.name not in BY_OPTION:
                print(f"  --set {parameter.name}={parameter.default}  ({parameter.kind})")
        for rung in ladder.rungs(slug):
            print(f"  [{rung.name}] {rung.buys[language]}")


@app.command(epilog=_example("cvc demo --customers 20000 --out demo"))
def demo(
    out: Annotated[Path, typer.Option(help="folder to write")],
    customers: Annotated[int, typer.Option(min=100, help="how many customers")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="another seed, another insurer")] = 20260101,
) -> None:
    """Make the fictitious insurer, with its planted truth."""
    from cvc_helpers.synthetic.make import make_insurer

    make_insurer(out, customers=customers, seed=seed, progress=_tell)
    print(out)


@app.command(epilog=_example("cvc request big_policy_backtracking --language zh > letter.md"))
def request(case: Case, language: Language = "") -> None:
    """Print the letter that asks the client for data; in both languages unless one is named."""
    from cvc_helpers.intake import letter

    print("\n\n".join(letter(case, name) for name in ([_language(language)] if language else ["zh", "en"])))


@app.command(epilog=_example("cvc profile exports/ --out mapping.yml"))
def profile(
    files: Annotated[list[Path], typer.Argument(help="the client's files, or folders of them", exists=True)],
    out: Annotated[Path, typer.Option(help="where to write the proposed mapping")] = Path("mapping.yml"),
    language: Language = "en",
) -> None:
    """Look at the client's files and propose `mapping.yml`; no value of a personal column is shown."""
    from cvc_helpers.intake import profile_text, propose_mapping, save_mapping

    _language(language)
    if out.exists():
        raise CvcError("E403", folder=out.name)
    proposed = propose_mapping(_files(files))
    print(profile_text(proposed, language))
    save_mapping(proposed, out)
    print(out)


@app.command(epilog=_example("cvc ingest --mapping mapping.yml --engagement engagement.yml --out curated"))
def ingest(
    mapping: Annotated[
        Path, typer.Option(help="the mapping that a person has confirmed", exists=True, dir_okay=False)
    ] = Path("mapping.yml"),
    out: Annotated[Path, typer.Option(help="folder of canonical tables to write")] = Path("curated"),
    engagement: Annotated[Path, typer.Option(help="purpose, contact, deletion date, key")] = Path("engagement.yml"),
    accept_quarantine: Annotated[float, typer.Option(help="largest share of rows that may be set aside")] = 0.10,
    reason: Annotated[str, typer.Option(help="why more than a tenth is accepted")] = "",
    language: Language = "en",
) -> None:
    """Take the files in: every row is understood, set aside with a reason, or excluded by rule."""
    from cvc_helpers.intake import ingest as take_in

    _language(language)
    result = take_in(mapping, engagement, out, accept_quarantine=accept_quarantine, reason=reason, progress=_tell)
    print(result.text(language))
    print(out)


@app.command(epilog=_example("cvc run big_policy_backtracking --data curated --set premium_threshold_yuan=300000"))
def run(
    case: Case,
    data: Annotated[Path, typer.Option(help="folder of canonical tables")],
    settings: Settings = None,
    out: Annotated[Path | None, typer.Option(help="run folder to make; default runs/<case>-<time>")] = None,
    engagement: Annotated[
        Path | None, typer.Option(help="default: beside the data folder", exists=True, dir_okay=False)
    ] = None,
    answer: Annotated[list[str] | None, typer.Option(help="<query>=file.parquet, from the client's team")] = None,
    language: Language = "en",
) -> None:
    """Execute a case on a folder of tables; leaves report, workbook, charts, findings and manifest in one folder."""
    from cvc_helpers.runs import cases
    from cvc_helpers.wording import say

    given = cases.parsed(settings or [], cases.parameters(cases.case_path(case)), case)
    from cvc_helpers.runs import one

    answers = dict(_pair(text) for text in answer or [])
    folder = one.run(case, data, given=given, out=out, language=language, engagement=engagement, answers=answers)
    print(say("runs.done", language, folder=folder.name))
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        print(f"  {path.relative_to(folder).as_posix()}  {path.stat().st_size:,}")


@app.command(epilog=_example("cvc sql big_policy_backtracking --dialect spark > queries.sql"))
def sql(
    case: Case,
    dialect: Annotated[str, typer.Option(help="duckdb or spark")] = "spark",
    settings: Settings = None,
) -> None:
    """Print the queries of a case for the client's data team; each says under which name to save its answer."""
    from cvc_helpers import queries, tables
    from cvc_helpers.runs import cases
    from cvc_helpers.runs.plan import planned_queries

    if dialect not in tables.DIALECTS:
        raise CvcError("E411", given=dialect, form=f"--dialect {'|'.join(tables.DIALECTS)}")
    given = cases.parsed(settings or [], cases.parameters(cases.case_path(case)), case)
    planned = planned_queries(case, given)
    for view in queries.views_of({query for query, _ in planned.values()}):
        body = tables.dialect_sql(queries.read_query(view).strip(), dialect)
        print(f"create or replace temporary view {view} as\n{body};\n")
    for name, (query, values) in planned.items():
        print(f"-- answers/{name}.parquet\n{tables.printed_sql(query, values, dialect)};\n")


@app.command(epilog=_example("cvc verify runs/big_policy_backtracking-20260105-093000"))
def verify(folder: Annotated[Path, typer.Argument(help="a run folder")]) -> None:
    """Check that a run folder is as the run left it."""
    from cvc_helpers.runs.verify import verify as recompute

    print(f"OK {recompute(folder)}")


@app.command(epilog=_example("cvc purge --engagement engagement.yml --yes"))
def purge(
    engagement: Annotated[Path, typer.Option(help="curated/, quarantine/ and runs/ beside it are deleted")] = Path(
        "engagement.yml"
    ),
    yes: Annotated[bool, typer.Option("--yes", help="delete; without it only say what would be deleted")] = False,
) -> None:
    """Delete what was processed for a client and write a deletion record."""
    from cvc_helpers.runs.purge import purge as delete

    record = delete(engagement, really=yes)
    for folder in record["folders"]:
        print(f"{'deleted' if yes else 'would delete'} {folder['folder']}/  {folder['files']} files")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every refusal is a message in both languages and an exit code, never a traceback."""
    _speak_utf8()
    raise SystemExit(_exit_code(sys.argv[1:] if arguments is None else arguments))


def _exit_code(arguments: list[str]) -> int:
    """Run a verb; 2 with the list of verbs if none is named."""
    try:
        code = app(arguments or ["--help"], prog_name="cvc", standalone_mode=False)
        return int(code or 0) if arguments else 2
    except CvcError as refusal:
        return _refused(refusal)
    except WRONG_USE as problem:
        return _refused(_wrong_use(problem, arguments))
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except OSError as problem:
        if not problem.filename:
            return _unforeseen(problem)
        return _refused(CvcError("E416", name=Path(str(problem.filename)).name, reason=problem.strerror))
    except Exception as problem:
        return _unforeseen(problem)


def _refused(refusal: CvcError) -> int:
    print(str(refusal), file=sys.stderr)
    return refusal.exit_code


def _wrong_use(problem: Any, arguments: list[str]) -> CvcError:
    """What is missing, not taken or without a proper value, with the example of the verb."""
    said = problem.format_message().rstrip(".")
    words = [quoted or option or rest for quoted, option, rest in re.findall(NAMED, said)] or [said]
    near = f" ({', '.join(words[1:])}?)" if words[1:] else ""
    examples = {info.name or info.callback.__name__: info.epilog for info in app.registered_commands if info.callback}
    verb = arguments[0] if arguments[0] in examples else ""
    example = (examples.get(verb) or "cvc list").removeprefix(EXAMPLE)
    command = f"cvc {verb}".strip()
    code = WRONG_CODES.get(type(problem).__name__, "E418")
    return CvcError(code, command=command, name=words[0], near=near, said=said, example=example)


def _unforeseen(problem: Exception) -> int:
    """Say that something went wrong, and log where; the message is left out because it may quote a value."""
    frames = traceback.extract_tb(problem.__traceback__)
    lines = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    name = f"cvc-{datetime.datetime.now(datetime.UTC):%Y%m%d-%H%M%S}.log"
    log = Path(tempfile.gettempdir()) / name
    log.write_text("\n".join([type(problem).__name__, *lines]) + "\n", encoding="utf-8")
    where = lines[-1] if lines else "–"
    return _refused(CvcError("E413", error=type(problem).__name__, where=where, log=name))


def _speak_utf8() -> None:
    """A console that speaks cp936 or ASCII gets UTF-8, and a letter it lacks a question mark."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(encoding="utf-8", errors="replace")


def _language(language: str) -> str:
    from cvc_helpers.wording import LANGUAGES

    if language not in LANGUAGES:
        raise CvcError("E411", given=language, form="--language en|zh")
    return language


def _pair(text: str) -> tuple[str, Path]:
    name, sign, path = text.partition("=")
    if not sign:
        raise CvcError("E411", given=text, form="--answer <query>=file.parquet")
    return name.strip(), Path(path)


def _files(paths: list[Path]) -> list[Path]:
    """The files named, and those inside the folders named; E411 if there is none."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(child for child in path.iterdir() if child.is_file()) if path.is_dir() else [path]
        found += [child for child in inside if not child.name.startswith((".", "~$"))]
    if not found:
        raise CvcError("E411", given=" ".join(path.name for path in paths), form="cvc profile <files>")
    return found


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
