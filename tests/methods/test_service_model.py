import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Estimate
from cvc_helpers.estimators.decomposition import log_mean, split_change
from cvc_helpers.estimators.interaction import (
    CONTRAST,
    additive_interaction,
    cell_means,
    combination,
    from_means,
    ratio_interaction,
    reading,
)
from cvc_helpers.estimators.retention import Retention, expected_lifetime, fit_retention, survival
from cvc_helpers.findings import Finding
from cvc_helpers.methods import service_model as model
from cvc_helpers.methods import service_model__costs as costs
from cvc_helpers.methods import service_model__lifetimes as lifetime_value
from cvc_helpers.methods import service_model__withheld as withheld
from cvc_helpers.synthetic.planted import service_model as planted
from cvc_helpers.wording import LANGUAGES
from tests.methods.designs_service_model import (
    MULTIPLY,
    NAMES,
    beta_parameters,
    clv_cohort,
    draw_from,
    linear,
    log_linear,
    share_truth,
)

ORAL_CANCER = {(0, 0): (3, 20), (1, 0): (8, 18), (0, 1): (6, 12), (1, 1): (225, 166)}
"""Smoking and alcohol: cases and controls (Rothman & Keller 1972, as in Hosmer & Lemeshow 1992, table 1)."""
HIGH_END = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1]
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1]
"""Per cent still customers after 0-7 renewals (Fader & Hardie 2007, table 1)."""


def test_reproduces_smoking_and_alcohol_on_the_additive_scale():
    base = ORAL_CANCER[0, 0]
    counts = [ORAL_CANCER[cell] for cell in ((1, 0), (0, 1), (1, 1))]
    logs = np.log([cases / controls / (base[0] / base[1]) for cases, controls in counts])
    covariance = np.full((3, 3), 1 / base[0] + 1 / base[1]) + np.diag([1 / a + 1 / b for a, b in counts])
    found = additive_interaction(logs, covariance)
    # point values to two decimals as printed; the multiplicative interaction points the other way
    assert found.reri[:3] == pytest.approx((3.74, -1.84, 9.32), abs=0.005)
    assert found.attributable.value == pytest.approx(0.41, abs=0.005)
    assert found.synergy.value == pytest.approx(1.87, abs=0.005)
    assert np.exp(logs[2] - logs[0] - logs[1]) == pytest.approx(0.915, abs=0.0005)


@pytest.mark.parametrize(("shares", "gamma", "delta"), [(HIGH_END, 0.668, 3.806), (REGULAR, 0.704, 1.182)])
def test_reproduces_the_retention_of_fader_and_hardie(shares, gamma, delta):
    at_risk, renewed = np.array(shares[:-1]), np.array(shares[1:])
    found = fit_retention(at_risk, renewed)
    assert found.gamma == pytest.approx(gamma, abs=0.0006)
    assert found.delta == pytest.approx(delta, abs=0.0006)


def test_the_endless_lifetime_is_the_sum_of_discounted_survival():
    of = Retention(np.array(0.668), np.array(3.806))
    summed = (survival(of, 3_000) * 0.95 ** np.arange(3_001)).sum()
    assert expected_lifetime(of, discount=0.95) == pytest.approx(summed, rel=1e-10)
    with pytest.raises(CvcError, match="discount"):
        expected_lifetime(of, discount=1.0)


def test_customers_who_are_all_alike_give_constant_retention():
    at_risk = 100_000 * 0.85 ** np.arange(7)
    found = fit_retention(at_risk, 0.85 * at_risk)
    assert expected_lifetime(found, discount=0.95) == pytest.approx(1 / (1 - 0.95 * 0.85), rel=1e-3)


factor = st.floats(1e-6, 1e6)


@given(st.lists(st.tuples(factor, factor), min_size=1, max_size=6))
def test_the_parts_of_a_change_sum_to_it(pairs):
    before, after = np.array(pairs).T
    change = after.prod() - before.prod()
    scale = max(after.prod(), before.prod())
    assert split_change(before, after).sum() == pytest.approx(change, abs=1e-12 * scale)


