// A drawing continued by the site's own network, which reads every so many-th value of it, in units of
// the drawing's own deviation. `PlayContinuation` is all that other files see.
(function () {
  "use strict";

  const { mean } = PlayNumbers;

  // Why a drawing can't be continued, in words; nothing if it can.
  function refusal({ every, given }, drawn) {
    const least = every * given[0];
    if (!drawn) return "There is no drawing yet: draw a curve from left to right.";
    if (drawn.length < least) {
      return (
        `The page's own network learned from curves of at least ${least} values, and this drawing ` +
        `has ${drawn.length}. Draw on to the right.`
      );
    }
    if (drawn.every((value) => value === drawn[0])) return "The drawing never changes.";
    return "";
  }

  // So many values after the last one.
  function goOn(file, drawn, count) {
    const { every } = file;
    const kept = drawn.filter((_, k) => (drawn.length - 1 - k) % every === 0);
    const middle = mean(kept);
    const deviation = Math.sqrt(mean(kept.map((value) => (value - middle) ** 2)));
    const read = kept.map((value) => (value - middle) / deviation);
    const said = PlayWeights.goOn(file, read, Math.ceil(count / every));
    const ends = [drawn.at(-1), ...said.map((value) => value * deviation + middle)];
    return Array.from({ length: count }, (_, k) => {
      const [before, part] = [Math.floor((k + 1) / every), ((k + 1) % every) / every];
      return part ? ends[before] + part * (ends[before + 1] - ends[before]) : ends[before];
    });
  }

  self.PlayContinuation = { refusal, goOn };
})();
