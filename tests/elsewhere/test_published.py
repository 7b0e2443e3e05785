"""Published tables through the public estimators: in any coding, order or name, their value or a refusal by name."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.comparison import balance_table, effects_on_everyone, effects_on_exposed, exposure_odds
from cvc_helpers.estimators.interaction import CONTRAST, cell_means, ratio_interaction
from cvc_helpers.estimators.matching import conditional_logit
from cvc_helpers.estimators.means import combination
from cvc_helpers.estimators.proportions import newcombe, stratified
from cvc_helpers.estimators.retention import fit_retention
from cvc_helpers.estimators.sensitivity import e_value
from cvc_helpers.estimators.variance import variance_share
from tests.elsewhere import published as tables
from tests.estimators.published import HIGH_END, berkeley, endometrial, judges, renewals


class Anchor(NamedTuple):
    """One published value: the table, its columns by their role, the call that gives it, the value, its rounding."""

    name: str
    table: Callable[[], pd.DataFrame]
    flags: tuple[str, ...]
    labels: tuple[str, ...]
    numbers: tuple[str, ...]
    call: Callable[[pd.DataFrame, dict[str, Any]], float]
    value: float
    within: float


def _berkeley(rows: pd.DataFrame, of: dict[str, Any]) -> float:
    named = {"exposure": of["Male"], "outcome": of["Admitted"], "stratum": of["Department"]}
    return stratified(rows, **named)["stratified"]


def _oesophagus(rows: pd.DataFrame, of: dict[str, Any]) -> float:
    named = {"exposure": of["80+ g/day"], "outcome": of["Case"], "stratum": of["Age (years)"]}
    return stratified(rows, **named)["stratified"]


def _stones(rows: pd.DataFrame, of: dict[str, Any]) -> float:
    named = {"exposure": of["Treatment A"], "outcomes": [of["Success"]], "confounders": [of["结石大小"]]}
    return effects_on_everyone(rows, **named)["estimate"].iloc[0]


def _gods(rows: pd.DataFrame, of: dict[str, Any]) -> float:
    named = {"exposure": of["A"], "outcomes": [of["Y"]], "confounders": [of["L"]], "cluster": of["Name"]}
    return effects_on_everyone(rows, **named, fewest=2)["estimate"].iloc[0]


def _pairs(rows: pd.DataFrame, of: dict[str, Any]) -> float:
    named = {"case": of["CASE"], "stratum": of["SET"], "exposures": [of["GALL"]]}
    return conditional_logit(rows, **named)["odds_ratio"].iloc[0]


def _dyestuff(rows: pd.DataFrame, of: dict[str, Any]) -> float:
    return variance_share(rows[of["Yield (g)"]], rows[of["Batch"]], fewest=5).icc


def _judges(rows: pd.DataFrame, of: dict[str, Any]) -> float:
    return variance_share(rows[of["Rating"]], rows[of["Target"]], fewest=4).icc


def _asbestos(rows: pd.DataFrame, of: dict[str, Any]) -> float:
    named = {"outcome": of["lung cancer"], "first": of["石棉 asbestos"], "second": of["smoker?"]}
    return combination(cell_means(rows, **named), CONTRAST).value


def _renewals(rows: pd.DataFrame, of: dict[str, Any]) -> float:
    return fit_retention(rows[of["At risk"]], rows[of["Renewed"]]).gamma


def _high_end() -> pd.DataFrame:
    return renewals(HIGH_END)


RISKS = ("lung cancer", "石棉 asbestos", "smoker?")
ANCHORS = [
    Anchor("Berkeley", berkeley, ("Male", "Admitted"), ("Department",), (), _berkeley, 0.905, 0.0005),
    Anchor("oesophagus", tables.oesophagus, ("80+ g/day", "Case"), ("Age (years)",), (), _oesophagus, 5.158, 0.0005),
    # 357/700 × (81/87 − 234/270) + 343/700 × (192/263 − 55/80)
    Anchor("stones", tables.kidney_stones, ("Treatment A",), ("结石大小",), ("Success",), _stones, 0.05367, 5e-6),
    Anchor("gods", tables.gods, ("A",), ("L", "Name"), ("Y",), _gods, 0.0, 1e-9),
    Anchor("endometrial", endometrial, ("CASE",), ("SET",), ("GALL",), _pairs, 2.6, 1e-6),
    Anchor("dyestuff", tables.dyestuff, (), ("Batch",), ("Yield (g)",), _dyestuff, 1764.05 / 4215.30, 1e-5),
    Anchor("judges", judges, (), ("Target",), ("Rating",), _judges, 0.17, 0.005),
    Anchor("asbestos", tables.asbestos, RISKS, (), (), _asbestos, 0.0299, 1e-6),
    Anchor("Fader & Hardie", _high_end, (), (), ("At risk", "Renewed"), _renewals, 0.668, 0.0005),
]
each_anchor = pytest.mark.parametrize("anchor", ANCHORS, ids=lambda anchor: anchor.name)


def recoded(values: Any) -> Callable[[pd.Series], pd.Series]:
    """The same answers in other words, by the old value."""
    return lambda column: column.astype(int).map(values)


def with_one(value: Any, dtype: str) -> Callable[[pd.Series], pd.Series]:
    """The column with something else in its fourth row."""
    return lambda column: column.astype(dtype).mask(np.arange(len(column)) == 3, value)


SAME_FLAGS = {
    **{dtype: lambda column, dtype=dtype: column.astype(dtype) for dtype in ("bool", "int8", "uint8", "float32")},
    **{dtype: lambda column, dtype=dtype: column.astype(dtype) for dtype in ("Int64", "Float64", "object")},
    "boolean": lambda column: column.astype("bool").astype("boolean"),
    "numpy bools as objects": lambda column: column.astype("bool").astype(object),
    "decimals": recoded({0: Decimal(0), 1: Decimal(1)}),
    "categories": lambda column: column.astype("category"),
    "one category too many": lambda column: pd.Series(pd.Categorical(column, [2, 1, 0]), column.index),
}
FOREIGN_FLAGS = {
    "yes and no": recoded({0: "no", 1: "yes"}), "是 and 否": recoded({0: "否", 1: "是"}),
    "text digits": recoded({0: "0", 1: "1"}), "text categories": lambda column: column.map(str).astype("category"),
    "1 and 2": lambda column: column.astype(int) + 1, "-1 and 1": lambda column: 2 * column.astype(int) - 1,
    "per cent": lambda column: 100 * column.astype(int), "nearly": lambda column: column * 0.999,
    "one NA": with_one(pd.NA, "Int64"), "one NaN": with_one(np.nan, "float"), "one unknown": with_one(9, "float"),
    "one NA of booleans": lambda column: with_one(pd.NA, "boolean")(column.astype("bool")),
    "blank": recoded({0: "", 1: "x"}), "dates": lambda column: pd.to_datetime(column.astype(int), unit="D"),
}  # fmt: skip
SAME_LABELS = {
    "text": lambda column: column.map("第{}组 ".format),
    "categories": lambda column: column.astype("category"),
    "ordered, with one too many": lambda column: pd.Series(
        pd.Categorical(column, [*column.unique()[::-1], "?"], ordered=True), column.index
    ),
    "pyarrow text": lambda column: column.map(str).astype("string"),
    "negative": lambda column: -pd.Series(pd.factorize(column)[0], column.index),
    "halves": lambda column: pd.Series(pd.factorize(column)[0], column.index) / 2,
    "nullable": lambda column: pd.Series(pd.factorize(column)[0], column.index).astype("Int64"),
    "days": lambda column: pd.to_datetime(pd.Series(pd.factorize(column)[0], column.index), unit="D"),
    "intervals": lambda column: pd.Series(
        pd.cut(pd.Series(pd.factorize(column)[0], column.index), range(-1, column.nunique())), column.index
    ),
    "mixed": lambda column: pd.Series([str(n) if n % 2 else n for n in pd.factorize(column)[0]], column.index),
}
SAME_NUMBERS = {
    **{dtype: lambda column, dtype=dtype: column.astype(dtype) for dtype in ("float64", "Float64", "object")},
    "decimals": lambda column: column.map(lambda value: Decimal(str(value))),
    "categories": lambda column: column.astype("category"),
    "pyarrow": lambda column: column.astype("double[pyarrow]"),
}
FOREIGN_NUMBERS = {
    "text": lambda column: column.map(str), "with units": lambda column: column.map("{} g".format),
    "decimal commas": lambda column: column.map(lambda value: f"{value:.1f}".replace(".", ",")),
    "one NA": with_one(pd.NA, "Float64"), "one infinite": with_one(np.inf, "float"),
    "dates": lambda column: pd.to_datetime(column.astype(int), unit="D"),
}  # fmt: skip
ORDERS = {
    "backwards": lambda rows: rows[::-1],
    "shuffled": lambda rows: rows.sample(frac=1, random_state=1),
    "one index for all": lambda rows: rows.set_axis(["x"] * len(rows)),
    "two-level index": lambda rows: rows.set_index([rows.columns[0], rows.columns[-1]], drop=False),
    "other columns beside": lambda rows: rows.assign(备注="?", estimate=np.nan, index=0, level_0=1, n=None),
}
NAMES = {
    "Chinese": "第 {} 列 ", "Python words": "lambda {}", "formula": "Q('a') + b[{}] ~ C(x):y", "empty space": " {}\t",
    "braces": "{{{}}}", "per cent": "%s %d {}", "quotes": "\"{}'; drop table customer;--",
}  # fmt: skip


def own(rows: pd.DataFrame) -> dict[str, Any]:
    """Every column under its own name."""
    return {name: name for name in rows.columns}


@each_anchor
def test_the_published_value(anchor: Anchor) -> None:
    rows = anchor.table()
    assert anchor.call(rows, own(rows)) == pytest.approx(anchor.value, abs=anchor.within)


def refused(anchor: Anchor, columns: tuple[str, ...], codings: dict[str, Any]) -> list[str]:
    """Codings that are no refusal by the column's name."""
    wrong = []
    for column in columns:
        for coding, change in codings.items():
            rows = anchor.table()
            rows = rows.assign(**{column: change(rows[column])})
            try:
                found = anchor.call(rows, own(rows))
                wrong.append(f"{column} as {coding}: {found}")
            except CvcError as error:
                if column not in str(error) or column not in error.text("zh"):
                    wrong.append(f"{column} as {coding}: does not name it: {error}")
            except Exception as error:
                wrong.append(f"{column} as {coding}: {type(error).__name__}: {error}")
    return wrong


