// Is the engine right? The page carries what Keras computed when it was built: predictions, losses
// and gradients of small networks, and the losses of whole runs. This computes the same, here.
(function (global) {
  "use strict";

  const LIMITS = { predictions: 1e-5, losses: 1e-5, gradients: 1e-4, runs: 1e-4, early: 1e-4 };
  const EARLY = 20; // updates for which runs are compared that rounding can lead apart later
  const RNN = global.RNN;

  // A number that is none is as far away as can be: no comparison lets it pass.
  const worst = (numbers) => (numbers.some(Number.isNaN) ? Infinity : Math.max(0, ...numbers));
  const relative = (ours, theirs) => Math.abs(ours - theirs) / Math.abs(theirs);

  function distance(ours, theirs) {
    let [apart, length] = [0, 0];
    for (let i = 0; i < theirs.length; i++) {
      apart += (ours[i] - theirs[i]) ** 2;
      length += theirs[i] ** 2;
    }
    return ours.length === theirs.length ? Math.sqrt(apart / length) : Infinity;
  }

  function arrays(weights) {
    return Object.fromEntries(Object.entries(weights).map(([k, v]) => [k, Float32Array.from(v)]));
  }

  // One network: the greatest differences of its predictions, losses and gradients.
  function compareNetwork({ cell, units, activation, batch, steps, predictions, losses }, vectors) {
    const { inputs, targets, weights } = vectors;
    const network = new RNN.Network({ cell, units, activation, weights: arrays(weights[cell]) });
    const ours = network.forward(inputs, batch, steps);
    const found = { predictions: worst(predictions.map((one, i) => Math.abs(ours[i] - one))) };
    const each = Object.keys(losses).map((name) => {
      const { loss, gradients } = network.backward(targets, name);
      const theirs = losses[name];
      const apart = Object.keys(theirs.gradients).map((one) => {
        return distance(gradients[one], theirs.gradients[one]);
      });
      return { loss: relative(loss, theirs.loss), gradients: worst(apart) };
    });
    found.losses = worst(each.map((one) => one.loss));
    found.gradients = worst(each.map((one) => one.gradients));
    return found;
  }

  // One run: the greatest relative difference of its losses, from the same start, window by window.
  function compareRun({ settings, losses }, vectors) {
    const { values, weights } = vectors.runs;
    const trainer = new RNN.Trainer({ ...settings, values, iterations: losses.length });
    trainer.weights = arrays(weights);
    const ours = losses.map(() => trainer.advance() ?? NaN);
    const apart = ours.map((loss, i) => relative(loss, losses[i]));
    const isSmooth = settings.activation !== "relu" || settings.optimizer === "sgd";
    const found = isSmooth ? { runs: worst(apart) } : { early: worst(apart.slice(0, EARLY)) };
    return { ...found, settings, ours, theirs: losses };
  }

  // All of them, with a pause after each, in which the page can be scrolled.
  async function compare(vectors) {
    const found = [];
    const tasks = [
      ...vectors.networks.map((one) => () => compareNetwork(one, vectors)),
      ...vectors.runs.each.map((one) => () => compareRun(one, vectors)),
    ];
    for (const task of tasks) {
      found.push(task());
      await new Promise((resolve) => setTimeout(resolve));
    }
    const rows = Object.keys(LIMITS).map((name) => {
      const greatest = worst(found.filter((one) => name in one).map((one) => one[name]));
      return { name, greatest, limit: LIMITS[name], holds: greatest <= LIMITS[name] };
    });
    return { rows, runs: found.filter((one) => one.settings) };
  }

  // Two curves of losses on a logarithmic axis; the dashes of one lie on the other.
  function draw({ ours, theirs }) {
    const [width, height] = [360, 200];
    const all = [...ours, ...theirs].filter((loss) => loss > 0).map(Math.log10);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const line = (losses, look) => {
      const points = losses.map((loss, i) => {
        const y = 10 + ((high - Math.log10(loss)) / (high - low)) * (height - 40);
        return `${(50 + (i / losses.length) * (width - 60)).toFixed(1)},${y.toFixed(1)}`;
      });
      return `<polyline fill="none" stroke-width="2" ${look} points="${points.join(" ")}"/>`;
    };
    const label = (x, y, text, look = "") => `<text x="${x}" y="${y}" ${look}>${text}</text>`;
    return [
      line(theirs, 'style="stroke: var(--figure-blue)"'),
      line(ours, 'style="stroke: var(--figure-vermilion)" stroke-dasharray="2 6"'),
      label(0, 18, (10 ** high).toPrecision(2)) + label(0, height - 26, (10 ** low).toPrecision(2)),
      label(0, 90, "loss"),
      label(50, height - 4, "update 1"),
      label(width, height - 4, ours.length, 'text-anchor="end"'),
      label(width, 20, "Keras", 'text-anchor="end" style="fill: var(--figure-blue)"'),
      label(width, 42, "here, dashed", 'text-anchor="end" style="fill: var(--figure-vermilion)"'),
    ].join("");
  }

  async function show() {
    const vectors = JSON.parse(document.getElementById("play-vectors").textContent);
    const { rows, runs } = await compare(vectors);
    for (const { name, greatest, holds } of rows) {
      const place = document.querySelector(`[data-parity="${name}"]`);
      place.textContent = `${greatest.toExponential(1)}, ${holds ? "as wanted" : "too far"}`;
    }
    const figure = document.getElementById("parity-curves");
    figure.querySelector("svg").innerHTML = draw(runs.find((run) => "early" in run));
    figure.hidden = false;
    const wrong = rows.filter((row) => !row.holds).length;
    document.getElementById("parity-verdict").textContent = wrong
      ? `In this browser ${wrong} of ${rows.length} comparisons are over the limit.`
      : "In this browser all comparisons are within their limits.";
  }

  RNN.compare = compare;
  if (global.document?.getElementById("play-vectors")) show();
})(self);
