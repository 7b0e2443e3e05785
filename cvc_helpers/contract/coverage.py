"""Canonical table `coverage`: one coverage (main or rider) of one policy."""

from cvc_helpers.contract.declare import Column, Table, Value

TABLE = Table(
    name="coverage",
    en="Coverage",
    zh="险种明细",
    row_en="one coverage (main or rider) of one policy",
    row_zh="一张保单下的一个险种",
    key=(
        "policy_id",
        "coverage_no",
    ),
    columns=(
        Column(
            "policy_id",
            "id",
            "Policy number",
            "保单号",
            synonyms=("保单号码",),
            refers_to="policy.policy_id",
        ),
        Column("coverage_no", "count", "Coverage number", "险种序号", synonyms=("险种流水号",)),
        Column(
            "product_id",
            "id",
            "Product code",
            "险种代码",
            synonyms=("产品代码",),
            refers_to="product.product_id",
        ),
        Column("is_main", "flag", "Main coverage", "主附险标志", synonyms=("是否主险",)),
        Column(
            "sum_assured_cents",
            "cents",
            "Sum assured",
            "保额",
            synonyms=(
                "基本保额",
                "保险金额",
            ),
            unit="cent (0.01 yuan)",
            nullable=True,
        ),
        Column(
            "pay_mode",
            "code",
            "Payment mode",
            "缴费方式",
            synonyms=(
                "交费方式",
                "缴别",
            ),
            values=(
                Value("single", "single premium", "趸交", ("一次交清",)),
                Value("annual", "annual", "年交", ("年缴",)),
                Value("half_yearly", "half-yearly", "半年交", ("半年缴",)),
                Value("quarterly", "quarterly", "季交", ("季缴",)),
                Value("monthly", "monthly", "月交", ("月缴",)),
            ),
        ),
        Column(
            "pay_term_years",
            "count",
            "Payment term (1 = single premium)",
            "缴费年期",
            synonyms=("缴费期",),
            unit="years",
        ),
        Column(
            "annual_premium_cents",
            "cents",
            "Annual premium",
            "年缴保费",
            synonyms=(
                "期交保费",
                "保费",
            ),
            unit="cent (0.01 yuan)",
        ),
        Column(
            "first_premium_cents",
            "cents",
            "First premium paid",
            "首期保费",
            unit="cent (0.01 yuan)",
            nullable=True,
        ),
    ),
)
