"""Who published something, by name."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from followthrough.accounts.models import Member


class Authors(dict[str, str]):
    """Names by `author_id`: a member's, or in words who it was."""

    def __missing__(self, author_id: str) -> str:
        return _("a former member") if author_id else _("Followthrough itself")


def names(organization_id: UUID, author_ids: Iterable[str]) -> Authors:
    """The names of these authors, in one query (none where none of them is a member's id)."""
    wanted = [key for one in set(author_ids) if (key := _key(one))]
    members = Member.objects.filter(organization_id=organization_id, id__in=wanted)
    found = members.values_list("id", "user__name") if wanted else ()
    return Authors({str(key): name for key, name in found})


def _key(author_id: str) -> UUID | None:
    try:
        return UUID(author_id)
    except ValueError:
        return None
