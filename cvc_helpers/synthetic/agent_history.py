"""Table `agent_history`: one to three spans of rank for each agent number, made whole."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cvc_helpers.synthetic.agent import agent_ids, pick, unit_ids
from cvc_helpers.synthetic.arrow import canonical, codes, dates
from cvc_helpers.synthetic.records import World
from cvc_helpers.synthetic.seasons import PANEL_END
from cvc_helpers.synthetic.streams import stream

TRIAL_DAYS = 180
SECOND_STEP_DAYS = 900
HIGHER = np.array([0.45, 0.30, 0.14, 0.08, 0.03])
"""Shares of high performer, supervisor, senior supervisor, manager and director among those who rise."""


def whole(world: World) -> pa.Table:
    """The table `agent_history`, sorted by agent number and first day of the span."""
    of, rng = world.agents, stream(world.seed, "agent_history")
    n, units = len(of.hire), np.array(unit_ids(of))
    end = np.where(of.leave < 0, PANEL_END + 1, of.leave)
    rises = (rng.random(n) < 0.10 * of.skill) & (end - of.hire > SECOND_STEP_DAYS)
    starts = np.stack([of.hire, of.hire + TRIAL_DAYS, of.hire + SECOND_STEP_DAYS], axis=1)
    exists = np.stack([np.ones(n, bool), end - of.hire > TRIAL_DAYS, rises], axis=1)
    rank = np.stack([np.zeros(n, int), np.ones(n, int), 2 + pick(rng.random(n), HIGHER)], axis=1)
    following = np.append(exists[:, 1:], np.zeros((n, 1), bool), axis=1)
    stops = np.where(following, np.roll(starts, -1, axis=1) - 1, end[:, None])
    still = ~following & (of.leave < 0)[:, None]
    rows, _ = np.nonzero(exists)
    columns = {
        "agent_id": agent_ids(rows),
        "valid_from": dates(starts[exists]),
        "valid_to": dates(stops[exists], missing=still[exists]),
        "org_id": units[rows],
        "rank": codes("agent_history", "rank", rank[exists]),
    }
    return canonical("agent_history", columns)
