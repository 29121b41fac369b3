"""The plain forms of what `rnnlab.tables` has."""

import pandas as pd


def Table(columns, formats=None):
    """Return columns of numbers or text as lines of text."""
    form = formats and {k: f"{{:{s}}}".format for k, s in formats.items()}
    return pd.DataFrame(columns).to_string(index=False, formatters=form)
