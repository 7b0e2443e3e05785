from __future__ import annotations

from pathlib import Path

import pytest

from cvc_helpers import intake
from tests.intake import dirty_kit


@pytest.fixture
def project(tmp_path):
    """A project folder with an engagement, and its key beside it."""
    folder = tmp_path / "project"
    folder.mkdir()
    dirty_kit._write_engagement(dirty_kit.Planted(folder))
    return folder


@pytest.fixture(scope="session")
def delivery(tmp_path_factory):
    """The dirty kit, profiled and taken in once: planted, terminal output, result."""
    folder = tmp_path_factory.mktemp("delivery")
    planted = dirty_kit.write_exports(dirty_kit.make_clean(folder / "clean"), folder / "project")
    lines: list[str] = []
    mapping = intake.propose_mapping(planted.files)
    lines += [intake.profile_text(mapping, language) for language in ("en", "zh")]
    intake.save_mapping(mapping, planted.folder / "mapping.yml")
    result = intake.ingest(
        planted.folder / "mapping.yml", planted.engagement, folder / "curated", progress=lines.append
    )
    lines += [result.text(language) for language in ("en", "zh")]
    return planted, "\n".join(lines), result


@pytest.fixture
def take(project, tmp_path):
    """Write one file, profile it, change the mapping, take it in."""

    def run(name: str, content: str | bytes, *, encoding: str = "utf-8", edit=None, **options):
        path: Path = project / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return run_files([path], edit=edit, **options)

    def run_files(paths, *, edit=None, **options):
        mapping = intake.propose_mapping(paths)
        if edit:
            mapping = edit(mapping)
        intake.save_mapping(mapping, project / "mapping.yml")
        quiet = {"progress": lambda line: None, **options}
        return intake.ingest(project / "mapping.yml", project / "engagement.yml", tmp_path / "curated", **quiet)

    run.files = run_files
    return run
