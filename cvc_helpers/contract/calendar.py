"""Canonical table `calendar`: one month and what was in force in it."""

from cvc_helpers.contract.declare import Column, Table, Value

TABLE = Table(
    name="calendar",
    en="Calendar of regimes",
    zh="经营日历",
    row_en="one month and what was in force in it",
    row_zh="一个月份及其政策环境",
    key=("month_start",),
    columns=(
        Column("month_start", "date", "First day of the month", "月初日期", synonyms=("月份",)),
        Column(
            "regime",
            "code",
            "Regime",
            "政策阶段",
            values=(
                Value("normal", "normal", "常规"),
                Value("opening", "opening season", "开门红"),
                Value("spring_festival", "Spring Festival", "春节"),
                Value("rate_surge", "surge before a rate cut", "停售冲刺"),
                Value("rate_slump", "slump after a rate cut", "停售后低谷"),
                Value("expense_alignment", "expense-rate alignment (bancassurance)", "报行合一（银保）"),
                Value("covid_wave", "Covid wave", "疫情高峰"),
            ),
        ),
        Column(
            "fyp_index",
            "share",
            "FYP index of the month (year sums to 12)",
            "首年保费指数",
            nullable=True,
        ),
    ),
)
