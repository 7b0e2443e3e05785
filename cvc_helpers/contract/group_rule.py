"""Canonical table `group_rule`: one line of the rule by which a natural group is recognised before any contact."""

from cvc_helpers.contract.customer import TABLE as CUSTOMER
from cvc_helpers.contract.declare import Column, Table

TABLE = Table(
    name="group_rule",
    en="Recognition rule",
    zh="特定客群识别规则",
    row_en="one line of the rule that recognises a natural group; a customer who meets all that it names belongs to it",
    row_zh="特定客群识别规则的一行；符合该行全部条件的客户即属于该客群",
    key=("rule_id",),
    is_open=True,
    columns=(
        Column("rule_id", "id", "Rule number", "规则编号"),
        Column("group_code", "id", "Natural group", "特定客群代码", synonyms=("客群代码", "客群编号")),
        Column("city", "text", "City of the rule", "规则城市", nullable=True),
        Column("district", "text", "District of the rule", "规则区县", nullable=True),
        Column(
            "occupation",
            "code",
            "Occupation of the rule",
            "规则职业",
            values=CUSTOMER.column("occupation").values,
            nullable=True,
        ),
        Column("birth_from", "count", "Born in or after", "出生年份起", unit="year", nullable=True),
        Column("birth_to", "count", "Born in or before", "出生年份止", unit="year", nullable=True),
        Column(
            "household",
            "code",
            "Household of the rule",
            "规则家庭结构",
            values=CUSTOMER.column("household").values,
            nullable=True,
            sensitive=True,
        ),
        Column("defined_on", "date", "Rule written down on", "规则制定日期", synonyms=("规则定稿日",)),
    ),
)
