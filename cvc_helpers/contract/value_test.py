"""Canonical table `value_test`: one test of a value proposition on one customer."""

from cvc_helpers.contract.declare import Column, Table, Value
from cvc_helpers.vocabulary import DOMAINS

TABLE = Table(
    name="value_test",
    en="Value-proposition test",
    zh="价值主张测试",
    row_en="one contact in which one value proposition, drawn by lot, was put to one customer",
    row_zh="一次测试触达：向一位客户介绍一个随机抽取的价值主张",
    key=("test_id",),
    columns=(
        Column("test_id", "id", "Test number", "测试编号"),
        Column("customer_id", "id", "Customer number", "客户号", refers_to="customer.customer_id"),
        Column("contacted_on", "date", "Tested on", "测试日期", synonyms=("测试触达日期",)),
        Column(
            "proposition",
            "code",
            "Theme of the proposition",
            "价值主张主题",
            synonyms=("测试主题",),
            values=tuple(Value(term.key, term.en, term.zh) for term in DOMAINS),
        ),
        Column("response", "count", "Response (0-100)", "响应得分", unit="0-100", nullable=True),
        Column("is_useful", "flag", "Found useful", "认为有用", synonyms=("有用",), nullable=True),
        Column("is_worthwhile", "flag", "Found worthwhile", "认为值得", synonyms=("值得",), nullable=True),
        Column("is_suitable", "flag", "Found suitable", "认为适合", synonyms=("适合",), nullable=True),
        Column("is_converted", "flag", "Asked for a proposal within 90 days", "九十天内是否索取计划书", nullable=True),
        Column(
            "confirmed_group",
            "id",
            "Group confirmed in the talk (missing: none)",
            "面谈确认的客群（空为不属于任何客群）",
            synonyms=("确认客群",),
            refers_to="group_rule.group_code",
            nullable=True,
        ),
    ),
)
