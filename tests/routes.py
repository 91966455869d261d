"""Every URL of the product with a row of an organization for each key in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from followthrough.accounts.models import Organization
from followthrough.conversations.models import Handoff
from followthrough.demo.models import AtsApplication
from tests import world

URLS = "followthrough.demo.tests.urls"  # those of the product, and the demo's


class Route(NamedTuple):
    """A URL by its name, with the names of what stands in it."""

    name: str
    keys: tuple[str, ...]

    def path(self, organization: Organization) -> str:
        """Its address, about rows of the organization (made by `EXAMPLES`)."""
        given = EXAMPLES[self.name](organization) if self.keys else ()
        return reverse(self.name, urlconf=URLS, args=given)


def routes() -> Iterator[Route]:
    """All of them; a URL without a name has the name ''."""
    return _within(get_resolver(URLS), "", ())


def _within(found: URLResolver, space: str, keys: tuple[str, ...]) -> Iterator[Route]:
    for one in found.url_patterns:
        theirs = (*keys, *one.pattern.converters)
        if isinstance(one, URLPattern):
            yield Route(f"{space}{one.name}" if one.name else "", theirs)
        else:
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _within(one, inner, theirs)


def candidate(organization: Organization) -> tuple[Any, ...]:
    return (world.candidate(world.connection(organization)).id,)


def handoff(organization: Organization) -> tuple[Any, ...]:
    made = Handoff.objects.create(
        organization=organization, candidate=world.candidate(world.connection(organization)),
        reason="unclear", opened_at=world.NOON, due_at=world.NOON,
    )  # fmt: skip
    return (made.id,)


def in_the_ats(organization: Organization) -> tuple[Any, ...]:
    made = AtsApplication.objects.create(
        organization=organization, connection=world.connection(organization), external_id="A-1",
        stage="Applied", updated_at=world.NOON,
        data={"id": "A-1", "stage": "Applied", "candidate": {"phones": []}, "anchors": {}},
    )  # fmt: skip
    return (made.id,)


def anything(organization: Organization) -> tuple[Any, ...]:
    return ("anything",)


# What stands in the address of each URL that has a key. A new one must be added here.
EXAMPLES: dict[str, Callable[[Organization], tuple[Any, ...]]] = {
    "candidate": candidate,
    "candidate-live": candidate,
    "resolve-handoff": handoff,
    "sign-in-link": anything,
    "demo:move": in_the_ats,
    "demo:interview": in_the_ats,
    "demo:phone-number": in_the_ats,
    "demo:write": in_the_ats,
    "demo:read": in_the_ats,
    "demo:api-application": anything,
    "demo:api-write-back": anything,
}
