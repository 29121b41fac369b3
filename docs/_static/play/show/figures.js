// The playground's six figures, drawn from its state. `PlayFigures` is all that other files see.
(function () {
  "use strict";

  const { differences } = PlaySettings;
  const { number, counted, mean } = PlayNumbers;
  const { inUnit, heldOut, spread, distances, finding } = PlayWords;
  const { figure, lineFigure, drawLines, drawHeat, rowsOf } = PlayCharts;
  const NOTHING = "Nothing to show yet";
  const NO_UNITS = { units: 0, steps: 0, values: [], strongest: [] };

  const from = (first, length) => Array.from({ length }, (_, k) => first + k);

  const TITLES = {
    loss: "Loss, as a squared error",
    predictions: "One step ahead, on the held-out stretch",
    alone: "Running freely",
    horizon: "How far off it is, running freely",
    hidden: "Hidden units",
    gradients: "The gradient, back in time",
  };

  // Each draws its figure anew.
  const painters = {
    loss(target, state) {
      const { settings, series, baselines, iteration, losses, measured, earlier } = state;
      const x = from(1, losses.length);
      const loss = { x, y: losses, name: "loss, each update's windows", look: "truth" };
      const error = { ...measured, name: "error, held out", look: "network" };
      const lines = [loss];
      if (earlier) {
        const { losses: y } = earlier;
        const name = `loss before (${differences(earlier.settings, settings) || "the same"})`;
        lines.unshift({ x: from(1, y.length), y, name, look: "before" });
      }
      if (baselines) {
        const level = (value, name, look) => ({ y: [value, value], name, look });
        lines.push(error, level(baselines.naive, "naive forecast, held out", "naive"));
        lines.push(level(baselines.linear, "linear forecast, held out", "linear"));
        if (series.floor) lines.push(level(series.floor, "best to be expected", "best"));
      }
      const to = Math.max(20, losses.length);
      drawLines(target.drawing, {
        lines,
        xTitle: "update",
        empty: NOTHING,
        isLog: true,
        from: 0,
        to,
      });
      const zero = "The best possible is zero, which has no place on a logarithmic axis.";
      const best = series.floor === 0 ? zero : "";
      target.show({
        lines,
        alt: losses.length
          ? `From ${number(losses[0])} to ${number(losses.at(-1))} in ${counted(iteration, "update")}.`
          : "No update has been made yet.",
        note: baselines
          ? `Held out, naive ${number(baselines.naive)}, linear ${number(baselines.linear)}. ${best}`
          : "",
        rows: () => rowsOf("update", [loss, { ...error, y: aligned(measured, x) }]),
      });
    },

    predictions(target, state) {
      const { series, views } = state;
      const truth = heldOut(state);
      const x = from(series.trainUntil ?? 0, truth.length);
      const forecasts = inUnit(series, views.predictions ?? []);
      const lines = [
        { x, y: truth, name: "series", look: "truth" },
        { x, y: forecasts, name: "network", look: "network" },
      ];
      const empty = series.fault ? NOTHING : "Nothing is held out";
      drawLines(target.drawing, { lines, xTitle: "value", empty });
      target.show({
        lines,
        alt: truth.length ? `Two lines, the series and the forecasts. ${finding(state)}` : empty,
        note: "Each forecast is made from true values.",
        rows: () => rowsOf("value", lines),
      });
    },

    alone(target, state) {
      const { series, views } = state;
      const truth = heldOut(state);
      const free = inUnit(series, views.freeRun ?? []);
      const x = from(1, series.freeLength ?? 0);
      const network = { x, y: free, name: "network, alone", look: "network" };
      const lines = truth.length
        ? [{ x, y: truth, name: "series", look: "truth" }, network]
        : [network];
      drawLines(target.drawing, { lines, xTitle: "steps after the training part", empty: NOTHING });
      target.show({
        lines,
        alt: free.length
          ? `The network goes from ${number(free[0])} to ${number(free.at(-1))} by itself.`
          : NOTHING,
        note: "Each forecast is the next input.",
        rows: () => rowsOf("steps", lines),
      });
    },

    horizon(target, state) {
      const { series } = state;
      const off = distances(state);
      const network = { x: from(1, off.length), y: off, name: "network, alone", look: "network" };
      const lines = [network];
      if (off.length) {
        const { middle } = spread(state);
        const flat = mean(heldOut(state).map((value) => Math.abs(value - middle)));
        lines.push({ y: [flat, flat], name: "a flat line, on average", look: "naive" });
      }
      const empty =
        series.fault || series.values.length > series.trainUntil
          ? NOTHING
          : "Nothing is held out to compare with";
      drawLines(target.drawing, { lines: off.length ? lines : [], xTitle: "steps ahead", empty });
      target.show({
        lines,
        alt: off.length
          ? `${number(off[0])} off after a step, ${number(off.at(-1))} after ${off.length}.`
          : empty,
        note:
          "The distance from the series. The level line is the mean distance of a forecast that " +
          "says the training part's mean each time.",
        rows: () => rowsOf("steps ahead", [network]),
      });
    },

    hidden(target, { settings, views }) {
      const { units, steps, values, strongest } = views.hidden ?? NO_UNITS;
      const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
      target.map.update({ units: steps ? units : 0, strongest, cell: settings.cell });
      if (steps) drawHeat(target.drawing, { values, rows: units, columns: steps, most });
      const row = (unit) => {
        const states = Array.from(values.slice(unit * steps, (unit + 1) * steps));
        return [Math.min(...states), mean(states), Math.max(...states)].map(number);
      };
      target.show({
        lines: [
          { look: "truth", name: "positive" },
          { look: "network", name: "negative" },
        ],
        alt: `The states of ${units} units at ${steps} held-out values.`,
        note: steps
          ? `A unit a row, a held-out value a column. The strongest colour is ${number(most)}.`
          : "Nothing is held out, or nothing is read yet.",
        rows: () => [
          ["unit", "least", "mean", "most"],
          ...from(0, steps ? units : 0).map((unit) => [String(unit + 1), ...row(unit)]),
        ],
      });
    },

    gradients(target, { views }) {
      const { h = [], c } = views.gradientNorms ?? {};
      const line = (norms, name, look) => {
        const y = Array.from(norms);
        return { x: from(0, y.length), y, name, look };
      };
      const state = c ? "h, the LSTM's output" : "h, the state";
      const lines = [line(h, `norm of the gradient for ${state}`, "network")];
      if (c) lines.push(line(c, "for c, the cell's state", "truth"));
      const ends = (y) => `${number(y[0])} at the last step to ${number(y.at(-1))} at the first`;
      const empty = h.length ? "All gradients are zero" : NOTHING;
      drawLines(target.drawing, { lines, xTitle: "steps back", empty, isLog: true });
      target.show({
        lines,
        alt: h.length
          ? lines.map(({ name, y }) => `${name}, from ${ends(y)}.`).join(" ")
          : NOTHING,
        note:
          "The norm of the gradient of a window's last squared error, by the state so many steps " +
          "before it. An output reads h alone.",
        rows: () => rowsOf("steps back", lines),
      });
    },
  };

  // For each x the last measurement up to it.
  function aligned(measured, x) {
    let k = 0;
    return x.map((at) => {
      while (measured.x[k + 1] <= at) k++;
      return measured.x[k] <= at ? measured.y[k] : NaN;
    });
  }

  // The hidden units are a map whose rows can be pointed at.
  function createTarget(name, title) {
    if (name !== "hidden") return lineFigure(name, title);
    const map = PlayUnits.createMap();
    return { ...figure(name, title, map.canvas, [map.root, map.words]), map };
  }

  // The figures by name: the element of each, and `paint`, which draws it.
  function createFigures() {
    return Object.fromEntries(
      Object.entries(TITLES).map(([name, title]) => {
        const target = createTarget(name, title);
        return [name, { root: target.root, paint: (state) => painters[name](target, state) }];
      }),
    );
  }

  self.PlayFigures = { createFigures };
})();
