"""rnnlab.windows against the book's own loop and cases counted by hand."""

import math

import keras
import numpy as np
import pytest

from rnnlab.windows import shuffled_batches, split, windows


def test_windows_of_a_short_series_are_those_one_can_count():
    inputs, targets = windows([1, 2, 3, 4, 5], 3)
    assert inputs[..., 0].tolist() == [[1, 2, 3], [2, 3, 4]]
    assert targets[..., 0].tolist() == [[2, 3, 4], [3, 4, 5]]


def test_windows_of_two_features_keep_them_apart():
    inputs, targets = windows([[1, 10], [2, 20], [3, 30]], 2)
    assert inputs.tolist() == [[[1, 10], [2, 20]]]
    assert targets.tolist() == [[[2, 20], [3, 30]]]


def test_windows_ahead_by_hand():
    x, y = windows([1, 2, 3, 4, 5, 6], 3, 2)
    assert x[..., 0].tolist() == [[1, 2, 3], [2, 3, 4]]
    assert y[..., 0].tolist() == [[4, 5], [5, 6]]
    x[:] = 0
    assert y.sum() == 20  # neither is a view of the other


def test_targets_at_each_step_by_hand():
    x, y = windows([[[1], [2], [3], [4]], [[5], [6], [7], [8]]], 2, 2, at_each_step=True)
    assert x[..., 0].tolist() == [[1, 2], [5, 6]]
    assert y.tolist() == [[[2, 3], [3, 4]], [[6, 7], [7, 8]]]


def test_targets_at_each_step_are_those_that_a_loop_over_the_horizon_fills_in():
    series = np.random.default_rng(0).normal(size=(3, 17, 1))
    x, y = windows(series, 11, 6, at_each_step=True)
    filled = np.empty((3, 11, 6))
    for ahead in range(1, 7):
        filled[..., ahead - 1] = series[:, ahead : ahead + 11, 0]
    np.testing.assert_array_equal(y, filled)
    np.testing.assert_array_equal(x, series[:, :11])
    x[:] = 0
    y[:] = 0
    assert np.all(series != 0)  # neither is a view of the series


def test_every_series_is_cut_on_its_own_and_features_stand_side_by_side():
    x, y = windows([[[1, 10], [2, 20], [3, 30], [4, 40]]] * 2, 1, 2, at_each_step=True)
    assert x.tolist() == [[[1, 10]], [[2, 20]]] * 2
    assert y.tolist() == [[[2, 20, 3, 30]], [[3, 30, 4, 40]]] * 2
    x, y = windows([[[1], [2], [3]], [[7], [8], [9]]], 1, 2)
    assert x.ravel().tolist() == [1, 7]
    assert y[..., 0].tolist() == [[2, 3], [8, 9]]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1.0, 2.0], 2), ValueError, "values must have at least 3 steps for n_steps=2, horizon=1"),
        (([], 1), ValueError, "must not be empty"),
        (([1.0, math.nan, 2.0], 1), ValueError, r"must be finite .* index \[1\]"),
        ((["a", "b"], 1), TypeError, "must be an array of numbers"),
        (([[[[1.0]]]], 1), ValueError, r"\[batch, time, features\], not \[1, 1, 1, 1\]"),
        (([[1.0], [1.0, 2.0]], 1), ValueError, "rows of one length"),
        (([1.0, 2.0], 0), ValueError, "n_steps must be at least 1"),
        (
            (np.arange(5.0), 3, 3),
            ValueError,
            "at least 6 steps for n_steps=3, .*not 5",
        ),
        ((np.arange(5.0), 3, -1), ValueError, "horizon must be at least 0"),
        ((np.arange(5.0), 3, 1.5), TypeError, "horizon must be an integer"),
        ((np.arange(5.0), 3, True), TypeError, "horizon must be an integer"),
    ],
)
def test_a_series_without_windows_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        windows(*arguments)


def test_the_longest_horizon_ends_with_the_data():
    assert len(windows(np.arange(5.0), 3, 2)[0]) == 1


def test_a_split_keeps_the_order_and_every_value():
    parts = split(np.arange(10), 0.6, 0.2)
    assert [part.tolist() for part in parts] == [[0, 1, 2, 3, 4, 5], [6, 7], [8, 9]]
    assert split([[1, 2], [3, 4]], 0.5)[1].tolist() == [[3, 4]]


@pytest.mark.parametrize("shares", [(), (0.5, 0.5), (1.0,), (-0.1,), (0.01,)])
def test_a_split_that_leaves_a_part_empty_is_refused(shares):
    with pytest.raises(ValueError, match="shares"):
        split(np.arange(10), *shares)


@pytest.mark.parametrize("shares", [("a",), (True,)])
def test_shares_that_are_no_numbers_are_refused(shares):
    with pytest.raises(TypeError, match="shares must be an array of numbers"):
        split(np.arange(10), *shares)


