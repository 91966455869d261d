"""Every URL of the product with a row of an organization for each key in it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from followthrough.accounts.models import Member, Organization, Role, User
from followthrough.audit.facts import SYSTEM
from followthrough.channels.models import Sender
from followthrough.conversations.models import Handoff
from followthrough.core.ids import uuid7
from followthrough.demo.models import AtsApplication
from followthrough.governance import freezes, policies, proposals
from followthrough.governance.models import Policy
from followthrough.intake.models import RawEvent
from followthrough.journeys import drafts, rules, versions
from followthrough.journeys import proposals as map_proposals
from followthrough.journeys.models import MessageMap, Version
from followthrough.journeys.tests.builders import a_map
from followthrough.messages.models import Receipt
from followthrough.people import invitations, links
from followthrough.people.models import WriteBack
from followthrough.runs.models import BulkMove
from followthrough.runs.replay import shadow
from tests import lives, world

URLS = "followthrough.demo.tests.urls"  # those of the product, and the demo's


class Route(NamedTuple):
    """A URL by its name, with the names of what stands in it."""

    name: str
    keys: tuple[str, ...]
    view: Callable[..., Any]

    def path(self, organization: Organization) -> str:
        """Its address, about rows of the organization (made by `EXAMPLES`)."""
        given = EXAMPLES[self.name](organization) if self.keys else ()
        return reverse(self.name, urlconf=URLS, args=given)

    @property
    def shown(self) -> bool:
        """Whether no decorator of the view (`require_POST` and the like) forbids GET."""
        view = self.view
        while view is not None:
            methods = inspect.getclosurevars(view).nonlocals.get("request_method_list")
            if methods is not None and "GET" not in methods:
                return False
            view = getattr(view, "__wrapped__", None)
        return True


def routes() -> Iterator[Route]:
    """All of them; a URL without a name has the name ''."""
    return _within(get_resolver(URLS), "", ())


def _within(found: URLResolver, space: str, keys: tuple[str, ...]) -> Iterator[Route]:
    for one in found.url_patterns:
        theirs = (*keys, *one.pattern.converters)
        if isinstance(one, URLPattern):
            yield Route(f"{space}{one.name}" if one.name else "", theirs, one.callback)
        else:
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _within(one, inner, theirs)


def candidate(organization: Organization) -> tuple[Any, ...]:
    return (world.candidate(world.connection(organization)).id,)


def application(organization: Organization) -> tuple[Any, ...]:
    return (world.application(world.candidate(world.connection(organization))).id,)


def handoff(organization: Organization) -> tuple[Any, ...]:
    made = Handoff.objects.create(
        organization=organization, candidate=world.candidate(world.connection(organization)),
        reason="unclear", opened_at=world.NOON, due_at=world.NOON,
    )  # fmt: skip
    return (made.id,)


def proposal(organization: Organization) -> tuple[Any, ...]:
    made = proposals.propose(
        organization=organization, document=policies.default_document(), author_id=str(uuid7()),
        at=world.NOON,
    )  # fmt: skip
    return (made.id,)


def everything(organization: Organization) -> tuple[Any, ...]:
    return ("organization", organization.id)


def stopped(organization: Organization) -> tuple[Any, ...]:
    made = freezes.begin(
        organization_id=organization.id, subject_kind="organization", subject_id=organization.id,
        why="kill_switch", by="system", at=world.NOON,
    )  # fmt: skip
    return (made.id,)


def receipt(organization: Organization) -> tuple[Any, ...]:
    about = world.application(world.candidate(world.connection(organization)))
    made = Receipt.objects.create(
        organization_id=organization.id, touch_id=uuid7(), application_id=about.id,
        candidate_id=about.candidate_id, at=world.NOON, verdict="drop", code="opted_out",
        checks=[["opted_out", "drop", {"entry": str(uuid7()), "channel": "sms"}]], channel="sms",
    )  # fmt: skip
    return (made.id,)


def in_doubt(organization: Organization) -> tuple[Any, ...]:
    """Somebody who may have asked for silence; less urgent than whatever else there is."""
    made = Handoff.objects.create(
        organization=organization, candidate=world.candidate(world.connection(organization)),
        reason="ambiguous_stop", opened_at=world.NOON, due_at=world.NOON + timedelta(days=3650),
    )  # fmt: skip
    return (made.id,)


def in_the_ats(organization: Organization) -> tuple[Any, ...]:
    made = AtsApplication.objects.create(
        organization=organization, connection=world.connection(organization), external_id="A-1",
        stage="Applied", updated_at=world.NOON,
        data={"id": "A-1", "stage": "Applied", "candidate": {"phones": []}, "anchors": {}},
    )  # fmt: skip
    return (made.id,)


def colleague(organization: Organization) -> tuple[Any, ...]:
    user = User.objects.create(email=f"sam-{uuid7()}@example.org", name="Sam")
    made = Member.objects.create(organization=organization, user=user, role=Role.RECRUITER)
    return (made.id,)


def invitation(organization: Organization) -> tuple[Any, ...]:
    email = f"ada-{uuid7()}@example.org"
    made = invitations.invite(
        organization=organization, email=email, role=Role.RECRUITER, by=SYSTEM
    )
    return (made.invitation.id,)


def own_place(organization: Organization) -> tuple[Any, ...]:
    return (organization.id,)


def message_map(organization: Organization) -> tuple[Any, ...]:
    made = MessageMap.objects.create(organization=organization, name="Stores", slug=f"s-{uuid7()}")
    stages = {"applied": {"touches": [{"key": "thanks", "trigger": {"stage_entered": {}}}]}}
    versions.publish(map=made, document=a_map(stages), author_id="", at=world.NOON)
    return (made.id,)


def rule(organization: Organization) -> tuple[Any, ...]:
    (key,) = message_map(organization)
    made = MessageMap.objects.get(id=key)
    return (rules.add(made, by="tests", at=world.NOON, family=f"family-{uuid7()}").id,)


def in_shadow(organization: Organization) -> tuple[Any, ...]:
    return ("map", *message_map(organization))


def replay(organization: Organization) -> tuple[Any, ...]:
    (key,) = message_map(organization)
    version = Version.objects.get(map=key)
    made = shadow.start(
        version.map, versions.document(version.id), days=7, by="member:tests", at=world.NOON
    )
    return (made.id,)


def map_version(organization: Organization) -> tuple[Any, ...]:
    return (*message_map(organization), 1)


def map_proposal(organization: Organization) -> tuple[Any, ...]:
    made = MessageMap.objects.get(id=message_map(organization)[0])
    stages = {"applied": {"touches": [{"key": "welcome", "trigger": {"stage_entered": {}}}]}}
    waits = map_proposals.propose(
        map=made, document=a_map(stages), author_id=str(uuid7()), note="New", at=world.NOON
    )
    return (waits.id,)


def bulk_move(organization: Organization) -> tuple[Any, ...]:
    version = MessageMap.objects.get(id=message_map(organization)[0]).versions.get()
    made = BulkMove.objects.create(
        organization=organization, map=version.map, to_version=version, why="now", by=str(uuid7()),
        total=1, created_at=world.NOON,
    )  # fmt: skip
    return (made.id,)


def of_the_map(*more: Any) -> Callable[[Organization], tuple[Any, ...]]:
    """A map's address with something behind it."""
    return lambda organization: (*message_map(organization), *more)


