"""Big-policy backtracking on an insurer of another make, worked as a consultant would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from cvc_helpers.errors import CvcError
from cvc_helpers.findings import Finding
from cvc_helpers.methods import big_policy_backtracking as backtracking
from tests.elsewhere import insurer
from tests.elsewhere.client import by_papermill, worked
from tests.runs import clients
from tests.runs.conftest import cvc_here

SLUG = "big_policy_backtracking"
HEADLINE = f"{SLUG}.extra_policies"
SEEDS = range(1, 21)
"""Fixed before any of them was looked at."""
HONEST, CHANCE = 0.93, 0.001
FEWEST = int(binom.ppf(CHANCE, len(SEEDS), HONEST))
"""A method of true coverage `HONEST` covers in fewer of the seeds less than once in a thousand times."""
ASKED: dict[str, Any] = {
    "premium_threshold_yuan": insurer.PREMIUM_YUAN, "committed_threshold_yuan": insurer.COMMITTED_YUAN,
    "contribution_yuan_per_policy": 90_000.0, "service_id": insurer.DESK, "placebo_id": insurer.CHECKUP,
    "age_from": insurer.AGES[0], "age_to": insurer.AGES[1], "branches": "in_reach",
    "first_day": insurer.FIRST_DAY, "last_day": insurer.LAST_DAY,
}  # fmt: skip
"""A visit costs 900 yuan in the catalogue: one policy more per 100 must come of it."""


def headline(world: insurer.World, folder: Path, **other: Any) -> Finding:
    """The primary decision of the case on these tables, with no control to hold it back."""
    data = insurer.write(world.tables, folder)
    names = worked(SLUG, until="money", **{**ASKED, "data": str(data), **other})
    found = backtracking.answers(names["group"], names["slide"], rung=names["rung"], money=names["money"], controls=())
    return found.policies


def without(world: insurer.World, table: str, *columns: str) -> insurer.World:
    """The same insurer, whose client did not send these columns."""
    return world._replace(tables=world.tables | {table: world.tables[table].drop(columns=list(columns))})


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Finding, pd.DataFrame]]:
    """The headline and the users of every seed, with the effect."""
    home = tmp_path_factory.mktemp("effect")
    worlds = ((seed, insurer.build(seed)) for seed in SEEDS)
    return [(headline(world, home / str(seed)), world.users) for seed, world in worlds]


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """The headline of every seed where nothing is planted."""
    home = tmp_path_factory.mktemp("nothing")
    return [headline(insurer.build(seed, effect=0.0), home / str(seed)) for seed in SEEDS]


def told(found: list[Finding]) -> str:
    """Every headline in a line, for whoever must find out why a test failed."""
    return "\n".join(
        f"{one.like_with_like:.2f} ({one.low:.2f} to {one.high:.2f}) {one.reading}, {one.reason}" for one in found
    )


def test_the_headline_covers_the_truth(planted: list[tuple[Finding, pd.DataFrame]]) -> None:
    truth = insurer.truth(pd.concat([users for _, users in planted]))
    found = [one for one, _ in planted]
    covers = sum(one.low <= truth <= one.high for one in found)
    assert truth > 1.5
    assert covers >= FEWEST, f"{covers} of {len(found)} cover {truth:.2f}\n{told(found)}"


def test_the_headline_covers_zero_where_nothing_is_planted(nothing: list[Finding]) -> None:
    covers = sum(one.low <= 0 <= one.high for one in nothing)
    assert covers >= FEWEST, f"{covers} of {len(nothing)} cover 0\n{told(nothing)}"


def test_nothing_is_never_funded(nothing: list[Finding]) -> None:
    assert "fund" not in {one.reading for one in nothing}, told(nothing)


def test_the_bias_is_small_beside_the_interval(
    planted: list[tuple[Finding, pd.DataFrame]], nothing: list[Finding]
) -> None:
    truth = insurer.truth(pd.concat([users for _, users in planted]))
    for found, expected in (([one for one, _ in planted], truth), (nothing, 0.0)):
        errors = np.array([one.like_with_like - expected for one in found])
        half = np.mean([one.high - one.low for one in found]) / 2
        assert abs(errors.mean()) < half / 2, f"bias {errors.mean():.2f}, half an interval {half:.2f}\n{told(found)}"


def test_the_slide_is_far_off(planted: list[tuple[Finding, pd.DataFrame]]) -> None:
    assert all(one.on_the_slide > one.high for one, _ in planted), told([one for one, _ in planted])


@pytest.mark.parametrize(("seed", "effect"), [(1, insurer.EFFECT), (2, 0.0), (3, insurer.EFFECT), (4, 0.0)])
def test_hidden_income_ends_in_cannot_tell(seed: int, effect: float, tmp_path: Path) -> None:
    found = headline(without(insurer.build(seed, effect=effect), "customer", "income_cents"), tmp_path / "curated")
    assert (found.reading, found.reason) == ("cannot_tell", "check_essential"), told([found])


def test_income_with_many_holes_ends_in_cannot_tell(tmp_path: Path) -> None:
    world = insurer.build(1, effect=0.0)
    customer = world.tables["customer"]
    income = customer["income_cents"].astype("Int64").mask(np.arange(len(customer)) % 10 < 3)
    holed = world._replace(tables=world.tables | {"customer": customer.assign(income_cents=income)})
    found = headline(holed, tmp_path / "curated")
    assert (found.reading, found.reason) == ("cannot_tell", "check_unknown_wealth_band"), told([found])
    assert "Wealth is unknown for 30%" in found.texts("en")["reason"]


def test_a_meeting_gives_the_same_answer_as_a_right_that_is_used(tmp_path: Path) -> None:
    right, meeting = (headline(insurer.build(4, form=form), tmp_path / form) for form in ("entitlement", "activity"))
    assert (meeting.like_with_like, meeting.n) == pytest.approx((right.like_with_like, right.n))


def test_a_right_shown_at_one_salon_still_counts_by_its_uses(tmp_path: Path) -> None:
    """One row of `activity` must not turn the stage of the service to attended, and 6,000 uses be ignored."""
    world = insurer.build(4)
    salon = pd.DataFrame({
        "activity_id": ["M1"], "kind": ["salon"], "service_id": [insurer.DESK],
        "held_on": [pd.Timestamp("2023-05-06")], "org_id": ["3201"],
    })  # fmt: skip
    customer = world.tables["customer"]["customer_id"].iloc[0]
    came = pd.DataFrame({
        "attendance_id": ["S1"], "activity_id": ["M1"], "party_kind": ["customer"], "party_id": [customer],
        "invited_by": ["HY000001"], "attended_on": [pd.Timestamp("2023-05-06")],
    })  # fmt: skip
    plain = headline(world, tmp_path / "plain")
    shown = headline(world._replace(tables=world.tables | {"activity": salon, "attendance": came}), tmp_path / "salon")
    assert shown.like_with_like == pytest.approx(plain.like_with_like, abs=0.05), told([plain, shown])


@pytest.fixture(scope="module")
def client() -> insurer.World:
    """Another seed, for the runs end to end."""
    return insurer.build(21)


def test_end_to_end_by_cvc_run_in_chinese(client: insurer.World, tmp_path: Path) -> None:
    sent = insurer.write(client.tables, tmp_path / "sent")
    data = clients.write_client(sent, tmp_path / "project", {name: list(rows) for name, rows in client.tables.items()})
    settings = [part for name, value in ASKED.items() for part in ("--set", f"{name}={value}")]
    assert cvc_here("run", SLUG, "--data", data, "--out", tmp_path / "run", "--language", "zh", *settings) == 0
    found = {one["key"]: one for one in json.loads((tmp_path / "run" / "findings.json").read_text("utf-8"))}
    assert found[HEADLINE]["low"] < insurer.truth(client.users) < found[HEADLINE]["high"]
    assert found[HEADLINE]["planted"] is None


def test_end_to_end_under_plain_papermill(client: insurer.World, tmp_path: Path) -> None:
    data = insurer.write(client.tables, tmp_path / "curated")
    found = by_papermill(SLUG, tmp_path, data=str(data), **ASKED)
    assert found[HEADLINE]["low"] < insurer.truth(client.users) < found[HEADLINE]["high"]


def test_the_handbooks_own_codes_do_not_run_on_a_clients_folder(client: insurer.World, tmp_path: Path) -> None:
    """They read as a service that nobody used, and as a control that could not be made."""
    data = str(insurer.write(client.tables, tmp_path / "sent"))
    with pytest.raises(CvcError, match=f"E215.*{insurer.DESK}, {insurer.CHECKUP}"):
        worked(SLUG, until="money", data=data)
    with pytest.raises(CvcError, match=r"E215.*placebo_id.*S9909"):
        worked(SLUG, until="money", data=data, service_id=insurer.DESK)


def test_branches_are_told_by_their_names(client: insurer.World, tmp_path: Path) -> None:
    data = str(insurer.write(client.tables, tmp_path / "sent"))
    names = worked(SLUG, until="names", **{**ASKED, "data": data, "branches": "3201, 3302"})["names"]
    branches = client.tables["org"].set_index("org_id")["name"]
    for code in ("3201", "3302"):
        assert branches[code] in names["zh"]["group"]
        assert code not in names["zh"]["group"]


def test_three_plain_tables_run_to_the_end_and_are_refused_a_decision(client: insurer.World, tmp_path: Path) -> None:
    three = {name: client.tables[name] for name in ("customer", "policy", "product")}
    found = by_papermill(SLUG, tmp_path, data=str(insurer.write(three, tmp_path / "sent")), **ASKED)
    assert found[HEADLINE]["reading"] == "cannot_tell"
    assert found[HEADLINE]["reason"] == "refused"
    assert found[HEADLINE]["texts"]["zh"]["limit"]
