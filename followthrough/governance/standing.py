"""What the consent ledger says now of an address on a channel, and which entries decided it. Pure.

What somebody asked for stands until it is lifted; time alone never does that. An opt-out is lifted
by the person's own START at that address, by a fresh form that names the address (their own, and
not what a carrier was told), or by an entry that takes it back by name; a grant can be taken back
by name as well. What an ATS says is only ever compared with what it said before: its yes lifts no
word of the person's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from followthrough.governance.decisions import NOBODY, Consent, Limit

GRANTED, REVOKED, LIFTED = "granted", "revoked", "lifted"
ATS = "ats"  # the source of what an ATS says
FORM = "form_with_number"  # a fresh box that was not ticked before, beside the address itself
PROVIDER_BLOCK = "provider_block"
CARRIED = frozenset({"sms"})  # where a carrier acts on STOP by itself, and only START undoes that


class Word(NamedTuple):
    """One entry, as far as it counts. `lifts` is the entry it takes back; `scope` and `purpose`
    narrow it: empty means everything. `personal`: it binds that person here, and nobody else who
    uses the address."""

    id: str
    candidate_id: UUID | None
    state: str
    basis: str
    source: str
    at: datetime
    purpose: str = ""
    scope: Mapping[str, str] = {}
    lifts: UUID | None = None
    personal: bool = False

    @property
    def narrow(self) -> bool:
        return bool(self.purpose or self.scope)

    @property
    def of_everyone(self) -> bool:
        """Whether it is about the address, whoever uses it."""
        return self.candidate_id is None or not (self.personal or self.source == ATS)


When = tuple[datetime, str]  # by the time it was said; at the same time by when it was written


NEVER: When = (datetime.min.replace(tzinfo=UTC), "")


def _when(word: Word) -> When:
    return word.at, word.id


def at_carrier(basis: str, source: str, channel: str) -> bool:
    """Whether a refusal is one that the carrier (or provider) of the channel knows of itself."""
    return source == channel and (channel in CARRIED or basis == PROVIDER_BLOCK)


def standing(words: Sequence[Word], channel: str) -> Consent:
    """What the words about one address on `channel` come to."""
    if len(words) == 1 and words[0].state == GRANTED and not words[0].narrow:
        one = words[0]
        people = NOBODY if one.candidate_id is None else frozenset((one.candidate_id,))
        return Consent(GRANTED, one.basis, one.at, one.id, people)
    found = _weighed(words, channel)
    found.entries = len(words)
    return found


def _weighed(words: Sequence[Word], channel: str) -> Consent:
    later = _Later(words, channel)
    refused = [one for one in words if one.state == REVOKED and not later.lifts(one)]
    granted = [one for one in words if one.state == GRANTED and not later.withdraws(one)]
    whole = [one for one in refused if not one.narrow]
    everyone = [one for one in whole if one.of_everyone]
    yes = [one for one in granted if not one.narrow]
    ours = {one.id for one in everyone}
    refusals = tuple(_limit(one) for one in refused if one.id not in ours)
    grants = tuple(_limit(one) for one in granted if one.narrow)
    if everyone:
        return _said(REVOKED, max(everyone, key=_when), NOBODY, refusals, grants)
    if yes:
        return _said(GRANTED, max(yes, key=_when), _people(yes), refusals, grants)
    if whole:
        return _said(REVOKED, max(whole, key=_when), _people(whole), refusals, grants)
    return Consent("unknown", refusals=refusals, grants=grants)


def _people(words: Iterable[Word]) -> frozenset[UUID]:
    """Whose words these are; nobody in particular, as soon as one is nobody's."""
    found = [one.candidate_id for one in words]
    return NOBODY if None in found else frozenset(one for one in found if one)


def _said(
    state: str,
    word: Word,
    people: frozenset[UUID],
    refusals: Sequence[Limit],
    grants: Sequence[Limit],
) -> Consent:
    return Consent(state, word.basis, word.at, word.id, people, refusals, grants)


def _limit(word: Word) -> Limit:
    return Limit(
        word.id, word.basis, word.at, word.candidate_id, word.purpose, word.scope, word.source
    )  # fmt: skip


