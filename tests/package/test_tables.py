"""rnnlab.tables against tables written out by hand."""

import numpy as np
import pytest
import tensorflow as tf
from markdown_it import MarkdownIt

from rnnlab.tables import Table


def test_a_page_sees_markdown_with_numbers_aligned_right():
    table = Table({"who": ["Y0", "Y1"], "value": [1.5, -20.25]}, {"value": ".3f"})
    assert table._repr_markdown_().splitlines() == [
        "| who | value |",
        "| :--- | ---: |",
        "| Y0 | 1.500 |",
        "| Y1 | -20.250 |",
    ]


def test_a_terminal_sees_aligned_text():
    table = Table({"who": ["Y0", "printed"], "value": [1.5, -20.25]}, {"value": ".3f"})
    assert str(table).splitlines() == [
        "    who   value",
        "     Y0   1.500",
        "printed -20.250",
    ]
    assert repr(table) == str(table)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2.4e-7, "0.00000024"),
        (np.float32(0.1), "0.1"),
        (1e20, "100000000000000000000"),
        (3, "3"),
        (np.int64(-4), "-4"),
        (0.25, "0.25"),
        (7.0, "7"),
        (-0.0, "0"),
        (np.float32(-0.0), "0"),
    ],
)
def test_numbers_without_a_format_are_shown_whole_and_without_an_exponent(value, shown):
    assert str(Table({"n": [value]})).splitlines()[-1].strip() == shown


def test_arrays_and_tensors_are_columns_too():
    table = Table({"a": np.float32([0.1, 2]), "b": tf.constant([3, 4])}, {"a": ".2f"})
    assert [line.split() for line in str(table).splitlines()[1:]] == [["0.10", "3"], ["2.00", "4"]]


def test_a_negative_number_that_is_rounded_to_zero_loses_its_sign():
    table = Table({"n": [-0.001, -0.01, 0.0]}, {"n": ".2f"})
    assert str(table).split()[1:] == ["0.00", "-0.01", "0.00"]
    assert str(Table({"n": [-0.001]}, {"n": "8,.2f"})).split()[1:] == ["0.00"]
    assert str(Table({"n": ["-", "--"]})).split()[1:] == ["-", "--"]


def test_a_bar_in_the_text_does_not_break_the_markdown():
    html = MarkdownIt().enable("table").render(Table({"|x|": ["a|b"]})._repr_markdown_())
    assert '<th style="text-align:left">|x|</th>' in html
    assert '<td style="text-align:left">a|b</td>' in html


@pytest.mark.parametrize(
    ("columns", "formats", "error", "message"),
    [
        ({}, {}, ValueError, "columns must hold at least one column; got none"),
        ({"a": [1], "b": [1, 2]}, {}, ValueError, "one length; got {'a': 1, 'b': 2}"),
        ({"a": [1]}, {"b": ".1f"}, ValueError, r"formats must name columns, \['a'\]; got \['b'\]"),
        ({"a": [1.0]}, {"a": ".2e"}, ValueError, "decimal, such as '.4f'; got '.2e' for 'a'"),
        ({"a": ["x"]}, {"a": ".2f"}, ValueError, "'.2f' does not fit 'x' in 'a'"),
        ({"a": [None]}, {"a": ".2f"}, ValueError, "'.2f' does not fit None in 'a'"),
        ({"a": "text"}, {}, TypeError, "column 'a' must be a sequence of values; got 'text'"),
        ({"a": 3.0}, {}, TypeError, "column 'a' must be a sequence of values; got 3.0"),
        ({"a": np.zeros((2, 2))}, {}, TypeError, "column 'a' must have one dimension; got 2"),
    ],
)
def test_columns_and_formats_that_do_not_fit_are_refused(columns, formats, error, message):
    with pytest.raises(error, match=message):
        Table(columns, formats)
