"""Canonical table `policy`: one policy."""

from cvc_helpers.contract.declare import Column, Table, Value

TABLE = Table(
    name="policy",
    en="Policy",
    zh="保单",
    row_en="one policy",
    row_zh="一张保单",
    key=("policy_id",),
    columns=(
        Column(
            "policy_id",
            "id",
            "Policy number",
            "保单号",
            synonyms=(
                "保单号码",
                "合同号",
                "保单编号",
            ),
        ),
        Column(
            "application_id", "id", "Application number", "投保单号", synonyms=("投保单号码",), nullable=True
        ),
        Column(
            "proposal_id",
            "id",
            "Proposal it came from",
            "计划书编号",
            synonyms=("计划书号",),
            refers_to="proposal.proposal_id",
            nullable=True,
        ),
        Column(
            "customer_id",
            "id",
            "Policyholder",
            "投保人客户号",
            synonyms=(
                "客户号",
                "投保人编号",
                "要保人客户号",
            ),
            refers_to="customer.customer_id",
        ),
        Column(
            "insured_id",
            "id",
            "Insured",
            "被保人客户号",
            synonyms=("被保险人客户号",),
            refers_to="customer.customer_id",
            nullable=True,
        ),
        Column(
            "org_id",
            "id",
            "Unit",
            "管理机构",
            synonyms=(
                "机构代码",
                "管理机构代码",
                "承保机构",
            ),
            refers_to="org.org_id",
        ),
        Column(
            "channel",
            "code",
            "Channel",
            "销售渠道",
            synonyms=("渠道",),
            values=(
                Value(
                    "agency",
                    "agency",
                    "个险",
                    (
                        "个人代理",
                        "个险渠道",
                        "营销",
                    ),
                ),
                Value(
                    "service_force",
                    "service and collection force",
                    "收展",
                    (
                        "服营",
                        "收展渠道",
                    ),
                ),
                Value(
                    "bancassurance",
                    "bancassurance",
                    "银保",
                    (
                        "银行保险",
                        "银代",
                        "银保渠道",
                    ),
                ),
                Value(
                    "broker",
                    "brokers and agencies",
                    "经代",
                    (
                        "经纪代理",
                        "经代渠道",
                    ),
                ),
                Value(
                    "online",
                    "online",
                    "互联网",
                    (
                        "电网销",
                        "网销",
                        "电销",
                    ),
                ),
            ),
        ),
        Column(
            "agent_id",
            "id",
            "Selling agent",
            "销售人员工号",
            synonyms=(
                "代理人工号",
                "业务员代码",
                "工号",
            ),
            refers_to="agent.agent_id",
            nullable=True,
        ),
        Column(
            "servicing_agent_id",
            "id",
            "Servicing agent",
            "服务人员工号",
            synonyms=("服务业务员",),
            refers_to="agent.agent_id",
            nullable=True,
        ),
        Column(
            "product_id",
            "id",
            "Main product",
            "主险代码",
            synonyms=(
                "产品代码",
                "险种代码",
            ),
            refers_to="product.product_id",
        ),
        Column(
            "issue_date",
            "date",
            "Issued on",
            "承保日期",
            synonyms=(
                "签单日期",
                "承保时间",
            ),
        ),
        Column("effective_date", "date", "In effect from", "生效日期", synonyms=("生效日",), nullable=True),
        Column(
            "pay_term_years",
            "count",
            "Payment term (1 = single premium)",
            "缴费年期",
            synonyms=(
                "缴费期",
                "交费期间",
                "交费年期",
            ),
            unit="years",
        ),
        Column(
            "annual_premium_cents",
            "cents",
            "Annual premium, all coverages (single premium: the premium)",
            "年缴保费",
            synonyms=(
                "期交保费",
                "年化保费",
                "保费",
            ),
            unit="cent (0.01 yuan)",
        ),
        Column(
            "commission_cents",
            "cents",
            "First-year commission",
            "首年佣金",
            unit="cent (0.01 yuan)",
            nullable=True,
        ),
        Column(
            "status",
            "code",
            "Status",
            "保单状态",
            synonyms=(
                "状态",
                "合同状态",
            ),
            values=(
                Value(
                    "inforce",
                    "in force",
                    "有效",
                    (
                        "正常",
                        "生效",
                        "缴费有效",
                    ),
                ),
                Value("lapsed", "lapsed", "失效", ("中止",)),
                Value("surrendered", "surrendered", "退保", ("解约",)),
                Value(
                    "freelook_cancelled",
                    "cancelled in the free look",
                    "犹退",
                    (
                        "犹豫期退保",
                        "契撤",
                    ),
                ),
                Value("claim_terminated", "ended by a claim", "理赔终止", ("身故终止",)),
                Value("matured", "matured", "满期", ("期满终止",)),
            ),
        ),
        Column(
            "end_date",
            "date",
            "Ended on",
            "终止日期",
            synonyms=(
                "失效日期",
                "退保日期",
            ),
            nullable=True,
        ),
        Column(
            "is_self_insured",
            "flag",
            "Self- or mutually insured by staff",
            "是否自保件",
            synonyms=(
                "是否互保件",
                "自保件标志",
            ),
            nullable=True,
        ),
    ),
)
