"""What must be right about the settings before candidates are written to."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register(deploy=True)
def check_public_url(**_: Any) -> list[CheckMessage]:
    """The links in mails need an address that works from anywhere, and safely."""
    if settings.SECURE or settings.DEMO or settings.DEBUG:
        return []
    return [
        Error(
            f"FOLLOWTHROUGH_URL is {settings.PUBLIC_URL!r}, which is no https address.",
            hint="Set it to the address at which candidates reach this installation, such as"
            " https://talent.example. Until then no mail leaves by SMTP: each needs a link by"
            " which it can be unsubscribed from (RFC 8058).",
            id="followthrough.E001",
        )
    ]
