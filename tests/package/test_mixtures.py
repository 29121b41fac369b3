"""Mixture densities: against integrals, SciPy, finite differences and frequencies."""

from itertools import pairwise

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, multivariate_normal

from rnnlab.mixtures import density, draw, mixture, mixture_loss


def row(pen=0.0, share=(0.0,), x=(0.0,), y=(0.0,), log_x=(0.0,), log_y=(0.0,), rho=(0.0,)):
    return np.array([pen, *share, *x, *y, *log_x, *log_y, *rho])


ROWS = {
    "one": row(),
    "strongly correlated": row(rho=(4.0,), log_x=(0.5,), log_y=(-0.5,)),
    "strongly correlated the other way": row(rho=(-4.0,)),
    "two, narrow and wide": row(
        0, (1.0, -1.0), (0.5, -1.0), (-0.5, 1.0), (-2.0, 0.3), (-1.5, 0.1), (0.3, -2.0)
    ),
    "three": row(0, (0, 1, 2), (1, 0, -1), (0, 1, 0), (0, -1, 0), (-1, 0, 0), (0.5, 0.0, -0.9)),
}
random_rows = st.lists(st.floats(-1.5, 1.5, width=32), min_size=13, max_size=13).map(np.array)


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("neatness", [0.0, 1.0])
def test_a_density_integrates_to_one(name, neatness):
    axis = np.linspace(-12, 12, 2401)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1)
    total = density(mixture(ROWS[name], neatness), grid).sum() * (axis[1] - axis[0]) ** 2
    assert total == pytest.approx(1, abs=1e-6)


@given(random_rows)
def test_density_and_loss_are_those_of_scipy(outputs):
    of, x = mixture(outputs), np.array([[0.3, -0.7], [2.0, 1.0]])
    wanted = np.zeros(2)
    for weight, mean, (a, b), rho in zip(
        of.weight, of.mean, of.deviation, of.correlation, strict=True
    ):
        spread = [[a * a, rho * a * b], [rho * a * b, b * b]]
        wanted += weight * multivariate_normal(mean, spread).pdf(x)
    np.testing.assert_allclose(density(of, x), wanted, rtol=1e-9)
    for pen in (0, 1):
        points = np.column_stack([x, [pen, pen]])[np.newaxis]
        loss = mixture_loss(points, np.tile(outputs, (1, 2, 1)))[0]
        lifted = np.log(of.pen if pen else 1 - of.pen)
        np.testing.assert_allclose(loss, -np.log(wanted) - lifted, rtol=1e-9, atol=1e-9)


@given(random_rows)
def test_the_gradient_of_the_loss_is_that_of_finite_differences(outputs):
    points = np.array([[[0.3, -0.7, 1.0]]])

    def loss(values):
        return mixture_loss(points, tf.reshape(values, (1, 1, -1)))[0, 0]

    values = tf.constant(outputs, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(values)
        found = loss(values)
    steps = 1e-6 * np.eye(len(outputs))
    measured = [(loss(values + step) - loss(values - step)) / 2e-6 for step in steps]
    scale = 1 + np.abs(measured).max()
    np.testing.assert_allclose(tape.gradient(found, values) / scale, measured / scale, atol=1e-7)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [1.0, 30.0, 1000.0])
def test_loss_and_gradient_stay_finite_where_outputs_and_points_are_extreme(dtype, size):
    rng = np.random.default_rng(0)
    outputs = tf.constant(rng.normal(0, size, (4, 50, 61)), dtype)
    points = rng.normal(0, 1, (4, 50, 3)) * [100, 100, 0] + [0, 0, 1]
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        loss = mixture_loss(points.astype(dtype), outputs)
    assert np.isfinite(loss).all()
    assert np.isfinite(tape.gradient(loss, outputs)).all()
    of = mixture(outputs)
    assert all(np.isfinite(part).all() for part in of)
    assert np.isfinite(draw(of, np.full((4, 50, 4), 0.5))).all()


