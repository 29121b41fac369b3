// Checks: the reader answers, is told whether that is right, and then opens the answer. What was
// answered is kept in this browser alone; the index shows it, saves it, reads it and forgets it.
(() => {
  const KEY = "rnnlab-checks";
  const ASIDE = "rnnlab-checks-aside"; // states of other versions, as they were found
  const VERSION = 1;

  // What is kept. A browser may refuse to keep anything: then it lasts as long as the page.
  const memory = new Map();
  let refused = false;

  function get(key) {
    try {
      if (!refused) return localStorage.getItem(key);
    } catch {
      refused = true;
    }
    return memory.get(key) ?? null;
  }

  function set(key, text) {
    memory.set(key, text);
    try {
      if (!refused) localStorage.setItem(key, text);
    } catch {
      refused = true;
    }
  }

  function parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  const aside = () => [parse(get(ASIDE)) ?? []].flat();

  function putAside(texts) {
    set(ASIDE, JSON.stringify([...new Set([...aside(), ...texts])]));
  }

  // The answers of a state of this version, by the name of the check; none for any other state.
  function answersOf(state) {
    const found = state?.version === VERSION ? Object.entries(state.answers ?? {}) : [];
    const whole = ([, one]) => typeof one?.given === "string" && typeof one.right === "boolean";
    return new Map(found.filter(whole));
  }

  function load() {
    const text = get(KEY);
    if (text === null) return new Map();
    if (parse(text)?.version !== VERSION) {
      putAside([text]);
      if (!refused) save(new Map());
    }
    return answersOf(parse(text));
  }

  function save(answers) {
    set(KEY, JSON.stringify({ version: VERSION, answers: Object.fromEntries(answers) }));
  }

  // What a reader may mean by what was written: readings that are compared, or a complaint.
  const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  const GROUPS = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;

  function numbers(text) {
    const bare = text
      .replace(/[−–]/g, "-")
      .replace(/(\d)\s(?=\d{3}(\D|$))/g, "$1")
      .replace(/\s*([/%+-])\s*/g, "$1");
    const [above, below = "1", ...more] = bare.replace("%", "").split("/");
    const forms = [above, above.replace(",", ".")];
    if (GROUPS.test(above)) forms.push(above.replaceAll(",", ""));
    if (more.length || !PLAIN.test(below)) return [];
    const found = forms.filter((form) => PLAIN.test(form)).map((form) => form / below);
    return bare.endsWith("%") ? [...found, ...found.map((one) => one / 100)] : found;
  }

  function shapes(text) {
    const bare = text.replace(/^[\s([]+|[\s)\],]+$/g, "");
    return /^\d+([\s,;x×*]+\d+)*$/i.test(bare) ? [bare.match(/\d+/g).map(Number).join()] : [];
  }

  const KINDS = {
    number: {
      read: numbers,
      complaint: (text) => `“${text}” is not a number. Write it as 12, 0.5, 1e-3 or 1/3.`,
    },
    shape: {
      read: shapes,
      complaint: (text) => `“${text}” is not a shape. Write it as (4, 5).`,
    },
    choice: { read: (text) => [text] },
    order: { read: (text) => [text] },
  };

  // The answer that stands in a form, as text; nothing if there is none.
  function given(form) {
    if (form.dataset.kind === "choice") return form.querySelector("input:checked")?.value ?? "";
    if (form.dataset.kind !== "order") return form.querySelector("input").value.trim();
    const places = [...form.querySelectorAll("select")];
    const sorted = places.sort((one, other) => one.value - other.value);
    return sorted.every((one, index) => Number(one.value) === index + 1)
      ? sorted.map((one) => one.dataset.value).join(" | ")
      : "";
  }

  function put(form, text) {
    const names = text.split(" | ");
    for (const field of form.querySelectorAll("input, select")) {
      if (field.type === "radio") field.checked = field.value === text;
      else if (field.type === "text") field.value = text;
      else field.value = names.indexOf(field.dataset.value) + 1 || "";
    }
  }

  const EMPTY = {
    number: "Write an answer first.",
    shape: "Write an answer first.",
    choice: "Choose an answer first.",
    order: "Give each place once.",
  };

  function equal(form, reading, wanted) {
    if (form.dataset.kind !== "number") return reading === wanted;
    const rounding = 1e-9 * Math.abs(wanted);
    return Math.abs(reading - wanted) <= Number(form.dataset.tolerance) + rounding;
  }

  // The fold after a check: that of its answer.
  function foldAfter(form) {
    const folds = [...document.querySelectorAll("details:is(.answer, .fold)")];
    const follows = Node.DOCUMENT_POSITION_FOLLOWING;
    return folds.find((fold) => form.compareDocumentPosition(fold) & follows);
  }

  function say(form, mood, ...parts) {
    const place = form.querySelector(".check-said");
    place.dataset.mood = mood;
    place.replaceChildren(...parts);
  }

  function offerAnswer(form) {
    const fold = foldAfter(form);
    if (!fold || form.querySelector(".check-open")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "check-open";
    button.textContent = "Open the answer";
    button.addEventListener("click", () => {
      fold.open = true;
      fold.querySelector("summary").focus();
    });
    form.querySelector(".check-said").after(button);
  }

  function judge(form) {
    const { kind, answer, check } = form.dataset;
    const text = given(form);
    const readings = text ? KINDS[kind].read(text) : [];
    if (!readings.length) {
      say(form, "asks", text ? KINDS[kind].complaint(text) : EMPTY[kind]);
      return;
    }
    const is = (wanted) => readings.some((reading) => equal(form, reading, wanted));
    const right = is(answer);
    const hints = [...form.querySelectorAll("[data-given]")];
    const hint = hints.find(({ dataset }) => right ? dataset.given === answer : is(dataset.given));
    const reason = [...(hint?.childNodes ?? [])].map((node) => node.cloneNode(true));
    const wrong = reason.length ? "Not quite. " : "No. Try again, or open the answer.";
    say(form, right ? "right" : "wrong", right ? "Right. " : wrong, ...reason);
    offerAnswer(form);
    const answers = load();
    const before = answers.get(check);
    answers.set(check, { given: text, right: right || Boolean(before?.right) });
    save(answers);
  }

  for (const form of document.querySelectorAll("form.check")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      judge(form);
    });
    form.querySelector("fieldset").disabled = false;
    const before = load().get(form.dataset.check);
    if (before) {
      put(form, before.given);
      say(form, "kept", before.right ? "You have answered this rightly." : "This was your answer.");
      offerAnswer(form);
    }
  }

  // The progress, on the index.
  const progress = document.querySelector("form.check-progress");
  if (!progress) return;

  function show() {
    const answers = load();
    for (const count of progress.querySelectorAll("[data-checks]")) {
      const names = count.dataset.checks.split(" ");
      const right = names.filter((name) => answers.get(name)?.right).length;
      count.textContent = `${right} of ${names.length}`;
    }
  }

  function tell() {
    show();
    if (refused) say(progress, "asks", "This browser keeps no answers for this site.");
    else if (aside().length) {
      const found = "Answers from another version of this site were found. They do not count, ";
      say(progress, "asks", found, "but they are kept, and Export saves them too.");
    }
  }

  function exportAnswers() {
    const state = { version: VERSION, answers: Object.fromEntries(load()), aside: aside() };
    const link = document.createElement("a");
    link.download = "rnnlab-answers.json";
    link.href = URL.createObjectURL(new Blob([JSON.stringify(state, null, 1)]));
    link.click();
    say(progress, "kept", `Your answers are in ${link.download}.`);
  }

  async function importAnswers(file) {
    const text = await file.text();
    const state = parse(text);
    if (typeof state?.version !== "number") {
      say(progress, "asks", `${file.name} holds no answers of this site. Nothing was changed.`);
      return;
    }
    if (state.version !== VERSION) {
      putAside([text]);
      tell();
      return;
    }
    const answers = load();
    const found = answersOf(state);
    for (const [name, one] of found) if (!answers.get(name)?.right) answers.set(name, one);
    save(answers);
    putAside([state.aside ?? []].flat().filter((one) => typeof one === "string"));
    show();
    const kept = "Right answers that were here are still there.";
    say(progress, "kept", `Answers in ${file.name}: ${found.size}. ${kept}`);
  }

  function forget() {
    if (!confirm("Forget all answers that this browser keeps? Export saves them first.")) return;
    save(new Map());
    set(ASIDE, "[]");
    show();
    say(progress, "kept", "All answers are forgotten.");
  }

  progress.querySelector("[data-do=save]").addEventListener("click", exportAnswers);
  progress.querySelector("[data-do=forget]").addEventListener("click", forget);
  progress.querySelector("[type=file]").addEventListener("change", async ({ target }) => {
    if (target.files.length) await importAnswers(target.files[0]);
    target.value = "";
  });
  progress.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("storage", show); // another page of this site was answered
  progress.querySelector("fieldset").disabled = false;
  tell();
})();
