// The field in which a reader draws a series, with finger, mouse or arrow keys, and in which the
// network continues it, that of the playground or the site's own. The drawing is kept in the reader's
// browser and sent nowhere. `PlayDrawing` is all that other files see.
(function () {
  "use strict";

  const { make, svgElement } = PlayCharts;
  const { number } = PlayNumbers;
  const SLOTS = 300; // values that fit in
  const WIDE = 450; // the right third is the network's
  const TALL = 180;
  const STROKE = 5; // values that one press of an arrow key draws
  const KEPT = "rnnlab-playground"; // the drawing's place in the browser
  const VERSION = 1;
  const HINT =
    "Draw from left to right with finger or mouse. By keyboard, the right arrow draws on, up and " +
    "down move the pen, and the left arrow takes back. The drawing is kept in this browser and " +
    "sent nowhere.";

  // A height inside the field, to a thousandth.
  const tidy = (height) => Math.round(1000 * Math.min(1, Math.max(-1, height))) / 1000;

  // `onChange` is given the values, or null; `onContinue` whether the site's own network is to do it;
  // `announce` words.
  function createDrawing({ onChange, onContinue, announce }) {
    const slots = new Array(SLOTS).fill(NaN);
    let continued = []; // heights, by the network
    let pen = 0; // the height at which the keyboard draws on
    let last = null; // where the pointer was: slot and height
    let timer = null;

    const svg = svgElement(WIDE, TALL);
    const attributes = {
      id: "play-drawing",
      tabindex: "0",
      role: "application",
      "aria-label": "Drawing, made with finger, mouse or arrow keys",
      "aria-describedby": "play-hint",
    };
    for (const name in attributes) svg.setAttribute(name, attributes[name]);
    const by = make(
      "select",
      { id: "play-by" },
      make("option", { value: "trained" }, "the network trained here"),
      make("option", { value: "site" }, "the page's own network"),
    );
    const goOn = make("button", { type: "button" }, "Continue my drawing");
    const clear = make("button", { type: "button" }, "Clear the drawing");
    const root = make(
      "div",
      { class: "play-own" },
      svg,
      make("p", { id: "play-hint" }, HINT),
      make("label", { for: by.id }, make("span", {}, "Continue with"), by),
      make("div", { class: "play-buttons" }, goOn, clear),
    );

    // The slots up to the last one that is drawn.
    const end = () => slots.findLastIndex(Number.isFinite) + 1;

    function drawTo(slot, height) {
      const [x, y] = last ?? (end() ? [end() - 1, slots[end() - 1]] : [0, height]);
      for (let k = Math.min(x, slot); k <= Math.max(x, slot); k++) {
        slots[k] = slot === x ? height : y + ((height - y) * (k - x)) / (slot - x);
      }
    }

    // From the first to the last that is drawn, with straight lines over gaps.
    function values() {
      const drawn = [...slots.keys()].filter((k) => Number.isFinite(slots[k]));
      if (!drawn.length) return null;
      const found = [slots[drawn[0]]];
      for (let i = 1; i < drawn.length; i++) {
        const [k, next] = [drawn[i - 1], drawn[i]];
        for (let j = k + 1; j <= next; j++) {
          found.push(slots[k] + ((slots[next] - slots[k]) * (j - k)) / (next - k));
        }
      }
      return found.map(tidy);
    }

    function show() {
      const atY = (height) => ((1 - Math.min(3, Math.max(-3, height))) * TALL) / 2;
      const path = (heights, first) => {
        let d = "";
        heights.forEach((height, k) => {
          if (!Number.isFinite(height)) return;
          const isOn = k > 0 && Number.isFinite(heights[k - 1]);
          d += `${isOn ? "L" : "M"}${first + k} ${atY(height).toFixed(1)}`;
        });
        return d;
      };
      const words = (x, y, text) => `<text x="${x}" y="${y}" text-anchor="middle">${text}</text>`;
      svg.innerHTML = [
        `<rect class="reserved" x="${SLOTS}" width="${WIDE - SLOTS}" height="${TALL}"/>`,
        end() ? "" : words(SLOTS / 2, TALL / 2, "Draw here"),
        words((SLOTS + WIDE) / 2, 16, "for the network"),
        `<path class="line truth" d="${path(slots, 0)}"/>`,
        `<path class="line network" d="${path(continued, end())}"/>`,
        `<circle class="pen" cx="${Math.max(4, end())}" cy="${atY(pen)}" r="4"/>`,
      ].join("");
    }

    // The run begins anew when the pen has rested, not at each move.
    function changed() {
      continued = [];
      show();
      clearTimeout(timer);
      timer = setTimeout(() => {
        keep(values());
        onChange(values());
      }, 300);
    }

    function placeOf(event) {
      const box = svg.getBoundingClientRect();
      const slot = Math.round(((event.clientX - box.left) / box.width) * WIDE);
      const height = 1 - (2 * (event.clientY - box.top)) / box.height;
      return [Math.min(SLOTS - 1, Math.max(0, slot)), tidy(height)];
    }

    svg.addEventListener("pointerdown", (event) => {
      svg.setPointerCapture(event.pointerId);
      last = placeOf(event);
      drawTo(...last);
      changed();
    });
    svg.addEventListener("pointermove", (event) => {
      if (!last) return;
      const here = placeOf(event);
      drawTo(...here);
      last = here;
      pen = here[1];
      changed();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      svg.addEventListener(name, () => (last = null));
    }

    const keys = {
      ArrowUp: () => (pen = tidy(pen + 0.1)),
      ArrowDown: () => (pen = tidy(pen - 0.1)),
      ArrowRight: () => drawTo(Math.min(SLOTS, end() + STROKE) - 1, pen),
      ArrowLeft: () => slots.fill(NaN, Math.max(0, end() - STROKE)),
    };
    svg.addEventListener("keydown", (event) => {
      if (!Object.hasOwn(keys, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      keys[event.key]();
      announce(`Drawn: ${end()} of ${SLOTS} values, the pen at ${number(pen)}.`);
      changed();
    });
    clear.addEventListener("click", () => {
      slots.fill(NaN);
      pen = 0;
      changed();
    });
    goOn.addEventListener("click", () => {
      clearTimeout(timer);
      keep(values());
      onChange(values());
      onContinue(by.value === "site");
    });

    return {
      root,
      // Draws what the network made of it: heights, or none.
      showContinued(heights) {
        continued = heights;
        show();
      },
      // The values that were kept, and what is to be said of that.
      recall() {
        const { drawn = null, note = "" } = recallKept();
        drawn?.forEach((height, k) => (slots[k] = height));
        return { drawn, note };
      },
    };
  }

  function keep(drawn) {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ version: VERSION, drawn }));
    } catch {
      // The browser keeps nothing: the drawing lasts as long as the page.
    }
  }

  // What another version of this page kept is put aside, not overwritten.
  function recallKept() {
    let text = null;
    try {
      text = localStorage.getItem(KEPT);
      if (text === null) return {};
      const drawn = readKept(text);
      if (drawn !== undefined) return { drawn };
      localStorage.setItem(`${KEPT}-before`, text);
      localStorage.removeItem(KEPT);
    } catch {
      return {};
    }
    const note =
      "This browser has kept what this page cannot read, perhaps a drawing of another version of " +
      `this page. It is put aside under “${KEPT}-before”, and you begin with an empty field.`;
    return { note };
  }

  // The values of a kept drawing, null for an empty one, undefined for what is none.
  function readKept(text) {
    const isHeight = (value) => typeof value === "number" && Math.abs(value) <= 1;
    try {
      const { version, drawn } = JSON.parse(text);
      if (version !== VERSION) return undefined;
      if (drawn === null) return null;
      const isSound = drawn.length > 0 && drawn.length <= SLOTS && drawn.every(isHeight);
      return isSound ? drawn : undefined;
    } catch {
      return undefined;
    }
  }

  self.PlayDrawing = { createDrawing };
})();
