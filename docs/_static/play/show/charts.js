// Lines and heat maps, each as a figure with a key, a note and a table. `PlayCharts` is all that
// other files see.
(function () {
  "use strict";

  const { number, whole } = PlayNumbers;
  const WIDTH = 360;
  const HEIGHT = 210;
  const LEFT = 46;
  const RIGHT = 343;
  const TOP = 8;
  const BOTTOM = 172;

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    element.append(...children);
    return element;
  }

  function svgElement(width, height) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    return svg;
  }

  const text = (x, y, words, anchor = "middle") =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;

  // Round numbers between two others, five at most.
  function ticks(low, high, isWhole) {
    const power = 10 ** Math.floor(Math.log10((high - low) / 5));
    let step = [1, 2, 5, 10].find((one) => (high - low) / (one * power) <= 5) * power;
    if (isWhole) step = Math.max(1, Math.round(step));
    const found = [];
    for (let k = Math.ceil(low / step - 1e-6); k <= high / step + 1e-6; k++) {
      found.push(Number((k * step).toPrecision(8)));
    }
    return found;
  }

  // Powers of ten, or 1, 2 and 5 times these where the powers are few; given as logarithms.
  function logTicks(low, high) {
    if (high - low > 2) return ticks(low, high, true);
    const found = [];
    for (let power = Math.floor(low); power <= high; power++) {
      found.push(power, power + Math.log10(2), power + Math.log10(5));
    }
    return found.filter((tick) => tick >= low && tick <= high);
  }

  // Lines are { x, y, look, name }; one without x is a level from side to side. What is drawn is
  // finite, and on a logarithmic axis positive: a line has gaps where it is not.
  function drawLines(svg, { lines, xTitle, empty, isLog, from = Infinity, to = -Infinity }) {
    const scale = isLog ? Math.log10 : (value) => value;
    const canDraw = (value) => Number.isFinite(value) && (!isLog || value > 0);
    let [low, high, left, right] = [Infinity, -Infinity, from, to];
    for (const { x, y } of lines) {
      for (let i = 0; i < y.length; i++) {
        if (!canDraw(y[i])) continue;
        low = Math.min(low, scale(y[i]));
        high = Math.max(high, scale(y[i]));
        if (x) [left, right] = [Math.min(left, x[i]), Math.max(right, x[i])];
      }
    }
    if (low > high || left > right) {
      svg.innerHTML = text(WIDTH / 2, 90, empty);
      return;
    }
    const margin = Math.max((high - low) * 0.05, isLog ? 0.3 - (high - low) / 4 : 1e-9);
    [low, high] = [low - margin, high + margin];
    right = Math.max(right, left + 1);
    const atX = (value) => (LEFT + ((value - left) / (right - left)) * (RIGHT - LEFT)).toFixed(1);
    const atY = (value) => (BOTTOM - ((value - low) / (high - low)) * (BOTTOM - TOP)).toFixed(1);
    const parts = [];
    for (const tick of isLog ? logTicks(low, high) : ticks(low, high)) {
      const value = number(isLog ? 10 ** tick : tick);
      parts.push(`<path class="grid" d="M${LEFT} ${atY(tick)}H${RIGHT}"/>`);
      parts.push(text(LEFT - 5, Number(atY(tick)) + 4, value, "end"));
    }
    for (const tick of ticks(left, right, true)) {
      parts.push(text(atX(tick), BOTTOM + 15, whole(tick)));
    }
    parts.push(`<path class="axis" d="M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}"/>`);
    parts.push(text((LEFT + RIGHT) / 2, HEIGHT - 5, xTitle));
    for (const { x, y, look } of lines) {
      parts.push(`<path class="line ${look}" d="${path(x, y)}"/>`);
    }
    svg.innerHTML = parts.join("");

    function path(x, y) {
      const every = Math.ceil(y.length / 500); // finer than the screen
      let d = "";
      let isOn = false;
      for (let i = 0; i < y.length; i += every) {
        const can = canDraw(y[i]);
        const place = x ? x[i] : i ? right : left;
        if (can) d += `${isOn ? "L" : "M"}${atX(place)} ${atY(scale(y[i]))}`;
        isOn = can;
      }
      return d;
    }
  }

  // A number a cell, from -most to most: blue is positive, vermilion negative, both fade to nothing.
  function drawHeat(canvas, { values, rows, columns, most }) {
    const style = getComputedStyle(canvas);
    const [blue, vermilion] = ["blue", "vermilion"].map((name) => {
      const hex = style.getPropertyValue(`--figure-${name}`).trim();
      return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    });
    canvas.width = columns;
    canvas.height = rows;
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    values.forEach((value, i) => {
      image.data.set(value > 0 ? blue : vermilion, 4 * i);
      image.data[4 * i + 3] = (255 * Math.abs(value)) / most;
    });
    context.putImageData(image, 0, 0);
  }

  // A figure. What it shows is given anew each time: the lines of its key, a sentence for those who
  // do not see it, a note, and a function that makes the rows of its table, the first one its head.
  // `around` is what holds the drawing, with what else belongs to it.
  function figure(id, title, drawing, around = [drawing]) {
    const key = make("ul", { class: "play-key" });
    const aside = make("p", { class: "play-note" });
    const table = make("table", { class: "table" });
    const fold = make("details", { class: "fold" }, make("summary", {}, "As a table"), table);
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", title);
    const caption = make("figcaption", {}, title);
    const root = make("figure", { id: `play-figure-${id}` }, caption, key, ...around, aside, fold);
    let keyed;
    let makeRows = () => [[]];

    function fill() {
      if (!fold.open) return;
      const row = (cells, tag, attributes) =>
        make("tr", {}, ...cells.map((cell) => make(tag, attributes, cell)));
      const [head, ...body] = makeRows();
      table.replaceChildren(
        make("thead", {}, row(head, "th", { scope: "col" })),
        make("tbody", {}, ...body.map((cells) => row(cells, "td", {}))),
      );
    }
    fold.addEventListener("toggle", fill);

    function show({ lines, alt, note, rows }) {
      const names = lines.map(({ look, name }) => look + name).join();
      if (keyed !== names) {
        keyed = names;
        key.replaceChildren(
          ...lines.map(({ look, name }) => {
            const sample = make("span", { class: "play-sample" });
            const path = `<path class="line ${look}" d="M0 4H26"/>`;
            sample.innerHTML = `<svg viewBox="0 0 26 8" aria-hidden="true">${path}</svg>`;
            return make("li", {}, sample, name);
          }),
        );
      }
      drawing.setAttribute("aria-label", alt);
      aside.textContent = note;
      makeRows = rows;
      fill();
    }
    return { root, drawing, show };
  }

  const lineFigure = (id, title) => figure(id, title, svgElement(WIDTH, HEIGHT));

  // The rows of lines that share their x, thirty or so.
  function rowsOf(xTitle, lines) {
    const { x } = lines[0];
    const every = Math.ceil(x.length / 30) || 1;
    const kept = x.map((_, i) => i).filter((i) => i % every === 0 || i === x.length - 1);
    const cell = (value) => (Number.isFinite(value) ? number(value) : "none");
    return [
      [xTitle, ...lines.map(({ name }) => name)],
      ...kept.map((i) => [String(x[i]), ...lines.map(({ y }) => cell(y[i]))]),
    ];
  }

  self.PlayCharts = { make, svgElement, figure, lineFigure, drawLines, drawHeat, rowsOf };
})();
