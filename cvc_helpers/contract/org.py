"""Canonical table `org`: one operating unit."""

from cvc_helpers.contract.declare import Column, Table, Value

TABLE = Table(
    name="org",
    en="Organisation",
    zh="机构",
    row_en="one operating unit",
    row_zh="一个经营单位",
    key=("org_id",),
    is_open=True,
    columns=(
        Column(
            "org_id",
            "id",
            "Unit code",
            "机构代码",
            synonyms=(
                "机构编码",
                "管理机构代码",
                "机构号",
            ),
        ),
        Column(
            "name",
            "text",
            "Unit name",
            "机构名称",
            synonyms=(
                "机构",
                "管理机构名称",
            ),
        ),
        Column(
            "level",
            "code",
            "Level",
            "机构级别",
            synonyms=(
                "层级",
                "机构层级",
            ),
            values=(
                Value(
                    "head_office",
                    "head office",
                    "总公司",
                    (
                        "总部",
                        "1",
                    ),
                ),
                Value(
                    "branch",
                    "provincial branch",
                    "省级分公司",
                    (
                        "分公司",
                        "省分公司",
                        "二级机构",
                        "2",
                    ),
                ),
                Value(
                    "sub_branch",
                    "sub-branch",
                    "中心支公司",
                    (
                        "中支",
                        "三级机构",
                        "3",
                    ),
                ),
                Value(
                    "outlet",
                    "level-4 outlet",
                    "支公司",
                    (
                        "四级机构",
                        "营销服务部",
                        "营业部",
                        "4",
                    ),
                ),
                Value("agency_office", "agency office", "事务所", ("独立代理人事务所",)),
                Value(
                    "bank_team",
                    "bank-outlet team",
                    "银行网点团队",
                    (
                        "网点团队",
                        "银保团队",
                    ),
                ),
            ),
        ),
        Column(
            "parent_id",
            "id",
            "Parent unit",
            "上级机构代码",
            synonyms=("上级机构",),
            refers_to="org.org_id",
            nullable=True,
        ),
        Column(
            "branch_id",
            "id",
            "Provincial branch",
            "所属分公司代码",
            synonyms=(
                "分公司代码",
                "二级机构代码",
            ),
            refers_to="org.org_id",
            nullable=True,
        ),
        Column("city", "text", "City", "城市", synonyms=("所在城市",)),
        Column("city_tier", "count", "City tier (1-4)", "城市等级", nullable=True),
        Column(
            "community_in_reach",
            "flag",
            "A pension community within reach",
            "养老社区可及",
            nullable=True,
        ),
        Column("opened_on", "date", "Opened on", "开业日期", nullable=True),
        Column("closed_on", "date", "Closed on", "撤销日期", nullable=True),
    ),
)
