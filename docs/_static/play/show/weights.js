// Networks of the site's own: each lies in a file of weights, which is loaded when it is wanted and
// used only if it is the one that the page was built with. `PlayWeights` is all that others see.
//
// A file is JSON: what its network is, and its `weights`, each as float32 in base64, least byte first,
// by the engine's names. It is read as a script, since a page from a folder can read nothing else.
(function () {
  "use strict";

  function decode(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  }

  // The file at an address, whose hash the page knows: what it says of its network, the weights, and
  // whether the hash was checked. It throws an error that says why a file is not used. `read` and
  // `hashOf` are site.js's.
  async function load(address, wanted) {
    let text;
    try {
      text = await read(address);
    } catch {
      throw new Error("The file of its weights is missing.");
    }
    const hash = await hashOf(text);
    if (hash !== null && hash !== wanted) {
      throw new Error("The file of its weights is not the one that this page was built with.");
    }
    const { weights, ...about } = JSON.parse(text);
    const decoded = Object.entries(weights).map(([name, one]) => [name, decode(one)]);
    return { ...about, weights: Object.fromEntries(decoded), isChecked: hash !== null };
  }

  // What a network says after a series, each output being the next input: so many numbers.
  function goOn({ network: about, weights }, values, count) {
    const network = new RNN.Network({ ...about, weights });
    let at = { state: network.zeroState() };
    for (const value of values) at = network.step(at.state, value);
    const out = [];
    while (out.length < count) {
      out.push(at.output);
      at = network.step(at.state, at.output);
    }
    return out;
  }

  self.PlayWeights = { load, goOn };
})();
