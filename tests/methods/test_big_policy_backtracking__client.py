"""Big-policy backtracking on what a client sends: unknown codes, swapped days, half-known wealth, empty columns."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cvc_helpers import contract, tables
from cvc_helpers.charts import big_policy_backtracking as charts
from cvc_helpers.errors import CvcError
from cvc_helpers.findings import Finding
from cvc_helpers.methods import big_policy_backtracking as backtracking
from cvc_helpers.methods import big_policy_backtracking__cohorts as cohorts
from cvc_helpers.methods import big_policy_backtracking__proposals as case_control
from cvc_helpers.naming import general
from cvc_helpers.wording import LANGUAGES
from tests.methods.test_big_policy_backtracking import ASKED, MONEY, answered

CHOSEN = {"service_id": "S9901", "placebo_id": "S9909", "group_rule": "", "branches": "in_reach"}


@pytest.fixture(scope="module")
def rows(insurer):
    return insurer.query(ASKED["landmark"])


@pytest.fixture(scope="module")
def slide_rows(insurer):
    return insurer.query(ASKED["slide"])


@pytest.fixture(scope="module")
def proposals(insurer):
    found = insurer.query(ASKED["exposure"])
    return found[found["is_focus"]].reset_index(drop=True)


@pytest.fixture(scope="module")
def known(insurer):
    return insurer.query(ASKED["codes"]).groupby("kind")["code"].agg(list).to_dict()


def failed(finding):
    return {check.key: check.value for check in finding.checks if not check.passed}


def test_codes_that_the_data_have_pass(known):
    several = {"group_rule": "G1", "branches": "8621, 8632"}
    for chosen in (CHOSEN, CHOSEN | several, CHOSEN | {"branches": "all"}):
        contract.check_codes(cohorts.SLUG, chosen, known)
    contract.check_codes(cohorts.SLUG, CHOSEN | {"service_id": "any"}, {})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"service_id": "s9901"}, "S9901, S9902"),
        ({"placebo_id": "S99"}, "S9909"),
        ({"group_rule": "G9"}, "G1, G2"),
        ({"branches": "8621, 9999"}, "8621, 8631"),
    ],
)
def test_a_code_that_the_data_lack_is_refused_and_those_they_have_are_named(known, wrong, said):
    """Before, a mistyped code read as a service that nobody used, or a group without anybody."""
    with pytest.raises(CvcError, match="E215") as refused:
        contract.check_codes(cohorts.SLUG, CHOSEN | wrong, known)
    for language in LANGUAGES:
        assert said in refused.value.text(language)
    [name] = wrong
    assert name in refused.value.text("en")


def test_no_more_than_ten_codes_are_named():
    many = {"service": [f"A{number:03d}" for number in range(40)]}
    with pytest.raises(CvcError, match="A009, …") as refused:
        contract.check_codes(cohorts.SLUG, CHOSEN | {"placebo_id": "A001"}, many)
    assert "A010" not in str(refused.value)


def test_wealth_with_holes_is_called_unknown_and_not_missing(rows, slide_rows):
    holes = rows["wealth_band"].astype("Int64").mask(rows.index % 10 < 3)
    found = answered(rows.assign(wealth_band=holes), slide_rows)
    assert failed(found.policies).keys() == {"sensitivity", "unknown_wealth_band"}
    assert failed(found.policies)["unknown_wealth_band"] == pytest.approx(0.3, abs=0.001)
    assert found.policies.reason == "check_unknown_wealth_band"
    assert "Wealth is unknown for 30%" in found.policies.texts("en")["reason"]
    assert "30% 的财富未知" in found.policies.texts("zh")["reason"]
    assert "unknown for 30%" in found.premium.texts("en")["check_unknown_wealth_band"]


def test_wealth_of_one_value_is_called_that_and_wealth_that_is_not_there_missing(rows, slide_rows):
    constant = answered(rows.assign(wealth_band=3), slide_rows).policies
    assert "one and the same value" in constant.texts("en")["reason"]
    gone = answered(rows.assign(wealth_band=pd.NA), slide_rows).policies
    assert gone.reason == "check_essential"
    both = answered(rows.assign(wealth_band=pd.NA, skill_tier=3), slide_rows).policies
    assert {"essential", "constant_skill_tier"} <= set(failed(both))


def test_half_known_income_is_told_by_its_own_share(rows, slide_rows):
    income = pd.Series(1e5 + rows.index, index=rows.index).where(rows.index % 5 > 0)
    found = cohorts.landmarks(rows.assign(wealth_band=pd.NA, income_yuan=income), slide_rows)
    assert found.gaps == {"wealth_band": pytest.approx(0.2, abs=0.01)}


def test_proposals_dated_after_their_policy_are_counted_left_out_and_hold_back(rows, slide_rows, proposals):
    few, many = (proposals["is_sold"] & (proposals.index % each == 0) for each in (40, 10))
    fine = case_control.odds_ratio(proposals.assign(is_swapped=few), rung="best")
    assert "dates" not in failed(fine)
    assert fine.n < case_control.odds_ratio(proposals, rung="best").n
    for estimate in (case_control.odds_ratio, case_control.premium_ratio):
        found = estimate(proposals.assign(is_swapped=many), rung="best")
        assert failed(found)["dates"] == pytest.approx(0.1, abs=0.02)
    assert case_control.odds_ratio(proposals.assign(is_swapped=many), rung="best").reason == "check_dates"
    for share, reading in ((0.04, "fund"), (0.06, "cannot_tell")):
        swapped = (slide_rows["dated"] * share).astype(int)
        found = answered(rows, slide_rows.assign(swapped=swapped)).policies
        assert found.reading == reading
        assert f"{share:.1%}" in found.texts("en")["check_dates"]


def test_swapped_days_are_found_in_the_tables(tmp_path, insurer):
    """Every tenth sold proposal dated a month after its policy."""
    folder = tmp_path / "swapped"
    folder.mkdir()
    for path in insurer.folder.glob("*.parquet"):
        (folder / path.name).symlink_to(path)
    (folder / "proposal.parquet").unlink()
    insurer.connection.execute(f"""copy (select p.* replace (case when o.issue_date is not null
        and hash(p.proposal_id) % 10 = 0 then o.issue_date + 30 else p.proposed_on end as proposed_on)
        from proposal p left join policy o on o.proposal_id = p.proposal_id)
        to '{folder / "proposal.parquet"}' (format parquet)""")
    client = tables.open(folder)
    slide, found = client.query(ASKED["slide"]), client.query(ASKED["exposure"])
    assert cohorts.landmarks(client.query(ASKED["landmark"]), slide).swapped == pytest.approx(0.1, abs=0.01)
    assert found.loc[found["is_sold"], "is_swapped"].mean() == pytest.approx(0.1, abs=0.01)
    assert not found.loc[~found["is_sold"], "is_swapped"].any()


def test_an_alarm_outside_the_group_is_told_with_both_readings(rows, slide_rows):
    alarm = backtracking.control(
        cohorts.landmarks(rows, slide_rows), name="extra_policies_rest", rung="best", money=MONEY
    )
    assert alarm.reading == "alarm"
    assert "works for them too" in alarm.sentence("en")
    assert "同样有效" in alarm.sentence("zh")
    assert answered(rows, slide_rows, controls=(alarm,)).policies.reading == "cannot_tell"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_title_asserts_what_the_decision_cannot_tell(rows, slide_rows, language):
    """The intervals lie above zero, but wealth is withheld, and the decision says that it cannot tell."""
    found = answered(rows, slide_rows, withhold="wealth_band,skill_tier")
    assert found.policies.reading == "cannot_tell"
    assert found.policies.low > 0
    drawn = journey(found.steps, found.policies, language)
    assert drawn == journey(found.steps.assign(low=-1.0), found.policies, language)
    assert drawn != journey(found.steps, answered(rows, slide_rows).policies, language)


def journey(steps: pd.DataFrame, decision: Finding, language: str) -> list[str]:
    words = general()[language]
    drawn = charts.journey_chart(steps, source="x", reading=decision.reading, language=language, words=words)
    return drawn.to_dict()["title"]["text"]


def test_a_column_in_which_nothing_was_ever_written_fits_the_contract(tmp_path):
    empty = pa.table({"agent_id": ["A1", "A2"], "hire_date": pa.nulls(2), "skill_tier": pa.nulls(2)})
    pq.write_table(empty, tmp_path / "agent.parquet")
    here = tables.open(tmp_path)
    types = here.connection.sql("select typeof(hire_date), typeof(skill_tier) from agent").fetchall()
    assert types == [("DATE", "BIGINT")] * 2
    assert here.rows("agent")["hire_date"].isna().all()


@pytest.mark.spark
def test_such_a_column_is_empty_on_spark_too(tmp_path):
    pq.write_table(pa.table({"service_id": ["A", "B"], "name": pa.nulls(2)}), tmp_path / "service.parquet")
    found = tables.open(tmp_path, engine="spark", threads=1).query(ASKED["codes"])
    assert list(found["code"]) == ["A", "B"]
    assert found["name"].isna().all()


def test_a_folder_of_files_as_they_were_sent_is_told_the_way_to_tables(tmp_path):
    (tmp_path / "客户.csv").write_text("客户号\nC1\n", encoding="utf-8")
    with pytest.raises(CvcError, match="E216") as refused:
        tables.open(tmp_path)
    for language in LANGUAGES:
        assert "cvc ingest" in refused.value.text(language)
