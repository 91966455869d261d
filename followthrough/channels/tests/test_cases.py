"""One runner for every adapter: what it asks its provider, and what it makes of the answer."""

import asyncio
import json
import time

import pytest

from followthrough.channels import registry, webhooks
from followthrough.channels.contract import (
    Accepted,
    DeliveryReport,
    Envelope,
    Inbound,
    SenderConfig,
    SendError,
)
from followthrough.channels.http import client
from followthrough.channels.tests import cases
from followthrough.channels.tests.fakes import serving
from followthrough.core import signatures
from followthrough.core.hooks import BadSignature, Malformed
from followthrough.core.ids import uuid7
from tests import world

EVENTS = {"Inbound": Inbound, "DeliveryReport": DeliveryReport}
ERRORS = {"bad_signature": BadSignature, "malformed": Malformed}


def _param(case):
    marks = [pytest.mark.django_db(transaction=True)] if case.get("provider") == "database" else []
    return pytest.param(case, id=cases.name_of(case), marks=marks)


@pytest.mark.parametrize("case", [_param(case) for case in cases.sends()])
def test_calls(case):
    sender_id = _stored_sender(case) if case["provider"] == "database" else uuid7()
    outcome, requests = asyncio.run(_call(case, sender_id))
    assert _plain(outcome) == case["result"]
    if "request" in case:
        _check_request(case["request"], requests)


@pytest.mark.parametrize("case", [_param(case) for case in cases.webhooks()])
def test_webhooks(case):
    adapter = registry.adapter(case["adapter"])
    sender = _sender(case["sender"], adapter, uuid7(), port=0)
    body = _body(case)
    headers = {webhooks.HEADER: _signature(case, body)}
    if "error" in case:
        with pytest.raises(ERRORS[case["error"]]) as told:
            adapter.receive(headers, body, sender)
        assert told.value.reason
        assert told.value.remedy
        return
    hook = adapter.receive(headers, body, sender)
    for name, value in case["hook"].items():
        assert getattr(hook, name) == value
    assert adapter.receive(headers, body, sender) == hook  # a repeat has the same key
    ((kind, fields),) = case["event"].items()
    assert adapter.parse(headers, body) == [EVENTS[kind](**fields)]


async def _call(case, sender_id):
    adapter = registry.adapter(case["adapter"])
    async with serving(case["provider"], case["answer"]) as (requests, port):
        sender = _sender(case["sender"], adapter, sender_id, port=port)
        envelope = Envelope(sender=sender, **case["envelope"])
        try:
            outcome = await getattr(adapter, case["call"])(envelope)
        except SendError as problem:
            outcome = problem
        await client.close()
        return outcome, requests


def _plain(outcome):
    if isinstance(outcome, SendError):
        after = {"after": outcome.after} if hasattr(outcome, "after") else {}
        return {"error": outcome.kind, "code": outcome.code, **after}
    return {"accepted": outcome.provider_id if isinstance(outcome, Accepted) else outcome}


def _check_request(wanted, requests):
    (asked,) = requests
    for name, value in wanted.items():
        if name == "headers":
            assert {header: asked["headers"].get(header) for header in value} == value
        else:
            assert asked[name] == value, name


def _sender(given, adapter, sender_id, *, port):
    def filled(value):
        if value == "{port}":
            return port
        if isinstance(value, str):
            value = value.replace("{provider_tls}", f"https://127.0.0.1:{port}")
            return value.replace("{provider}", f"http://127.0.0.1:{port}")
        return value

    return SenderConfig(
        id=sender_id,
        adapter=adapter.name,
        channel=adapter.channel,
        address=given["address"],
        config={name: filled(value) for name, value in given.get("config", {}).items()},
        secrets=given.get("secrets", {}),
    )


def _stored_sender(case):
    return world.sender(world.organization(), adapter=case["adapter"]).id


def _body(case):
    if "body_hex" in case:
        return bytes.fromhex(case["body_hex"])
    return case["body"].encode() if "body" in case else json.dumps(case["json"]).encode()


def _signature(case, body):
    if "signature" in case:
        return case["signature"]
    at = time.time() - case.get("signed_seconds_ago", 0)
    return signatures.make(body, secret=case.get("secret", "new-secret"), sent=at)
