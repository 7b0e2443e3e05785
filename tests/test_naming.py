"""The words of a run: what a service and a group are called, in both languages, for any of them."""

from __future__ import annotations

import pandas as pd
import pytest

from cvc_helpers import contract, naming
from cvc_helpers.wording import LANGUAGES

CALLED = pd.DataFrame(
    [
        ("S1", "养老社区 栖岳里 Qiyue Village", "attended", "community_visit"),
        ("S2", "学堂", "used", None),
        ("S3", " ", "contacted", None),
        ("S4", "Salon plus", "attended", None),
    ],
    columns=["service_id", "name", "stage", "activity_kind"],
)
CODES = pd.DataFrame(
    [("branch", "B1", "江苏分公司 Jiangsu Branch"), ("branch", "B2", None), ("service", "B2", "B2 of another kind")],
    columns=["kind", "code", "name"],
)
KINDS = [value.code for value in contract.tables()["activity"].column("kind").values]


@pytest.mark.parametrize(
    ("service_id", "english", "chinese"),
    [
        ("S1", ("Qiyue Village", "visit", "visitors"), ("养老社区 栖岳里", "参访", "到访者")),
        ("S2", ("学堂", "use of the service", "users"), ("学堂", "服务使用", "使用者")),
        ("S3", ("S3", "talk about the service", "advised customers"), ("S3", "服务咨询", "咨询客户")),
        ("S4", ("Salon plus", "session", "participants"), ("Salon plus", "活动", "参加者")),
        ("S5", ("S5", "use of the service", "users"), ("S5", "服务使用", "使用者")),
    ],
)
def test_a_service_is_called_by_its_name_and_its_use_by_what_it_is(service_id, english, chinese):
    found = naming.service_names(CALLED, service_id)
    for language, words in (("en", english), ("zh", chinese)):
        assert tuple(found[language][word] for word in ("service", "use", "users")) == words


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_activity_has_words_of_its_own(kind):
    rows = pd.DataFrame([("S1", "x", "attended", kind)], columns=CALLED.columns)
    found = naming.service_names(rows, "S1", role="placebo")
    other = naming.service_names(rows.assign(activity_kind=None), "S1", role="placebo")
    for language in LANGUAGES:
        assert found[language].keys() == other[language].keys()
        assert found[language]["placebo_use"] != other[language]["placebo_use"]


@pytest.mark.parametrize(
    ("group", "english", "chinese"),
    [
        ({}, "customers aged 50 to 66 within reach of a community", "社区可及范围内 50 至 66 岁客户"),
        ({"branches": "all"}, "customers aged 50 to 66", "50 至 66 岁客户"),
        ({"branches": "B1, B2"}, "customers aged 50 to 66 of Jiangsu Branch, B2", "江苏分公司、B2的 50 至 66 岁客户"),
        ({"age_from": 0, "age_to": 120, "branches": "all"}, "customers", "客户"),
        ({"group_rule": "G7"}, "customers of group G7", "客群 G7 的客户"),
    ],
)
def test_a_group_is_called_by_its_rule_or_its_ages_and_branches(group, english, chinese):
    asked = {"group_rule": "", "age_from": 50, "age_to": 66, "branches": "in_reach"} | group
    found = naming.group_names(**asked, codes=CODES)
    assert {language: words["group"] for language, words in found.items()} == {"en": english, "zh": chinese}


def test_what_is_missing_is_named_by_table_and_column():
    found = naming.missing_names({"usage": (), "agent": ("agent_id", "certified_on")})
    assert found["en"]["missing"] == "Service use (usage); Agent number, Certified for services on in Agent (agent)"
    assert found["zh"]["missing"] == "服务使用（usage）；代理人（agent）中的代理人工号、服务资格认证日期"
    assert naming.missing_names({})["zh"]["missing"] == "无"


def test_general_words_stand_in_for_all_of_a_case():
    asked = {"service_id": "S1", "placebo_id": "S2", "group_rule": "", "age_from": 0, "age_to": 9, "branches": "all"}
    of_case = naming.of_case(CALLED, asked, {}, CODES)
    for language in LANGUAGES:
        own = {name for name in of_case[language] if not name.startswith("placebo_")}
        assert own <= naming.general()[language].keys()
