"""The other tables of 海右人寿: tests of propositions, quotes, and years of customers. Everything probit here too.

*Tests*: 4,000 customers, one of six propositions by lot. Three groups of its own: parents of school children in 苏州,
38 to 52 years old (KQ-01), traders in 深圳 (KQ-02), couples born before 1968 in 宁波 (KQ-03). The talk confirms nine in
ten of those whom the rule names, and two in a hundred of the others. The answer is 45 + 3 z + 14 where the proposition
is the one of the confirmed group + N(0, 17²), cut to 0-100. Useful, worthwhile and suitable each hold where a draw
lies below -.2 + .02 (answer - 45); a proposal is asked for below -1.6 + .1 (how many hold) + .9 [all three hold].

*Quotes*: 9,000, from teams with a score of .1 to .9 given every January for the year before. A service came 5 to 300
days before the quote where a draw lies below -.3 + .3 z; a sale follows below -1.1 + .15 z + .4 need + .3 [score >= .5]
+ .25 [service] + .35 [both]. Need is uniform on 0-1.

*Years*: 1,500 customers over six policy years, engaged by a service first or not; each renews below .9 + .1 z + .25
[service first] - .05 year; contributions are lognormal.

Where nothing is planted, the bracketed terms of groups, service and [all three hold] are gone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

PROPOSITIONS = ["health", "medical", "elder_care", "nursing", "education", "wealth"]
OF_GROUP = {"KQ-01": "education", "KQ-02": "medical", "KQ-03": "nursing"}
OCCUPATIONS = ["trader", "office", "software", "public", "teacher", "other"]
HOUSEHOLDS = ["single", "couple", "school_age", "three_generations"]


def tables_of_groups(seed: int, customers: pd.DataFrame, *, is_planted: bool = True) -> dict[str, pd.DataFrame]:
    """`customer` with occupation, household and sex, `group_rule`, and `value_test`."""
    rng = np.random.default_rng([seed, 7])
    n = len(customers)
    customer = customers.assign(
        occupation=rng.choice(OCCUPATIONS, n), household=rng.choice(HOUSEHOLDS, n), sex=rng.choice(["F", "M"], n)
    )
    return {"customer": customer, "group_rule": _rules(), "value_test": _tests(rng, customer, is_planted)}


def _rules() -> pd.DataFrame:
    return pd.DataFrame({
        "rule_id": ["R1", "R2", "R3"], "group_code": list(OF_GROUP), "city": ["苏州", "深圳", "宁波"],
        "occupation": [None, "trader", None], "household": ["school_age", None, "couple"],
        "birth_from": pd.array([1972, None, None], "Int64"), "birth_to": pd.array([1986, None, 1967], "Int64"),
        "defined_on": pd.Timestamp("2024-02-26"),
    })  # fmt: skip


def _named(customer: pd.DataFrame) -> Any:
    """Group that the rules name, or None."""
    born = customer["birth_year"]
    rules = [
        (customer["city"] == "苏州") & (customer["household"] == "school_age") & born.between(1972, 1986),
        (customer["city"] == "深圳") & (customer["occupation"] == "trader"),
        (customer["city"] == "宁波") & (customer["household"] == "couple") & (born <= 1967),
    ]
    return np.select(rules, list(OF_GROUP), default="")


def _tests(rng: np.random.Generator, customer: pd.DataFrame, is_planted: bool) -> pd.DataFrame:
    named = _named(customer)
    chance = np.where(named != "", 6.0, 1.0)
    who = rng.choice(len(customer), 4_000, replace=False, p=chance / chance.sum())
    rows, group = customer.iloc[who].reset_index(drop=True), named[who]
    real = np.where(rng.random(4_000) < 0.9, group, "")
    real = np.where((group == "") & (rng.random(4_000) < 0.02), rng.choice(list(OF_GROUP), 4_000), real)
    proposition = rng.choice(PROPOSITIONS, 4_000)
    fits = (pd.Series(real).map(OF_GROUP) == proposition).to_numpy() & is_planted
    answer = np.clip(np.round(45 + 3 * _z(rows) + 14 * fits + rng.normal(0, 17, 4_000)), 0, 100).astype(int)
    holds = [rng.standard_normal(4_000) < -0.2 + 0.02 * (answer - 45) for _ in range(3)]
    asks = -1.6 + 0.1 * np.sum(holds, axis=0) + 0.9 * (np.all(holds, axis=0) & is_planted)
    return pd.DataFrame({
        "test_id": [f"T{number}" for number in range(4_000)], "customer_id": rows["customer_id"],
        "contacted_on": pd.Timestamp("2024-04-01") + pd.to_timedelta(rng.integers(0, 600, 4_000), "D"),
        "proposition": proposition, "response": answer, "is_useful": holds[0], "is_worthwhile": holds[1],
        "is_suitable": holds[2], "is_converted": rng.standard_normal(4_000) < asks,
        "confirmed_group": np.where(real == "", None, real),
    })  # fmt: skip


def _z(customer: pd.DataFrame) -> Any:
    """Standardised logarithm of income."""
    return (np.log(customer["income_cents"] / 100) - np.log(180_000)) / 0.8


def tables_of_quotes(seed: int, customers: pd.DataFrame, *, is_planted: bool = True) -> dict[str, pd.DataFrame]:
    """`quote` and `customer_year`."""
    rng = np.random.default_rng([seed, 8])
    return {"quote": _quotes(rng, customers, is_planted), "customer_year": _years(rng, customers, is_planted)}


def _quotes(rng: np.random.Generator, customers: pd.DataFrame, is_planted: bool) -> pd.DataFrame:
    n = 9_000
    rows = customers[customers["agent_id"].notna()].sample(n, random_state=rng).reset_index(drop=True)
    agents = rows["agent_id"].unique()
    score = rows["agent_id"].map(dict(zip(agents, np.round(rng.uniform(0.1, 0.9, len(agents)), 2), strict=True)))
    quoted = pd.Timestamp("2024-03-01") + pd.to_timedelta(rng.integers(0, 700, n), "D")
    came = rng.standard_normal(n) < -0.3 + 0.3 * _z(rows)
    need, able = rng.random(n), score >= 0.5
    index = -1.1 + 0.15 * _z(rows) + 0.4 * need + 0.3 * able + is_planted * (0.25 * came + 0.35 * (came & able))
    sold = rng.standard_normal(n) < index
    return pd.DataFrame({
        "quote_id": [f"Q{number}" for number in range(n)], "customer_id": rows["customer_id"],
        "agent_id": rows["agent_id"], "quoted_on": quoted, "is_complex": rng.random(n) < 0.6,
        "service_on": pd.Series(quoted - pd.to_timedelta(rng.integers(5, 300, n), "D")).where(came),
        "team_score": score, "assessed_on": pd.to_datetime(pd.Series(quoted).dt.year.sub(1).astype(str) + "-01-10"),
        "need_score": np.round(need, 3), "is_converted": sold,
        "service_cost_cents": np.where(came, 60_000, 0), "contribution_cents": np.where(sold, 1_500_000, 0),
    })  # fmt: skip


def _years(rng: np.random.Generator, customers: pd.DataFrame, is_planted: bool) -> pd.DataFrame:
    rows = customers[customers["agent_id"].notna()].sample(1_500, random_state=rng).reset_index(drop=True)
    first, z, parts = rng.random(1_500) < 0.5, _z(rows), []
    left = np.ones(1_500, bool)
    for year in range(1, 7):
        stays = rng.standard_normal(1_500) < 0.9 + 0.1 * z + 0.25 * (first & is_planted) - 0.05 * year
        here = left & ((year == 1) | stays)
        part = pd.DataFrame({
            "customer_id": rows["customer_id"], "policy_year": year, "agent_id": rows["agent_id"],
            "is_service_driven": first, "is_effective": rng.random(1_500) < 0.8, "is_in_force": here,
            "contribution_cents": np.exp(rng.normal(12, 0.5, 1_500)).astype(int),
            "repeat_contribution_cents": np.where(rng.random(1_500) < 0.1, 80_000, 0),
            "service_cost_cents": np.where(first, 20_000, 0),
            "customer_benefit_cents": np.where(first, 30_000, 0),
        })  # fmt: skip
        parts.append(part[left])
        left = here
    return pd.concat(parts, ignore_index=True)
