"""An insurer of another make, 海右人寿, whose formulas owe nothing to the fictitious one of this house.

Written down before any method saw it, and not changed since. Time runs in weeks from Monday 3 January 2022, with a
day drawn within the week, Sundays too. For each person, z is the standardised logarithm of yearly income: income =
exp(ln 180,000 + 0.8 z) yuan, to the thousand; z is normal about .15 (tier - 3) of the agent. There is no wealth band.
Everything is decided by normal draws (probit).

Somebody *proposes a savings policy* in a week, if none is on the table, where a standard normal draw lies below

    -2.62 + .25 z + .10 (tier - 3) + season + .18 [has a policy] - .35 [bought within 26 weeks] + .20 exp(-tenure)
    - .0012 (age - 45)² + agent + agent's quarter + .30 awake

with season +.40 in January (the opening rush), -.15 in February, +.10 in March and June, -.10 in December; agent
N(0, .10²) and agent's quarter N(0, .12²), of which no column tells. *Awake* is 1 in the first 30 weeks after the first
use of the service, .5 until week 52, and 0 otherwise, for people of the group alone: 38 to 52 years old on the day.
People who *never buy*, Φ(.05 - .3 z) of them, are proposed to at .40 less, and refuse. The others decide after 3 to 60
days, and accept where a draw lies below .05 + .15 z + .12 (tier - 3). The annual premium is
exp(ln 30,000 + .7 z + .12 awake + .5 draw) yuan over 3, 5 or 10 years. One policy in fifty is cancelled in the free
look.

Somebody *uses the service* in a week where another draw lies below

    -3.45 + .28 z + .12 (tier - 3) + .15 [has a policy] + .10 [agent certified] + .25 exp(-tenure) + .25 [aged 38-52]
    + .40 [proposal on the table] + fair season + agent's zeal + agent's month (+ .60 once it was used)

with agent's zeal N(0, .30²) and agent's month N(0, .35²): agents choose whom they invite, and bring several at a time.
Fair season is +.15 in March, +.25 in May, +.20 in June, +.30 in November, -.40 in January and -.60 in February. The
other service, the check-up, is chosen by the same formula with its own draws and does nothing. Where there is no agent
(3 of 100), tier counts as 2 and nobody is certified; one branch of the four has no desk.

What the first use did is known because everybody lives three times, with the same draws: as it was; without that use,
though free to come later, as the people are with whom the headline compares; and never. In the unit of the headline:
customers with a big policy per 100 users within 365 days of the use.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.special import ndtr

FIRST, WEEKS = np.datetime64("2022-01-03"), 234
"""Monday of the first week; the last ends on 28 June 2026."""
BRANCHES = {
    "3201": ("江苏分公司", "苏州"),
    "3302": ("宁波分公司", "宁波"),
    "4403": ("深圳分公司", "深圳"),
    "1507": ("赤峰分公司", "赤峰"),
}
HAS_DESK = {"3201": True, "3302": True, "4403": True, "1507": False}
BRANCH_SHARE = [0.35, 0.30, 0.20, 0.15]
TIER_SHARE = [0.30, 0.28, 0.22, 0.13, 0.07]
SEASON = np.array([0.40, -0.15, 0.10, 0, 0, 0.10, 0, 0, 0, 0, 0, -0.10])
FAIRS = np.array([-0.40, -0.60, 0.15, 0, 0.25, 0.20, 0, 0, 0, 0, 0.30, 0])
DESK, CHECKUP = "LX-01", "TJ-05"
"""The overseas-study desk, and the check-up, which sells nothing."""
AGES = (38, 52)
PREMIUM_YUAN, COMMITTED_YUAN = 100_000, 600_000
"""From which annual premium, or premium times years, a policy is big."""
FIRST_DAY, LAST_DAY = "2023-01-01", "2025-06-01"
"""First uses are looked back from in this period; a year of outcomes follows."""
EFFECT = 0.30
NEVER = 10**6
"""A week or day that never comes."""


class People(NamedTuple):
    """One entry a person, except `tier_of` … `quarter_mood`, which are those of the person's agent.

    Days are counted from `FIRST`. `agent` is -1 where there is none. Shapes (n,), the moods (n, periods).
    """

    branch: Any
    birth_year: Any
    z: Any
    is_never: Any
    agent: Any
    known: Any
    tier: Any
    certified: Any
    zeal: Any
    month_zeal: Any
    quarter_mood: Any
    early: Any


class Life(NamedTuple):
    """One life of everybody, as it stands in a week: shapes (n,).

    `policies` held, week of the `last` one, day until which a proposal is `open_until`, `due` day of the next policy.
    """

    policies: Any
    last: Any
    open_until: Any
    due: Any


class World(NamedTuple):
    """The tables by name; and one row a first use: `customer_id`, `used_on`, `is_counted`, and who had a big policy.

    In the year that followed: `big` as it was, `big_without` that use, `big_never` without any.
    """

    tables: dict[str, pd.DataFrame]
    users: pd.DataFrame


def truth(users: pd.DataFrame, without: str = "big_without") -> float:
    """Extra big policies per 100 users of the group within 365 days of a first use with no proposal on the table."""
    counted = users[users["is_counted"]]
    return float(100 * (counted["big"].mean() - counted[without].mean()))


def build(seed: int, *, effect: float = EFFECT, customers: int = 30_000, form: str = "entitlement") -> World:
    """One insurer.

    Args:
        seed: Of all draws.
        effect: Shift of the index of proposals while awake; 0 plants nothing, not in the premium either.
        customers: How many.
        form: Whether the desk is a right that is used (`entitlement`) or a meeting that is attended (`activity`).
    """
    rng = np.random.default_rng([seed, 2026])
    agents = _agents(rng, customers // 100)
    people = _people(rng, agents, customers)
    lives, first_use, uses = _lived(rng, people, effect)
    users = _users(people, first_use, lives)
    tables = {
        **_offices(agents), **_catalogue(form), "customer": _customers(people),
        **_uses(uses, people, form), **_sales(rng, lives[0], people),
    }  # fmt: skip
    return World(tables, users)


def write(tables: dict[str, pd.DataFrame], folder: Path) -> Path:
    """The tables as plain Parquet files, dates as dates; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        pq.write_table(pa.table({column: _plain(rows[column]) for column in rows}), folder / f"{name}.parquet")
    return folder


