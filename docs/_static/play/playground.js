// The playground: its form, its buttons, and a network that trains in the page. The other files of
// this folder are loaded before; `copy` is site.js's. What a reader draws or opens stays in the
// page: no line of these files sends anything.
(function () {
  "use strict";

  const { CHOICES, NUMBERS, LABELS, DEFAULTS, PRESETS } = PlaySettings;
  const { make } = PlayCharts;
  const { number, BATCH } = PlayWords;

  const HERE = new URL(".", document.currentScript.src);
  const PARTS = {
    Series: ["series", "held", "window"],
    Network: ["cell", "units", "activation"],
    Training: ["optimizer", "loss", "rate", "updates", "seed"],
  };
  const RATES = [0.0001, 0.0005, 0.001, 0.003, 0.01, 0.03, 0.1, 1, 10];
  const FREE = 150; // steps of a free run where nothing is held out
  const LARGEST_FILE = 1e6; // bytes: what is read and searched without a pause
  // Milliseconds from one picture to the next; who asks for little motion gets one a second.
  const REDRAW = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 100;
  const SHOWN_BY = {
    predictions: ["predictions", "loss"],
    freeRun: ["alone", "horizon"],
    hidden: ["hidden"],
    gradientNorms: ["gradients"],
  };

  const holder = document.querySelector(".playground");
  const state = {
    settings: { ...DEFAULTS },
    series: null, // what PlaySettings.makeSeries gives
    baselines: null,
    phase: "ready", // or training, paused, done, diverged, refused
    iteration: 0, // updates made
    losses: [], // the squared error of each of them
    measured: { x: [], y: [] }, // after which updates the held-out error was what
    views: {}, // what the driver has shown last
    earlier: null, // the run before these settings: settings, values, losses, error
    pace: 3e-9, // seconds a multiplication, until they are measured
  };
  const own = { drawn: null, file: null }; // the reader's numbers
  let columns = []; // of the reader's file
  let run = 0;
  let clock = null; // when training began, and after which update

  // --- what is on the page

  const fields = {};
  const buttons = {};
  const figures = PlayFigures.createFigures();
  const drawing = PlayDrawing.createDrawing({ onChange: takeDrawing, onContinue, announce });
  const parts = {
    plan: make("p", { class: "play-plan" }),
    now: make("p", { class: "play-now" }),
    found: make("p", { class: "play-found" }),
    // Two live regions: what happens, for those who do not see it, and what is to be said to all.
    announced: make("div", { class: "visually-hidden", role: "status" }),
    said: make("p", { class: "play-said", role: "status" }),
    file: makeFilePart(),
  };

  function announce(text) {
    parts.announced.textContent = text;
  }

  function say(text) {
    parts.said.textContent = text;
  }

  function labelled(text, field, attributes = {}) {
    return make("label", { for: field.id, ...attributes }, make("span", {}, text), field);
  }

  function makeField(name) {
    const id = `play-${name}`;
    if (CHOICES[name]) {
      const options = Object.entries(CHOICES[name]);
      return make(
        "select",
        { id },
        ...options.map(([value, text]) => make("option", { value }, text)),
      );
    }
    if (name === "rate") {
      return make("input", { id, type: "text", inputmode: "decimal", list: "play-rates" });
    }
    const { least, most } = NUMBERS[name];
    return make("input", { id, type: "number", min: least, max: most });
  }

  function makeSetting(name) {
    const field = makeField(name);
    field.addEventListener("change", () => {
      const value = PlaySettings.read(name, field.value);
      const wanted = PlaySettings.wish(name, value);
      if (!wanted) change({ [name]: value });
      else {
        const kept = state.settings[name];
        say(`${LABELS[name]} must be ${wanted}; “${field.value}” is not, so it stays ${kept}.`);
        field.value = kept;
      }
    });
    fields[name] = field;
    return labelled(LABELS[name], field);
  }

  function makePresets() {
    const names = Object.keys(PRESETS).map((name) => make("option", { value: name }, name));
    const field = make(
      "select",
      { id: "play-preset" },
      make("option", { value: "" }, "your own"),
      ...names,
    );
    field.addEventListener("change", () => {
      if (field.value) change({ ...DEFAULTS, ...PRESETS[field.value] });
    });
    fields.preset = field;
    return labelled("Preset", field, { class: "play-preset" });
  }

  function makeFilePart() {
    fields.file = make("input", {
      id: "play-file",
      type: "file",
      accept: ".csv,.tsv,.txt,text/csv",
    });
    fields.file.addEventListener("change", openFile);
    fields.column = make("select", { id: "play-column" });
    fields.column.addEventListener("change", () =>
      takeColumn(columns[fields.column.selectedIndex]),
    );
    return make(
      "div",
      { class: "play-own" },
      labelled("A file of text with columns, such as CSV", fields.file),
      labelled("Column", fields.column),
      make(
        "p",
        {},
        "It is read in this page. Nothing of it is sent or kept. A decimal comma is read where " +
          "semicolons or tabs part the columns.",
      ),
    );
  }

  function makeButton([text, act]) {
    const button = make("button", { type: "button" }, text);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") act();
    });
    buttons[text] = button;
    return button;
  }

  function build() {
    const actions = {
      Train: train,
      Pause: pause,
      Step: step,
      Reset: reset,
      "Copy this as Python": copyProgram,
      "Copy the address": copyAddress,
    };
    const fieldsets = Object.entries(PARTS).map(([title, names]) =>
      make("fieldset", {}, make("legend", {}, title), ...names.map(makeSetting)),
    );
    const rates = make(
      "datalist",
      { id: "play-rates" },
      ...RATES.map((value) => make("option", { value })),
    );
    holder.replaceChildren(
      make("div", { class: "play-form" }, makePresets(), ...fieldsets, rates),
      drawing.root,
      parts.file,
      make("div", { class: "play-buttons" }, ...Object.entries(actions).map(makeButton)),
      parts.said,
      parts.announced,
      parts.plan,
      parts.now,
      parts.found,
      make("div", { class: "play-figures" }, ...Object.values(figures).map(({ root }) => root)),
    );
  }

  // --- settings

  function change(changes) {
    setAside();
    state.settings = { ...state.settings, ...changes };
    history.replaceState(null, "", PlaySettings.toAddress(state.settings));
    say("");
    prepare();
    announce("Changed: the network begins again.");
  }

  // Keeps the curve of the run that ends, for comparison.
  function setAside() {
    const { settings, series, losses, measured, iteration } = state;
    if (iteration > 1) {
      state.earlier = { settings, values: series.values, losses, error: measured.y.at(-1) };
    }
  }

  // The settings of the address with which the page was opened, or of a link that was followed.
  function readAddress() {
    const found = PlaySettings.fromAddress(location.hash);
    if (!found) return;
    setAside();
    state.settings = found.settings;
    say(found.notes.join(" "));
    announce(`Set: ${PlaySettings.differences(found.settings, DEFAULTS) || "as at first"}.`);
    prepare();
    holder.scrollIntoView();
  }

  function showSettings() {
    const { settings } = state;
    for (const name in settings) fields[name].value = settings[name];
    const isSet = (name) => !PlaySettings.differences({ ...DEFAULTS, ...PRESETS[name] }, settings);
    fields.preset.value = Object.keys(PRESETS).find(isSet) ?? "";
    drawing.root.hidden = settings.series !== "drawn";
    parts.file.hidden = settings.series !== "file";
  }

  // --- the driver: in a worker, but in the page where it was opened from a folder

  let order = location.protocol === "file:" ? createDriver(receive) : employ();

  function employ() {
    const worker = new Worker(new URL("driver.js", HERE));
    worker.onmessage = (event) => receive(event.data);
    worker.onerror = () => {
      order = createDriver(receive);
      prepare();
    };
    return (message) => worker.postMessage(message);
  }

  // A network as these settings begin it.
  function prepare() {
    run += 1;
    const { settings, earlier } = state;
    const series = PlaySettings.makeSeries(settings, own);
    const phase = series.fault ? "refused" : "ready";
    Object.assign(state, { series, phase, baselines: null, iteration: 0, losses: [], views: {} });
    state.measured = { x: [], y: [] };
    if (earlier?.values.join() !== series.values?.join()) state.earlier = null; // not comparable
    if (series.fault) order({ kind: "stop" });
    else {
      const { values, trainUntil } = series;
      if (trainUntil < values.length) state.baselines = RNN.baselines(values, trainUntil);
      series.freeLength = values.length - trainUntil || FREE;
      const { cell, units, activation, loss, optimizer, rate, window, updates, seed } = settings;
      order({
        kind: "prepare",
        run,
        length: series.freeLength,
        settings: {
          values,
          trainUntil,
          cell,
          units,
          activation,
          loss,
          optimizer,
          learningRate: rate,
          steps: window,
          batch: BATCH,
          iterations: updates,
          seed,
        },
      });
    }
    showSettings();
    showContinued();
    refresh(...Object.keys(figures));
  }

  function receive(report) {
    if (report.run === run) reports[report.kind](report);
  }

  const reports = {
    progress({ iteration, losses, isDone, diverged, isIdle }) {
      const { settings } = state;
      state.losses.push(...(settings.loss === "rmse" ? losses.map((loss) => loss ** 2) : losses));
      state.iteration = iteration;
      if (diverged) {
        finish("diverged");
        say(PlayWords.divergence(state, diverged));
      } else if (isDone) finish("done");
      else if (isIdle && state.phase === "training") finish("paused");
      if (iteration === 1) redrawn = -Infinity; // the first one is seen at once
      refresh("loss");
    },
    view({ name, found, iteration }) {
      state.views[name] = found;
      if (name === "predictions") measure(found, iteration);
      if (name === "freeRun") showContinued();
      refresh(...SHOWN_BY[name]);
    },
    refused({ why }) {
      state.phase = "refused";
      state.series = { fault: `These settings do not work: ${why}.` };
      refresh(...Object.keys(figures));
    },
  };

  // The error on the held-out stretch, where all of it could be forecast.
  function measure(forecasts, iteration) {
    const { series, measured } = state;
    const truth = series.values.slice(series.trainUntil);
    if (!truth.length || forecasts.length < truth.length) return;
    measured.x.push(iteration);
    measured.y.push(PlayWords.mean(truth.map((value, i) => (value - forecasts[i]) ** 2)));
  }

  // --- what the buttons do

  // Says why nothing can be trained, if it cannot.
  function isStuck() {
    const why = {
      refused: state.series.fault,
      done: "It has made all its updates. Reset begins again, and so does a larger number of them.",
      diverged: "It has diverged. Lower the learning rate, or press Reset to see it again.",
    }[state.phase];
    say(why ?? "");
    return Boolean(why);
  }

  function train() {
    if (isStuck()) return;
    state.phase = "training";
    clock = { began: performance.now(), after: state.iteration };
    order({ kind: "train" });
    announce(`Training. ${PlayWords.plan(state)}`);
    refresh();
  }

  function pause() {
    order({ kind: "pause" });
    finish("paused");
    announce(PlayWords.now(state));
  }

  function step() {
    if (isStuck()) return;
    state.phase = "paused";
    order({ kind: "step" });
    refresh();
  }

  function reset() {
    say("");
    prepare();
    announce("Reset: the network begins again, from the same weights.");
  }

  function finish(phase) {
    if (state.phase === "training") measurePace();
    state.phase = phase;
    refresh();
  }

  function measurePace() {
    const made = state.iteration - clock.after;
    const each = (performance.now() - clock.began) / 1000 / made;
    if (made > 5) state.pace = each / PlayWords.multiplications(state.settings);
  }

  async function copyProgram() {
    const { settings, series } = state;
    if (series.fault) {
      say(series.fault);
      return;
    }
    await loadPlay(["program"]); // few ask for it
    copyText(
      PlayProgram.toPython(settings, series),
      "Copied: this run as a program for Keras, with its series.",
    );
  }

  function copyAddress() {
    const { settings } = state;
    const address = new URL(PlaySettings.toAddress(settings), location.href);
    const isOwn = settings.series in own;
    const without = isOwn ? " Your numbers are not in it." : "";
    copyText(address.href, `Copied: the address of these settings.${without}`);
  }

  async function copyText(text, done) {
    try {
      await copy(text);
      say(done);
    } catch {
      say("Not copied: the browser lets this page write nothing to the clipboard.");
    }
  }

  // --- pictures

  const stale = new Set(); // names of figures that are not up to date
  const visible = new Set(); // elements of figures
  let redrawing = null;
  let painting = null;
  let redrawn = -Infinity;
  let toldRun = 0; // the run whose end has been announced

  // Draws figures anew, and the words; not more often than can be read.
  function refresh(...names) {
    for (const name of names) stale.add(name);
    clearTimeout(redrawing);
    redrawing = setTimeout(redraw, Math.max(0, redrawn + REDRAW - performance.now()));
  }

  function redraw() {
    redrawn = performance.now();
    const { phase, iteration, baselines, measured } = state;
    if (phase === "training") measurePace();
    for (const name of ["plan", "now"]) parts[name].textContent = PlayWords[name](state);
    parts.found.textContent = phase === "refused" ? "" : PlayWords.finding(state);
    const isTraining = phase === "training";
    const isIdle = { Train: isTraining, Pause: !isTraining, Step: isTraining };
    for (const name in isIdle) buttons[name].setAttribute("aria-disabled", isIdle[name]);
    paintNext();
    Object.assign(holder.dataset, { phase, iteration });
    const isWhole = !baselines || measured.x.at(-1) === iteration;
    if (phase === "done" && isWhole && toldRun !== run) {
      toldRun = run;
      announce(`${parts.now.textContent} ${parts.found.textContent}`);
    }
  }

  // A figure a task, and only those that can be seen.
  function paintNext() {
    clearTimeout(painting);
    const name = [...stale].find((one) => visible.has(figures[one].root));
    if (!name) return;
    stale.delete(name);
    figures[name].paint(state);
    painting = setTimeout(paintNext, 0);
  }

  const watch = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        visible[isIntersecting ? "add" : "delete"](target);
      }
      paintNext();
    },
    { rootMargin: "20%" },
  );
  for (const { root } of Object.values(figures)) watch.observe(root);

  // The heat map's colours are those of the page's mode.
  new MutationObserver(() => refresh("hidden")).observe(document.documentElement, {
    attributeFilter: ["data-theme"],
  });

  // --- the reader's numbers

  function takeDrawing(values) {
    own.drawn = values;
    change({});
  }

  function onContinue() {
    if (state.settings.held !== "none") change({ held: "none" });
    train();
  }

  // In the field of the drawing, the network's continuation of all of it.
  function showContinued() {
    const { settings, series, views, iteration } = state;
    const isShown = settings.series === "drawn" && settings.held === "none" && iteration > 0;
    drawing.showContinued(isShown ? PlayWords.inUnit(series, views.freeRun ?? []) : []);
  }

  async function openFile() {
    const [file] = fields.file.files;
    if (!file) return;
    const isLarge = file.size > LARGEST_FILE;
    columns = isLarge ? [] : PlaySettings.columnsOf(await file.text());
    fields.column.replaceChildren(...columns.map(({ title }) => make("option", {}, title)));
    takeColumn(columns[0]);
    if (isLarge) say(`${file.name} is larger than a megabyte: take a part of it.`);
    else if (!columns.length) {
      say(
        `${file.name} has no column of numbers. Wanted is a text with a number a line, or with ` +
          "columns between commas, semicolons or tabs.",
      );
    }
  }

  function takeColumn(column) {
    own.file = column?.values ?? null;
    change({});
    if (!column) return;
    const { missing, left, values } = column;
    const notes = [];
    if (missing) notes.push(`Lines without a number there, which are left out: ${missing}.`);
    if (left) notes.push(`Only the last ${number(values.length)} values are used.`);
    say(notes.join(" "));
  }

  build();
  const { drawn, note } = drawing.recall();
  own.drawn = drawn;
  prepare();
  readAddress();
  if (note) say(`${note} ${parts.said.textContent}`);
  addEventListener("hashchange", readAddress);
})();
