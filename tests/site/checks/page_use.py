"""What one can do with a page: all that it offers, by mouse, by keyboard, and for everyone."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.resources import files

from playwright.sync_api import Page

from .page_load import NARROW, WIDE, Visit, clipped, upright

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 10  # seconds until something that was clicked must have happened
#: Colours and width; answers are open. Contrast goes by the colours, room by the width, and what
#: closed answers leave in sight is there with open ones, too.
STATES = [("light", WIDE), ("dark", NARROW)]


def useful(seen: Visit) -> list[str]:
    """Use what the page offers: colours, download, copy, sidebar, search; see that each works."""
    page, found = seen.page, []

    def copied() -> str:
        return str(page.evaluate("navigator.clipboard.readText()"))

    def offered(selector: str) -> bool:
        return page.locator(selector).count() > 0 and page.locator(selector).first.is_visible()

    def expect(works: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not works():
            if time.monotonic() > until:
                found.append(f"{what} does not work")
                return
            page.wait_for_timeout(50)

    if offered(".theme-switch-button"):
        for colours in ("dark", "light"):
            page.locator(".theme-switch-button").first.click()
            page.locator(f".theme-change-button[data-mode={colours}]").first.click()
            expect(
                lambda: page.evaluate("document.documentElement.dataset.theme") == colours,  # noqa: B023
                colours,
            )
    if offered("[aria-label='Download this page']"):
        page.locator("[aria-label='Download this page']").click()
        for link in page.locator("a.dropdown-item[download]").all():
            response = page.request.get(str(link.evaluate("link => link.href")))
            is_there = response.ok and len(response.body()) > 0
            expect(lambda: is_there, link.inner_text())  # noqa: B023
        page.keyboard.press("Escape")
    if offered(".highlight"):
        code = page.locator(".bd-article :not(.cell_output) > .highlight:has(button.copy)").first
        if code.count():
            code.hover()
            code.locator("button.copy").click()
            wanted = code.locator("pre").inner_text().rstrip()
            expect(lambda: copied() == wanted, "the copy button")
    if offered("button.copy-script"):
        program = page.locator("button.copy-script").first
        written = page.request.get(program.get_attribute("data-program") or "").text()
        program.hover()
        program.click()
        expect(lambda: copied() == written, "the button that copies a cell as a script")
    if offered(".primary-toggle"):
        before = page.locator("#pst-primary-sidebar").is_visible()
        page.locator(".primary-toggle").first.click()
        sidebar = page.locator("#pst-primary-sidebar")
        expect(lambda: sidebar.is_visible() != before, "the sidebar's button")
        page.locator(".primary-toggle").first.click()
    if page.locator("#pst-search-dialog").count() and not seen.address.endswith("search.html"):
        page.keyboard.press("Control+k")
        expect(page.locator("#pst-search-dialog input").is_visible, "Ctrl+K for the search")
        page.keyboard.press("Escape")
    return found


def accessibility(seen: Visit) -> list[str]:
    """Run axe-core in each of the states."""
    page, found = seen.page, []
    page.mouse.move(0, 0)
    # Where the page is scrolled to, its fixed buttons lie near links that they pass by.
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    page.evaluate(AXE)
    for colours, width in STATES:
        page.evaluate(
            """(theme) => {
              document.documentElement.dataset.theme = theme;
              for (const fold of document.querySelectorAll("main details")) fold.open = true;
            }""",
            colours,
        )
        page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(500)  # the theme reacts to a new width after 300 ms
        where = f"{colours}, {width} px, answers open"
        found += [f"{fault} ({where})" for fault in [*axe(page), *upright(seen), *clipped(seen)]]
    return found


def axe(page: Page, part: str = "html") -> list[str]:
    """Run axe-core with the rules of WCAG 2.2 A and AA, best practices and target size.

    Args:
        page: A page into which `AXE` has been loaded.
        part: The selector of what is looked at.
    """
    options = {
        "resultTypes": ["violations"],
        "runOnly": {"type": "tag", "values": TAGS},
        # Off by default: the first is WCAG 2.2, the second WCAG 2.5.3 and marked experimental.
        "rules": {
            "target-size": {"enabled": True},
            "label-content-name-mismatch": {"enabled": True},
        },
    }
    violations = page.evaluate(
        """async ([part, options]) => (await axe.run(part, options)).violations.map(
          ({id, nodes}) => [id, nodes.length, nodes[0].html, nodes[0].failureSummary])""",
        [part, options],
    )
    return [f"{id}: {count} x {html[:150]} {why[:300]}" for id, count, html, why in violations]


def keyboard(seen: Visit) -> list[str]:
    """Walk the page by the Tab key: each stop can be seen, and all are reached."""
    page = seen.page
    wanted = page.evaluate("""() => {
      const found = [...document.querySelectorAll(
        'a[href], button, input, summary, select, textarea, [tabindex="0"]')].filter((element) =>
          element.checkVisibility({visibilityProperty: true}) && element.tabIndex >= 0
          && !element.disabled
          // The Tab key reaches the first of radio buttons; arrows lead on.
          && (element.type !== "radio" || element === element.form[element.name][0]));
      found.forEach((element, index) => element.dataset.stop = index);
      window.stops = found;
      return found.length;
    }""")
    found, reached = [], set()
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("""() => {
      const start = document.createElement("span");
      start.tabIndex = -1;
      document.body.prepend(start);
      start.focus();
    }""")
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        stop, name, visible = page.evaluate("""async () => {
          const element = document.activeElement;
          if (element === document.body) return [null, "", true];
          const seen = () => {
            const style = getComputedStyle(element), box = element.getBoundingClientRect();
            const marked = parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none"
              || style.boxShadow !== "none";
            return marked && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
          };
          // A busy machine draws late: the browser scrolls to the focus when it draws.
          let visible = false;
          for (let frame = 0; frame < 60 && !visible; frame++) {
            await new Promise(requestAnimationFrame);
            visible = seen();
          }
          return [element.dataset.stop ?? "other", element.outerHTML.slice(0, 90), visible];
        }""")
        if stop is None:
            break
        reached.add(stop)
        if not visible:
            found.append(f"the focus cannot be seen on {name}")
    missed = page.evaluate(
        "(reached) => stops.filter((e) => !reached.includes(e.dataset.stop))"
        ".map((e) => e.outerHTML.slice(0, 90))",
        sorted(reached),
    )
    return [*found, *(f"the Tab key does not reach {name}" for name in missed)]
