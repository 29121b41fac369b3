"""What a page of the site must be, as functions from a page in a browser to what it is not."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Response

KILOBYTES = 250  # gzip, with all that the page loads
REQUESTS = 30
SHIFT = 0.05  # cumulative layout shift
WIDE, NARROW = 1280, 390
WATCH = """
window.seen = {shift: 0, refused: []};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
addEventListener("securitypolicyviolation", (event) => {
  seen.refused.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});
"""


@dataclass
class Visit:
    """A page that has been loaded, and what was seen while it loaded."""

    page: Page
    address: str
    sizes: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def kilobytes(self) -> float:
        """What the page weighs with all that it loads."""
        return sum(self.sizes.values()) / 1000

    @property
    def shift(self) -> float:
        """By how much its contents moved while it loaded."""
        return float(self.page.evaluate("seen.shift"))

    @property
    def refused(self) -> list[str]:
        """What the content policy refused."""
        return list(self.page.evaluate("seen.refused"))


@contextmanager
def visit(
    browser: Browser, address: str, *, width: int = WIDE, colours: str = "light"
) -> Iterator[Visit]:
    """Load a page in a browser that has seen nothing before."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if colours == "dark" else "light",
        permissions=["clipboard-read", "clipboard-write"] if address.startswith("http") else [],
    )
    context.add_init_script(WATCH)
    seen = Visit(context.new_page(), address)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on(
        "console",
        lambda message: seen.errors.append(message.text) if message.type == "error" else None,
    )
    responses: list[Response] = []
    seen.page.on("request", lambda request: seen.sizes.update({request.url: 0}))
    seen.page.on("response", lambda response: responses.append(response))
    seen.page.goto(address, wait_until="load")
    seen.page.evaluate("document.fonts.ready")
    seen.page.wait_for_timeout(100)  # what scripts do after loading
    for response in responses:
        body = response.body() if response.url.startswith("http") else b""
        seen.sizes[response.url] = min(len(body), len(gzip.compress(body, 6)))
        if not response.ok and response.url != address:
            seen.errors.append(f"{response.status} {response.url}")
    for url in [url for url in seen.sizes if url.startswith("data:")]:
        del seen.sizes[url]
    yield seen
    context.close()


def weight(seen: Visit) -> list[str]:
    """Check bytes, requests and hosts."""
    found = []
    if seen.kilobytes > KILOBYTES:
        heaviest = sorted(seen.sizes, key=seen.sizes.__getitem__, reverse=True)[:5]
        parts = ", ".join(f"{seen.sizes[url] / 1000:.0f} KB {url}" for url in heaviest)
        found.append(f"weighs {seen.kilobytes:.0f} KB, wanted at most {KILOBYTES}: {parts}")
    if len(seen.sizes) > REQUESTS:
        found.append(f"makes {len(seen.sizes)} requests, wanted at most {REQUESTS}")
    host = urlsplit(seen.address).netloc
    found += [f"asks another host: {url}" for url in seen.sizes if urlsplit(url).netloc != host]
    return found


def steadiness(seen: Visit) -> list[str]:
    """Check that nothing moves while the page loads."""
    return [f"shifts by {seen.shift:.3f}"] if seen.shift >= SHIFT else []


def quiet(seen: Visit) -> list[str]:
    """Check that there are no errors and nothing that the content policy refuses."""
    return [*seen.errors, *(f"the content policy refused {what}" for what in seen.refused)]


def upright(seen: Visit) -> list[str]:
    """Check that the page does not scroll sideways."""
    return list(
        seen.page.evaluate("""() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          const wide = [...document.querySelectorAll("body *")].filter((element) => {
            if (element.getBoundingClientRect().right <= width + 1) return false;
            for (let box = element.parentElement; box; box = box.parentElement)
              if (getComputedStyle(box).overflowX !== "visible") return false;
            return true;
          });
          return [`scrolls sideways: ${wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 90))}`];
        }""")
    )


def clipped(seen: Visit) -> list[str]:
    """Check that no table or formula is wider than its column; on a wide screen, code neither."""
    return list(
        seen.page.evaluate("""() => {
          const boxes = ["main .pst-scrollable-table-container", "main .formula"];
          if (innerWidth > 1000) boxes.push("main div.cell pre");
          return [...document.querySelectorAll(boxes.join(", "))]
            .filter((box) => box.scrollWidth > box.clientWidth + 1)
            .map((box) => `wider than its column: ${box.outerHTML.slice(0, 90)}`);
        }""")
    )


def addresses(seen: Visit) -> list[str]:
    """Check that ids are unique and that all one may want to link to has one."""
    return list(
        seen.page.evaluate("""() => {
          const found = [], ids = new Set();
          for (const {id} of document.querySelectorAll("[id]"))
            if (ids.has(id)) found.push(`two elements have the id ${id}`); else ids.add(id);
          const wanted = {
            heading: "main :is(h1, h2, h3, h4, h5, h6)", figure: "main figure",
            equation: "main .equation, main .katex-display", exercise: "main section.exercise",
            answer: "main details.answer > div",
          };
          for (const [kind, selector] of Object.entries(wanted))
            for (const element of document.querySelectorAll(selector)) {
              const holder = kind === "heading" ? element.closest("[id]:not(main)")
                : kind === "equation" ? element.closest(".equation[id]") : element;
              const start = element.textContent.slice(0, 60);
              if (!holder?.id) found.push(`${kind} without id: ${start}`);
            }
          for (const {hash} of document.querySelectorAll('main a[href^="#"]'))
            if (hash.length > 1 && !ids.has(decodeURIComponent(hash.slice(1))))
              found.push(`a link to ${hash}, which is not on the page`);
          if (document.querySelectorAll("h1").length !== 1) found.push("not exactly one h1");
          if (!document.querySelector('meta[name="description"]')?.content)
            found.push("no description");
          return found;
        }""")
    )