def undone(organization: Organization) -> tuple[Any, ...]:
    """An edit that can be taken back."""
    key = message_map(organization)[0]
    made = drafts.add_touch(
        MessageMap.objects.get(id=key), "screen", "Call", who=drafts.Who("", world.NOON)
    )
    assert made
    return (key, 1)


def policy(organization: Organization) -> tuple[Any, ...]:
    """One version more, that says something else than the one before."""
    known = Policy.objects.filter(organization=organization).count()
    document = {**policies.default_document(), "reply_minutes": 20 + known}
    made = policies.publish(
        organization=organization, document=document, author_id="", at=world.NOON
    )
    return (made.number,)


def connection(organization: Organization) -> tuple[Any, ...]:
    return (world.connection(organization).id,)


def sms_sender(organization: Organization) -> tuple[Any, ...]:
    made = Sender.objects.create(
        organization=organization, channel="sms", adapter="sandbox", name="Texts",
        address="+15550100", token=uuid7().hex,
    )  # fmt: skip
    return (made.id,)


def parked_event(organization: Organization) -> tuple[Any, ...]:
    made = RawEvent.objects.create(
        organization=organization, kind="ats", source_id=world.connection(organization).id,
        dedupe_key="1", shard=0, body=b"{}", state="parked", received_at=world.NOON,
    )  # fmt: skip
    return (made.id,)


