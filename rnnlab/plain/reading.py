"""The plain forms of what `rnnlab.reading` has."""


import numpy as np
import pandas as pd


def read_series(
    path, columns, time, time_format, step="", zone="", gaps="", **csv
):
    """Read columns of numbers with their times, at regular steps."""
    missing = csv.pop("missing", [-999, -9999])
    table = pd.read_csv(path, na_values=missing, **csv).drop_duplicates()
    text = table[[*np.atleast_1d(time)]].astype(str).agg(" ".join, axis=1)
    times = pd.to_datetime(text, format=time_format)
    if zone:
        summer = ~times.duplicated().to_numpy()
        times = times.dt.tz_localize(zone, ambiguous=summer)
    table = table[columns].astype(float).set_index(times).sort_index()
    usual = table.index.to_series().diff().mode()[0]
    months = round(usual / pd.Timedelta("30.4D"))
    rows = table.asfreq(step or (f"{months}MS" if months else usual))
    filled = rows.interpolate(limit_area="inside")
    is_off = not table.index.isin(rows.index).all()
    if is_off or (not gaps and not filled.equals(rows)):
        raise ValueError("rows missing or off the step: give gaps or step")
    table = filled if gaps == "fill" else rows
    return table, f"{len(table)} rows from {table.index[0]} on"