def test_a_point_far_from_all_gaussians_costs_much_and_not_infinitely_much():
    loss = mixture_loss(np.float32([[[1e3, 0, 0]]]), np.float32([[row(log_x=(-5.0,))]]))
    assert float(loss[0, 0]) == pytest.approx(np.exp(10) * 1e6 / 2, rel=1e-3)


def test_draws_are_as_frequent_as_the_density_says():
    outputs, count, rng = ROWS["three"], 200_000, np.random.default_rng(0)
    outputs = np.r_[-1.0, outputs[1:]]
    numbers = np.column_stack([rng.random(count), rng.normal(size=(count, 2)), rng.random(count)])
    of = mixture(outputs)
    tiled = mixture(np.tile(outputs, (count, 1)))
    found = draw(tiled, numbers)
    edges = np.linspace(-3, 3, 13)
    seen, *_ = np.histogram2d(found[:, 0], found[:, 1], [edges, edges])
    middles = [np.linspace(a, b, 41)[:-1] + (b - a) / 80 for a, b in pairwise(edges)]
    fine = np.concatenate(middles)
    told = density(of, np.stack(np.meshgrid(fine, fine, indexing="ij"), axis=-1))
    told = told.reshape(12, 40, 12, 40).sum(axis=(1, 3)) * (fine[1] - fine[0]) ** 2 * count
    cells = told > 10
    seen = np.append(seen[cells], count - seen[cells].sum())
    told = np.append(told[cells], count - told[cells].sum())
    statistic = np.sum((seen - told) ** 2 / told)
    assert 0.001 < chi2.cdf(statistic, len(told) - 1) < 0.999
    lifted = found[:, 2].sum()
    expected = count / (1 + np.e)
    assert abs(lifted - expected) < 4 * np.sqrt(expected)


def test_neatness_narrows_and_sharpens():
    of, neat = mixture(ROWS["three"]), mixture(ROWS["three"], 1.0)
    np.testing.assert_allclose(neat.deviation, of.deviation / np.e)
    np.testing.assert_allclose(neat.weight, of.weight**2 / np.sum(of.weight**2))
    np.testing.assert_array_equal(neat.correlation, of.correlation)
    assert neat.pen == of.pen


def test_a_draw_by_hand():
    outputs = row(0, (0.0, np.log(3)), (1, 2), (3, 4), (0, np.log(2)), (0, 0), (0, np.inf))
    outputs[-1] = 50  # 0.95 times one
    of = mixture(outputs)
    found = [draw(of, numbers).tolist() for numbers in ([0.24, 1, 1, 0.49], [0.26, 1, 1, 0.51])]
    assert found[0] == [2, 4, 1]
    np.testing.assert_allclose(found[1], [4, 4 + 0.95 + np.sqrt(1 - 0.95**2), 0])


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: mixture(np.zeros(8)), r"outputs must have the shape \[..., 6 \* mixtures \+ 1\]"),
        (lambda: mixture(np.zeros(1)), "outputs must have the shape"),
        (lambda: mixture(np.full(7, np.nan)), "outputs must be finite"),
        (lambda: mixture(np.zeros(7), neatness=-1), "neatness must be at least 0"),
        (lambda: density(mixture(np.zeros(7)), [1.0]), r"x must have the shape \[..., 2\]"),
        (lambda: draw(mixture(np.zeros(7)), [1.0]), "numbers must have the shape"),
        (lambda: mixture_loss(np.zeros((1, 2, 3)), np.zeros((1, 2, 9))), "outputs must have"),
        (lambda: mixture_loss(np.zeros((1, 2, 3)), np.zeros((1, 3, 7))), "time = 2 as in points"),
    ],
)
def test_what_does_not_fit_is_refused(call, problem):
    with pytest.raises(ValueError, match=problem):
        call()
