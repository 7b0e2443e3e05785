"""Canonical table `customer`: one customer number, buyer or prospect."""

from cvc_helpers.contract.declare import Column, Table, Value

TABLE = Table(
    name="customer",
    en="Customer",
    zh="客户",
    row_en="one customer number, buyer or prospect",
    row_zh="一个客户号（含潜客）",
    key=("customer_id",),
    columns=(
        Column(
            "customer_id",
            "id",
            "Customer number",
            "客户号",
            synonyms=(
                "客户编号",
                "客户ID",
                "投保人客户号",
            ),
        ),
        Column(
            "person_id",
            "id",
            "Person",
            "自然人编号",
            synonyms=(
                "归一客户号",
                "统一客户号",
            ),
            nullable=True,
        ),
        Column(
            "branch_id",
            "id",
            "Provincial branch",
            "分公司代码",
            synonyms=(
                "所属分公司",
                "分公司",
                "管理机构代码",
            ),
            refers_to="org.org_id",
        ),
        Column(
            "city",
            "text",
            "City",
            "城市",
            synonyms=(
                "所在城市",
                "常住城市",
            ),
            nullable=True,
        ),
        Column(
            "district",
            "text",
            "District",
            "区县",
            synonyms=(
                "区",
                "所在区",
            ),
            nullable=True,
        ),
        Column(
            "sex",
            "code",
            "Sex",
            "性别",
            values=(
                Value(
                    "F",
                    "female",
                    "女",
                    (
                        "女性",
                        "2",
                    ),
                ),
                Value(
                    "M",
                    "male",
                    "男",
                    (
                        "男性",
                        "1",
                    ),
                ),
            ),
            nullable=True,
        ),
        Column(
            "birth_year",
            "count",
            "Year of birth",
            "出生年份",
            synonyms=("出生年",),
            unit="year",
            nullable=True,
        ),
        Column(
            "occupation",
            "code",
            "Occupation",
            "职业",
            synonyms=(
                "职业类别",
                "职业名称",
            ),
            values=(
                Value("teacher", "teacher", "教师", ("老师",)),
                Value("business_owner", "private-business owner", "私营企业主", ("企业主",)),
                Value("factory_manager", "factory manager", "工厂管理人员", ("工厂管理",)),
                Value("software", "software engineer", "软件工程师", ("程序员",)),
                Value("trader", "wholesale trader", "批发商户", ("商户",)),
                Value("state_enterprise", "state-enterprise staff", "国企职工", ("国企",)),
                Value("micro_owner", "micro-enterprise owner", "小微业主", ("个体户",)),
                Value(
                    "office",
                    "office worker",
                    "职员",
                    (
                        "文员",
                        "公司职员",
                    ),
                ),
                Value("manual", "manual worker", "工人", ("蓝领",)),
                Value("public", "public servant", "公务员", ("事业单位",)),
                Value(
                    "other",
                    "other",
                    "其他",
                    (
                        "无",
                        "不详",
                    ),
                ),
            ),
            nullable=True,
        ),
        Column(
            "household",
            "code",
            "Household",
            "家庭结构",
            synonyms=("家庭类型",),
            values=(
                Value("single", "single", "单身"),
                Value("couple", "couple without children at home", "夫妻二人", ("二人世界",)),
                Value("school_age", "school-age child", "有学龄子女"),
                Value("three_generations", "three generations", "三代同堂"),
                Value("children_elsewhere", "children live elsewhere", "子女在外地", ("空巢",)),
            ),
            nullable=True,
            sensitive=True,
        ),
        Column(
            "wealth_band",
            "count",
            "Wealth band (1-5)",
            "资产等级",
            synonyms=(
                "资产层级",
                "财富等级",
                "年收入等级",
            ),
            unit="1-5",
            nullable=True,
        ),
        Column(
            "income_cents",
            "cents",
            "Yearly income",
            "年收入",
            synonyms=(
                "家庭年收入",
                "年收入金额",
            ),
            nullable=True,
        ),
        Column(
            "known_from",
            "date",
            "Known to the insurer from",
            "建档日期",
            synonyms=(
                "首次接触日期",
                "客户建档日期",
            ),
        ),
        Column(
            "agent_id",
            "id",
            "Agent in charge",
            "服务人员工号",
            synonyms=(
                "归属代理人",
                "客户经理工号",
            ),
            refers_to="agent.agent_id",
            nullable=True,
        ),
        Column(
            "is_staff",
            "flag",
            "Employee or agent",
            "是否员工或代理人",
            synonyms=(
                "是否员工",
                "是否代理人",
            ),
            nullable=True,
        ),
    ),
)
