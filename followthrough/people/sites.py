"""Where an organization's sites are."""

from __future__ import annotations

from uuid import UUID

from followthrough.core.places import Place, normal
from followthrough.people.models import Site


def places(organization_id: UUID, *, country: str) -> tuple[Place, ...]:
    """The countries and regions of an organization's sites, sorted; its own `country` where it has
    none."""
    sites = Site.objects.filter(organization=organization_id).values_list("country", "region")
    return tuple(sorted({normal(*one) for one in sites.distinct()})) or ((country, ""),)
