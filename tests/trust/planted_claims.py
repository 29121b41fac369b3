"""The false claim that `planted` plants on each page: in what is measured, never in an assertion.

Each is one that takes seconds, or half a minute where networks are trained: what a page measures
for longer is asserted in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Planted:
    """A false claim.

    Attributes:
        page: The name of the tutorial.
        falsehood: What is then wrong, in words that go on from "although".
        old: A text that stands on the page once.
        new: What is put in its place.
        cell: A text by which the cell is known whose assertion must fail.
    """

    page: str
    falsehood: str
    old: str
    new: str
    cell: str


PLANTED = [
    Planted(
        "bare-bones-rnn",
        "the smaller weights are left out where both habits are measured",
        '"both": share_and_slope(scaled, as_keras),',
        '"both": share_and_slope(scaled, normal),',
        'glue("bare-both-share"',
    ),
    Planted(
        "predicting-a-time-series",
        "the errors at the wrong spacing are those at the right one",
        "return np.array(record[part][run][where][key])",
        'return np.array(record[part][run]["0 to 30"][key])',
        'glue("predict-spacing-last-min"',
    ),
    Planted(
        "generating-sequences",
        "the networks with tanh and with rectified units are exchanged",
        'relu, tanh = runs["Adam, relu"], runs["Adam, tanh"]',
        'tanh, relu = runs["Adam, relu"], runs["Adam, tanh"]',
        'glue("gen-crossing"',
    ),
    Planted(
        "your-own-series",
        "the season means know the year that they forecast",
        "series[k:origin:SEASON].mean() for k in begins",
        "series[k : origin + HORIZON : SEASON][-1:].mean() for k in begins",
        'glue("own-origins"',
    ),
    Planted(
        "backpropagation-through-time",
        "the loss of the tape is divided by sixteen and not by the number of its targets",
        "tape_loss = total / y.size",
        "tape_loss = total / len(y)",
        'glue("bptt-least-digits"',
    ),
    Planted(
        "truncated-backpropagation",
        "gradients are followed back twice as far as is said",
        "short = backward(kept, g, truncate_after=k).recurrent_kernel",
        "short = backward(kept, g, truncate_after=2 * k).recurrent_kernel",
        'glue("bptt-lost-1"',
    ),
    Planted(
        "vanishing-gradients",
        "the orthogonal network with tanh has rectified units",
        '"tanh, orthogonal": ("tanh", orthogonal),',
        '"tanh, orthogonal": ("relu", orthogonal),',
        'glue("vanish-tanh"',
    ),
    Planted(
        "lstm-and-gru",
        "all three layers are LSTMs",
        "layer_class = getattr(keras.layers, name)\n    runs",
        "layer_class = keras.layers.LSTM\n    runs",
        'glue("gates-series-ratio"',
    ),
    Planted(
        "deep-and-bidirectional",
        "the network that is said to mask the padding does not",
        "layers.Masking(), layers.GRU(4, return_sequences=True), layers.Dense(1)",
        "layers.GRU(4, return_sequences=True), layers.Dense(1)",
        "np.testing.assert_allclose(reported",
    ),
    Planted(
        "regularization",
        "the normalised layer normalises nothing",
        "state = np.tanh(normalised(a))",
        "state = np.tanh(a)",
        'glue("deep-saturated"',
    ),
    Planted(
        "memory-benchmarks",
        "the twins have any symbol replaced, not the outer one",
        "twins = [reber.with_outer_changed(string) for string in unseen]",
        "twins = [spoiled(string, rng) for string in unseen]",
        'glue("memory-triples"',
    ),
    Planted(
        "honest-forecasting",
        "the errors of the two splits are exchanged",
        "for known, new in (shuffled, in_time):",
        "for known, new in (in_time, shuffled):",
        'glue("honest-shuffled"',
    ),
    Planted(
        "interval-forecasts",
        "the outer quantiles are those of two tenths and eight tenths",
        "LEVELS = [0.1, 0.5, 0.9]",
        "LEVELS = [0.2, 0.5, 0.8]",
        "assert abs(constant[:, 0].mean()",
    ),
    Planted(
        "the-noise-floor",
        "the variance of the noise is taken to be half of what it is",
        "weights = np.exp(-gaps / (2 * sigma**2))",
        "weights = np.exp(-gaps / sigma**2)",
        "assert peaks ==",
    ),
    Planted(
        "forecasting-further",
        "the formula forecasts from forty values what it should from fifty",
        "known_error = by_step(fit_two_waves(NEW[:, :50], 10))",
        "known_error = by_step(fit_two_waves(NEW[:, :40], 10))",
        'glue("further-known"',
    ),
    Planted(
        "training-faster",
        "the counted steps are not unrolled",
        "model, adam = network(unroll=True), keras.optimizers.Adam(0.001)",
        "model, adam = network(unroll=False), keras.optimizers.Adam(0.001)",
        'glue("faster-operations"',
    ),
    Planted(
        "writing-text",
        "the labels of the controls are not moved",
        "best_unit(states, np.roll(quoted, m))[1]",
        "best_unit(states, np.roll(quoted, 0))[1]",
        'glue("text-unit"',
    ),
    Planted(
        "encoder-decoder",
        "the other order is no other",
        "learned(-1, -1)",
        "learned(1, 1)",
        'glue("trans-small-turned"',
    ),
    Planted(
        "handwriting",
        "the loss by hand takes the Gaussians to be uncorrelated",
        "logs = logs - (u**2 + v**2 - 2 * rho * u * v) / (2 * rest)",
        "logs = logs - (u**2 + v**2) / (2 * rest)",
        "assert abs(total - 1) < 1e-5",
    ),
    Planted(
        "attention-and-beam-search",
        "another place is hidden than the one with the most weight",
        '"most hidden": darkest,',
        '"most hidden": other,',
        'glue("att-other-weight"',
    ),
    Planted(
        "several-series",
        "the week that is an hour early is left as it is",
        "mended.loc[early] = mended.loc[early].shift(1)",
        "mended.loc[early] = mended.loc[early].shift(0)",
        'glue("several-shift"',
    ),
    Planted(
        "training-on-many-machines",
        "both workers take the same rows",
        "rows = slice(number, None, workers)",
        "rows = slice(0, None, workers)",
        'glue("many-apart"',
    ),
    Planted(
        "playground",
        "the networks whose losses are compared do not learn",
        'rate = {"sgd": 0.05, "adam": 0.01}[optimizer]',
        'rate = {"sgd": 0.0, "adam": 0.0}[optimizer]',
        'glue("play-apart-relu"',
    ),
]
