// The playground's settings and series: what they may be, how an address holds them, and what a
// reader's file holds. `PlaySettings` is all that other files see.
(function () {
  "use strict";

  const RNN = self.RNN;
  const { counted } = PlayNumbers;

  // The names are those of the address.
  const CHOICES = {
    series: {
      lab: "the lab's",
      noisy: "the lab's, with noise",
      walk: "a random walk",
      drawn: "one that you draw",
      file: "a column of your file",
    },
    held: { third: "the last third held out", none: "nothing held out" },
    cell: { simple: "simple RNN", lstm: "LSTM", gru: "GRU" },
    activation: { tanh: "tanh", relu: "ReLU", sigmoid: "sigmoid" },
    loss: { mse: "MSE", rmse: "RMSE" },
    optimizer: { adam: "Adam", sgd: "gradient descent" },
  };
  const NUMBERS = {
    units: { least: 4, most: 100 },
    window: { least: 2, most: 100 },
    rate: { least: 0.000001, most: 10, isWhole: false },
    updates: { least: 1, most: 20000 },
    seed: { least: 0, most: 999999 },
  };
  const LABELS = {
    series: "Series",
    held: "Held out",
    window: "Window length",
    cell: "Cell",
    units: "Units",
    activation: "Activation",
    loss: "Loss",
    optimizer: "Optimizer",
    rate: "Learning rate",
    updates: "Updates",
    seed: "Seed",
  };
  const DEFAULTS = {
    series: "lab",
    held: "third",
    window: 20,
    cell: "simple",
    units: 16,
    activation: "tanh",
    loss: "mse",
    optimizer: "adam",
    rate: 0.01,
    updates: 1500,
    seed: 1,
  };
  const LAB = { activation: "relu", optimizer: "sgd", rate: 0.001 };
  // What differs from the defaults.
  const PRESETS = {
    "16 units on the lab's series": {},
    "the lab of 2019, 100 units": { ...LAB, units: 100 },
    "2.2 as in the lab, 16 units": LAB,
    "2.2 half the rate, twice the updates": { ...LAB, rate: 0.0005, updates: 3000 },
    "2.2 ten times the rate": { ...LAB, rate: 0.01 },
    "2.2 and 3.2 Adam": { ...LAB, optimizer: "adam" },
    "2.3 on the root": { ...LAB, loss: "rmse" },
    "3.3 tanh": { ...LAB, optimizer: "adam", activation: "tanh" },
    "3.3 sigmoid": { ...LAB, optimizer: "adam", activation: "sigmoid" },
    "a noisy series": { series: "noisy" },
    "a random walk": { series: "walk" },
    "a drawing, continued": { series: "drawn", held: "none" },
    "far too fast, learning rate 10": { optimizer: "sgd", rate: 10 },
  };

  // What a value must be, in words; nothing if it is.
  function wish(name, value) {
    if (CHOICES[name]) {
      const names = Object.keys(CHOICES[name]);
      return names.includes(value) ? "" : `one of ${names.join(", ")}`;
    }
    const { least, most, isWhole = true } = NUMBERS[name];
    const fits = value >= least && value <= most && (!isWhole || Number.isInteger(value));
    return fits ? "" : `a ${isWhole ? "whole " : ""}number from ${least} to ${most}`;
  }

  // A value as it was written, a learning rate with a decimal point or comma; an empty field is no
  // zero.
  function read(name, text) {
    if (name in CHOICES) return text;
    const plain = name === "rate" ? text.replace(",", ".") : text;
    return plain.trim() ? Number(plain) : NaN;
  }

  const toAddress = (settings) => `#${new URLSearchParams(settings)}`;

  // The settings of an address, and what of it is not understood; null if it holds none.
  function fromAddress(hash) {
    if (!hash.includes("=")) return null;
    const settings = { ...DEFAULTS };
    const notes = [];
    for (const [name, text] of new URLSearchParams(hash.slice(1))) {
      if (!Object.hasOwn(DEFAULTS, name)) {
        notes.push(`The address sets “${name.slice(0, 30)}”, which is no setting here.`);
        continue;
      }
      const value = read(name, text);
      const wanted = wish(name, value);
      if (!wanted) settings[name] = value;
      else {
        const given = `The address has ${name}=${text.slice(0, 30)}`;
        notes.push(`${given}; it must be ${wanted}, so ${settings[name]} is used.`);
      }
    }
    return { settings, notes };
  }

  // How settings differ from others, in words.
  function differences(settings, others) {
    const say = (name, value) => CHOICES[name]?.[value] ?? `${LABELS[name].toLowerCase()} ${value}`;
    return Object.keys(settings)
      .filter((name) => settings[name] !== others[name])
      .map((name) => say(name, settings[name]))
      .join(", ");
  }

  // --- series: values, and the squared error that no forecast can be expected to go below

  const SERIES_SEED = 2019; // the same series whatever the network's seed
  const NOISE = 0.5;
  // Four digits, as the program has that a reader copies.
  const rounded = (values) => values.map((value) => Math.round(value * 1e4) / 1e4);

  function labSeries() {
    const t = Array.from({ length: 300 }, (_, k) => 0.1 * k);
    return t.map((time) => (time * Math.sin(time)) / 3 + 2 * Math.sin(5 * time));
  }

  const MADE = {
    lab: () => ({ values: labSeries(), floor: 0 }), // six numbers predict it exactly
    noisy() {
      const uniform = RNN.random(SERIES_SEED);
      const values = labSeries().map((value) => value + NOISE * RNN.normal(uniform));
      return { values: rounded(values), floor: NOISE ** 2 };
    },
    walk() {
      const uniform = RNN.random(SERIES_SEED);
      let value = 0;
      const values = Array.from({ length: 300 }, () => (value += RNN.normal(uniform)));
      return { values: rounded(values), floor: 1 }; // the variance of a step
    },
  };

  const MISSING = {
    drawn: "There is no drawing yet: draw a curve from left to right in the field above.",
    file: "There are no numbers yet: choose a file above. It is read here and goes nowhere.",
  };

  // The series of these settings, with the index at which its training part ends; or a `fault`.
  // `own` holds the reader's numbers, drawn and of a file, where there are any.
  function makeSeries({ series, held, window }, own) {
    const isOwn = !(series in MADE);
    const { values, floor } = isOwn ? { values: own[series], floor: null } : MADE[series]();
    if (!values) return { fault: MISSING[series] };
    const trainUntil = held === "none" ? values.length : Math.floor((values.length * 2) / 3);
    const least = Math.ceil((window + 20) * (held === "none" ? 1 : 1.5));
    if (values.length < least) {
      const lengthen = series === "drawn" ? "Draw on to the right" : "Take a longer one";
      return {
        fault:
          `The series is too short: it has ${counted(values.length, "value")}, and windows of ` +
          `${window} want at least ${least}. ${lengthen}; a shorter window wants fewer.`,
      };
    }
    if (!isOwn) return { values, trainUntil, floor, mean: 0, deviation: 1, isOwn };
    const { mean, deviation } = unitOf(values.slice(0, trainUntil));
    // Not above zero: what never changes may deviate by rounding.
    if (!(deviation > 1e-9 * Math.abs(mean))) {
      return { fault: "The part to train on never changes, so there is nothing to learn." };
    }
    if (!Number.isFinite(deviation)) {
      return { fault: "Its numbers are too large to compute with: divide them all first." };
    }
    const scaled = rounded(values.map((value) => (value - mean) / deviation));
    return { values: scaled, trainUntil, floor, mean, deviation, isOwn };
  }

  // A reader's numbers may be millions: the network reads them in units of their own deviation.
  function unitOf(values) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { mean, deviation: Math.sqrt(squares / values.length) };
  }

  // --- files

  const LONGEST = 3000;

  // The columns of a text that hold numbers, each with its title and what was left out of it.
  function columnsOf(text) {
    const lines = text.split(/\r?\n/).filter((line) => line.trim());
    const separator = ["\t", ";", ","].find((one) => lines[0]?.includes(one)) ?? /\s+/;
    const hasDecimalComma = separator === ";" || separator === "\t";
    const toNumber = (cell = "") =>
      cell ? Number(hasDecimalComma ? cell.replace(",", ".") : cell) : NaN;
    const rows = lines.map((line) =>
      line
        .trim()
        .split(separator)
        .map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")),
    );
    return (rows[0] ?? []).flatMap((head, column) => {
      const isTitle = Number.isNaN(toNumber(head));
      const cells = rows.slice(isTitle ? 1 : 0).map((row) => toNumber(row[column]));
      const numbers = cells.filter(Number.isFinite);
      if (numbers.length < 2 || numbers.length < cells.length / 2) return [];
      return {
        title: isTitle && head ? head.slice(0, 40) : `column ${column + 1}`,
        values: numbers.slice(-LONGEST),
        left: numbers.length - Math.min(numbers.length, LONGEST),
        missing: cells.length - numbers.length,
      };
    });
  }

  self.PlaySettings = {
    CHOICES,
    NUMBERS,
    LABELS,
    DEFAULTS,
    PRESETS,
    wish,
    read,
    toAddress,
    fromAddress,
    differences,
    makeSeries,
    columnsOf,
  };
})();
