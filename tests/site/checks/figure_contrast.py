"""What a figure of the built site draws with stands out from the page, in both modes.

Read from the SVG and the style sheet, in the terms of the Web Content Accessibility Guidelines:
lines and markers hold 3:1 (criterion 1.4.11), text 4.5:1 (1.4.3), with all opacities. Areas are
free: what fills a path and has no edge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from showing.inline_figures import style_of

FIGURE = re.compile(r'<svg[^>]* class="figure".*?</svg>', re.DOTALL)
MODE = re.compile(r'^html\[data-theme="(\w+)"\][^{]*\{([^}]*)\}', re.MULTILINE)
PROPERTY = re.compile(r"(--[\w-]+): (#[0-9a-f]{6});")
GRID = "var(--figure-grid,"  # the one line that need not stand out
LEAST = {"text": 4.5, "line": 3.0}

Color = tuple[float, float, float]


def modes(styles: str) -> dict[str, dict[str, str]]:
    """Return the colours by custom property, by mode, that a style sheet gives."""
    return {mode: dict(PROPERTY.findall(body)) for mode, body in MODE.findall(styles)}


def faults(svg: str, colors: dict[str, str]) -> list[str]:
    """Return what does not stand out in a figure, in words.

    Args:
        svg: the figure as it stands in the page.
        colors: the values of the custom properties in a mode.
    """
    ground = rgb(colors["--pst-color-background"])
    found = set()
    for kind, color, opacity in drawn(ElementTree.fromstring(svg)):
        value = rgb(resolve(color, colors))
        seen = [opacity * c + (1 - opacity) * g for c, g in zip(value, ground, strict=True)]
        ratio = contrast((seen[0], seen[1], seen[2]), ground)
        if ratio < LEAST[kind]:
            found.add(f"{kind} in {color}, opacity {opacity:.2g}: {ratio:.2f} of {LEAST[kind]:g}")
    return sorted(found)


def drawn(svg: ElementTree.Element) -> Iterator[tuple[str, str, float]]:
    """Yield the kind, the colour and the opacity of each line, marker and text of a figure."""
    for element in svg.iter():
        look = style_of(element)
        whole = float(look.get("opacity", 1))
        stroke, fill = look.get("stroke", "none"), look.get("fill", "none")
        if stroke != "none" and not stroke.startswith(GRID):
            yield "line", stroke, whole * float(look.get("stroke-opacity", 1))
        opacity = float(look.get("fill-opacity", 1))
        if fill != "none" and element.tag == "g":
            yield "text", fill, whole * opacity
        elif (
            fill != "none" and element.tag == "use" and opacity
        ):  # hollow markers fill with nothing
            yield "line", fill, whole * opacity
    yield "text", "currentColor", 1.0


def resolve(color: str, colors: dict[str, str]) -> str:
    """Return the value that a colour of a figure has on the page."""
    if color == "currentColor":
        return colors["--pst-color-text-base"]
    custom = re.fullmatch(r"var\((--figure-\w+), (#\w+)\)", color)
    return colors.get(custom[1], custom[2]) if custom else color


def rgb(color: str) -> Color:
    """Return the parts of a colour, each from 0 to 1."""
    red, green, blue = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue


def contrast(first: Color, second: Color) -> float:
    """Return the ratio of contrast: (lighter + 0.05) / (darker + 0.05)."""
    darker, lighter = sorted([luminance(first), luminance(second)])
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: Color) -> float:
    """Return the relative luminance: the weighted sum of the parts, made linear."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
