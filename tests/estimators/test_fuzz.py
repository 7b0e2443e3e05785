"""Odd calls: every one ends in finite numbers, or in a `CvcError` that names a column or argument of the call."""

import warnings
from itertools import product

import numpy as np
import pandas as pd
import pytest

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators import (
    checks,
    clusters,
    comparison,
    conjunction,
    decomposition,
    design,
    interaction,
    matching,
    proportions,
    retention,
    sensitivity,
    variance,
)
from cvc_helpers.estimators.means import Means


def table(n=400):
    rng = np.random.default_rng(7)
    columns = {name: rng.random(n) < 0.5 for name in ("flag", "second", "third", "outcome")}
    codes = {"band": rng.integers(0, 3, n), "unit": rng.integers(0, 80, n), "place": rng.integers(0, 5, n)}
    return pd.DataFrame(columns | codes | {"amount": rng.normal(size=n), "income": rng.lognormal(size=n)})


COMPARED = {"confounders": ["band"], "continuous": ["income"]}
ATT = {"exposure": "flag", "cluster": "unit", **COMPARED}
TWO = {"outcome": "outcome", "first": "flag", "second": "second", "cluster": "unit", **COMPARED}
CALLS = {
    "effects_on_exposed": lambda t: comparison.effects_on_exposed(t, outcomes=["amount", "outcome"], **ATT),
    "effects_on_everyone": lambda t: comparison.effects_on_everyone(t, outcomes=["amount"], **ATT),
    "exposure_odds": lambda t: comparison.exposure_odds(t, exposure="flag", **COMPARED),
    "balance_table": lambda t: comparison.balance_table(t, exposure="flag", odds=np.ones(len(t)), **COMPARED),
    "overlap_share": lambda t: comparison.overlap_share(t["flag"], t["income"]),
    "cell_means": lambda t: interaction.cell_means(t, **TWO),
    "ratio_interaction": lambda t: interaction.ratio_interaction(t, **TWO),
    "chances": lambda t: interaction.chances(t, flag="flag", **COMPARED),
    "conjunction": lambda t: conjunction.conjunction(
        t, parts=["flag", "second", "third"], outcome="outcome", cluster="unit", **COMPARED
    ),
    "conditional_logit": lambda t: matching.conditional_logit(
        t, case="outcome", stratum="place", exposures=["flag", "amount"], cluster="unit", **COMPARED
    ),
    "matched_sets": lambda t: matching.matched_sets(
        t, case="outcome", within=["place"], like=["place", "amount"], controls=2, seed=1
    )[["set_number"]],
    "stratified": lambda t: proportions.stratified(t, exposure="flag", outcome="outcome", stratum="place"),
    "found_share": lambda t: proportions.found_share(t["flag"], t["outcome"], t["income"]),
    "residuals": lambda t: variance.residuals(t, outcome="amount", known=["band"], continuous=["income"]),
    "variance_share": lambda t: variance.variance_share(t["amount"], t["place"]),
    "named_share": lambda t: variance.named_share(t["amount"], t["place"], groups=t["band"], unit=t["unit"], draws=20),
    "held_out_share": lambda t: variance.held_out_share(t["amount"], t["place"], folds=3, seed=1),
    "design_matrix": lambda t: design.design_matrix(t, ["band"], ["income"]),
    "clustered": lambda t: clusters.clustered(t[["amount", "income"]].to_numpy(), clusters=2, seed=1, resamples=2),
    "confounder_table": lambda t: checks.confounder_table(t, ["band", "income"])["missing"],
}
COLUMNS = ("flag", "second", "third", "outcome", "band", "unit", "place", "amount", "income")


DIRECT = {"overlap_share", "found_share", "variance_share", "named_share", "held_out_share", "clustered"}
"""These are handed columns, not names: pandas itself refuses an absent one."""


def with_some(values, share):
    """A column in which a share of the rows holds something odd."""

    def odd(rows, name):
        column = rows[name].astype(object)
        return rows.assign(**{name: column.where(np.arange(len(rows)) % 100 >= 100 * share, values)})

    return odd


ODD = {
    "one NaN": with_some(np.nan, 0.01),
    "half NaN": with_some(np.nan, 0.5),
    "all NaN": with_some(np.nan, 1.0),
    "None": with_some(None, 0.03),
    "inf": with_some(np.inf, 0.01),
    "-inf": with_some(-np.inf, 0.5),
    "huge": with_some(1e300, 0.02),
    "large": with_some(1e90, 0.02),
    "text": with_some("yes", 1.0),
    "some text": with_some("1", 0.1),
    "constant": with_some(1, 1.0),
    "zero": with_some(0, 1.0),
    "two": with_some(2, 0.3),
    "nearly constant": lambda t, name: t.assign(**{name: (np.arange(len(t)) == 3).astype(int)}),
    "all different": lambda t, name: t.assign(**{name: np.arange(len(t))}),
    "negative": lambda t, name: t.assign(**{name: -t[name].astype(float)}),
    "complex": lambda t, name: t.assign(**{name: t[name] * 1j}),
    "dates": lambda t, name: t.assign(**{name: pd.Timestamp("2024-01-01")}),
    "lists": lambda t, name: t.assign(**{name: [[1]] * len(t)}),
    "category": lambda t, name: t.assign(**{name: t[name].astype("category")}),
    "nullable": lambda t, name: t.assign(**{name: t[name].convert_dtypes()}),
    "copy of the flag": lambda t, name: t.assign(**{name: t["flag"].astype(int)}),
    "missing column": lambda t, name: t.drop(columns=name),
    "twice": lambda t, name: pd.concat([t, t[[name]]], axis=1),
}
FRAMES = {
    "empty": lambda t: t.head(0),
    "one row": lambda t: t.head(1),
    "two rows": lambda t: t.head(2),
    "nine rows": lambda t: t.head(9),
    "one row many times": lambda t: pd.concat([t.head(1)] * 100),
    "odd index": lambda t: t.set_index(pd.Index(["x"] * len(t))),
}