def _plain(column: pd.Series) -> pa.Array:
    """Dates as dates, whole numbers as 64 bits, the rest as text."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return pa.array(column.to_numpy().astype("datetime64[D]"))
    if pd.api.types.is_bool_dtype(column):
        return pa.array(column, pa.bool_())
    kind = pa.int64() if pd.api.types.is_integer_dtype(column) else pa.string()
    return pa.array(column, pa.float64() if pd.api.types.is_float_dtype(column) else kind, from_pandas=True)


def _agents(rng: np.random.Generator, count: int) -> pd.DataFrame:
    """One row an agent, with what no column will tell: `zeal` and `mood`."""
    certified = rng.integers(-900, WEEKS * 7 * 2, count)
    return pd.DataFrame({
        "agent_id": [f"HY{number:06d}" for number in range(count)],
        "branch": rng.choice(len(BRANCHES), count, p=BRANCH_SHARE), "tier": 1 + rng.choice(5, count, p=TIER_SHARE),
        "certified": np.where(certified > WEEKS * 7, NEVER, certified), "hired": rng.integers(-4_000, -400, count),
        "size": rng.gamma(2, 1, count), "zeal": rng.normal(0, 0.30, count), "mood": rng.normal(0, 0.10, count),
        "channel": rng.choice(["service_force", "agency", "broker"], count, p=[0.45, 0.45, 0.10]),
        "sex": rng.choice(["F", "M"], count),
    })  # fmt: skip


def _people(rng: np.random.Generator, agents: pd.DataFrame, n: int) -> People:
    """Everybody known until the end, and what they and their agents are like."""
    agent = rng.choice(len(agents), n, p=(agents["size"] / agents["size"].sum()).to_numpy())
    tier = agents["tier"].to_numpy()[agent]
    z = rng.normal(0, 1, n) + 0.15 * (tier - 3)
    months, quarters = WEEKS // 4 + 1, WEEKS // 13 + 1
    month_zeal, quarter_mood = rng.normal(0, 0.35, (len(agents), months)), rng.normal(0, 0.12, (len(agents), quarters))
    is_never = rng.random(n) < ndtr(0.05 - 0.3 * z)
    known = np.where(rng.random(n) < 0.55, rng.integers(-2_190, -30, n), rng.integers(-30, WEEKS * 7 - 90, n))
    early = np.where(is_never | (known >= -30), 0, rng.poisson(0.5 * np.exp(0.2 * z)))
    alone = rng.random(n) < 0.03
    return People(
        branch=agents["branch"].to_numpy()[agent], birth_year=1950 + np.floor(55 * rng.beta(2.2, 2.0, n)).astype(int),
        z=z, is_never=is_never, agent=np.where(alone, -1, agent), known=known, tier=np.where(alone, 2, tier),
        certified=np.where(alone, NEVER, agents["certified"].to_numpy()[agent]),
        zeal=np.where(alone, 0, agents["zeal"].to_numpy()[agent]),
        month_zeal=np.where(alone[:, None], 0, month_zeal[agent]),
        quarter_mood=np.where(alone[:, None], 0, (quarter_mood + agents["mood"].to_numpy()[:, None])[agent]),
        early=early,
    )  # fmt: skip


def _lived(rng: np.random.Generator, people: People, effect: float) -> tuple[list[pd.DataFrame], Any, pd.DataFrame]:
    """The three lives, week by week with the same draws: their proposals, the day of first use, and all uses.

    Where nothing is planted all three are one.
    """
    n, count = len(people.z), 3 if effect > 0 else 1
    lives = [Life(people.early.copy(), np.full(n, -NEVER), np.full(n, -NEVER), np.full(n, NEVER)) for _ in range(count)]
    first = {DESK: np.full(n, NEVER), CHECKUP: np.full(n, NEVER)}
    acts = [first[DESK], np.full(n, NEVER), np.full(n, NEVER)][:count]
    proposals: list[list[pd.DataFrame]] = [[] for _ in lives]
    uses = []
    for week in range(WEEKS):
        for name, day in first.items():
            draw, on = _use_draws(rng, n, week)
            if name == DESK and count > 1:
                later = (day < 7 * week) & (acts[1] == NEVER) & (draw < _inclination(people, lives[1], week, False))
                acts[1][later] = on[later]
            used = draw < _inclination(people, lives[0], week, day <= 7 * week)
            day[:] = np.where(used, np.minimum(day, on), day)
            uses.append(pd.DataFrame({"person": np.flatnonzero(used), "service_id": name, "day": on[used]}))
        draws = _week_draws(rng, n)
        for life, day, found in zip(lives, acts, proposals, strict=True):
            awake = _awake(people, day, week) if effect > 0 else np.zeros(n)
            found.append(_week(people, life, week, draws, effect * awake, 0.12 * awake))
    lived = [pd.concat(found, ignore_index=True) for found in proposals]
    return lived * (3 // count), first[DESK], pd.concat(uses)


def _awake(people: People, day: Any, week: int) -> Any:
    """How far the use of that day still acts in a week, 0-1."""
    since = week - day // 7
    return _age(people, day // 7) * (since >= 1) * np.select([since <= 30, since <= 52], [1.0, 0.5], 0.0)


def _calendar(week: Any) -> Any:
    """First days of weeks."""
    return FIRST + 7 * np.asarray(week).astype("timedelta64[D]")


def _month(week: int) -> int:
    return int(str(_calendar(week))[5:7]) - 1


def _age(people: People, week: Any) -> Any:
    """Whether somebody is of the group's age in a week (or, one a person, in those weeks)."""
    year = 1970 + _calendar(np.minimum(week, 10**4)).astype("datetime64[Y]").astype(int)
    return (year - people.birth_year >= AGES[0]) & (year - people.birth_year <= AGES[1])


