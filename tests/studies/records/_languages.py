"""The languages of the page encoder-decoder: names and patterns out of Unicode's CLDR."""

import re
from typing import Any

from babel import Locale, __version__

#: All write dates in Latin letters, and in the calendar and the digits of this one.
CODES = (
    *("en", "en_GB", "fr", "de", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "is", "pl", "cs"),
    *("sk", "hu", "ro", "hr", "sl", "et", "lv", "lt", "tr", "id", "ms", "ca", "gl", "eu", "sw"),
    *("af", "sq", "ga", "cy", "vi", "fil"),
)
STYLES = ("short", "medium", "long", "full")
SKELETONS = ("yMd", "yMMMd", "yMEd", "yMMMEd")
SOURCE = f"babel {__version__}, from the Common Locale Data Repository of Unicode"


def language(code: str) -> dict[str, Any]:
    """Return names and different patterns of a language."""
    locale = Locale.parse(code)
    patterns = [locale.date_formats[style].pattern for style in STYLES]
    patterns += [str(locale.datetime_skeletons[name].pattern) for name in SKELETONS]
    days, months = locale.days["format"], locale.months["format"]
    return {
        "name": locale.english_name,
        # One E is a short name, and c is E where a date stands for itself.
        "patterns": list(dict.fromkeys(
            re.sub(r"(?<![Ec'\w])[Ec](?![Ec'\w])", "EEE", pattern.replace("cccc", "EEEE"))
            for pattern in patterns
        )),
        "MMM": [months["abbreviated"][n] for n in range(1, 13)],
        "MMMM": [months["wide"][n] for n in range(1, 13)],
        "EEE": [days["abbreviated"][n] for n in range(7)],
        "EEEE": [days["wide"][n] for n in range(7)],
    }  # fmt: skip


LANGUAGES = {code: language(code) for code in CODES}
