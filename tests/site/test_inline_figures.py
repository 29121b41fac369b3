"""Figures become part of their page: its colours, unique ids, a name, nothing that leaks."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib import rc_params_from_file
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from rnnlab.plotting import COLORS
from showing.inline_figures import PALETTE, foreign_colors, inline_svg, stepper

from .tools.small_site import SmallSite

STYLE = Path(__file__).parents[2] / "docs" / "_extensions" / "running" / "kernel" / "matplotlibrc"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt" viewBox="0 0 72 36">'
    '<path style="stroke: #000000" d="M 0 0 L 10.123456 5"/></svg>'
)


@pytest.fixture(scope="module")
def drawn() -> str:
    """A figure as Matplotlib draws it in the site's style."""
    with plt.rc_context():
        plt.rcParams.update(
            {key: value for key, value in rc_params_from_file(
                STYLE, use_default_template=False).items() if key != "backend"}
        )  # fmt: skip
        figure, axes = plt.subplots()
        axes.plot(np.arange(5), label="a line")
        axes.imshow(np.eye(2), extent=(0, 1, 0, 1))
        axes.set(xlabel="time (s)")
        axes.grid()
        axes.legend()
        file = StringIO()
        figure.savefig(file, format="svg")
        plt.close(figure)
    return file.getvalue()


def test_a_figure_follows_the_colour_of_the_text(drawn: str) -> None:
    html = inline_svg(drawn, alt="a line", prefix="f1")
    assert "#000000" in drawn
    assert "#000000" not in html
    assert "currentColor" in html
    assert 'fill="currentColor"' in html.partition(">")[0]
    assert "stroke:var(--figure-blue, #0072b2)" in html
    assert "stroke:var(--figure-grid, #dcd8cd)" in html
    assert foreign_colors(html) == set()


def test_the_style_s_colours_are_those_of_the_package() -> None:
    style = rc_params_from_file(STYLE, use_default_template=False)
    assert style["axes.prop_cycle"].by_key()["color"] == list(COLORS.values())
    assert style["grid.color"] == PALETTE["grid"]


@pytest.mark.parametrize(
    ("draws", "foreign"),
    [
        ('<path style="stroke: #ff0000"/>', {"#ff0000"}),
        ('<path stroke="red"/>', {"red"}),
        ('<g style="fill: #777777"><use/></g>', {"#777777"}),
        ('<use style="fill: #1f77b4; stroke: #0072b2"/>', {"#1f77b4"}),
        ('<path style="fill: #123456; fill-opacity: 0.5; stroke: #d55e00"/>', set()),
        ('<path style="fill: none; stroke: none"/>', set()),
    ],
)
def test_a_line_or_text_in_another_colour_is_seen_and_an_area_is_not(
    draws: str, foreign: set[str]
) -> None:
    html = inline_svg(SVG.replace("<path", f"{draws}<path", 1), alt="x", prefix="f1")
    assert foreign_colors(html) == foreign


def test_a_figure_has_a_name_and_no_style_sheet_or_metadata(drawn: str) -> None:
    html = inline_svg(drawn, alt='a line\n "rises"', prefix="f1")
    start = html.partition(">")[0]
    assert 'role="img"' in start
    assert 'aria-label="a line &quot;rises&quot;"' in start
    for gone in ("<style", "<metadata", "<!--", "<?xml", "<!DOCTYPE", "dc:date"):
        assert gone not in html
    assert "<style" in drawn


def test_the_ids_of_two_figures_differ_and_all_references_hold(drawn: str) -> None:
    ids = []
    for prefix in ("f1", "f2"):
        html = inline_svg(drawn, alt="x", prefix=prefix)
        here = re.findall(r' id="([^"]+)"', html)
        targets = set(re.findall(r'(?:href="#|url\(#)([^")]+)', html))
        assert targets == set(here)
        ids += here
    assert len(ids) == len(set(ids))


def test_the_drawing_itself_is_the_same(drawn: str) -> None:
    """Every number of the drawing is there, to a hundredth of a point."""
    html = inline_svg(drawn, alt="x", prefix="f1")
    numbers = {
        source: [float(n) for path in re.findall(r' d="([^"]*)"', text)
                 for n in re.findall(r"-?\d+(?:\.\d+)?", path)]
        for source, text in (("file", drawn), ("page", html))
    }  # fmt: skip
    assert len(numbers["file"]) > 500
    np.testing.assert_allclose(numbers["page"], numbers["file"], atol=0.005)
    assert len(html) < 0.8 * len(drawn)


