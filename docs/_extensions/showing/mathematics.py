"""Mathematics set while the site is built: TeX in, HTML for the eye and MathML for the ear out.

KaTeX runs in a small JavaScript engine inside the build (PyPI `quickjs-ng`), so the pages need its
style sheet and fonts but none of its code.  TeX that does not parse fails the build.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import quickjs
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from showing.locations import around, warn

KATEX = Path(__file__).parent / "katex" / "katex.min.js"
# Errors come back as values: an exception through the engine would carry its stack into the text.
SET_TEX = """
function setTex(tex, display) {
  try {
    const options = {displayMode: display, output: "htmlAndMathml", strict: "error"};
    return JSON.stringify({html: katex.renderToString(tex, options)});
  } catch (error) {
    return JSON.stringify({error: error.message});
  }
}
"""


class TexError(ValueError):
    """TeX that KaTeX does not parse."""


@lru_cache(maxsize=1)
def engine() -> Any:
    """Load KaTeX, once a process."""
    context = quickjs.Context()
    context.eval(KATEX.read_text("utf-8") + SET_TEX)
    return context.get("setTex")


@lru_cache(maxsize=4096)
def set_tex(tex: str, *, display: bool = False) -> str:
    """Return the HTML and MathML of a formula.

    Raises:
        TexError: if KaTeX does not parse it; the message is KaTeX's, with the place in the formula.
    """
    result = json.loads(engine()(tex, display))
    if "error" in result:
        raise TexError(result["error"].removeprefix("KaTeX parse error: "))
    return str(result["html"])


def prepare_display(tex: str) -> str:
    """Return TeX in which several lines are aligned and no environment numbers itself.

    Sphinx numbers the equations, so that each number has an address.
    """
    tex = re.sub(r"\\(begin|end)\{(align|equation|gather|alignat)\}", r"\\\1{\2*}", tex.strip())
    if r"\\" in tex and r"\begin{" not in tex:
        return rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return tex


def set_or_warn(translator: HTML5Translator, node: nodes.Element, *, display: bool) -> str:
    """Return the formula's HTML; where it does not parse, warn with page, line and formula."""
    tex = node.astext()
    try:
        return set_tex(prepare_display(tex) if display else tex, display=display)
    except TexError as error:
        docname = translator.builder.current_docname
        warn(docname, node, "the formula %r does not parse: %s", " ".join(tex.split()), error)
        return f"<code>{escape(tex)}</code>"


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula."""
    html = set_or_warn(translator, node, display=False)
    translator.body.append(html)
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a display formula that scrolls in its own box, and its number beside it."""
    html = set_or_warn(translator, node, display=True)
    translator.body.append(translator.starttag(node, "div", CLASS="equation"))
    translator.body.append(f'<div class="formula">{html}</div>')
    if node.get("number"):
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def address_equations(app: Sphinx, document: nodes.document) -> None:
    """See to it that every display equation has a permanent address."""
    counts: Counter[str] = Counter()
    for node in document.findall(nodes.math_block):
        if node["ids"]:
            continue
        if owner := described_object(node):
            counts[owner] += 1
            node["ids"] = [f"{owner}-equation-{counts[owner]}"]
        else:
            tex = " ".join(node.astext().split())
            message = "the equation %r has no label: write $$ ... $$ (eq-name)"
            warn(app.env.docname, node, message, tex)


def described_object(node: nodes.Node) -> str | None:
    """Return the address of the function, class or module whose docstring holds the node."""
    described = (one for one in around(node) if isinstance(one, addnodes.desc))
    signatures = (one for desc in described for one in desc.findall(addnodes.desc_signature))
    return next((address for signature in signatures for address in signature["ids"]), None)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer under the name `katex`."""
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_block, None))
    app.connect("doctree-read", address_equations)
    app.add_css_file("vendor/katex/katex.min.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
