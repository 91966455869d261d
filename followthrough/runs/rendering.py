"""From a touch to its text: which content, in which language, with what filled in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from followthrough.core.canonical import iso
from followthrough.governance.decisions import Rendered
from followthrough.journeys import versions
from followthrough.messages import templates
from followthrough.messages.outbox import Due
from followthrough.people import links
from followthrough.runs.facts import Anchors, Person, Subject

Texts = Mapping[str, Mapping[str, Any]]  # by locale
Text = tuple[str, Mapping[str, Any]]  # with its locale
NO_TEXT: Text = ("", {})


def context(person: Person, subject: Subject | None, anchors: Anchors, zone: str) -> dict[str, Any]:
    """What a template may mention (see docs/message-maps.md), by its full name. What is not known
    is not there: it would be a hole in the text."""
    known = {
        "candidate.given_name": person.given_name,
        "candidate.family_name": person.family_name,
        "company": person.company,
        "requisition.title": subject.title if subject else "",
        "site.name": subject.site if subject else "",
        "site.address": subject.site_address if subject else "",
        "zone": (subject and subject.site_zone) or zone,
        "locale": person.locale,
    }
    for name, (at, _) in anchors.items():
        if at:
            known[name] = iso(at)
    return {name: value for name, value in known.items() if value}


LINK = "preferences_url"


def rendered(due: Due, channel: str, *, person: Person, values: Mapping[str, Any]) -> Rendered:
    """The text of `due` on `channel`; a problem with the template is in `problem`, not raised.

    What a member wrote is no template: a `{{` in it is what they meant to say.
    """
    language, text = _text(due, channel, person.locale)
    if not text:
        return Rendered("", problem="no_content")
    if due.origin == "member":
        return Rendered(text["body"], text.get("subject", ""))
    subject = text.get("subject")
    if (manner := in_manner(language, person.locale)) != person.locale:
        values = {**values, "locale": manner}
    if LINK in text["body"]:  # made for those that have it, since it costs more than all the rest
        values = {**values, LINK: links.preferences(person.id)}
    try:
        return Rendered(
            templates.render(text["body"], values).strip(),
            templates.render(subject, values).strip() if subject else "",
            preheader=_one_line(templates.render(text.get("preheader") or "", values)),
        )
    except templates.TemplateProblem as problem:
        return Rendered("", problem=problem.code)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _text(due: Due, channel: str, locale: str) -> Text:
    """The touch's own text, or the one its version of the map has under its key; {}: none."""
    if due.content is not None:
        return in_language(due.content.get(channel), locale)
    return _published(due.version_id, due.key, channel, locale) if due.version_id else NO_TEXT


@lru_cache(maxsize=8192)
def _published(version_id: UUID, key: str, channel: str, locale: str) -> Text:
    """What a version says never changes."""
    return in_language(versions.content(version_id, key).get(channel), locale)


def in_language(by_locale: Texts | None, locale: str) -> Text:
    """The text for `es-MX`, else for `es`, else the first: the map's default language."""
    if not by_locale:
        return NO_TEXT
    for name in (locale, _language(locale)):
        if name in by_locale:
            return name, by_locale[name]
    return next(iter(by_locale.items()))


def in_manner(language: str, locale: str) -> str:
    """How a text in `language` writes its times: as its reader does, if it is their language."""
    return locale if _language(language) == _language(locale) else language


def _language(locale: str) -> str:
    return locale.replace("_", "-").split("-")[0]
