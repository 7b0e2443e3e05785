"""Canonical table `contact`: one recorded contact."""

from cvc_helpers.contract.declare import Column, Table, Value

TABLE = Table(
    name="contact",
    en="Contact",
    zh="触达拜访",
    row_en="one recorded contact",
    row_zh="一次有记录的触达",
    key=("contact_id",),
    columns=(
        Column("contact_id", "id", "Contact number", "触达编号", synonyms=("拜访编号",)),
        Column("customer_id", "id", "Customer number", "客户号", refers_to="customer.customer_id"),
        Column(
            "agent_id",
            "id",
            "Agent number",
            "代理人工号",
            synonyms=("工号",),
            refers_to="agent.agent_id",
            nullable=True,
        ),
        Column(
            "contacted_on",
            "date",
            "Contacted on",
            "触达日期",
            synonyms=(
                "拜访日期",
                "日期",
            ),
        ),
        Column(
            "mode",
            "code",
            "Mode",
            "触达方式",
            synonyms=("方式",),
            values=(
                Value("visit", "visit", "面访", ("拜访",)),
                Value("phone", "phone", "电话"),
                Value("wechat", "WeChat", "微信", ("企微",)),
                Value("official_account", "official account", "公众号"),
            ),
        ),
        Column(
            "service_id",
            "id",
            "Service spoken about",
            "涉及服务代码",
            synonyms=("服务代码",),
            refers_to="service.service_id",
            nullable=True,
        ),
    ),
)
