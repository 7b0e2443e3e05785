"""Canonical table `service`: one service in the catalogue."""

from cvc_helpers.contract.declare import Column, Table, Value

TABLE = Table(
    name="service",
    en="Service",
    zh="服务目录",
    row_en="one service in the catalogue",
    row_zh="目录中的一项服务",
    key=("service_id",),
    is_open=True,
    columns=(
        Column(
            "service_id",
            "id",
            "Service code",
            "服务代码",
            synonyms=(
                "服务编码",
                "权益代码",
            ),
        ),
        Column("name", "text", "Service name", "服务名称", synonyms=("权益名称",)),
        Column(
            "theme",
            "code",
            "Theme",
            "服务主题",
            synonyms=(
                "领域",
                "主题",
            ),
            values=(
                Value(
                    "elder_care",
                    "elder care",
                    "养老",
                    (
                        "养老类",
                        "康养",
                    ),
                ),
                Value(
                    "health",
                    "health",
                    "健康",
                    (
                        "健康类",
                        "医疗",
                    ),
                ),
                Value(
                    "wealth",
                    "wealth",
                    "财富",
                    (
                        "财富类",
                        "传承",
                    ),
                ),
                Value("education", "education", "教育", ("教育类",)),
                Value("travel", "travel", "出行", ("出行类",)),
            ),
        ),
        Column(
            "form",
            "code",
            "Form",
            "服务形态",
            synonyms=("形态",),
            values=(
                Value(
                    "entitlement",
                    "value-added service",
                    "增值服务",
                    (
                        "权益",
                        "VIP服务权益",
                    ),
                ),
                Value("activity", "engagement activity", "客经活动", ("活动",)),
                Value("contact", "advice given in a contact", "咨询服务", ("咨询", "触达类")),
            ),
        ),
        Column(
            "influence",
            "code",
            "Influence",
            "服务影响力",
            synonyms=("品牌/普通",),
            values=(
                Value("brand", "brand-type", "品牌型", ("品牌",)),
                Value("ordinary", "ordinary", "普通型", ("普通",)),
            ),
        ),
        Column(
            "provider",
            "code",
            "Provider",
            "供给方",
            values=(
                Value("head_office", "head office", "总部", ("总公司",)),
                Value("branch", "branch", "机构", ("分公司",)),
                Value("force", "sales force", "队伍", ("团队",)),
            ),
        ),
        Column(
            "obtained_by",
            "code",
            "Way of obtaining it",
            "获取方式",
            values=(
                Value("with_policy", "with a policy", "随保单"),
                Value("threshold", "by premium threshold", "达标", ("门槛",)),
                Value("points", "by points", "积分"),
                Value("purchase", "by purchase", "购买"),
                Value("invitation", "by invitation", "邀约"),
            ),
        ),
        Column(
            "threshold_cents",
            "cents",
            "Committed premium that earns it",
            "门槛",
            synonyms=("门槛保费",),
            unit="cent (0.01 yuan)",
            nullable=True,
        ),
        Column(
            "unit_cost_cents",
            "cents",
            "Cost of one use",
            "单次成本",
            synonyms=("成本",),
            unit="cent (0.01 yuan)",
            nullable=True,
        ),
        Column("started_on", "date", "Offered from", "上线日期", nullable=True),
    ),
)
