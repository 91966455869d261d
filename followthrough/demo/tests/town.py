"""The demo in one process: the company without its history, and no HTTP but the ATS's API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client

from config.worker import load_duties
from followthrough.accounts import clock as installation
from followthrough.accounts.models import Member
from followthrough.channels import registry
from followthrough.channels.models import SandboxMessage, Sender
from followthrough.channels.sandbox.adapter import Sandbox
from followthrough.core import clock
from followthrough.core.canonical import iso
from followthrough.demo import ats, clockwork, phone, post, record, walk, walks
from followthrough.demo.models import AtsApplication
from followthrough.demo.provider import Provider
from followthrough.demo.seed import company, founding
from followthrough.demo.seed.api_server import serving
from followthrough.people.models import Connection
from followthrough.runs import engine
from followthrough.web.console.tests.conftest import signed_in
from tests import door, world

SITE = {
    "id": company.RENO.id, "name": company.RENO.name, "address": company.RENO.address,
    "country": "US", "region": company.RENO.region, "zone": company.RENO.zone,
}  # fmt: skip
STORE = {"id": "REQ-101", "title": "Store associate", "family": "retail", "site": SITE}


@dataclass
class Town:
    """The company's connection, its owner's browser, and what time does to both."""

    connection: Connection
    member: Member
    browser: Client

    def arrives(self, number: int, *, phone: str = "", family: str = "retail") -> AtsApplication:
        """Somebody applies by phone and mail, and is in Phone screen two days later."""
        consent = {"sms": {"granted": True, "at": iso(clock.now()), "text": "Yes"}}
        made = ats.enter(
            self.connection, external_id=f"A-{number}", stage="Applied",
            candidate={
                "id": f"C-{number}", "given_name": "Ana", "family_name": f"Ruiz{number}",
                "locale": "en", "country": "US", "region": "NV", "consent": consent,
                "phones": [phone or f"(775) 555-{number:04d}"],
                "emails": [f"a{number}@example.org"],
            },
            requisition={**STORE, "family": family},
        )  # fmt: skip
        ats.send(made, "Applied", ats.webhook(made))
        self.work()
        ats.move(made, "Phone screen")
        self.goes_on(minutes=10)
        self.reports()
        return made

    def work(self) -> None:
        """The worker does everything that is due."""
        engine.drain()

    def goes_on(self, **by: float) -> None:
        installation.advance(timedelta(**by))
        self.work()

    def reports(self) -> None:
        """The provider says that everything was delivered."""
        for message in SandboxMessage.objects.select_related("sender"):
            body = post.encoded(phone.delivered(message.key))
            post.deliver(
                f"/hooks/channel/{message.sender.token}", body, phone.signed(message.sender, body)
            )
        self.work()

    def post(self, path: str, **given: object) -> None:
        """Press a button; the worker does what follows."""
        assert self.browser.post(path, given).status_code == 302
        self.work()

    def moves(self, application: AtsApplication, stage: str = "Interview") -> None:
        at = record.as_field(record.offered(application), record.site_wall(application).zone)
        self.post(f"/demo/ats/{application.id}/move", stage=stage, at=at)

    def says(self, application: AtsApplication, text: str) -> None:
        self.post(f"/demo/phone/{application.id}/write", text=text, channel="sms")

    def to_the_next(self, application: AtsApplication) -> None:
        self.post("/demo/clock", to="next", application=application.id)

    def progress(self) -> walk.Progress:
        found = walks.latest(self.member)
        assert found
        return walk.progress(walks.seen(found))


def _deliver(path: str, body: bytes, headers: dict[str, str]) -> str:
    """The product's door, without HTTP."""
    _empty, _hooks, kind, token = path.split("/")
    if kind == "ats":
        door.from_ats(Connection.objects.get(token=token), body, headers)
    else:
        door.from_provider(Sender.objects.get(token=token), body, headers)
    return ""


@contextmanager
def founded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """Found it, and keep the provider's line and the clock within this process."""
    load_duties()
    monkeypatch.setattr(post, "deliver", _deliver)
    monkeypatch.setattr(clockwork, "_rest", engine.drain)
    registry.register(Provider())
    try:
        with clock.at(world.NOON), serving() as base_url:
            connection = founding.found(at=clock.now())
            connection.base_url = base_url
            connection.save()
            member = Member.objects.get(role="owner")
            yield Town(connection, member, signed_in(member))
    finally:
        registry.register(Sandbox())
