// What a reader has drawn, as points that the network reads. A drawing is a list of strokes, a stroke
// a list of places, [x, y], in heights of an x from the start of the line. `HandDrawing` is all that
// other files see.
(function () {
  "use strict";

  const SPACE = 1; // between a style's strokes and those of the line
  const LEAST = 0.3; // the length of a drawing

  const distance = ([x, y], [toX, toY]) => Math.hypot(toX - x, toY - y);

  // How far the pen has gone at each place of a stroke.
  function along(stroke) {
    let sum = 0;
    return stroke.map((place, n) => (sum += n ? distance(stroke[n - 1], place) : 0));
  }

  // What is wrong with a drawing, in words; nothing if it can be gone on from.
  function problemOf(strokes) {
    const whole = strokes.reduce((sum, stroke) => sum + along(stroke).at(-1), 0);
    if (!strokes.length || whole >= LEAST) return "";
    return "The drawing is no more than a point: draw at least one letter of the line, or press Clear.";
  }

  // The same stroke with places about a step apart.
  function resample(stroke, step) {
    const gone = along(stroke);
    const count = gone.at(-1) && Math.max(1, Math.round(gone.at(-1) / step));
    let i = 0;
    return Array.from({ length: count + 1 }, (_, n) => {
      const wanted = count && (gone.at(-1) * n) / count;
      while (i < stroke.length - 2 && gone[i + 1] < wanted) i++;
      if (!count) return stroke[0];
      const part = (wanted - gone[i]) / (gone[i + 1] - gone[i]);
      return [0, 1].map((axis) => stroke[i][axis] + part * (stroke[i + 1][axis] - stroke[i][axis]));
    });
  }

  // How far the pen goes from point to point while it is down, on average.
  function stepOf(points) {
    const steps = points.filter((_, n) => n > 0 && !points[n - 1][2]);
    return steps.reduce((sum, [dx, dy]) => sum + Math.hypot(dx, dy), 0) / steps.length;
  }

  // The points that the network is given before it writes, a writer's, if there is one, and behind
  // them the drawing's; and the place on the line that they lead to.
  function givenBy(writer, strokes, step) {
    const points = Array.from(writer?.points ?? []);
    let [x, y, start] = [0, 0, 0];
    for (const [dx, dy] of points) {
      [x, y] = [x + dx, y + dy];
      start = Math.max(start, x + SPACE);
    }
    for (const stroke of strokes) {
      resample(stroke, step).forEach(([right, toY], n, { length }) => {
        const toX = right + start;
        points.push([toX - x, toY - y, n === length - 1 ? 1 : 0]);
        [x, y] = [toX, toY];
      });
    }
    return { points, end: [x - start, y] };
  }

  self.HandDrawing = { distance, problemOf, resample, stepOf, givenBy };
})();
