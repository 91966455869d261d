"""Playing a story: time passes as it would, things happen, and what came of it is collected."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min
from django.http import HttpResponse
from django.test import RequestFactory

from followthrough.accounts.models import Member, User
from followthrough.audit.facts import Actor
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.durations import read_duration
from followthrough.governance import freezes
from followthrough.governance.models import Freeze
from followthrough.journeys.models import Run
from followthrough.messages.models import Attempt, Message, Receipt, Touch
from followthrough.people import links
from followthrough.people.models import Application
from followthrough.runs import by_hand, engine, replies, revoking
from followthrough.runs.published import moves, moving
from followthrough.web.portal import page
from tests import company, door, world
from tests.story.carrier import Carried
from tests.story.script import Step, Story, load_map, moment

PHONE, MAIL = "+17752000001", "ada@example.org"


@dataclass
class Telling:
    """A story while it is told."""

    story: Story
    company: company.Company
    carried: Carried
    applications: dict[str, dict[str, Any]] = field(default_factory=dict)
    last: str = ""  # the application last spoken of
    posted: tuple[bytes, dict[str, str]] | None = None
    numbers: int = 0  # of what providers send
    messages: set[UUID] = field(default_factory=set)  # seen before this step
    receipts: set[UUID] = field(default_factory=set)

    @property
    def application(self) -> Application:
        found = Application.objects.select_related("candidate", "requisition")
        return found.get(connection=self.company.connection, external_id=self.last)

    def new_messages(self) -> list[Message]:
        """What really went out since the step before, in order."""
        went = Attempt.objects.filter(state="accepted").values("id")
        out = Message.objects.filter(direction="out", id__in=went)
        return list(out.exclude(id__in=self.messages).order_by("at", "id"))

    def new_receipts(self) -> list[Receipt]:
        return list(Receipt.objects.exclude(id__in=self.receipts).order_by("at", "id"))

    def mark(self) -> None:
        """A step begins: what is there now is not new any more."""
        self.messages |= set(Message.objects.values_list("id", flat=True))
        self.receipts |= set(Receipt.objects.values_list("id", flat=True))


def begin(story: Story, carried: Carried) -> Telling:
    """Found the story's company. The clock must stand at the story's start."""
    wanted = story.company
    made = company.found(policy=wanted.policy)
    made.connection.config = {"consent": wanted.consent}
    made.connection.save()
    world.site(
        made.organization,
        name=wanted.site,
        external_id="site-1",
        zone=wanted.zone,
        region=wanted.region,
        country=wanted.country,
    )
    for name, rule in wanted.maps.items():
        document = company.changed(load_map(rule.pop("file", name)), wanted.changes)
        company.add_map(made, name, document, **rule)
    return Telling(story, made, carried)


def tell(telling: Telling, step: Step) -> None:
    """Let time pass until the step, and let happen what happens in it."""
    telling.mark()
    pass_time(moment(step.at, after=clock.now()), jump=step.jump)
    for name, act in ACTS.items():
        given = getattr(step, name)
        if given:
            act(telling, given)
            engine.drain()


def pass_time(until: datetime, *, jump: bool = False) -> None:
    """Go to `until`, stopping at every moment at which a message is due on the way."""
    engine.drain()
    while not jump and (due := _next_due(until)):
        _go(due)
    _go(until)


def _go(to: datetime) -> None:
    clock.advance(max(timedelta(), to - clock.now()))
    engine.drain()


def _next_due(until: datetime) -> datetime | None:
    waiting = Touch.objects.filter(state="planned", due_at__gt=clock.now(), due_at__lte=until)
    return waiting.aggregate(Min("due_at"))["due_at__min"]


# --- what may happen ---------------------------------------------------------------------------


def _ats(telling: Telling, changes: dict[str, Any]) -> None:
    given = dict(changes)
    key = telling.last = given.pop("application", telling.last or "app-1")
    event = given.pop("event", "")
    first = _merged(_first_snapshot(telling, key), telling.story.company.application)
    known = telling.applications.setdefault(key, first)
    stale = "updated_at" in given  # an old snapshot is not what the next one starts from
    sent = _merged(known, {"updated_at": clock.now().isoformat(), **given})
    if not stale:
        telling.applications[key] = sent
    body, headers = door.signed(telling.company.connection, sent)
    if event:
        headers["Followthrough-Event-Id"] = event
    telling.posted = body, headers
    door.from_ats(telling.company.connection, body, headers)


def _first_snapshot(telling: Telling, key: str) -> dict[str, Any]:
    wanted = telling.story.company
    consented = (clock.now() - timedelta(days=1)).isoformat()
    return {
        "id": key,
        "stage": "New",
        "candidate": {
            "id": f"candidate-of-{key}",
            "given_name": "Ada",
            "family_name": "Obi",
            "country": wanted.country,
            "region": wanted.region,
            "phones": [PHONE],
            "emails": [MAIL],
            "consent": {"sms": {"granted": True, "at": consented, "text": "You may text me."}},
        },
        "requisition": {
            "id": "req-1",
            "title": "Store associate",
            "family": "retail",
            "site": {"id": "site-1", "name": wanted.site, "zone": wanted.zone,
                     "country": wanted.country, "region": wanted.region},
        },
        "anchors": {},
    }  # fmt: skip


def _merged(known: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Objects are merged and everything else is replaced."""
    made = deepcopy(known)
    for name, value in changes.items():
        inside = isinstance(value, dict) and isinstance(made.get(name), dict)
        made[name] = _merged(made[name], value) if inside else value
    return made


