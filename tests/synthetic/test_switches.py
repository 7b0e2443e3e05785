"""Each switch does to the data what it says, and to no other table; the rules of plausibility hold beside it."""

from __future__ import annotations

import hashlib
import inspect
from functools import cache

import duckdb
import numpy as np
import pytest
from scipy.stats import norm

from cvc_helpers.synthetic import Switches, agent, customer, make, make_insurer, quote
from tests.synthetic import test_plausibility
from tests.synthetic.conftest import asking

CUSTOMERS, SEED = 40_000, 7
MORE = {"agent_spread": 160_000, "agent_inviting": 160_000}
"""Customers for the rules of plausibility: where premiums spread more, those near a threshold are fewer."""
LIFE = {"attendance", "coverage", "entitlement", "policy", "proposal", "usage"}
ON = {
    "closing_visits": ({"closing_visits": 0.4}, LIFE),
    "visits_after_proposals": ({"visits_after_proposals": True}, {"attendance"}),
    "agent_spread": ({"agent_spread": 0.4}, LIFE),
    "agent_inviting": ({"agent_spread": 0.4, "agent_inviting": 0.8}, LIFE),
    "reassigned": ({"reassigned": 0.5}, {"attendance", "contact", "customer", "policy", "proposal", "usage"}),
    "wealth_two_bands": ({"wealth_two_bands": True}, {"customer"}),
    "wealth_missing": ({"wealth_missing": 0.3}, {"customer"}),
    "income": ({"income": True}, {"customer"}),
    "missing_prospects": ({"missing_prospects": 0.6}, {"customer"}),
    "missing_guests": ({"missing_guests": 0.8}, {"customer"}),
    "informative_censoring": ({"informative_censoring": 0.2}, {"customer_year"}),
    "better_teams": ({"better_teams": 0.4}, {"quote"}),
    "repeated_tests": ({"repeated_tests": 0.3}, {"value_test"}),
    "agent_answers": ({"agent_answers": 1.0}, {"value_test"}),
}
"""Name of the switch to what is switched on, and the tables that it changes."""
EXCUSED = {
    "closing_visits": {
        "test_the_slide_shows_about_three_times_as_many_big_buyers_among_visitors",
        "test_rule_4_may_to_july_2023_surges_and_august_to_october_slumps",
    },
    "missing_prospects": {"test_near_retirees_within_reach_are_about_12_percent"},
}
"""Rules that a switch is there to break."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder of the insurer with those switches on, made once; without planted values, which take long."""

    @cache
    def folder(**on):
        out = tmp_path_factory.mktemp("switched")
        nothing, customers = on.pop("nothing", False), on.pop("customers", CUSTOMERS)
        make_insurer(out, customers=customers, seed=SEED, switches=Switches(**on), nothing=nothing)
        return out

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make, "planted_values", lambda plan: {})
        yield folder


def rows(folder, sql):
    return duckdb.connect().execute(sql.replace("@", f"{folder}/")).fetchnumpy()


def one(folder, sql):
    (value,) = duckdb.connect().execute(sql.replace("@", f"{folder}/")).fetchone()
    return value


def digests(folder):
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.parquet")}


def test_every_switch_is_tested_here():
    assert set(ON) == set(Switches._fields)


@pytest.mark.parametrize("name", list(ON))
def test_a_switch_changes_the_bytes_of_its_own_tables_only(made, name):
    on, changed = ON[name]
    plain, found = digests(made()), digests(made(**on))
    assert {table for table in plain if plain[table] != found[table]} == changed


@pytest.mark.parametrize("name", list(ON))
def test_the_rules_of_plausibility_hold_with_a_switch_on(made, name):
    ask, excused = asking(made(**ON[name][0], customers=MORE.get(name, CUSTOMERS))), EXCUSED.get(name, set())
    rules = {key: rule for key, rule in vars(test_plausibility).items() if key.startswith("test_")}
    assert excused <= set(rules)
    for key, rule in rules.items():
        if key not in excused and list(inspect.signature(rule).parameters) == ["ask"]:
            rule(ask)


CLOSED = """select avg(closed) from (select p.proposal_id, p.proposed_on, p.closed_on,
        (select count(*) > 0 from '@attendance.parquet' t join '@activity.parquet' a using (activity_id)
         where a.kind = 'community_visit' and t.party_id = p.customer_id
         and t.attended_on > p.proposed_on and t.attended_on < p.closed_on)::int closed
    from '@proposal.parquet' p join '@product.parquet' using (product_id)
    join '@policy.parquet' o on o.proposal_id = p.proposal_id
    join '@customer.parquet' c on c.customer_id = p.customer_id join '@org.parquet' b on b.org_id = c.branch_id
    where line in ('whole_life', 'annuity') and community_in_reach
    and p.proposed_on >= '2021-07-08' and p.proposed_on <= '2025-03-31')"""