@given(factor, st.floats(1e-9, 1e-3))
def test_the_logarithmic_mean_is_continuous_where_both_are_equal(value, step):
    assert log_mean(np.array(value), np.array(value * (1 + step))) == pytest.approx(value * (1 + step / 2), rel=1e-6)


def test_a_factor_of_nothing_is_refused():
    with pytest.raises(CvcError, match="factor"):
        split_change(np.array([1.0, 0.0]), np.array([1.0, 1.0]))


def test_two_factors_that_move_alike_share_alike():
    parts = split_change(np.array([2.0, 3.0]), np.array([3.0, 4.5]))
    assert parts[0] == pytest.approx(parts[1], abs=1e-12)


@pytest.mark.parametrize(
    ("ratio", "contrast", "service", "expected"),
    [
        ((1.2, 2.0), (0.01, 0.05), (0.02, 0.04), "multiply"),
        ((1.2, 2.0), (-0.01, 0.05), (0.02, 0.04), "cannot_tell"),
        ((0.8, 1.2), (-0.01, 0.02), (0.02, 0.04), "add"),
        ((0.8, 1.2), (-0.01, 0.02), (-0.01, 0.04), "cannot_tell"),
        ((0.8, 1.2), (-0.04, 0.02), (0.02, 0.04), "cannot_tell"),
        ((0.8, 0.9), (0.01, 0.05), (0.02, 0.04), "cannot_tell"),
    ],
)
def test_the_decision_table(ratio, contrast, service, expected):
    estimates = [Estimate(sum(limits) / 2, *limits) for limits in (ratio, contrast, service)]
    assert reading(*estimates, margin=0.03) == expected


def test_the_scale_decides():
    """Effects that add exactly look like less than multiplying: the trap of reading one scale only."""
    cohort = draw_from(linear, 1, 60_000)(3, 0.0)
    contrast = combination(cell_means(cohort, **NAMES), CONTRAST)
    terms = ratio_interaction(cohort, **NAMES).set_index("term")
    assert contrast.low < 0 < contrast.high
    assert terms.loc["interaction", "high"] < 1
    assert terms.loc["first", "low"] > 1  # a service that sells is not one that multiplies


def test_cell_means_agree_with_raw_shares_where_nothing_is_confounded():
    rng = np.random.default_rng(1)
    s, q, z = rng.integers(0, 2, 40_000), rng.integers(0, 2, 40_000), rng.normal(size=40_000)
    y = rng.random(40_000) < 0.1 + 0.05 * s + 0.05 * q
    cohort = pd.DataFrame({"s": s, "q": q, "z": z, "y": y.astype(float), "unit": np.arange(40_000)})
    raw = cohort.groupby(["q", "s"])["y"].agg(["mean", "size"]).to_numpy()
    found = cell_means(cohort, **NAMES)
    assert found.means == pytest.approx(raw[:, 0], abs=5e-4)
    errors = np.sqrt(raw[:, 0] * (1 - raw[:, 0]) / raw[:, 1])
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(errors, rel=0.02)


def test_copies_of_a_row_do_not_narrow_the_interval():
    cohort = draw_from(log_linear, 1, 8_000)(1, 0.47)
    once, twice = cell_means(cohort, **NAMES), cell_means(pd.concat([cohort, cohort]), **NAMES)
    assert np.diag(twice.covariance) == pytest.approx(np.diag(once.covariance), rel=1e-6)


def test_an_omitted_cause_misses_the_truth_on_the_additive_scale():
    found = combination(
        cell_means(draw_from(log_linear, 2, 24_000)(5, np.log(1.6)), **(NAMES | {"continuous": []})), CONTRAST
    )
    assert found.low > 0.05


