"""Canonical table `usage`: one use of one service."""

from cvc_helpers.contract.declare import Column, Table, Value

TABLE = Table(
    name="usage",
    en="Service use",
    zh="服务使用",
    row_en="one use of one service",
    row_zh="一次服务使用",
    key=("usage_id",),
    columns=(
        Column("usage_id", "id", "Work-order number", "工单号", synonyms=("服务工单号",)),
        Column(
            "customer_id",
            "id",
            "Customer number",
            "客户号",
            refers_to="customer.customer_id",
            nullable=True,
        ),
        Column(
            "service_id",
            "id",
            "Service code",
            "服务代码",
            refers_to="service.service_id",
            sensitive=True,
        ),
        Column("requested_on", "date", "Requested on", "申请日", synonyms=("申请日期",), nullable=True),
        Column(
            "used_on",
            "date",
            "Used on",
            "服务日",
            synonyms=(
                "服务日期",
                "使用日期",
            ),
        ),
        Column(
            "used_by",
            "code",
            "Used by",
            "使用人",
            values=(
                Value("self", "the customer", "本人"),
                Value("family", "family member", "家属"),
            ),
            nullable=True,
        ),
        Column("satisfaction", "count", "Satisfaction (1-5)", "满意度", unit="1-5", nullable=True),
        Column(
            "cost_cents",
            "cents",
            "Cost",
            "成本",
            synonyms=("服务成本",),
            unit="cent (0.01 yuan)",
            nullable=True,
        ),
    ),
)
