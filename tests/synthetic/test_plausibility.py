"""DOMAIN §10, one test a rule; tolerances leave room for sampling error at 40,000 customers."""

from __future__ import annotations

import pytest


def test_rule_1_a_policy_has_more_than_one_row_because_of_riders(ask):
    (rows,) = ask("select count(*) / count(distinct policy_id) from coverage")
    assert 1.1 < rows < 2


def test_rule_2_a_rider_costs_less_than_the_main_coverage(ask):
    (broken,) = ask("""select count(*) from coverage r join coverage m using (policy_id)
        where m.is_main and not r.is_main and r.annual_premium_cents >= m.annual_premium_cents""")
    assert broken == 0


def test_rule_3_the_first_quarter_brings_40_to_50_percent_of_agency_fyp(ask):
    (share,) = ask("""select sum(yuan) filter (quarter(issue_date) = 1) / sum(yuan) from sold
        where channel = 'agency' and year(issue_date) < 2025""")
    assert 0.38 < share < 0.52


def test_rule_4_may_to_july_2023_surges_and_august_to_october_slumps(ask):
    surge, slump, usual, late = ask("""select
        count(*) filter (issue_date between '2023-05-01' and '2023-07-31'),
        count(*) filter (issue_date between '2023-08-01' and '2023-10-31'),
        count(*) filter (issue_date between '2022-05-01' and '2022-07-31'),
        count(*) filter (issue_date between '2022-08-01' and '2022-10-31')
        from sold where savings and channel = 'agency'""")
    assert surge > 1.4 * usual
    assert slump < 0.75 * late


def test_rule_5_bancassurance_breaks_after_august_2023(ask):
    after, before = ask("""select count(*) filter (issue_date between '2023-09-01' and '2023-12-31'),
        count(*) filter (issue_date between '2022-09-01' and '2022-12-31')
        from sold where savings and channel = 'bancassurance'""")
    assert after < 0.6 * before


def test_rule_6_savings_premiums_heap_at_round_numbers(ask):
    (share,) = ask("select avg((annual_premium_cents % 100000 = 0)::int) from proposal join product using "
                   "(product_id) where line in ('whole_life', 'annuity')")  # fmt: skip
    assert 0.5 < share < 0.85


def test_rule_7_premiums_bunch_only_at_the_threshold_where_and_when_it_is_sold(ask):
    query = """select count(*) filter (yuan * s.pay_term_years between {low} and {high}) /
        count(*) filter (yuan * s.pay_term_years between {low} * .6 and {high} * 1.5)
        from sold s join customer using (customer_id) join org on org.org_id = customer.branch_id
        join agent on agent.agent_id = customer.agent_id
        where savings and {where}"""
    there = "community_in_reach and certified_on < issue_date"
    here = ask(query.format(low=1_000_000, high=1_001_000, where=there))[0]
    elsewhere = ask(query.format(low=1_000_000, high=1_001_000, where=f"not ({there})"))[0]
    placebo = ask(query.format(low=800_000, high=801_000, where=there))[0]
    assert here > elsewhere + 0.05
    assert here > placebo + 0.05


def test_rule_8_the_top_percent_of_long_term_policies_brings_12_to_18_percent(ask):
    (share,) = ask("""with ranked as (select yuan, percent_rank() over (order by yuan) as place from sold
        where line not in ('accident', 'medical')) select sum(yuan) filter (place >= .99) / sum(yuan) from ranked""")
    assert 0.11 < share < 0.19


MONTHS = """with months as (select unnest(generate_series(date '2021-01-01', date '2025-06-01', interval 1 month)) m),
    present as (select agent_id, m from agent, months where channel = 'agency' and agent_id <> '99999999'
        and hire_date <= m and (leave_date is null or leave_date >= m + interval 1 month)),
    made as (select agent_id, date_trunc('month', issue_date) m, sum(yuan) y from sold group by all),
    monthly as (select agent_id, m, coalesce(y, 0) y from present left join made using (agent_id, m))"""


def test_rule_9_the_gini_of_full_year_agents_is_055_to_070(ask):
    (gini,) = ask(MONTHS + """, years as (select agent_id, sum(y) y from monthly where year(m) = 2023
        group by 1 having count(*) = 12),
        placed as (select y, row_number() over (order by y) i, count(*) over () n from years)
        select 2 * sum(i * y) / (max(n) * sum(y)) - (max(n) + 1) / max(n) from placed""")  # fmt: skip
    assert 0.52 < gini < 0.73


def test_rule_10_60_to_70_percent_of_agent_months_are_zero(ask):
    (share,) = ask(MONTHS + " select avg((y = 0)::int) from monthly")
    assert 0.55 < share < 0.72


def test_rule_11_premium_persistency_falls_from_month_13_to_25(ask):
    kept = """select sum(yuan) filter (end_date is null or end_date > issue_date + {days}) / sum(yuan) from sold
        where pay_term_years > 1 and status not in ('freelook_cancelled', 'claim_terminated')
        and issue_date + {days} <= date '2025-06-30'"""
    thirteen, twenty_five = ask(kept.format(days=395))[0], ask(kept.format(days=760))[0]
    assert thirteen == pytest.approx(0.91, abs=0.025)
    assert twenty_five == pytest.approx(0.84, abs=0.03)