def test_an_empty_cell_and_a_separated_one_are_refused():
    cohort = draw_from(log_linear, 1, 2_000)(1, 0.0)
    with pytest.raises(CvcError, match="four cells"):
        cell_means(cohort[cohort["q"] * cohort["s"] == 0], **NAMES)
    nothing = cohort.assign(y=cohort["y"] * (1 - cohort["q"] * cohort["s"]))
    with pytest.raises(CvcError, match="commonest"):
        cell_means(nothing, **NAMES)


def spoken(result, language):
    """Every text that a finding must have, whatever its kind."""
    texts = result.texts(language)
    return all(texts[name] for name in ("kind", "title", "unit", "sentence", "limit", "reading", "method"))


def insurer_rows(seed=1, n=24_000, both=MULTIPLY):
    """Rows as the query gives them, complex products from the multiplying design, simple ones from the adding one."""
    parts = []
    for is_complex, form, extra in ((True, log_linear, both), (False, linear, 0.0)):
        cohort = draw_from(form, 7, n)(seed, extra)
        columns = {"is_complex": is_complex, "is_converted": cohort["y"] > 0, "used_before": cohort["s"] > 0}
        bands = {"wealth_band": np.clip(np.rint(cohort["z"]), -2, 2) + 3, "need_score": (cohort["z"] + 2) / 4}
        money = {"service_cost_yuan": np.where(cohort["s"] > 0, 200.0, np.nan), "contribution_yuan": 6_000.0}
        parts.append(pd.DataFrame(columns | bands | money | {"team_score": 0.2 + 0.6 * cohort["q"]}))
    rows = pd.concat(parts, ignore_index=True)
    fixed = {"tenure_years": 3.0, "branch_id": "8631", "is_assessed_late": False, "used_ever": rows["used_before"]}
    numbers = {"quote_id": [f"Q{i}" for i in range(len(rows))], "agent_id": [f"A{i % 3000}" for i in range(len(rows))]}
    return rows.assign(**fixed, **numbers)


@pytest.fixture(scope="module")
def rows():
    return insurer_rows()


def answered(rows, rung="best", **given):
    prepared = model.quotes(rows, skilled_from=0.5, **given)
    asked = {"worth_ratio": 1.1, "margin_per_100": 3.0, "contribution_yuan_per_sale": 0.0}
    return prepared, model.answers(prepared, rung=rung, **asked)


def test_complex_multiplies_and_simple_adds(rows):
    _, found = answered(rows)
    assert found.multiply.reading == "holds"
    assert found.simple.reading == "holds"
    assert [one.reading for one in found.found] == ["multiply", "add"]
    assert found.gain.reading == "fund"
    assert found.gain.worth == pytest.approx(100 * 200 / 6_000)
    assert found.multiply.on_the_slide > found.multiply.high


def test_nothing_multiplied_is_not_funded():
    _, found = answered(insurer_rows(both=0.0))
    assert found.found[0].reading != "multiply"
    assert found.multiply.reading != "holds"
    assert found.contrast.reading != "holds"


def test_a_withheld_confounder_fires_the_warning(rows):
    _, found = answered(rows, withhold="wealth_band,need_score")
    for finding in (found.gain, found.multiply, found.contrast, found.simple):
        assert finding.reading == "cannot_tell"
        assert finding.reason == "check_essential"


def test_each_finding_speaks_both_languages(rows):
    prepared, found = answered(rows)
    claim = costs.claim_cost(prepared, found.found, rung="best", worth=1.0)
    halves = clv_cohort(1, 0.8755)
    points = [lifetime_value.value_points(one.sums.sum(axis=0), discount=0.95) for one in halves]
    again = [lifetime_value.resampled(one, draws=50, seed=1) for one in halves]
    drawn = [lifetime_value.value_points(sums, discount=0.95) for sums in again]
    table = lifetime_value.points_table(points, drawn)
    assert table["share"].sum() == pytest.approx(1, abs=1e-9)
    for result in (found.gain, found.multiply, found.contrast, found.simple, claim):
        for language in LANGUAGES:
            assert spoken(result, language)


