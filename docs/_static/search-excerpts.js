// Excerpts of the pages that the search finds. Sphinx fetches a whole page for each, which browsers
// refuse from a folder. It is given the page's text, block by block, and looks at what follows the
// heading that a result links to.
window.fetch = async (address) => ({ text: () => read(new URL(address, location)) });
Search.htmlToText = (blocks, anchor) => {
  const start = blocks.findIndex(([id]) => `#${id}` === anchor);
  return blocks.slice(Math.max(start, 0) + 1).map(([, text]) => text).join(" ");
};