def test_rule_12_orphans_are_10_to_25_percent_of_policies_in_force(ask):
    (share,) = ask("select avg((leave_date is not null)::int) from sold join agent using (agent_id) "
                   "where status = 'inforce'")  # fmt: skip
    assert 0.10 < share < 0.25


def test_rule_13_rehired_agents_have_two_numbers(ask):
    (again,) = ask("select count(*) from (select person_id from agent group by 1 having count(*) > 1)")
    assert again > 5


def test_rule_14_3_to_5_percent_of_persons_have_two_numbers(ask):
    (share,) = ask("select avg((n > 1)::int) from (select count(*) n from customer group by person_id)")
    assert 0.03 < share < 0.05


def test_rule_15_many_more_are_entitled_than_activate_and_than_use(ask):
    entitled, active = ask("select count(*), count(activated_on) from entitlement")
    (used,) = ask('select count(distinct (customer_id, service_id)) from "usage"')
    assert active < 0.45 * entitled
    assert used < 0.5 * active


def test_rule_16_use_follows_the_entitlement(ask):
    (early,) = ask("""select count(*) from "usage" u where customer_id is not null and not exists (select 1
        from entitlement e where e.customer_id = u.customer_id and e.service_id = u.service_id
        and e.activated_on <= u.used_on)""")
    assert early == 0


def test_rule_18_lines_follow_age(ask):
    critical, annuity = ask("""select avg(year(issue_date) - birth_year) filter (line = 'critical_illness'),
        avg(year(issue_date) - birth_year) filter (line = 'annuity') from sold join customer using (customer_id)""")
    assert annuity > critical + 3


def test_rule_19_the_community_is_visited_from_branches_within_reach(ask):
    (share,) = ask("""select avg(community_in_reach::int) from community join customer using (customer_id)
        join org on org.org_id = customer.branch_id""")
    assert share > 0.9


def test_rule_21_1_to_3_percent_cancel_in_the_free_look(ask):
    (share,) = ask("select avg((status = 'freelook_cancelled')::int) from policy")
    assert 0.01 < share < 0.03


def test_rule_22_test_policies_of_one_yuan_exist(ask):
    count, dearest = ask("select count(*), max(annual_premium_cents) from policy where agent_id = '99999999'")
    assert count > 0
    assert dearest == 100


def test_rule_25_nobody_is_older_at_issue_than_the_product_allows(ask):
    (older,) = ask("select count(*) from sold join customer using (customer_id) "
                   "where year(issue_date) - birth_year > max_issue_age")  # fmt: skip
    assert older == 0


@pytest.mark.parametrize(
    ("where", "low", "high"),
    [
        ("line = 'critical_illness'", 0.50, 0.70),
        ("line in ('whole_life', 'annuity') and pay_term_years = 10", 0.20, 0.35),
        ("line in ('whole_life', 'annuity') and pay_term_years = 3", 0.08, 0.15),
        ("line in ('whole_life', 'annuity') and pay_term_years = 1", 0.02, 0.06),
        ("line in ('accident', 'medical')", 0.10, 0.25),
    ],
)
def test_rule_26_the_nbv_margin_is_in_its_range(ask, where, low, high):
    least, most = ask(f"select min(nbv_margin), max(nbv_margin) from product where {where}")
    assert low <= least <= most <= high


@pytest.mark.parametrize(
    ("table", "column", "parent"), [("contact", "agent_id", "agent"), ("coverage", "product_id", "product")]
)
def test_rule_27_2_to_5_percent_of_some_foreign_keys_are_orphans(ask, table, column, parent):
    (share,) = ask(f"select avg((p.{column} is null)::int) from {table} t left join {parent} p using ({column})")
    assert 0.02 < share < 0.05


@pytest.mark.parametrize(
    ("table", "column", "pattern"),
    [
        ("customer", "customer_id", "C99[0-9]{8}"),
        ("agent", "agent_id", "99[0-9]{6}"),
        ("policy", "policy_id", "P99[0-9]{12}"),
        ("org", "org_id", "86[0-9]*"),
        ("proposal", "proposal_id", "J99[0-9]{8}"),
    ],
)
def test_rule_28_ids_are_visibly_fictitious(ask, table, column, pattern):
    (strange,) = ask(f"select count(*) from {table} where not regexp_full_match({column}, '{pattern}')")
    assert strange == 0


def test_most_customers_belong_to_no_segment_and_each_segment_is_small(ask):
    (share,) = ask("""select avg((city = 'Shanghai' and district in ('Jing''an', 'Hongkou')
        and occupation = 'teacher' and 2022 - birth_year between 55 and 66)::int) from customer""")
    assert 0.004 < share < 0.03


def test_near_retirees_within_reach_are_about_12_percent(ask):
    (share,) = ask("""select avg((community_in_reach and 2023 - birth_year between 50 and 66)::int)
        from customer join org on org.org_id = customer.branch_id""")
    assert share == pytest.approx(0.12, abs=0.015)


def test_the_slide_shows_about_three_times_as_many_big_buyers_among_visitors(ask):
    (ratio,) = ask("""with bought as (select customer_id, max(((pay_term_years > 1 and yuan >= 200000)
        or yuan * pay_term_years >= 1000000)::int) big from sold group by 1),
        went as (select distinct customer_id, true went from community)
        select avg(coalesce(big, 0)) filter (went) / avg(coalesce(big, 0)) filter (went is null)
        from customer left join bought using (customer_id) left join went using (customer_id)""")
    assert 2.2 < ratio < 4.6
