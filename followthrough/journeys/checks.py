"""What a message map's parts must be to each other. Works on raw values, however broken they are,
so that a mistake in one part hides none in another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from followthrough.journeys import codes
from followthrough.journeys.problems import Place, Problem, path
from followthrough.messages import templates

ANCHORS = ("interview_start", "offer_sent", "start_date", "document_due")  # what ATSs mostly have
DEEPEST = 20  # levels of conditions that are looked into

Found = tuple[Place, Problem]


class _Touch(NamedTuple):
    place: Place
    stage: str
    raw: Mapping[str, Any]

    @property
    def key(self) -> str:
        key = self.raw.get("key")
        return key if isinstance(key, str) else ""

    @property
    def source(self) -> str:
        """The key of the touch that nobody replied to, if that is its trigger."""
        to = _in(self.raw, "trigger", "no_reply").get("to")
        return to if isinstance(to, str) else ""


def cross_problems(raw: Any) -> list[Found]:
    """Every problem between the parts of a raw document, with its place."""
    touches = list(_touches(raw))
    found: list[Found] = []
    for check in (_keys, _nudges, _asks, _leavings, _values):
        found += check(touches)
    texts = _Texts(_names(raw, touches), _default_locale(raw))
    for touch in touches:
        found += texts.of_touch(touch)
    return [*found, *texts.of_replies((), _in(raw, "replies"))]


def _problem(place: Place, reason: str, remedy: str) -> Found:
    return place, Problem(path(place), reason, remedy)


# --- walking raw values ------------------------------------------------------------------------


def _in(raw: Any, *names: str) -> Mapping[str, Any]:
    """What stands under `names`, if it is a mapping; else nothing."""
    for name in names:
        raw = raw.get(name) if isinstance(raw, Mapping) else None
    return raw if isinstance(raw, Mapping) else {}


def _listed(raw: Any) -> list[Any]:
    return list(raw) if isinstance(raw, list | tuple) else []


def _touches(raw: Any) -> Iterator[_Touch]:
    for stage, block in _in(raw, "stages").items():
        for index, touch in enumerate(_listed(_in(block).get("touches"))):
            if isinstance(touch, Mapping):
                yield _Touch(("stages", str(stage), "touches", index), str(stage), touch)


def _default_locale(raw: Any) -> str:
    found = raw.get("default_locale", "en") if isinstance(raw, Mapping) else "en"
    return found if isinstance(found, str) else "en"


def _comparing(raw: Any, place: Place, depth: int = 0) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Every comparison of a condition, with its place."""
    if not isinstance(raw, Mapping) or depth > DEEPEST:
        return
    if isinstance(raw.get("field"), str):
        yield place, raw
    for name in ("all", "any"):
        for index, part in enumerate(_listed(raw.get(name))):
            yield from _comparing(part, (*place, name, index), depth + 1)


