// What the pages do: open folds, print, scroll wide things by keyboard, step figures, copy code
// and programs, save files, let networks write, by hand as well, load the playground.

// Folds. A link to something inside a fold opens it: current browsers do so by themselves.
function openFold() {
  let target;
  try {
    target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return; // no address of ours: a % that begins no letter
  }
  const fold = target?.closest("details");
  if (fold && !fold.open) {
    fold.open = true;
    target.scrollIntoView();
  }
}
addEventListener("hashchange", openFold);
openFold();

// Print: dark on light, with every fold open.
const folds = document.querySelectorAll("details:is(.answer, .fold)");
const root = document.documentElement;
let theme;
addEventListener("beforeprint", () => {
  theme = root.dataset.theme;
  root.dataset.theme = "light";
  for (const fold of folds) {
    fold.dataset.wasOpen = fold.open;
    fold.open = true;
  }
});
addEventListener("afterprint", () => {
  root.dataset.theme = theme;
  for (const fold of folds) fold.open = fold.dataset.wasOpen === "true";
});
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => print());
}

// What is wider than the page scrolls in place; the keyboard reaches it. The theme sees to this when
// a page is loaded or resized, but not for formulas, nor for what opens later.
const reach = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const box of document.querySelectorAll(".formula, pre, .pst-scrollable-table-container")) {
  reach.observe(box);
}

// Figures drawn in steps: what belongs to later steps comes later, and of frames one is seen.
for (const stepper of document.querySelectorAll(".stepper")) {
  const slider = stepper.querySelector("input");
  const last = Number(slider.max);
  const parts = stepper.parentElement.querySelectorAll("[data-step], [data-frame]");
  function show(step) {
    slider.value = step;
    for (const { dataset, classList } of parts) {
      if (dataset.step) classList.toggle("later", Number(dataset.step) > step);
      else classList.toggle("unseen", Number(dataset.frame) !== step);
    }
    stepper.querySelector("output").textContent = `Step ${step} of ${last}`;
  }
  slider.addEventListener("input", () => show(Number(slider.value)));
  for (const button of stepper.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      show(((Number(slider.value) - 1 + Number(button.dataset.by) + last) % last) + 1);
    });
  }
}

// Code: a button that copies it.
const spoken = document.createElement("div");
spoken.className = "visually-hidden";
spoken.role = "status";
document.querySelector("main")?.append(spoken);

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without https there is no clipboard: select the text and ask the document to copy it.
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

for (const code of document.querySelectorAll(".bd-article .highlight > pre")) {
  if (code.closest(".cell_output, dl.py")) continue; // not what is printed, nor examples with prompts
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await copy(code.textContent.trimEnd());
    button.textContent = spoken.textContent = "Copied";
    setTimeout(() => {
      button.textContent = "Copy";
      spoken.textContent = "";
    }, 2000);
  });
  code.after(button);
}

