// The playground's run as a short Keras program. It draws weights and windows from the same random
// numbers as the page, so that its losses are those of the page up to rounding.
(function () {
  "use strict";

  const LAYERS = { simple: "SimpleRNN", lstm: "LSTM", gru: "GRU" };
  const GATES = { simple: 1, lstm: 4, gru: 3 };
  const NAMES = { mse: '"mse"', rmse: "rmse" };
  const OPTIMIZERS = { sgd: "SGD", adam: "Adam" };

  function series(settings, { values, mean, deviation, isOwn }) {
    if (settings.series === "lab") {
      return "t = 0.1 * np.arange(300)\nseries = t * np.sin(t) / 3 + 2 * np.sin(5 * t)";
    }
    let lines = [""];
    for (const value of values) {
      if (lines.at(-1).length > 64) lines.push("");
      lines.push(`${lines.pop()} ${value},`);
    }
    const [less, by] = [mean, deviation].map((value) => Number(value.toPrecision(6)));
    const note = isOwn ? `# Yours, less ${less} and then divided by ${by}.\n` : "";
    return `${note}series = np.array([\n${lines.map((line) => `   ${line}`).join("\n")}\n])`;
  }

  function toPython(settings, made) {
    const { cell, units, activation, loss, optimizer, rate, window, seed, held } = settings;
    const columns = GATES[cell] === 1 ? "units" : `${GATES[cell]} * units`;
    const compiled = `keras.optimizers.${OPTIMIZERS[optimizer]}(${rate}), ${NAMES[loss]}`;
    const rootOfIt =
      loss === "mse"
        ? ""
        : `

def rmse(targets, predictions):
    return keras.ops.sqrt(keras.ops.mean((targets - predictions) ** 2))
`;
    const measured =
      held === "none"
        ? ""
        : `
inputs = series[train_until - window : -1].reshape(1, -1, 1)
predictions = model.predict(inputs, verbose=0)[0, window - 1 :, 0]
errors = predictions - series[train_until:]
print("squared error on the held-out stretch:", np.mean(errors**2))
`;
    return `# pip install keras numpy tensorflow
import keras
import numpy as np

${series(settings, made)}
train_until, window, units = ${made.trainUntil}, ${window}, ${units}


def uniform(seed):  # mulberry32, as in the page
    while True:
        seed = (seed + 0x6D2B79F5) % 2**32
        x = (seed ^ seed >> 15) * (seed | 1) % 2**32
        x ^= (x + (x ^ x >> 7) * (x | 61)) % 2**32
        yield (x ^ x >> 14) % 2**32 / 2**32


draws, places = uniform(${seed}), uniform(${seed + 1})


def glorot_uniform(rows, columns):
    u = np.array([next(draws) for _ in range(rows * columns)])
    limit = np.sqrt(6 / (rows + columns))
    return limit * (2 * u.reshape(rows, columns) - 1)


def orthogonal(rows, columns):
    u = np.array([next(draws) for _ in range(2 * rows * columns)])
    normal = np.sqrt(-2 * np.log(1 - u[::2])) * np.cos(2 * np.pi * u[1::2])
    q, r = np.linalg.qr(normal.reshape(rows, columns).T)
    return (q * np.sign(np.diag(r))).T

${rootOfIt}
rnn = keras.layers.${LAYERS[cell]}(units, "${activation}", return_sequences=True)
dense = keras.layers.Dense(1)
model = keras.Sequential([keras.Input((None, 1)), rnn, dense])
rnn.cell.kernel.assign(glorot_uniform(1, ${columns}))
rnn.cell.recurrent_kernel.assign(orthogonal(units, ${columns}))
dense.kernel.assign(glorot_uniform(units, 1))


def batches():  # 50 windows, and the values that follow each of theirs
    while True:
        u = np.array([[next(places)] for _ in range(50)])
        starts = (u * (train_until - window)).astype(int)
        windows = series[starts + np.arange(window + 1)][..., np.newaxis]
        yield windows[:, :-1], windows[:, 1:]


model.compile(${compiled})
model.fit(batches(), steps_per_epoch=${settings.updates}, verbose=2)
${measured}
alone = series[train_until - window : train_until]
for _ in range(${made.freeLength}):  # each forecast becomes the next input
    following = model(alone.reshape(1, -1, 1))[0, -1, 0]
    alone = np.append(alone, following)
print("alone, it goes on with", alone[window:].round(2))
`;
  }

  self.PlayProgram = { toPython };
})();
