// Networks of characters that the reader can use in the page: one writes on from a beginning, one
// reads a string and writes another. `Letters` is all that other files see, of which hand.js uses
// the tools.
//
// The weights are the files of the pages' data, in the format safetensors, as text in base64: eight
// bytes that count those of a header in JSON, the header, and the arrays behind it.
(function () {
  "use strict";

  const LONGEST = 1000; // characters that are read
  const SLICE = 25; // milliseconds of work, then the page may do something else
  const [PAD, START, END] = "\0\x02\x03";

  // ---- arrays

  function halfAt(view, at) {
    const bits = view.getUint16(at, true);
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    const size = exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction;
    return bits >> 15 ? -size : size;
  }

  const READ = {
    F32: [4, (view, at) => view.getFloat32(at, true)],
    F16: [2, halfAt],
    I8: [1, (view, at) => view.getInt8(at)],
  };

  // The arrays of a file by name, each with its shape and numbers, and what its header says of them.
  async function unpack(text) {
    const rest = pause();
    const content = atob(text);
    const bytes = new Uint8Array(content.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = content.charCodeAt(i);
    const view = new DataView(bytes.buffer);
    const start = 8 + view.getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
    const { __metadata__: about, ...entries } = header;
    const arrays = {};
    for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(entries)) {
      await rest();
      const [size, at] = READ[dtype];
      const numbers = new Float32Array((to - from) / size);
      for (let i = 0; i < numbers.length; i++) numbers[i] = at(view, start + from + i * size);
      arrays[name] = { shape, numbers };
    }
    // Bytes with a scale for each column.
    for (const [name, { numbers }] of Object.entries(arrays)) {
      const scale = arrays[`${name}.scale`]?.numbers;
      if (!scale) continue;
      await rest();
      for (let i = 0; i < numbers.length; i++) numbers[i] *= scale[i % scale.length];
    }
    return { about, arrays };
  }

  // out = bias + x kernel, for the kernel's rows as they lie.
  function dense(x, { numbers: kernel }, bias, out = new Float32Array(bias.length)) {
    out.set(bias);
    addProduct(x, kernel, out);
    return out;
  }

  function addProduct(x, kernel, out) {
    const columns = out.length;
    for (let i = 0; i < x.length; i++) {
      const value = x[i];
      if (value === 0) continue;
      const row = i * columns;
      for (let j = 0; j < columns; j++) out[j] += value * kernel[row + j];
    }
  }

  const sigmoid = (a) => 1 / (1 + Math.exp(-a));

  // The state after one more input, as precise as the state before: gates in Keras's order, input,
  // forget, cell, output.
  function lstm({ kernel, recurrent, bias }, x, [h, c]) {
    const units = h.length;
    const { constructor: Numbers } = h;
    const gates = dense(x, kernel, bias.numbers, new Numbers(4 * units));
    addProduct(h, recurrent.numbers, gates);
    const [newH, newC] = [new Numbers(units), new Numbers(units)];
    for (let j = 0; j < units; j++) {
      const [i, f, o] = [0, 1, 3].map((gate) => sigmoid(gates[gate * units + j]));
      newC[j] = f * c[j] + i * Math.tanh(gates[2 * units + j]);
      newH[j] = o * Math.tanh(newC[j]);
    }
    return [newH, newC];
  }

  const zeros = (units) => [new Float32Array(units), new Float32Array(units)];

  function rowOf({ shape: [, width], numbers }, row) {
    return numbers.subarray(row * width, (row + 1) * width);
  }

  function softmax(logits, temperature = 1) {
    const most = Math.max(...logits);
    const powers = Array.from(logits, (logit) => Math.exp((logit - most) / temperature));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  }

  function draw(chances) {
    let left = Math.random();
    const found = chances.findIndex((chance) => (left -= chance) < 0);
    return found < 0 ? chances.indexOf(Math.max(...chances)) : found;
  }

  // ---- the networks

  class Vocabulary {
    constructor(characters) {
      this.characters = Array.from(characters);
      this.numbers = new Map(this.characters.map((character, n) => [character, n]));
    }

    // The numbers of a text; an error says what can't be read.
    encode(text) {
      const characters = Array.from(text);
      if (!characters.length) throw new Error("There is no text yet.");
      if (characters.length > LONGEST) {
        throw new Error(
          `The text has ${characters.length.toLocaleString("en")} characters; ` +
          `the network takes at most ${LONGEST.toLocaleString("en")}.`,
        );
      }
      return characters.map((character, place) => {
        const number = this.numbers.get(character);
        if (number === undefined || [PAD, START, END].includes(character)) {
          const shown = character === "\n" ? "A line break" : `“${character}”`;
          throw new Error(
            `${shown}, character ${place + 1} of the text, is not among those that the network knows.`,
          );
        }
        return number;
      });
    }
  }

  // Let the page do something else after a slice of work.
  function pause() {
    let began = performance.now();
    return async () => {
      if (performance.now() - began < SLICE) return;
      await new Promise((resolve) => setTimeout(resolve));
      began = performance.now();
    };
  }

  class Writer {
    constructor({ about, arrays }) {
      this.vocabulary = new Vocabulary(about.vocabulary);
      this.arrays = arrays;
      this.cell = { kernel: arrays.kernel, recurrent: arrays.recurrent_kernel, bias: arrays.bias };
    }

    // So many characters, one after the other; temperature zero takes the likeliest.
    async *run(text, { temperature = 0, count = 300 } = {}) {
      const { embedding, readout, readout_bias: bias, recurrent_kernel: recurrent } = this.arrays;
      const codes = this.vocabulary.encode(text);
      const rest = pause();
      let state = zeros(recurrent.shape[0]);
      const next = async (code) => {
        await rest();
        state = lstm(this.cell, rowOf(embedding, code), state);
      };
      for (const code of codes) await next(code);
      for (let n = 0; n < count; n++) {
        const logits = dense(state[0], readout, bias.numbers);
        const code = temperature
          ? draw(softmax(logits, temperature))
          : logits.indexOf(Math.max(...logits));
        yield this.vocabulary.characters[code];
        await next(code);
      }
    }
  }

  class Translator {
    constructor({ about, arrays }) {
      this.source = new Vocabulary(about.source);
      this.target = new Vocabulary(about.target);
      this.arrays = arrays;
    }

    cell(name) {
      const [kernel, recurrent, bias] = ["kernel", "recurrent_kernel", "bias"].map(
        (part) => this.arrays[`${name}/lstm_cell/${part}`],
      );
      return { kernel, recurrent, bias };
    }

    // What is read out of a state, and with multiplicative attention the weights of what was read.
    lookedBack(h, read) {
      const { arrays } = this;
      if (!arrays["query/kernel"]) return [h, null];
      const query = dense(h, arrays["query/kernel"], zeros(h.length)[0]);
      const weights = softmax(read.map((one) => one.reduce((sum, v, i) => sum + v * query[i], 0)));
      const joined = new Float32Array(2 * h.length);
      joined.set(h);
      weights.forEach((weight, t) => read[t].forEach((v, i) => (joined[h.length + i] += weight * v)));
      const r = dense(joined, arrays["combined/kernel"], arrays["combined/bias"].numbers);
      return [r.map(Math.tanh), weights];
    }

    // The answer, a character at a time, each with the chance that the network gives it, and where
    // it looked.
    async *run(text, { longest = 20 } = {}) {
      const { arrays } = this;
      const [encoder, decoder] = [this.cell("encoder"), this.cell("decoder")];
      const rest = pause();
      const read = [];
      let state = zeros(encoder.recurrent.shape[0]);
      for (const code of this.source.encode(text)) {
        await rest();
        state = lstm(encoder, rowOf(arrays["source_embedding/embeddings"], code), state);
        read.push(state[0]);
      }
      let code = this.target.numbers.get(START);
      for (let n = 0; n < longest; n++) {
        await rest();
        state = lstm(decoder, rowOf(arrays["answer_embedding/embeddings"], code), state);
        const [r, weights] = this.lookedBack(state[0], read);
        const logits = dense(r, arrays["readout/kernel"], arrays["readout/bias"].numbers);
        const chances = softmax(logits);
        code = chances.indexOf(Math.max(...chances));
        const character = this.target.characters[code];
        if (character === END) return;
        yield [character, chances[code], weights];
      }
    }
  }

  // ---- the form

  // What is made of a place's file, once it has come and is the one that the page was built with.
  async function load({ network, hash }, make) {
    let text;
    try {
      text = await read(network); // as hashOf, site.js's
    } catch {
      throw new Error("The file of the network's weights is missing: load the page again.");
    }
    const found = await hashOf(text);
    if (found !== null && found !== hash) {
      throw new Error("The file of the weights is not the one that this page was built with.");
    }
    try {
      return await make(text);
    } catch {
      throw new Error("The file of the weights is damaged: load the page again.");
    }
  }

  // What is said of a date, once it is there.
  function verdict(answer, least) {
    const [year, month, day] = answer.split("-").map(Number);
    const there = new Date(Date.UTC(year, month - 1, day));
    const isDate = /^\d{4}-\d\d-\d\d$/.test(answer) && there.toISOString().startsWith(answer);
    const sure = `The character that it was least sure of had ${(100 * least).toFixed(1)} %.`;
    return isDate ? sure : `There is no such date. ${sure}`;
  }

  // A map of where the network looked: what was read along the top, what it wrote down the side.
  function mapOf(text, rows) {
    const table = document.createElement("table");
    const top = table.insertRow();
    for (const letter of ["", ...text]) top.insertCell().textContent = letter === " " ? "␣" : letter;
    const words = rows.map(([character, , weights]) => {
      const row = table.insertRow();
      row.insertCell().textContent = character;
      for (const weight of weights) row.insertCell().style.setProperty("--weight", weight);
      return `${character} most at ${Array.from(text)[weights.indexOf(Math.max(...weights))]}`;
    });
    const scrolled = document.createElement("div");
    scrolled.className = "letters-map";
    scrolled.tabIndex = 0;
    scrolled.setAttribute("role", "img");
    scrolled.setAttribute("aria-label", `Where the network looked: ${words.join(", ")}.`);
    scrolled.append(table);
    return scrolled;
  }

  const networks = new Map();

  // Answer what stands in the form of a place.
  async function answer(place) {
    const { form } = place;
    const out = place.holder.querySelector("output");
    const said = place.holder.querySelector("[role=status]");
    out.textContent = "";
    place.holder.querySelector(".letters-map")?.remove();
    const text = form.elements.text.value;
    try {
      if (!networks.has(place.holder)) {
        said.textContent = "Loading the network …";
        const { dataset } = place.holder;
        const Network = { write: Writer, translate: Translator }[dataset.kind];
        const made = await load(dataset, async (text) => new Network(await unpack(text)));
        networks.set(place.holder, made);
      }
      const network = networks.get(place.holder);
      said.textContent = "";
      if (network instanceof Writer) {
        out.textContent = text;
        const temperature = Number(form.elements.temperature.value);
        for await (const character of network.run(text, { temperature })) {
          if (!place.isCurrent()) return;
          out.append(character);
        }
        said.textContent = "300 characters written.";
        return;
      }
      const written = [];
      for await (const one of network.run(text)) {
        if (!place.isCurrent()) return;
        out.append(one[0]);
        written.push(one);
      }
      said.textContent = verdict(out.textContent, Math.min(...written.map(([, chance]) => chance)));
      if (written[0]?.[2]) out.after(mapOf(text, written));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      said.textContent = error.message;
    }
  }

  const runs = new WeakMap();

  function submit(holder) {
    const run = {};
    runs.set(holder, run); // a second press ends the first
    const form = holder.querySelector("form");
    return answer({ holder, form, isCurrent: () => runs.get(holder) === run });
  }

  const tools = { load, dense, lstm, softmax, sigmoid, pause };
  self.Letters = { submit, unpack, Writer, Translator, tools };
})();