def _use_draws(rng: np.random.Generator, n: int, week: int) -> tuple[Any, Any]:
    """Who is drawn to a service in the week, and the day of the use if it comes to one."""
    return rng.standard_normal(n), 7 * week + rng.choice(7, n, p=[0.05, 0.05, 0.05, 0.05, 0.10, 0.35, 0.35])


def _inclination(people: People, life: Life, week: int, again: Any) -> Any:
    """Index of the use of a service in the week; out of reach where nobody is known or the branch has no desk."""
    index = (
        -3.45 + 0.28 * people.z + 0.12 * (people.tier - 3) + 0.15 * (life.policies > 0) + FAIRS[_month(week)]
        + 0.10 * (people.certified < 7 * week) + 0.25 * np.exp(-(7 * week - people.known) / 365.25)
        + 0.25 * _age(people, week) + 0.40 * (life.open_until >= 7 * week) + people.zeal
        + people.month_zeal[:, week // 4] + 0.60 * again
    )  # fmt: skip
    return np.where((people.known < 7 * week) & (people.branch < 3), index, -np.inf)


def _week_draws(rng: np.random.Generator, n: int) -> dict[str, Any]:
    """What both lives share in a week."""
    return {
        **{name: rng.standard_normal(n) for name in ("propose", "accept", "size")},
        "day": rng.integers(0, 7, n), "wait": np.minimum(3 + rng.gamma(2, 8, n).astype(int), 60),
        "years": rng.choice([3, 5, 10], n, p=[0.3, 0.4, 0.3]), "kept": rng.random(n) < 0.98,
    }  # fmt: skip


def _week(people: People, life: Life, week: int, draws: dict[str, Any], shift: Any, larger: Any) -> pd.DataFrame:
    """The proposals of one life in a week; the life goes on."""
    ripe = life.due < 7 * week
    life.policies[ripe] += 1
    life.last[ripe] = week
    life.due[ripe] = NEVER
    born = 2022 + week // 52 - people.birth_year
    index = (
        -2.62 + 0.25 * people.z + 0.10 * (people.tier - 3) + SEASON[_month(week)] + 0.18 * (life.policies > 0)
        - 0.35 * (week - life.last < 26) + 0.20 * np.exp(-(7 * week - people.known) / 365.25)
        - 0.0012 * (born - 45) ** 2 + people.quarter_mood[:, week // 13] - 0.40 * people.is_never + shift
    )  # fmt: skip
    day = 7 * week + draws["day"]
    asked = (draws["propose"] < index) & (life.open_until < day) & (people.known < 7 * week)
    sold = asked & ~people.is_never & (draws["accept"] < 0.05 + 0.15 * people.z + 0.12 * (people.tier - 3))
    life.open_until[asked] = (day + draws["wait"])[asked]
    life.due[sold] = (day + draws["wait"])[sold]
    premium = np.exp(np.log(30_000) + 0.7 * people.z + larger + 0.5 * draws["size"])
    who = np.flatnonzero(asked)
    return pd.DataFrame({
        "person": who, "day": day[who], "closed": (day + draws["wait"])[who], "is_sold": sold[who],
        "premium": np.round(premium[who], -2), "years": draws["years"][who], "is_kept": draws["kept"][who],
    })  # fmt: skip


def _users(people: People, first_use: Any, lives: list[pd.DataFrame]) -> pd.DataFrame:
    """One row a first use of the desk: whether it is counted, and whether a big policy followed in either life."""
    who = np.flatnonzero(first_use < NEVER)
    day = pd.Series(first_use[who], who)
    on = FIRST + day.to_numpy().astype("timedelta64[D]")
    age = 1970 + on.astype("datetime64[Y]").astype(int) - people.birth_year[who]
    before = lives[0].assign(used=lives[0]["person"].map(day))
    is_open = before[(before["day"] <= before["used"]) & (before["closed"] >= before["used"])]["person"]
    counted = (on >= np.datetime64(FIRST_DAY)) & (on < np.datetime64(LAST_DAY)) & ~np.isin(who, is_open)
    big = [_big_within(life, day) for life in lives]
    return pd.DataFrame({
        "customer_id": [f"K{number:07d}" for number in who], "used_on": on,
        "is_counted": counted & (age >= AGES[0]) & (age <= AGES[1]),
        **{name: np.isin(who, found) for name, found in zip(["big", "big_without", "big_never"], big, strict=True)},
    })  # fmt: skip


def _big_within(life: pd.DataFrame, day: pd.Series) -> Any:
    """Persons with a big policy, not cancelled in the free look, 1 to 365 days after their day."""
    is_big = (life["premium"] >= PREMIUM_YUAN) | (life["premium"] * life["years"] >= COMMITTED_YUAN)
    after = life["closed"] - life["person"].map(day)
    return life.loc[life["is_sold"] & life["is_kept"] & is_big & after.between(1, 365), "person"].unique()


def _offices(agents: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Branches, agents and their history."""
    codes = np.array(list(BRANCHES))
    org = pd.DataFrame({
        "org_id": codes, "name": [name for name, _ in BRANCHES.values()], "level": "branch", "branch_id": codes,
        "city": [city for _, city in BRANCHES.values()], "community_in_reach": list(HAS_DESK.values()),
    })  # fmt: skip
    agent = pd.DataFrame({
        "agent_id": agents["agent_id"], "channel": agents["channel"], "org_id": codes[agents["branch"]],
        "sex": agents["sex"], "hire_date": _days(agents["hired"]), "leave_date": pd.NaT,
        "skill_tier": agents["tier"], "service_knowledge": np.clip(agents["tier"] + (agents["zeal"] > 0), 1, 5),
        "certified_on": _days(agents["certified"]),
    })  # fmt: skip
    history = pd.DataFrame({
        "agent_id": agents["agent_id"], "valid_from": agent["hire_date"], "valid_to": pd.NaT,
        "org_id": agent["org_id"], "rank": "full",
    })  # fmt: skip
    return {"org": org, "agent": agent, "agent_history": history}


def _days(days: Any) -> pd.Series:
    """Days as dates; `NEVER` as missing."""
    days = pd.Series(np.asarray(days))
    return pd.Series(FIRST + days.clip(upper=20_000).to_numpy().astype("timedelta64[D]")).mask(days == NEVER)


def _catalogue(form: str) -> dict[str, pd.DataFrame]:
    """Services and products."""
    service = pd.DataFrame({
        "service_id": [DESK, CHECKUP], "name": ["留学规划服务台", "年度体检"], "theme": ["education", "health"],
        "form": form, "influence": ["brand", "ordinary"], "provider": ["head_office", "branch"],
        "obtained_by": ["invitation", "points"], "unit_cost_cents": [90_000, 40_000],
    })  # fmt: skip
    product = pd.DataFrame({
        "product_id": ["海右传家", "海右年金", "海右意外"], "name": ["海右传家终身寿险", "海右年金保险", "海右意外险"],
        "line": ["whole_life", "annuity", "accident"], "pay_term_years": [10, 5, 1],
    })  # fmt: skip
    return {"service": service, "product": product}


def _numbers(people: People, who: Any) -> Any:
    """Customer numbers."""
    return np.array([f"K{number:07d}" for number in range(len(people.z))])[who]


def _agent_numbers(people: People) -> pd.Series:
    return pd.Series([None if agent < 0 else f"HY{agent:06d}" for agent in people.agent], dtype=object)


def _customers(people: People) -> pd.DataFrame:
    """One row a person; income in cents, no wealth band."""
    codes, cities = np.array(list(BRANCHES)), np.array([city for _, city in BRANCHES.values()])
    income = np.round(np.exp(np.log(180_000) + 0.8 * people.z), -3)
    return pd.DataFrame({
        "customer_id": _numbers(people, np.arange(len(people.z))), "branch_id": codes[people.branch],
        "city": cities[people.branch], "birth_year": people.birth_year,
        "income_cents": (100 * income).astype(int), "known_from": _days(people.known),
        "agent_id": _agent_numbers(people), "is_staff": False,
    })  # fmt: skip


def _uses(uses: pd.DataFrame, people: People, form: str) -> dict[str, pd.DataFrame]:
    """Uses of both services, as rights used or as meetings attended (one meeting a branch, service and day)."""
    uses = uses.reset_index(drop=True)
    customer, number = _numbers(people, uses["person"]), uses.index.astype(str)
    if form == "entitlement":
        return {"usage": pd.DataFrame({
            "usage_id": "U" + number, "customer_id": customer, "service_id": uses["service_id"],
            "requested_on": _days(uses["day"] - 5), "used_on": _days(uses["day"]), "used_by": "family",
        })}  # fmt: skip
    held = pd.DataFrame({"branch": people.branch[uses["person"]], "service_id": uses["service_id"], "day": uses["day"]})
    meeting = "M" + held.groupby(list(held)).ngroup().astype(str)
    attendance = pd.DataFrame({
        "attendance_id": "U" + number, "activity_id": meeting, "party_kind": "customer", "party_id": customer,
        "invited_by": _agent_numbers(people)[uses["person"]].to_numpy(), "attended_on": _days(uses["day"]),
    })  # fmt: skip
    once = held.assign(activity_id=meeting).drop_duplicates("activity_id")
    activity = pd.DataFrame({
        "activity_id": once["activity_id"], "kind": "salon", "service_id": once["service_id"],
        "held_on": _days(once["day"]).to_numpy(), "org_id": np.array(list(BRANCHES))[once["branch"]],
    })  # fmt: skip
    return {"attendance": attendance, "activity": activity}


def _sales(rng: np.random.Generator, life: pd.DataFrame, people: People) -> dict[str, pd.DataFrame]:
    """Proposals of the life that was, and policies: those that followed, and those from before 2022."""
    life = life.reset_index(drop=True)
    agent, number = _agent_numbers(people)[life["person"]].to_numpy(), pd.Series(life.index.astype(str))
    cents, product = (100 * life["premium"]).astype(int), rng.choice(["海右传家", "海右年金"], len(life))
    proposal = pd.DataFrame({
        "proposal_id": "P" + number, "customer_id": _numbers(people, life["person"]), "agent_id": agent,
        "proposed_on": _days(life["day"]), "product_id": product, "pay_term_years": life["years"],
        "annual_premium_cents": cents, "closed_on": _days(life["closed"]),
    })  # fmt: skip
    policy = proposal.rename(columns={"proposed_on": "issue_date"}).assign(
        policy_id="B" + number, issue_date=_days(life["closed"]), commission_cents=cents // 5,
        status=np.where(life["is_kept"], "inforce", "freelook_cancelled"),
    )  # fmt: skip
    policy = pd.concat([policy[life["is_sold"]], _early(rng, people)], ignore_index=True)
    homes = pd.Series(np.array(list(BRANCHES))[people.branch], _numbers(people, np.arange(len(people.z))))
    channel = np.where(
        policy["agent_id"].isna(), "online", np.where(rng.random(len(policy)) < 0.6, "service_force", "agency")
    )
    policy = policy.assign(org_id=policy["customer_id"].map(homes), channel=channel).drop(columns="closed_on")
    is_past = proposal["closed_on"] <= pd.Timestamp(FIRST) + pd.Timedelta(7 * WEEKS, "D")
    is_issued = policy["issue_date"] <= pd.Timestamp(FIRST) + pd.Timedelta(7 * WEEKS, "D")
    proposal = proposal.assign(closed_on=proposal["closed_on"].where(is_past))
    return {"proposal": proposal, "policy": policy[is_issued].reset_index(drop=True)}


def _early(rng: np.random.Generator, people: People) -> pd.DataFrame:
    """Small policies from before 2022."""
    who = np.repeat(np.arange(len(people.z)), people.early)
    known = people.known[who]
    return pd.DataFrame({
        "policy_id": [f"A{number}" for number in range(len(who))], "customer_id": _numbers(people, who),
        "proposal_id": None, "agent_id": _agent_numbers(people)[who].to_numpy(), "product_id": "海右意外",
        "issue_date": _days(known + np.floor((-5 - known) * rng.random(len(who))).astype(int)), "pay_term_years": 1,
        "annual_premium_cents": 30_000, "commission_cents": 3_000, "status": "inforce",
    })  # fmt: skip