def _again(telling: Telling, times: int) -> None:
    assert telling.posted, "Nothing was posted yet."
    for _ in range(times):
        door.from_ats(telling.company.connection, *telling.posted)


def _candidate(telling: Telling, said: Any) -> None:
    given = said if isinstance(said, dict) else {"text": said}
    channel = given.get("via", "sms")
    telling.numbers += 1
    event = {
        "type": "inbound",
        "id": given.get("id", f"in-{telling.numbers}"),
        "from": given.get("from", PHONE if channel == "sms" else MAIL),
        "text": given["text"],
        "automatic": given.get("automatic", False),
    }
    sender = telling.company.senders[channel]
    door.from_provider(sender, *door.signed_by_provider(sender, event))
    clock.advance(read_duration(given.get("waits", "PT0S")))


def _chooses(telling: Telling, choice: str) -> None:
    """On the page that their link opens; what they choose is said back."""
    token = links.token(links.OF_CANDIDATE, telling.application.candidate_id)
    shown = re.search(r'name="shown" value="(\w+)"', _asked(page.preferences, token))
    assert shown, "The page has no button."
    _asked(page.preferences, token, choice=choice, shown=shown[1])


def _unsubscribes(telling: Telling, _: bool) -> None:
    point = telling.application.candidate.contact_points.get(kind="email")
    token = links.token(links.OF_ADDRESS, point.id)
    _asked(page.unsubscribe, token, **{"List-Unsubscribe": "One-Click"})


def _asked(view: Callable[..., HttpResponse], token: str, **form: str) -> str:
    """The view itself: the middleware before it would put the clock where the product's stands."""
    asked = RequestFactory().post("/", form) if form else RequestFactory().get("/")
    answer = view(asked, token)
    assert answer.status_code in (200, 303), answer.content.decode()
    return answer.content.decode()


def _delivery(telling: Telling, report: dict[str, Any]) -> None:
    given = dict(report)
    touches = Touch.objects.all()
    if key := given.pop("touch", ""):
        touches = touches.filter(key=key)
    accepted = Attempt.objects.filter(state="accepted", touch_id__in=touches.values("id"))
    attempt = accepted.order_by("-id")[0]
    sender = telling.company.senders[attempt.channel]
    event = {"type": "delivery", "message_id": attempt.provider_id, **given}
    door.from_provider(sender, *door.signed_by_provider(sender, event))


def _freeze(telling: Telling, given: dict[str, Any]) -> None:
    kind = given["subject"]
    until = given.get("until")
    freezes.begin(
        organization_id=telling.company.organization.id,
        subject_kind=kind,
        subject_id=_subject(telling, kind),
        why=given.get("why", "kill_switch"),
        by="member:tests",
        until=moment(until, after=clock.now()) if until else None,
        at=clock.now(),
    )


def _subject(telling: Telling, kind: str) -> UUID:
    found = {
        "organization": lambda: telling.company.organization.id,
        "application": lambda: telling.application.id,
        "candidate": lambda: telling.application.candidate_id,
        "map": lambda: next(iter(telling.company.maps.values())).id,
        "sender": lambda: telling.company.senders["sms"].id,
    }
    return found[kind]()


def _unfreeze(telling: Telling, _: bool) -> None:
    for freeze in Freeze.objects.filter(ended_at=None):
        freezes.end(freeze.id, by="member:tests", at=clock.now())


