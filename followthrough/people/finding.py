"""Finding applications by what somebody typed: a name, a number, a mail address, an opening, an id.

Nobody is asked what they mean: it is read from the text. An `@` makes it a mail address, four
digits or more and nothing else a phone number; the rest is words, of a name or of an opening's
title. Whatever is one word may also be an id of the ATS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Reverse

from followthrough.accounts.models import Organization
from followthrough.core.phones import UnreadablePhone, read_phone
from followthrough.people.models import (
    Application,
    Candidate,
    Connection,
    ContactPoint,
    Requisition,
)
from followthrough.people.plain import words

LONGEST = 100  # characters of a search; the rest is not looked at
MOST_WORDS = 6
FEWEST_DIGITS = 4
SHORT = 2  # letters: a word of a title is meant by so few only when it is the whole of it

_NUMBER = re.compile(r"[-+0-9 ()./]+")
_DIGITS = re.compile(r"[0-9]+")


Openings = Sequence[tuple[UUID, str, str]]  # id, external id, plain title


class Meant(NamedTuple):
    """What a text may mean. At most one of `mail` (how an address begins), `digits` (how numbers
    may end) and `words` is there; `id` is the text where it may be an id of the ATS."""

    mail: str = ""
    digits: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    id: str = ""


def read(text: str, *, country: str) -> Meant:
    """What `text` may mean to people who dial in `country` (ISO 3166, two letters)."""
    text = " ".join(text.replace("\0", "").split())[:LONGEST]
    mail = next((part for part in text.split() if "@" in part), "")
    if mail:
        return Meant(mail=mail.strip("<>()[],;:\"'").lower())
    identity = "" if " " in text else text
    digits = "".join(_DIGITS.findall(text))
    if _NUMBER.fullmatch(text) and len(digits) >= FEWEST_DIGITS:
        return Meant(digits=_endings(text, digits, country), id=identity)
    return Meant(words=tuple(words(text)[:MOST_WORDS]), id=identity)


def _endings(text: str, digits: str, country: str) -> tuple[str, ...]:
    """How a number in E.164 may end: with the number that was meant, or with what was typed
    (without the zeros that are dialled before it)."""
    typed = digits.lstrip("0")
    try:
        whole = read_phone(text, country=country).lstrip("+")
    except UnreadablePhone:
        whole = typed
    return tuple(sorted({whole, typed} - {""}))


def applications(organization: Organization, meant: Meant) -> Q:
    """The condition for applications of the organization that are meant; none for no meaning.

    An id that exists is meant, if there is a digit in it: no name has one. Otherwise everything
    that the text may mean is found.
    """
    openings = _openings(organization, meant)
    ways = _by_id(organization, meant, openings)
    if ways and meant.words and any(sign.isdigit() for sign in meant.id):
        return reduce(or_, ways)
    ways += _by_address(organization, meant)
    return _any([*ways, *_by_words(organization, meant.words, openings)])


def _any(ways: Sequence[Q]) -> Q:
    """Several ways are followed apart: joined by OR, none of them would find its index."""
    if len(ways) < 2:
        return ways[0] if ways else Q(pk__in=())
    first, *others = (Application.objects.filter(way).order_by().values("id") for way in ways)
    return Q(id__in=first.union(*others))


def _by_id(organization: Organization, meant: Meant, openings: Openings) -> list[Q]:
    """By the ATS's id of the application, of the person or of the opening."""
    if not meant.id:
        return []
    spellings = _spellings(meant.id)
    theirs = {
        "connection__in": Connection.objects.filter(organization=organization).values("id"),
        "external_id__in": spellings,
    }
    people = Candidate.objects.filter(**theirs).values("id")
    found = Application.objects.filter(**theirs).values("id")
    ids = [one["id"] for one in found.union(_of(people))]
    named = [key for key, external_id, _ in openings if external_id in spellings]
    return [
        Q(**{name: keys}) for name, keys in (("id__in", ids), ("requisition__in", named)) if keys
    ]


def _of(people: QuerySet) -> QuerySet:
    return Application.objects.filter(candidate__in=people).values("id")


def _spellings(identity: str) -> Sequence[str]:
    return list({identity, identity.upper(), identity.lower()})


def _by_address(organization: Organization, meant: Meant) -> list[Q]:
    points = ContactPoint.objects.filter(organization=organization)
    if meant.mail:
        points = points.filter(kind="email", address__startswith=meant.mail)
    elif meant.digits:
        ends = [Q(backwards__startswith=digits[::-1]) for digits in meant.digits]
        backwards = points.filter(kind="phone").annotate(backwards=Reverse("address"))
        points = backwards.filter(reduce(or_, ends))
    else:
        return []
    return [Q(candidate__in=points.values("candidate"))]


# --- words -------------------------------------------------------------------------------------


def _openings(organization: Organization, meant: Meant) -> Openings:
    """The openings that the text may be about."""
    asked = [Q(external_id__in=_spellings(meant.id))] if meant.id else []
    for word in meant.words:
        asked += [Q(plain_title__startswith=word), Q(plain_title__contains=f" {word}")]
    if not asked:
        return []
    found = Requisition.objects.filter(reduce(or_, asked), organization=organization)
    return list(found.values_list("id", "external_id", "plain_title"))


def _by_words(organization: Organization, wanted: Sequence[str], openings: Openings) -> list[Q]:
    """All of them in the name, all in the title of the opening, or some in each."""
    if not wanted:
        return []
    titled = {word: _titled(openings, word) for word in wanted}
    in_titles = [word for word in wanted if titled[word]]
    in_names = [word for word in wanted if not titled[word]]
    fitting = _common(titled[word] for word in in_titles)
    rest = {"candidate__plain_name__has_words": in_names} if in_names else {}
    people = Candidate.objects.filter(organization=organization, plain_name__has_words=wanted)
    if fitting and not people.exists():
        return [Q(requisition__in=fitting, **rest)]
    named = Q(candidate__plain_name__has_words=wanted)
    return [named, Q(requisition__in=fitting, **rest)] if fitting else [named]


def _titled(openings: Openings, word: str) -> set[UUID]:
    """The openings with a word in the title that begins so."""
    return {key for key, _, title in openings if any(_begins(one, word) for one in title.split())}


def _begins(whole: str, word: str) -> bool:
    return whole == word if len(word) <= SHORT else whole.startswith(word)


def _common(found: Iterable[set[UUID]]) -> set[UUID]:
    """The openings that are in each of the sets; none when there are no sets."""
    sets = list(found)
    return set.intersection(*sets) if sets else set()
