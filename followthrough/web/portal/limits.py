"""How often something may be done within the hour."""

from __future__ import annotations

import hashlib
import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

HOUR = 3600  # seconds, by the wall clock
MOST_UNKNOWN = 60  # links that lead nowhere, from one address of the internet
MOST_CHOICES = 60  # on one candidate's page


def unknown_link(request: HttpRequest) -> bool:
    """Count a link that leads nowhere; whether there were too many. Those that work are never
    counted: a whole town may stand behind one address."""
    return _too_often("unknown-link", get_adapter().get_client_ip(request), MOST_UNKNOWN)


def choice(candidate: str) -> bool:
    """Count a choice on a candidate's page; whether there were too many."""
    return _too_often("choice", candidate, MOST_CHOICES)


def _too_often(what: str, whose: str, most: int) -> bool:
    """Two at the very same moment may count as one: it is a limit, not a lock."""
    hashed = hashlib.sha256(whose.encode()).hexdigest()
    key = f"{what}:{int(time.time()) // HOUR}:{hashed}"
    count = cache.get(key, 0) + 1
    if count <= most:
        cache.set(key, count, HOUR)
    return count > most
