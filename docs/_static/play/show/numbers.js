// Numbers in words, as all files of this folder write them. `PlayNumbers` is all that they see.
(function () {
  "use strict";

  function number(value) {
    if (value === 0) return "0";
    const size = Math.abs(value);
    return size >= 1e5 || size < 1e-4
      ? value.toExponential(1)
      : String(Number(value.toPrecision(3)));
  }

  const whole = (value) => value.toLocaleString("en");
  const counted = (count, what) => `${whole(count)} ${what}${count === 1 ? "" : "s"}`;
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

  self.PlayNumbers = { number, whole, counted, mean };
})();
