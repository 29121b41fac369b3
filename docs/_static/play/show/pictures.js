// When figures are drawn: those that can be seen, when what they show has changed, a figure a task,
// and not more often than can be read. `PlayPictures` is all that other files see.
(function () {
  "use strict";

  // Milliseconds from one picture to the next; who asks for little motion gets one a second.
  const REDRAW = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 100;

  // `figures` are those of PlayFigures; `redraw` draws the rest, `state` gives what is shown.
  function createPictures({ figures, redraw, state }) {
    const stale = new Set(); // names of figures that are not up to date
    const visible = new Set(); // elements of figures
    let redrawing = null;
    let painting = null;
    let redrawn = -Infinity;

    function refresh(...names) {
      for (const name of names) stale.add(name);
      clearTimeout(redrawing);
      redrawing = setTimeout(draw, Math.max(0, redrawn + REDRAW - performance.now()));
    }

    function draw() {
      redrawn = performance.now();
      redraw();
      paintNext();
    }

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
    const modes = new MutationObserver(() => refresh("hidden"));
    modes.observe(document.documentElement, { attributeFilter: ["data-theme"] });

    return {
      refresh,
      // The next picture comes at once.
      hurry: () => (redrawn = -Infinity),
      close() {
        clearTimeout(redrawing);
        clearTimeout(painting);
        watch.disconnect();
        modes.disconnect();
      },
    };
  }

  self.PlayPictures = { createPictures };
})();
