"""Captured webhooks as tables, one runner for every ATS; and a registry that is proven complete."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

import followthrough.intake.ats as package
from followthrough.core import signatures
from followthrough.core.hooks import BadSignature, Malformed, sign
from followthrough.intake.ats import registry
from followthrough.intake.ats.generic.document import BadSnapshot

HOME = Path(package.__file__).parent
SIGNERS = {
    "generic": lambda body, secret: {
        "followthrough-signature": signatures.make(body, secret=secret)
    },
    "greenhouse": lambda body, secret: {"signature": f"sha256 {sign(secret, body)}"},
}


def _cases():
    for name in sorted(registry.ADAPTERS):
        for case in json.loads((HOME / name / "cases" / "webhooks.json").read_text()):
            yield pytest.param(name, case, id=f"{name}: {case['name']}")


CASES = list(_cases())


def raw_of(case):
    return case["raw"].encode() if "raw" in case else json.dumps(case["body"]).encode()


def headers_of(name, case, body, secret="s3cret"):
    sent = {header.lower(): value for header, value in case["headers"].items()}
    return sent | SIGNERS[name](body, secret)


def test_every_folder_is_registered_and_has_cases():
    folders = {path.parent.name for path in HOME.glob("*/__init__.py")} - {"tests"}
    assert folders == set(registry.ADAPTERS) == set(SIGNERS)


def test_an_unknown_kind_names_the_known_ones():
    with pytest.raises(registry.UnknownAts, match="generic, greenhouse"):
        registry.adapter("carrier-pigeon")


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_webhook_is_verified_and_read(name, case):
    ats, body = registry.adapter(name), raw_of(case)
    headers = headers_of(name, case, body)
    if "malformed" in case:
        with pytest.raises(Malformed, match=case["malformed"]):
            ats.receive(headers, body, ["old", "s3cret"])
        return
    hook = ats.receive(headers, body, ["old", "s3cret"])
    assert asdict(hook) == {"probe": False} | case["hook"]
    if "bad" in case:
        with pytest.raises(BadSnapshot, match=case["bad"]):
            ats.hints(headers, body)
    elif not hook.probe:
        assert [shown(hint) for hint in ats.hints(headers, body)] == case["hints"]


def shown(hint):
    said = hint.happened and [hint.happened.name, hint.happened.at.isoformat(), hint.happened.id]
    known = {"id": hint.external_id, "whole": hint.snapshot is not None}
    return known | ({"happened": said} if said else {})


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_changed_body_another_secret_or_none_at_all_is_refused(name, case):
    ats, body = registry.adapter(name), raw_of(case)
    headers = headers_of(name, case, body)
    for given, sent, secrets in (
        (headers, body + b" ", ["s3cret"]),
        (headers, body, ["another"]),
        (headers, body, []),
        ({}, body, ["s3cret"]),
        (headers_of(name, case, body, secret=""), body, ["s3cret"]),
    ):
        with pytest.raises(BadSignature):
            ats.receive(given, sent, secrets)


def test_a_body_without_an_event_id_is_known_by_its_content():
    body = b'{"application": {"id": "a1", "stage": "x"}}'
    receive = registry.adapter("generic").receive
    keys = {receive(SIGNERS["generic"](body, "s"), body, ["s"]).dedupe_key for _ in range(2)}
    assert len(keys) == 1
    assert keys.pop().startswith("sha256:")


def test_a_sender_may_sign_with_two_secrets_while_it_rotates():
    body = b'{"application": {"id": "a1"}}'
    old, new = (signatures.make(body, secret=one) for one in ("old", "new"))
    both = f"{old},{new.split(',')[1]}"
    for live in ("old", "new"):
        signatures.check(both, body, secrets=[live])
    with pytest.raises(BadSignature):
        signatures.check(both, body, secrets=["third"])
