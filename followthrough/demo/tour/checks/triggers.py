"""3: a stage change in the ATS becomes the right message, once; what is none says nothing."""

from __future__ import annotations

import re
import time

from followthrough.demo.tour.ats import person
from followthrough.demo.tour.buyer import Buyer, seconds
from followthrough.demo.tour.proof import check, until

UNKNOWN = "Talent pool"  # a stage of the demo's ATS that is mapped to none
CALL = "we would like to call you about Store associate"


def proves(buyer: Buyer) -> list[str]:
    """Signed, once, in order and known: all of it, or no message."""
    buyer.clock.by_day()
    return [_moved(buyer), _forged(buyer), _repeated(buyer), _late(buyer), _unmapped(buyer)]


def _moved(buyer: Buyer) -> str:
    who = person("Ida Lund")
    application = buyer.ats.applies(who)
    buyer.texts(who, "we have your application for Store associate")
    told = time.monotonic()
    buyer.ats.move(application, "Phone screen")
    (text,) = buyer.texts(who, CALL)
    buyer.silent(who, 2, "Each stage says one thing")
    return f"A signed change to “Phone screen” sent its text in {seconds(told, text.at)}."


def _forged(buyer: Buyer) -> str:
    """A wrong signature is refused, and nobody hears of it."""
    stranger, after = person("Jonas Falk"), person("Kira Berg")
    forged = buyer.ats.draft(stranger).written(buyer.clock.now())
    status = buyer.ats.post(forged, secret="not the secret").status  # noqa: S106
    check(status == 401, f"A wrong signature was answered with {status}")
    buyer.ats.applies(after)
    buyer.texts(after)
    check(not buyer.page_of(stranger), f"The console knows {stranger.name} from a forged webhook")
    buyer.silent(stranger, 0, "A forged webhook says nothing")
    return f"Wrong signature: {status}, and nothing is known of it."


def _repeated(buyer: Buyer) -> str:
    """The same event again, and the same state as another event: one message."""
    who = person("Lena Voss")
    application = buyer.ats.draft(who)
    snapshot = application.written(buyer.clock.now())
    answers = [buyer.ats.post(snapshot, event_id="event-lena").text for _ in range(3)]
    buyer.ats.post(snapshot)
    buyer.texts(who)
    buyer.ats.move(application, "Phone screen")
    buyer.texts(who, CALL)
    buyer.silent(who, 2, "An event that comes four times says one thing")
    known = sum('"duplicate":true' in answer for answer in answers)
    check(known == 2, f"An event that came three times was answered with {answers}")
    return f"The same change four times: {known} known as duplicates at the door, one text."


def _late(buyer: Buyer) -> str:
    """Older after newer: what is past says nothing, and is not taken for the present.

    What is told of the same person is worked off in order: once the second application was heard
    of, the older change was.
    """
    who = person("Mats Oduya")
    application = buyer.ats.draft(who, stage="Phone screen")
    older = application.written(buyer.clock.now())
    buyer.ats.move(application, "Interview", interview=buyer.clock.at(15, days=2))
    buyer.texts(who, "your interview is")
    buyer.ats.post(older)
    buyer.ats.applies(who, title="Shift lead")
    buyer.texts(who, "Shift lead")
    buyer.silent(who, 2, "A change that comes after a newer one says nothing")
    page = buyer.page_of(who)
    check(
        page and not page.item("Phone screen"), "The console took the older stage for a newer one"
    )
    return "“Phone screen” delivered after the newer “Interview”: no text, and no such stage shown."


def _unmapped(buyer: Buyer) -> str:
    """A stage nobody gave a meaning is kept, shown and silent."""
    who = person("Nora Castell")
    application = buyer.ats.applies(who)
    buyer.texts(who)
    buyer.ats.move(application, UNKNOWN)
    buyer.reads(who, UNKNOWN, "not mapped")
    shown = until(lambda: buyer.today(UNKNOWN), otherwise=f"Today does not mention {UNKNOWN}")
    buyer.silent(who, 1, "A stage without a meaning says nothing")
    said = re.search(rf"\d+ applications? [^:]*“{UNKNOWN}”", shown.text)
    return f"Unknown stage: no text; on the console: {said[0] if said else shown.text}."
