// What the playground says of a run, as functions of its state. `PlayWords` is all that other files
// see. The state is that of playground.js: settings, series, baselines, phase, iteration, losses,
// measured, views, earlier, pace.
(function () {
  "use strict";

  const { differences } = PlaySettings;
  const { number, whole, counted, mean } = PlayNumbers;
  const BATCH = 50; // windows an update
  const GATES = { simple: 1, gru: 3, lstm: 4 };
  const SERIES = {
    lab: "the lab's series",
    noisy: "the lab's series with noise",
    walk: "a random walk",
    drawn: "your drawing",
    file: "your column",
  };

  // --- time: the multiplications of an update, times the seconds that one takes on this machine

  const multiplications = ({ window, cell, units }) =>
    3 * BATCH * window * GATES[cell] * units * (units + 4);

  function duration({ settings, pace }, count) {
    const seconds = count * multiplications(settings) * pace;
    if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
    return `${Math.round(seconds / 60)} min`;
  }

  // --- values in the reader's own unit

  const inUnit = ({ deviation, mean }, values) =>
    Array.from(values, (value) => value * deviation + mean);
  const heldOut = ({ series }) => inUnit(series, series.values?.slice(series.trainUntil) ?? []);

  // Mean and deviation of the training part.
  function spread({ series }) {
    const part = inUnit(series, series.values.slice(0, series.trainUntil));
    const middle = mean(part);
    return { middle, deviation: Math.sqrt(mean(part.map((value) => (value - middle) ** 2))) };
  }

  // How far a free run is from the series, step by step.
  function distances(state) {
    const truth = heldOut(state);
    const free = inUnit(state.series, state.views.freeRun ?? []).slice(0, truth.length);
    return free.map((value, step) => Math.abs(value - truth[step]));
  }

  // --- sentences

  // What it trains on, and when it will stop.
  function plan(state) {
    const { settings, series } = state;
    if (series.fault) return series.fault;
    const { values, trainUntil, isOwn } = series;
    const held = values.length - trainUntil;
    const part = held ? `the first ${whole(trainUntil)} of ` : "";
    return [
      `It trains on ${part}${whole(values.length)} values of ${SERIES[settings.series]}, in windows`,
      `of ${settings.window}, ${BATCH} of them an update.`,
      held ? `The last ${whole(held)} are held out.` : "Nothing is held out.",
      isOwn ? "Squared errors are in units of the training values' variance." : "",
      `It stops after ${counted(settings.updates, "update")}, about`,
      `${duration(state, settings.updates)} of training.`,
    ]
      .filter(Boolean)
      .join(" ");
  }

  // Where it is.
  function now(state) {
    const { settings, phase, iteration, losses } = state;
    if (phase === "refused") return "";
    const left = `about ${duration(state, settings.updates - iteration)} left`;
    const made = counted(iteration, "update");
    const where = {
      ready: "Ready. Press Train.",
      training: `Update ${whole(iteration)} of ${whole(settings.updates)}, ${left}.`,
      paused: `Paused after ${made}, ${left}.`,
      done: `Done after ${made}.`,
      diverged: `Diverged after ${made}.`,
    }[phase];
    if (!losses.length) return where;
    const last = losses.at(-1); // a squared error
    return `${where} Loss ${number(settings.loss === "rmse" ? Math.sqrt(last) : last)}.`;
  }

  const after = (updates) => ` after ${counted(updates, "update")}`;

  // The naive forecast's error beside the network's.
  function beside(naive, error) {
    const times = Number((naive / error).toPrecision(2));
    if (times > 1) return `${times} times as much`;
    return times === 1 ? "about as much" : "and does better";
  }

  // What came out, beside what needs no network.
  function finding(state) {
    const { settings, series, baselines, iteration, measured, earlier } = state;
    if (!iteration) return "";
    const found = [];
    const error = measured.y.at(-1);
    if (baselines && error !== undefined) {
      const { naive, linear } = baselines;
      // The last look that gave an error may lie some updates back.
      const then = measured.x.at(-1) === iteration ? "" : after(measured.x.at(-1));
      found.push(
        `One step ahead on the held-out stretch the network's squared error is ${number(error)}${then}.`,
        `The naive forecast, the last value again, has ${number(naive)}, ${beside(naive, error)};`,
        "a weighted sum of the last two values and a constant, fitted by least squares, has",
        `${number(linear)}.`,
      );
      if (series.floor === 0) {
        found.push(
          "The best possible is zero:",
          "a weighted sum of the last six values predicts this series exactly.",
        );
      } else if (series.floor) {
        found.push(
          `No forecast can expect less than the variance of what is new at each step, ${number(series.floor)}.`,
        );
      }
      if (earlier?.error !== undefined) {
        const other = differences(earlier.settings, settings) || "the same settings";
        const then = after(earlier.updates);
        found.push(`Before, with ${other}, it was ${number(earlier.error)}${then}.`);
      }
    }
    const off = distances(state);
    if (off.length) {
      const near = spread(state).deviation / 2;
      const first = off.findIndex((distance) => distance > near);
      found.push(
        "Running freely, it stays near the series, within half the standard deviation of the",
        "training part, for",
        `${counted(first < 0 ? off.length : first, "step")}.`,
      );
    }
    return found.join(" ");
  }

  // Where, why, and what to turn.
  function divergence({ settings }, { iteration, what }) {
    const isHarder = settings.activation === "relu" || settings.window > 30;
    return [
      `Diverged at update ${whole(iteration + 1)}: ${what}.`,
      "Its numbers have grown instead of settling.",
      `Lower the learning rate, now ${settings.rate}, to a tenth or less`,
      isHarder ? "and, if that does not help, shorten the window and avoid ReLU." : ".",
      "The figures show the network as it was before its last update.",
    ]
      .join(" ")
      .replace(" .", ".");
  }

  // What the site's own network is, and whether it is the one that it should be.
  function continuation({ network, isChecked }) {
    const checked = isChecked
      ? "Its file has the hash that this page names."
      : "Its file could not be checked: over http without encryption a browser offers no hashes.";
    const name = `${network.cell.toUpperCase()} of ${network.units} units`;
    return `Continued by the page's own network, a ${name} that learned from sums of sines. ${checked}`;
  }

  self.PlayWords = {
    BATCH,
    multiplications,
    inUnit,
    heldOut,
    spread,
    distances,
    plan,
    now,
    finding,
    divergence,
    continuation,
  };
})();
