"""Files that readers bring: each fault is put right and reported, or refused by name."""

import numpy as np
import pandas as pd
import pytest

from rnnlab.reading import read_series

HOURS = {"time": "time", "time_format": "%Y-%m-%d %H:%M"}
DAYS = {"time": "day", "time_format": "%d.%m.%Y"}


@pytest.fixture
def read(tmp_path):
    def read_text(text, columns="x", encoding="utf-8", **options):
        path = tmp_path / "file.csv"
        path.write_bytes(text.encode(encoding))
        table, report = read_series(path, columns, **options)
        return table, str(report)

    return read_text


def daily(*values, first="2003-03-26", sep=","):
    days = pd.date_range(first, periods=len(values)).strftime("%d.%m.%Y")
    return "\n".join(
        [f"day{sep}x", *(f"{day}{sep}{value}" for day, value in zip(days, values, strict=True))]
    )


def local_hours(first, last, zone, x=lambda times: np.arange(len(times))):
    times = pd.date_range(first, last, freq="h", tz=zone)
    return times, pd.DataFrame({"time": times.strftime("%Y-%m-%d %H:%M"), "x": x(times)})


def test_a_plain_file_is_read_and_reported(read):
    table, report = read(daily(3, 4.5, -1), **DAYS)
    assert table["x"].tolist() == [3, 4.5, -1]
    assert table.index.freqstr == "D"
    assert table.index[1] == pd.Timestamp("2003-03-27")
    assert "most frequent step: D" in report
    assert table["x"].dtype == np.float64


def test_march_and_august_are_not_mixed_up(read):
    text = "day,x\n27.03.2003,1\n03.08.2003,2\n10.12.2003,3\n"
    table, _ = read(text, step="D", gaps="keep", **DAYS)
    assert table["x"].dropna().index.month.tolist() == [3, 8, 12]
    with pytest.raises(ValueError, match=r"'%m.%d.%Y' must fit all .* row 1 of 'day'.*27.03.2003"):
        read(text, time="day", time_format="%m.%d.%Y")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Auckland", "America/St_Johns"])
def test_an_hour_there_twice_and_one_not_there_are_told_from_faults(read, zone):
    times, table = local_hours("2021-01-01", "2021-12-31", zone)
    found, report = read(table.to_csv(index=False), zone=zone, **HOURS)
    assert (found.index == times).all()
    assert found["x"].tolist() == table["x"].tolist()
    assert "clock put forward" in report
    assert "clock put back" in report
    assert "missing" not in report.replace("is not missing", "")


def test_the_newest_row_first_keeps_both_hours_of_the_night(read):
    times, table = local_hours("2021-10-30", "2021-11-01", "Europe/Berlin")
    found, report = read(table[::-1].to_csv(index=False), zone="Europe/Berlin", **HOURS)
    assert (found.index == times).all()
    assert found["x"].tolist() == table["x"].tolist()
    assert "newest row first" in report


def test_the_night_of_the_clock_without_its_zone_is_refused_with_the_option(read):
    _, table = local_hours("2021-10-30", "2021-11-01", "Europe/Berlin")
    with pytest.raises(ValueError, match=r"02:00:00 stands in row 27 and in row 28.*zone"):
        read(table.to_csv(index=False), **HOURS)
    _, table = local_hours("2021-03-27", "2021-03-29", "Europe/Berlin")
    with pytest.raises(ValueError, match="no value at 1 of 49 steps, first at 2021-03-28 02:00"):
        read(table.to_csv(index=False), **HOURS)


def test_an_hour_that_does_not_exist_is_named(read):
    text = "time,x\n2021-03-28 01:00,1\n2021-03-28 02:00,2\n2021-03-28 03:00,3\n"
    with pytest.raises(ValueError, match=r"has no 2021-03-28 02:00:00, which stands in row 2"):
        read(text, zone="Europe/Berlin", **HOURS)
    assert len(read(text, zone="UTC", **HOURS)[0]) == 3


def test_offsets_in_the_times_are_used(read):
    text = "time,x\n2021-10-31 02:00+0200,1\n2021-10-31 02:00+0100,2\n2021-10-31 03:00+0100,3\n"
    table, _ = read(text, time="time", time_format="%Y-%m-%d %H:%M%z", zone="Europe/Berlin")
    assert [moment.hour for moment in table.index] == [2, 2, 3]


def test_rows_out_of_order_or_twice_are_put_right_and_reported(read):
    lines = daily(1, 2, 3, 4, 5).split("\n")
    text = "\n".join([lines[0], lines[1], lines[3], lines[2], lines[3], lines[4], lines[5]])
    table, report = read(text, **DAYS)
    assert table["x"].tolist() == [1, 2, 3, 4, 5]
    assert "row out of order" in report
    assert "row there twice" in report


