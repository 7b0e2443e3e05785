"""Canonical table `agent_history`: one agent in one rank and unit for one span of time."""

from cvc_helpers.contract.declare import Column, Table, Value

TABLE = Table(
    name="agent_history",
    en="Agent history",
    zh="代理人履历",
    row_en="one agent in one rank and unit for one span of time",
    row_zh="一名代理人在某职级、某机构的一段时间",
    key=(
        "agent_id",
        "valid_from",
    ),
    columns=(
        Column("agent_id", "id", "Agent number", "代理人工号", synonyms=("工号",), refers_to="agent.agent_id"),
        Column("valid_from", "date", "From", "生效日期", synonyms=("开始日期",)),
        Column("valid_to", "date", "To (open if missing)", "失效日期", synonyms=("结束日期",), nullable=True),
        Column("org_id", "id", "Unit", "机构代码", refers_to="org.org_id"),
        Column(
            "rank",
            "code",
            "Rank",
            "职级",
            values=(
                Value("trial", "trial agent", "试用业务员", ("试用",)),
                Value("full", "full agent", "正式业务员", ("正式",)),
                Value(
                    "high_performer",
                    "high performer",
                    "绩优业务员",
                    (
                        "高级业务员",
                        "绩优",
                    ),
                ),
                Value("supervisor", "supervisor", "主任", ("业务主任",)),
                Value("senior_supervisor", "senior supervisor", "高级主任", ("资深主任",)),
                Value("manager", "manager", "部经理", ("经理",)),
                Value("director", "director", "区域总监", ("总监",)),
            ),
        ),
    ),
)
