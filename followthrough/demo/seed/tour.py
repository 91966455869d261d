"""The company of the tour: the demo's, without a history, that sends by providers of the tour's.

The tour itself (`demo.tour`) sees it only from outside, with what `found` returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management import call_command

from followthrough.accounts import sign_in
from followthrough.accounts.models import User
from followthrough.channels import registry
from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.demo.seed import company, founding, ground, plant
from followthrough.demo.tour.ats import FAMILY
from followthrough.demo.tour.given import Given, Provider
from followthrough.governance import policies
from followthrough.journeys import documents, rules, versions
from followthrough.journeys.definition import CHANNELS
from followthrough.journeys.models import MessageMap

MAP = Path(__file__).parent / "tour.yaml"
WANTED = ("sms", "email", "whatsapp", "webchat", "voice")  # what a buyer asks for


def lay_out() -> None:
    """Empty tables. Raises NotOurs where there is anything but what a tour left behind."""
    if not ground.bare():
        _check_left_behind()
        ground.clear()
    call_command("migrate", verbosity=0, interactive=False)


def _check_left_behind() -> None:
    """Raise NotOurs where the demo lives: a tour is no reason to forget it."""
    if plant.planted():
        raise plant.not_ours()


def found(*, gateway: str, api_key: str, mail_port: int) -> Given:
    """Found the company on empty tables; what an outsider is given."""
    now = clock.now()
    connection = founding.found(at=now, document=policies.default_document())
    _map(connection.organization_id)
    texts = _sends_by("sms", "http", {"base_url": gateway}, api_key=api_key)
    mails = _sends_by("email", "email", _mail_server(mail_port))
    return Given(
        ats_token=connection.token,
        ats_secret=connection.webhook_secrets[0],
        texts=texts,
        mails=mails,
        sign_in=sign_in.make_link(User.objects.get(email=company.OWNER.email)),
        channels={name: _is_there(name) for name in WANTED},
    )


def _mail_server(port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port, "security": "none", "from_name": company.NAME}


def _sends_by(channel: str, adapter: str, config: Mapping[str, Any], **secrets: str) -> Provider:
    sender = Sender.objects.get(channel=channel)
    sender.adapter, sender.config = adapter, config
    sender.secrets |= secrets
    sender.save()
    return Provider(sender.token, sender.secrets["webhook_secrets"][0])


def _map(organization_id: UUID) -> None:
    document = documents.read_yaml(MAP.read_text())
    made = MessageMap.objects.create(
        organization_id=organization_id, name=document.name, slug=FAMILY
    )
    versions.publish(
        map=made, document=document, author_id="tour", note="For the tour", at=clock.now()
    )
    rules.add(made, by="tour", at=clock.now(), family=FAMILY)


def _is_there(channel: str) -> bool:
    """Whether a message map may name the channel, or an adapter of the installation speaks it."""
    return channel in CHANNELS or any(one.channel == channel for one in registry.ADAPTERS)