@pytest.mark.parametrize(("rung", "reason"), [("", "no_quotes"), ("minimum", "no_capability")])
def test_a_lesser_rung_refuses_and_says_what_the_next_buys(rows, rung, reason):
    prepared, found = answered(rows, rung=rung)
    claim = costs.claim_cost(prepared, found.found, rung=rung, worth=1.0)
    later = lifetime_value.values(pd.DataFrame(), rung=rung, discount=0.95)
    assert found.multiply.limit == reason
    results: list[Finding] = [
        found.gain,
        found.multiply,
        found.contrast,
        found.simple,
        claim,
        later.retention_share,
        later.gain,
    ]
    for result in results:
        assert np.isnan(result.like_with_like)
        assert result.is_refused
        for language in LANGUAGES:
            assert spoken(result, language)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quote_id": "Q1"}, "twice"),
        ({"team_score": 1.4}, "team_score"),
        ({"is_assessed_late": True}, "assessed after"),
        ({"is_converted": np.where(np.arange(48_000) % 3 == 0, np.nan, 1.0)}, "fifth"),
    ],
)
def test_bad_input_is_refused(rows, change, message):
    with pytest.raises(CvcError, match=message):
        model.quotes(rows.assign(**change), skilled_from=0.5)


def test_too_few_sales_are_refused(rows):
    _, found = answered(rows.groupby("is_complex").head(300).reset_index(drop=True))
    assert found.multiply.limit == "few_quotes"


def test_halves_that_do_not_differ_have_no_shares():
    half, _ = clv_cohort(1, 0.85)
    frame = lifetimes(half, half)
    found = lifetime_value.values(frame, rung="best", discount=0.95, draws=20)
    assert found.retention_share.limit == "no_change"


def test_unequal_halves_only_describe():
    before, after = clv_cohort(2, 0.8755)
    frame = lifetimes(before, after)
    rich = frame["is_service_driven"]
    frame.loc[rich, "wealth"] = frame.loc[rich, "wealth"] * 1.5
    frame.loc[rich, "wealth_squared"] = frame.loc[rich, "wealth_squared"] * 2.25
    found = lifetime_value.values(frame, rung="best", discount=0.95, draws=20)
    assert found.gain.kind == "measure"
    assert not found.gain.checks[0].passed


def test_a_lifetime_without_later_renewals_and_cost_is_the_slides():
    before, after = clv_cohort(2, 0.8755)
    frame = lifetimes(before, after)
    found = lifetime_value.values(frame, rung="best", discount=0.95, draws=20).gain
    states = withheld.lifetime_gains(frame, found, discount=0.95, draws=20)
    assert list(states) == ["", "cost", "renewals", "cost+renewals"]
    assert states[""].value == pytest.approx(found.like_with_like)
    assert (states[""].low, states[""].high) == pytest.approx((found.low, found.high))
    assert states["cost+renewals"].value == pytest.approx(found.on_the_slide)
    assert states["renewals"].value < states[""].value <= states["cost"].value
    refused = lifetime_value.values(frame, rung="good", discount=0.95, draws=20).gain
    assert withheld.lifetime_gains(frame, refused, discount=0.95) == {}


def lifetimes(before, after):
    parts = []
    for driven, half in ((False, before), (True, after)):
        agents, years, _ = half.sums.shape
        index = pd.MultiIndex.from_product([range(agents), range(1, years + 1)], names=["agent_id", "policy_year"])
        frame = pd.DataFrame(half.sums.reshape(agents * years, -1), index, lifetime_value.SUMS).reset_index()
        n = frame["customers"]
        wealth = {"wealth": 3 * n, "wealth_squared": 10 * n, "wealth_known": n}
        parts.append(frame.assign(is_service_driven=driven, **wealth))
    return pd.concat(parts, ignore_index=True)