class _Later:
    """What may lift a word: the newest of each kind."""

    def __init__(self, words: Sequence[Word], channel: str) -> None:
        self.channel = channel
        self.lifted = {str(one.lifts) for one in words if one.lifts}
        self.starts: dict[UUID | None, When] = {}
        self.forms: dict[UUID, When] = {}
        self.yes: dict[UUID | None, When] = {}  # of the ATS
        self.no: dict[UUID | None, When] = {}
        for one in words:
            if one.id not in self.lifted and (not one.narrow or one.state == REVOKED):
                self._hear(one)

    def _hear(self, word: Word) -> None:
        if word.state == GRANTED and word.basis == FORM:
            if word.candidate_id:
                _keep_newest(self.forms, word.candidate_id, word)
        elif word.state == GRANTED and word.source == self.channel:
            _keep_newest(self.starts, word.candidate_id, word)
        if word.source == ATS and word.state == GRANTED:
            _keep_newest(self.yes, word.candidate_id, word)
        elif word.source == ATS and word.state == REVOKED and not word.narrow:
            _keep_newest(self.no, word.candidate_id, word)

    def lifts(self, word: Word) -> bool:
        """Whether a refusal no longer stands."""
        when = _when(word)
        if word.id in self.lifted or self._started(word) > when:
            return True
        form = self.forms.get(word.candidate_id) if word.candidate_id else None
        # Said later, and heard later: the clock of a form may not be ours.
        if form and form > when and form[1] > word.id:
            return word.personal or not at_carrier(word.basis, word.source, self.channel)
        return word.source == ATS and self.yes.get(word.candidate_id, when) > when

    def _started(self, word: Word) -> When:
        """The newest START that is about this word: of anybody, where it binds everybody on the
        address; else the person's own."""
        own = self.starts.get(word.candidate_id, NEVER)
        return own if word.narrow or not word.of_everyone else max([own, *self.starts.values()])

    def withdraws(self, word: Word) -> bool:
        """Whether a grant no longer stands: its own words were taken back by name, or what the ATS
        says now is no. (An opt-out stands before all of them anyway.)"""
        if word.id in self.lifted:
            return True
        return word.source == ATS and self.no.get(word.candidate_id, _when(word)) > _when(word)


def _keep_newest(found: dict, key: UUID | None, word: Word) -> None:
    found[key] = max(_when(word), found.get(key, _when(word)))


# --- what counts for one message -----------------------------------------------------------------


class Asked(Protocol):
    """What may be asked about a message (`runs.about`): `requisition.key` and so on."""

    def get(self, field: str, /) -> object: ...


# What narrows a word, and what it is compared with. A brand is known of no message so far: whoever
# refused one is refused everything, and whoever allowed one has allowed nothing.
SCOPES: Mapping[str, str] = {
    "requisition": "requisition.key",
    "family": "requisition.family",
    "brand": "brand",
}


def refusing(consent: Consent, candidate_id: UUID, purpose: str, about: Asked) -> Limit | None:
    """The refusal that stops a message of this purpose about this; None when there is none. What
    is not known of the message could be what they refused."""
    for one in consent.refusals:
        if (
            one.candidate_id in (None, candidate_id)
            and one.purpose in ("", purpose)
            and all(about.get(SCOPES[kind]) in (None, value) for kind, value in one.scope.items())
        ):
            return one
    return None


def revoked(consent: Consent, candidate_id: UUID) -> bool:
    """Whether everybody on the address, or this person among those who said so, refused all."""
    if consent.state != REVOKED:
        return False
    return not consent.people or candidate_id in consent.people


def refuses_all(consent: Consent, candidate_id: UUID) -> bool:
    """Whether nothing may be sent to this person there: for everybody on the address, or by their
    own word alone."""
    return revoked(consent, candidate_id) or any(
        one.candidate_id in (None, candidate_id) and not (one.purpose or one.scope)
        for one in consent.refusals
    )


def granting(consent: Consent, candidate_id: UUID, purpose: str, about: Asked) -> Limit | None:
    """The narrower grant that covers a message of this purpose about this; None: no such."""
    asked = ("", "informational" if purpose == "reply" else purpose)
    for one in consent.grants:
        if (
            one.candidate_id in (None, candidate_id)
            and one.purpose in asked
            and all(about.get(SCOPES[kind]) == value for kind, value in one.scope.items())
        ):
            return one
    return None