def test_closing_visits_lie_between_proposal_and_sale(made):
    # a visit falls between the two by chance, on average within ten days of each other
    assert one(made(), CLOSED) < 0.02
    assert one(made(closing_visits=0.4), CLOSED) == pytest.approx(0.4, abs=0.05)


EARLY = """select avg((attended_on < proposed_on)::int) from '@attendance.parquet' t
    join '@activity.parquet' a using (activity_id) join '@proposal.parquet' p on p.customer_id = t.party_id
    join '@product.parquet' using (product_id) where a.kind = 'community_visit' and line in ('whole_life', 'annuity')
    and date_trunc('quarter', attended_on) = date_trunc('quarter', proposed_on)"""


def test_visits_come_before_a_proposal_of_their_quarter_about_as_often_as_after_it_unless_switched(made):
    assert 0.25 < one(made(), EARLY) < 0.75
    assert one(made(visits_after_proposals=True), EARLY) == 0


def per_agent(folder, sql):
    """Events per customer of the agents whose own factor is above 1, over that of the others."""
    own = agent.own_factors(
        agent.stream(SEED, "switch_agent_spread"),
        len(agent.seats(SEED, CUSTOMERS).skill),
        Switches(agent_spread=0.4, agent_inviting=0.8),
    )[0]
    seat = {name: int(name) - agent.NUMBER_BASE for name in rows(folder, sql)["agent_id"]}
    found = rows(folder, sql)
    good = np.array([own[seat[name]] > -(0.4**2) / 2 for name in found["agent_id"]])
    rates = [found["events"][mine].sum() / found["customers"][mine].sum() for mine in (good, ~good)]
    return rates[0] / rates[1]


EVENTS = """select agent_id, sum(n) as events, count(*) as customers from (
    select c.agent_id, (select count(*) from {events} e where e.customer_id = c.customer_id) n
    from '@customer.parquet' c) group by agent_id"""
PROPOSALS = EVENTS.format(events="(select customer_id from '@proposal.parquet' join '@product.parquet' using "
                                 "(product_id) where line in ('whole_life', 'annuity'))")  # fmt: skip
VISITS = EVENTS.format(events="(select party_id customer_id from '@attendance.parquet' join '@activity.parquet' a "
                              "using (activity_id) where a.kind = 'community_visit')")  # fmt: skip


def test_agents_have_a_factor_of_their_own_and_the_better_invite_more(made):
    alone, together = made(agent_spread=0.4), made(agent_spread=0.4, agent_inviting=0.8)
    # means of a log-normal factor above and below its median
    expected = {spread: norm.cdf(spread) / norm.cdf(-spread) for spread in (0.4, 0.8 * 0.4)}
    assert per_agent(made(), PROPOSALS) == pytest.approx(1, abs=0.12)
    assert per_agent(alone, PROPOSALS) == pytest.approx(expected[0.4], rel=0.12)
    # about 400 visits; agents of wealthy customers differ by chance
    assert per_agent(alone, VISITS) == pytest.approx(1, abs=0.3)
    assert per_agent(together, VISITS) == pytest.approx(expected[0.8 * 0.4], rel=0.3)


def test_premiums_of_the_better_agents_are_larger(made):
    size = "select stddev(m) from (select avg(ln(annual_premium_cents)) m from '@proposal.parquet' join "\
           "'@product.parquet' using (product_id) where line in ('whole_life', 'annuity') group by agent_id "\
           "having count(*) >= 10)"  # fmt: skip
    assert one(made(agent_spread=0.4), size) > one(made(), size) + 0.05


def test_customers_are_handed_to_a_better_agent_after_a_visit_or_a_purchase(made):
    both = f"""from '{made()}/customer.parquet' a join '@customer.parquet' b using (customer_id)
        join '@agent.parquet' x on x.agent_id = a.agent_id join '@agent.parquet' y on y.agent_id = b.agent_id
        left join (select party_id customer_id from '@attendance.parquet' join '@activity.parquet' g using (activity_id)
            where g.kind = 'community_visit' union select customer_id from '@policy.parquet' join '@product.parquet'
            using (product_id) where line in ('whole_life', 'annuity')) e using (customer_id)"""
    moved = "a.agent_id <> b.agent_id"
    folder = made(reassigned=0.5)
    wrong = f"{moved} and (e.customer_id is null or y.skill_tier <= x.skill_tier)"
    assert one(folder, f"select count(*) {both} where {wrong}") == 0
    could = "e.customer_id is not null and x.skill_tier < 3"
    assert one(folder, f"select avg(({moved})::int) {both} where {could}") == pytest.approx(0.5, abs=0.05)


