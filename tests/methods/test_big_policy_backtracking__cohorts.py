"""Cohorts by the day of the visit: who is in them, from when, and what a client's folder may lack."""

import shutil

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from cvc_helpers import tables
from cvc_helpers.errors import CvcError
from cvc_helpers.methods import big_policy_backtracking as backtracking
from cvc_helpers.methods import big_policy_backtracking__cohorts as cohorts
from cvc_helpers.methods import big_policy_backtracking__proposals as case_control
from cvc_helpers.methods import big_policy_backtracking__sensitivity as sensitivity
from cvc_helpers.wording import wordings
from tests.conftest import ROOT
from tests.zeros import answers

DATA = ROOT / "data" / "chengyue"
ASKED = backtracking.question(
    premium_threshold_yuan=200_000, committed_threshold_yuan=1_000_000, service_id="S9901", placebo_id="S9909"
)
KEY = ["customer_id", "index_day"]


@pytest.fixture(scope="module")
def rows(insurer):
    return insurer.query(ASKED["landmark"])


@pytest.fixture(scope="module")
def prepared(insurer, rows):
    return cohorts.landmarks(rows, insurer.query(ASKED["slide"]))


@pytest.fixture(scope="module")
def first_visits(insurer):
    sql = """select party_id as customer_id, min(attended_on) as came_on from attendance
        join activity using (activity_id) where party_kind = 'customer' and service_id = 'S9901' group by party_id"""
    return insurer.connection.execute(sql).df().set_index("customer_id")["came_on"]


def altered(tmp_path, **queries):
    """The sample with some tables replaced by a query on them, `@` standing for the table."""
    folder = tmp_path / "altered"
    shutil.copytree(DATA, folder)
    for table, sql in queries.items():
        path = folder / f"{table}.parquet"
        found = duckdb.sql(sql.replace("@", f"'{DATA / table}.parquet'").replace("#", f"{DATA}/")).to_arrow_table()
        duckdb.from_arrow(found).write_parquet(str(path))
    return folder


def test_the_clock_of_a_visitor_starts_on_the_first_visit_and_of_the_others_before_it(rows, first_visits):
    came = rows["customer_id"].map(first_visits)
    exposed = rows["is_exposed"]
    assert (rows["index_day"] == came)[exposed].all()
    assert ((came > rows["index_day"]) | came.isna())[~exposed].all()
    later = came[~exposed].notna()
    same_quarter = came[~exposed].dt.to_period("Q") == rows.loc[~exposed, "index_day"].dt.to_period("Q")
    assert later.mean() > 0.1, "people who come later are compared until they do"
    assert same_quarter.sum() > 500, "later in the same quarter too"
    assert not rows.duplicated(KEY).any()


POOL = """select customer.branch_id, year(came_on) * 4 + quarter(came_on) - 1 as quarter, came_on as index_day,
        count(*) as visits
    from customer join (select party_id as customer_id, min(attended_on) as came_on from attendance
        join activity using (activity_id) where party_kind = 'customer' and service_id = 'S9901' group by party_id)
        using (customer_id)
    join org on org_id = customer.branch_id and community_in_reach
    where year(came_on) - birth_year between 50 and 66 and known_from < came_on group by all"""


def test_the_others_start_on_days_drawn_from_the_visits_of_their_branch_and_quarter(insurer, rows):
    """A chi-square over the days of each branch and quarter, which should hold their share of the comparisons."""
    drawn = rows[~rows["is_exposed"]].groupby(["branch_id", "quarter", "index_day"]).size().rename("seen").reset_index()
    pool = insurer.connection.execute(POOL).df().merge(drawn, on=["branch_id", "quarter", "index_day"], how="outer")
    pool = pool[pool["quarter"].isin(drawn["quarter"])]
    assert pool["visits"].notna().all()
    seen, place = pool["seen"].fillna(0), pool.groupby(["branch_id", "quarter"])
    expected = pool["visits"] / place["visits"].transform("sum") * place["seen"].transform("sum")
    statistic, degrees = float(((seen - expected) ** 2 / expected).sum()), len(pool) - place.ngroups
    assert degrees > 500
    assert statistic < chi2.ppf(0.9999, degrees)


