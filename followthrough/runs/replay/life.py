"""What is to happen to somebody: through which stages, when, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from followthrough.journeys.events import AnchorMoved, CustomEvent, StageChanged
from followthrough.runs.replay.moments import Heard, Moment

NEVER, YES, NO = "never", "yes", "no"
AHEAD = timedelta(days=90)  # how far it is looked, beyond the last time that was given
_SEQUENCE = 1_000_000  # above whatever an anchor has had


class Visit(NamedTuple):
    """A stage that is entered at a time; `since` an earlier one, where they are in it already. With
    it come `anchors`. `event` is the name of what is reported at `event_at`, or of a touch that is
    sent by hand then, as the engine hears it."""

    stage: str
    at: datetime
    anchors: Mapping[str, datetime] = {}
    event: str = ""
    event_at: datetime | None = None
    since: datetime | None = None

    @property
    def times(self) -> list[datetime]:
        """Every time it names."""
        return [self.at, *self.anchors.values(), *([self.event_at] if self.event_at else [])]


class Life(NamedTuple):
    """Visits in order, and what is answered to every question; `answers_to` says of some touches,
    by key, that something else is answered to them."""

    visits: Sequence[Visit]
    answers: str = NEVER
    answers_to: Mapping[str, str] = {}

    @property
    def begins_at(self) -> datetime:
        return self.visits[0].at

    @property
    def ends_at(self) -> datetime:
        """Until when it is looked."""
        return max(at for visit in self.visits for at in visit.times) + AHEAD

    @property
    def reports(self) -> list[tuple[str, datetime]]:
        """What is reported, and when."""
        return [(one.event, one.event_at) for one in self.visits if one.event and one.event_at]

    def answer_to(self, key: str) -> str:
        """What is answered to that touch."""
        return self.answers_to.get(key, self.answers)

    def moments(self, application_id: UUID) -> list[Moment]:
        """Everything that is heard of it."""
        heard: list[Moment] = []
        for number, visit in enumerate(self.visits):
            stage = StageChanged(visit.stage, visit.since or visit.at)
            heard.append(Heard(visit.at, application_id, stage))
            for name, at in visit.anchors.items():
                moved = AnchorMoved(name, at, _SEQUENCE + number)
                heard.append(Heard(visit.at, application_id, moved))
        for name, at in self.reports:
            event = CustomEvent(name, at, f"preview:{name}:{at.isoformat()}")
            heard.append(Heard(at, application_id, event))
        return heard
