"""rnnlab._door: what passes, what is refused in which words, and what a reader sees of it."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest
import tensorflow as tf

import rnnlab
from rnnlab._door import takes, takes_tensors


@takes(
    inputs="[batch, time, 1]",
    season="count >= 2 and <= time",
    level="number > 0 and < 1",
    more="any [batch, ...] or None",
    align=("start", "end"),
)
def function(inputs, season=2, level=0.5, more=None, *, align="start"):
    """Say what came in."""
    return inputs, season, level, more, align


def test_the_body_gets_float64_and_what_else_it_wants_as_it_is():
    half = np.float32([[0.5], [np.nan]])
    inputs, *others = function([[[1], [2]], [[3], [4]]], more=half, align="end")
    assert inputs.dtype == np.float64
    assert inputs.shape == (2, 2, 1)
    assert others[2] is half
    assert others[3] == "end"
    assert function(np.ones((2, 3, 1)), np.int64(3), np.float32(0.25))[1:3] == (3, 0.25)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"inputs": "text"}, TypeError, "inputs must be an array of numbers, not of <U4"),
        ({"inputs": np.ones((2, 3, 1), bool)}, TypeError, "inputs must be .* not of bool"),
        ({"inputs": np.ones((2, 3))}, ValueError, r"\[batch, time, 1\], not \[2, 3\]"),
        ({"inputs": np.ones((2, 3, 2))}, ValueError, r"\[batch, time, 1\], not \[2, 3, 2\]"),
        ({"inputs": np.ones((2, 0, 1))}, ValueError, "inputs must not be empty"),
        ({"inputs": np.ma.masked_less([[[0], [1]]], 1)}, ValueError, "must not hold masked values"),
        ({"season": 1}, ValueError, "season must be at least 2, not 1"),
        ({"season": 4}, ValueError, "season must be at most time = 3, not 4"),
        ({"season": True}, TypeError, "season must be an integer, not True"),
        ({"season": 2.0}, TypeError, "season must be an integer, not 2.0"),
        ({"season": "2"}, TypeError, "season must be an integer, not '2'"),
        ({"season": None}, TypeError, "season must be an integer, not None"),
        ({"level": 0}, ValueError, "level must be above 0, not 0"),
        ({"level": np.nan}, ValueError, "level must be finite, not nan"),
        ({"level": np.True_}, TypeError, "level must be a number, not np.True_"),
        ({"level": 1j}, TypeError, "level must be a number, not 1j"),
        ({"more": np.ones((3, 1))}, ValueError, "with batch = 2 as in inputs, not .3, 1."),
        ({"more": 5}, ValueError, r"more must have the shape \[batch, ...\], not \[\]"),
        ({"align": "left"}, ValueError, "align must be 'start' or 'end', not 'left'"),
        ({"align": 1}, TypeError, "align must be 'start' or 'end', not 1"),
    ],
)
def test_what_does_not_fit_is_named_with_what_came_and_what_is_wanted(arguments, error, message):
    with pytest.raises(error, match=message):
        function(**({"inputs": np.ones((2, 3, 1))} | arguments))


def test_missing_and_unknown_arguments_are_told_by_name():
    with pytest.raises(TypeError, match="missing a required argument: 'inputs'"):
        function()
    with pytest.raises(TypeError, match=r"missing a required argument|unexpected keyword"):
        function(inptus=1)


def test_name_docstring_and_signature_stay_those_of_the_function():
    assert function.__name__ == "function"
    assert function.__doc__ == "Say what came in."
    assert str(inspect.signature(function)) == (
        "(inputs, season=2, level=0.5, more=None, *, align='start')"
    )


def test_a_generator_is_checked_when_it_is_called_and_not_when_it_is_read():
    @takes(n="count")
    def counted(n):
        yield from range(n)

    assert list(counted(3)) == [0, 1, 2]
    with pytest.raises(ValueError, match="n must be at least 1"):
        counted(0)


def test_tensors_are_of_one_dtype_and_none_becomes_zeros():
    @takes_tensors(
        x="[batch, features]", flat=(0, 1), b="[features] if flat else [2, features] or zeros"
    )
    def tensors(x, b, flat=1):
        return x, b

    x, b = tensors([[1, 2]], np.float64([3, 4]))
    assert x.dtype == b.dtype == tf.float64
    assert tensors(np.float32([[1, 2]]), None, flat=0)[1].numpy().tolist() == [[0, 0], [0, 0]]
    with pytest.raises(TypeError, match="b must have dtype float32, not int64"):
        tensors(np.float32([[1, 2]]), np.array([1, 2]))


def test_tensors_whose_sizes_show_when_they_run_are_checked_then():
    @takes_tensors(x="[batch, features]", y="[batch, features] or zeros")
    def total(x, y):
        return x + y

    run = tf.function(total, [tf.TensorSpec([None, 2]), tf.TensorSpec(None)])
    assert run(np.ones((3, 2), np.float32), np.ones((3, 2), np.float32)).shape == (3, 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="compatible"):
        run(np.ones((3, 2), np.float32), np.ones((3, 1), np.float32))


def test_no_private_name_occurs_in_two_modules_that_are_copied_from():
    owners = {}
    for module in pkgutil.walk_packages(rnnlab.__path__, "rnnlab."):
        if module.name.startswith("rnnlab._"):
            continue
        for name, thing in vars(importlib.import_module(module.name)).items():
            private = name.startswith("_") and not name.startswith("__")
            if private and getattr(thing, "__module__", module.name) == module.name:
                owners.setdefault(name, []).append(module.name)
    assert {name: where for name, where in owners.items() if len(where) > 1} == {}
