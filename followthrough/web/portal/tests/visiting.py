"""A candidate's page as a browser without script has it."""

from __future__ import annotations

import re

from django.test import Client

from followthrough.governance.models import AddressBlock
from followthrough.people import links


def path(candidate):
    return links.PREFERENCES + links.token(links.OF_CANDIDATE, candidate.id)


def opened(candidate, **query):
    return Client().get(path(candidate), query)


def press(candidate, choice, *, page=None, **more):
    """Press a button of the page as it is now (or as `page` was)."""
    html = (page or opened(candidate)).content.decode()
    shown = re.search(r'name="shown" value="(\w*)"', html)[1]
    form = {"choice": choice, "shown": shown, "language": "en", **more}
    answer = Client().post(path(candidate), form)
    if answer.status_code != 303:
        return answer
    return Client().get(answer.headers["Location"])


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def blocked(candidate):
    keys = candidate.contact_points.values("address_key")
    found = AddressBlock.objects.filter(address_key__in=keys, lifted_at=None)
    return sorted(found.values_list("channel", flat=True))
