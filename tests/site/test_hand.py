"""A network that writes by hand in the page, against one computed here, and its form."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from playwright.sync_api import Browser, Page, Route, expect

from .checks import page_load as check
from .checks import page_use as use
from .tools.browser import SITE
from .tools.small_site import SmallSite

STATIC = Path(__file__).parents[2] / "docs" / "_static"
HAND = STATIC / "hand"
NAME = "tutorials/handwriting.html"
ALPHABET = " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,'-?!"
STATUS = ".hand [role=status]"
Opened = Callable[..., AbstractContextManager[check.Visit]]
Array = Any


# The network --------------------------------------------------------------------------------------


def random_network(units: int = 12, more: int = 9, windows: int = 4, mixtures: int = 5) -> bytes:
    """Return a network with random weights in the format of the one that is shipped."""
    rng, size = np.random.default_rng(0), len(ALPHABET)
    outputs = 6 * mixtures + 1
    shapes = {
        "lstm1_kernel": (3 + size, 4 * units), "lstm1_recurrent": (units, 4 * units),
        "window_kernel": (units, 3 * windows),
        "lstm2_kernel": (3 + units + size, 4 * more), "lstm2_recurrent": (more, 4 * more),
        "output_kernel": (units + more, outputs),
        "lstm1_bias": (4 * units,), "window_bias": (3 * windows,), "lstm2_bias": (4 * more,),
        "output_bias": (outputs,),
    }  # fmt: skip
    kept: dict[str, Array] = {}
    for name, shape in shapes.items():
        drawn = rng.normal(scale=0.5, size=shape).astype("float32")
        if name.endswith("bias"):
            kept[name] = drawn
        else:
            kept[f"{name}.scale"] = np.abs(drawn).max(axis=0) / 127
            kept[name] = np.round(drawn / kept[f"{name}.scale"]).astype("int8")
    kept["window_bias"] = kept["window_bias"] - np.repeat(np.float32([0, 0, 2]), windows)
    kept["style_0"] = rng.normal(size=(9, 3)).astype("float16")
    kept["style_0"][:, 2] = kept["style_0"][:, 2] > 0
    about = {
        "scale": "0.4",
        "alphabet": ALPHABET,
        "styles": json.dumps([{"name": "upright", "text": "ab"}]),
    }
    return safetensors.numpy.save(kept, about)


def weights_of(content: bytes) -> dict[str, Array]:
    kept = safetensors.numpy.load(content)
    return {
        name: np.float64(np.float32(array) * kept.get(f"{name}.scale", np.float32(1)))
        for name, array in kept.items()
        if not name.endswith(".scale")
    }


def lstm(weights: dict[str, Array], name: str, x: Array, h: Array, c: Array) -> tuple[Array, Array]:
    gates = x @ weights[f"{name}_kernel"] + h @ weights[f"{name}_recurrent"]
    i, f, g, o = np.split(gates + weights[f"{name}_bias"], 4)
    c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
    return np.tanh(c) / (1 + np.exp(-o)), c


def written_by(
    content: bytes, text: str, numbers: Array, given: Array, neatness: float
) -> tuple[Array, bool]:
    """Write as Graves (2013) says, in float64; return points and whether the line was finished."""
    weights = weights_of(content)
    codes = np.eye(len(ALPHABET))[[ALPHABET.index(character) for character in f"{text} "]]
    places = np.arange(len(codes))
    h1 = c1 = np.zeros(len(weights["lstm1_recurrent"]))
    h2 = c2 = np.zeros(len(weights["lstm2_recurrent"]))
    kappa, w = 0.0, np.zeros(len(ALPHABET))
    points = [np.zeros(3)]
    for step in range(len(given) + len(numbers)):
        p = points[-1] / [0.4, 0.4, 1]
        h1, c1 = lstm(weights, "lstm1", np.concatenate([p, w]), h1, c1)
        out = np.exp(h1 @ weights["window_kernel"] + weights["window_bias"])
        alpha, beta, move = np.split(out, 3)
        kappa = kappa + move
        phi = alpha @ np.exp(-beta[:, None] * (kappa[:, None] - places) ** 2)
        w = phi @ codes
        h2, c2 = lstm(weights, "lstm2", np.concatenate([p, h1, w]), h2, c2)
        y = np.concatenate([h1, h2]) @ weights["output_kernel"] + weights["output_bias"]
        if step < len(given):
            points.append(given[step])
            continue
        if points[-1][2] and phi.argmax() == len(text):
            return np.array(points[1 + len(given) :]), True
        pi, mx, my, sx, sy, rho = np.split(y[1:], 6)
        u, n1, n2, v = numbers[step - len(given)]
        pi = np.exp((1 + neatness) * pi)
        j = np.searchsorted(np.cumsum(pi / pi.sum()), u, side="right")
        r = 0.95 * np.tanh(rho[j])
        x = mx[j] + np.exp(sx[j] - neatness) * n1
        z = my[j] + np.exp(sy[j] - neatness) * (r * n1 + np.sqrt(1 - r**2) * n2)
        points.append(np.array([0.4 * x, 0.4 * z, v < 1 / (1 + np.exp(-y[0]))]))
    return np.array(points[1 + len(given) :]), False


@pytest.fixture(scope="module")
def scripts(browser: Browser) -> Iterator[Page]:
    """A page without a site, in which the scripts are."""
    page = browser.new_page()
    names = (HAND / "order.txt").read_text("utf-8").split()
    for path in [STATIC / "letters.js", STATIC / "play" / "engine.js", *(HAND / n for n in names)]:
        page.add_script_tag(content=path.read_text("utf-8"))
    yield page
    page.close()


WRITE = """async ([file, text, numbers, given, neatness]) => {
  const network = new HandNetwork.Network(Letters.unpack(file));
  let n = 0;
  const run = network.write(text, { given, neatness, chance: () => numbers[n++] });
  const points = [];
  for (;;) {
    const { value, done } = await run.next();
    if (done) return [points, value];
    points.push(value.point);
    if (n === numbers.length) return [points, false];
  }
}"""


def written_in(
    page: Page, content: bytes, text: str, numbers: Array, given: Array, neatness: float
) -> tuple[Array, bool]:
    file = base64.b64encode(content).decode()
    arguments = [file, text, numbers.tolist(), np.asarray(given).tolist(), neatness]
    points, finished = page.evaluate(WRITE, arguments)
    return np.array(points), finished


@pytest.mark.parametrize("neatness", [0.0, 1.3])
@pytest.mark.parametrize("given", [0, 9])
def test_it_writes_what_is_computed_here(scripts: Page, given: int, neatness: float) -> None:
    content, text = random_network(), "ab Quick, 7?"
    rng = np.random.default_rng(1)
    numbers = np.column_stack([rng.random(300), rng.normal(size=(300, 2)), rng.random(300)])
    begun = weights_of(content)["style_0"][:given]
    wanted, _ = written_by(content, text, numbers, begun, neatness)
    found, _ = written_in(scripts, content, text, numbers, begun, neatness)
    assert len(wanted) > 20
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-9)
