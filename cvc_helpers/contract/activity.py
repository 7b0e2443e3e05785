"""Canonical table `activity`: one engagement activity held."""

from cvc_helpers.contract.declare import Column, Table, Value

TABLE = Table(
    name="activity",
    en="Engagement activity",
    zh="客经活动",
    row_en="one engagement activity held",
    row_zh="举办的一场客经活动",
    key=("activity_id",),
    columns=(
        Column("activity_id", "id", "Activity number", "活动编号", synonyms=("活动ID",)),
        Column(
            "kind",
            "code",
            "Kind",
            "活动类型",
            synonyms=("类型",),
            values=(
                Value("community_visit", "community visit", "社区参访", ("养老社区参访",)),
                Value("product_talk", "product talk", "产说会", ("产品说明会",)),
                Value("salon", "salon", "沙龙"),
                Value("health_lecture", "health lecture", "健康讲座"),
                Value("family_day", "parent-child day", "亲子活动", ("亲子",)),
                Value("travel_day", "travel day", "出行活动", ("出游",)),
                Value("thank_you", "thank-you party", "答谢会"),
            ),
        ),
        Column(
            "service_id",
            "id",
            "Service it shows",
            "对应服务代码",
            synonyms=("服务代码",),
            refers_to="service.service_id",
            nullable=True,
        ),
        Column("held_on", "date", "Held on", "活动日期", synonyms=("日期",)),
        Column(
            "org_id",
            "id",
            "Organising unit",
            "组织机构",
            synonyms=(
                "机构代码",
                "主办机构",
            ),
            refers_to="org.org_id",
        ),
    ),
)
