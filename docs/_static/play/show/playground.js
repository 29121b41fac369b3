// The playground: its buttons, and a network that trains in the page. The other files of this folder
// stand before it; `copy` and `loadScripts` are site.js's. What a reader draws or opens stays in the
// page: no line of these files sends anything. `Playground` is all that the site sees.
(function () {
  "use strict";

  const { DEFAULTS } = PlaySettings;
  const { make } = PlayCharts;
  const { BATCH } = PlayWords;

  const HERE = new URL(".", document.currentScript.src);
  const FREE = 150; // steps of a free run where nothing is held out
  const SHOWN_BY = {
    predictions: ["predictions", "loss"],
    freeRun: ["alone", "horizon"],
    hidden: ["hidden"],
    gradientNorms: ["gradients"],
  };

  // Opens a playground in an element and returns what closes it. The element's data are the address
  // of the playground's own page, the hash of the site's own network and, on other pages, the settings
  // to begin with: there, the page's address stays as it is. One is open at a time: ids are unique.
  function open(holder) {
    const isEmbedded = "settings" in holder.dataset;
    const state = {
      settings: { ...DEFAULTS },
      series: null, // what PlaySettings.makeSeries gives
      baselines: null,
      phase: "ready", // or training, paused, done, diverged, refused
      iteration: 0, // updates made
      losses: [], // the squared error of each of them
      measured: { x: [], y: [] }, // after which updates the held-out error was what
      views: {}, // what the driver has shown last
      earlier: null, // the run before these settings: settings, values, losses, error, updates
      continued: null, // how the site's own network goes on with the drawing
      pace: 3e-9, // seconds a multiplication, until they are measured
    };
    const own = { drawn: null, file: null }; // the reader's numbers
    let run = 0;
    let clock = null; // when training began, and after which update
    let toldRun = 0; // the run whose end has been announced

    // --- what is on the page

    const buttons = {};
    const figures = PlayFigures.createFigures();
    const pictures = PlayPictures.createPictures({ figures, redraw, state });
    const { refresh } = pictures;
    const form = PlayForm.createForm({ onChange: change, say, get: (name) => state.settings[name] });
    const drawing = PlayDrawing.createDrawing({ onChange: takeDrawing, onContinue, announce });
    const file = PlayFile.createFile({ onColumn: takeColumn });
    const parts = {
      plan: make("p", { class: "play-plan" }),
      now: make("p", { class: "play-now" }),
      found: make("p", { class: "play-found" }),
      // Two live regions: what happens, for those who do not see it, and what is to be said to all.
      announced: make("div", { class: "visually-hidden", role: "status" }),
      said: make("p", { class: "play-said", role: "status" }),
    };

    function announce(text) {
      parts.announced.textContent = text;
    }

    function say(text) {
      parts.said.textContent = text;
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
      const acts = Object.entries({ Train: train, Pause: pause, Step: step, Reset: reset });
      const copies = Object.entries({
        "Copy this as Python": copyProgram,
        "Copy the address": copyAddress,
      });
      holder.replaceChildren(
        form.root,
        drawing.root,
        file.root,
        make("div", { class: "play-buttons" }, ...acts.map(makeButton)),
        parts.said,
        parts.announced,
        parts.now,
        parts.found,
        parts.plan,
        make("div", { class: "play-buttons" }, ...copies.map(makeButton)),
        make("div", { class: "play-figures" }, ...Object.values(figures).map(({ root }) => root)),
      );
    }

    // --- settings

    function change(changes) {
      const wasMade = state.iteration > 0;
      setAside();
      state.settings = { ...state.settings, ...changes };
      if (!isEmbedded) history.replaceState(null, "", PlaySettings.toAddress(state.settings));
      prepare();
      const isReady = wasMade && !state.series.fault;
      say(isReady ? "Changed, so the network begins again: press Train." : "");
    }

    // Keeps the curve of the run that ends, for comparison.
    function setAside() {
      const { settings, series, losses, measured, iteration } = state;
      if (iteration > 1) {
        const [error, updates] = [measured.y.at(-1), measured.x.at(-1)];
        state.earlier = { settings, values: series.values, losses, error, updates };
      }
    }

    // The settings of the address with which the page was opened, or of a link that was followed; in
    // another page, those of the place.
    function readAddress() {
      const address = isEmbedded ? `#${holder.dataset.settings}` : location.hash;
      const found = PlaySettings.fromAddress(address);
      if (!found) return;
      setAside();
      state.settings = found.settings;
      say(found.notes.join(" "));
      announce(`Set: ${PlaySettings.differences(found.settings, DEFAULTS) || "as at first"}.`);
      prepare();
      if (!isEmbedded) holder.scrollIntoView();
    }

    function showSettings() {
      const { settings } = state;
      form.show(settings);
      drawing.root.hidden = settings.series !== "drawn";
      file.root.hidden = settings.series !== "file";
    }

    // --- the driver: in a worker, but in the page where it was opened from a folder

    let worker = null;
    let order = location.protocol === "file:" ? createDriver(receive) : employ();

    function employ() {
      worker = new Worker(new URL("driver.js", HERE));
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
        if (iteration === 1) pictures.hurry();
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
      measured.y.push(PlayNumbers.mean(truth.map((value, i) => (value - forecasts[i]) ** 2)));
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
      await loadScripts(["play/program"]); // few ask for it
      copyText(
        PlayProgram.toPython(settings, series),
        "Copied: this run as a program for Keras, with its series.",
      );
    }

    function copyAddress() {
      const { settings } = state;
      const address = new URL(holder.dataset.page + PlaySettings.toAddress(settings), location.href);
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

    // --- words, and what the buttons look like

    function redraw() {
      const { phase, iteration, baselines, measured } = state;
      if (phase === "training") measurePace();
      for (const name of ["plan", "now"]) parts[name].textContent = PlayWords[name](state);
      parts.found.textContent = phase === "refused" ? "" : PlayWords.finding(state);
      const isTraining = phase === "training";
      const isIdle = { Train: isTraining, Pause: !isTraining, Step: isTraining };
      for (const name in isIdle) buttons[name].setAttribute("aria-disabled", isIdle[name]);
      Object.assign(holder.dataset, { phase, iteration });
      const isWhole = !baselines || measured.x.at(-1) === iteration;
      if (phase === "done" && isWhole && toldRun !== run) {
        toldRun = run;
        announce(`${parts.now.textContent} ${parts.found.textContent}`);
      }
    }

    // --- the reader's numbers

    function takeDrawing(values) {
      if (values?.join() === own.drawn?.join()) return;
      own.drawn = values;
      state.continued = null;
      change({});
    }

    function onContinue(isSites) {
      if (isSites) {
        continueBySites();
        return;
      }
      state.continued = null;
      if (state.settings.held !== "none") change({ held: "none" });
      showContinued();
      if (state.phase !== "done") train();
    }

    // The site's own network needs no training: it goes on with the drawing at once.
    async function continueBySites() {
      try {
        const sites = await PlayWeights.load(new URL("curves.json", HERE), holder.dataset.hash);
        const why = PlayContinuation.refusal(sites, own.drawn);
        if (!why) state.continued = PlayContinuation.goOn(sites, own.drawn, FREE);
        say(why || PlayWords.continuation(sites));
      } catch (error) {
        state.continued = null;
        say(`Not continued: ${error.message}`);
      }
      showContinued();
    }

    // In the field of the drawing, the continuation of all of it.
    function showContinued() {
      const { settings, series, views, iteration, continued } = state;
      const isShown = settings.series === "drawn" && settings.held === "none" && iteration > 0;
      const trained = isShown ? PlayWords.inUnit(series, views.freeRun ?? []) : [];
      drawing.showContinued(continued ?? trained);
    }

    function takeColumn(values, notes) {
      own.file = values;
      change({});
      if (notes) say(notes);
    }

    function close() {
      order({ kind: "stop" });
      worker?.terminate();
      run += 1; // reports that are under way are of no run
      pictures.close();
      removeEventListener("hashchange", readAddress);
      holder.replaceChildren();
      delete holder.dataset.phase;
    }

    build();
    const { drawn, note } = drawing.recall();
    own.drawn = drawn;
    prepare();
    readAddress();
    if (note) say(`${note} ${parts.said.textContent}`);
    if (!isEmbedded) addEventListener("hashchange", readAddress);
    return close;
  }

  self.Playground = { open };
})();
