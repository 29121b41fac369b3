"""Figures as inline SVG: they take the page's colours, and their alt text is their name.

Matplotlib's file becomes a part of the page: black turns into `currentColor` and each colour of the
palette into a custom property, which the style sheet gives another value in the dark; ids are
unique on the page, the style sheet that would reach the whole page becomes attributes of this
figure, and dates and other metadata go.  An image without alt text fails the build, and so does a
line, marker or text in a colour that does not follow the page.

Where motion teaches, a figure is drawn in steps: artists with the gid `step-1`, `step-2`, ...
appear one after the other when the reader asks; on paper and without scripts it is whole. Of those
with the gid `frame-1`, `frame-2`, ... one is seen at a time; without scripts the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from sphinx.application import Sphinx

from rnnlab.plotting import COLORS, MUTED
from showing.locations import cell_of, warn

# The grid is the style's own (matplotlibrc): the one line that need not stand out.
PALETTE = {**COLORS, "muted": MUTED, "grid": "#dcd8cd"}
# What a colour of a file becomes in the page, where `site.css` has its value for either mode.
OURS = dict.fromkeys(("#000000", "#000", "black"), "currentColor") | {
    color: f"var(--figure-{name}, {color})" for name, color in PALETTE.items()
}
COLOR = re.compile(r"(?<=[:\s])(#[0-9a-f]+|black)(?=;|\s|$)")
REFERENCE = re.compile(r"url\(#([^)]+)\)")
# A hundredth of a point is a seventy-fifth of a CSS pixel: finer digits are only weight.
FINE = re.compile(r"-?\d+\.\d{3,}")
POSITIONS = {"d", "x", "y", "cx", "cy", "x1", "y1", "x2", "y2", "points"}
STEP = re.compile(r"(step|frame)-(\d+)")


def inline_svg(source: str, *, alt: str, prefix: str) -> str:
    """Return an SVG file's drawing as an element for an HTML page.

    Args:
        source: the SVG file's text.
        alt: what the figure tells, for those who do not see it.
        prefix: what ids begin with; unique on the page.
    """
    root = ElementTree.fromstring(source)
    names = short_names(root, prefix)
    for element in root.iter():
        element.tag = without_namespace(element.tag)
        element.tail = None
        if not (element.text or "").strip():
            element.text = None
        element.attrib = dict(attributes(element, names))
    drop(root, {"metadata", "style", "title", "desc"})
    root.attrib.pop("version", None)
    # What Matplotlib's style sheet says of every element of a page, said of this figure alone.
    root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt", "fill": "currentColor"}
    root.attrib |= {"class": "figure", "role": "img", "aria-label": " ".join(alt.split())}
    return ElementTree.tostring(root, encoding="unicode")


def foreign_colors(svg: str) -> set[str]:
    """Return the colours of lines, markers and text that do not follow the page's mode.

    What a path is filled with may be any colour: it is an area, as a cell of a heat map, and data.
    """
    found: set[str] = set()
    for element in ElementTree.fromstring(svg).iter():
        look = element.attrib | style_of(element)
        found.add(look.get("stroke", "none"))
        if element.tag in {"g", "use"}:  # text is a group of glyphs, a marker the use of a path
            found.add(look.get("fill", "none"))
    return {one for one in found - {"none", "currentColor"} if not one.startswith("var(")}


def style_of(element: ElementTree.Element) -> dict[str, str]:
    """Return the declarations of an element's `style`."""
    declarations = (one.partition(":") for one in element.get("style", "").split(";"))
    return {name: value for name, _, value in declarations if name}


def stepper(svg: str) -> str:
    """Return the controls of a figure that is drawn in steps, and nothing for others."""
    numbers = re.findall(r' data-(?:step|frame)="(\d+)"', svg)
    if not numbers:
        return ""
    last = max(map(int, numbers))
    first = 1 if " data-frame=" in svg else last
    return (
        '<div class="stepper pst-js-only" role="group" aria-label="Steps">'
        '<button type="button" data-by="-1">Back</button>'
        f'<input type="range" min="1" max="{last}" value="{first}" aria-label="Step">'
        '<button type="button" data-by="1">Next</button>'
        f"<output>Step {first} of {last}</output></div>"
    )


