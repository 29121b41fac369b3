"""rnnlab.series: against the lab's code written out, and cases counted by hand."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import _csv
from rnnlab.lab2019 import next_batch, time_series
from rnnlab.series import read_csv
from rnnlab.windows import shuffled_batches, split, windows


def test_the_series_is_the_lab_s():
    for t in (0.0, 1.0, 12.2, 30.0):
        assert time_series(t) == pytest.approx(t * math.sin(t) / 3 + 2 * math.sin(5 * t), abs=1e-12)


def test_the_legacy_generator_draws_the_lab_s_batches_one_after_the_other():
    np_random = np.random.RandomState(42)
    rng = np.random.RandomState(42)
    for _ in range(3):
        # The lab's own lines.
        t0 = np_random.rand(50, 1) * (30 - 0 - 20 * 0.1)
        Ts = t0 + np.arange(0.0, 21) * 0.1  # noqa: N806
        ys = Ts * np.sin(Ts) / 3 + 2 * np.sin(Ts * 5)
        inputs, targets = next_batch(50, 20, rng)
        np.testing.assert_array_equal(inputs, ys[:, :-1].reshape(-1, 20, 1))
        np.testing.assert_array_equal(targets, ys[:, 1:].reshape(-1, 20, 1))


def test_targets_are_the_inputs_one_step_later():
    inputs, targets = next_batch(7, 5, np.random.default_rng(0))
    assert inputs.shape == targets.shape == (7, 5, 1)
    np.testing.assert_array_equal(inputs[:, 1:], targets[:, :-1])


def test_windows_lie_between_t_min_and_t_max():
    class Ends(np.random.RandomState):
        """Draws the least and the greatest number there is below 1."""

        def random(self, size):
            return np.linspace(0.0, np.nextafter(1.0, 0.0), np.prod(size)).reshape(size)

    inputs, targets = next_batch(2, 10, Ends(), t_min=20.0, t_max=24.0, resolution=0.2)
    assert inputs[0, 0, 0] == time_series(20.0)
    assert targets[1, -1, 0] == pytest.approx(time_series(24.0))


def test_equal_seeds_draw_equal_batches():
    one, other = (next_batch(3, 4, np.random.default_rng(5))[0] for _ in range(2))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, not 0"),
        ({"n_steps": -1}, ValueError, "n_steps must be at least 1, not -1"),
        ({"n_steps": 2.0}, TypeError, "n_steps must be an integer, not 2.0"),
        ({"n_steps": 301}, ValueError, "n_steps=301 .* must fit between"),
        ({"batch_size": True}, TypeError, "batch_size must be an integer"),
        ({"rng": 42}, TypeError, "rng must be a NumPy Generator or RandomState, not 42"),
        ({"resolution": 0.0}, ValueError, "resolution must be a positive number"),
        ({"t_max": math.inf}, ValueError, "must fit between t_min=0.0 and t_max=inf"),
    ],
)
def test_a_batch_that_cannot_be_drawn_is_refused(change, error, message):
    arguments = {"batch_size": 2, "n_steps": 20, "rng": np.random.default_rng(0)} | change
    with pytest.raises(error, match=message):
        next_batch(**arguments)


def test_windows_of_a_short_series_are_those_one_can_count():
    inputs, targets = windows([1, 2, 3, 4, 5], 3)
    assert inputs[..., 0].tolist() == [[1, 2, 3], [2, 3, 4]]
    assert targets[..., 0].tolist() == [[2, 3, 4], [3, 4, 5]]


def test_windows_of_two_features_keep_them_apart():
    inputs, targets = windows([[1, 10], [2, 20], [3, 30]], 2)
    assert inputs.tolist() == [[[1, 10], [2, 20]]]
    assert targets.tolist() == [[[2, 20], [3, 30]]]


@pytest.mark.parametrize(
    ("values", "n_steps", "error", "message"),
    [
        ([1.0, 2.0], 2, ValueError, "longer than n_steps=2, .* not 2 long"),
        ([], 1, ValueError, "must not be empty"),
        ([1.0, math.nan, 2.0], 1, ValueError, r"must be finite .* index \[1\]"),
        (["a", "b"], 1, TypeError, "must be an array of numbers"),
        ([[[1.0]]], 1, ValueError, r"\[time\] or \[time, features\], not \[1, 1, 1\]"),
        ([[1.0], [1.0, 2.0]], 1, ValueError, "rows of one length"),
        ([1.0, 2.0], 0, ValueError, "n_steps must be at least 1"),
    ],
)
def test_a_series_without_windows_is_refused(values, n_steps, error, message):
    with pytest.raises(error, match=message):
        windows(values, n_steps)


def test_a_split_keeps_the_order_and_every_value():
    parts = split(np.arange(10), 0.6, 0.2)
    assert [part.tolist() for part in parts] == [[0, 1, 2, 3, 4, 5], [6, 7], [8, 9]]
    assert split([[1, 2], [3, 4]], 0.5)[1].tolist() == [[3, 4]]


@pytest.mark.parametrize("shares", [(), (0.5, 0.5), (1.0,), (-0.1,), (0.01,)])
def test_a_split_that_leaves_a_part_empty_is_refused(shares):
    with pytest.raises(ValueError, match="shares"):
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
    with pytest.raises(ValueError, match="as many as inputs, 4, not 3"):
        shuffled_batches(data, data[:3], 2, rng)
    with pytest.raises(ValueError, match="at most the 4 windows, not 5"):
        shuffled_batches(data, data, 5, rng)
    with pytest.raises(TypeError, match="rng"):
        shuffled_batches(data, data, 2, 7)


@pytest.fixture
def csv_file(tmp_path):
    def written(content):
        path = tmp_path / "series.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def test_a_column_is_read_by_its_name(csv_file):
    path = csv_file('\ufeffday,"sold, in all", left\n1,2.5,-3\n\n2, 1e3 ,+.5\n')
    assert read_csv(path, "sold, in all").tolist() == [2.5, 1000.0]
    assert read_csv(path, ["left", "day"]).tolist() == [[-3.0, 1.0], [0.5, 2.0]]


def test_another_delimiter_can_be_named(csv_file):
    assert read_csv(csv_file("a;b\n1;2\n"), "b", delimiter=";").tolist() == [2.0]


def test_gaps_are_refused_by_row_and_column_unless_they_are_to_be_filled(csv_file):
    path = csv_file("day,sold\n1,10\n2,\n3,NaN\n4,40\n")
    with pytest.raises(ValueError, match="'sold' must have no gap, but has 2, the first in row 3"):
        read_csv(path, "sold")
    assert read_csv(path, "sold", gaps="interpolate").tolist() == [10, 20, 30, 40]


def test_an_empty_line_in_a_single_column_is_a_gap(csv_file):
    path = csv_file("sold\n1\n\n3\n\n\n")
    assert read_csv(path, "sold", gaps="interpolate").tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("day,sold\n1,2\n2,many\n", "row 3, column 'sold' must be a number, not 'many'"),
        ("sold\n1_000\n", "row 2, column 'sold' must be a number, not '1_000'"),
        ("sold\n٣\n", "row 2, column 'sold' must be a number"),
        ("sold\n1e999\n", "row 2, column 'sold' must be a finite number"),
        ("sold\n-inf\n", "row 2, column 'sold' must be a number, not '-inf'"),
        ("day,sold\n1,2,3\n", "row 2 must have 2 fields like the header, not 3"),
        ("day,bought\n1,2\n", r"one column 'sold'; its columns are \['day', 'bought'\]"),
        ("sold,sold\n1,2\n", "one column 'sold'"),
        ("sold\n", "a header and at least one row"),
        ("", "a header and at least one row"),
        ('sold\n"1\n', "line 2 is no CSV"),
        (b"sold\n\xff\n", "must be UTF-8 text"),
        ("sold\n" + "1" * 200_000, "is no CSV: field larger"),
    ],
)
def test_a_file_that_holds_something_else_is_refused_with_its_place(csv_file, content, message):
    with pytest.raises(ValueError, match=message):
        read_csv(csv_file(content), "sold")


@pytest.mark.parametrize(("content", "place"), [("a\nNA\n1\n", "start"), ("a,b\n1,1\n,2", "end")])
def test_a_gap_with_no_value_on_one_side_is_not_filled(csv_file, content, place):
    with pytest.raises(ValueError, match=f"column 'a' has a gap at its {place}"):
        read_csv(csv_file(content), "a", gaps="interpolate")


def test_a_file_too_large_is_not_read(csv_file, monkeypatch):
    monkeypatch.setattr(_csv, "LARGEST_FILE", 10)
    assert read_csv(csv_file("a\n1\n2\n3\n4\n"), "a").tolist() == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="at most 10 bytes"):
        read_csv(csv_file("a\n1\n2\n3\n4\n5\n"), "a")


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_csv(tmp_path / "none.csv", "a")
    with pytest.raises(ValueError, match="path must be a file"):
        read_csv(tmp_path, "a")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"columns": []}, TypeError),
        ({"columns": [1]}, TypeError),
        ({"columns": "a", "gaps": "drop"}, ValueError),
        ({"columns": "a", "delimiter": ""}, ValueError),
        ({"columns": "a", "delimiter": "\n"}, ValueError),
    ],
)
def test_arguments_that_make_no_sense_are_refused(csv_file, arguments, error):
    with pytest.raises(error, match=r"columns|gaps|delimiter"):
        read_csv(csv_file("a\n1\n"), **arguments)


@given(content=st.one_of(st.binary(), st.text("a,;\"'\n\r\t 019.-+eENn\x00\ufeff").map(str.encode)))
def test_any_bytes_are_read_or_refused(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("fuzz") / "series.csv"
    path.write_bytes(b"a\n" + content)
    for gaps in ("error", "interpolate"):
        try:
            values = read_csv(path, "a", gaps=gaps)
        except ValueError:
            continue
        assert values.ndim == 1
        assert np.isfinite(values).all()


@given(
    rows=st.lists(
        st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=2),
        min_size=1,
    )
)
def test_numbers_written_by_python_come_back_as_they_were(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "series.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["a", "b"], *rows])
    np.testing.assert_array_equal(read_csv(path, ["a", "b"]), rows)