def test_two_values_for_one_time_are_refused(read):
    text = daily(1, 2, 3) + "\n27.03.2003,7"
    with pytest.raises(ValueError, match=r"00:00:00 stands in row 2 and in row 4, with 2"):
        read(text, **DAYS)


@pytest.mark.parametrize("how", ["row", "empty", "NA", "code"])
def test_a_gap_is_refused_kept_or_filled(read, how):
    text = daily(1, 2, {"row": 3, "empty": "", "NA": "NA", "code": -999}[how], 4, 5)
    if how == "row":
        text = "\n".join(line for line in text.split("\n") if "28.03" not in line)
    options = DAYS | ({"missing": [-999]} if how == "code" else {})
    with pytest.raises(ValueError, match=r"'x' has no value at 1 of 5 steps, first at 2003-03-28"):
        read(text, **options)
    kept, report = read(text, gaps="keep", **options)
    np.testing.assert_array_equal(kept["x"], [1, 2, np.nan, 4, 5])
    assert "kept as NaN" in report
    filled, report = read(text, gaps="fill", **options)
    assert filled["x"].tolist() == [1, 2, 3, 4, 5]
    assert "x: no value" in report
    assert ("-999" in report) == (how == "code")


def test_nothing_is_filled_beyond_the_ends(read):
    with pytest.raises(ValueError, match="'x' has no value at 2003-03-26 00:00:00, the first time"):
        read(daily("", 2, 3, 4), gaps="fill", **DAYS)


@pytest.mark.parametrize("code", [-999, -9999, 9999, -99.9, 99])
def test_what_looks_like_a_code_is_asked_about(read, code):
    values = [0.5, 0.25, code, 0.75, code, 0.125]
    with pytest.raises(ValueError, match=rf"'x' holds {code:g} 2 times, first in row 3, far from"):
        read(daily(*values), **DAYS)
    table, _ = read(daily(*values), missing=[], **DAYS)
    assert table["x"].tolist() == values
    table, _ = read(daily(*values), missing=[code], gaps="keep", **DAYS)
    assert table["x"].isna().sum() == 2


def test_one_code_may_stand_alone(read):
    text = daily(1, -999, 3, 4)
    table, _ = read(text, missing=-999, gaps="fill", **DAYS)
    assert table["x"].tolist() == [1, 2, 3, 4]
    with pytest.raises(TypeError, match=r"missing must be numbers such as \[-999\], not '-999'"):
        read(text, missing="-999", **DAYS)


@pytest.mark.parametrize("values", [[98, 99, 100, 97], [9, 1, 2, 3], [900, 999, 400, 10]])
def test_nines_among_their_like_are_numbers(read, values):
    assert read(daily(*values), **DAYS)[0]["x"].tolist() == values


@pytest.mark.parametrize(
    ("texts", "options", "values"),
    [
        (["1,5", "2", "-3,25"], {"decimal": ","}, [1.5, 2, -3.25]),
        (["1.234,5", "12.345.678", "7"], {"decimal": ",", "thousands": "."}, [1234.5, 12345678, 7]),
        (["1,234.5", "1e3", " 7 "], {"thousands": ","}, [1234.5, 1000, 7]),
        (["1 234", "5", "6"], {"thousands": " "}, [1234, 5, 6]),
    ],
)
def test_numbers_are_read_as_they_are_written(read, texts, options, values):
    table, _ = read(daily(*texts, sep=";"), sep=";", **DAYS, **options)
    assert table["x"].tolist() == values


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("1,5", {}, r"row 2 stands '1,5'; perhaps decimal=',' or thousands=','"),
        ("1.5", {"decimal": ","}, r"row 2 stands '1.5'"),
        ("1.5", {"decimal": ",", "thousands": "."}, r"row 2 stands '1.5'"),
        ("12,34", {"thousands": ","}, r"row 2 stands '12,34'"),
        ("7 km", {}, "row 2 stands '7 km'"),
        ("inf", {}, "row 2 stands 'inf'"),
        ("1e999", {}, "row 2 stands '1e999'"),
        ("yes", {}, "row 2 stands 'yes'"),
    ],
)
def test_what_is_no_number_is_named(read, text, options, message):
    with pytest.raises(ValueError, match=message):
        read(daily(1, text, 3, sep=";"), sep=";", **DAYS, **options)


def test_encodings_are_named(read):
    for encoding, likely in (("cp1252", "cp1252"), ("utf-16", "utf-16")):
        text = daily(1, 2, 3).replace("x", "Wärme")
        with pytest.raises(ValueError, match=f"is not written in utf-8.*encoding='{likely}'"):
            read(text, "Wärme", encoding=encoding, **DAYS)