def test_who_is_in_and_what_counts_is_what_a_plain_reading_of_the_tables_gives(insurer, rows):
    base = insurer.connection
    some = rows.sample(3_000, random_state=1)[
        [*KEY, "proposals", "sales", "big_policies", "fyp_yuan", "prior_policies"]
    ]
    base.register("chosen", some)
    plain = base.execute("""
        with year_after as (select customer_id, index_day, index_day::date + 1 as opens,
          index_day::date + 365 as closes from chosen)
        select y.customer_id, y.index_day,
          (select count(*) from proposal p where p.customer_id = y.customer_id and p.proposed_on <= y.index_day
            and (p.closed_on is null or p.closed_on >= y.index_day)) as still_open,
          (select count(*) from proposal p join product using (product_id) where p.customer_id = y.customer_id
            and line in ('whole_life', 'annuity') and p.proposed_on between y.opens and y.closes) > 0 as proposals,
          (select count(*) from policy o join product using (product_id) where o.customer_id = y.customer_id
            and line in ('whole_life', 'annuity') and status <> 'freelook_cancelled'
            and o.issue_date between y.opens and y.closes) > 0 as sales,
          (select count(*) from policy o where o.customer_id = y.customer_id and status <> 'freelook_cancelled'
            and o.issue_date between y.opens and y.closes and ((pay_term_years > 1 and annual_premium_cents >= 20000000)
            or annual_premium_cents * pay_term_years >= 100000000)) > 0 as big_policies,
          (select coalesce(sum(annual_premium_cents), 0) / 100 from policy o join product using (product_id)
            where o.customer_id = y.customer_id and line in ('whole_life', 'annuity')
            and status <> 'freelook_cancelled' and o.issue_date between y.opens and y.closes) as fyp_yuan,
          (select count(*) from policy o where o.customer_id = y.customer_id and status <> 'freelook_cancelled'
            and o.issue_date < y.index_day) as prior_policies
        from year_after y""").df()
    both = some.merge(plain, on=KEY, suffixes=("", "_plain"))
    assert (both["still_open"] == 0).all()
    for name in ("proposals", "sales", "big_policies", "fyp_yuan", "prior_policies"):
        assert (both[name].astype(float) == both[f"{name}_plain"].astype(float)).all(), name
    assert both["sales"].sum() > 100


def test_the_days_hang_neither_on_customer_numbers_nor_on_what_comes_later(tmp_path, rows):
    renamed = altered(
        tmp_path,
        customer="select * replace (md5(customer_id) as customer_id) from @",
        attendance="""select * replace (case when party_kind = 'customer' then md5(party_id) else party_id end
            as party_id) from @ where attended_on < date '2023-01-01'""",
        proposal="select * replace (md5(customer_id) as customer_id) from @",
        policy="select * replace (md5(customer_id) as customer_id) from @",
    )
    found = tables.open(renamed).query(ASKED["landmark"])
    early = rows[rows["index_day"] < "2023-01-01"]
    names = early["customer_id"].map({name: duckdb_md5(name) for name in early["customer_id"].unique()})
    asked = early.assign(customer_id=names).sort_values(KEY).reset_index(drop=True)
    kept = found.sort_values(KEY).reset_index(drop=True)
    columns = [*KEY, "is_exposed", "proposals", "big_policies", "fyp_yuan"]
    pd.testing.assert_frame_equal(kept[columns], asked[columns])


def duckdb_md5(name):
    import hashlib

    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def test_a_share_of_the_others_gives_about_the_same_answer_and_keeps_those_who_come_later(insurer, prepared):
    asked = backtracking.question(
        premium_threshold_yuan=200_000, committed_threshold_yuan=1_000_000, service_id="S9901", placebo_id="S9909",
        control_share=0.25,
    )  # fmt: skip
    part = cohorts.landmarks(insurer.query(asked["landmark"]), insurer.query(ASKED["slide"]))
    whole, some = (cohorts.effect_table(one, cohorts.visit_odds(one)).set_index("outcome") for one in (prepared, part))
    assert len(part.cohort) == pytest.approx(0.25 * len(prepared.cohort), rel=0.15)
    for outcome in ("proposals", "big_policies"):
        gap = abs(some["estimate"][outcome] - whole["estimate"][outcome])
        assert gap < 2.5 * np.sqrt(some["standard_error"][outcome] ** 2 - 0.8 * whole["standard_error"][outcome] ** 2)


def test_premiums_from_a_sample_of_the_smaller_policies_are_weighted_back(insurer):
    asked = backtracking.question(
        premium_threshold_yuan=200_000, committed_threshold_yuan=1_000_000, service_id="S9901", placebo_id="S9909",
        control_share=0.3,
    )  # fmt: skip
    found = []
    for query in (ASKED["exposure"], asked["exposure"]):
        proposals = insurer.query(query)
        focus = proposals[proposals["is_focus"]].reset_index(drop=True)
        found.append(case_control.premium_ratio(focus, rung="good"))
    whole, some = found
    assert some.n < 0.5 * whole.n
    assert some.low < whole.like_with_like < some.high
    assert some.on_the_slide == pytest.approx(whole.on_the_slide, rel=0.1)


