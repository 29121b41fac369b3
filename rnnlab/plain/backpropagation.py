"""The plain forms of what `rnnlab.backpropagation` has."""

from collections import namedtuple
from dataclasses import make_dataclass

import numpy as np

KEPT = "inputs kernel recurrent_kernel states outputs slopes"
Forward = make_dataclass("Forward", KEPT.split())


def forward(
    inputs, kernel, recurrent_kernel, bias, activation="tanh",
    initial_state=0,
):
    """Run a simple recurrent network; keep what its gradients need."""
    x, w_x, w_h = map(np.asarray, (inputs, kernel, recurrent_kernel))
    function, slope = np.tanh, lambda y: 1 - y**2
    if activation == "relu":
        function, slope = lambda a: np.maximum(a, 0), lambda y: y > 0
    if activation == "linear":
        function, slope = lambda a: a, np.ones_like
    h = [np.full((len(x), len(w_h)), initial_state)]
    for t in range(x.shape[1]):
        a = x[:, t] @ w_x + h[-1] @ w_h
        h.append(function(a if bias is None else a + bias))
    states = np.stack(h, axis=1)
    outputs = states[:, 1:]
    return Forward(x, w_x, w_h, states, outputs, slope(outputs))


def backward(kept, output_gradients, truncate_after=None):
    """Carry the slope of a loss back from the outputs."""
    g, w_h = np.asarray(output_gradients), kept.recurrent_kernel
    errors, returned = np.zeros(g.shape), []
    for t in reversed(range(g.shape[1])):
        arriving = [g[:, t] + sum(returned)]
        if truncate_after:  # what steps send back is kept apart, by age
            arriving = [g[:, t], *returned][:truncate_after]
        by_age = [a * kept.slopes[:, t] for a in arriving]
        errors[:, t] = sum(by_age)
        returned = [error @ w_h.T for error in by_age]
    to_x = np.einsum("bti,btj->ij", kept.inputs, errors)
    to_h = np.einsum("bti,btj->ij", kept.states[:, :-1], errors)
    from_x, bias = errors @ kept.kernel.T, errors.sum((0, 1))
    return Gradients(to_x, to_h, bias, from_x, sum(returned))


SLOPES = "kernel recurrent_kernel bias inputs initial_state"
Gradients = namedtuple("Gradients", SLOPES)


def state_gradient_norms(kept):
    """Measure how much of a change of a state reaches the last one."""
    product = np.eye(kept.outputs.shape[2])
    norms = [np.ones(len(kept.outputs))]
    for t in reversed(range(kept.outputs.shape[1])):
        product = kept.recurrent_kernel * kept.slopes[:, [t]] @ product
        norms.append(np.linalg.norm(product, ord=2, axis=(1, 2)))
    return np.stack(norms, axis=1)