def answered(anchor: Anchor, columns: tuple[str, ...], codings: dict[str, Any]) -> list[str]:
    """Codings of the same thing under which the published value does not come out."""
    wrong = []
    for column in columns:
        for coding, change in codings.items():
            rows = anchor.table()
            rows = rows.assign(**{column: change(rows[column])})
            try:
                found = anchor.call(rows, own(rows))
                if not abs(found - anchor.value) <= anchor.within:
                    wrong.append(f"{column} as {coding}: {found}")
            except Exception as error:
                wrong.append(f"{column} as {coding}: {type(error).__name__}: {error}")
    return wrong


@each_anchor
def test_the_same_column_in_another_type_gives_the_published_value(anchor: Anchor) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wrong = [
            *answered(anchor, anchor.flags, SAME_FLAGS),
            *answered(anchor, anchor.labels, SAME_LABELS),
            *answered(anchor, anchor.numbers, SAME_NUMBERS),
        ]
    assert not wrong, "\n".join(wrong)


@each_anchor
def test_a_foreign_coding_is_refused_by_the_name_of_its_column(anchor: Anchor) -> None:
    wrong = [
        *refused(anchor, anchor.flags, FOREIGN_FLAGS),
        *refused(anchor, anchor.numbers, FOREIGN_NUMBERS),
    ]
    assert not wrong, "\n".join(wrong)


