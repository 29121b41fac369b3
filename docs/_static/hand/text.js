// The text of a line, in characters that the network has learned. `HandText` is all that other files
// see.
(function () {
  "use strict";

  const LONGEST = 50; // characters, as those that the network learned from
  const INSTEAD = {
    "‘": "'", "’": "'", "´": "'", "`": "'", "“": "'", "”": "'", "„": "'", '"': "'",
    "–": "-", "—": "-", "−": "-", "(": "-", ")": "-", "/": "-", ";": ",", ":": ".", "…": ".",
    "&": "and", "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
  };
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

  // A text as a line: each space once, and what is one character to a reader is one here.
  function charactersOf(text) {
    const line = text.normalize("NFC").replace(/\s+/g, " ").trim();
    return Array.from(graphemes.segment(line), ({ segment }) => segment);
  }

  // What can stand for a character; perhaps nothing.
  function instead(character, alphabet) {
    const plain = INSTEAD[character] ?? character.normalize("NFKD").replace(/\p{M}/gu, "");
    return Array.from(plain).every((one) => alphabet.has(one)) ? plain : "";
  }

  // The line that a text is. Where it can't be written, a problem in words, and another line that is
  // offered, if there is one.
  function readLine(text, alphabet) {
    const characters = charactersOf(text);
    const count = characters.length;
    if (!count) return { problem: "There is no text yet: type a line." };
    if (count > LONGEST) {
      const many = count.toLocaleString("en");
      return { problem: `The text has ${many} characters; a line takes at most ${LONGEST}.` };
    }
    const unknown = [...new Set(characters.filter((one) => !alphabet.has(one)))];
    if (!unknown.length) return { line: characters.join("") };
    const table = new Map(unknown.map((one) => [one, instead(one, alphabet)]));
    const offer = charactersOf(characters.map((one) => table.get(one) ?? one).join("")).join("");
    const names = unknown.map((one) => `“${one}”`).join(", ");
    const ways = Array.from(table, ([one, other]) =>
      other ? `“${other}” for “${one}”` : `“${one}” left out`,
    );
    const rest = offer ? `It offers ${ways.join(", ")}.` : "Nothing else is in the text.";
    return { problem: `The network has not learned ${names}. ${rest}`, offer };
  }

  self.HandText = { readLine };
})();
