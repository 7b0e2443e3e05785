"""The report's fixed lists, English and Chinese side by side.

The lists are the report's; the English words are the handbook's glossary.
"""

from __future__ import annotations

from typing import NamedTuple


class Term(NamedTuple):
    """One term: a key for code, and its name in both languages."""

    key: str
    en: str
    zh: str

    def name(self, language: str) -> str:
        """The term in `"en"` or `"zh"`."""
        return self.zh if language == "zh" else self.en


PRINCIPLE = (
    Term("need", "truly needed", "真需要"),
    Term("use", "truly usable", "用得到"),
    Term("help", "truly helpful", "帮到你"),
)
"""The nine-character principle (S-030)."""

CRITERIA = (
    Term("useful", "useful", "有用"),
    Term("worthwhile", "worthwhile", "值得"),
    Term("suitable", "suitable", "适合"),
)
"""All three must hold (S-031)."""

DOMAINS = (
    Term("health", "health", "健康"),
    Term("medical", "medical care", "医疗"),
    Term("elder_care", "elder care", "养老"),
    Term("nursing", "nursing care", "照护"),
    Term("education", "education", "教育"),
    Term("wealth", "wealth", "财富"),
)
"""Domains next to insurance (S-039)."""

STAGES = (
    Term("awareness", "awareness", "认知"),
    Term("interest", "interest", "兴趣"),
    Term("purchase", "purchase", "购买"),
    Term("loyalty", "loyalty", "忠诚"),
)
"""Four stages of trust (S-100)."""

TRUST = (
    Term("industry", "the industry", "保险行业"),
    Term("company", "the company", "公司"),
    Term("touchpoint", "touchpoints and manner of engagement", "触点和客经方式"),
    Term("brand", "the brand", "品牌"),
)
"""Four objects of trust (S-101)."""

JOURNEY_CUSTOMER = (
    Term("need", "recognises a need", "认知需求"),
    Term("interest", "becomes interested", "产生兴趣"),
    Term("compare", "compares", "对比分析"),
    Term("buy", "buys", "完成购买"),
    Term("protected", "is protected", "获得保障"),
    Term("enjoy", "enjoys services", "享受服务"),
    Term("repeat", "buys again as needed", "按需复购"),
    Term("recommend", "shares and recommends", "分享推荐"),
)
JOURNEY_INSURER = (
    Term("reach", "reaches the person", "触达用户"),
    Term("interact", "meets again and again", "多次互动"),
    Term("trust", "builds trust", "建立信任"),
    Term("convert", "converts", "客户转化"),
    Term("maintain", "keeps the relationship", "关系维系"),
    Term("engage", "keeps engaging", "持续经营"),
    Term("mine", "finds further value", "价值挖掘"),
    Term("consolidate", "deepens trust", "巩固信任"),
)
"""Eight steps seen from two sides (S-225 to S-232)."""

ELEMENTS = (
    Term("service", "service resources", "服务资源"),
    Term("activity", "activities and content", "活动/内容"),
    Term("product", "insurance products", "保险产品"),
    Term("force", "sales force", "销售队伍"),
    Term("venue", "engagement venues", "客经场所"),
    Term("platform", "platforms and tools", "平台/工具"),
)
"""Six operating elements (S-135)."""

SEVEN_ONES = (
    Term("group", "one specific customer group", "一个特定的客群"),
    Term("scenario", "one engagement scenario", "一种客经场景"),
    Term("force", "one fitting channel or force", "一个适配渠道/队伍"),
    Term("product", "one flagship product", "一个主打产品"),
    Term("services", "one set of supporting services", "一组配套服务"),
    Term("playbook", "one specific way of working", "一套特定做法"),
    Term("mechanism", "one operating-assurance mechanism", "一套运转保障机制"),
)
"""The Seven Ones (S-136)."""

VALUE_POINTS = (
    Term("effective_customers", "more effective customers", "提升有效客户的数量"),
    Term("contribution", "deeper contribution per customer", "深化单客的贡献"),
    Term("trust", "more trust", "提升客户对公司的信任"),
    Term("lifelong", "lifelong engagement", "塑造客户终身经营模式"),
)
"""Four value points (S-096)."""

ABILITIES = (
    Term("comprehension", "comprehension of head-office intent", "对总部意图的理解力"),
    Term("insight", "insight into bright spots and bottlenecks", "对亮点堵点的洞察力"),
    Term("shaping", "shaping of engagement plans", "对客经方案的塑造力"),
    Term("execution", "execution of actions", "对落实行动的执行力"),
    Term("driving", "driving of the field force", "对外勤队伍的驱动力"),
)
"""Five abilities of the new back-office staff (S-251)."""
