"""Canonical table `entitlement`: one service granted to one customer."""

from cvc_helpers.contract.declare import Column, Table

TABLE = Table(
    name="entitlement",
    en="Entitlement",
    zh="权益发放",
    row_en="one service granted to one customer",
    row_zh="向一位客户发放的一项服务权益",
    key=("entitlement_id",),
    columns=(
        Column(
            "entitlement_id",
            "id",
            "Entitlement number",
            "权益编号",
            synonyms=(
                "资格函编号",
                "权益流水号",
            ),
        ),
        Column("customer_id", "id", "Customer number", "客户号", refers_to="customer.customer_id"),
        Column(
            "policy_id",
            "id",
            "Policy that earned it",
            "保单号",
            refers_to="policy.policy_id",
            nullable=True,
        ),
        Column("service_id", "id", "Service code", "服务代码", refers_to="service.service_id"),
        Column("granted_on", "date", "Granted on", "发放日", synonyms=("发放日期",)),
        Column("activated_on", "date", "Activated on", "激活日", synonyms=("激活日期",), nullable=True),
        Column("expires_on", "date", "Expires on", "失效日", synonyms=("到期日",), nullable=True),
    ),
)