def test_encodings_can_be_given(tmp_path):
    path = tmp_path / "file.csv"
    for encoding in ("cp1252", "utf-16", "utf-8-sig"):
        path.write_bytes(daily(1, 2, 3).replace("x", "Wärme").encode(encoding))
        given = {} if encoding == "utf-8-sig" else {"encoding": encoding}
        table, _ = read_series(path, "Wärme", **DAYS, **given)
        assert table["Wärme"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must not be empty"),
        ("day;x\n01.01.2020;1\n", r"must have a column 'day'.*sep=';'"),
        ("day,y\n01.01.2020,1\n", r"must have a column 'x', but has \['day', 'y'\]"),
        ("day,x\n01.01.2020,1,5\n02.01.2020,1,5\n", "more fields than its heading"),
        ("day,x\n01.01.2020,1\n02.01.2020,1,5\n", "more fields than its heading"),
        ("day,x\n01.01.2020,1\n", "at least 3 rows, not 1"),
        ("day,x\n01.01.2020,1\n02.01.2020,2\n,3\n", "row 3 of 'day' stands ''"),
        ("day,x\n01.01.2020,1\n02.01.2020,2\nTotal,3\n", "row 3 of 'day' stands 'Total'"),
    ],
)
def test_a_file_of_another_form_is_refused(read, text, message):
    with pytest.raises(ValueError, match=message):
        read(text, **DAYS)


@pytest.mark.parametrize(
    ("times", "step"),
    [
        (pd.date_range("2020-01-31", periods=9, freq="ME"), "ME"),
        (pd.date_range("2020-01-01", periods=9, freq="QS"), "3MS"),
        (
            pd.date_range("2020-01-15", periods=9, freq=pd.DateOffset(months=1)),
            "<DateOffset: months=1>",
        ),
        (pd.date_range("2020-01-01", periods=9, freq="YS"), "12MS"),
        (pd.date_range("2020-01-06", periods=9, freq="7D"), "7D"),
        (pd.date_range("2020-01-06", periods=9, freq="15min"), "15min"),
    ],
)
def test_steps_are_told_from_the_times(read, times, step):
    table = pd.DataFrame({"time": times.strftime("%Y-%m-%d %H:%M"), "x": range(9)})
    found, report = read(table.drop(4).to_csv(index=False), gaps="keep", **HOURS)
    assert (found.index == times).all()
    assert step in report


def test_days_without_weekends_take_their_step(read):
    times = pd.bdate_range("2020-01-06", periods=20)
    text = pd.DataFrame({"day": times.strftime("%d.%m.%Y"), "x": range(20)}).to_csv(index=False)
    assert read(text, step="B", **DAYS)[0]["x"].tolist() == list(range(20))
    with pytest.raises(ValueError, match="no value at 6 of 26 steps, first at 2020-01-11"):
        read(text, **DAYS)


def test_a_time_between_the_steps_is_named(read):
    text = (
        "time,x\n2020-01-01 00:00,1\n2020-01-01 01:00,2\n2020-01-01 02:20,3\n2020-01-01 03:00,4\n"
    )
    with pytest.raises(
        ValueError, match=r"step 'h' must lead to all times, but not to .*02:20.*row 3"
    ):
        read(text, step="h", **HOURS)


def test_a_date_and_an_hour_in_two_columns_are_joined(read):
    text = "day,hour,x\n01.01.2020,8,1\n01.01.2020,9,2\n01.01.2020,10,3\n"
    table, _ = read(text, time=["day", "hour"], time_format="%d.%m.%Y %H")
    assert table.index.hour.tolist() == [8, 9, 10]


def test_several_columns_keep_their_order(read):
    text = "day,x,y\n01.01.2020,1,4\n02.01.2020,2,5\n03.01.2020,3,6\n"
    table, _ = read(text, ["y", "x"], **DAYS)
    assert table.to_numpy().tolist() == [[4, 1], [5, 2], [6, 3]]


def test_an_unknown_zone_or_step_is_named(read):
    with pytest.raises(ValueError, match="zone must be a time zone"):
        read(daily(1, 2, 3), zone="Mars/Olympus", **DAYS)
    with pytest.raises(ValueError, match="step: "):
        read(daily(1, 2, 3), step="fortnight", **DAYS)


def test_a_column_that_ends_before_the_others_is_not_known_yet(read):
    text = "day,x,free\n01.01.2020,1,0\n02.01.2020,2,1\n03.01.2020,,0\n04.01.2020,,1\n"
    for gaps in ("refuse", "fill", "keep"):
        table, report = read(text, ["x", "free"], gaps=gaps, **DAYS)
        np.testing.assert_array_equal(table["x"], [1, 2, np.nan, np.nan])
        assert table["free"].tolist() == [0, 1, 0, 1]
        assert "x: not known yet" in report


def test_a_column_without_a_number_is_refused(read):
    with pytest.raises(ValueError, match="'x' must hold numbers, but is empty"):
        read(daily("", "", ""), gaps="keep", **DAYS)
