// What the pages do: open answers, copy code, scroll wide formulas by keyboard, print.

// Answers. A link to something inside a fold opens it: current browsers do so by themselves.
function openAnswer() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target?.closest("details");
  if (fold && !fold.open) {
    fold.open = true;
    target.scrollIntoView();
  }
}
addEventListener("hashchange", openAnswer);
openAnswer();

// Print: with every answer open.
const folds = document.querySelectorAll("details.answer");
addEventListener("beforeprint", () => {
  for (const fold of folds) {
    fold.dataset.wasOpen = fold.open;
    fold.open = true;
  }
});
addEventListener("afterprint", () => {
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
  if (code.closest(".cell_output")) continue;
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
