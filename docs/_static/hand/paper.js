// The paper: what is drawn and written, in rows, on the page and as a file. `HandPaper` is all that
// other files see.
//
// All lengths are heights of an x but those of the SVG, which are pixels. A stroke is `points`, places
// on an endless line; `word`, the number of the word that it belongs to; and `isOwn`, drawn by the
// reader. All strokes of a word stand in one row.
(function () {
  "use strict";

  const MARGIN = 0.6; // on both sides
  const ABOVE = 2.4; // from the top of a row to its rule
  const ROW = 3.8;
  const LETTER = 0.8; // about the width of one
  const THICKNESS = 2;
  const CORNER = 0.5; // the cosine of the turn at a corner
  const NAMESPACE = "http://www.w3.org/2000/svg";

  // The row of each stroke, and how far it is moved to the right; where a word has no room, a new
  // row begins. What the reader has drawn stays where it is.
  function arrange(strokes, width) {
    const places = [];
    let [row, shift] = [0, null];
    for (let from = 0, to; from < strokes.length; from = to) {
      to = strokes.findIndex(({ word }, n) => n > from && word !== strokes[from].word);
      if (to < 0) to = strokes.length;
      const xs = strokes.slice(from, to).flatMap(({ points }) => points.map(([x]) => x));
      const [least, most] = [Math.min(...xs), Math.max(...xs)];
      if (shift === null) shift = strokes[from].isOwn ? 0 : -least;
      else if (most + shift > width) [row, shift] = [row + 1, -least];
      for (let n = from; n < to; n++) places.push({ row, shift, end: most + shift });
    }
    return { places, rows: row + 1, widest: Math.max(0, ...places.map(({ end }) => end)) };
  }

  const moved = ([x, y], [dx, dy], part = 1) => [x + part * dx, y + part * dy];

  // Where a stroke goes to at a place: along its neighbours, but at a corner and an end nowhere.
  function wayAt(places, n) {
    if (n === 0 || n === places.length - 1) return [0, 0];
    const [from, to] = [moved(places[n], places[n - 1], -1), moved(places[n + 1], places[n], -1)];
    const cosine = (from[0] * to[0] + from[1] * to[1]) / (Math.hypot(...from) * Math.hypot(...to));
    return cosine > CORNER ? moved(from, to).map((value) => value / 2) : [0, 0];
  }

  // A curve through all places of a stroke.
  function pathOf(places) {
    const text = (place) => place.map((value) => value.toFixed(1)).join(" ");
    const start = `M${text(places[0])}`;
    if (places.length === 1) return `${start}h0`; // a dot
    return places.slice(1).reduce((path, place, n) => {
      const from = moved(places[n], wayAt(places, n), 1 / 3);
      const to = moved(place, wayAt(places, n + 1), -1 / 3);
      return `${path}C${text(from)} ${text(to)} ${text(place)}`;
    }, start);
  }

  function element(file, name, attributes, ...children) {
    const made = file.createElementNS(NAMESPACE, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // `state` is what the form keeps: the reader's strokes, `drawn`, and the network's, `written`, of
  // which so many points are `shown`; the keyboard's `pen`; rows that are kept free, `least`.
  function createPaper(svg, state) {
    const [rules, own, written, circle] = svg.children;
    const box = () => svg.getBoundingClientRect();
    const roomAt = (unit) => box().width / unit - 2 * MARGIN;
    let unit = state.size; // the height of an x as it is seen

    // The paths of what is seen, and the rows that they take.
    function layOut() {
      const strokes = [
        ...state.drawn.map((points) => ({ points, word: -1, isOwn: true })),
        ...state.written.filter(({ isWhole }) => isWhole),
      ];
      const room = roomAt(state.size);
      const { places, rows, widest } = arrange(strokes, room);
      unit = state.size * Math.min(1, room / (widest || room)); // all fits in
      const paths = { own: [], written: [] };
      let left = state.shown;
      strokes.forEach(({ points, isOwn }, n) => {
        const { row, shift } = places[n];
        const seen = isOwn ? points : points.slice(0, Math.max(0, left));
        if (!isOwn) left -= points.length;
        if (!seen.length) return;
        const put = ([x, y]) => [(MARGIN + x + shift) * unit, (ABOVE + row * ROW - y) * unit];
        paths[isOwn ? "own" : "written"].push(pathOf(seen.map(put)));
      });
      return { ...paths, rows };
    }

    function show() {
      const { own: drawn, written: lines, rows } = layOut();
      const { width } = box();
      const all = Array.from({ length: Math.max(rows, state.least) }, (_, row) => row);
      svg.setAttribute("height", Math.ceil(all.length * ROW * unit));
      const rule = (height) => `M0 ${height.toFixed(1)}H${width}`;
      const heights = all.flatMap((row) => [ABOVE + row * ROW - 1, ABOVE + row * ROW]);
      rules.setAttribute("d", heights.map((height) => rule(height * unit)).join(""));
      own.setAttribute("d", drawn.join(""));
      written.setAttribute("d", lines.join(""));
      circle.setAttribute("cx", (MARGIN + state.pen.x) * unit);
      circle.setAttribute("cy", (ABOVE - state.pen.y) * unit);
      circle.classList.toggle("down", state.pen.isDown);
    }

    let width = null;
    new ResizeObserver(() => {
      if (width !== box().width) show(); // the height is its own doing
      ({ width } = box());
    }).observe(svg);

    return {
      show,

      // How many rows a text may take.
      rowsFor: ({ length }) => Math.ceil((length * LETTER) / roomAt(state.size)),

      // The nearest place of the first row.
      inside([x, y]) {
        const right = Math.min(roomAt(unit), Math.max(0, x));
        return [right, Math.min(ABOVE, Math.max(ABOVE - ROW, y))];
      },

      placeOf({ clientX, clientY }) {
        const [x, y] = [clientX - box().left, clientY - box().top];
        return this.inside([x / unit - MARGIN, ABOVE - y / unit]);
      },

      // What is seen as a file, black on nothing; a path is a stroke.
      fileOf(title) {
        const { own: drawn, written: lines, rows } = layOut();
        const [width, height] = [Math.ceil(box().width), Math.ceil(rows * ROW * unit)];
        const file = document.implementation.createDocument(NAMESPACE, "svg");
        const look = {
          fill: "none", stroke: "#000", "stroke-width": THICKNESS,
          "stroke-linecap": "round", "stroke-linejoin": "round",
        };
        const paths = [...drawn, ...lines].map((d) => element(file, "path", { d }));
        const root = element(
          file, "svg", { viewBox: `0 0 ${width} ${height}`, width, height },
          element(file, "title", {}, title), element(file, "g", look, ...paths),
        );
        return new XMLSerializer().serializeToString(root);
      },
    };
  }

  self.HandPaper = { arrange, createPaper };
})();