def _comparisons(raw: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Every fact a condition asks about, with its place."""
    for at, part in _comparing(raw, place):
        yield (*at, "field"), part["field"]


# --- keys, nudges and asks ---------------------------------------------------------------------


def _keys(touches: list[_Touch]) -> Iterator[Found]:
    first: dict[str, Place] = {}
    for touch in touches:
        if touch.key and touch.key in first:
            yield _problem(
                (*touch.place, "key"),
                f"{path(first[touch.key])} is called {touch.key!r} too.",
                "Give each touch a key of its own.",
            )
        first.setdefault(touch.key, touch.place)


def _nudges(touches: list[_Touch]) -> Iterator[Found]:
    by_key = {touch.key: touch for touch in touches if touch.key}
    for touch in touches:
        if not touch.source:
            continue
        place = (*touch.place, "trigger", "no_reply", "to")
        source = by_key.get(touch.source)
        if source is None:
            yield _problem(
                place, f"No touch is called {touch.source!r}.", _meant(touch.source, by_key)
            )
        elif source.stage != touch.stage:
            yield _problem(
                place,
                f"{touch.source!r} belongs to the stage {source.stage}, this one to {touch.stage}:"
                " leaving a stage ends what it waits for.",
                f"Move one of the two, or name a touch of {touch.stage}.",
            )
        elif "stage_left" in _in(source.raw, "trigger"):
            yield _problem(
                place,
                f"{touch.source!r} goes out when the stage was left: nobody waits there any more.",
                f"Name another touch of {touch.stage}.",
            )
        elif _circular(touch, by_key):
            yield _problem(place, "It waits for itself.", "Let one touch of the circle start it.")


def _circular(touch: _Touch, by_key: Mapping[str, _Touch]) -> bool:
    seen, here = {touch.key}, touch
    while here.source in by_key:
        if here.source in seen:
            return here.source == touch.key
        seen.add(here.source)
        here = by_key[here.source]
    return False


def _asks(touches: list[_Touch]) -> Iterator[Found]:
    """An answer is only known in the stage that asked, since leaving it ends the ask."""
    asking = {touch.key: touch.stage for touch in touches if _in(touch.raw, "ask")}
    for touch in touches:
        for place, name in _comparisons(touch.raw.get("when"), (*touch.place, "when")):
            key = name.removeprefix("ask.")
            if key == name or asking.get(key) == touch.stage:
                continue
            here = {one for one, stage in asking.items() if stage == touch.stage}
            reason = (
                f"{key!r} asks in the stage {asking[key]}; leaving it ends the ask."
                if key in asking
                else f"No touch called {key!r} asks anything."
            )
            yield _problem(place, reason, _meant(key, here))


def _leavings(touches: list[_Touch]) -> Iterator[Found]:
    """What goes out when its stage was left is about nothing that ended there."""
    for touch in touches:
        if "stage_left" not in _in(touch.raw, "trigger"):
            continue
        if _in(touch.raw, "ask"):
            yield _problem(
                (*touch.place, "ask"),
                "It goes out when its stage was left, and leaving a stage ends what it asks.",
                "Ask in the stage that they come to.",
            )
        for place, name in _comparisons(touch.raw.get("when"), (*touch.place, "when")):
            if name.startswith("ask."):
                yield _problem(
                    place,
                    "It goes out when its stage was left: what was answered there is not kept.",
                    "Take the condition out, or ask in the stage that they come to.",
                )


def _values(touches: list[_Touch]) -> Iterator[Found]:
    """A comparison with what an answer or a stage never is says nothing, or stops everything."""
    for touch in touches:
        for place, part in _comparing(touch.raw.get("when"), (*touch.place, "when")):
            name, value = part["field"], part.get("value")
            for index, one in codes.strangers(name, str(part.get("op")), value):
                at = () if index is None else (index,)
                yield _problem((*place, "value", *at), *codes.said(name, one))


def _meant(name: str, known: Any) -> str:
    close = get_close_matches(name, list(known), n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Use one of: {', '.join(sorted(known))}." if known else "There is none to name here."


# --- texts -------------------------------------------------------------------------------------


def _names(raw: Any, touches: list[_Touch]) -> frozenset[str]:
    """What a text of this map may mention: every anchor the map speaks of, and the usual."""
    anchors = {*ANCHORS}
    for touch in touches:
        places = (("trigger", "before"), ("trigger", "after"), ("ask",))
        parts = [_in(touch.raw, *place) for place in places]
        anchors |= {str(part["anchor"]) for part in parts if "anchor" in part}
        names = [name for _, name in _comparisons(touch.raw.get("when"), ())]
        anchors |= {name.split(".")[1] for name in names if name.startswith("anchor.")}
    return templates.CONTEXT_NAMES | anchors


class _Texts(NamedTuple):
    """Checks texts for what they may mention and the language they must have."""

    names: frozenset[str]
    locale: str

    def of_touch(self, touch: _Touch) -> Iterator[Found]:
        content, place = _in(touch.raw, "content"), (*touch.place, "content")
        channels = [one for one in _listed(touch.raw.get("channels")) if isinstance(one, str)]
        for channel in channels:
            if content.get(channel) is None and "content" in touch.raw:
                yield _problem(
                    (*place, channel),
                    f"The touch may go by {channel}, but says nothing there.",
                    f"Write a text for {channel}, or take it out of channels.",
                )
        yield from self.of_content(place, content)
        yield from self.of_replies(
            (*touch.place, "ask"),
            {
                answer: _in(touch.raw, "ask", "answers", answer).get("reply")
                for answer in ("confirmed", "declined")
            },
        )

    def of_replies(self, ask: Place, replies: Mapping[str, Any]) -> Iterator[Found]:
        for answer, content in replies.items():
            place = (*ask, "answers", answer, "reply") if ask else ("replies", str(answer))
            if isinstance(content, Mapping):
                yield from self.of_content(place, content)

    def of_content(self, place: Place, content: Mapping[str, Any]) -> Iterator[Found]:
        for channel, by_locale in content.items():
            if not isinstance(by_locale, Mapping):
                continue
            here = (*place, str(channel))
            if self.locale not in by_locale:
                yield _problem(
                    here,
                    f"It has no text in {self.locale!r}, which everyone without a text in their own"
                    " language gets.",
                    f"Add {self.locale}, or declare another default_locale.",
                )
            for locale, text in by_locale.items():
                for name, source in _in(text).items():
                    if isinstance(source, str):
                        yield from self.of_text((*here, str(locale), str(name)), source)

    def of_text(self, place: Place, source: str) -> Iterator[Found]:
        try:
            used = templates.check(source)
        except templates.TemplateProblem as problem:
            where = f"In line {problem.line} of the text: " if problem.line else ""
            yield _problem(place, f"{where}{problem.reason}", _TEMPLATE_REMEDY)
            return
        for name in used:
            if name not in self.names:
                yield _problem(
                    place, f"Nothing is known that is called {name}.", _meant(name, self.names)
                )


_TEMPLATE_REMEDY = (
    "Blanks are written {{ candidate.given_name }} or {{ interview_start | local_time }},"
    " conditions {% if … %} … {% endif %}."
)
