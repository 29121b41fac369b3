// The form: what the reader types, turns and draws, and what is written then. `Hand` is all that
// site.js sees.
(function () {
  "use strict";

  const { loadNetwork, chanceOf } = HandNetwork;
  const { readLine } = HandText;
  const { distance, problemOf, stepOf, givenBy } = HandDrawing;
  const { createPaper } = HandPaper;
  const PACE = 150; // points that are shown a second
  const MOVE = 0.2; // heights of an x by an arrow key
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  // Makes strokes of points as they come. A stroke belongs to the word at whose place in the text it
  // was written; what comes after it shows that the word is whole.
  function createCollector(text, before, [x, y]) {
    const spaces = Array.from(text).flatMap((one, n) => (one === " " && n >= before ? [n] : []));
    const strokes = [];
    let isDown = false;
    return {
      strokes,
      add({ point: [dx, dy, pen], at }) {
        [x, y] = [x + dx, y + dy];
        if (!isDown) strokes.push({ points: [], at: 0, isWhole: false });
        isDown = !pen;
        const stroke = strokes.at(-1);
        stroke.points.push([x, y]);
        stroke.at += (at - stroke.at) / stroke.points.length;
        stroke.word = spaces.filter((space) => space < stroke.at).length;
        for (const one of strokes) one.isWhole ||= one.word < stroke.word;
      },
      end() {
        for (const stroke of strokes) stroke.isWhole = true;
      },
      // Points of whole words.
      count: () =>
        strokes.reduce((sum, { isWhole, points }) => sum + (isWhole ? points.length : 0), 0),
    };
  }

  function open(holder) {
    const { elements } = holder.querySelector("form");
    const svg = holder.querySelector("svg");
    const said = holder.querySelector("[role=status]");
    const replace = holder.querySelector(".hand-replace");
    const { text, neatness, size, style, stop, clear, save } = elements;
    const state = {
      drawn: [], written: [], shown: 0, least: 1, size: Number(size.value),
      pen: { x: 0, y: 0, isDown: false },
    };
    const paper = createPaper(svg, state);
    let run = null;
    let network = null;
    let line = ""; // what is written
    let isPointing = false; // a stroke is being drawn with a pointer

    const say = (words) => (said.textContent = words);

    function show() {
      paper.show();
      stop.setAttribute("aria-disabled", !run);
      save.setAttribute("aria-disabled", !state.drawn.length && !state.shown);
      svg.classList.toggle("full", Boolean(run || state.written.length));
    }

    function showNeatness() {
      holder.querySelector(".hand-value").textContent = Number(neatness.value).toFixed(1);
    }

    // ---- writing

    async function write() {
      const mine = {};
      run = mine;
      Object.assign(state, { written: [], shown: 0 });
      replace.hidden = true;
      show();
      try {
        if (!network) {
          say("Loading the network …");
          network = await loadNetwork(holder.dataset);
        }
        const words = run === mine ? await writeLine(() => run === mine) : "";
        if (run === mine) say(words);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (run === mine) say(error.message);
      } finally {
        if (run === mine) run = null;
        show();
      }
    }

    // Writes as long as nothing else has begun; returns what is to be said of it.
    async function writeLine(isCurrent) {
      const read = readLine(text.value, network.alphabet);
      if (read.offer) {
        replace.hidden = false;
        replace.value = read.offer;
      }
      const problem = read.problem || problemOf(state.drawn);
      if (problem) throw new Error(problem);
      ({ line } = read);
      say("Writing …");
      state.least = paper.rowsFor(line);

      const began = performance.now();
      const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const writer = network.styles[style.value];
      const step = stepOf((writer ?? network.styles[0]).points);
      const given = givenBy(writer, state.drawn, step);
      const before = writer ? `${writer.text} ` : "";
      const points = network.write(before + line, {
        given: given.points,
        neatness: Number(neatness.value),
        chance: chanceOf(Math.floor(Math.random() * 2 ** 32)),
      });
      const collector = createCollector(before + line, before.length, given.end);
      state.written = collector.strokes;
      let next = {};
      for (let now = began, then; ; ) {
        [then, now] = [now, performance.now()];
        const wanted = isStill ? Infinity : state.shown + Math.ceil((PACE * (now - then)) / 1000);
        while (!next.done && collector.count() < wanted) {
          next = await points.next();
          if (!isCurrent()) return "";
          if (next.done) collector.end();
          else collector.add(next.value);
        }
        state.shown = Math.min(collector.count(), wanted);
        show();
        if (next.done && state.shown === collector.count()) break;
        await new Promise(requestAnimationFrame);
        if (!isCurrent()) return "";
      }
      if (!state.shown) {
        return "The network takes the drawing for the whole line: there is nothing to add.";
      }
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      return next.value
        ? `Written: ${state.shown} points in ${seconds} seconds.`
        : `Not finished: after ${state.shown} points the network is still on its way through the ` +
            "text. Press Write for another try.";
    }

    function endRun() {
      run = null;
      let left = state.shown;
      for (const stroke of state.written) {
        stroke.points.length = Math.max(0, Math.min(left, stroke.points.length));
        left -= stroke.points.length;
      }
      state.written = state.written.filter(({ points }) => points.length);
    }

    holder.addEventListener("submit", (event) => {
      event.preventDefault();
      write();
    });
    replace.addEventListener("click", () => {
      text.value = replace.value;
      text.focus(); // since the button goes
      write();
    });
    stop.addEventListener("click", () => {
      if (!run) return;
      endRun();
      say(`Stopped after ${state.shown} points.`);
      show();
    });
    clear.addEventListener("click", () => {
      run = null;
      isPointing = false;
      Object.assign(state, { drawn: [], written: [], shown: 0, least: 1 });
      state.pen = { x: 0, y: 0, isDown: false };
      replace.hidden = true;
      say("The paper is empty.");
      show();
    });
    neatness.addEventListener("input", showNeatness);
    showNeatness();
    size.addEventListener("input", () => {
      state.size = Number(size.value);
      state.least = 1;
      show();
    });
    save.addEventListener("click", () => {
      if (!state.drawn.length && !state.shown) {
        say("There is nothing on the paper yet.");
        return;
      }
      const file = paper.fileOf(state.shown ? line : "A drawing");
      const link = document.createElement("a");
      link.download = "handwriting.svg";
      link.href = URL.createObjectURL(new Blob([file], { type: "image/svg+xml" }));
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      say("Saved as handwriting.svg.");
    });

    // ---- drawing

    // Whether the paper is the reader's, and not what the network writes or has written on.
    function isFree() {
      const isIt = !run && !state.written.length;
      if (!isIt) say("To draw another beginning, press Clear first.");
      return isIt;
    }

    function goOn(place) {
      const stroke = state.drawn.at(-1);
      if (distance(stroke.at(-1), place) > 0) stroke.push(place);
    }

    svg.addEventListener("pointerdown", (event) => {
      if (event.button || !event.isPrimary || !isFree()) return;
      // One that is repeated, as it came before this script, may have ended.
      if (event.isTrusted) svg.setPointerCapture(event.pointerId);
      isPointing = true;
      state.pen.isDown = false;
      state.drawn.push([paper.placeOf(event)]);
      show();
    });
    svg.addEventListener("pointermove", (event) => {
      if (!isPointing || !event.isPrimary) return;
      const between = event.getCoalescedEvents?.() ?? [];
      for (const one of between.length ? between : [event]) goOn(paper.placeOf(one));
      show();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      svg.addEventListener(name, () => (isPointing = false));
    }

    svg.addEventListener("keydown", (event) => {
      const move = MOVES[event.key];
      if (event.ctrlKey || event.metaKey || event.altKey || (!move && event.key !== " ")) return;
      event.preventDefault();
      if (!isFree()) return;
      const { pen } = state;
      if (move) {
        [pen.x, pen.y] = paper.inside([pen.x + MOVE * move[0], pen.y + MOVE * move[1]]);
        if (pen.isDown) goOn([pen.x, pen.y]);
      } else {
        pen.isDown = !pen.isDown;
        if (pen.isDown) state.drawn.push([[pen.x, pen.y]]);
      }
      const side = pen.y < 0 ? "below" : "above";
      say(
        `The pen is ${pen.isDown ? "down" : "lifted"}, ${pen.x.toFixed(1)} to the right and ` +
          `${Math.abs(pen.y).toFixed(1)} ${side} the rule.`,
      );
      show();
    });
  }

  self.Hand = { open };
})();