def test_shuffled_batches_show_every_window_once_each_time_through_and_in_another_order():
    inputs = np.arange(6.0).reshape(6, 1, 1)
    batches = shuffled_batches(inputs, inputs + 10, 2, np.random.default_rng(0))
    epochs = []
    for _ in range(4):
        drawn = [next(batches) for _ in range(3)]
        for given_inputs, given_targets in drawn:
            np.testing.assert_array_equal(given_inputs + 10, given_targets)
        epochs.append([int(value) for batch, _ in drawn for value in batch.ravel()])
    assert all(sorted(epoch) == list(range(6)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) > 1


def test_shuffled_batches_repeat_from_run_to_run():
    data = np.arange(20.0).reshape(20, 1, 1)
    one, other = (shuffled_batches(data, data, 3, np.random.default_rng(1)) for _ in range(2))
    for _ in range(15):
        np.testing.assert_array_equal(next(one)[0], next(other)[0])


def test_shuffled_batches_refuse_what_cannot_be_paired():
    data, rng = np.zeros((4, 1, 1)), np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"with windows = 4 as in inputs, not \[3, 1, 1\]"):
        shuffled_batches(data, data[:3], 2, rng)
    with pytest.raises(ValueError, match="at most windows = 4, not 5"):
        shuffled_batches(data, data, 5, rng)
    with pytest.raises(TypeError, match="rng"):
        shuffled_batches(data, data, 2, 7)


def test_shuffled_batches_keep_the_dtype_of_the_windows():
    data = np.zeros((4, 2, 1), np.float32)
    x, y = next(shuffled_batches(data, data.astype(np.int8), 2, np.random.default_rng(0)))
    assert x.dtype == np.float32
    assert y.dtype == np.int8


def test_a_rate_and_a_stride_take_every_other_value_and_window():
    inputs, targets = windows(np.arange(99.0), 50, 0, rate=2)
    assert inputs.shape == (1, 50, 1)
    assert targets.shape == (1, 0, 1)
    assert inputs[0, :, 0].tolist() == list(range(0, 99, 2))
    inputs, targets = windows(np.arange(20.0), 3, 2, rate=2, stride=5)
    assert inputs[..., 0].tolist() == [[0, 2, 4], [5, 7, 9], [10, 12, 14]]
    assert targets[..., 0].tolist() == [[6, 8], [11, 13], [16, 18]]


@pytest.mark.parametrize(("length", "rate", "stride"), [(7, 1, 1), (5, 3, 1), (4, 2, 3)])
def test_rates_and_strides_are_those_of_keras(length, rate, stride):
    series = np.arange(60.0)
    span = (length - 1) * rate + 1
    theirs = keras.utils.timeseries_dataset_from_array(
        series[:-rate], series[span - 1 + rate :], length,
        sequence_stride=stride, sampling_rate=rate, batch_size=100,
    )  # fmt: skip
    [(x, y)] = list(theirs)
    inputs, targets = windows(series, length, 1, rate=rate, stride=stride)
    np.testing.assert_array_equal(inputs[..., 0], x)
    np.testing.assert_array_equal(targets[:, 0, 0], y)


def test_what_is_known_ahead_stands_beside_the_step_before():
    values, known = np.arange(6.0), 10 * np.arange(6.0)[:, np.newaxis]
    inputs, targets = windows(values, 2, known=known)
    assert inputs.tolist() == [[[i, 10 * i + 10], [i + 1, 10 * i + 20]] for i in range(4)]
    assert targets[..., 0].tolist() == [[i + 1, i + 2] for i in range(4)]
    inputs, targets = windows(values, 2, 2, known=known)
    assert inputs[0].tolist() == [[0, 10, 20], [1, 20, 30]]
    assert targets[0, :, 0].tolist() == [2, 3]
    both, _ = windows(np.stack([values, -values])[..., np.newaxis], 2, known=known)
    assert both[4].tolist() == [[0, 10], [-1, 20]]


@pytest.mark.parametrize("rate", [1, 2])
def test_nothing_known_ahead_reaches_beyond_the_targets(rate):
    values, known = np.arange(12.0), np.arange(12.0)[:, np.newaxis]
    inputs, targets = windows(values, 3, 2, known=known, rate=rate)
    np.testing.assert_array_equal(inputs[:, -1, 1:], targets[..., 0])


def test_what_is_known_ahead_must_fit_the_values():
    with pytest.raises(ValueError, match=r"known must have the shape .* with time = 5"):
        windows(np.arange(5.0), 2, known=np.zeros((4, 1)))
    with pytest.raises(ValueError, match="horizon must be at least 1"):
        windows(np.arange(5.0), 2, 0, known=np.zeros((5, 1)))
