"""What pages of maps and connections say of shadow mode."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import template

from followthrough.web.console.assigning import shadow_pages

register = template.Library()


@register.inclusion_tag("console/assigning/shadow_strip.html", takes_context=True)
def shadow_strip(
    context: dict[str, Any], kind: str, subject_id: UUID, *, linked: bool = False
) -> dict[str, Any]:
    """The strip at the top of what is in shadow; otherwise the way to put it there, unless the page
    has a link to it anyway."""
    return {
        "linked": linked,
        "kind": kind,
        "subject_id": subject_id,
        "told": shadow_pages.told(subject_id),
        "may": context.get("may", ()),
    }
