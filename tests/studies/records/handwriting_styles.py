"""Write a few words as writers do from whom no network has learned, for docs/tutorials.

The page's form gives them to the network, which goes on in their style. It makes
handwriting_styles.json.
"""

from typing import Any

import numpy as np

from rnnlab.strokes import write_line
from tests.studies.records._handwriting_lines import DATA, faces, writer_of
from tests.studies.records._record import keep

TARGET = DATA / "handwriting_styles.json"
TEXT = "quick wit"
#: Writers of the validation split, by what strikes one of their hand.
WRITERS = {"upright print": 13, "slanted print": 10, "upright script": 7, "slanted script": 23}


def style(name: str, number: int) -> dict[str, Any]:
    """Write as one writer."""
    writer = writer_of("validation", number)
    strokes = write_line(TEXT, writer, faces(), np.random.default_rng(number))
    # A zero is added so that none is negative.
    points = [[*(round(float(way), 2) + 0.0 for way in xy), int(pen)] for *xy, pen in strokes]
    return {"name": name, "text": TEXT, "points": points}


if __name__ == "__main__":
    styles = [style(*one) for one in WRITERS.items()]
    keep(TARGET, "tests/studies/records/handwriting_styles.py", {"styles": styles})
