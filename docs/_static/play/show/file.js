// A file of the reader's, of which a column is the series. It is read in the page, and nothing of it
// is sent or kept. `PlayFile` is all that other files see.
(function () {
  "use strict";

  const { make } = PlayCharts;
  const { labelled } = PlayForm;
  const { counted } = PlayNumbers;
  const LARGEST = 1e6; // bytes: what is read and searched without a pause

  // `onColumn` is given the values, or null, and what is to be said of them.
  function createFile({ onColumn }) {
    let columns = [];
    const file = make("input", { id: "play-file", type: "file", accept: ".csv,.tsv,.txt,text/csv" });
    const column = make("select", { id: "play-column" });
    const about =
      "It is read in this page. Nothing of it is sent or kept. A decimal comma is read where " +
      "semicolons or tabs separate the columns.";

    function take(chosen) {
      const notes = [];
      if (chosen?.missing) {
        notes.push(`Lines without a number there, which are left out: ${chosen.missing}.`);
      }
      if (chosen?.left) {
        notes.push(`Only the last ${counted(chosen.values.length, "value")} are used.`);
      }
      onColumn(chosen?.values ?? null, notes.join(" "));
    }

    async function open() {
      const [given] = file.files;
      if (!given) return;
      const isLarge = given.size > LARGEST;
      columns = isLarge ? [] : PlaySettings.columnsOf(await given.text());
      column.replaceChildren(...columns.map(({ title }) => make("option", {}, title)));
      if (columns.length) take(columns[0]);
      else if (isLarge) onColumn(null, `${given.name} is larger than a megabyte: take a part of it.`);
      else {
        onColumn(
          null,
          `${given.name} has no column of numbers. Wanted is a text with a number a line, or with ` +
            "columns between commas, semicolons or tabs.",
        );
      }
    }

    file.addEventListener("change", open);
    column.addEventListener("change", () => take(columns[column.selectedIndex]));
    const root = make(
      "div",
      { class: "play-own" },
      labelled("A file of text with columns, such as CSV", file),
      labelled("Column", column),
      make("p", {}, about),
    );
    return { root };
  }

  self.PlayFile = { createFile };
})();