def ends(found):
    """Every number of a result."""
    if isinstance(found, pd.DataFrame):
        return found.select_dtypes("number").to_numpy(float).ravel()
    if isinstance(found, Means):
        return np.concatenate([found.means, found.covariance.ravel()])
    if isinstance(found, dict):
        return np.array(list(found.values()), float)
    if found is None:  # a synergy index where effects cancel
        return np.zeros(0)
    if isinstance(found, tuple):
        return np.concatenate([np.ravel(ends(part)) for part in found])
    return np.asarray(found, float).ravel()


def wrong_end(call, rows, words):
    """How a call ends otherwise than in finite numbers or a refusal that names what is wrong; empty if it does not."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            found = ends(call(rows))
        except CvcError as error:
            return "" if any(word in str(error) for word in words) else f"names nothing: {error}"
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    certain = call is CALLS["exposure_odds"]  # infinite odds say that a level holds exposed only
    return "" if (np.isfinite(found) | (certain & (found == np.inf))).all() else "not finite"


def odd_tables():
    for (odd, change), name in product(ODD.items(), COLUMNS):
        yield f"{odd} in {name}", change(table(), name)
    for odd, change in FRAMES.items():
        yield odd, change(table())


def test_every_odd_call_ends_in_finite_numbers_or_a_refusal_that_names_the_column(capsys):
    words, wrong, tried = (*COLUMNS, "features", "cells", "folds"), [], 0
    for odd, rows in odd_tables():
        for name, call in CALLS.items():
            if ("missing column" in odd and name in DIRECT) or ("twice" in odd and name in DIRECT):
                continue
            tried += 1
            if end := wrong_end(call, rows, words):
                wrong.append(f"{name}, {odd}: {end[:200]}")
    with capsys.disabled():
        print(f"\n{tried} odd calls tried, {len(wrong)} end otherwise")
    assert not wrong, "\n".join(wrong)


NUMBERS = (np.nan, np.inf, -np.inf, 0, -1, 1e300, "1", None, True, 2.5)


def test_every_odd_number_ends_in_a_finite_answer_or_a_refusal(capsys):
    calls = [sensitivity.e_value, lambda x: sensitivity.detectable_difference(x, 10),
             lambda x: sensitivity.detectable_difference(0.1, x), lambda x: proportions.wilson(x, 10),
             lambda x: proportions.wilson(1, x), lambda x: proportions.newcombe(1, x, 2, 5),
             lambda x: decomposition.log_mean(x, 1.0), lambda x: decomposition.split_change([x, 1.0], [1.0, 2.0]),
             lambda x: retention.fit_retention([100, x], [90, 1]),
             lambda x: retention.fit_retention([100, 90], [90, x]),
             lambda x: retention.survival(retention.Retention(x, 1.0), 3),
             lambda x: retention.expected_lifetime(retention.Retention(1.0, x), discount=0.9),
             lambda x: interaction.additive_interaction([x, 0.1, 0.3], np.eye(3)),
             lambda x: variance.shrunken([x, 1.0, 2.0], [0, 1, 1], 2),
             lambda x: variance.shrunken([0.5, 1.0, 2.0], [0, 1, x], 2)]  # fmt: skip
    words = ("ratio", "rate", "n_exposed", "hits", "n ", "factor", "renewed", "at_risk", "gamma", "delta", "values",
             "codes", " n", "log_ratios")  # fmt: skip
    wrong = [f"{number}, {value!r}: {end[:200]}" for number, call in enumerate(calls) for value in NUMBERS
             if (end := wrong_end(call, value, words))]  # fmt: skip
    with capsys.disabled():
        print(f"\n{len(calls) * len(NUMBERS)} odd numbers tried, {len(wrong)} end otherwise")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("column", ["amount", "income"])
def test_whole_numbers_and_floats_are_the_same_column(column):
    rows = table().assign(**{column: lambda t: (10 * t[column]).round()})
    whole = rows.assign(**{column: rows[column].astype(int)})
    for name, call in CALLS.items():
        if name not in ("clustered", "matched_sets"):
            assert np.allclose(ends(call(whole)), ends(call(rows)), rtol=1e-9, equal_nan=True), name
