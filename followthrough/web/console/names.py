"""Who did something, by name: acts are on record as `member:<id>`, authors by their member's id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from followthrough.accounts.models import Member

Names = Mapping[str, str]


def of_members(by: Iterable[str]) -> Names:
    """The names of whoever stands behind `member:<id>`; those who have left have none."""
    ids = [one.removeprefix("member:") for one in by if one.startswith("member:")]
    return {f"member:{key}": name for key, name in _names(ids).items()}


def named(by: str, names: Names) -> str:
    """`Maya Lindqvist`, or what stands for somebody without a name here."""
    if by.startswith("member:"):
        return names.get(by) or _("A former member")
    return _("Followthrough")


class Authors(dict[str, str]):
    """Names by `author_id`: a member's, or in words who it was."""

    def __missing__(self, author_id: str) -> str:
        return _("a former member") if author_id else _("Followthrough itself")


def of_authors(author_ids: Iterable[str]) -> Authors:
    """The names of those who published something."""
    return Authors(_names(author_ids))


def _names(ids: Iterable[str]) -> dict[str, str]:
    """By the member's id, in one query; in none where none of these is an id."""
    keys = {key for one in ids if (key := _key(one))}
    found = Member.objects.filter(id__in=keys).values_list("id", "user__name") if keys else ()
    return {str(key): name for key, name in found}


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
