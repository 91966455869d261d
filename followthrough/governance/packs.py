"""Rule packs as documents: the legal floors of one jurisdiction, dated and with their sources.

What may stand in one, what is refused and why, and whom it binds. Pure: no Django, no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

import phonenumbers
from pydantic import ConfigDict, Field, PrivateAttr, ValidationError, field_validator
from pydantic import model_validator as checks_all

from followthrough.core.errors import Explained
from followthrough.core.places import MEMBERS, UNION, Place
from followthrough.governance import calendars
from followthrough.governance.calendars import Closed
from followthrough.governance.documents import (
    CapDocument,
    Channel,
    Document,
    Problem,
    Purpose,
    WeekDocument,
    problem_of,
    refused,
)
from followthrough.governance.hours import Compiled

Disclosure = Literal["automated", "company", "stop"]
Text = Annotated[str, Field(min_length=1)]

# A date begins and ends at other moments in other places: a rule counts from the first to the last.
EARLIEST, LATEST = timedelta(hours=14), timedelta(hours=36)


class RulePackError(Explained):
    """A rule pack that cannot be used; `problems` names every reason."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(
            f"The rule pack {file} at {first.path}", reason=first.reason, remedy=first.remedy
        )
        self.file, self.problems = file, tuple(problems)


class Source(Document):
    """Where a rule was found and when. `confidence`: P the official text, S a secondary source,
    S×2 several that agree, K general knowledge; `unsettled`: it is disputed whom it binds."""

    says: Text
    url: Annotated[str, Field(pattern=r"^https?://\S+$")]
    seen: date
    confidence: Literal["P", "S", "S×2", "K"]
    unsettled: bool = False


class RulePack(Document):
    """Legal floors of one jurisdiction: dated data, never code.

    `purposes` says which messages the hours and caps are for; none: all of them. `consent` names
    the purposes for which a channel needs consent on record. `when_unknown`: it also binds where
    nobody knows the country, or in which region of it somebody is.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    version: Annotated[int, Field(ge=1)]
    title: Text
    country: str
    region: str = ""
    begins: date | None = Field(default=None, alias="from")
    until: date | None = None  # the last day it counts
    when_unknown: bool = False
    channels: Annotated[list[Channel], Field(min_length=1)]
    purposes: list[Purpose] = []
    hours: WeekDocument | None = None
    holidays: bool = False  # nothing goes out on public holidays of that country or region
    caps: list[CapDocument] = []
    consent: Mapping[Channel, list[Purpose]] = {}
    disclosures: list[Disclosure] = []
    notes: list[Text] = []
    sources: Annotated[list[Source], Field(min_length=1)]

    _weeks: dict[Closed | None, Compiled] = PrivateAttr(default_factory=dict)

    @field_validator("country")
    @classmethod
    def check_country(cls, country: str) -> str:
        """A code of ISO 3166, or EU for the whole union."""
        if country != UNION and country not in phonenumbers.SUPPORTED_REGIONS:
            raise refused(
                f"{country!r} is no country.", "Use a code of ISO 3166 such as US, or EU."
            )
        return country

    @checks_all(mode="after")
    def check_region(self) -> RulePack:
        """A region that the country has, as far as its regions are known."""
        regions = calendars.supported().get(self.country, ())
        known = self.region in regions if regions else re.fullmatch(r"[A-Z0-9]{1,3}", self.region)
        if self.region and (not known or self.country == UNION):
            raise refused(
                f"{self.country} has no region {self.region!r}.",
                "Use the part of its ISO 3166-2 code after the hyphen, such as TX.",
            )
        return self

    @checks_all(mode="after")
    def check_dates(self) -> RulePack:
        """It ends after it begins."""
        if self.begins and self.until and self.until < self.begins:
            raise refused("It ends before it begins.", "Exchange `from` and `until`.")
        return self

    @checks_all(mode="after")
    def check_holidays(self) -> RulePack:
        """There is a calendar where one is needed, and hours for the other days."""
        if self.holidays and not calendars.of_place((self.country, self.region)):
            raise refused(
                f"No public holidays are known of {self.country}.",
                "Write the days into the notes, and leave `holidays` out.",
            )
        if self.holidays and not self.hours:
            raise refused("It has holidays but no hours.", "Add the hours of the other days.")
        return self

    @classmethod
    def read(cls, raw: Any, *, file: str = "") -> RulePack:
        """Read a document. Raises RulePackError with every problem."""
        try:
            return cls.model_validate(raw)
        except ValidationError as problem:
            found = [problem_of(one) for one in problem.errors()]
            raise RulePackError(file, found) from problem

    def binds(self, place: Place) -> bool:
        """Whether it is the law in `place`, or must be taken to be."""
        country, region = place
        if not country:
            return self.when_unknown
        if country != self.country and not (self.country == UNION and country in MEMBERS):
            return False
        return self.region in ("", region) or (not region and self.when_unknown)

    def counts(self, at: datetime) -> bool:
        """Whether it is in force at a moment, wherever in the world."""
        begins, ends = self.bounds()
        return (begins is None or begins <= at) and (ends is None or at < ends)

    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """The first moment at which it counts, and the first at which it does so no more."""
        begins = _midnight(self.begins) - EARLIEST if self.begins else None
        return begins, _midnight(self.until) + LATEST if self.until else None

    def speaks_of(self, channel: str, purpose: str) -> bool:
        """Whether its hours and caps are for such messages. An answer is one like any other."""
        return channel in self.channels and (not self.purposes or purpose in self.purposes)

    def needs_consent(self, channel: str, purpose: str) -> bool:
        """Whether it asks for consent on record for such messages."""
        return purpose in {str(name): list(of) for name, of in self.consent.items()}.get(
            channel, ()
        )

    def week(self, places: Iterable[Place]) -> Compiled | None:
        """Its hours for people who may be in `places`, with the holidays there; None: no hours."""
        if self.hours is None:
            return None
        closed = self._closed(places) if self.holidays else None
        if closed not in self._weeks:
            self._weeks[closed] = Compiled.of(self.hours.week(), closed)
        return self._weeks[closed]

    def _closed(self, places: Iterable[Place]) -> Closed:
        theirs = [place for place in places if place[0] and self.binds(place)]
        found = {calendars.of_place(place) for place in theirs or [(self.country, self.region)]}
        return Closed(tuple(sorted(found - {""})))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=UTC)
