"""The page on one's own series with other files: only the cell with their names is another."""

import ast

import matplotlib
import numpy as np
import pandas as pd
import pytest

from running.pages import code_cells, read_page
from tests.studies.from_page import TUTORIALS

RNG = np.random.default_rng(1)
# statsmodels tells of starts that it gives up.
pytestmark = pytest.mark.filterwarnings("ignore")


def hourly():
    """Semicolons, decimal commas, and a night with an hour twice."""
    times = pd.date_range("2023-10-22", "2023-11-05", freq="h", tz="Europe/Berlin")
    load = 500 + 100 * np.sin(2 * np.pi * np.asarray(times.hour) / 24)
    load += RNG.normal(0, 3, len(times)).cumsum()
    table = pd.DataFrame({"Zeit": times.strftime("%d.%m.%Y %H:%M"), "Last": load.round(1)})
    table.to_csv("own.csv", sep=";", decimal=",", index=False)
    return """
FILE, COLUMN, UNIT, KNOWN = "own.csv", "Last", "MW", []
READ = {"time": "Zeit", "time_format": "%d.%m.%Y %H:%M", "sep": ";", "decimal": ",",
        "zone": "Europe/Berlin"}
SEASON, STEPS, HORIZON, ORIGINS, STRIDE, RISES = 24, 24, 24, 8, 25, False
FINAL = None
"""


def daily():
    """Missing rows, and two inputs that are known beyond the last value."""
    times = pd.date_range("2021-01-01", periods=250)
    holiday = (RNG.random(250) < 0.03).astype(int)
    price = (50 + 10 * RNG.normal(size=250)).round(2)
    sold = 100 + 20 * (np.asarray(times.dayofweek) < 5) - 30 * holiday - 0.5 * (price - 50)
    sold = (sold + RNG.normal(0, 2, 250)).round(1)
    table = pd.DataFrame(
        {"date": times.strftime("%m/%d/%Y"), "sold": sold, "holiday": holiday, "price": price}
    )
    table.loc[243:, "sold"] = np.nan
    table.drop([50, 51, 100]).to_csv("own.csv", index=False)
    return """
FILE, COLUMN, UNIT, KNOWN = "own.csv", "sold", "pieces", ["holiday", "price"]
READ = {"time": "date", "time_format": "%m/%d/%Y", "gaps": "fill"}
SEASON, STEPS, HORIZON, ORIGINS, STRIDE, RISES = 7, 14, 7, 8, 8, False
FINAL = None
"""


def fifty_rows():
    """Years, without a season."""
    level = 10 + RNG.normal(size=50).cumsum()
    pd.DataFrame({"year": np.arange(1970, 2020), "level": level}).to_csv("own.csv", index=False)
    return """
FILE, COLUMN, UNIT, KNOWN = "own.csv", "level", "m", []
READ = {"time": "year", "time_format": "%Y"}
SEASON, STEPS, HORIZON, ORIGINS, STRIDE, RISES = 1, 4, 1, 10, 1, False
FINAL = None
"""


def rising():
    """Months of a series that rises for good, by more than its season, with gaps told by a code."""
    times = pd.date_range("1990-01-01", periods=300, freq="MS")
    level = 350 + 0.15 * np.arange(300) + 3 * np.sin(2 * np.pi * np.arange(300) / 12)
    level = (level + RNG.normal(0, 0.1, 300).cumsum() + RNG.normal(0, 0.2, 300)).round(2)
    level[[40, 200]] = -9999
    table = pd.DataFrame({"month": times.strftime("%Y-%m"), "co2": level})
    table.to_csv("own.csv", index=False)
    return """
FILE, COLUMN, UNIT, KNOWN = "own.csv", "co2", "ppm", []
READ = {"time": "month", "time_format": "%Y-%m", "missing": -9999, "gaps": "fill"}
SEASON, STEPS, HORIZON, ORIGINS, STRIDE, RISES = 12, 12, 12, 8, 11, True
FINAL = None
"""


def run_page(settings, before=None):
    """Run the cells that a reader sees, with other names of the file, up to one that begins so."""
    page = read_page((TUTORIALS / "your-own-series.md").read_text("utf8"))
    space, replaced = {}, 0
    for cell in code_cells(page):
        if "remove-cell" in cell.metadata.get("tags", []):
            continue
        source = cell.source
        if before and source.startswith(before):
            break
        if source.startswith("FILE, "):
            source, replaced = settings, replaced + 1
        exec(compile(ast.parse(source), "your-own-series", "exec"), space)
    assert replaced == 1
    return space


@pytest.mark.parametrize("make", [hourly, daily, fifty_rows, rising])
def test_the_page_runs_on_another_file(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("agg")
    space = run_page(make())
    forecast = pd.read_csv("forecast.csv", index_col=0, parse_dates=True)
    assert len(forecast) == space["HORIZON"]
    assert np.isfinite(forecast.to_numpy()).all()
    step = space["table"].index.freq
    assert space["dates"][0] == space["table"].index[len(space["values"]) - 1] + step
    assert np.isfinite(space["tomorrow"]).all()
    if make is daily:  # where what is known ahead decides, those who know it are ahead
        total = {name: found.mean() for name, found in space["errors"].items()}
        assert min(total["network"], total["ARIMA"]) < 0.7 * total["season means"]
    if make is rising:  # a year ahead, all follow the rise; season and rise alone are 4.7 off
        errors = {name: found.mean() for name, found in space["errors"].items()}
        assert max(errors.values()) < 1.5, errors


def test_a_name_of_the_file_elsewhere_would_be_noticed(tmp_path, monkeypatch):
    """The columns of the page's own file are in no other file."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="must have a column 'temperature', but has"):
        run_page(fifty_rows().replace('"level", "m"', '"temperature", "m"'))


def test_no_forecast_knows_what_comes_after_its_origin(tmp_path, monkeypatch):
    """Another future moves no forecast of any method that is made before it."""
    monkeypatch.chdir(tmp_path)
    matplotlib.use("agg")
    settings = fifty_rows()
    table = pd.read_csv("own.csv")
    spaces = []
    for change in (0, 1000):
        table.loc[45:, "level"] += change
        table.to_csv("own.csv", index=False)
        spaces.append(run_page(settings, before="methods = {"))
    for name in ("last_season", "season_means", "linear", "smoothing", "arima", "recurrent"):
        before, after = (np.asarray(space[name](45)) for space in spaces)
        np.testing.assert_array_equal(before, after, err_msg=name)
        known = np.asarray(spaces[1][name](46))
        assert not np.array_equal(known, np.asarray(spaces[0][name](46))), name
