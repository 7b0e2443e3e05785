"""One run from start to end: everything is built in a hidden sibling folder and appears at once, or not at all."""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from cvc_helpers import contract, tables
from cvc_helpers.errors import CvcError
from cvc_helpers.intake.engagement import load_engagement
from cvc_helpers.intake.privacy import mask_personal
from cvc_helpers.release import source
from cvc_helpers.runs import gate, manifest, pictures, plan, report, workbook
from cvc_helpers.runs.cases import BY_OPTION, Literal, case_path, catalogue_path, checked, parameters
from cvc_helpers.runs.execute import code_cells, execute
from cvc_helpers.runs.facts import Facts, data_lines, intake_record
from cvc_helpers.runs.progress import Progress
from cvc_helpers.wording import LANGUAGES
from cvc_helpers.wording.catalogue import chinese

STAGES = ("gate", "charts", "workbook", "report", "scan")


@dataclass(frozen=True)
class Order:
    """What a run is asked to do, checked.

    Attributes:
        slug: The case.
        data: Folder of the tables.
        given: Parameters that differ from the case's own.
        language: Of everything that is written.
        engagement: Terms of the engagement, as far as the manifest shows them.
        settings: Where queries run.
        quiet: No progress lines.
    """

    slug: str
    data: Path
    given: Mapping[str, Literal]
    language: str
    engagement: Mapping[str, str]
    settings: tables.Settings
    quiet: bool