@each_anchor
def test_swapped_rows_and_other_columns_change_nothing(anchor: Anchor) -> None:
    wrong = []
    for order, change in ORDERS.items():
        if anchor.name == "Fader & Hardie" and order in ("backwards", "shuffled"):
            continue  # the years of a cohort have an order
        rows = change(anchor.table())
        found = anchor.call(rows, own(rows))
        if not abs(found - anchor.value) <= anchor.within:
            wrong.append(f"{order}: {found}")
    assert not wrong, "\n".join(wrong)


@each_anchor
def test_odd_names_change_nothing_and_come_back_in_the_refusal(anchor: Anchor) -> None:
    wrong = []
    for kind, pattern in NAMES.items():
        rows = anchor.table()
        names = {name: pattern.format(place) for place, name in enumerate(rows.columns)}
        renamed = rows.rename(columns=names)
        found = anchor.call(renamed, names)
        if not abs(found - anchor.value) <= anchor.within:
            wrong.append(f"{kind}: {found}")
        for column in (*anchor.flags, *anchor.numbers):
            try:
                anchor.call(renamed.assign(**{names[column]: "?"}), names)
                wrong.append(f"{kind}: text in {names[column]!r} is no matter")
            except CvcError as error:
                if names[column] not in str(error):
                    wrong.append(f"{kind}: {names[column]!r} is not in: {error}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("anchor", [a for a in ANCHORS if a.name != "endometrial"], ids=lambda anchor: anchor.name)
def test_names_that_are_no_text_give_the_value(anchor: Anchor) -> None:
    for make in (lambda place: place, lambda place: ("table", place), lambda place: place / 2):
        rows = anchor.table()
        names = {name: make(place) for place, name in enumerate(rows.columns)}
        renamed = rows.set_axis(pd.Index([names[name] for name in rows.columns], tupleize_cols=False), axis=1)
        assert anchor.call(renamed, names) == pytest.approx(anchor.value, abs=anchor.within)


def test_whoever_swaps_treatment_and_control_gets_the_inverse() -> None:
    rows = berkeley()
    plain = stratified(rows, exposure="Male", outcome="Admitted", stratum="Department")
    turned = stratified(rows.assign(Male=1 - rows["Male"]), exposure="Male", outcome="Admitted", stratum="Department")
    assert [turned[end] for end in ("stratified", "low", "high")] == pytest.approx(
        [1 / plain[end] for end in ("stratified", "high", "low")]
    )


def test_asbestos_and_smoking_multiply_to_less_than_their_product() -> None:
    named = {"outcome": "lung cancer", "first": "石棉 asbestos", "second": "smoker?"}
    assert ratio_interaction(tables.asbestos(), **named)["ratio"].iloc[2] == pytest.approx(0.78, abs=0.005)


DIFFERENCES = {
    (6, 7, 2, 7): (0.0582, 0.8062), (5, 56, 0, 29): (-0.0381, 0.1926), (0, 10, 0, 20): (-0.1611, 0.2775),
    (0, 10, 0, 10): (-0.2775, 0.2775), (10, 10, 0, 20): (0.6791, 1.0),
}  # fmt: skip
"""The other examples of Newcombe (1998), the second paper, table II, method 10."""


@pytest.mark.parametrize(("counted", "expected"), DIFFERENCES.items())
def test_the_difference_is_that_of_newcombe(counted: tuple[int, ...], expected: tuple[float, float]) -> None:
    assert newcombe(*counted)[1:3] == pytest.approx(expected, abs=0.00006)
    turned = newcombe(*counted[2:], *counted[:2])
    assert (-turned.high, -turned.low) == pytest.approx(expected, abs=0.00006)


def test_the_e_value_is_that_of_smoking() -> None:
    """Hammond & Horn: 10.73 (8.02 to 14.36), hence 20.9, and 15.5 for the limit (VanderWeele & Ding 2017)."""
    assert (e_value(10.73), e_value(8.02)) == pytest.approx((20.9, 15.5), abs=0.05)


STATA = {"mmarried_": -0.5953009, "mage": -0.300179, "prenatal1_": -0.3242695, "fbaby_": -0.1663271}
"""Standardised differences before weighting in the manual of Stata's tebalance."""


def test_differences_before_weighting_are_those_of_stata() -> None:
    rows = tables.birth_weights()
    odds = exposure_odds(rows, exposure="mbsmoke_", continuous=list(STATA))
    found = balance_table(rows, exposure="mbsmoke_", odds=odds, continuous=list(STATA)).set_index("confounder")
    assert found["before"].to_dict() == pytest.approx(STATA, abs=0.0005)
    assert found["after"].abs().max() < 0.05


BIRTHS = {"exposure": "mbsmoke_", "outcomes": ["bweight"]}


def test_birth_weights_of_smokers_are_those_of_stata() -> None:
    """Raw -275.3 grams; adjusted -230.99 (26.21) in the manual's `teffects aipw`, whose model of age is a parabola."""
    rows = tables.birth_weights()
    raw = effects_on_exposed(rows, **BIRTHS)["estimate"].iloc[0]
    assert raw == pytest.approx(-275.25, abs=0.01)
    known = {"confounders": ["mmarried", "fbaby", "prenatal1"], "continuous": ["mage", "medu"]}
    found = effects_on_everyone(rows, **BIRTHS, **known).iloc[0]
    assert found["estimate"] == pytest.approx(-230.99, abs=26.21 / 2)
    assert found["standard_error"] == pytest.approx(26.21, rel=0.15)


def test_smoker_and_nonsmoker_are_refused_by_name() -> None:
    with pytest.raises(CvcError, match=r"E242.*mbsmoke"):
        effects_on_exposed(tables.birth_weights(), exposure="mbsmoke", outcomes=["bweight"])


def test_a_column_may_bear_a_number_or_a_pair_as_its_name() -> None:
    for names in ([0, 1, 2], [("table", name) for name in range(3)]):
        rows = endometrial().set_axis(pd.Index(names, tupleize_cols=False), axis=1)
        found = conditional_logit(rows, case=names[1], stratum=names[0], exposures=[names[2]])
        assert found["odds_ratio"].iloc[0] == pytest.approx(2.6, abs=1e-6)


def test_a_column_may_bear_the_name_of_anything_inside() -> None:
    inside = ("(row)", "estimate", "exposed", "constant", "index", "level_0", "case", "stratum", "set_number", "n")
    rows = tables.kidney_stones()
    for name in inside:
        for column in rows.columns:
            found = _stones(rows.rename(columns={column: name}), own(rows) | {column: name})
            assert found == pytest.approx(0.05367, abs=5e-6), (name, column)
