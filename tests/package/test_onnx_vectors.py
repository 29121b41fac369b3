"""The cells against the test vectors that the ONNX standard publishes for its RNN, LSTM, GRU."""

import warnings

import numpy as np
import pytest
from onnx.backend.test.loader import load_model_tests
from onnx.helper import get_attribute_value

from rnnlab.cells import gru, lstm, simple_rnn

# ONNX stacks an LSTM's gates as input, output, forget, cell; Keras as input, forget, cell, output.
# The other two orders agree: one block for the RNN; update, reset, candidate for the GRU.
BLOCKS = {"RNN": [0], "LSTM": [0, 2, 3, 1], "GRU": [0, 1, 2]}
# Peepholes let the gates see the cell state through weights (input P) that Keras's LSTM, and so
# ours, does not have.
OUT_OF_REACH = {"test_lstm_with_peepholes"}


def published_cases():
    with warnings.catch_warnings():
        # Loading makes the vectors of every operator anew, and some of those overflow on purpose.
        warnings.simplefilter("ignore")
        cases = load_model_tests(kind="node")
    single = [case for case in cases if case.model and len(case.model.graph.node) == 1]
    return {case.name: case for case in single if case.model.graph.node[0].op_type in BLOCKS}


CASES = published_cases()


def in_keras_layout(matrix, blocks):
    """Turn [blocks * units, columns], stacked as in ONNX, to [columns, blocks * units]."""
    stacked = np.split(np.asarray(matrix), len(blocks))
    return np.concatenate([stacked[block] for block in blocks]).T


def run_one_direction(op_type, inputs, weights, recurrent_weights, biases, backwards):
    """Outputs in the order of time and the final hidden state, and an LSTM's final cell state."""
    blocks = BLOCKS[op_type]
    kernel = in_keras_layout(weights, blocks)
    recurrent_kernel = in_keras_layout(recurrent_weights, blocks)
    # ONNX has two biases in every cell. Where both are added at the same place, they add up.
    bias = in_keras_layout(np.add(*np.split(biases, 2)), blocks)
    if op_type == "LSTM":
        outputs, final = lstm(inputs, kernel, recurrent_kernel, bias, go_backwards=backwards)
    else:
        settings = {"reset_after": False} if op_type == "GRU" else {}
        cell = gru if op_type == "GRU" else simple_rnn
        outputs, state = cell(
            inputs, kernel, recurrent_kernel, bias, go_backwards=backwards, **settings
        )
        final = (state,)
    return [outputs[:, ::-1] if backwards else outputs, *final]


def run(case):
    """Run a published case through our cells and return its outputs as ONNX lays them out."""
    (node,) = case.model.graph.node
    attributes = {item.name: get_attribute_value(item) for item in node.attribute}
    ((arrays, _),) = case.data_sets
    given = dict(zip(node.input, arrays, strict=True))
    batch_first = attributes.get("layout", 0) == 1
    inputs = given["X"] if batch_first else np.swapaxes(given["X"], 0, 1)
    backwards = {b"forward": [False], b"reverse": [True], b"bidirectional": [False, True]}
    no_bias = np.zeros((len(given["W"]), 2 * given["W"].shape[1]), np.float32)
    results = [
        run_one_direction(node.op_type, inputs, *weights, back)
        for *weights, back in zip(
            given["W"],
            given["R"],
            given.get("B", no_bias),
            backwards[attributes.get("direction", b"forward")],
            strict=True,
        )
    ]
    outputs, *states = [np.stack(parts) for parts in zip(*results, strict=True)]
    # From [direction, batch, time, units] and [direction, batch, units].
    y = outputs.transpose((1, 2, 0, 3) if batch_first else (2, 0, 1, 3))
    finals = [state.swapaxes(0, 1) if batch_first else state for state in states]
    computed = dict(zip(["Y", "Y_h", "Y_c"], [y, *finals], strict=False))
    return [computed[name] for name in node.output if name]


@pytest.mark.parametrize("name", sorted(CASES.keys() - OUT_OF_REACH))
def test_a_published_vector_comes_out(name):
    case = CASES[name]
    ((_, expected),) = case.data_sets
    for got, want in zip(run(case), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-6)


def test_every_published_case_is_met_but_the_one_with_peepholes():
    assert len(CASES) == 18
    assert len(CASES.keys() - OUT_OF_REACH) == 17
    (node,) = CASES["test_lstm_with_peepholes"].model.graph.node
    assert "P" in node.input
