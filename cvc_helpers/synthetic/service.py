"""Table `service`: the catalogue of fictitious services, made whole (DOMAIN §1, costs §6)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from cvc_helpers.synthetic.arrow import canonical, cents, dates
from cvc_helpers.synthetic.seasons import day


class Service(NamedTuple):
    """One service of the catalogue; threshold and cost in yuan, -1 where there is none."""

    service_id: str
    name: str
    theme: str
    form: str
    influence: str
    provider: str
    obtained_by: str
    threshold_yuan: int
    cost_yuan: int
    started_on: str


SERVICES = (
    Service("S9901", "养老社区 栖岳里 Qiyue Village", "elder_care", "entitlement", "brand", "head_office",
            "threshold", 1_000_000, 900, "2021-07-01"),
    Service("S9902", "居家护理 岳到家 Home care", "elder_care", "entitlement", "brand", "head_office",
            "threshold", 500_000, 280, "2021-01-01"),
    Service("S9903", "就医绿通 岳医通 Medical green channel", "health", "entitlement", "ordinary", "head_office",
            "threshold", 200_000, 2_500, "2019-01-01"),
    Service("S9904", "二次诊疗 岳会诊 Second opinion", "health", "entitlement", "ordinary", "head_office",
            "threshold", 300_000, 3_000, "2019-01-01"),
    Service("S9905", "生命银行 岳存 Life bank", "health", "entitlement", "brand", "head_office",
            "purchase", 2_000_000, 8_000, "2021-01-01"),
    Service("S9906", "保险金信托 岳承 Insurance trust", "wealth", "entitlement", "brand", "head_office",
            "threshold", 1_000_000, 5_000, "2020-01-01"),
    Service("S9907", "教育 岳学堂 Tutoring", "education", "entitlement", "ordinary", "branch",
            "points", 50_000, 500, "2020-01-01"),
    Service("S9908", "体检 岳检 Health check-up", "health", "entitlement", "ordinary", "branch",
            "with_policy", -1, 600, "2018-01-01"),
    Service("S9909", "出行 岳行 Travel", "travel", "activity", "ordinary", "force",
            "invitation", -1, 200, "2019-01-01"),
    Service("S9910", "健康讲座 Health lectures", "health", "activity", "ordinary", "branch",
            "invitation", -1, 60, "2018-01-01"),
)  # fmt: skip
"""The catalogue in the order of its codes."""

IDS = [service.service_id for service in SERVICES]
COMMUNITY, HOME_CARE, GREEN_CHANNEL, SECOND_OPINION, LIFE_BANK, TRUST, TUTORING, CHECK_UP, TRAVEL, LECTURE = range(10)


def whole(_world: Any = None) -> pa.Table:
    """The table `service`, one row per service; money in cents."""
    threshold = np.array([s.threshold_yuan for s in SERVICES])
    columns = {
        **{name: [getattr(s, name) for s in SERVICES] for name in Service._fields[:7]},
        "threshold_cents": cents(threshold, missing=threshold < 0),
        "unit_cost_cents": cents(np.array([s.cost_yuan for s in SERVICES])),
        "started_on": dates(np.array([day(s.started_on) for s in SERVICES])),
    }
    return canonical("service", columns)
