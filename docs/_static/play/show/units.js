// The heat map of the hidden units: a row each, of which one is pointed at, by mouse or by arrow
// keys, and put into words. `PlayUnits` is all that other files see.
(function () {
  "use strict";

  const { make } = PlayCharts;
  const { number } = PlayNumbers;
  const GATES = {
    simple: [""],
    gru: [" at the update gate", " at the reset gate", " at the candidate"],
    lstm: [" at the input gate", " at the forget gate", " at the candidate", " at the output gate"],
  };

  // Which weights into a unit are the largest.
  function inWords(unit, strongest, cell) {
    const weights = strongest.map(({ from, gate, weight }) => {
      const name = from === unit ? "itself" : `unit ${from + 1}`;
      const sign = weight < 0 ? "−" : "+";
      const source = from === "input" ? "the input" : name;
      return `${source}${GATES[cell][gate]} (${sign}${number(Math.abs(weight))})`;
    });
    return `Unit ${unit + 1} has its largest weights from ${weights.join(", ")}.`;
  }

  // The map: its canvas, and `update`, which takes what is shown now.
  function createMap() {
    const canvas = make("canvas");
    const row = make("div", { class: "play-row", hidden: "" });
    const pointer = make(
      "div",
      { class: "play-pointer", role: "slider", tabindex: "0", "aria-label": "Unit" },
      row,
    );
    const words = make("p", { class: "play-unit" });
    const root = make("div", { class: "play-map" }, canvas, pointer);
    let shown = { units: 0 };
    let unit = null;

    function show() {
      const { units, strongest, cell } = shown;
      root.hidden = !units;
      if (unit !== null && unit >= units) unit = null;
      row.hidden = unit === null;
      pointer.setAttribute("aria-valuemin", 1);
      pointer.setAttribute("aria-valuemax", Math.max(1, units));
      pointer.setAttribute("aria-valuenow", (unit ?? 0) + 1);
      const text = unit === null ? "" : inWords(unit, strongest[unit], cell);
      pointer.setAttribute("aria-valuetext", text || "none chosen");
      words.textContent = text || (units ? "Point at a row, or press the arrow keys on it." : "");
      if (unit === null) return;
      row.style.top = `${(100 * unit) / units}%`;
      row.style.height = `${100 / units}%`;
    }

    function choose(wanted) {
      unit = Math.min(shown.units - 1, Math.max(0, wanted));
      show();
    }

    for (const name of ["pointermove", "pointerdown"]) {
      pointer.addEventListener(name, (event) => {
        const box = pointer.getBoundingClientRect();
        choose(Math.floor(((event.clientY - box.top) / box.height) * shown.units));
      });
    }
    pointer.addEventListener("focus", () => choose(unit ?? 0));
    const keys = {
      ArrowUp: () => unit - 1,
      ArrowLeft: () => unit - 1,
      ArrowDown: () => unit + 1,
      ArrowRight: () => unit + 1,
      Home: () => 0,
      End: () => shown.units - 1,
    };
    pointer.addEventListener("keydown", (event) => {
      if (!Object.hasOwn(keys, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      choose(keys[event.key]());
    });

    show();
    return {
      root,
      canvas,
      words,
      update(now) {
        shown = now;
        show();
      },
    };
  }

  self.PlayUnits = { createMap, inWords };
})();
