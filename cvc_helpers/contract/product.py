"""Canonical table `product`: one product with one payment term."""

from cvc_helpers.contract.declare import Column, Table, Value

TABLE = Table(
    name="product",
    en="Product",
    zh="产品",
    row_en="one product with one payment term",
    row_zh="一个产品（含缴费期）",
    key=("product_id",),
    is_open=True,
    columns=(
        Column("product_id", "id", "Product code", "产品代码", synonyms=("险种代码",)),
        Column("name", "text", "Product name", "产品名称", synonyms=("险种名称",)),
        Column(
            "line",
            "code",
            "Line",
            "险种大类",
            synonyms=(
                "险种类别",
                "设计类型",
            ),
            values=(
                Value("accident", "accident", "意外险", ("意外",)),
                Value(
                    "medical",
                    "medical",
                    "医疗险",
                    (
                        "医疗",
                        "百万医疗",
                    ),
                ),
                Value(
                    "critical_illness",
                    "critical illness",
                    "重疾险",
                    (
                        "重疾",
                        "重大疾病",
                    ),
                ),
                Value(
                    "whole_life",
                    "increasing whole life",
                    "增额终身寿险",
                    (
                        "增额寿",
                        "终身寿",
                    ),
                ),
                Value(
                    "annuity",
                    "annuity and pension",
                    "年金险",
                    (
                        "年金",
                        "养老年金",
                    ),
                ),
                Value("care", "long-term care", "护理险", ("护理",)),
            ),
        ),
        Column(
            "pay_term_years",
            "count",
            "Payment term (1 = single premium)",
            "缴费年期",
            synonyms=(
                "缴费期",
                "交费期间",
            ),
            unit="years",
        ),
        Column("nbv_margin", "share", "NBV margin on FYP", "新业务价值率", unit="share of FYP", nullable=True),
        Column("max_issue_age", "count", "Oldest age at issue", "最高投保年龄", unit="years", nullable=True),
        Column("launched_on", "date", "Launched on", "上市日期", nullable=True),
        Column("withdrawn_on", "date", "Withdrawn on", "停售日期", nullable=True),
    ),
)
