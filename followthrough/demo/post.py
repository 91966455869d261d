"""Handing a signed webhook to the product's own door, over HTTP like everybody else."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.utils.translation import gettext as _

from followthrough.core import signatures

TIMEOUT = 10  # seconds


def encoded(document: dict[str, Any]) -> bytes:
    """A document as the body of a webhook."""
    return json.dumps(document, separators=(",", ":")).encode()


def headers(body: bytes, *, secret: str, event_id: str, at: float) -> dict[str, str]:
    """The headers of a signed webhook; `at` is the real time in Unix seconds."""
    return {
        "Content-Type": "application/json",
        "Followthrough-Signature": signatures.make(body, secret=secret, sent=at),
        "Followthrough-Event-Id": event_id,
    }


def deliver(path: str, body: bytes, given: dict[str, str]) -> str:
    """POST to the product; '' when it was taken, else what went wrong, for a person."""
    request = Request(f"{settings.PUBLIC_URL}{path}", body, given, method="POST")  # noqa: S310
    try:
        with urlopen(request, timeout=TIMEOUT):  # noqa: S310
            return ""
    except HTTPError as refusal:
        return _refused(refusal)
    except (URLError, OSError) as problem:
        reason = getattr(problem, "reason", problem)
        return _("The product could not be reached: %(reason)s") % {"reason": reason}


def _refused(refusal: HTTPError) -> str:
    try:
        told = json.loads(refusal.read())
        why = f"{told['thing']}: {told['reason']} {told['remedy']}"
    except (ValueError, KeyError, TypeError):
        why = str(refusal.reason)
    return _("Refused (%(status)s). %(why)s") % {"status": refusal.code, "why": why}
