"""The theme's style sheet loses the rules that apply to nothing, and only those."""

from __future__ import annotations

import pytest

from shipping.cut_styles import cut_styles


@pytest.mark.parametrize(
    ("styles", "left"),
    [
        (".used{a:b}.idle{a:b}", ".used{a:b}"),
        (".idle,.used .used,p{a:b}", ".used .used,p{a:b}"),
        (".used.idle{a:b}", ""),
        (".used:not(.idle){a:b}", ".used:not(.idle){a:b}"),
        (":is(.idle,.used) p{a:b}", ":is(.idle,.used) p{a:b}"),
        ("p:has(.idle:not(.x),.used){a:b}", "p:has(.idle:not(.x),.used){a:b}"),
        ("@media (min-width: 9em){.idle{a:b}}p{a:b}", "p{a:b}"),
        ("@media print{.idle{a:b}.used{a:b}}", "@media print{.used{a:b}}"),
        ("@font-face{src:url(a.woff2)}", "@font-face{src:url(a.woff2)}"),
        ("@keyframes k{0%{a:b}to{a:b}}", "@keyframes k{0%{a:b}to{a:b}}"),
        ("/*! licence of .x */\n.idle{a:b}", "/*! licence of .x */\n"),
    ],
)
def test_a_rule_that_applies_to_nothing_goes(styles: str, left: str) -> None:
    assert cut_styles(styles, {"used"}) == left
