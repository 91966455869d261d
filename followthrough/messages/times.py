"""Times as people write them where they are: `Thu, Jun 4, 2:00 PM` in Reno, `jue, 4 jun, 14:00` in
Madrid. The language is the text's; the manner is the country's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import parse_locale

from followthrough.core import places

DAY, CLOCK, BOTH = "MMMEd", "short", "medium"  # the patterns' names in Unicode's CLDR
# CLDR's narrow spaces would make a text message of 70 characters out of one of 160.
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2009\u202f", " "))
_EXTENSION = re.compile(r"\.|-\w-")  # `en_US.UTF-8`, `es-MX-u-hc-h23`
_HALF = re.compile(r"\b([ap])\. ?m\.")  # `p.m.`, `p. m.`
_PLAIN = Locale("en")


def date(moment: datetime, manner: Locale) -> str:
    """`Thu, Jun 4`."""
    return _plain(manner.datetime_skeletons[DAY].apply(moment, manner))


def clock(moment: datetime, manner: Locale) -> str:
    """`2:00 PM`."""
    return _plain(manner.time_formats[CLOCK].apply(moment, manner))


def clock_if_any(moment: datetime, manner: Locale) -> str:
    """The same, '' at midnight: some systems know only the day."""
    return clock(moment, manner) if (moment.hour, moment.minute) != (0, 0) else ""


def date_and_clock(moment: datetime, manner: Locale) -> str:
    """`Thu, Jun 4, 2:00 PM`."""
    both = str(manner.datetime_formats[BOTH]).replace("'", "")
    return both.format(clock(moment, manner), date(moment, manner))


def zone(moment: datetime, manner: Locale) -> str:
    """`PDT`, or `UTC-3` where the zone has no letters of its own."""
    name = moment.tzname() or "UTC"
    if name[:1] not in "+-":
        return name
    hours, minutes = name[:3], name[3:]
    return f"UTC{hours[0]}{int(hours[1:])}" + (f":{minutes}" if minutes else "")


@lru_cache(maxsize=4096)
def manner(locale: str, zone: str) -> Locale:
    """How times are written for who reads `locale` (`es`, `es-MX`, `zh-Hant`) in a time zone: as in
    the country of the locale, else in the zone's, else as the language does."""
    language, country, script = _parts(locale)
    where = [country] if country else [one for one, _region in places.of_zone(zone)]
    tried = [[language, script, one] for one in where] + [[language, script], [language]]
    return next((found for one in tried if (found := _known(one))), _PLAIN)


def _parts(locale: str) -> tuple[str, str | None, str | None]:
    """Language, country and script; what else stands there says nothing about times."""
    tag = _EXTENSION.split(locale.replace("_", "-"))[0]
    found = [one for one in tag.split("-")[:3] if one.isalnum() and one.isascii()]
    try:
        language, country, script, *_more = parse_locale("-".join(found), sep="-")
    except ValueError:
        return "", None, None
    return language, country, script


def _known(parts: Sequence[str | None]) -> Locale | None:
    try:
        found = Locale.parse("_".join(one for one in parts if one))
        return found if found.datetime_skeletons else None  # it is only read now
    except (UnknownLocaleError, ValueError, OSError):
        return None


def _plain(text: str) -> str:
    """Without points at its end, where a sentence may end too: `2:00 pm`, and no `2:00 p.m..`."""
    text = _HALF.sub(r"\1m", text.translate(_SPACES))
    return text.removesuffix(".")
