"""What happens in a step, and what was seen after it beside the messages, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.story.script import Step

JUDGED = {"meant": "meant stop", "did_not": "did not mean stop"}
RUNNING = {"stay": "stay", "next": "move with their next stage", "now": "move now"}
Said = Callable[[Any], str]
SAID: Mapping[str, Said] = {
    "meanwhile": lambda text: f"while our next message is on its way, they text “{text}”",
    "ats": lambda told: f"the ATS says: {', '.join(_flat(told))}",
    "again": lambda times: f"the ATS says the same again, {times} times",
    "candidate": lambda wrote: _wrote(wrote),
    "chooses": lambda button: f"on their page they choose: {button}",
    "unsubscribes": lambda _: "they unsubscribe with one click in their mail program",
    "delivery": lambda told: f"the provider reports: {', '.join(_flat(told))}",
    "freeze": lambda told: f"automation is stopped: {', '.join(_flat(told))}",
    "unfreeze": lambda _: "automation may go on",
    "resolve": lambda _: "a member has seen to it",
    "member": lambda wrote: f"a member writes{_rest(wrote)}",
    "withdraw": lambda _: "the member takes it back",
    "opt_out": lambda told: f"a member records an opt-out: {', '.join(_flat(told))}",
    "judge": lambda how: f"a member judges that they {JUDGED[how]}",
    "happens": lambda told: f"an event is reported: {', '.join(_flat(told))}",
    "presses": lambda key: f"a member sends {key} by hand",
    "voicemail": lambda _: "they leave a voicemail",
    "carrier": lambda does: f"the carrier {does} their number, by itself",
    "publish": lambda told: f"a version is published: {', '.join(_flat(told))}",
    "running": lambda choice: f"those under way: {RUNNING[choice]}",
    "move": lambda _: "a member moves the runs to the newest version",
    "jump": lambda _: "nobody worked meanwhile",
}

SEEN: Mapping[str, Said] = {  # of what was expected, and so is true when it is printed
    "silence": lambda why: f"nothing goes out: {why}",
    "blocked": lambda channels: f"stopped are: {', '.join(channels) or 'none'}",
    "handoff": lambda why: f"a person is needed: {why.replace('_', ' ')}",
    "entry": lambda told: f"on record: {', '.join(_flat(told))}",
    "overtaken": lambda _: "on record: when it was handed over, and when they said stop",
}


def seen(step: Step) -> Iterator[str]:
    """What holds after the step: `stopped are: email, sms`."""
    for one in step.expect:
        for name, value in one.items():
            if name in SEEN:
                yield SEEN[name](value)


def happened(step: Step) -> str:
    """`the ATS says: stage New; they text “STOP”`, or that only time passes."""
    given = {name: getattr(step, name) for name in SAID}
    said = "; ".join(SAID[name](value) for name, value in given.items() if value) or "time passes"
    return f"{said[:1].upper()}{said[1:]}"


def _flat(told: Mapping[str, Any], within: str = "") -> Iterator[str]:
    """`stage New`, `candidate country JP`: every value with the words that lead to it."""
    for name, value in told.items():
        path = f"{within} {name}".strip()
        if isinstance(value, Mapping):
            yield from _flat(value, path)
        else:
            many = ", ".join(map(str, value)) if isinstance(value, list) else value
            yield f"{path} {many if many not in ('', None) else 'nothing'}"


def _wrote(wrote: Any) -> str:
    verb = "mail" if isinstance(wrote, Mapping) and wrote.get("via") == "email" else "text"
    return f"they {verb}{_rest(wrote)}"


def _rest(wrote: Any) -> str:
    """What was written, and whatever else is said of it."""
    if not isinstance(wrote, Mapping):
        return f" “{wrote}”"
    more = {name: value for name, value in wrote.items() if name not in ("text", "via")}
    return f" “{wrote.get('text', '')}”" + (f" ({', '.join(_flat(more))})" if more else "")