def test_a_figure_drawn_in_steps_has_controls_and_others_have_none() -> None:
    parts = "".join(f'<g id="step-{n}"><path d="M 0 0"/></g>' for n in (1, 2, 3))
    html = inline_svg(SVG.replace("<path", f"{parts}<path", 1), alt="x", prefix="f1")
    assert re.findall(r' data-step="(\d)"', html) == ["1", "2", "3"]
    assert 'max="3" value="3"' in stepper(html)
    assert "Step 3 of 3" in stepper(html)
    assert stepper(inline_svg(SVG, alt="x", prefix="f1")) == ""


def test_of_frames_the_first_is_seen() -> None:
    parts = "".join(f'<g id="frame-{n}"><path d="M 0 0"/></g>' for n in (1, 2, 3))
    html = inline_svg(SVG.replace("<path", f"{parts}<path", 1), alt="x", prefix="f1")
    assert re.findall(r'<g data-frame="(\d)"( class="unseen")?>', html) == [
        ("1", ""), ("2", ' class="unseen"'), ("3", ' class="unseen"'),
    ]  # fmt: skip
    assert 'max="3" value="1"' in stepper(html)


def test_a_figure_keeps_its_size() -> None:
    start = inline_svg(SVG, alt="x", prefix="f1").partition(">")[0]
    assert 'width="72pt" height="36pt" viewBox="0 0 72 36"' in start


def test_a_page_holds_its_figures(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.inline_figures")
    figure = "```{figure} a.svg\n:alt: a line\n:name: fig-a\n\nIt rises.\n```\n"
    site.page("index", f"# Title\n\n{figure}\n{{numref}}`fig-a`\n")
    (site.source / "a.svg").write_text(SVG)
    assert site.build() == ""
    html = site.html("index.html")
    assert '<figure class="align-default" id="fig-a">\n<svg' in html
    assert "Fig. 1" in html
    assert "_images" not in site.files


def test_a_figure_of_a_cell_without_alt_text_names_page_and_cell(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.inline_figures")
    cells = [new_markdown_cell("# Title")]
    for alt in ("a line", None):
        metadata = {"mystnb": {"image": {"alt": alt}}} if alt else {}
        output = new_output("display_data", {"image/svg+xml": SVG, "text/plain": "a figure"})
        cells.append(new_code_cell("draw()", outputs=[output], metadata=metadata))
    write_notebook(site, cells)
    warning, *others = site.build().splitlines()
    assert "index.ipynb" in warning
    assert "a figure without alt text in cell 2" in warning
    assert others == []
    assert site.html("index.html").count('role="img"') == 2


def write_notebook(site: SmallSite, cells: list[NotebookNode]) -> None:
    metadata = {"language_info": {"name": "python", "pygments_lexer": "python"}}
    notebook = new_notebook(cells=cells, metadata=metadata)
    (site.source / "index.ipynb").write_text(nbformat.writes(notebook))


def test_a_colour_that_does_not_follow_the_page_names_page_and_cell(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.inline_figures")
    svg = SVG.replace("#000000", "#ff0000")
    output = new_output("display_data", {"image/svg+xml": svg, "text/plain": "a figure"})
    metadata = {"mystnb": {"image": {"alt": "a line"}}}
    cells = [
        new_markdown_cell("# Title"),
        new_code_cell("draw()", outputs=[output], metadata=metadata),
    ]
    write_notebook(site, cells)
    [warning] = site.build().splitlines()
    assert "index.ipynb" in warning
    assert "a figure draws with #ff0000 in cell 1; use a colour of rnnlab.plotting" in warning


def test_a_figure_of_a_cell_that_draws_nothing_is_refused(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.inline_figures")
    figure = {"mystnb": {"figure": {"name": "fig-a", "caption": "A line."}}}
    output = new_output("display_data", {"text/plain": "<Figure size 450x300 with 1 Axes>"})
    cells = [
        new_markdown_cell("# Title"),
        new_code_cell("draw()", outputs=[output], metadata=figure),
    ]
    write_notebook(site, cells)
    assert "a figure without an image in cell 1" in site.build()


def test_an_image_in_the_text_without_alt_text_names_page_and_line(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.inline_figures")
    site.page("index", "# Title\n\n![](a.svg)\n")
    (site.source / "a.svg").write_text(SVG)
    assert "index.md:3: WARNING: a figure without alt text in the text" in site.build()
