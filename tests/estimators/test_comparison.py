"""Comparisons: against statsmodels, and whatever a table's units, names, order and types may do to them."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as t_distribution
from statsmodels.treatment.treatment_effects import TreatmentEffect

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.comparison import (
    balance_table,
    effects_on_everyone,
    effects_on_exposed,
    exposure_odds,
    overlap_share,
    potential_means,
)
from cvc_helpers.estimators.means import combination, joined, ratio_combination
from cvc_helpers.estimators.sensitivity import robustness_value
from tests.methods.designs_big_policy_backtracking import (
    continuous_cohort,
    continuous_estimate,
    hidden_cohort,
    paired_estimate,
)

NAMES = {"exposure": "is_exposed", "outcomes": ["outcome"], "cluster": "customer_id"}
CURVES = NAMES | {"continuous": ["x0", "x1"]}
SEEDS = st.integers(0, 10_000)


def banded_cohort(seed, n=900, effect=1.0):
    rng = np.random.default_rng(seed)
    band, place = rng.integers(0, 4, n), rng.choice(["north", "south", "east"], n)
    exposed = rng.random(n) < 0.2 + 0.15 * band
    outcome = effect * exposed + band + (place == "east") + rng.normal(size=n)
    units = rng.integers(0, 300, n)
    return pd.DataFrame({"band": band, "place": place, "is_exposed": exposed, "outcome": outcome, "customer_id": units})


BANDS = NAMES | {"confounders": ["band", "place"]}


def numbers(found):
    return found.iloc[0][["estimate", "standard_error", "low", "high"]].to_numpy(float)


@pytest.mark.parametrize(("ours", "group"), [(effects_on_exposed, 1), (effects_on_everyone, "all")])
def test_effects_equal_statsmodels_on_the_same_cohort(ours, group):
    cohort = banded_cohort(3, 6_000)
    design = pd.get_dummies(cohort[["band", "place"]].astype(str), drop_first=True, dtype=float).assign(constant=1.0)
    chance = sm.Logit(cohort["is_exposed"].astype(float), design).fit(disp=0)
    oracle = TreatmentEffect(sm.OLS(cohort["outcome"], design), cohort["is_exposed"].astype(int), results_select=chance)
    expected = np.ravel(oracle.ipw_ra(return_results=False, effect_group=group)[0])[0]
    assert ours(cohort, **BANDS)["estimate"].iloc[0] == pytest.approx(float(expected), abs=0.002)


def test_a_trial_needs_no_confounders_and_gives_the_difference_of_means():
    cohort = banded_cohort(5)
    found = effects_on_exposed(cohort, exposure="is_exposed", outcomes=["outcome"]).iloc[0]
    arms = [cohort.loc[cohort["is_exposed"] == arm, "outcome"] for arm in (True, False)]
    assert found["estimate"] == pytest.approx(arms[0].mean() - arms[1].mean(), abs=1e-12)
    assert found["standard_error"] == pytest.approx(np.sqrt(sum(arm.var(ddof=0) / len(arm) for arm in arms)), rel=2e-3)


def test_one_categorical_confounder_alone_is_standardisation():
    """A model that fits every cell exactly is not separation: the effect is the weighted mean of those in the cells."""
    cohort = banded_cohort(6)
    means = cohort.groupby(["band", "is_exposed"])["outcome"].mean().unstack()
    weight = cohort[cohort["is_exposed"]].groupby("band").size()
    expected = np.average(means[True] - means[False], weights=weight)
    found = effects_on_exposed(cohort, **NAMES, confounders=["band"])
    assert found["estimate"].iloc[0] == pytest.approx(expected, abs=1e-9)


def test_hundreds_of_levels_are_held_equal_one_by_one():
    """`make bench` says how long it takes."""
    rng = np.random.default_rng(1)
    levels, n = 486, 20_000
    cohort = pd.DataFrame({"level": rng.integers(0, levels, n), "other": rng.integers(0, 5, n)})
    cohort = cohort.assign(is_exposed=rng.random(n) < 0.3, outcome=rng.normal(size=n), customer_id=np.arange(n))
    [found] = effects_on_exposed(cohort, **NAMES, confounders=["level", "other"]).itertuples()
    same_level = cohort["outcome"] - cohort.groupby("level")["outcome"].transform("mean")
    plain = same_level[cohort["is_exposed"]].mean() - same_level[~cohort["is_exposed"]].mean()
    assert found.low < plain < found.high


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.floats(-3, 3), st.floats(1e-3, 1e6))
def test_the_effect_moves_with_the_outcome_and_not_with_its_level(seed, shift, scale):
    cohort = continuous_cohort(seed, 1.0, 600)
    plain = numbers(effects_on_exposed(cohort, **CURVES))
    moved = cohort.assign(outcome=scale * (cohort["outcome"] + shift))
    assert numbers(effects_on_exposed(moved, **CURVES)) == pytest.approx(scale * plain, rel=1e-7, abs=1e-7 * scale)


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.floats(-2_000, 2_000), st.sampled_from([-1.0, 1.0]), st.floats(1e-4, 1e8))
def test_units_of_a_confounder_change_nothing(seed, shift, sign, scale):
    """Cents or yuan, year of birth or age: the same estimate and the same error."""
    cohort = continuous_cohort(seed, 1.0, 600)
    moved = cohort.assign(x0=sign * scale * (cohort["x0"] + shift))
    for ours in (effects_on_exposed, effects_on_everyone):
        assert numbers(ours(moved, **CURVES)) == pytest.approx(numbers(ours(cohort, **CURVES)), rel=1e-6, abs=1e-7)


@settings(max_examples=15, deadline=None)
@given(
    SEEDS, st.permutations(range(4)), st.permutations(["a", "b", "c"]), st.sampled_from(["int8", "float64", "Int64"])
)
def test_names_of_levels_order_of_rows_and_types_change_nothing(seed, codes, names, dtype):
    cohort = banded_cohort(seed)
    renamed = cohort.assign(
        band=cohort["band"].map(dict(enumerate(codes))).astype(dtype),
        place=cohort["place"].map(dict(zip(["north", "south", "east"], names, strict=True))).astype("category"),
        is_exposed=cohort["is_exposed"].astype(dtype),
        customer_id=cohort["customer_id"].map("C{}".format),
    ).sample(frac=1, random_state=seed)
    for ours in (effects_on_exposed, effects_on_everyone):
        assert numbers(ours(renamed, **BANDS)) == pytest.approx(numbers(ours(cohort, **BANDS)), rel=1e-8, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_a_constant_or_repeated_confounder_changes_nothing(seed):
    cohort = continuous_cohort(seed, 1.0, 600).assign(one="x")
    again = cohort.assign(x9=1_990 - cohort["x0"])
    more = NAMES | {"confounders": ["one"], "continuous": ["x0", "x1", "x9"]}
    expected = numbers(effects_on_exposed(cohort, **CURVES))
    assert numbers(effects_on_exposed(again, **more)) == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_without_overlap_the_column_is_named_whatever_its_levels_are_called():
    """Once an answer between 7 and 13, hanging on which level came first, where the truth was 1."""
    cohort = banded_cohort(1).assign(kind=lambda rows: np.where(rows["is_exposed"], "only exposed", "others"))
    for names in ({}, {"only exposed": "z"}, {"only exposed": "a"}):
        with pytest.raises(CvcError, match=r"E250.*kind"):
            effects_on_exposed(cohort.assign(kind=cohort["kind"].replace(names)), **NAMES, confounders=["kind"])


def test_a_level_with_one_kind_only_is_left_out_and_counted():
    cohort = banded_cohort(2)
    alone = cohort["is_exposed"] & (np.arange(len(cohort)) % 10 == 0)
    moved = cohort.assign(place=cohort["place"].where(~alone, "abroad"))
    found = effects_on_exposed(moved, **BANDS)
    without = effects_on_exposed(cohort[~alone], **BANDS)
    assert found["covered"].iloc[0] == pytest.approx(1 - alone.sum() / cohort["is_exposed"].sum())
    assert numbers(found) == pytest.approx(numbers(without), rel=1e-9)


def test_missing_values_up_to_a_twentieth_are_a_level_and_more_are_refused_by_name():
    cohort = continuous_cohort(1, 1.0, 1_000)
    some = cohort.assign(x0=cohort["x0"].mask(np.arange(1_000) % 25 == 0))
    assert effects_on_exposed(some, **CURVES)["missing"].iloc[0] == pytest.approx(0.04)
    assert numbers(effects_on_exposed(some, **CURVES)) == pytest.approx(
        numbers(effects_on_exposed(cohort, **CURVES)), abs=0.3
    )
    with pytest.raises(CvcError, match=r"E245.*x0"):
        effects_on_exposed(cohort.assign(x0=cohort["x0"].mask(np.arange(1_000) % 10 == 0)), **CURVES)


def test_ratios_and_differences_of_any_two_effects_follow_from_the_influence():
    cohort = banded_cohort(4, 4_000).assign(other=lambda rows: 3 * rows["outcome"] + 20)
    found = potential_means(cohort, **BANDS | {"outcomes": ["outcome", "other"]}).means
    effects = effects_on_exposed(cohort, **BANDS | {"outcomes": ["outcome", "other"]})
    difference = combination(found, [-3, 3, 1, -1])
    assert difference[:3] == pytest.approx((0, 0, 0), abs=1e-9)  # the second is three times the first, exactly
    ratio = ratio_combination(found, [0, 0, 1, -1])
    assert ratio.value == pytest.approx(effects["exposed_mean"][1] / effects["comparable_mean"][1])
    north, rest = (potential_means(part, **BANDS).means for part in (
        cohort[cohort["place"] == "north"], cohort[cohort["place"] != "north"]))  # fmt: skip
    both = combination(joined(north, rest), [1, -1, -1, 1])
    assert both.value == pytest.approx(combination(north, [1, -1]).value - combination(rest, [1, -1]).value)


def test_copies_of_a_cluster_do_not_narrow_the_interval():
    cohort = banded_cohort(8)
    once, twice = (effects_on_exposed(of, **BANDS) for of in (cohort, pd.concat([cohort, cohort])))
    assert twice["standard_error"].iloc[0] == pytest.approx(once["standard_error"].iloc[0], rel=1e-9)


def clustered_cohort(seed, clusters):
    """Clusters, not rows, are exposed; each has its own level; nothing is planted."""
    rng = np.random.default_rng([seed, 77])
    unit = np.repeat(np.arange(clusters), 20)
    exposed = rng.permutation(clusters)[unit] < clusters // 2
    band = rng.integers(0, 3, len(unit))
    outcome = 0.5 * rng.normal(size=clusters)[unit] + 0.4 * band + rng.normal(size=len(unit))
    return pd.DataFrame({"unit": unit, "is_exposed": exposed, "band": band, "outcome": outcome})


FEW = {"exposure": "is_exposed", "outcomes": ["outcome"], "confounders": ["band"], "cluster": "unit"}


def unequal_cohort(seed, clusters):
    """As `clustered_cohort`, the largest clusters some twenty times the smallest."""
    sizes = np.random.default_rng([seed, 78]).lognormal(0, 0.8, clusters).clip(0.2, 4)
    whole = clustered_cohort(seed, clusters)
    place = whole.groupby("unit").cumcount()
    return whole[place < np.round(5 * sizes)[whole["unit"]]].reset_index(drop=True)


def test_few_clusters_of_unequal_size_still_cover():
    found = [effects_on_exposed(unequal_cohort(seed, 20), **FEW).iloc[0] for seed in range(40)]
    assert sum(row["low"] <= 0 <= row["high"] for row in found) >= 33  # a true 95 % falls below once in a thousand
    width = (found[0]["high"] - found[0]["low"]) / found[0]["standard_error"]
    assert width == pytest.approx(2 * t_distribution.ppf(0.975, 9), rel=1e-9)  # ten clusters in each arm
    with pytest.raises(CvcError, match=r"E247.*unit"):
        effects_on_exposed(clustered_cohort(1, 18), **FEW)


def test_errors_of_few_clusters_come_from_leaving_each_out():
    cohort = unequal_cohort(3, 24)
    left = [effects_on_exposed(cohort[cohort["unit"] != unit], **FEW)["estimate"].iloc[0] for unit in range(24)]
    expected = np.sqrt(23 / 24 * ((np.array(left) - np.mean(left)) ** 2).sum())
    found = effects_on_exposed(cohort, **FEW).iloc[0]
    assert found["standard_error"] == pytest.approx(expected, rel=1e-9)
    assert found["n_clusters"] == 24


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"is_exposed": False}, "E246.*is_exposed"),
        ({"is_exposed": lambda rows: rows["band"].clip(upper=2)}, "E242.*is_exposed"),
        ({"outcome": 1.5}, "E246.*outcome"),
        ({"outcome": lambda rows: (np.arange(len(rows)) < 5).astype(int)}, "E248.*outcome"),
        ({"outcome": lambda rows: rows["outcome"].mask(rows.index == 3)}, "E244.*outcome"),
        ({"is_exposed": lambda rows: rows["is_exposed"].astype(object).mask(rows.index == 3)}, "E244.*is_exposed"),
        ({"customer_id": lambda rows: rows["customer_id"].mask(rows.index == 3)}, "E244.*customer_id"),
        ({"place": lambda rows: np.arange(len(rows))}, r"E252.*place.*continuous"),
    ],
)
def test_bad_input_is_refused_by_name(change, message):
    with pytest.raises(CvcError, match=message):
        effects_on_exposed(banded_cohort(1).assign(**change), **BANDS)


def test_a_missing_column_and_one_in_two_roles_are_named():
    with pytest.raises(CvcError, match=r"E201.*'wealth'"):
        effects_on_exposed(banded_cohort(1), **NAMES, confounders=["wealth"])
    with pytest.raises(CvcError, match=r"E241.*outcome"):
        effects_on_exposed(banded_cohort(1), **NAMES, confounders=["outcome"])


def test_whole_numbers_never_index_where_a_flag_is_meant():
    exposed, odds = np.array([1, 1, 1, 0, 0]), np.array([0.1, 0.2, 5.0, 0.1, 0.3])
    assert overlap_share(exposed, odds) == overlap_share(exposed.astype(bool), odds) == pytest.approx(2 / 3)
    with pytest.raises(CvcError, match="E242"):
        overlap_share(np.array([0, 1, 2, 1, 0]), odds)


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.permutations(range(4)))
def test_balance_and_odds_do_not_hang_on_names(seed, codes):
    cohort = banded_cohort(seed)
    renamed = cohort.assign(band=cohort["band"].map(dict(enumerate(codes))))
    named = {"exposure": "is_exposed", "confounders": ["band", "place"]}
    odds, again = exposure_odds(cohort, **named), exposure_odds(renamed, **named)
    assert again == pytest.approx(odds, rel=1e-9)
    before = balance_table(cohort, **named, odds=odds)
    assert before["after"].abs().max() < before["before"].abs().max()
    sizes = [balance_table(of, **named, odds=odds)["before"].abs().to_numpy() for of in (cohort, renamed)]
    assert sizes[0] == pytest.approx(sizes[1], rel=1e-9)


def test_pairs_of_curves_find_what_curves_alone_cannot():
    found = [
        [ours(continuous_cohort(seed, 2.0)) for ours in (continuous_estimate, paired_estimate)] for seed in range(8)
    ]
    alone, together = (np.mean([one[number].estimate for one in found]) - 2 for number in (0, 1))
    assert alone > 0.15
    assert abs(together) < 0.1


def test_units_of_a_pair_change_nothing_and_a_pair_is_two_confounders():
    cohort, named = continuous_cohort(3, 1.0, 600), CURVES | {"pairs": [("x0", "x1")]}
    moved = cohort.assign(x0=1_990 - 1e5 * cohort["x0"])
    expected = numbers(effects_on_exposed(cohort, **named))
    assert numbers(effects_on_exposed(moved, **named)) == pytest.approx(expected, rel=1e-5, abs=1e-6)
    for pair, message in ((("x0", "wealth"), "E201.*wealth"), (("x0", "x0"), "E241.*x0")):
        with pytest.raises(CvcError, match=message):
            effects_on_exposed(cohort, **CURVES | {"pairs": [pair]})


def test_the_robustness_value_warns_of_a_cause_as_strong_as_the_one_withheld():
    """Nothing is planted; a cause of correlation .4 with exposure and outcome is not in the file."""
    warned = 0
    for seed in range(10):
        found = paired_estimate(hidden_cohort(seed, 0.0))
        assert found.low > 0
        statistic = found.estimate / ((found.high - found.low) / (2 * 1.96))
        warned += robustness_value(statistic, 4_000) < 0.4**2
    assert warned >= 9
