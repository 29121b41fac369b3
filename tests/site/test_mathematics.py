"""Formulas are set while the site is built, and those that do not parse stop it."""

from __future__ import annotations

from pathlib import Path

import pytest

from showing.mathematics import TexError, prepare_display, set_tex

from .tools.small_site import SmallSite


def test_a_formula_becomes_html_and_mathml() -> None:
    html = set_tex(r"\mathbf{h}_t = \tanh(x)")
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML">' in html
    assert 'class="katex-html" aria-hidden="true"' in html
    assert "katex-display" not in html
    assert "katex-display" in set_tex("x", display=True)


@pytest.mark.parametrize("tex", [r"\frac{1", r"\nosuchthing", r"x^2^3", r"\begin{matrix} 1"])
def test_tex_that_does_not_parse_is_an_error(tex: str) -> None:
    with pytest.raises(TexError, match=r"."):
        set_tex(tex)


def test_lines_are_aligned_and_no_environment_numbers_itself() -> None:
    assert prepare_display(r"a &= b \\ c &= d") == r"\begin{aligned}a &= b \\ c &= d\end{aligned}"
    assert prepare_display(r"\begin{align}a\end{align}") == r"\begin{align*}a\end{align*}"
    assert prepare_display(r"\begin{cases}a \\ b\end{cases}") == r"\begin{cases}a \\ b\end{cases}"


def test_a_page_numbers_its_equations_and_gives_them_addresses(tmp_path: Path) -> None:
    site = SmallSite(tmp_path)
    equations = "$$\na = b\n$$ (eq-first)\n\n$$\nc\n$$ (eq-two)\n"
    site.page("index", f"# Title $x$\n\n{equations}\n{{eq}}`eq-two`.\n")
    assert site.build() == ""
    html = site.html("index.html")
    assert '<div class="equation" id="equation-eq-first">' in html
    assert 'href="#equation-eq-two">(2)</a>' in html.replace('class="reference internal" ', "")
    assert "MathJax" not in html


def test_a_formula_that_does_not_parse_names_page_and_line(tmp_path: Path) -> None:
    site = SmallSite(tmp_path)
    text = "Text.\n\nThen $\\frac{1$ breaks.\n\n$$\n\\nosuchthing\n$$ (eq-a)\n"
    site.page("index", f"# Title\n\n{text}")
    warnings = site.build()
    assert "index.md:5: WARNING: the formula '\\\\frac{1' does not parse" in warnings
    assert "index.md:7: WARNING: the formula '\\\\nosuchthing' does not parse" in warnings


def test_an_equation_without_label_is_refused(tmp_path: Path) -> None:
    site = SmallSite(tmp_path)
    site.page("index", "# Title\n\n$$\na = b\n$$\n")
    assert "index.md:3: WARNING: the equation 'a = b' has no label" in site.build()


def test_an_equation_in_a_docstring_takes_its_address_from_the_object(tmp_path: Path) -> None:
    site = SmallSite(tmp_path)
    site.page("index", "# Title\n\n```{py:function} step(x)\n\n$$\na = b\n$$\n```\n")
    assert site.build() == ""
    assert '<div class="equation" id="step-equation-1">' in site.html("index.html")