def without_namespace(name: str) -> str:
    """Return an element's or attribute's name as HTML has it."""
    return name.rpartition("}")[2]


def short_names(root: ElementTree.Element, prefix: str) -> dict[str, str]:
    """Return a short id, unique on the page, for each id that the drawing itself refers to."""
    used: dict[str, str] = {}
    for element in root.iter():
        for key, value in element.attrib.items():
            targets = REFERENCE.findall(value)
            if without_namespace(key) == "href" and value.startswith("#"):
                targets.append(value[1:])
            for target in targets:
                used.setdefault(target, f"{prefix}-{len(used) + 1}")
    return used


def attributes(element: ElementTree.Element, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the attributes of an element as the page has them."""
    for key, value in element.attrib.items():
        key = without_namespace(key)
        if key == "href" and value.startswith("#"):
            yield key, "#" + names[value[1:]]
        elif key != "id":
            yield key, lighten(key, value, names)
        else:
            if value in names:
                yield key, names[value]
            if step := STEP.fullmatch(value):
                yield f"data-{step[1]}", step[2]
                if step[1] == "frame" and step[2] != "1":
                    yield "class", "unseen"


def lighten(key: str, value: str, names: dict[str, str]) -> str:
    """Return an attribute's value with the page's colour, the new ids and no idle digits."""
    value = REFERENCE.sub(lambda match: f"url(#{names[match[1]]})", value)
    if key in {"style", "fill", "stroke"}:
        value = COLOR.sub(lambda match: OURS.get(match[1], match[1]), f" {value}")
        return value.strip().replace("; ", ";").replace(": ", ":")
    if key == "transform":
        return re.sub(r"translate\([^)]*\)", lambda match: FINE.sub(shorten, match[0]), value)
    if key in POSITIONS:
        value = FINE.sub(shorten, value)
    return " ".join(value.split())


def shorten(number: re.Match[str]) -> str:
    """Return a number with at most two decimals."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def drop(element: ElementTree.Element, tags: set[str]) -> None:
    """Remove elements with these tags, and groups that hold nothing."""
    for child in list(element):
        drop(child, tags)
        empty_group = child.tag in {"g", "defs"} and not len(child)
        if child.tag in tags or empty_group:
            element.remove(child)


def place_figures(app: Sphinx, document: nodes.document) -> None:
    """Put each SVG image of a page into the page itself, and ask each image for its alt text."""
    for figure in document.findall(nodes.figure):
        if next(figure.findall(nodes.image), None) is None:
            what = "a figure without an image in %s: it draws nothing, or its kernel shows no SVG"
            warn(app.env.docname, figure, what, cell_of(figure))
    for number, image in enumerate(list(document.findall(nodes.image)), start=1):
        uri: str = image["uri"]
        alt = image.get("alt", "").strip()
        if not alt:
            what = "a figure without alt text in %s; write what it shows under `image: alt:`"
            warn(app.env.docname, image, what, cell_of(image))
        # Translators get the text of an image as long as it is one.
        if uri.endswith(".svg") and "://" not in uri and app.builder.name != "gettext":
            relative, path = app.env.relfn2path(uri, app.env.docname)
            app.env.note_dependency(relative)
            svg = inline_svg(Path(path).read_text("utf-8"), alt=alt, prefix=f"f{number}")
            for color in sorted(foreign_colors(svg)):
                what = "a figure draws with %s in %s; use a colour of rnnlab.plotting, or black"
                warn(app.env.docname, image, what, color, cell_of(image))
            image.replace_self(nodes.raw("", svg + stepper(svg), format="html"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Work before Sphinx collects the images that it copies (priority 500)."""
    app.connect("doctree-read", place_figures, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
