"""The people who apply: names from many places, numbers and addresses that are nobody's.

Numbers are 555-0100 to 555-0199, which are kept for fiction; addresses end in example.com,
example.org or example.net, which are kept for examples (RFC 2606).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from followthrough.core.tokens import plain
from followthrough.demo.seed.company import COUNTRY, RENO, SAN_ANTONIO, Opening, Place
from followthrough.demo.seed.names import CULTURES, LATIN, Culture

MAIL_HOSTS = ("example.com", "example.org", "example.net")
LATIN_SHARE = {SAN_ANTONIO: 0.45, RENO: 0.22}  # of the people around a site
ELSEWHERE = 0.08
READ_SPANISH = 0.6  # of them
MOVED_HERE = 0.05  # have kept a number from elsewhere, so that two time zones are plausible

# Counted from the first who is not one of the last days' cast:
UNREADABLE = {0: "555-01O7 ext", 60: "see my mail"}
HOUSEHOLDS = {3: 2, 71: 70}  # who has whose telephone


@dataclass(frozen=True)
class Person:
    """Someone who applies. `phone` and `email` are as they wrote them; '' when they gave none.

    Nobody hears what is sent to them by a channel in `deaf`: its provider says so afterwards.
    """

    id: str
    given_name: str
    family_name: str
    locale: str
    phone: str
    email: str
    region: str
    deaf: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


def people(chance: Random, openings: list[Opening], *, first: int) -> list[Person]:
    """One person for each opening in the list.

    The `first` ones are written to in English by text; of the others a few are hard to reach, as in
    life.
    """
    names, lines = _names(chance, openings, first), _lines()
    found: list[Person] = []
    for number, (opening, name) in enumerate(zip(openings, names, strict=True)):
        person = _person(chance, number, opening.place, name, lines)
        if number >= first:
            person = _in_life(chance, person, number - first, found)
        found.append(person)
    return found


Name = tuple[str, str, str]  # given, family, and the language they read


def _names(chance: Random, openings: list[Opening], first: int) -> Iterator[Name]:
    """A name for each, none twice."""
    taken: set[tuple[str, str]] = set()
    for number, opening in enumerate(openings):
        while (name := _name(chance, opening.place))[:2] in taken:
            pass
        taken.add(name[:2])
        yield (*name[:2], "en") if number < first else name


def _name(chance: Random, place: Place) -> Name:
    latin = chance.random() < LATIN_SHARE.get(place, ELSEWHERE)
    culture: Culture = LATIN if latin else chance.choice(CULTURES)
    locale = "es" if latin and chance.random() < READ_SPANISH else "en"
    return chance.choice(culture.given), chance.choice(culture.family), locale


def _lines() -> dict[str, Iterator[int]]:
    """The fictional lines of every area code we use, each given out once."""
    codes = ("775", "530", "916", "614", "380", "740", "210", "726", "830")
    return {code: iter(range(100, 199)) for code in codes}


def _person(
    chance: Random, number: int, place: Place, name: Name, lines: dict[str, Iterator[int]]
) -> Person:
    given, family, locale = name
    codes = place.area_codes if chance.random() > MOVED_HERE else tuple(lines)
    area = chance.choice(codes)
    line = next(lines[area], None)
    return Person(
        id=f"C-{2001 + number}",
        given_name=given,
        family_name=family,
        locale=locale,
        phone="" if line is None else f"({area}) 555-{line:04d}",
        email=mail_address(f"{given} {family}", number, chance),
        region=place.region,
    )


def _in_life(chance: Random, person: Person, number: int, before: list[Person]) -> Person:
    """Some gave no number or no mail address, or one that cannot be read or belongs to nobody."""
    dice, other = chance.random(), chance.random()
    if number in UNREADABLE:
        return replace(person, phone=UNREADABLE[number])
    if number in HOUSEHOLDS:
        return replace(person, phone=before[HOUSEHOLDS[number] - number].phone)
    if number + 1 in HOUSEHOLDS:
        return person
    if dice < 0.04:
        return replace(person, phone="")
    if dice < 0.28:
        person = replace(person, email="")
    deaf = ("sms",) if other < 0.02 else ("email",) if other < 0.045 else ()
    return replace(person, deaf=deaf)


def mail_address(name: str, number: int, chance: Random) -> str:
    """A plain address made of a name."""
    letters = "".join(char if char.isalnum() and char.isascii() else " " for char in plain(name))
    return f"{'.'.join(letters.split())}{number}@{chance.choice(MAIL_HOSTS)}"


def candidate(person: Person, *, consented_at: str) -> dict[str, object]:
    """A person as the ATS's API says it. Who gave a number ticked the box beside it."""
    consent = {
        "granted": True,
        "at": consented_at,
        "text": "Northwind may text me about my application.",
    }
    return {
        "id": person.id,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "locale": person.locale,
        "country": COUNTRY,
        "region": person.region,
        "phones": [person.phone] if person.phone else [],
        "emails": [person.email] if person.email else [],
        "consent": {"sms": consent} if person.phone else {},
    }