// Files of the site. From a folder a browser gives a page nothing but scripts, so what it reads lies
// beside each file as a script.
function read(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${address}.js`;
    script.addEventListener("load", () => resolve(script.content));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}

// SHA-256 in hexadecimal; null where the browser offers none: over http without encryption.
async function hashOf(text) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Programs: each link to a cell's program becomes a button that copies it.
for (const link of document.querySelectorAll("a.copy-script")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy-script";
  button.dataset.program = link.href;
  button.textContent = "Copy as script";
  button.addEventListener("click", async () => {
    try {
      await copy(await read(link.href));
    } catch {
      link.textContent = "Not copied: open the script";
      button.replaceWith(link);
      link.focus();
      return;
    }
    button.textContent = spoken.textContent = "Copied";
    setTimeout(() => {
      button.textContent = "Copy as script";
      spoken.textContent = "";
    }, 2000);
  });
  link.replaceWith(button);
}

// Downloads: from a folder a browser opens the file instead, so it is given the text to save.
const downloads = document.querySelectorAll(".dropdown-item[download]");
for (const link of location.protocol === "file:" ? downloads : []) {
  const save = async (event) => {
    event.preventDefault();
    try {
      const text = await read(link.href);
      link.download = link.pathname.split("/").pop();
      link.href = URL.createObjectURL(new Blob([text]));
    } finally {
      link.click(); // without the text, the file still opens
    }
  };
  link.addEventListener("click", save, { once: true });
}

// Scripts that not every page uses are loaded when they are wanted, in the order given and each once;
// one that is missing may come later.
const statics = new URL(".", document.currentScript.src);
const loaded = new Map();

function loadScripts(names) {
  for (const name of names.filter((name) => !loaded.has(name))) {
    const script = document.createElement("script");
    script.src = new URL(`${name}.js`, statics);
    script.async = false; // in their order
    loaded.set(name, new Promise((resolve, reject) => {
      script.addEventListener("load", resolve);
      script.addEventListener("error", () => {
        loaded.delete(name);
        reject(new Error("A file of the page is missing: load the page again."));
      });
    }));
    document.head.append(script);
  }
  return Promise.all(names.map((name) => loaded.get(name)));
}

// Networks that write on or translate: their script comes when a form is first sent.
for (const holder of document.querySelectorAll(".letters")) {
  holder.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await loadScripts(["letters"]);
    } catch (error) {
      holder.querySelector("[role=status]").textContent = error.message;
      return;
    }
    Letters.submit(holder);
  });
}

// A network that writes by hand: its scripts come when the reader first turns to its form. What
// happens to the form until they are there happens once more when they are.
const EARLY = ["focusin", "keydown", "pointerdown", "pointermove", "pointerup", "pointercancel", "submit"];
for (const holder of document.querySelectorAll(".hand")) {
  let early = null;
  const meet = async (event) => {
    if (event.type === "submit") event.preventDefault();
    early?.push(event);
    if (early || event.type === "pointermove") return; // passing over it is not turning to it
    early = [event];
    try {
      await loadScripts(["letters", "play/engine", "hand"]);
    } catch (error) {
      early = null;
      holder.querySelector("[role=status]").textContent = error.message;
      return;
    }
    for (const type of EARLY) holder.removeEventListener(type, meet);
    Hand.open(holder);
    for (const one of early) one.target.dispatchEvent(new one.constructor(one.type, one));
  };
  for (const type of EARLY) holder.addEventListener(type, meet);
}

// The playground: what computes, and what shows, which are files of the folder `show`, joined.
const PLAY = ["play/engine", "play/trainer", "play/driver", "play/show"];

// Loads the playground once, and opens it in an element; returns what closes it.
async function openPlayground(holder) {
  const address = new URL("play/playground.css", statics).href;
  if (!document.querySelector(`link[href="${address}"]`)) {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = address;
    const styled = new Promise((resolve) => {
      for (const end of ["load", "error"]) style.addEventListener(end, resolve);
    });
    document.head.append(style);
    await styled;
  }
  try {
    await loadScripts(PLAY);
  } catch {
    holder.textContent = "A file of the playground is missing: load the page again.";
    return () => {};
  }
  return Playground.open(holder);
}

// On its own page it opens when it is near; an address with settings leads to it.
const playground = document.querySelector(".playground:not([data-settings])");
if (playground) {
  const near = new IntersectionObserver(
    ([entry]) => {
      if (!entry.isIntersecting) return;
      near.disconnect();
      openPlayground(playground);
    },
    { rootMargin: "50%" },
  );
  near.observe(playground);
  if (location.hash.includes("=")) playground.scrollIntoView();
}

// On other pages a button opens it. One is open at a time: opening a second one closes the first.
let openOne = null;
for (const button of document.querySelectorAll("button.try-here")) {
  const holder = button.closest(".try").querySelector(".playground");
  const show = (isOpen) => {
    button.textContent = isOpen ? "Close the playground" : "Try it here";
    button.setAttribute("aria-expanded", isOpen);
    holder.hidden = !isOpen;
  };
  const close = async () => {
    openOne = null;
    show(false);
    (await closing)();
  };
  let closing;
  button.addEventListener("click", async () => {
    const other = openOne;
    if (other) await other();
    if (other === close) return;
    openOne = close;
    show(true);
    closing = openPlayground(holder);
    await closing;
    spoken.textContent = other
      ? "The playground is open below this button, and the one before it is closed."
      : "The playground is open below this button.";
    button.scrollIntoView({ block: "nearest" });
  });
}

// What is computed when it is asked for: a button names the scripts that it starts.
for (const button of document.querySelectorAll("button[data-scripts]")) {
  const start = () => {
    button.disabled = true;
    loadScripts(button.dataset.scripts.split(" ").map((name) => `play/${name}`));
  };
  button.addEventListener("click", start, { once: true });
}
