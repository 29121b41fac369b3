// A recurrent network that learns in the page: three cells, their gradients, two optimizers, and
// the weights to begin with. `trainer.js` trains it. Nothing here touches the page, so a worker can
// run it as well.
//
// Names, shapes and the order of gates are Keras's. A matrix is a Float32Array, row by row; what is
// computed at time t is a matrix with a row for each window of the batch.
(function (global) {
  "use strict";

  // --- matrices

  // [product]
  // out += a b, with a [rows, inner] and b [inner, columns]. Four sums are
  // added up at once: they stand in registers, and read neighbours of b.
  function addProduct(
    out, a, b, rows, inner, columns, rowStep = inner, innerStep = 1,
  ) {
    for (let row = 0; row < rows; row++) {
      const to = row * columns;
      const begin = row * rowStep;
      const end = begin + inner * innerStep;
      let j = 0;
      for (; j + 3 < columns; j += 4) {
        let s0 = 0;
        let s1 = 0;
        let s2 = 0;
        let s3 = 0;
        let k = j;
        for (let i = begin; i < end; i += innerStep, k += columns) {
          const factor = a[i];
          s0 += factor * b[k];
          s1 += factor * b[k + 1];
          s2 += factor * b[k + 2];
          s3 += factor * b[k + 3];
        }
        out[to + j] += s0;
        out[to + j + 1] += s1;
        out[to + j + 2] += s2;
        out[to + j + 3] += s3;
      }
      for (; j < columns; j++) {
        let sum = 0;
        let k = j;
        for (let i = begin; i < end; i += innerStep, k += columns) {
          sum += a[i] * b[k];
        }
        out[to + j] += sum;
      }
    }
  }

  // out += aᵀ b, with a [inner, rows]: a gradient is such a sum over a batch.
  function addTransposed(out, a, b, rows, inner, columns) {
    addProduct(out, a, b, rows, inner, columns, 1, rows);
  }
  // [end of product]

  function transpose(a, rows, columns) {
    return a.map((_, i) => a[(i % rows) * columns + Math.floor(i / rows)]);
  }

  // Each row becomes the bias, to which products are added.
  function fillRows(out, bias) {
    for (let from = 0; from < out.length; from += bias.length) out.set(bias, from);
  }

  function addRows(out, a) {
    for (let from = 0; from < a.length; from += out.length) {
      for (let j = 0; j < out.length; j++) out[j] += a[from + j];
    }
  }

  function dot(a, b) {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
    return sum;
  }

  const matrices = (count, size) => Array.from({ length: count }, () => new Float32Array(size));
  const mapped = (arrays, make) =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, make(array)]));
  const zerosLike = (arrays) => mapped(arrays, (array) => new Float32Array(array.length));
  const copyOf = (arrays) => mapped(arrays, (array) => Float32Array.from(array));

  // --- activations φ, in place, and their slopes φ', which follow from what came out. A loop each:
  // one loop that calls a function for each number is far slower.

  const ACTIVATIONS = {
    tanh: {
      apply(a, from, to) { for (let i = from; i < to; i++) a[i] = Math.tanh(a[i]); },
      slope(d, y, from, to) { for (let i = from; i < to; i++) d[i] *= 1 - y[i] * y[i]; },
    },
    relu: {
      apply(a, from, to) { for (let i = from; i < to; i++) if (a[i] < 0) a[i] = 0; },
      slope(d, y, from, to) { for (let i = from; i < to; i++) if (y[i] <= 0) d[i] = 0; },
    },
    sigmoid: {
      apply(a, from, to) { for (let i = from; i < to; i++) a[i] = 1 / (1 + Math.exp(-a[i])); },
      slope(d, y, from, to) { for (let i = from; i < to; i++) d[i] *= y[i] * (1 - y[i]); },
    },
    linear: { apply() {}, slope() {} },
  };
  const sigmoid = ACTIVATIONS.sigmoid;

  // --- cells. `forward` computes the state at time t. `backward` takes `dState`, the gradient with
  // respect to that state, to the state before it, and adds to the gradients of the weights.

  // [simple cell]
  // a_t = x_t W_x + h_{t-1} W_h + b,  h_t = φ(a_t)
  function simpleForward(network, memory, t) {
    const a = memory.h[t]; // becomes h_t in its place
    preactivate(a, network, memory, t);
    network.activation.apply(a, 0, a.length);
  }

  // δ_t = ∂L/∂a_t = ∂L/∂h_t ⊙ φ'(a_t),  and δ_t W_hᵀ goes on to h_{t-1}
  function simpleBackward(network, memory, t, dState, gradients) {
    const { delta } = memory;
    delta.set(dState.h);
    network.activation.slope(delta, memory.h[t], 0, delta.length);
    dState.h.fill(0);
    passBack(delta, delta, network, memory, t, dState, gradients);
  }

  function preactivate(a, { weights, units, inputs }, memory, t) {
    const { batch, x } = memory;
    const columns = weights.bias.length;
    const { h } = before(memory, t);
    fillRows(a, weights.bias);
    addProduct(a, x[t], weights.kernel, batch, inputs, columns);
    addProduct(a, h, weights.recurrent, batch, units, columns);
  }

  // From the pre-activations to the weights and to the state before. The GRU
  // alone has two deltas: `delta` for what the input adds, and `deltaH` for
  // what the state adds.
  function passBack(delta, deltaH, network, memory, t, dState, gradients) {
    const { units, inputs, recurrentTransposed } = network;
    const { batch, x } = memory;
    const columns = gradients.bias.length;
    const { h } = before(memory, t);
    addRows(gradients.bias, delta);
    addTransposed(gradients.kernel, x[t], delta, inputs, batch, columns);
    addTransposed(gradients.recurrent, h, deltaH, units, batch, columns);
    addProduct(dState.h, deltaH, recurrentTransposed, batch, columns, units);
  }

  // Before the first step stands what the run starts from: h_{-1} = 0.
  function before(memory, t) {
    if (t === 0) return memory.start;
    return { h: memory.h[t - 1], c: memory.c?.[t - 1] };
  }
  // [end of simple cell]

  // c_t = f c_{t-1} + i g,  h_t = o φ(c_t). The gates i, f, the candidate g and the gate o stand in
  // one matrix, [batch, i f g o], as their weights do.
  function lstmForward(network, memory, t) {
    const { units, activation } = network;
    const [gates, h, c, squashed] = [memory.gates[t], memory.h[t], memory.c[t], memory.squashed[t]];
    const earlier = before(memory, t).c;
    preactivate(gates, network, memory, t);
    for (let i = 0, k = 0; i < gates.length; i += 4 * units) {
      sigmoid.apply(gates, i, i + 2 * units);
      activation.apply(gates, i + 2 * units, i + 3 * units);
      sigmoid.apply(gates, i + 3 * units, i + 4 * units);
      for (let j = i; j < i + units; j++, k++) {
        c[k] = gates[j + units] * earlier[k] + gates[j] * gates[j + 2 * units];
        h[k] = gates[j + 3 * units];
      }
    }
    squashed.set(c);
    activation.apply(squashed, 0, squashed.length);
    for (let k = 0; k < h.length; k++) h[k] *= squashed[k];
  }

  function lstmBackward(network, memory, t, dState, gradients) {
    const { units, activation } = network;
    const { delta, slopes } = memory;
    const [gates, squashed] = [memory.gates[t], memory.squashed[t]];
    const earlier = before(memory, t).c;
    const { h: dh, c: dc } = dState;
    slopes.fill(1);
    activation.slope(slopes, squashed, 0, slopes.length);
    for (let i = 0, k = 0; i < gates.length; i += 4 * units) {
      for (let j = i; j < i + units; j++, k++) {
        const total = dc[k] + dh[k] * gates[j + 3 * units] * slopes[k];
        delta[j] = total * gates[j + 2 * units];
        delta[j + units] = total * earlier[k];
        delta[j + 2 * units] = total * gates[j];
        delta[j + 3 * units] = dh[k] * squashed[k];
        dc[k] = total * gates[j + units];
      }
      sigmoid.slope(delta, gates, i, i + 2 * units);
      activation.slope(delta, gates, i + 2 * units, i + 3 * units);
      sigmoid.slope(delta, gates, i + 3 * units, i + 4 * units);
    }
    dh.fill(0);
    passBack(delta, delta, network, memory, t, dState, gradients);
  }

  // h_t = z h_{t-1} + (1 - z) g,  g = φ(x_t W + b + r (h_{t-1} U + b')). As in Keras, where
  // `reset_after` is on, the reset gate r weighs a product, which is kept for the way back.
  function gruForward(network, memory, t) {
    const { weights, units, inputs, activation } = network;
    const { batch, x } = memory;
    const [gates, product, h] = [memory.gates[t], memory.product[t], memory.h[t]];
    const earlier = before(memory, t).h;
    fillRows(gates, weights.bias);
    addProduct(gates, x[t], weights.kernel, batch, inputs, 3 * units);
    fillRows(product, weights.recurrentBias);
    addProduct(product, earlier, weights.recurrent, batch, units, 3 * units);
    for (let i = 0, k = 0; i < gates.length; i += 3 * units) {
      const g = i + 2 * units;
      const end = i + 3 * units;
      for (let j = i; j < g; j++) gates[j] += product[j];
      sigmoid.apply(gates, i, g);
      for (let j = g; j < end; j++) gates[j] += gates[j - units] * product[j];
      activation.apply(gates, g, end);
      for (let j = i; j < i + units; j++, k++) {
        h[k] = gates[j] * earlier[k] + (1 - gates[j]) * gates[j + 2 * units];
      }
    }
  }

  function gruBackward(network, memory, t, dState, gradients) {
    const { units, activation } = network;
    const { delta, deltaH } = memory;
    const [gates, product] = [memory.gates[t], memory.product[t]];
    const earlier = before(memory, t).h;
    const dh = dState.h;
    for (let i = 0, k = 0; i < gates.length; i += 3 * units) {
      const r = i + units;
      const g = r + units;
      const end = g + units;
      for (let j = i; j < r; j++, k++) {
        delta[j] = dh[k] * (earlier[k] - gates[j + 2 * units]);
        delta[j + 2 * units] = dh[k] * (1 - gates[j]);
        dh[k] *= gates[j]; // the way past the gates
      }
      activation.slope(delta, gates, g, end);
      for (let j = r; j < g; j++) delta[j] = delta[j + units] * product[j + units];
      sigmoid.slope(delta, gates, i, g);
      for (let j = i; j < g; j++) deltaH[j] = delta[j];
      for (let j = g; j < end; j++) deltaH[j] = delta[j] * gates[j - units];
    }
    addRows(gradients.recurrentBias, deltaH);
    passBack(delta, deltaH, network, memory, t, dState, gradients);
  }

  // `keeps` says what a step keeps for the way back, in numbers a unit.
  const CELLS = {
    simple: { gates: 1, keeps: { h: 1 }, forward: simpleForward, backward: simpleBackward },
    lstm: {
      gates: 4, keeps: { h: 1, c: 1, squashed: 1, gates: 4 },
      forward: lstmForward, backward: lstmBackward,
    },
    gru: {
      gates: 3, keeps: { h: 1, gates: 3, product: 3 },
      forward: gruForward, backward: gruBackward,
    },
  };
  const LOSSES = { mse: (mean) => mean, rmse: Math.sqrt };

  // --- the network: a cell, and a readout of one number at each step

  class Network {
    constructor({ cell, units, activation, weights }) {
      checkCell(cell, units, 1);
      oneOf("activation", activation, ACTIVATIONS);
      // The kernel tells how many inputs there are; a wrong length is found below.
      this.inputs = Math.max(1, Math.floor(weights?.kernel?.length / (CELLS[cell].gates * units)));
      checkWeights(weights, cell, units, this.inputs);
      Object.assign(this, { units, weights, cell: CELLS[cell] });
      this.activation = ACTIVATIONS[activation];
      this.single = this.makeMemory(1, 1);
    }

    // All that a run over a batch keeps; the next run of the same shape writes over it.
    makeMemory(batch, steps) {
      const size = batch * this.units;
      const keeps = mapped(this.cell.keeps, (width) => matrices(steps, size * width));
      const [h, c, slopes] = matrices(3, size);
      const [delta, deltaH] = matrices(2, size * this.cell.gates);
      const x = matrices(steps, batch * this.inputs);
      return { batch, steps, x, ...keeps, start: { h, c }, delta, deltaH, slopes };
    }

    // Reads `inputs`, [batch, steps, inputs]; returns the predictions, [batch, steps].
    forward(inputs, batch, steps) {
      wholeNumber("batch", batch, 1);
      wholeNumber("steps", steps, 1);
      numbers("inputs", inputs, batch * steps * this.inputs);
      if (this.memory?.batch !== batch || this.memory.steps !== steps) {
        this.memory = this.makeMemory(batch, steps);
      }
      this.predictions = new Float32Array(batch * steps);
      for (let t = 0; t < steps; t++) {
        for (let i = 0; i < batch; i++) {
          const from = (i * steps + t) * this.inputs;
          for (let j = 0; j < this.inputs; j++) {
            this.memory.x[t][i * this.inputs + j] = inputs[from + j];
          }
        }
        this.cell.forward(this, this.memory, t);
        const read = this.readout(this.memory.h[t], batch);
        for (let i = 0; i < batch; i++) this.predictions[i * steps + t] = read[i];
      }
      return this.predictions.slice();
    }

    // [way back]
    // ŷ_t = h_t W_y + b_y
    readout(h, batch) {
      const read = new Float32Array(batch).fill(this.weights.readoutBias[0]);
      addProduct(read, h, this.weights.readoutKernel, batch, this.units, 1);
      return read;
    }

    // Back through time. `dPredictions` holds e_t = ∂L/∂ŷ_t, [batch, steps]. To
    // what comes back to h_t from the step after, its own prediction adds
    // g_t = e_t W_yᵀ; `watch` is shown each sum.
    propagate(dPredictions, watch = () => {}) {
      const { batch, steps, h } = this.memory;
      const { recurrent, readoutKernel } = this.weights;
      const gradients = zerosLike(this.weights);
      const dState = zerosLike(this.memory.start);
      const { units } = this;
      const columns = recurrent.length / units;
      this.recurrentTransposed = transpose(recurrent, units, columns);
      const e = new Float32Array(batch);
      for (let t = steps - 1; t >= 0; t--) {
        for (let i = 0; i < batch; i++) e[i] = dPredictions[i * steps + t];
        addRows(gradients.readoutBias, e);
        addTransposed(gradients.readoutKernel, h[t], e, units, batch, 1);
        addProduct(dState.h, e, readoutKernel, batch, 1, units);
        watch(dState, t);
        this.cell.backward(this, this.memory, t, dState, gradients);
      }
      return gradients;
    }
    // [end of way back]

    // The loss of the last forward run, over all its steps, and the gradients of the weights.
    backward(targets, loss) {
      oneOf("loss", loss, LOSSES);
      const errors = this.errors(targets);
      const value = LOSSES[loss](dot(errors, errors) / errors.length);
      // The root's chain rule divides by twice the root; at a loss of zero we take no slope.
      const divisor = loss === "mse" ? errors.length / 2 : errors.length * value || Infinity;
      return { loss: value, gradients: this.propagate(errors.map((error) => error / divisor)) };
    }

    // What of the last step's mean squared error reaches the state k steps back: the norm over
    // batch and units, k = 0 first. The LSTM's state has two parts, and each is taken as one that
    // the next step reads: what h says to c of the same step is not counted.
    gradientByStepBack(targets) {
      const { batch, steps } = this.memory;
      const isLast = (i) => i % steps === steps - 1;
      const errors = this.errors(targets).map((error, i) => (isLast(i) ? (2 * error) / batch : 0));
      const parts = this.memory.c ? ["h", "c"] : ["h"];
      const norms = Object.fromEntries(parts.map((name) => [name, new Float32Array(steps)]));
      this.propagate(errors, (dState, t) => {
        for (const name of parts) {
          norms[name][steps - 1 - t] = Math.sqrt(dot(dState[name], dState[name]));
        }
      });
      return norms;
    }

    // For each unit its largest weights, each with where it comes from, a unit or "input", and the
    // number of the gate that it leads to.
    strongest(count) {
      const { units, weights, inputs } = this;
      const columns = weights.bias.length;
      return Array.from({ length: units }, (_, unit) => {
        const found = [];
        const offer = (from, gate, weight) => {
          if (found.length === count && Math.abs(weight) <= Math.abs(found.at(-1).weight)) return;
          found.push({ from, gate, weight });
          found.sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight));
          found.splice(count);
        };
        for (let gate = 0, column = unit; column < columns; gate++, column += units) {
          for (let i = 0; i < inputs; i++) {
            offer("input", gate, weights.kernel[i * columns + column]);
          }
          for (let from = 0; from < units; from++) {
            offer(from, gate, weights.recurrent[from * columns + column]);
          }
        }
        return found;
      });
    }

    errors(targets) {
      if (!this.predictions) throw new Error("there is no way back before forward was called");
      numbers("targets", targets, this.predictions.length);
      return this.predictions.map((prediction, i) => prediction - targets[i]);
    }

    zeroState() {
      const [h, c] = matrices(2, this.units);
      return { h, c };
    }

    // One step of one sequence, from any state: what a free run is made of.
    step(state, input) {
      const memory = this.single;
      memory.start = state;
      const values = typeof input === "number" ? [input] : input;
      numbers("input", values, this.inputs);
      memory.x[0].set(values);
      this.cell.forward(this, memory, 0);
      const [h, c] = [memory.h[0].slice(), (memory.c?.[0] ?? state.c).slice()];
      return { output: this.readout(h, 1)[0], state: { h, c } };
    }
  }

  // --- optimizers, as Keras 3 computes them

  class Optimizer {
    constructor({ kind, learningRate }, weights) {
      oneOf("optimizer", kind, { sgd: 1, adam: 1 });
      const holds = typeof learningRate === "number" && learningRate > 0 && learningRate <= 10;
      wanted(holds, "learningRate", learningRate, "a number above 0 and at most 10");
      Object.assign(this, { kind, learningRate, weights, updates: 0 });
      this.mean = zerosLike(weights);
      this.square = zerosLike(weights);
    }

    update(gradients) {
      this.updates += 1;
      for (const name in this.weights) this[this.kind](name, gradients[name]);
    }

    sgd(name, gradient) {
      const weight = this.weights[name];
      for (let i = 0; i < weight.length; i++) weight[i] -= this.learningRate * gradient[i];
    }

    adam(name, gradient) {
      const [weight, mean, square] = [this.weights[name], this.mean[name], this.square[name]];
      // The powers are rounded as Keras's are: the rounding shows in one minus a number near one.
      const power = (beta) => Math.fround(Math.pow(Math.fround(beta), this.updates));
      const rate = (this.learningRate * Math.sqrt(1 - power(0.999))) / (1 - power(0.9));
      for (let i = 0; i < weight.length; i++) {
        mean[i] += (gradient[i] - mean[i]) * 0.1;
        square[i] += (gradient[i] * gradient[i] - square[i]) * 0.001;
        weight[i] -= (rate * mean[i]) / (Math.sqrt(square[i]) + 1e-7);
      }
    }
  }

  // --- chance, and the weights to begin with

  // mulberry32 (Tommy Ettinger, public domain): uniform in [0, 1), the same on every machine.
  function random(seed) {
    wholeNumber("seed", seed, 0, 2 ** 32 - 1);
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  // Box and Muller: two uniform numbers make a normal one.
  function normal(uniform) {
    return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  }

  function glorotUniform(uniform, rows, columns) {
    const limit = Math.sqrt(6 / (rows + columns));
    return Float32Array.from({ length: rows * columns }, () => limit * (2 * uniform() - 1));
  }

  // Rows of normal numbers, each made orthogonal to those before it and of length one.
  function orthogonal(uniform, rows, columns) {
    const out = new Float64Array(rows * columns).map(() => normal(uniform));
    const rowAt = (i) => out.subarray(i * columns, (i + 1) * columns);
    for (let i = 0; i < rows; i++) {
      const row = rowAt(i);
      for (let k = 0; k < 2 * i; k++) { // all of them twice, since rounding leaves a little
        const other = rowAt(k % i);
        const along = dot(row, other);
        for (let j = 0; j < columns; j++) row[j] -= along * other[j];
      }
      const length = Math.sqrt(dot(row, row));
      for (let j = 0; j < columns; j++) row[j] /= length;
    }
    return Float32Array.from(out);
  }

  function sizesOf(cell, units, inputs) {
    const columns = CELLS[cell].gates * units;
    const sizes = { kernel: inputs * columns, recurrent: units * columns, bias: columns };
    if (cell === "gru") sizes.recurrentBias = columns;
    return { ...sizes, readoutKernel: units, readoutBias: 1 };
  }

  // As Keras begins: uniform after Glorot, orthogonal, zero, and the LSTM's forget gate open.
  function initialWeights({ cell, units, inputs = 1, seed }) {
    checkCell(cell, units, inputs);
    const uniform = random(seed);
    const columns = CELLS[cell].gates * units;
    const weights = mapped(sizesOf(cell, units, inputs), (size) => new Float32Array(size));
    weights.kernel = glorotUniform(uniform, inputs, columns);
    weights.recurrent = orthogonal(uniform, units, columns);
    weights.readoutKernel = glorotUniform(uniform, units, 1);
    if (cell === "lstm") weights.bias.fill(1, units, 2 * units);
    return weights;
  }

  // --- what comes in from outside is checked

  function wanted(holds, name, given, wish) {
    if (holds) return;
    const what = typeof given === "string" ? `"${given}"` : String(given);
    throw new Error(`${name} is ${what}; it must be ${wish}`);
  }

  function oneOf(name, given, choices) {
    const wish = `one of ${Object.keys(choices).join(", ")}`;
    wanted(Object.hasOwn(choices, given), name, given, wish);
  }

  function wholeNumber(name, given, least, most = Infinity) {
    const holds = Number.isInteger(given) && given >= least && given <= most;
    const range = most < Infinity ? `from ${least} to ${most}` : `from ${least}`;
    wanted(holds, name, given, `a whole number ${range}`);
  }

  function numbers(name, given, count) {
    const isList = Array.isArray(given) || ArrayBuffer.isView(given);
    wanted(isList, name, given, "a list of numbers");
    wanted(given.length === count, `the length of ${name}`, given.length, count);
    for (let i = 0; i < count; i++) {
      // Finite as a float32, that is: a larger number becomes infinity there.
      const holds = Number.isFinite(given[i]) && Number.isFinite(Math.fround(given[i]));
      if (!holds) wanted(false, `${name}[${i}]`, given[i], "a finite number");
    }
  }

  function checkCell(cell, units, inputs) {
    oneOf("cell", cell, CELLS);
    wholeNumber("units", units, 4, 100);
    wholeNumber("inputs", inputs, 1, 100);
  }

  function checkWeights(weights, cell, units, inputs) {
    const sizes = sizesOf(cell, units, inputs);
    for (const name in sizes) numbers(`weights.${name}`, weights?.[name], sizes[name]);
  }

  // For trainer.js.
  const checks = { wanted, oneOf, wholeNumber, numbers, checkWeights };
  const tools = { ...checks, matrices, zerosLike, copyOf, dot, LOSSES };
  global.RNN = { random, normal, initialWeights, Network, Optimizer, tools };
})(typeof self === "undefined" ? globalThis : self);
