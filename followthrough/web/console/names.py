"""Who did something, by name: acts are on record as `member:<id>`."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from followthrough.accounts.models import Member

Names = dict[str, str]


def of_members(by: Iterable[str]) -> Names:
    """The names of whoever stands behind `member:<id>`; those who have left have none."""
    ids = {_member_id(one) for one in by} - {None}
    found = Member.objects.filter(id__in=ids).values_list("id", "user__name") if ids else ()
    return {f"member:{key}": name for key, name in found}


def _member_id(by: str) -> UUID | None:
    kind, _colon, key = by.partition(":")
    try:
        return UUID(key) if kind == "member" else None
    except ValueError:
        return None


def named(by: str, names: Names) -> str:
    """`Maya Lindqvist`, or what stands for somebody without a name here."""
    if by.startswith("member:"):
        return names.get(by) or _("A former member")
    return _("Followthrough")
