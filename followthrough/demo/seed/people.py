"""The people who apply: names from many places, numbers and addresses that are nobody's.

Numbers are 555-0100 to 555-0199, which are kept for fiction; addresses end in example.com,
example.org or example.net, which are kept for examples (RFC 2606).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from followthrough.demo.seed.company import COUNTRY, Opening, Place

ENGLISH = (
    "Aaliyah Brooks", "Abena Mensah", "Adaeze Okafor", "Ahmed Hassan", "Aiko Tanaka", "Amara Nwosu",
    "Amina Diallo", "Anders Holm", "Anh Nguyen", "Anika Patel", "Arjun Mehta", "Ayşe Yılmaz",
    "Bao Tran", "Beatrice Fontaine", "Bilal Khan", "Brandon Reed", "Caleb Whitehorse", "Callum Fraser",
    "Chidi Eze", "Chloe Bennett", "Darius Coleman", "Deepa Iyer", "Dmitri Volkov", "Ebony Carter",
    "Elif Demir", "Emeka Obi", "Emily Novak", "Fatima Zahra", "Fiona Gallagher", "Grace Kim",
    "Hannah Schmidt", "Haruto Sato", "Hye-jin Park", "Ibrahim Traoré", "Imani Washington", "Ingrid Solberg",
    "Isaac Cohen", "Jamal Robinson", "Jasmine Lee", "Jelena Petrović", "Jin Chen", "Kaito Mori",
    "Kalani Kealoha", "Kareem Abdul", "Katarzyna Wójcik", "Keisha Grant", "Kwame Asante", "Lakshmi Rao",
    "Latoya Simmons", "Leila Farahani", "Liam O’Connor", "Linh Pham", "Magnus Berg", "Malik Turner",
    "Marcus Hill", "Mei Wong", "Mohammed Rahman", "Nadia Haddad", "Naomi Stein", "Nia Jackson",
    "Nikolai Ivanov", "Noor Siddiqui", "Olu Adeyemi", "Omar Farouk", "Oksana Shevchenko", "Priya Sharma",
    "Quinn Murphy", "Rania Khoury", "Rashid Aziz", "Ravi Kumar", "Rebecca Levy", "Rohan Das",
    "Ruth Goldberg", "Samir Nasser", "Sanjay Gupta", "Sasha Popov", "Seo-yeon Choi", "Shanice Palmer",
    "Sione Tupou", "Sofia Rossi", "Soren Lund", "Tamika Ellis", "Tariq Malik", "Tenzin Dorje",
    "Thandiwe Dlamini", "Tomasz Kowalski", "Tuan Le", "Tyrone Banks", "Uchenna Ibe", "Viktor Hansen",
    "Wei Zhang", "William Begay", "Xiomara Vance", "Yara Mansour", "Yuki Watanabe", "Yusuf Osman",
    "Zainab Bello", "Zeynep Kaya", "Zoë Martin", "Zuri Kamau",
)  # fmt: skip
SPANISH = (
    "Alejandra Ríos", "Andrés Castillo", "Beatriz Salazar", "Camila Herrera", "Carlos Mendoza",
    "Daniela Fuentes", "Diego Navarro", "Elena Morales", "Esteban Rojas", "Fernando Aguilar",
    "Gabriela Ortiz", "Guadalupe Reyes", "Héctor Domínguez", "Isabel Vargas", "Javier Peña",
    "José Luis Guzmán", "Juana Cárdenas", "Lucía Ramírez", "Luis Ángel Soto", "Marisol Jiménez",
    "Mateo Contreras", "Miguel Ángel Cruz", "Paola Espinoza", "Rafael Núñez", "Rosa María Luna",
    "Santiago Vega", "Silvia Paredes", "Valeria Campos", "Ximena Delgado", "Yolanda Treviño",
)  # fmt: skip
MAIL_HOSTS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True)
class Person:
    """Someone who applies. `phone` and `email` are as they wrote them; '' when they gave none."""

    id: str
    name: str
    locale: str
    phone: str
    email: str
    region: str

    @property
    def given_name(self) -> str:
        return self.name.rpartition(" ")[0]

    @property
    def family_name(self) -> str:
        return self.name.rpartition(" ")[2]


def people(chance: Random, openings: list[Opening]) -> list[Person]:
    """One person for each opening in the list; a few are hard to reach, as in life."""
    names, numbers = _names(chance, len(openings)), _numbers()
    found = [
        _person(chance, place=opening.place, number=place, name=name, locale=locale, free=numbers)
        for place, (opening, (name, locale)) in enumerate(zip(openings, names, strict=True))
    ]
    return _troubled(found)


def _person(
    chance: Random, *, place: Place, number: int, name: str, locale: str,
    free: dict[str, Iterator[int]],
) -> Person:  # fmt: skip
    area = next(code for code in _shuffled(chance, place.area_codes) if code in free)
    line = next(free[area], None)
    phone = f"({area}) 555-{line:04d}" if line is not None else ""
    return Person(
        id=f"C-{2001 + number}",
        name=name,
        locale=locale,
        phone="" if chance.random() < 0.04 else phone,
        email="" if chance.random() < 0.25 else mail_address(name, number, chance),
        region=place.region,
    )


def _shuffled(chance: Random, codes: tuple[str, ...]) -> list[str]:
    return chance.sample(codes, len(codes))


def _numbers() -> dict[str, Iterator[int]]:
    """The fictional lines of every area code we use, each given out once."""
    codes = ("775", "530", "916", "614", "380", "740", "210", "726", "830")
    return {code: iter(range(100, 199)) for code in codes}


def _names(chance: Random, count: int) -> list[tuple[str, str]]:
    """`count` names, each once, with the language each person reads."""
    pools = {"en": ENGLISH, "es": SPANISH}
    found: dict[str, str] = {}
    while len(found) < count:
        locale = "es" if chance.random() < 0.2 else "en"
        given, family = chance.sample(pools[locale], 2)
        found.setdefault(f"{given.rpartition(' ')[0]} {family.rpartition(' ')[2]}", locale)
    return list(found.items())


def mail_address(name: str, number: int, chance: Random) -> str:
    """A plain address made of a name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(char if char.isalnum() else " " for char in plain).split()
    return f"{'.'.join(words)}{number}@{chance.choice(MAIL_HOSTS)}"


def _troubled(found: list[Person]) -> list[Person]:
    """One number that cannot be read, and one that two people of a household share."""
    if len(found) < 10:
        return found
    found[3] = _with_phone(found[3], "555-01O7 ext")
    found[7] = _with_phone(found[7], found[6].phone or "(775) 555-0198")
    found[6] = _with_phone(found[6], found[7].phone)
    return found


def _with_phone(person: Person, phone: str) -> Person:
    return Person(person.id, person.name, person.locale, phone, person.email, person.region)


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
