// The network that writes by hand (Graves 2013), point after point. `HandNetwork` is all that other
// files see; it uses the tools of letters.js and the chance of engine.js.
//
// A line is a list of points, [dx, dy, pen]: how far the pen goes, x to the right and y up, in heights
// of an x, and whether it is lifted then. The first goes from the start of the line.
(function () {
  "use strict";

  const { load, dense, lstm, softmax, sigmoid, pause } = Letters.tools;
  const BEGIN = [0, 0, 1]; // what is read before the first point: the pen is lifted
  const MOST_POINTS = 40; // a character, after which a line is given up
  const LARGEST_CORRELATION = 0.95;
  const LARGEST_LOG = 8; // of a deviation

  const zeros = (size) => new Float64Array(size);

  function joined(...parts) {
    const out = zeros(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  class Network {
    constructor({ about, arrays }, styles) {
      this.styles = styles; // each a name, a text, and its points by a true writer
      this.alphabet = new Map(Array.from(about.alphabet, (character, n) => [character, n]));
      this.scale = Number(about.scale);
      const cell = (name) => ({
        kernel: arrays[`${name}_kernel`],
        recurrent: arrays[`${name}_recurrent`],
        bias: arrays[`${name}_bias`],
      });
      const layer = (name) => {
        const [{ numbers }, kernel] = [arrays[`${name}_bias`], arrays[`${name}_kernel`]];
        return (x) => dense(x, kernel, numbers, zeros(numbers.length));
      };
      this.cells = [cell("lstm1"), cell("lstm2")];
      [this.window, this.output] = [layer("window"), layer("output")];
      this.windows = arrays.window_bias.numbers.length / 3;
    }

    // The state in which nothing of a text is written. A space behind it is where it ends.
    start(text) {
      const codes = Array.from(`${text} `, (character) => this.alphabet.get(character));
      const state = { codes };
      state.cells = this.cells.map(({ recurrent }) => {
        const [units] = recurrent.shape;
        return [zeros(units), zeros(units)];
      });
      state.places = zeros(this.windows);
      state.seen = zeros(this.alphabet.size);
      return state;
    }

    // Reads a point; the state moves on, and what comes out says where the next point may lie.
    read(state, [dx, dy, pen]) {
      const point = [dx / this.scale, dy / this.scale, pen];
      const [cell1, cell2] = this.cells;
      state.cells[0] = lstm(cell1, joined(point, state.seen), state.cells[0]);
      const h1 = state.cells[0][0];
      this.look(state, h1);
      state.cells[1] = lstm(cell2, joined(point, h1, state.seen), state.cells[1]);
      return this.output(joined(h1, state.cells[1][0]));
    }

    // Moves the window over the text, w = Σ_u φ(u) c_u, φ(u) = Σ_k α_k exp(-β_k (κ_k - u)²).
    look(state, h1) {
      const K = this.windows;
      const out = this.window(h1).map(Math.exp);
      state.seen = zeros(this.alphabet.size);
      state.phi = zeros(state.codes.length);
      for (let k = 0; k < K; k++) {
        state.places[k] += out[2 * K + k];
        const [alpha, beta, place] = [out[k], out[K + k], state.places[k]];
        state.codes.forEach((code, u) => {
          const share = alpha * Math.exp(-beta * (place - u) ** 2);
          state.seen[code] += share;
          state.phi[u] += share;
        });
      }
    }

    // A point from the mixture and four random numbers: uniform, normal, normal, uniform.
    draw(y, neatness, [u, n1, n2, v]) {
      const M = (y.length - 1) / 6;
      const part = (n) => y.subarray(1 + n * M, 1 + (n + 1) * M);
      const weights = softmax(part(0), 1 / (1 + neatness));
      let left = u;
      let m = weights.findIndex((weight) => (left -= weight) < 0);
      if (m < 0) m = M - 1; // rounding
      const [meanX, meanY, logX, logY, bend] = [1, 2, 3, 4, 5].map((n) => part(n)[m]);
      const rho = LARGEST_CORRELATION * Math.tanh(bend);
      const deviation = (log) =>
        Math.exp(Math.max(-LARGEST_LOG, Math.min(LARGEST_LOG, log)) - neatness);
      const dx = meanX + deviation(logX) * n1;
      const dy = meanY + deviation(logY) * (rho * n1 + Math.sqrt(1 - rho * rho) * n2);
      return [this.scale * dx, this.scale * dy, v < sigmoid(y[0]) ? 1 : 0];
    }

    // The points of a text after those that are given, each with the place in the text that the
    // window is at, until it has reached the text's end with the pen lifted; returns whether it has.
    async *write(text, { given = [], neatness = 0, chance }) {
      const rest = pause();
      const state = this.start(text);
      const place = () => state.phi.indexOf(Math.max(...state.phi));
      let y = this.read(state, BEGIN);
      for (const point of given) {
        await rest();
        y = this.read(state, point);
      }
      for (let n = 0; n < MOST_POINTS * text.length; n++) {
        await rest();
        const point = this.draw(y, neatness, chance());
        yield { point, at: place() };
        y = this.read(state, point);
        if (point[2] && place() === text.length) return true;
      }
      return false;
    }
  }

  // Four random numbers a point, from a seed.
  function chanceOf(seed) {
    const uniform = RNN.random(seed);
    return () => [uniform(), RNN.normal(uniform), RNN.normal(uniform), uniform()];
  }

  // The network of a place. Its file is that of the weights, and a line of styles.
  function loadNetwork(dataset) {
    return load(dataset, async (text) => {
      const [weights, styles] = text.split("\n");
      return new Network(await Letters.unpack(weights), JSON.parse(styles));
    });
  }

  self.HandNetwork = { loadNetwork, Network, chanceOf };
})();