def test_the_insurers_planted_values_are_those_of_the_design():
    values = planted.planted()
    assert values["service_model.clv_retention_share"] == pytest.approx(share_truth(0.8755), abs=1e-12)
    assert values["service_model.clv_retention_share"] == pytest.approx(0.423, abs=0.0005)
    assert values["service_model.multiply"] == pytest.approx(1.6)
    assert values["service_model.simple"] == 0


def test_risk_ratios_give_the_excess_that_the_means_give():
    found = from_means(cell_means(draw_from(log_linear, 3, 24_000)(2, np.log(1.6)), **NAMES))
    # 1.3 * 1.2 * 1.6 - 1.3 - 1.2 + 1, constant over z
    assert found.reri.low < 0.996 < found.reri.high


@pytest.mark.parametrize(("share", "reading"), [(0.03, "fund"), (0.2, "cannot_tell"), (1.0, "cannot_tell")])
def test_holes_in_wealth_inform_or_hold_the_decision_back_and_never_stop_the_run(rows, share, reading):
    holed = rows.assign(wealth_band=rows["wealth_band"].mask(np.arange(len(rows)) % 100 < 100 * share))
    gain = answered(holed)[1].gain
    check = next(one for one in gain.checks if one.key == "missing")
    assert gain.reading == reading
    assert (check.passed, check.weight) == (False, "note" if share < 0.05 else "sensitivity")
    assert check.value == pytest.approx(share, abs=1e-3)


def test_cells_too_sparse_to_be_made_alike_are_refused_and_never_stop_the_run(rows):
    lone = rows["used_before"] & (rows["team_score"] > 0.5) & (rows.index % 400 == 0)
    moved = rows.assign(branch_id=rows["branch_id"].where(~lone, "8632"), is_converted=rows["is_converted"] | lone)
    found = answered(moved)[1]
    assert {one.limit for one in (found.gain, found.multiply, found.contrast, found.simple)} == {"sparse"}
    assert found.grid.empty


def tied_half(tie, n=200_000, years=8):
    """A cohort in which those who stay pay more, its lifetime value, and mean payment times mean lifetime."""
    rng = np.random.default_rng(1)
    leaves = rng.beta(*beta_parameters(0.85), n)
    pays = np.exp(-tie * (leaves - leaves.mean()) / leaves.std())
    pays = 800 * pays / pays.mean()
    years_kept, sums = rng.geometric(leaves), np.zeros((1, years, len(lifetime_value.SUMS)))
    for year in range(years):
        there, kept = years_kept >= max(year, 1), years_kept > year
        columns = (there, there, kept, pays * kept, 0.25 * pays * kept, 60 * kept, 90 * kept)
        sums[0, year] = [column.sum() for column in columns]
    value = float(1.25 * np.mean(pays / (1 - 0.95 * (1 - leaves))))
    return lifetime_value.Cohort(sums, np.ones(3)), value, float(1.25 * 800 * np.mean(1 / (1 - 0.95 * (1 - leaves))))


def test_payment_tied_to_staying_is_seen_and_a_product_of_means_is_worse():
    found = {}
    for tie in (0.0, 0.6):
        half, value, of_means = tied_half(tie)
        ours = lifetime_value.value_points(half.sums.sum(axis=0), discount=0.95).factors.prod()
        found[tie] = (ours / value - 1, of_means / value - 1, lifetime_value.payment_trend((half, half)))
    ours, of_means, trend = found[0.0]
    assert (ours, of_means, trend) == pytest.approx((0, 0, 0), abs=0.02)
    ours, of_means, trend = found[0.6]
    assert of_means < -0.2  # mean payment times mean lifetime
    assert -0.12 < ours < -0.05  # paid per year in force: nearer, and short by the years not seen
    assert trend > lifetime_value.WORST_TREND
