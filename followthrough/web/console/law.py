"""The rule packs that bind where an organization is, as its policy's page lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.core.places import Place, named
from followthrough.governance import rulepacks
from followthrough.governance.packs import RulePack, Source
from followthrough.web.console import policy_words
from followthrough.web.console.map_words import joined

CONFIDENCE = {
    "P": gettext_noop("the official text"),
    "S": gettext_noop("a secondary source"),
    "S×2": gettext_noop("several secondary sources agree"),
    "K": gettext_noop("general knowledge, to be confirmed"),
}
ASKS_FOR = {
    "automated": gettext_noop("that an automated assistant writes"),
    "company": gettext_noop("which company writes"),
    "stop": gettext_noop("how to stop messages"),
}


@dataclass(frozen=True)
class Told:
    """A rule pack with the places, of those that were asked about, which it binds."""

    pack: RulePack
    places: str

    @property
    def rules(self) -> list[str]:
        """What it sets, a sentence each."""
        pack = self.pack
        caps = [policy_words.cap(cap) for cap in pack.caps]
        return [one for one in (self._hours(), *caps, self._consent(), self._says()) if one]

    @property
    def dates(self) -> str:
        """From when, or until when it counts; '' where nothing is known of either."""
        told = {"begins": _day(self.pack.begins), "until": _day(self.pack.until)}
        if self.pack.begins and self.pack.until:
            return _("counts from %(begins)s until %(until)s") % told
        if self.pack.begins:
            return _("counts from %(begins)s") % told
        return _("counts until %(until)s") % told if self.pack.until else ""

    @property
    def sources(self) -> list[tuple[Source, str]]:
        """Each source, and how far it is to be trusted."""
        return [(one, confidence(one)) for one in self.pack.sources]

    def _hours(self) -> str:
        if self.pack.hours is None:
            return ""
        told = {"what": policy_words.alike(self.pack.channels), "whom": self._purposes(),
                "hours": policy_words.week(self.pack.hours.week())}  # fmt: skip
        said = _("%(what)s%(whom)s: %(hours)s") % told
        return f"{said}, {_('never on public holidays')}" if self.pack.holidays else said

    def _purposes(self) -> str:
        named = [_(policy_words.PURPOSES[one]) for one in self.pack.purposes]
        return f" {joined(named)}" if named else ""

    def _consent(self) -> str:
        channels = [str(name) for name, purposes in self.pack.consent.items() if purposes]
        if not channels:
            return ""
        purposes = {one for found in self.pack.consent.values() for one in found}
        said = joined([_(policy_words.PURPOSES[one]) for one in sorted(purposes)])
        return _("Consent on record for %(what)s %(whom)s") % {
            "what": joined([_(policy_words.MESSAGES[one]) for one in channels]), "whom": said,
        }  # fmt: skip

    def _says(self) -> str:
        said = [_(ASKS_FOR[one]) for one in self.pack.disclosures]
        return _("The first message says %(what)s") % {"what": joined(said)} if said else ""


def _day(day: object) -> str:
    return date_format(day, "j M Y") if day else ""


def confidence(source: Source) -> str:
    """How far a source is to be trusted, in words."""
    said = _(CONFIDENCE[source.confidence])
    return _("%(said)s; unsettled") % {"said": said} if source.unsettled else said


def name(place: Place) -> str:
    """A place as people read it: its code, until there are names."""
    return named(place) or _("unknown place")


def told(places: Sequence[Place], at: datetime) -> list[Told]:
    """The rule packs that bind in any of `places`, with those they bind."""
    return [
        Told(pack, ", ".join(name(place) for place in places if pack.binds(place)))
        for pack in rulepacks.choose(places, at)
    ]
