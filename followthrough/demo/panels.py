"""The parts of the demo's pages that keep themselves current, each with its version.

The live page asks with the versions it has and is sent only what is different. What is typed in
stands outside of them, or is kept by demo.js.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from followthrough.demo import clockwork
from followthrough.web.console import live
from followthrough.web.templatetags.console import channel

ATS = ("list", "record", "acts", "events")
CONSOLE = ("case",)
PAGES = {
    "home": ("walk", "clock", *ATS, "top", *CONSOLE, "trouble"),
    "ats": ATS,
    "phone": ("top",),
}
WITH_PHONE = ("home", "phone")
OF_THREAD = ("thread", "quick", "new")


def panels(context: Mapping[str, Any]) -> dict[str, str]:
    """Every panel of the page as HTML, by name; live.CSRF stands where the token goes."""
    given = {**context, "csrf_token": live.CSRF, "oob": True}
    found = {
        "strip": render_to_string("console/parts/strip.html", given),
        "waiting": context["badge"],
    }
    for name in PAGES[context["page"]]:
        found[name] = render_to_string(f"demo/panels/{name}.html", given)
    if context["page"] in WITH_PHONE:
        for thread in context.get("threads", ()):
            for part in OF_THREAD:
                found[f"{part}-{thread.channel}"] = render_to_string(
                    f"demo/panels/{part}.html", {**given, "thread": thread}
                )
    return found


def versions(found: Mapping[str, str]) -> dict[str, str]:
    """What tells one content of each panel from another."""
    return {name: live.version_of(html) for name, html in found.items()}


def finished(request: HttpRequest, html: str) -> SafeString:
    """A panel with the token of whoever asks."""
    return mark_safe(html.replace(live.CSRF, get_token(request)))  # noqa: S308  (a template made it)


def heard(context: Mapping[str, Any]) -> dict[str, str]:
    """What is said aloud when it changes, a sentence for each region; nothing else is."""
    return dict(_heard(context))


def _heard(context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if (note := context.get("new")) is not None:
        said = {"channel": channel(note.channel), "text": note.subject or note.body}
        yield "phone", _("On the phone, %(channel)s: %(text)s") % said
    if (progress := context.get("progress")) and not context["walk"].put_away:
        lines = (progress.came, progress.todo)
        yield "walk", " ".join(line.said for line in lines if line)
    if (move := context.get("move")) and (wall := context.get("site_wall")):
        yield "clock", clockwork.told(move, wall)
    for card in context.get("troubles", ()):
        if card.told and card.told.kind != "held":
            yield f"trouble-{card.button.kind}", f"{card.told.state}. {card.told.said}"