def _resolve(telling: Telling, _: bool) -> None:
    for handoff in Handoff.objects.filter(resolved_at=None):
        handoffs.resolve(handoff, by="member:tests", at=clock.now())


def _member(telling: Telling, said: Any) -> None:
    """`form`: which form it was sent by; each has its own unless it says otherwise."""
    given = said if isinstance(said, dict) else {"text": said}
    telling.numbers += 1
    replies.write(
        member=_maya(telling),
        candidate=telling.application.candidate,
        application=telling.application,
        channel=given.get("via", "sms"),
        text=given["text"],
        key=UUID(int=given.get("form", telling.numbers)),
        at=clock.now(),
    )


def _maya(telling: Telling) -> Member:
    organization = telling.company.organization
    user, _ = User.objects.get_or_create(email="maya@northwind.example")
    return Member.objects.get_or_create(user=user, organization=organization)[0]


def _withdraw(telling: Telling, _: bool) -> None:
    for touch in Touch.objects.filter(origin="member", state="planned"):
        replies.withdraw(touch, member=_maya(telling), at=clock.now())


def _opt_out(telling: Telling, given: dict[str, Any]) -> None:
    """Maya heard it from them."""
    revoking.record(
        telling.application.candidate, said_at=clock.now(), now=clock.now(),
        by=Actor("member", str(_maya(telling).id)), **given,
    )  # fmt: skip


def _judge(telling: Telling, what: str) -> None:
    act = {"meant": revoking.meant_stop, "did_not": revoking.did_not_mean_stop}[what]
    for handoff in Handoff.objects.filter(resolved_at=None):
        act(handoff, by=f"member:{_maya(telling).id}", now=clock.now())


def _voicemail(telling: Telling, _: bool) -> None:
    person = telling.application.candidate
    revoking.provisional(
        person, source="voice", evidence={"recording": "1"},
        actor=Actor("candidate", str(person.id)), at=clock.now(),
    )  # fmt: skip


def _happens(telling: Telling, given: dict[str, Any]) -> None:
    told = {"at": clock.now().isoformat(), **given}
    body, headers = door.happened(telling.company.connection, telling.last, told)
    door.from_ats(telling.company.connection, body, headers)


def _presses(telling: Telling, key: str) -> None:
    found = by_hand.offered(telling.application.run)
    after = next(one.after for one in found if one.touch.key == key)
    for _ in range(2):  # twice, on a page that has not been shown anew
        by_hand.press(telling.application, key, after=after, member=_maya(telling), at=clock.now())
        engine.drain()


def _carrier(telling: Telling, what: str) -> None:
    {"blocks": telling.carried.blocked.add, "lifts": telling.carried.blocked.discard}[what](PHONE)


def _meanwhile(telling: Telling, text: str) -> None:
    def begin() -> Any:
        _candidate(telling, text)
        return lambda: Message.objects.filter(direction="in", body=text).exists()

    telling.carried.meanwhile = begin


def _publish(telling: Telling, changes: dict[str, Any]) -> None:
    name = next(iter(telling.company.maps))
    document = load_map(telling.story.company.maps[name].get("file", name))
    company.publish(telling.company, name, company.changed(document, changes))


def _running(telling: Telling, choice: str) -> None:
    version = next(iter(telling.company.versions.values()))
    moves.order(version, choice, by="tests", at=clock.now())
    while moves.go_on():
        pass


def _move(telling: Telling, _: bool) -> None:
    version = next(iter(telling.company.versions.values()))
    with transaction.atomic():
        moving.move(
            list(Run.objects.values_list("id", flat=True)),
            to_version=version.id,
            why="the new texts",
            actor=Actor("member", "tests"),
            now=clock.now(),
        )


ACTS = {
    "carrier": _carrier,
    "meanwhile": _meanwhile,
    "publish": _publish,
    "running": _running,
    "move": _move,
    "ats": _ats,
    "again": _again,
    "candidate": _candidate,
    "chooses": _chooses,
    "unsubscribes": _unsubscribes,
    "delivery": _delivery,
    "freeze": _freeze,
    "unfreeze": _unfreeze,
    "resolve": _resolve,
    "member": _member,
    "withdraw": _withdraw,
    "opt_out": _opt_out,
    "judge": _judge,
    "voicemail": _voicemail,
    "happens": _happens,
    "presses": _presses,
}
