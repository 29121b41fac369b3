// The settings as a form: presets, what is changed most, and a fold with the rest. `PlayForm` is all
// that other files see.
(function () {
  "use strict";

  const { CHOICES, NUMBERS, LABELS, DEFAULTS, PRESETS } = PlaySettings;
  const { make } = PlayCharts;
  const FIRST = ["series", "cell", "units", "activation", "optimizer", "rate"];
  const MORE = ["held", "window", "loss", "updates", "seed"];
  const RATES = [0.0001, 0.0005, 0.001, 0.003, 0.01, 0.03, 0.1, 1, 10];

  function labelled(text, field, attributes = {}) {
    return make("label", { for: field.id, ...attributes }, make("span", {}, text), field);
  }

  function makeField(name) {
    const id = `play-${name}`;
    if (CHOICES[name]) {
      const options = Object.entries(CHOICES[name]);
      return make(
        "select",
        { id },
        ...options.map(([value, text]) => make("option", { value }, text)),
      );
    }
    if (name === "rate") {
      return make("input", { id, type: "text", inputmode: "decimal", list: "play-rates" });
    }
    const { least, most } = NUMBERS[name];
    return make("input", { id, type: "number", min: least, max: most });
  }

  // `onChange` is given the settings that change, `say` words; `get` gives a setting.
  function createForm({ onChange, say, get }) {
    const fields = {};

    function makeSetting(name) {
      const field = makeField(name);
      field.addEventListener("change", () => {
        const value = PlaySettings.read(name, field.value);
        const wanted = PlaySettings.wish(name, value);
        if (!wanted) onChange({ [name]: value });
        else {
          const kept = get(name);
          say(`${LABELS[name]} must be ${wanted}; “${field.value}” is not, so it stays ${kept}.`);
          field.value = kept;
        }
      });
      fields[name] = field;
      return labelled(LABELS[name], field);
    }

    function makePresets() {
      const names = Object.keys(PRESETS).map((name) => make("option", { value: name }, name));
      const none = make("option", { value: "" }, "none of these");
      const field = make("select", { id: "play-preset" }, none, ...names);
      field.addEventListener("change", () => {
        if (field.value) onChange({ ...DEFAULTS, ...PRESETS[field.value] });
      });
      fields.preset = field;
      return labelled("Preset", field, { class: "play-preset" });
    }

    const rates = RATES.map((value) => make("option", { value }));
    const more = make(
      "details",
      { class: "fold play-more" },
      make("summary", {}, "More settings"),
      make("div", { class: "play-form" }, ...MORE.map(makeSetting)),
    );
    const root = make(
      "div",
      {},
      make("div", { class: "play-form" }, makePresets(), ...FIRST.map(makeSetting)),
      more,
      make("datalist", { id: "play-rates" }, ...rates),
    );

    // Shows the settings; the fold opens when something in it is set that is not as at first.
    let folded = "";
    function show(settings) {
      for (const name in settings) fields[name].value = settings[name];
      const isSet = (name) =>
        !PlaySettings.differences({ ...DEFAULTS, ...PRESETS[name] }, settings);
      fields.preset.value = Object.keys(PRESETS).find(isSet) ?? "";
      const now = MORE.map((name) => settings[name]).join();
      if (now !== folded && MORE.some((name) => settings[name] !== DEFAULTS[name])) more.open = true;
      folded = now;
    }
    return { root, show };
  }

  self.PlayForm = { createForm, labelled };
})();
