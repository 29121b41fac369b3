// Trains a network of `engine.js` to forecast a series one step ahead, and says what it has to beat.
// Here, too, nothing touches the page.
(function (global) {
  "use strict";

  const { wanted, oneOf, wholeNumber, numbers, checkWeights } = global.RNN.tools;
  const { matrices, zerosLike, copyOf, dot, LOSSES } = global.RNN.tools;
  const { random, initialWeights, Network, Optimizer } = global.RNN;

  class Trainer {
    constructor(settings) {
      const { values, trainUntil, cell, units, activation, loss, steps, seed } = settings;
      const { batch = 50, iterations = 1500 } = settings;
      oneOf("loss", loss, LOSSES);
      wholeNumber("steps", steps, 2, 100);
      wholeNumber("batch", batch, 1, 1000);
      wholeNumber("iterations", iterations, 1, 1e6);
      checkSeries(values, steps + 20, trainUntil, steps + 1, values?.length); // holding none out
      this.settings = { ...settings, batch, iterations };
      this.values = Float32Array.from(values);
      const weights = initialWeights({ cell, units, seed });
      this.network = new Network({ cell, units, activation, weights });
      // The same weights in a network for runs of another shape, so that neither makes its memory
      // anew.
      this.reader = new Network({ cell, units, activation, weights });
      this.startOptimizer();
      this.random = random((seed + 1) % 2 ** 32); // not the numbers that made the weights
      this.iteration = 0;
      this.diverged = null;
      // The loss of an untrained network: what divergence is measured by.
      this.scale = LOSSES[loss](dot(this.values, this.values) / values.length);
    }

    startOptimizer() {
      const { optimizer: kind, learningRate } = this.settings;
      this.optimizer = new Optimizer({ kind, learningRate }, this.network.weights);
      this.earlier = copyOf(this.network.weights);
    }

    get isDone() {
      return this.diverged !== null || this.iteration >= this.settings.iterations;
    }

    // Windows of the training part, [batch, steps], and the values that follow each of theirs.
    windows(starts) {
      const { steps } = this.settings;
      const [inputs, targets] = matrices(2, starts.length * steps);
      starts.forEach((start, i) => {
        inputs.set(this.values.subarray(start, start + steps), i * steps);
        targets.set(this.values.subarray(start + 1, start + 1 + steps), i * steps);
      });
      return { inputs, targets };
    }

    // One update; returns the loss before it, or null where there is none.
    advance() {
      return this.parts(this.settings.batch).next().value;
    }

    // The same in pieces of so many windows of the batch, with a pause after each but the last: where
    // an update takes long, a page can do other things in between.
    *parts(rows) {
      wholeNumber("rows", rows, 1);
      if (this.isDone) return null;
      const { trainUntil, steps, batch, loss: kind } = this.settings;
      const places = trainUntil - steps; // the last window's last target is in the training part
      const starts = Array.from({ length: batch }, () => Math.floor(this.random() * places));
      const gradients = zerosLike(this.network.weights);
      let mean = 0;
      for (let from = 0; from < batch; from += rows) {
        if (from > 0) yield;
        const { inputs, targets } = this.windows(starts.slice(from, from + rows));
        const some = inputs.length / steps;
        this.network.forward(inputs, some, steps);
        const piece = this.network.backward(targets, "mse");
        mean += (piece.loss * some) / batch;
        addScaled(gradients, piece.gradients, some / batch);
      }
      const loss = LOSSES[kind](mean);
      // The root's slope; at zero, where it has none, the gradients are zero too.
      if (kind === "rmse" && loss > 0) addScaled(gradients, gradients, 1 / (2 * loss) - 1);
      return this.update(loss, gradients);
    }

    update(loss, gradients) {
      if (this.iteration === 0) this.scale = Math.max(this.scale, loss);
      const what = this.fault(loss, gradients);
      if (what) {
        // Back to the weights before the update that did it: theirs are the last good numbers.
        for (const name in this.earlier) this.network.weights[name].set(this.earlier[name]);
        this.diverged = { iteration: this.iteration, what };
        return null;
      }
      for (const name in this.earlier) this.earlier[name].set(this.network.weights[name]);
      this.optimizer.update(gradients);
      this.iteration += 1;
      return loss;
    }

    fault(loss, gradients) {
      if (!Number.isFinite(loss)) return "the loss is no finite number";
      if (loss > 1e6 * this.scale) return "the loss is over a million times the first";
      for (const name in gradients) {
        if (!isFinite(gradients[name])) return `the gradient of ${name} is not finite`;
        if (!isFinite(this.network.weights[name])) return `a weight of ${name} is not finite`;
      }
      return null;
    }

    // The held-out part, one step ahead; the state is run in from the window before it. Where nothing
    // is held out, this is empty.
    readHeldOut() {
      const { trainUntil, steps } = this.settings;
      const inputs = this.values.subarray(trainUntil - steps, this.values.length - 1);
      return this.reader.forward(inputs, 1, inputs.length).slice(steps - 1);
    }

    // One forecast for each held-out value; none after one that is not finite.
    predictions() {
      return finitePart(this.readHeldOut());
    }

    // The states beside these predictions, unit by unit: values [units, steps]; and each unit's
    // largest weights.
    hidden() {
      const steps = this.predictions().length;
      const { units, memory } = this.reader;
      const states = memory.h.slice(this.settings.steps - 1);
      const at = (i) => states[i % steps][Math.floor(i / steps)];
      const values = new Float32Array(units * steps).map((_, i) => at(i));
      return { units, steps, values, strongest: steps ? this.reader.strongest(3) : [] };
    }

    // Beyond the training part, each output being the next input; none after one not finite.
    freeRun(count) {
      wholeNumber("count", count, 1, 1e5);
      const { trainUntil, steps } = this.settings;
      let at = { state: this.reader.zeroState() };
      for (const value of this.values.subarray(trainUntil - steps, trainUntil)) {
        at = this.reader.step(at.state, value);
      }
      const out = new Float32Array(count);
      for (let i = 0; i < count; i++) {
        out[i] = at.output;
        if (!Number.isFinite(at.output)) return out.slice(0, i);
        at = this.reader.step(at.state, at.output);
      }
      return out;
    }

    // By step back in time, over eight windows at even distances: the same ones at each call.
    gradientNorms() {
      const { trainUntil, steps } = this.settings;
      const starts = Array.from({ length: 8 }, (_, i) => Math.floor((i * (trainUntil - steps)) / 8));
      const { inputs, targets } = this.windows(starts);
      this.reader.forward(inputs, 8, steps);
      const norms = this.reader.gradientByStepBack(targets);
      return Object.fromEntries(Object.entries(norms).map(([part, one]) => [part, finitePart(one)]));
    }

    get weights() {
      return copyOf(this.network.weights);
    }

    // The optimizer starts anew, since what it remembers belongs to the weights of before.
    set weights(weights) {
      checkWeights(weights, this.settings.cell, this.settings.units, 1);
      for (const name in this.network.weights) this.network.weights[name].set(weights[name]);
      this.startOptimizer();
    }
  }

  // --- what any network has to beat: mean squared errors one step ahead on the held-out part

  function baselines(values, trainUntil) {
    checkSeries(values, 6, trainUntil, 5, values?.length - 1);
    // Least squares on the last two values and a constant, fitted on the training part.
    const lagged = [0, 1, 2].map((lag) => values.slice(2 - lag, trainUntil - lag));
    const means = lagged.map((part) => part.reduce((sum, value) => sum + value, 0) / part.length);
    const centred = lagged.map((part, lag) => part.map((value) => value - means[lag]));
    const s = (i, j) => dot(centred[i], centred[j]);
    const determinant = s(1, 1) * s(2, 2) - s(1, 2) ** 2;
    // Where both tell the same, as in a constant series, the last value is enough.
    const isSingular = determinant <= 1e-12 * s(1, 1) * s(2, 2);
    const first = isSingular
      ? s(0, 1) / s(1, 1) || 0
      : (s(0, 1) * s(2, 2) - s(0, 2) * s(1, 2)) / determinant;
    const second = isSingular ? 0 : (s(0, 2) * s(1, 1) - s(0, 1) * s(1, 2)) / determinant;
    const constant = means[0] - first * means[1] - second * means[2];
    const error = (forecast) => {
      let sum = 0;
      for (let t = trainUntil; t < values.length; t++) sum += (values[t] - forecast(t)) ** 2;
      return sum / (values.length - trainUntil);
    };
    return {
      naive: error((t) => values[t - 1]),
      linear: error((t) => constant + first * values[t - 1] + second * values[t - 2]),
    };
  }

  // What can be drawn: everything before the first number that is infinite or none.
  function finitePart(array) {
    const end = array.findIndex((value) => !Number.isFinite(value));
    return end < 0 ? array : array.slice(0, end);
  }

  function addScaled(sums, arrays, factor) {
    for (const name in sums) {
      for (let i = 0; i < sums[name].length; i++) sums[name][i] += factor * arrays[name][i];
    }
  }

  function isFinite(array) {
    return Number.isFinite(dot(array, array)); // a sum of squares hides nothing
  }

  function checkSeries(values, least, trainUntil, from, to) {
    numbers("values", values, values?.length);
    wanted(values.length >= least, "the length of values", values.length, `${least} or more`);
    wholeNumber("trainUntil", trainUntil, from, to);
  }

  Object.assign(global.RNN, { Trainer, baselines });
})(typeof self === "undefined" ? globalThis : self);
