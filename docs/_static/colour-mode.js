// Runs before the page is painted, so that a reader's choice of colours holds without a flash.
// The theme would write this into each page, which the content policy refuses.
{
  const root = document.documentElement;
  const chosen = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage is refused: follow the system
    }
  };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const mode = chosen("mode") || "auto";
  root.dataset.mode = mode;
  root.dataset.theme = mode === "auto" ? (dark ? "dark" : "light") : mode;
}
