"""From a touch to its text: which content, in which language, with what filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from followthrough.core.canonical import iso
from followthrough.governance.decisions import Rendered
from followthrough.journeys import versions
from followthrough.messages import templates
from followthrough.messages.outbox import Due
from followthrough.runs.facts import Anchors, Person, Subject


def context(person: Person, subject: Subject | None, anchors: Anchors, zone: str) -> dict[str, Any]:
    """What a template may mention (see docs/message-maps.md), by its full name."""
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
    return known


def rendered(due: Due, channel: str, *, locale: str, values: Mapping[str, Any]) -> Rendered:
    """The text of `due` on `channel`; a problem with the template is in `problem`, not raised."""
    content = _content(due, channel)
    if not content:
        return Rendered(body="", problem="no_content")
    text = _in_language(content, locale)
    subject = text.get("subject")
    try:
        return Rendered(
            templates.render(text["body"], values).strip(),
            templates.render(subject, values).strip() if subject else "",
        )
    except templates.TemplateProblem as problem:
        return Rendered(body="", problem=problem.code)


def _content(due: Due, channel: str) -> Mapping[str, Mapping[str, Any]]:
    """Texts by locale: the touch's own, or those its version of the map has under its key."""
    if due.content is not None:
        return due.content.get(channel) or {}
    if due.version_id is None:
        return {}
    return versions.content(due.version_id, due.key).get(channel) or {}


def _in_language(content: Mapping[str, Mapping[str, Any]], locale: str) -> Mapping[str, Any]:
    """The text for `es-MX`, else for `es`, else the first: the map's default language."""
    if locale in content:
        return content[locale]
    language = locale.split("-")[0].split("_")[0]
    return content[language] if language in content else next(iter(content.values()))
