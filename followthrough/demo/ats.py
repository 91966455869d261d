"""The simulated ATS: what a recruiter does in it, the webhooks it sends, and its API."""

from __future__ import annotations

import hmac
import json
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from followthrough.core import clock, signatures
from followthrough.core.canonical import iso
from followthrough.core.hooks import BadSignature
from followthrough.core.ids import uuid7
from followthrough.demo import post
from followthrough.demo.models import AtsApplication, AtsEvent
from followthrough.people.models import Connection
from followthrough.web.console import sentences

STAGES = {  # the ATS's own names -> what they mean; '' is not mapped
    "Applied": "applied",
    "Phone screen": "screen",
    "Interview": "interview",
    "Offer": "offer",
    "Background check": "checks",
    "Hired": "hired",
    "Rejected": "rejected",
    "Withdrawn": "withdrawn",
    "Talent pool": "",
}
INTERVIEW = "interview_start"


# --- what a recruiter does ---------------------------------------------------------------------


def move(application: AtsApplication, stage: str) -> AtsEvent:
    """Put an application into another stage and tell the product."""
    return _act(application, _("Stage: %(stage)s") % {"stage": stage}, stage=stage)


def set_interview(application: AtsApplication, at: datetime | None) -> AtsEvent:
    """Set, move or (None) clear the interview and tell the product."""
    anchors = {**application.data.get("anchors", {}), INTERVIEW: iso(at) if at else None}
    what = _("Interview set") if at else _("Interview cleared")
    return _act(application, what, anchors=anchors)


def invite(application: AtsApplication, stage: str, at: datetime | None) -> AtsEvent:
    """Both at once, as recruiters do: the stage, and (unless None) the interview's time."""
    if at is None:
        return move(application, stage)
    anchors = {**application.data.get("anchors", {}), INTERVIEW: iso(at)}
    what = _("Stage: %(stage)s, with an interview") % {"stage": stage}
    return _act(application, what, stage=stage, anchors=anchors)


def set_phone(application: AtsApplication, phone: str) -> AtsEvent:
    """Change the candidate's telephone number and tell the product."""
    person = {**application.data["candidate"], "phones": [phone] if phone else []}
    return _act(application, _("Phone number changed"), candidate=person)


def enter(connection: Connection, *, external_id: str, **parts: Any) -> AtsApplication:
    """Somebody applies: the ATS has their application, and the product is not told yet."""
    person = parts["candidate"]
    made = AtsApplication(
        organization_id=connection.organization_id, connection=connection, data={},
        external_id=external_id, stage="", updated_at=clock.now(),
        name=f"{person['given_name']} {person['family_name']}",
    )  # fmt: skip
    made.change(id=external_id, anchors={}, fields={}, **parts)
    return made


def _act(application: AtsApplication, what: str, **parts: Any) -> AtsEvent:
    locked = changed(application, **parts)
    return send(locked, what, webhook(locked))


def changed(application: AtsApplication, **parts: Any) -> AtsApplication:
    """The application with other `parts`; the product is not told."""
    with transaction.atomic():
        rows = AtsApplication.objects.select_related("connection")
        locked = rows.select_for_update(of=("self",)).get(id=application.id)
        locked.change(**parts)
    return locked


def send(application: AtsApplication, what: str, body: bytes) -> AtsEvent:
    """Tell the product by a webhook, and note that it was sent."""
    event_id, connection = str(uuid7()), application.connection
    problem = deliver_webhook(connection, body, signed(connection, body, event_id))
    return AtsEvent.objects.create(
        organization_id=application.organization_id,
        application=application,
        kind="webhook",
        key=event_id,
        what=what,
        problem=problem[:400],
        at=clock.now(),
    )


def webhook(application: AtsApplication) -> bytes:
    """The body that tells of an application."""
    return post.encoded({"event": "application.updated", "application": application.data})


def signed(connection: Connection, body: bytes, event_id: str) -> dict[str, str]:
    """The headers for `body`; signatures follow the real time."""
    secret, at = connection.webhook_secrets[0], clock.wall().timestamp()
    return post.headers(body, secret=secret, event_id=event_id, at=at)


def deliver_webhook(connection: Connection, body: bytes, headers: dict[str, str]) -> str:
    """Over HTTP to the product's door; '' or what went wrong."""
    return post.deliver(f"/hooks/ats/{connection.token}", body, headers)


# --- its API -----------------------------------------------------------------------------------


def may_call(connection: Connection, authorization: str) -> bool:
    """Whether a caller of the API has the connection's token."""
    token = connection.credentials.get("token", "")
    return bool(token) and hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())


def check_signed(connection: Connection, body: bytes, header: str) -> None:
    """Raise BadSignature unless the product signed `body`."""
    secret = connection.credentials.get("signing_secret", "")
    if not secret:
        raise BadSignature("The call", reason="has no secret to be checked with.", remedy="")
    signatures.check(header, body, secrets=[secret])


def take_write_back(application: AtsApplication, body: bytes) -> bool:
    """Take what the product writes; False when this id was there before. Raises ValueError."""
    try:
        told = json.loads(body)
        with transaction.atomic():
            _note(application, str(told["id"]), _described(told["kind"], told["payload"]))
            if told["kind"] == "field":
                _set_field(application, told["payload"]["field"], told["payload"]["value"])
    except IntegrityError:
        return False
    except (KeyError, TypeError) as problem:
        raise ValueError("The body has not the form of a write-back.") from problem
    return True


def _note(application: AtsApplication, key: str, what: str) -> None:
    AtsEvent.objects.create(
        organization_id=application.organization_id,
        application=application,
        kind="write_back",
        key=key,
        what=what[:400],
        at=clock.now(),
    )


def _described(kind: str, payload: dict[str, Any]) -> str:
    if kind == "note":
        return str(payload["text"])
    return f"{sentences.label(payload['field'])}: {sentences.shown(payload['value'])}"


def _set_field(application: AtsApplication, name: str, value: Any) -> None:
    """A custom field. Nothing is announced: whoever wrote it knows."""
    locked = AtsApplication.objects.select_for_update().get(id=application.id)
    locked.change(fields={**locked.data.get("fields", {}), name: value})
