"""What a program printed and drew, beside what the page shows: alike up to a tolerance."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from xml.etree import ElementTree

NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
ABSOLUTE = 1e-6  # rounding of 32-bit numbers
#: How far a drawing may be off: what was trained is less exact, which narrow axes make larger.
PIXELS, TRAINED_PIXELS = 0.5, 2.0
EXACT, TRAINED = 1e-5, 1e-3  # relative: before anything is trained, and after
VARIES = re.compile(r"^# Its output may differ: .+$", re.MULTILINE)
TRAINS = re.compile(r"\btrain\w*\(|\.fit\(|\.apply\(|apply_gradients|learning_rate")
#: Rounding grows in these when they train, as ReLU and the pinball loss have kinks; dropout drops
#: other units.
ROUGH = re.compile(r"relu|recurrent_network\(|generate\(|dropout|pinball", re.IGNORECASE)
# Names that Matplotlib makes from what they stand for: they differ where a last digit differs.
MADE_UP = {"id", "clip-path", "href"}
GLYPH = "#DejaVu"


def text_difference(found: str, wanted: str, tolerance: float) -> str | None:
    """Say how a text differs from the one wanted, or None: same words, near numbers."""
    if NUMBER.sub("0", squeeze(found)) != NUMBER.sub("0", squeeze(wanted)):
        return f"printed\n{found.rstrip()}\nwanted\n{wanted.rstrip()}"
    for one, other in zip(NUMBER.findall(found), NUMBER.findall(wanted), strict=True):
        if not math.isclose(float(one), float(other), rel_tol=tolerance, abs_tol=ABSOLUTE):
            return f"printed {one}, wanted {other}"
    return None


def squeeze(text: str) -> str:
    """Return a text with single blanks; columns are as wide as their longest number."""
    return re.sub(r"-{2,}", "--", " ".join(text.split()))


def figure_difference(found: str, wanted: str, pixels: float = PIXELS) -> str | None:
    """Say how a drawing differs from the one wanted, or None if all lies in its place."""
    ours, theirs = list(elements(found)), list(elements(wanted))
    if len(ours) != len(theirs):
        return f"drew {len(ours)} elements, wanted {len(theirs)}"
    for (tag, one), (other_tag, other) in zip(ours, theirs, strict=True):
        if tag != other_tag or NUMBER.sub("0", one) != NUMBER.sub("0", other):
            return f"drew <{tag} {one[:80]}>, wanted <{other_tag} {other[:80]}>"
        pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
        if any(abs(float(a) - float(b)) > pixels for a, b in pairs):
            return f"drew <{tag} {one[:80]}> elsewhere than <{other_tag} {other[:80]}>"
    return None


def elements(svg: str) -> Iterator[tuple[str, str]]:
    """Yield tag and attributes of each element that draws something."""
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in [one for one in parent if one.tag.endswith("}metadata")]:
            parent.remove(child)
    for element in root.iter():
        attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
        kept = {
            key: value
            for key, value in attributes.items()
            if key not in MADE_UP or value.startswith(GLYPH)
        }
        words = " ".join(f"{key}={value}" for key, value in sorted(kept.items()))
        yield element.tag.rpartition("}")[2], f"{words} {(element.text or '').strip()}"
