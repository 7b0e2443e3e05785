"""Canonical table `proposal`: one proposal put before one customer."""

from cvc_helpers.contract.declare import Column, Table

TABLE = Table(
    name="proposal",
    en="Proposal",
    zh="计划书",
    row_en="one proposal put before one customer",
    row_zh="向一位客户出具的一份计划书",
    key=("proposal_id",),
    columns=(
        Column("proposal_id", "id", "Proposal number", "计划书编号", synonyms=("计划书号",)),
        Column("customer_id", "id", "Customer number", "客户号", refers_to="customer.customer_id"),
        Column(
            "agent_id",
            "id",
            "Agent number",
            "代理人工号",
            synonyms=(
                "工号",
                "业务员代码",
            ),
            refers_to="agent.agent_id",
            nullable=True,
        ),
        Column(
            "proposed_on",
            "date",
            "Proposed on",
            "出具日",
            synonyms=(
                "出具日期",
                "计划书日期",
            ),
        ),
        Column(
            "product_id",
            "id",
            "Product code",
            "产品代码",
            synonyms=("险种代码",),
            refers_to="product.product_id",
        ),
        Column(
            "pay_term_years",
            "count",
            "Payment term (1 = single premium)",
            "缴费年期",
            synonyms=("缴费期",),
            unit="years",
        ),
        Column(
            "annual_premium_cents",
            "cents",
            "Annual premium proposed",
            "年缴保费",
            synonyms=(
                "保费",
                "期交保费",
            ),
            unit="cent (0.01 yuan)",
        ),
        Column(
            "closed_on",
            "date",
            "Sold or dropped on (missing: still open)",
            "结案日期",
            synonyms=("关闭日期",),
            nullable=True,
        ),
    ),
)
