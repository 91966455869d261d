"""What a candidate sees on their page at the moment: everything that its template is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from followthrough.core import clock, zones
from followthrough.core.canonical import digest
from followthrough.governance import models, preferences
from followthrough.governance.decisions import Wish
from followthrough.governance.preferences import Seen
from followthrough.people.models import Application, Candidate
from followthrough.web.console import whereabouts
from followthrough.web.portal import chosen, offer, texts, ways
from followthrough.web.portal.texts import Texts

UNDOABLE = frozenset(
    {"everything", "interviews", "stop", "pause", "resume", "silence_sms", "silence_email",
     "unsilence_sms", "unsilence_email", "only_about", "all_applications"}
)  # fmt: skip


@dataclass(frozen=True)
class Sight:
    """The page of one candidate in one language, as it is now."""

    candidate: Candidate
    t: Texts
    place: chosen.Place
    jobs: dict[UUID, str]
    refused: frozenset[UUID]  # those among them about which they asked to hear nothing
    offer: offer.Offer

    @property
    def wish(self) -> Wish:
        return self.place.wish

    @property
    def evidence(self) -> Seen:
        """What was shown, as it is kept."""
        return Seen("preference_page", self.t.language, offer.text(self.t, self.offer))

    @property
    def stamp(self) -> str:
        """What must be the same when more is allowed: what was read, and at which addresses."""
        addresses = sorted(key for one in self.place.channels for key in one.keys)
        return digest("\n".join([self.evidence.digest, *addresses]))

    def told(self, *, done: str, wrong: str) -> dict[str, Any]:
        """What the template is given. `done` is the number of the choice that led here, `wrong`
        the name of the text that says why nothing was changed."""
        today = max(zones.local(self.place.now, one).date() for one in self.place.zones)
        return {
            "t": self.t,
            "company": self.candidate.organization.name,
            "offer": self.offer,
            "reachable": [one for one in self.offer.reached if one.choice or one.note],
            "now": [
                *offer.now(self.t, self.wish, self.place.channels, self._day(), self.jobs),
                *offer.except_about(self.t, self.wish, self.jobs, self.refused),
            ],
            "wrong": self.t[wrong] if wrong else "",
            "wrong_day": wrong == "wrong_day",
            "shown": self.stamp,
            "languages": texts.names(),
            "first_day": today + timedelta(days=1),
            "last_day": today + chosen.LONGEST,
            **self._done(done),
        }

    def _day(self) -> str:
        """When their pause ends, '' without one."""
        until = self.wish.paused_until
        if until is None or until <= self.place.now:
            return ""
        return self.t.day(self._date(until))

    def _date(self, until: Any) -> date:
        """The day whose midnight in their zone the end of a pause is."""
        return min(zones.local(until, one).date() for one in self.place.zones)

    def _done(self, given: str) -> dict[str, Any]:
        """What was just done, and whether it can be undone: only of the newest choice."""
        if not given or given != str(self.wish.number):
            return {}
        row = models.Wish.objects.filter(
            candidate_id=self.candidate.id, number=self.wish.number
        ).first()
        if row is None or f"done_{row.choice}" not in texts.table(self.t.language):
            return {}
        said = self.t.say(f"done_{row.choice}", day=self._day())
        return {"done": said, "undo": row.number if row.choice in UNDOABLE else 0}


def sight(candidate: Candidate, language: str) -> Sight:
    """The page of a candidate in one of the languages, as it is now."""
    t = texts.of(language, company=candidate.organization.name)
    t = texts.of(language, company=candidate.organization.name, stop=t["stop"])
    wish, applications = preferences.of(candidate.id), _applications(candidate)
    channels, named = ways.of(candidate, wish)
    jobs = {one.id: one.requisition.title if one.requisition else "" for one in applications}
    known = whereabouts.of(candidate, applications).names or ("UTC",)
    place = chosen.Place(candidate.id, wish, channels, list(jobs), known, clock.now())
    refused = frozenset(
        one.id for one in applications if one.requisition and one.requisition.external_id in named
    )
    return Sight(candidate, t, place, jobs, refused, offer.of(t, wish, channels, jobs, refused))


def _applications(candidate: Candidate) -> list[Application]:
    found = Application.objects.filter(candidate=candidate).select_related("requisition__site")
    return list(found.order_by("id"))
