"""Canonical table `attendance`: one person at one activity."""

from cvc_helpers.contract.declare import Column, Table, Value

TABLE = Table(
    name="attendance",
    en="Attendance",
    zh="活动签到",
    row_en="one person at one activity",
    row_zh="一人参加一场活动",
    key=("attendance_id",),
    columns=(
        Column("attendance_id", "id", "Sign-in number", "签到编号", synonyms=("签到流水号",)),
        Column("activity_id", "id", "Activity number", "活动编号", refers_to="activity.activity_id"),
        Column(
            "party_kind",
            "code",
            "Who signed in",
            "参加人类别",
            values=(
                Value("customer", "customer", "客户"),
                Value("agent", "agent", "代理人", ("业务员",)),
            ),
        ),
        Column(
            "party_id",
            "id",
            "Customer or agent number (missing: walk-in)",
            "参加人编号",
            synonyms=(
                "客户号",
                "参加人",
            ),
            nullable=True,
        ),
        Column(
            "invited_by",
            "id",
            "Inviting agent",
            "邀约人工号",
            synonyms=("邀约人",),
            refers_to="agent.agent_id",
            nullable=True,
        ),
        Column(
            "attended_on",
            "date",
            "Signed in on",
            "签到日期",
            synonyms=(
                "签到时间",
                "参加日期",
            ),
        ),
    ),
)
