"""Languages that some texts have and others have not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followthrough.journeys.lint.finding import WARNING, Finding
from followthrough.journeys.lint.survey import Survey, Text
from followthrough.journeys.problems import Place


def missing(survey: Survey) -> Iterator[Finding]:
    """A language that other texts of the map have, and one that only candidates have."""
    spoken = _spoken(survey)
    for place, texts in _by_channel(survey.texts).items():
        lacking = sorted(spoken - {base(text.locale) for text in texts})
        if lacking:
            yield _lacks(survey, place, texts[0], lacking)
    yield from _unspoken(survey, spoken)


def base(locale: str) -> str:
    """The language of a locale: `es` for `es-MX`."""
    return locale.replace("_", "-").partition("-")[0].lower()


def _spoken(survey: Survey) -> frozenset[str]:
    """The languages that the map speaks at all."""
    return frozenset(base(text.locale) for text in survey.said)


def _by_channel(texts: Iterable[Text]) -> dict[Place, list[Text]]:
    found: defaultdict[Place, list[Text]] = defaultdict(list)
    for text in texts:
        found[text.place[:-1]].append(text)
    return found


def _lacks(survey: Survey, place: Place, like: Text, lacking: list[str]) -> Finding:
    default = survey.document.default_locale
    reason = _("It has no text in %(languages)s, which other texts of the map have: those who read"
               " it get %(default)s.")  # fmt: skip
    told = {"languages": ", ".join(lacking), "default": default, "channel": like.channel}
    remedy = _("Add it in %(languages)s for %(channel)s.")
    found = like.finding("missing_locale", reason % told, remedy % told)
    return found._replace(place=place, locale=lacking[0])


def _unspoken(survey: Survey, spoken: frozenset[str]) -> Iterator[Finding]:
    """One finding for a language, not one for each touch."""
    readers: defaultdict[str, int] = defaultdict(int)
    for locale, number in survey.setting.locales.items():
        readers[base(locale)] += number
    for language, n in sorted(readers.items()):
        if spoken and language not in spoken:
            reason = ngettext(
                "%(n)d candidate reads %(language)s, and the map has no text in it.",
                "%(n)d candidates read %(language)s, and the map has no text in it.",
                n,
            ) % {"n": n, "language": language}
            remedy = _("Add texts in %(language)s, the first ones first.") % {"language": language}
            yield Finding("unspoken_locale", "", "", (), WARNING, reason, remedy, locale=language)
