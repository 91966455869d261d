"""A story in sentences: what came, what went, and every decision as its receipt explains it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from followthrough.core import clock
from followthrough.governance import words
from followthrough.messages.models import Message, Touch
from tests.story.happened import happened, seen
from tests.story.script import Step
from tests.story.teller import Telling


def told(telling: Telling, step: Step) -> str:
    """The lines of one step, in the site's time."""
    zone = ZoneInfo(telling.story.company.zone)
    lines = [f"  {clock.now().astimezone(zone):%a %d %b %H:%M}  {happened(step)}"]
    lines += [f"                    ({step.note})"] if step.note else []
    keys = dict(Touch.objects.values_list("id", "key"))
    for receipt in telling.new_receipts():
        when = receipt.at.astimezone(zone)
        lines.append(f"    {when:%a %H:%M}  {keys[receipt.touch_id]}: {words.sentence(receipt)}")
        if receipt.verdict != "send":
            lines += [f"               · {one.said}" for one in words.checked(receipt)[-2:]]
    for one in telling.new_messages():
        lines.append(f"    {one.at.astimezone(zone):%a %H:%M}  {_arrow(one)} {_text(one)}")
    lines += [f"    = {said}" for said in seen(step)]
    return "\n".join(lines)


def _arrow(one: Message) -> str:
    return {"sms": "→ text", "email": "→ mail"}.get(one.channel, f"→ {one.channel}")


def _text(one: Message) -> str:
    by_mail = one.channel == "email" and one.subject
    return f"“{one.subject}: {one.body}”" if by_mail else f"“{one.body}”"
