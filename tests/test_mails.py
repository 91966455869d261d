"""What a mail of a map says, on its way from the version to the envelope."""

from __future__ import annotations

import pytest

from followthrough.channels.contract import Envelope
from followthrough.runs import engine, verdicts
from tests import company
from tests.properties.life import lived

pytestmark = pytest.mark.django_db


def test_what_inboxes_show_beside_the_subject_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[Envelope] = []

    def noted(*given: object, **more: object) -> Envelope:
        handed.append(Envelope(*given, **more))  # type: ignore[arg-type]
        return handed[-1]

    monkeypatch.setattr(verdicts, "Envelope", noted)
    mail = {"subject": "Thanks", "preheader": "Your application\nfor {{ requisition.title }}",
            "body": "We read it."}  # fmt: skip
    touch = {"key": "hello", "trigger": {"stage_entered": {}}, "channels": ["email"],
             "content": {"email": {"en": mail}}}  # fmt: skip
    document = {"schema": 2, "name": "Mails", "settle": "PT0S",
                "stages": {"applied": {"touches": [touch]}}}  # fmt: skip
    with lived() as life:
        company.publish(life.company, "associates", document)
        life.ats("app-1", stage="New")
        engine.drain()
    assert [(one.subject, one.preheader) for one in handed] == [
        ("Thanks", "Your application for Store associate")
    ]
    assert handed[0].body.startswith("We read it.\n\n-- \n")