def test_first_and_last_day_are_those_that_the_data_allow(insurer, prepared, first_visits):
    days = backtracking.days_of(prepared)
    end = insurer.connection.execute("select max(issue_date) from policy").fetchone()[0]
    assert days["first_day"] == f"{first_visits.min():%Y-%m-%d}"
    last = pd.Timestamp(end) - pd.Timedelta(days=365)
    assert pd.Timedelta(0) <= last - pd.Timestamp(days["last_day"]) < pd.Timedelta(days=7)


def test_customers_handed_to_better_agents_keep_the_agent_they_had(tmp_path, insurer, rows):
    """After a visit, everybody is handed to the best agent of the branch; the cohorts do not notice."""
    folder = altered(
        tmp_path,
        customer="""select c.* replace (case when p.id is null then c.agent_id else b.agent_id end as agent_id) from @ c
            left join (select distinct party_id as id from '#attendance.parquet' t join '#activity.parquet' a
              using (activity_id) where a.service_id = 'S9901' and t.invited_by is not null) p on p.id = c.customer_id
            cross join (select agent_id from '#agent.parquet' where skill_tier = 5 and leave_date is null limit 1) b""",
    )
    found = tables.open(folder).query(ASKED["landmark"])
    both = rows.merge(found, on=KEY, suffixes=("", "_moved"))
    exposed = both["is_exposed"]
    assert len(both) == len(rows)
    assert (both["agent_id"] == both["agent_id_moved"])[
        exposed
    ].mean() > 0.94  # for the others nobody noted who invited
    assert (both["skill_tier"] == both["skill_tier_moved"]).mean() > 0.98


def test_every_withheld_name_is_known(insurer, rows):
    slide_rows = insurer.query(ASKED["slide"])
    proposals = insurer.query(ASKED["exposure"]).head(50)
    calls = (
        lambda: cohorts.landmarks(rows, slide_rows, withhold="wealth"),
        lambda: case_control.odds_ratio(proposals, rung="good", withhold="wealth_band,skil_tier"),
        lambda: case_control.premium_ratio(proposals, rung="good", withhold="prior"),
    )
    for call in calls[:2]:
        with pytest.raises(CvcError, match=r"E223.*wealth_band, skill_tier"):
            call()


def test_what_is_withheld_is_withheld_from_every_finding(insurer, rows):
    proposals = insurer.query(ASKED["exposure"])
    focus = proposals[proposals["is_focus"]].reset_index(drop=True)
    slide_rows = insurer.query(ASKED["slide"])
    placebo = insurer.query(ASKED["placebo"])
    money = backtracking.Money(90_000, 180_000)
    moved = []
    for withhold in ("", "wealth_band"):
        control = backtracking.control(
            cohorts.landmarks(placebo, slide_rows, withhold=withhold), name="negative_control", rung="best", money=money
        )
        others = [
            one(focus, rung="good", withhold=withhold) for one in (case_control.odds_ratio, case_control.premium_ratio)
        ]
        moved.append([control, *others])
    for with_it, without in zip(*moved, strict=True):
        assert with_it.like_with_like != without.like_with_like, with_it.key
    assert [check.passed for finding in moved[1][1:] for check in finding.checks if check.key == "essential"] == [
        False,
        False,
    ]
    place = case_control.places("branch_id"), case_control.places("quarter"), case_control.places("quarter,branch_id")
    assert place == (["month"], ["branch_id"], ["everywhere"])


@pytest.mark.parametrize("strangers", [0, 1, 500])
def test_a_list_of_buyers_with_a_few_strangers_on_it_is_not_believed(tmp_path, strangers):
    bought = "select customer_id from '#policy.parquet'"
    folder = altered(
        tmp_path,
        customer=f"""select * from @ where customer_id in ({bought}) union all
            (select * from @ where customer_id not in ({bought}) order by customer_id limit {strangers})""",
    )
    found = answers(folder)[0]
    assert found.reading == "cannot_tell"
    assert {check.key for check in found.checks if not check.passed} == {"non_buyers", "on_file"}
    assert "never bought" in found.texts("en")["reason"]


def test_guests_who_are_not_on_file_hold_the_decision_back(tmp_path):
    bought = "select customer_id from '#policy.parquet' union select customer_id from '#proposal.parquet'"
    came = "select party_id from '#attendance.parquet' where party_kind = 'customer' and party_id is not null"
    folder = altered(
        tmp_path, customer=f"select * from @ where not (customer_id in ({came}) and customer_id not in ({bought}))"
    )
    found = answers(folder)[0]
    assert [check.key for check in found.checks if not check.passed] == ["on_file"]
    assert (found.reading, found.reason) == ("cannot_tell", "check_on_file")