def parked_write_back(organization: Organization) -> tuple[Any, ...]:
    application = world.application(world.candidate(world.connection(organization)))
    made = WriteBack.objects.create(
        organization=organization, connection=application.connection, application=application,
        shard=0, kind="note", state="parked", created_at=world.NOON,
    )  # fmt: skip
    return (made.id,)


def own_page(organization: Organization) -> tuple[Any, ...]:
    made = world.candidate(world.connection(organization), email=f"ada-{uuid7()}@example.org")
    return (links.token(links.OF_CANDIDATE, made.id),)


def own_mail(organization: Organization) -> tuple[Any, ...]:
    made = world.candidate(world.connection(organization), email=f"ada-{uuid7()}@example.org")
    return (links.token(links.OF_ADDRESS, made.contact_points.get().id),)


def batch(organization: Organization) -> tuple[Any, ...]:
    """Some messages of one person that wait for a yes."""
    return (lives.a_batch(organization).id,)


def anything(organization: Organization) -> tuple[Any, ...]:
    return ("anything",)


# What stands in the address of each URL that has a key. A new one must be added here.
EXAMPLES: dict[str, Callable[[Organization], tuple[Any, ...]]] = {
    "candidate": candidate,
    "candidate-live": candidate,
    "candidate-why": candidate,
    "why-this-map": application,
    "assignment": rule,
    "assignment-people": rule,
    "move-assignment": rule,
    "remove-assignment": rule,
    "shadow": in_shadow,
    "send-by-hand": application,
    "receipt": receipt,
    "handoff": handoff,
    "handoff-live": handoff,
    "reply": handoff,
    "withdraw-reply": handoff,
    "take-handoff": handoff,
    "assign-handoff": handoff,
    "resolve-handoff": handoff,
    "reopen-handoff": handoff,
    "meant-stop": in_doubt,
    "did-not-mean-stop": in_doubt,
    "record-opt-out": candidate,
    "batch": batch,
    "batch-live": batch,
    "decide-batch": batch,
    "stop-batch": batch,
    "preferences": own_page,
    "unsubscribe": own_mail,
    "sign-in-link": anything,
    "invitation": anything,
    "member": colleague,
    "end-access": colleague,
    "restore-access": colleague,
    "renew-invitation": invitation,
    "withdraw-invitation": invitation,
    "switch-organization": own_place,
    "map": message_map,
    "map-version": map_version,
    "map-yaml": map_version,
    "publish-map": message_map,
    "roll-back-map": map_version,
    "map-compare": message_map,
    "map-when": message_map,
    "map-second-person": message_map,
    "map-proposal": map_proposal,
    "approve-map": map_proposal,
    "close-map-proposal": map_proposal,
    "map-move": bulk_move,
    "map-move-live": bulk_move,
    "cancel-move": bulk_move,
    "resume-move": bulk_move,
    "preview-map": message_map,
    "start-replay": message_map,
    "replay": replay,
    "replay-live": replay,
    "cancel-replay": replay,
    "edit-map": message_map,
    "add-touch": message_map,
    "undo-edit": undone,
    "discard-draft": message_map,
    "draft-yaml": message_map,
    "replace-draft": message_map,
    "edit-settings": message_map,
    "edit-stage": of_the_map("applied"),
    "edit-touch": of_the_map("thanks"),
    "act-on-touch": of_the_map("thanks"),
    "touch-people": of_the_map("thanks"),
    "policy": policy,
    "approve-policy": proposal,
    "close-proposal": proposal,
    "stop": everything,
    "let-go": stopped,
    "connection": connection,
    "sender-price": sms_sender,
    "connection-live": connection,
    "show-hook": connection,
    "put-all-back": connection,
    "put-back-event": parked_event,
    "put-back-write-back": parked_write_back,
    "demo:move": in_the_ats,
    "demo:interview": in_the_ats,
    "demo:phone-number": in_the_ats,
    "demo:write": in_the_ats,
    "demo:read": in_the_ats,
    "demo:api-application": anything,
    "demo:api-write-back": anything,
}
