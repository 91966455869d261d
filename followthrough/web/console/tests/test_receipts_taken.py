"""Receipts as a file: exactly what is asked for, harmless in a spreadsheet, and on record."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.test import Client

from followthrough.accounts.models import Member, Role
from followthrough.audit.models import Fact
from followthrough.people.models import Connection
from followthrough.web.console.receipts import export
from followthrough.web.console.tests.conftest import signed_in
from followthrough.web.console.tests.decided import QUIET, applied, keys, own_and_other, receipt

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]


def taken(client: Client, **asked: str) -> str:
    answer = client.post("/receipts/export", asked)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return b"".join(answer).decode()


def test_a_file_has_exactly_what_is_asked_for(
    owner: Client, ats: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 2)
    about = applied(ats, "=cmd()|x Obi")
    made = [receipt(about, "drop", "opted_out") for _ in range(5)]
    receipt(about)
    rows = list(csv.DictReader(io.StringIO(taken(owner, verdict="drop", format="csv"))))
    assert [row["receipt"] for row in rows] == keys(*reversed(made))
    assert rows[0]["candidate_name"] == "'=cmd()|x Obi"
    assert rows[0]["reason_code"] == "opted_out"
    assert "Policy" not in rows[0]["policy"]
    assert "hold: Quiet hours" in rows[0]["checks"]
    assert not any(cell.startswith(export.FORMULA) for row in rows for cell in row.values())
    lines = [json.loads(line) for line in taken(owner, verdict="drop", format="jsonl").splitlines()]
    assert [line["receipt"] for line in lines] == keys(*reversed(made))
    assert lines[0]["checks"][1]["sources"][0]["url"].startswith("https://")
    assert lines[0]["checks"][0]["evidence"] == QUIET[0][2]


def test_who_took_what_is_on_record_without_whose_name(owner: Client, ats: Connection) -> None:
    receipt(applied(ats), "drop", "opted_out")
    taken(owner, verdict="drop", name="ada obi", format="csv")
    found = Fact.objects.get(verb="exported_receipts")
    assert found.why == {"verdict": "drop", "format": "csv", "by_name": True}
    assert found.actor_id == str(Member.objects.get().id)


def test_a_file_is_as_narrow_as_the_page(narrow: Member, ats: Connection) -> None:
    mine, _other = own_and_other(narrow, ats)
    Member.objects.filter(id=narrow.id).update(role=Role.COMPLIANCE)
    rows = list(csv.DictReader(io.StringIO(taken(signed_in(narrow), format="csv"))))
    assert [row["receipt"] for row in rows] == keys(mine)


def test_only_who_may_take_them_along_is_offered_it(narrow: Member, ats: Connection) -> None:
    own_and_other(narrow, ats)
    assert b"/receipts/export" not in signed_in(narrow).get("/receipts/").content