HURT = {
    "few entry dates": {"customer": "select * replace (date_trunc('year', known_from)::date as known_from) from @"},
    "everybody entered on one day": {"customer": "select * replace (date '2015-01-01' as known_from) from @"},
    "one skill level": {"agent": "select * replace (3::bigint as skill_tier) from @"},
    "no skill": {"agent": "select * replace (null::bigint as skill_tier) from @"},
    "one wealth band": {"customer": "select * replace (3::bigint as wealth_band) from @"},
    "wealth with holes": {"customer": "select * replace (case when hash(customer_id) % 3 > 0 then wealth_band end as "
                                      "wealth_band) from @"},
    "only buyers": {"customer": "select * from @ where customer_id in (select customer_id from '#policy.parquet')"},
    "nobody sold": {"policy": "select * from @ where proposal_id is null"},
    "one agent": {
        "customer": "select * replace ('99000001' as agent_id) from @",
        "policy": "select * replace ('99000001' as agent_id) from @",
        "proposal": "select * replace ('99000001' as agent_id) from @",
        "attendance": "select * replace (case when invited_by is not null then '99000001' end as invited_by) from @",
    },
    "no agent": {"customer": "select * replace (null::varchar as agent_id) from @"},
    "the skilled alone invite": {
        "attendance": """select t.* from @ t left join '#customer.parquet' c on c.customer_id = t.party_id
            left join '#agent.parquet' a on a.agent_id = c.agent_id
            where t.party_kind <> 'customer' or a.skill_tier = 5""",
    },
    "everything sold is big": {"policy": "select * replace (100000000::bigint as annual_premium_cents) from @"},
    "no birth year": {"customer": "select * replace (null::bigint as birth_year) from @"},
    "a year of policies": {"policy": "select * from @ where issue_date < date '2022-06-01'"},
}  # fmt: skip
"""Folders that real clients might bring: each runs to the end, with findings or refusals in words."""


@pytest.mark.parametrize("name", list(HURT))
def test_an_analysis_that_cannot_be_done_is_a_refused_finding_in_words(tmp_path, name):
    for finding in answers(altered(tmp_path, **HURT[name])):
        for language in ("en", "zh"):
            assert all(isinstance(text, str) for text in finding.texts(language).values())
        assert finding.is_refused or finding.low <= finding.like_with_like <= finding.high
        if finding.kind == "decision":
            assert finding.reading != "fund" or name in ("few entry dates", "everybody entered on one day")


def test_every_refusal_has_its_words_and_other_errors_are_not_swallowed():
    for reason in (*cohorts.UNDONE.values(), "few_events"):
        assert set(wordings()[f"{cohorts.SLUG}.refused_{reason}"]) == {"en", "zh"}
    with pytest.raises(CvcError, match="E201"):
        cohorts.undone(CvcError("E201", caller="x", missing=["a"], available=["b"], first="a"))


def test_the_headline_moves_away_from_the_truth_as_wealth_and_skill_are_withheld(insurer, prepared):
    found = sensitivity.withheld_states(prepared)
    assert list(found["state"]) == ["", "skill_tier", "wealth_band", "skill_tier+wealth_band"]
    assert found["estimate"].is_monotonic_increasing
    planted = insurer.planted(f"{cohorts.SLUG}.extra_policies")
    inside = (found["low"] <= planted) & (planted <= found["high"])
    assert inside.iloc[0]
    assert not inside.iloc[-1]
    assert (found["n"] == prepared.cohort["is_exposed"].sum()).all()
    assert sensitivity.without_non_buyers(prepared)["estimate"].iloc[0] > found["estimate"].iloc[0]


def test_other_definitions_of_big_are_counted_from_the_largest_policy(prepared):
    found = sensitivity.threshold_table(prepared)
    assert list(found["committed_yuan"][:3]) == list(sensitivity.COMMITTED_YUAN)
    assert list(found["definition"]) == ["committed"] * 3 + ["top"]
    assert found["comparable"][:3].is_monotonic_decreasing
    sold = prepared.cohort.loc[prepared.cohort["largest_yuan"] > 0, "largest_yuan"]
    top = float(sold.quantile(0.99))
    assert (sold >= top).mean() == pytest.approx(0.01, abs=0.005)
    assert found["committed_yuan"].iloc[-1] == int(top)
    assert sensitivity.threshold_table(prepared._replace(cohort=prepared.cohort.assign(largest_yuan=0.0))).empty
