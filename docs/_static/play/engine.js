// A recurrent network that learns in the page: three cells, their gradients, two optimizers, and a
// trainer of one-step forecasts. It touches neither page nor network, so that it runs in a window
// and in a worker alike.
//
// Names, shapes and the order of the gates are Keras's. A matrix is a Float32Array, row by row, and
// what the network computes at time t is a matrix with a row for each window of the batch.
(function (global) {
  "use strict";

  // --- matrices

  // out += a b, with a [rows, inner] and b [inner, columns]. The innermost loop runs over neighbours
  // in memory, and four terms at once mean that `out` is read and written a quarter as often.
  function addProduct(out, a, b, rows, inner, columns, rowStep = inner, innerStep = 1) {
    for (let row = 0; row < rows; row++) {
      const to = row * columns;
      let k = 0;
      for (; k + 3 < inner; k += 4) {
        const from = row * rowStep + k * innerStep;
        const a0 = a[from];
        const a1 = a[from + innerStep];
        const a2 = a[from + 2 * innerStep];
        const a3 = a[from + 3 * innerStep];
        const b0 = k * columns;
        const b1 = b0 + columns;
        const b2 = b1 + columns;
        const b3 = b2 + columns;
        for (let j = 0; j < columns; j++) {
          out[to + j] += a0 * b[b0 + j] + a1 * b[b1 + j] + a2 * b[b2 + j] + a3 * b[b3 + j];
        }
      }
      for (; k < inner; k++) {
        const one = a[row * rowStep + k * innerStep];
        for (let j = 0; j < columns; j++) out[to + j] += one * b[k * columns + j];
      }
    }
  }

  // out += aᵀ b, with a [inner, rows]: what sums a gradient over the batch.
  function addTransposedProduct(out, a, b, rows, inner, columns) {
    addProduct(out, a, b, rows, inner, columns, 1, rows);
  }

  function transpose(a, rows, columns) {
    const out = new Float32Array(a.length);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j];
    }
    return out;
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

  const matrices = (count, size) => Array.from({ length: count }, () => new Float32Array(size));
  const like = (arrays, make) =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, make(array)]));
  const copied = (arrays) => like(arrays, (array) => Float32Array.from(array));

  // The sum of zeros is zero, but infinity times zero is no number.
  function isFinite(array) {
    let sum = 0;
    for (let i = 0; i < array.length; i++) sum += array[i] * 0;
    return sum === 0;
  }

  // What can be drawn: everything before the first number that is infinite or none.
  function finitePart(array) {
    const end = array.findIndex((value) => !Number.isFinite(value));
    return end < 0 ? array : array.slice(0, end);
  }

  // --- activations, each with its slope; the slope is a function of what came out

  function activation(f, slope) {
    return {
      apply(a, from = 0, to = a.length) {
        for (let i = from; i < to; i++) a[i] = f(a[i]);
      },
      timesSlope(gradient, output, from = 0, to = output.length) {
        for (let i = from; i < to; i++) gradient[i] *= slope(output[i]);
      },
    };
  }

  const ACTIVATIONS = {
    tanh: activation(Math.tanh, (y) => 1 - y * y),
    relu: activation((a) => (a > 0 ? a : 0), (y) => (y > 0 ? 1 : 0)),
    sigmoid: activation((a) => 1 / (1 + Math.exp(-a)), (y) => y * (1 - y)),
    linear: activation((a) => a, () => 1),
  };
  const sigmoid = ACTIVATIONS.sigmoid;

  // --- cells: `forward` computes the state at time t, `backward` takes the gradient with respect
  // to that state to the state before, and adds to the gradients of the weights on its way

  // [simple cell]
  // a_t = x_t W_x + h_{t-1} W_h + b,  h_t = φ(a_t)
  function simpleForward(network, memory, t) {
    const { weights, units, inputs, activation } = network;
    const { batch, x, h } = memory;
    const a = h[t]; // becomes h_t in its place
    fillRows(a, weights.bias);
    addProduct(a, x[t], weights.kernel, batch, inputs, units);
    addProduct(a, before(memory, "h", t), weights.recurrent, batch, units, units);
    activation.apply(a);
  }

  // δ_t = ∂L/∂h_t · φ'(a_t),  ∂L/∂h_{t-1} = δ_t W_hᵀ
  function simpleBackward(network, memory, t, state, gradients) {
    const { units, inputs, activation, recurrentTransposed } = network;
    const { batch, x, h, delta } = memory;
    delta.set(state.h);
    activation.timesSlope(delta, h[t]);
    addRows(gradients.bias, delta);
    addTransposedProduct(gradients.kernel, x[t], delta, inputs, batch, units);
    addTransposedProduct(gradients.recurrent, before(memory, "h", t), delta, units, batch, units);
    state.h.fill(0);
    addProduct(state.h, delta, recurrentTransposed, batch, units, units);
  }

  // The state before the first step is the one that the run started from.
  function before(memory, name, t) {
    return t > 0 ? memory[name][t - 1] : memory.start[name];
  }
  // [end of simple cell]

  // c_t = f c_{t-1} + i g,  h_t = o φ(c_t); the gates i, f, o and the candidate g stand in one
  // matrix, [batch, i f g o], as their weights do.
  function lstmForward(network, memory, t) {
    const { weights, units, inputs, activation } = network;
    const { batch, x, h, c, squashed } = memory;
    const gates = memory.gates[t];
    fillRows(gates, weights.bias);
    addProduct(gates, x[t], weights.kernel, batch, inputs, 4 * units);
    addProduct(gates, before(memory, "h", t), weights.recurrent, batch, units, 4 * units);
    for (let i = 0; i < gates.length; i += 4 * units) {
      sigmoid.apply(gates, i, i + 2 * units);
      activation.apply(gates, i + 2 * units, i + 3 * units);
      sigmoid.apply(gates, i + 3 * units, i + 4 * units);
    }
    const earlier = before(memory, "c", t);
    for (let k = 0; k < batch * units; k++) {
      const i = k + 3 * (k - (k % units)); // the place of this unit's input gate
      c[t][k] = gates[i + units] * earlier[k] + gates[i] * gates[i + 2 * units];
    }
    squashed[t].set(c[t]);
    activation.apply(squashed[t]);
    for (let k = 0; k < batch * units; k++) {
      h[t][k] = gates[k + 3 * (k - (k % units)) + 3 * units] * squashed[t][k];
    }
  }

  function lstmBackward(network, memory, t, state, gradients) {
    const { units, inputs, activation, recurrentTransposed } = network;
    const { batch, x, squashed, delta, slopes } = memory;
    const gates = memory.gates[t];
    const earlier = before(memory, "c", t);
    slopes.fill(1);
    activation.timesSlope(slopes, squashed[t]);
    for (let k = 0; k < batch * units; k++) {
      const i = k + 3 * (k - (k % units));
      const [f, g, o] = [i + units, i + 2 * units, i + 3 * units];
      const dc = state.c[k] + state.h[k] * gates[o] * slopes[k];
      delta[i] = dc * gates[g];
      delta[f] = dc * earlier[k];
      delta[g] = dc * gates[i];
      delta[o] = state.h[k] * squashed[t][k];
      state.c[k] = dc * gates[f];
    }
    for (let i = 0; i < gates.length; i += 4 * units) {
      sigmoid.timesSlope(delta, gates, i, i + 2 * units);
      activation.timesSlope(delta, gates, i + 2 * units, i + 3 * units);
      sigmoid.timesSlope(delta, gates, i + 3 * units, i + 4 * units);
    }
    addRows(gradients.bias, delta);
    addTransposedProduct(gradients.kernel, x[t], delta, inputs, batch, 4 * units);
    const h = before(memory, "h", t);
    addTransposedProduct(gradients.recurrent, h, delta, units, batch, 4 * units);
    state.h.fill(0);
    addProduct(state.h, delta, recurrentTransposed, batch, 4 * units, units);
  }

  // h_t = z h_{t-1} + (1 - z) g,  g = φ(x_t W + b + r (h_{t-1} U + b')): as Keras computes it with
  // `reset_after=True`, the reset gate r weighs the product, which is therefore kept.
  function gruForward(network, memory, t) {
    const { weights, units, inputs, activation } = network;
    const { batch, x, h } = memory;
    const gates = memory.gates[t];
    const product = memory.product[t];
    const earlier = before(memory, "h", t);
    fillRows(gates, weights.bias);
    addProduct(gates, x[t], weights.kernel, batch, inputs, 3 * units);
    fillRows(product, weights.recurrentBias);
    addProduct(product, earlier, weights.recurrent, batch, units, 3 * units);
    for (let i = 0; i < gates.length; i += 3 * units) {
      for (let j = i; j < i + 2 * units; j++) gates[j] += product[j];
      sigmoid.apply(gates, i, i + 2 * units);
      for (let j = i + 2 * units; j < i + 3 * units; j++) gates[j] += gates[j - units] * product[j];
      activation.apply(gates, i + 2 * units, i + 3 * units);
    }
    for (let k = 0; k < batch * units; k++) {
      const z = k + 2 * (k - (k % units)); // the place of this unit's update gate
      h[t][k] = gates[z] * earlier[k] + (1 - gates[z]) * gates[z + 2 * units];
    }
  }

  function gruBackward(network, memory, t, state, gradients) {
    const { units, inputs, activation, recurrentTransposed } = network;
    const { batch, x, delta, deltaProduct } = memory;
    const gates = memory.gates[t];
    const product = memory.product[t];
    const earlier = before(memory, "h", t);
    for (let k = 0; k < batch * units; k++) {
      const z = k + 2 * (k - (k % units));
      const g = z + 2 * units;
      delta[z] = state.h[k] * (earlier[k] - gates[g]);
      delta[g] = state.h[k] * (1 - gates[z]);
      state.h[k] *= gates[z]; // the way past the gates
    }
    for (let i = 0; i < gates.length; i += 3 * units) {
      activation.timesSlope(delta, gates, i + 2 * units, i + 3 * units);
      for (let r = i + units; r < i + 2 * units; r++) delta[r] = delta[r + units] * product[r + units];
      sigmoid.timesSlope(delta, gates, i, i + 2 * units);
    }
    deltaProduct.set(delta);
    for (let i = 0; i < gates.length; i += 3 * units) {
      for (let g = i + 2 * units; g < i + 3 * units; g++) deltaProduct[g] *= gates[g - units];
    }
    addRows(gradients.bias, delta);
    addRows(gradients.recurrentBias, deltaProduct);
    addTransposedProduct(gradients.kernel, x[t], delta, inputs, batch, 3 * units);
    addTransposedProduct(gradients.recurrent, earlier, deltaProduct, units, batch, 3 * units);
    addProduct(state.h, deltaProduct, recurrentTransposed, batch, 3 * units, units);
  }

  // `keeps` names what a step must keep for the way back, and its numbers a unit.
  const CELLS = {
    simple: { gates: 1, keeps: { h: 1 }, forward: simpleForward, backward: simpleBackward },
    lstm: {
      gates: 4,
      keeps: { h: 1, c: 1, squashed: 1, gates: 4 },
      forward: lstmForward,
      backward: lstmBackward,
    },
    gru: {
      gates: 3,
      keeps: { h: 1, gates: 3, product: 3 },
      forward: gruForward,
      backward: gruBackward,
    },
  };

  // --- the network: a cell, and a readout of one number at each step

  class Network {
    constructor({ cell, units, activation, weights }) {
      oneOf("cell", cell, CELLS);
      wholeNumber("units", units, 4, 100);
      oneOf("activation", activation, ACTIVATIONS);
      const inputs = weights?.kernel?.length / (CELLS[cell].gates * units);
      checkWeights(weights, sizes(cell, units, inputs));
      Object.assign(this, { units, inputs, weights });
      this.cell = CELLS[cell];
      this.activation = ACTIVATIONS[activation];
      this.single = this.makeMemory(1, 1);
    }

    // All that a run over a batch keeps; used again by the next run of the same shape.
    makeMemory(batch, steps) {
      const size = batch * this.units;
      const memory = { batch, steps, x: matrices(steps, batch * this.inputs) };
      for (const name in this.cell.keeps) {
        memory[name] = matrices(steps, size * this.cell.keeps[name]);
      }
      memory.start = { h: new Float32Array(size), c: new Float32Array(size) };
      memory.delta = new Float32Array(size * this.cell.gates);
      memory.deltaProduct = new Float32Array(size * this.cell.gates);
      memory.slopes = new Float32Array(size);
      return memory;
    }

    // inputs [batch, steps, inputs]; returns the predictions, [batch, steps].
    forward(inputs, batch, steps) {
      wholeNumber("batch", batch, 1, Infinity);
      wholeNumber("steps", steps, 1, Infinity);
      numbers("inputs", inputs, batch * steps * this.inputs);
      if (this.memory?.batch !== batch || this.memory.steps !== steps) {
        this.memory = this.makeMemory(batch, steps);
      }
      const { x, h } = this.memory;
      const predictions = new Float32Array(batch * steps);
      for (let t = 0; t < steps; t++) {
        for (let i = 0; i < x[t].length; i++) {
          const window = Math.floor(i / this.inputs);
          x[t][i] = inputs[(window * steps + t) * this.inputs + (i % this.inputs)];
        }
        this.cell.forward(this, this.memory, t);
        const read = this.readout(h[t], batch);
        for (let i = 0; i < batch; i++) predictions[i * steps + t] = read[i];
      }
      this.predictions = predictions;
      return predictions.slice();
    }

    // [readout]
    // p_t = h_t W_o + b_o
    readout(h, batch) {
      const read = new Float32Array(batch).fill(this.weights.readoutBias[0]);
      addProduct(read, h, this.weights.readoutKernel, batch, this.units, 1);
      return read;
    }

    // Back through time: the state's gradient grows by what each step's prediction adds to it.
    propagate(predictionGradients, watch) {
      const { batch, steps, h } = this.memory;
      const { recurrent, readoutKernel } = this.weights;
      const gradients = like(this.weights, (array) => new Float32Array(array.length));
      const state = { h: new Float32Array(batch * this.units), c: new Float32Array(batch * this.units) };
      this.recurrentTransposed = transpose(recurrent, this.units, recurrent.length / this.units);
      const here = new Float32Array(batch);
      for (let t = steps - 1; t >= 0; t--) {
        for (let i = 0; i < batch; i++) here[i] = predictionGradients[i * steps + t];
        addRows(gradients.readoutBias, here);
        addTransposedProduct(gradients.readoutKernel, h[t], here, this.units, batch, 1);
        addProduct(state.h, here, readoutKernel, batch, 1, this.units);
        watch?.(state.h, t);
        this.cell.backward(this, this.memory, t, state, gradients);
      }
      return gradients;
    }
    // [end of readout]

    // The loss of the last forward run, over all its steps, and the gradients of the weights.
    backward(targets, loss) {
      oneOf("loss", loss, LOSSES);
      const errors = this.errors(targets);
      const count = errors.length;
      let squares = 0;
      for (let i = 0; i < count; i++) squares += errors[i] * errors[i];
      const value = LOSSES[loss](squares / count);
      // The root's chain rule divides by twice the root; where the loss is zero it has no slope.
      const factor = loss === "mse" ? 2 / count : value > 0 ? 1 / (count * value) : 0;
      for (let i = 0; i < count; i++) errors[i] *= factor;
      return { loss: value, gradients: this.propagate(errors) };
    }

    // How much of the last step's mean squared error reaches the state k steps back: the norm over
    // batch and units, beginning with the last step.
    gradientByStepBack(targets) {
      const errors = this.errors(targets);
      const { batch, steps } = this.memory;
      for (let i = 0; i < errors.length; i++) {
        errors[i] *= i % steps === steps - 1 ? 2 / batch : 0;
      }
      const norms = new Float32Array(steps);
      this.propagate(errors, (gradient, t) => {
        norms[steps - 1 - t] = Math.hypot(...gradient);
      });
      return norms;
    }

    errors(targets) {
      wanted(this.predictions, "forward", "not called yet", "called before the way back");
      numbers("targets", targets, this.predictions.length);
      return this.predictions.map((prediction, i) => prediction - targets[i]);
    }

    zeroState() {
      return { h: new Float32Array(this.units), c: new Float32Array(this.units) };
    }

    // One step of one sequence, from any state: what a free run is made of.
    step(state, input) {
      const values = typeof input === "number" ? [input] : input;
      numbers("input", values, this.inputs);
      Object.assign(this.single, { start: state });
      this.single.x[0].set(values);
      this.cell.forward(this, this.single, 0);
      const next = this.zeroState();
      for (const name of ["h", "c"]) if (this.single[name]) next[name].set(this.single[name][0]);
      return { output: this.readout(next.h, 1)[0], state: next };
    }
  }

  const LOSSES = { mse: (mean) => mean, rmse: Math.sqrt };

  // --- optimizers

  class Optimizer {
    constructor({ kind, learningRate }, weights) {
      oneOf("optimizer", kind, { sgd: 1, adam: 1 });
      checkRate(learningRate);
      Object.assign(this, { kind, learningRate, weights, updates: 0 });
      this.mean = like(weights, (array) => new Float32Array(array.length));
      this.square = like(weights, (array) => new Float32Array(array.length));
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
      const weight = this.weights[name];
      const mean = this.mean[name];
      const square = this.square[name];
      // The powers are rounded as Keras's are: one minus a number near one shows it.
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
    for (let i = 0; i < rows; i++) {
      const row = out.subarray(i * columns, (i + 1) * columns);
      for (let k = 0; k < 2 * i; k++) { // twice, since rounding leaves a little
        const other = out.subarray((k % i) * columns, ((k % i) + 1) * columns);
        const along = dot(row, other);
        for (let j = 0; j < columns; j++) row[j] -= along * other[j];
      }
      const length = Math.sqrt(dot(row, row));
      for (let j = 0; j < columns; j++) row[j] /= length;
    }
    return Float32Array.from(out);
  }

  function dot(a, b) {
    let sum = 0;
    for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
    return sum;
  }

  function sizes(cell, units, inputs) {
    const columns = CELLS[cell].gates * units;
    return {
      kernel: inputs * columns,
      recurrent: units * columns,
      bias: columns,
      ...(cell === "gru" ? { recurrentBias: columns } : {}),
      readoutKernel: units,
      readoutBias: 1,
    };
  }

  // As Keras begins: uniform after Glorot, orthogonal, zero, and the LSTM's forget gate open.
  function initialWeights({ cell, units, inputs = 1, seed }) {
    oneOf("cell", cell, CELLS);
    wholeNumber("units", units, 4, 100);
    wholeNumber("inputs", inputs, 1, 100);
    const uniform = random(seed);
    const columns = CELLS[cell].gates * units;
    const weights = like(sizes(cell, units, inputs), (size) => new Float32Array(size));
    weights.kernel = glorotUniform(uniform, inputs, columns);
    weights.recurrent = orthogonal(uniform, units, columns);
    weights.readoutKernel = glorotUniform(uniform, units, 1);
    if (cell === "lstm") weights.bias.fill(1, units, 2 * units);
    return weights;
  }

  // --- the trainer

  class Trainer {
    constructor(settings) {
      const { cell, units, seed, steps, batch = 50, iterations = 1500 } = settings;
      oneOf("loss", settings.loss, LOSSES);
      wholeNumber("steps", steps, 2, 100);
      wholeNumber("batch", batch, 1, 1000);
      wholeNumber("iterations", iterations, 1, 1e6);
      checkSeries(settings.values, steps + 20, settings.trainUntil, steps + 1);
      this.settings = { ...settings, batch, iterations };
      this.values = Float32Array.from(settings.values);
      this.network = new Network({ ...settings, weights: initialWeights({ cell, units, seed }) });
      // Its runs have another shape: a network of its own on the same weights keeps its memory.
      this.reader = new Network({ ...settings, weights: this.network.weights });
      this.startOptimizer();
      this.random = random((seed + 1) % 2 ** 32); // not the numbers that the weights came from
      this.iteration = 0;
      this.diverged = null;
      let squares = 0;
      for (const value of this.values) squares += value * value;
      this.scale = LOSSES[settings.loss](squares / this.values.length);
    }

    startOptimizer() {
      const { optimizer: kind, learningRate } = this.settings;
      this.optimizer = new Optimizer({ kind, learningRate }, this.network.weights);
    }

    get isDone() {
      return this.diverged !== null || this.iteration >= this.settings.iterations;
    }

    // Windows of the training part, [batch, steps], and the values that follow each of theirs.
    windows(starts) {
      const { steps } = this.settings;
      const inputs = new Float32Array(starts.length * steps);
      const targets = new Float32Array(starts.length * steps);
      starts.forEach((start, i) => {
        inputs.set(this.values.subarray(start, start + steps), i * steps);
        targets.set(this.values.subarray(start + 1, start + 1 + steps), i * steps);
      });
      return { inputs, targets };
    }

    // One update; returns the loss before it, or null where there is none.
    advance() {
      if (this.isDone) return null;
      const { trainUntil, steps, batch, loss: kind } = this.settings;
      const places = trainUntil - steps; // the last window's last target is still in the part
      const starts = Array.from({ length: batch }, () => Math.floor(this.random() * places));
      const { inputs, targets } = this.windows(starts);
      this.network.forward(inputs, batch, steps);
      const { loss, gradients } = this.network.backward(targets, kind);
      if (this.iteration === 0) this.scale = Math.max(this.scale, loss);
      const what = this.fault(loss, gradients);
      if (what) {
        // Back to the weights before the update that did it: theirs are the last good numbers.
        if (this.earlier) for (const name in this.earlier) this.network.weights[name].set(this.earlier[name]);
        this.diverged = { iteration: this.iteration, what };
        return null;
      }
      this.earlier = copied(this.network.weights);
      this.optimizer.update(gradients);
      this.iteration += 1;
      return loss;
    }

    fault(loss, gradients) {
      if (!Number.isFinite(loss)) return "the loss is no finite number";
      if (loss > 1e6 * this.scale) return "the loss is over a million times that of the first update";
      const name = Object.keys(gradients).find((one) => !isFinite(gradients[one]));
      return name ? `the gradient of ${name} is not finite` : null;
    }

    // The held-out part, one step ahead; the state is run in from the window before it.
    readHeldOut() {
      const { trainUntil, steps } = this.settings;
      const inputs = this.values.subarray(trainUntil - steps, this.values.length - 1);
      return this.reader.forward(inputs, 1, inputs.length);
    }

    // One forecast for each held-out value, or fewer: none after one that is not finite.
    predictions() {
      return finitePart(this.readHeldOut().slice(this.settings.steps - 1));
    }

    // The states beside these predictions, unit by unit: values [units, steps].
    hidden() {
      const steps = this.predictions().length;
      const { h } = this.reader.memory;
      const { units } = this.reader;
      const values = new Float32Array(units * steps).map((_, i) => {
        return h[this.settings.steps - 1 + (i % steps)][Math.floor(i / steps)];
      });
      return { units, steps, values };
    }

    // Beyond the training part, each output being the next input; shorter if one is not finite.
    freeRun(count) {
      wholeNumber("count", count, 1, 1e5);
      const { trainUntil, steps } = this.settings;
      const out = new Float32Array(count);
      let at = { state: this.reader.zeroState(), output: 0 };
      for (const value of this.values.subarray(trainUntil - steps, trainUntil)) {
        at = this.reader.step(at.state, value);
      }
      for (let i = 0; i < count; i++) {
        out[i] = at.output;
        if (!Number.isFinite(at.output)) return out.slice(0, i);
        at = this.reader.step(at.state, at.output);
      }
      return out;
    }

    // By step back in time, over windows at even distances: the same ones at each call.
    gradientNorms() {
      const { trainUntil, steps, batch } = this.settings;
      const starts = Array.from({ length: batch }, (_, i) => Math.floor((i * (trainUntil - steps)) / batch));
      const { inputs, targets } = this.windows(starts);
      this.network.forward(inputs, batch, steps);
      return finitePart(this.network.gradientByStepBack(targets));
    }

    get weights() {
      return copied(this.network.weights);
    }

    // The optimizer starts anew, since what it remembers belongs to the weights of before.
    set weights(weights) {
      const { cell, units } = this.settings;
      checkWeights(weights, sizes(cell, units, 1));
      for (const name in this.network.weights) this.network.weights[name].set(weights[name]);
      this.earlier = undefined;
      this.startOptimizer();
    }
  }

  // --- what any network has to beat: mean squared errors one step ahead on the held-out part

  function baselines(values, trainUntil) {
    checkSeries(values, 6, trainUntil, 5);
    // Least squares on the last two values and a constant, fitted on the training part.
    const means = [0, 1, 2].map((lag) => {
      let sum = 0;
      for (let t = 2; t < trainUntil; t++) sum += values[t - lag];
      return sum / (trainUntil - 2);
    });
    const moment = (i, j) => {
      let sum = 0;
      for (let t = 2; t < trainUntil; t++) sum += (values[t - i] - means[i]) * (values[t - j] - means[j]);
      return sum;
    };
    const [s11, s12, s22, s01, s02] = [moment(1, 1), moment(1, 2), moment(2, 2), moment(0, 1), moment(0, 2)];
    const determinant = s11 * s22 - s12 * s12;
    // Where both tell the same, as in a constant series, one of them is enough.
    const both = determinant > 1e-12 * s11 * s22;
    const first = both ? (s01 * s22 - s02 * s12) / determinant : s11 > 0 ? s01 / s11 : 0;
    const second = both ? (s02 * s11 - s01 * s12) / determinant : 0;
    let naive = 0;
    let linear = 0;
    for (let t = trainUntil; t < values.length; t++) {
      const line = means[0] + first * (values[t - 1] - means[1]) + second * (values[t - 2] - means[2]);
      naive += (values[t] - values[t - 1]) ** 2;
      linear += (values[t] - line) ** 2;
    }
    const count = values.length - trainUntil;
    return { naive: naive / count, linear: linear / count };
  }

  // --- what comes in from outside is checked here

  function wanted(holds, name, given, wish) {
    if (!holds) throw new Error(`${name} is ${given}; it must be ${wish}`);
  }

  function oneOf(name, given, choices) {
    const names = Object.keys(choices);
    wanted(names.includes(given), name, given, `one of ${names.join(", ")}`);
  }

  function wholeNumber(name, given, least, most) {
    const range = most === Infinity ? `from ${least}` : `from ${least} to ${most}`;
    const holds = Number.isInteger(given) && given >= least && given <= most;
    wanted(holds, name, given, `a whole number ${range}`);
  }

  function checkRate(rate) {
    const holds = typeof rate === "number" && rate > 0 && rate <= 10;
    wanted(holds, "learningRate", rate, "a number above 0, and at most 10");
  }

  function numbers(name, given, count) {
    wanted(given?.length === count, name, `of length ${given?.length}`, `of length ${count}`);
    const wrong = Array.from(given).findIndex((value) => !Number.isFinite(Math.fround(value)));
    wanted(wrong < 0, `${name}[${wrong}]`, given[wrong], "a finite number");
  }

  function checkWeights(weights, lengths) {
    for (const name in lengths) numbers(`weights.${name}`, weights?.[name], lengths[name]);
  }

  function checkSeries(values, least, trainUntil, leastTraining) {
    const length = values?.length;
    wanted(length >= least, "values", `of length ${length}`, `at least ${least} values long`);
    numbers("values", values, length);
    wholeNumber("trainUntil", trainUntil, leastTraining, length - 1);
  }

  global.RNN = { random, normal, initialWeights, Network, Optimizer, Trainer, baselines };
})(typeof self === "undefined" ? globalThis : self);
