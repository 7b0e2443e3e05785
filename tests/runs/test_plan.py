from __future__ import annotations

from typing import Any

import pytest

from cvc_helpers import tables
from cvc_helpers.errors import CvcError
from cvc_helpers.methods import service_model
from cvc_helpers.runs import cases, plan

SLUG = "service_model"


def question(*, window_days: int, discount: float, quote_key: str = "g") -> dict[str, tables.Query]:
    """Stands in for the question of the case; it takes two of its parameters and one that the case has not."""
    asked: dict[str, Any] = {"window_days": window_days, "quote_key": quote_key, "discount": discount}
    later = tables.Query(f"{SLUG}__quotes", asked | {"window_days": 2 * window_days})
    names = {"lifetimes": f"{SLUG}__lifetimes", "quotes": f"{SLUG}__quotes"}
    return {key: tables.Query(name, asked) for key, name in names.items()} | {"later": later}


@pytest.fixture
def asks(monkeypatch):
    return lambda stub: monkeypatch.setattr(service_model, "question", stub)


def test_the_plan_is_what_the_question_asks_in_its_order(asks):
    asks(question)
    default = cases.parameters(cases.case_path(SLUG))["window_days"].default
    planned = list(plan.planned_queries(SLUG, {}).values())
    assert planned == [
        (f"{SLUG}__lifetimes", {}),
        (f"{SLUG}__quotes", {"quote_key": "g", "window_days": default}),
        (f"{SLUG}__quotes", {"quote_key": "g", "window_days": 2 * default}),
    ]


def test_given_parameters_go_before_those_of_the_case_and_change_the_name_of_the_answer(asks):
    asks(question)
    here, there = plan.planned_queries(SLUG, {}), plan.planned_queries(SLUG, {"window_days": 30, "skilled_from": 0.6})
    assert [values.get("window_days") for _, values in there.values()] == [None, 30, 60]
    [same] = set(here) & set(there)
    assert here[same] == (f"{SLUG}__lifetimes", {}), "the same query with the same values is the same answer"
    for name, (query, values) in there.items():
        assert name == tables.answer_name(query, values)


def test_what_fails_in_the_question_is_not_passed_over(asks):
    def refusing(*, window_days: int) -> dict[str, tables.Query]:
        raise CvcError("E209", caller="question", count=1, column="window_days", expected="1-3650")

    def asking_in_vain(*, window_days: int) -> dict[str, tables.Query]:
        return {"quotes": tables.Query(f"{SLUG}__quotes", {"window_days": window_days})}

    for stub, code in ((refusing, "E209"), (asking_in_vain, "E206")):
        asks(stub)
        with pytest.raises(CvcError, match=code):
            plan.planned_queries(SLUG, {})


def test_a_method_without_a_question_is_refused_and_says_what_to_write(monkeypatch):
    monkeypatch.delattr(service_model, "question")
    with pytest.raises(CvcError, match="E234") as refused:
        plan.planned_queries(SLUG, {})
    for language in ("en", "zh"):
        assert f"cvc_helpers/methods/{SLUG}.py" in refused.value.text(language)
        assert "tables.Query" in refused.value.text(language)


def test_no_table_is_opened(asks, monkeypatch):
    asks(question)
    monkeypatch.setattr(tables, "open", lambda *_, **__: pytest.fail("tables were opened"))
    assert len(plan.planned_queries(SLUG, {})) == 3