def run(
    slug: str,
    data: str | Path,
    *,
    given: Mapping[str, Literal] | None = None,
    out: Path | None = None,
    language: str = "en",
    engagement: Path | None = None,
    answers: Mapping[str, Path] | None = None,
    quiet: bool = False,
) -> Path:
    """Execute a case on a folder of tables and leave a run folder.

    Args:
        slug: The case.
        data: Folder of canonical tables.
        given: Parameters by name, typed as the case declares them.
        out: Run folder to make; default `runs/<case>-<time>`.
        language: `"en"` or `"zh"`.
        engagement: The `engagement.yml`; default beside the data folder. Not needed for the fictitious insurer.
        answers: Answers of the client's data team; see `plan.matched_answers`.
        quiet: Show no progress lines.

    Returns:
        The run folder.

    Raises:
        CvcError: E401, E402 wrong parameters, E403 the folder is there, E404, E405 the case failed,
            E406, E407 the gate.
    """
    if language not in LANGUAGES:
        raise CvcError("E411", given=language, form="--language en|zh")
    kept = checked(dict(given or {}), parameters(case_path(slug)), slug)
    order = _order(slug, Path(data), kept, language, engagement, dict(answers or {}), quiet)
    now = datetime.datetime.now(datetime.UTC)
    out = (out or Path("runs") / f"{slug}-{now:%Y%m%d-%H%M%S}").resolve()
    if out.exists():
        raise CvcError("E403", folder=out.name)
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".cvc-", dir=out.parent))
    try:
        _build(order, work, out, now)
        (work / "run").replace(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return out


def _order(
    slug: str,
    data: Path,
    given: dict[str, Literal],
    language: str,
    engagement: Path | None,
    answers: dict[str, Path],
    quiet: bool,
) -> Order:
    folder = tables.find_folder(data)
    terms: dict[str, str] = {}
    settings: dict[str, Any] = {}
    matched = plan.matched_answers(slug, given, plan.answers_beside(folder) | answers)
    if engagement or matched or not tables.is_synthetic(folder):
        agreed = load_engagement(engagement or _beside(folder))
        terms = {"deletion_date": agreed.deletion_date.isoformat(), "client": agreed.client}
        terms |= {"purpose": mask_personal(agreed.purpose), "legal_basis": mask_personal(agreed.legal_basis)}
        settings = {"engine": agreed.engine, "memory": agreed.memory, "threads": agreed.threads}
    return Order(slug, folder, given, language, terms, tables.Settings(**settings, answers=matched), quiet)


def _beside(folder: Path) -> Path:
    """The engagement file beside the data folder, else in the working directory."""
    beside = folder.parent / "engagement.yml"
    return beside if beside.is_file() else Path("engagement.yml")


def _build(order: Order, work: Path, out: Path, started: datetime.datetime) -> None:
    """Make the run folder `work/run`, scanned and ready to appear."""
    folder, spill = work / "run", work / "spill"
    folder.mkdir()
    spill.mkdir()
    settings = tables.Settings(**(vars(order.settings) | {"spill": str(spill)}))
    total = code_cells(case_path(order.slug)) + len(STAGES)
    progress = Progress(folder / "progress.jsonl", total, language=order.language, quiet=order.quiet)
    opened = tables.open(order.data, memory=settings.memory, threads=settings.threads, spill=spill)
    with closing(opened.connection):
        insurer = replace(opened, settings=settings)
        failed = out.parent / f"{order.slug}.failed.ipynb"
        executed = _executed(order, insurer, work, failed, progress)
        found = gate.released(executed, gate.open_codes(insurer))
        progress.step("gate")
        facts = _facts(order, insurer, out.name, started)
        _write(folder, order, facts, found, progress)
        record = _manifest(order, facts, found, started)
        ours = (*report.scripts(), report.stylesheet())
        gate.scan(folder, without=ours, insurer=None if insurer.is_synthetic else insurer)
        progress.step("scan")
        manifest.write_json(folder / manifest.NAME, manifest.sealed(record | {"outputs": manifest.outputs(folder)}))
        gate.scan(folder, without=ours)


def _executed(order: Order, insurer: tables.Insurer, work: Path, failed: Path, progress: Progress) -> Any:
    """The executed notebook of the case."""
    notebook = case_path(order.slug)
    options = {"data": str(order.data), "language": order.language}
    known = parameters(notebook)
    return execute(
        notebook,
        {**order.given, **{name: options[name] for name in BY_OPTION if name in known}},
        settings=insurer.settings,
        work=work,
        failed=failed,
        show_message=insurer.is_synthetic,
        progress=progress,
    )


def _write(folder: Path, order: Order, facts: Facts, found: gate.Released, progress: Progress) -> None:
    """Charts, workbook, report, findings and cards."""
    pictures.write_charts(folder / "charts", order.slug, found, order.language)
    progress.step("charts")
    workbook.write_workbook(folder / "tables.xlsx", facts, found)
    progress.step("workbook")
    translation = chinese(catalogue_path(order.slug)) if order.language == "zh" else {}
    html = report.report_html(facts, found, translation)
    (folder / "report.html").write_text(html, encoding="utf-8", newline="\n")
    records = sorted((result["finding"] for result in found.of("finding")), key=lambda record: str(record["key"]))
    manifest.write_json(folder / "findings.json", records)
    for table in found.of("table"):
        if table.get("record"):
            text = yaml.safe_dump(table["record"], allow_unicode=True, sort_keys=False)
            (folder / "card.yml").write_text(text, encoding="utf-8", newline="\n")
    progress.step("report")


def _facts(order: Order, insurer: tables.Insurer, run_id: str, started: datetime.datetime) -> Facts:
    intake = intake_record(order.data)
    known = parameters(case_path(order.slug))
    asked = {name: (order.given.get(name, p.default), p.default) for name, p in known.items() if name not in BY_OPTION}
    shown = source(insurer, order.language)
    return Facts(
        slug=order.slug,
        language=order.language,
        run_id=run_id,
        day=f"{started:%Y-%m-%d}",
        subject=order.engagement.get("client") or shown,
        data_name=order.data.name,
        source=shown,
        version=f"{manifest.environment()['code_version']} ({manifest.source_hash()[:12]})",
        parameters=asked,
        data_lines=data_lines(insurer, order.slug, order.language, intake),
        intake=intake,
    )


def _manifest(order: Order, facts: Facts, found: gate.Released, started: datetime.datetime) -> dict[str, Any]:
    intake = facts.intake
    return {
        "case": order.slug,
        "run": facts.run_id,
        "data": order.data.name,
        "language": order.language,
        "engine": order.settings.engine,
        "inputs": manifest.inputs(order.data, [Path(path) for path in order.settings.answers.values()]),
        "answers": sorted(order.settings.answers),
        "parameters": {name: value for name, (value, _) in facts.parameters.items()},
        "thresholds": {name: facts.parameters[name][0] for name in sorted(contract.thresholds(order.slug))},
        "seed": facts.parameters.get("seed", (None, None))[0],
        "mapping_sha256": intake.get("mapping_sha256", ""),
        "key_id": intake.get("key_id", ""),
        "conservation": intake.get("conservation", []),
        "engagement": dict(order.engagement),
        "withheld_outputs": dict(found.dropped),
        "environment": manifest.environment(),
        "started": started.isoformat(timespec="seconds"),
        "ended": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
