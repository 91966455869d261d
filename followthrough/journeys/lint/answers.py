"""What texts ask people to answer, and whether somebody who needs a person finds one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.governance import optout
from followthrough.journeys.lint import wording
from followthrough.journeys.lint.finding import ERROR, WARNING, Finding
from followthrough.journeys.lint.languages import base
from followthrough.journeys.lint.survey import Spot, Survey, Text, hands_off

SMS = "sms"


# --- words that are taken ------------------------------------------------------------------------


def taken_words(survey: Survey) -> Iterator[Finding]:
    """YES, CANCEL, END … asked for as an answer."""
    for text in survey.texts:
        for part, said in text.parts.items():
            for word in dict.fromkeys(one.word for one in asked(said)):
                if found := _taken(word, text.channel):
                    yield _finding(text, part, word, found)


def _finding(text: Text, part: str, word: str, found: str) -> Finding:
    severity, told = (ERROR, _STOPS) if found == "stops" else (WARNING, _STARTS)
    if found == "helps":
        told = _HELPS
    reason = _(told) % {"word": word}
    remedy = _("Ask for OK, or for an answer in their own words.")
    return text.finding("taken_word", reason, remedy, part=part, severity=severity)


_STOPS = gettext_noop(
    "It asks for “%(word)s” as an answer, and that word stops all messages to whoever writes it."
)
_STARTS = gettext_noop(
    "It asks for “%(word)s” as an answer, and carriers take that word for “send me messages again”:"
    " it may not reach you as an answer."
)
_HELPS = gettext_noop(
    "It asks for “%(word)s” as an answer, and carriers answer that word themselves."
)


@lru_cache(maxsize=1024)
def _taken(word: str, channel: str) -> str:
    """What a word is taken for: stops, starts, helps; '' for nothing. Carriers only see texts; our
    own reading of opt-outs comes first on every channel."""
    plain = word.casefold()
    if plain in wording.FINE:
        return ""
    if channel == SMS and plain in wording.STOPS:
        return "stops"
    if channel == SMS and plain in wording.STARTS | wording.HELPS:
        return "starts" if plain in wording.STARTS else "helps"
    read = optout.read(word, ask="confirmation")
    return "stops" if read and read.outcome in ("opt_out", optout.AMBIGUOUS) else ""


class Asked(NamedTuple):
    """A word that a text asks for, and what follows it: "to cancel your interview"."""

    word: str
    tail: str


@lru_cache(maxsize=4096)
def asked(text: str) -> tuple[Asked, ...]:
    """The words that a text asks for as an answer, but for those asked for in the carriers' own
    sense: "Reply STOP to get no more messages"."""
    return tuple(_asked(text))


def _asked(text: str) -> Iterator[Asked]:
    for clause in wording.CLAUSES.split(wording.BLANK.sub("_", text)):
        words = _in_clause(clause)
        for place, one in enumerate(words):
            if not _meant_so(one.word.casefold(), _meaning(words[place:])):
                yield one


def _in_clause(clause: str) -> list[Asked]:
    verb = wording.VERB.search(clause)
    if verb is None:
        words = _spans(clause, 0)
        leads = bool(words) and _leads(clause, *words[0][:2])
        slashed = bool(wording.SLASHED.search(clause))
        return _tailed(clause, words) if leads or slashed else []
    joint = wording.JOINT.match(clause, verb.end())
    first = joint.end() if joint else verb.end()
    return _tailed(clause, _spans(clause, verb.end(), first))


def _leads(clause: str, start: int, end: int) -> bool:
    """`CANCEL to reschedule`, `YES = see you there`: it begins with a word for something."""
    before = clause[:start].strip(" \"“«'(")
    begins = not before or before[-1] in ":,-–—"
    return begins and bool(wording.TO.match(clause, end))


def _spans(clause: str, since: int, first: int | None = None) -> list[tuple[int, int, str]]:
    """The words that are asked for: those in capitals, those in quotes, and a taken one that stands
    where the answer must stand."""
    found = {one.start(): (one.start(), one.end(), one[0])
             for one in wording.CAPITALS.finditer(clause, since)}  # fmt: skip
    for one in wording.QUOTED.finditer(clause, since):
        found[one.start(1)] = (one.start(1), one.end(1), one[1])
    if first is not None and first < len(clause):
        word = clause[first:].split(maxsplit=1)[0].strip(",:()") if clause[first:].strip() else ""
        if word.casefold() in wording.TAKEN:
            found[first] = (first, first + len(word), word)
    return sorted(found.values())


def _tailed(clause: str, spans: Sequence[tuple[int, int, str]]) -> list[Asked]:
    starts = [*(start for start, _end, _word in spans), len(clause)]
    return [
        Asked(word, clause[end:until].strip(" \"”»’'"))
        for (_start, end, word), until in zip(spans, starts[1:], strict=True)
    ]


def _meaning(words: Sequence[Asked]) -> str:
    """What the first of several words is for: of "STOP or END to get no more", the same."""
    for one in words:
        joint = wording.OR.fullmatch(one.tail)
        if joint is None or one is words[-1]:
            return one.tail
    return ""


def _meant_so(word: str, tail: str) -> bool:
    if word in wording.HELPS:
        return bool(wording.FOR_HELP.search(tail))
    if word in wording.PLAIN_STOPS and not tail.strip(" ,:"):
        return True
    return bool(wording.NO_MORE.search(tail))


def unheard(survey: Survey) -> Iterator[Finding]:
    """A plain answer is asked for in a stage that asks nothing: it is read by a person, and not
    taken down by itself. A nudge may ask again for what another touch of the stage asks."""
    asking = {spot.stage for spot in survey.spots if spot.touch.ask}
    for text in survey.said:
        if text.spot is None or text.spot.stage in asking:
            continue
        words = [one.word for said in text.parts.values() for one in asked(said)]
        if plain := next((one for one in words if one.casefold() in wording.FINE), None):
            yield text.finding("asks_unheard", _(_UNHEARD) % {"word": plain}, _(_LISTEN))


_UNHEARD = gettext_noop(
    "It asks for “%(word)s” as an answer, and nothing in this stage listens for a yes or a no:"
    " whatever they answer waits for a person."
)
_LISTEN = gettext_noop(
    "Let the message ask for a yes or no, or ask for an answer in their own words."
)


# --- a way to a person ---------------------------------------------------------------------------


def ways_to_a_person(survey: Survey) -> Iterator[Finding]:
    """An ask whose no ends nowhere, or is answered by what never goes out; and a map in which
    nothing invites an answer."""
    asking = [spot for spot in survey.spots if spot.touch.ask]
    for spot in asking:
        yield from _kept_back(survey, spot) if hands_off(spot) else _left_alone(survey, spot)
    if asking and all(hands_off(spot) for spot in asking):
        yield from _kept_back(survey, None)
    if survey.said and not any(spot.touch.ask for spot in survey.spots):
        yield from _deaf(survey)


def _kept_back(survey: Survey, spot: Spot | None) -> Iterator[Finding]:
    """A text after a no that also calls a person: from then on only that person speaks."""
    if not any(one.spot is spot and one.reply == "declined" for one in survey.replies):
        return
    reason = _("A no calls a person, and automation is silent from then on: this answer never goes"
               " out.")  # fmt: skip
    remedy = _("Take the answer away, or let no person take over after a no (handoff: false in a"
               " file) and say in the answer how to reach one.")  # fmt: skip
    if spot:
        yield spot.finding("no_is_not_answered", reason, remedy, at=("ask",))
    else:
        yield Finding("no_is_not_answered", "", "", ("replies",), WARNING, reason, remedy)


def _left_alone(survey: Survey, spot: Spot) -> Iterator[Finding]:
    own = [one for one in survey.replies if one.spot is spot and one.reply == "declined"]
    common = [one for one in survey.replies if one.spot is None and one.reply == "declined"]
    texts = own or common
    if texts and all(invites(one) for one in texts):
        return
    yield spot.finding(
        "no_is_left_alone",
        _("Whoever says no is handed to nobody, and no answer tells them how to reach a person."),
        _(
            "Let a person take over after a no (handoff: true in a file), or say in the reply whom"
            " to write to or call."
        ),
        at=("ask",),
    )


def _deaf(survey: Survey) -> Iterator[Finding]:
    if any(invites(text) for text in survey.said):
        return
    reason = _("Nothing in the map asks anything or says that an answer is welcome: nobody learns"
               " that a person can be reached.")  # fmt: skip
    remedy = _("Say in the first message that they can just reply.")
    yield Finding("nobody_invited", "", "", ("stages",), WARNING, reason, remedy)


def invites(text: Text) -> bool:
    """Whether a text says that an answer is welcome, or how else to reach somebody. In a language
    whose words we do not know, it does."""
    pattern = wording.INVITES.get(base(text.locale))
    said = text.body
    return pattern is None or bool(pattern.search(said) or wording.REACHABLE.search(said))