def test_wealth_is_coarse_or_missing_or_given_as_income(made):
    wealth = {name: rows(made(**ON[name][0]), "from '@customer.parquet'") for name in ON if name.startswith("w")}
    band, income = (
        rows(made(), "from '@customer.parquet'")["wealth_band"],
        rows(made(income=True), "from '@customer.parquet'"),
    )
    assert (wealth["wealth_two_bands"]["wealth_band"] == np.where(band <= 3, 2, 4)).all()
    assert np.ma.getmaskarray(wealth["wealth_missing"]["wealth_band"]).mean() == pytest.approx(0.3, abs=0.02)
    assert np.ma.getmaskarray(income["wealth_band"]).all()
    assert (np.digitize(income["income_cents"] / 100, customer.INCOME_YUAN) == band).all()


@pytest.mark.parametrize(
    ("name", "share", "among", "error"),
    # about 300 guests: an error of .1 is three standard errors
    [("missing_prospects", 0.6, "true", 0.05), ("missing_guests", 0.8, "g.id is not null", 0.1)],
)
def test_people_who_never_bought_nor_had_a_proposal_are_left_out(made, name, share, among, error):
    left_out = f"""select avg((b.customer_id is null)::int) from '{made()}/customer.parquet' a
        left join '@customer.parquet' b using (customer_id) left join (select customer_id id from '@policy.parquet'
        union select customer_id from '@proposal.parquet') k on k.id = a.customer_id
        left join (select distinct party_id id from '@attendance.parquet' join '@activity.parquet' y using (activity_id)
            where y.kind = 'community_visit') g on g.id = a.customer_id where {{}}"""
    folder = made(**ON[name][0])
    assert one(folder, left_out.format(f"k.id is null and {among}")) == pytest.approx(share, abs=error)
    assert one(folder, left_out.format("k.id is not null")) == 0


def test_customers_likelier_to_leave_are_lost_from_sight_earlier(made):
    retention = "select avg(is_in_force::int) from '@customer_year.parquet' where policy_year > 1 and is_effective"
    seen = (
        "select avg(n) from (select count(*) n from '@customer_year.parquet' where is_effective group by customer_id)"
    )
    folder = made(informative_censoring=0.2)
    assert one(folder, seen) < 0.8 * one(made(), seen)
    assert one(folder, retention) > one(made(), retention) + 0.01


def test_teams_that_get_services_first_sell_more_by_a_hidden_amount(made):
    amount = quote.hidden_amounts(SEED, len(agent.seats(SEED, CUSTOMERS).skill), 0.4)
    for on, factor, served in ((False, 1.0, False), (True, np.exp(0.4), True)):
        found = rows(made(nothing=True, better_teams=0.4 if on else 0.0), "from '@quote.parquet'")
        better = amount[found["agent_id"].astype(int) - agent.NUMBER_BASE] > 0
        sold = found["is_converted"][found["is_complex"]], better[found["is_complex"]]
        had = ~np.ma.getmaskarray(found["service_on"])
        # about 300 sales in 4,000 quotes
        assert sold[0][sold[1]].mean() / sold[0][~sold[1]].mean() == pytest.approx(factor, rel=0.25)
        assert (had[better].mean() > had[~better].mean() + 0.1) == served


PAIRS = """with t as (select v.test_id, {key} key,
        response - avg(response) over (partition by confirmed_group, proposition) r
    from '@value_test.parquet' v join '@customer.parquet' using (customer_id))
    select corr(a.r, b.r) from t a join t b on a.key = b.key and a.test_id <> b.test_id"""


def test_a_customer_tested_again_answers_alike(made):
    folder = made(repeated_tests=0.3)
    assert one(made(), "select count(distinct customer_id) = count(*) from '@value_test.parquet'")
    again = "select avg((n = 3)::int) from (select count(*) n from '@value_test.parquet' group by customer_id)"
    assert one(folder, again) == pytest.approx(0.3, abs=0.05)
    # a level of .7 standard deviations of the noise, and the demographics
    assert 0.2 < one(folder, PAIRS.format(key="customer_id")) < 0.5


def test_customers_of_one_agent_answer_alike(made):
    key = "agent_id || proposition"
    assert abs(one(made(), PAIRS.format(key=key))) < 0.2
    assert 0.3 < one(made(agent_answers=1.0), PAIRS.format(key=key)) < 0.7
