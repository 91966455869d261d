"""Where each check of a receipt gets its rule from: a law, a policy, an entry of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from followthrough.governance import rulepacks
from followthrough.governance.models import ConsentEntry
from followthrough.messages.models import Receipt
from followthrough.web.console import sentences


class Source(NamedTuple):
    """A source in words, and where to read it; `outside`: on somebody else's page."""

    said: str
    url: str
    outside: bool = False


Entries = Mapping[str, ConsentEntry]  # by key


def entries(receipts: Iterable[Receipt]) -> Entries:
    """The entries of the consent ledger that receipts name, in one query; in none for none."""
    keys = {
        str(check[2]["entry"]) for one in receipts for check in one.checks if check[2].get("entry")
    }
    found = ConsentEntry.objects.filter(id__in=[key for key in keys if _is_key(key)])
    return {str(one.id): one for one in found} if keys else {}


def _is_key(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def of(detail: Mapping[str, Any], known: Entries) -> list[Source]:
    """What a check went by, by its detail."""
    found = [source for one in detail.get("rules", ()) for source in _of_pack(str(one))]
    if "policy" in detail:
        found.append(_of_policy(detail["policy"]))
    if (entry := known.get(str(detail.get("entry", "")))) is not None:
        found.append(_of_entry(entry))
    return found


def _of_pack(name: str) -> Sequence[Source]:
    pack = next((one for one in rulepacks.packs() if one.id == name), None)
    if pack is None:
        return [Source(name, "")]
    version = {"title": pack.title, "number": pack.version}
    said = _("%(title)s, rule pack version %(number)s") % version
    return [Source(said, source.url, outside=True) for source in pack.sources[:1]]


def _of_policy(number: Any) -> Source:
    if not number:
        return Source(_("The default policy"), reverse("policies"))
    return Source(_("Policy v%(number)s") % {"number": number}, reverse("policy", args=[number]))


def _of_entry(entry: ConsentEntry) -> Source:
    """In words; it stands in the timeline of whoever it is about."""
    day = sentences.day(entry.at, "UTC")
    told = {"said": sentences.consent(entry), "day": day}
    return Source(_("Ledger, %(day)s: %(said)s") % told, "")
