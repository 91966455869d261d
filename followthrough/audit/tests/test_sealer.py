import json
from datetime import timedelta
from itertools import pairwise

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from followthrough.audit import numbering, sealer
from followthrough.audit.models import Block, Fact
from followthrough.audit.tests.sealable import KINDS, insert, insert_together, seal
from followthrough.audit.verification import verify
from followthrough.core import clock
from followthrough.core.ids import uuid7
from tests.world import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other():
    """A second connection to the same database."""
    with psycopg.connect(**connection.get_connection_params()) as found:
        yield found


def insert_by(other, organization_id):
    other.execute(
        "INSERT INTO audit_fact (id, organization_id, at, actor_kind, actor_id, verb,"
        " subject_kind, subject_id, why) VALUES (%s, %s, now(), 'system', 'engine', 'v', 's', %s,"
        " '{}')",
        (uuid7(), organization_id, uuid7()),
    )


def test_committed_rows_of_every_kind_are_sealed_and_verify():
    organization = uuid7()
    insert_together(organization, KINDS)
    assert seal() == 1
    block = Block.objects.get()
    assert (block.organization_id, block.height, block.rows) == (organization, 1, 3)
    report = verify()
    assert report.intact
    assert (report.blocks, report.rows, report.unsealed) == (1, 3, 0)
    assert report.heads == {organization: (1, block.digest)}


def test_nothing_new_makes_no_block():
    assert seal() == 0
    insert("audit.fact", uuid7())
    assert [seal(), seal()] == [1, 0]


def test_blocks_are_chained_and_leave_no_gap():
    quiet, busy = uuid7(), uuid7()
    insert("audit.fact", quiet)
    for _ in range(3):
        insert("audit.fact", busy)
        seal()
    insert("audit.fact", quiet)
    seal()
    for organization in (quiet, busy):
        chain = list(Block.objects.filter(organization_id=organization).order_by("height"))
        for before, block in pairwise(chain):
            assert block.previous == before.digest
            assert block.from_xact == before.to_xact
            assert block.height == before.height + 1
    assert verify().intact


def test_rows_that_are_not_sealed_yet_are_counted():
    insert("audit.fact", uuid7())
    seal()
    insert("audit.fact", uuid7())
    report = verify()
    assert report.intact
    assert (report.rows, report.unsealed) == (1, 1)


def test_a_row_of_a_slow_transaction_is_never_overtaken(other):
    organization = uuid7()
    insert_by(other, organization)  # begins first, commits last
    insert("audit.fact", organization)
    sealer.seal()
    assert not Block.objects.exists()
    assert verify().unsealed == 1  # the other row is not visible yet
    other.commit()
    assert seal() == 1
    assert Block.objects.get().rows == 2
    assert verify().intact


def test_a_rolled_back_transaction_leaves_nothing_to_wait_for(other):
    organization = uuid7()
    insert_by(other, organization)
    insert("audit.fact", organization)
    other.rollback()
    assert seal() == 1
    assert Block.objects.get().rows == 1


def test_its_own_transaction_is_left_for_later():
    with transaction.atomic():
        insert("audit.fact", uuid7())
        assert sealer.seal() == 0
    assert seal() == 1


def test_there_is_one_sealer_at_a_time(other):
    insert("audit.fact", uuid7())
    other.execute("SELECT pg_advisory_xact_lock(%s)", (sealer._LOCK,))
    connection.cursor().execute("SET lock_timeout = '200ms'")
    try:
        with pytest.raises(psycopg.errors.LockNotAvailable):
            sealer.seal()
    finally:
        connection.cursor().execute("RESET lock_timeout")
    other.rollback()
    assert seal() == 1


def test_a_moved_business_clock_does_not_reach_the_blocks():
    with clock.at(NOON - timedelta(days=900)):
        insert("audit.fact", uuid7())
        seal()
    assert abs(Block.objects.get().sealed_at - clock.wall()) < timedelta(minutes=5)


@pytest.fixture
def numbers():
    """Put the numbering back: it is a function of the database, not a row."""
    before = numbering.offset()
    yield
    connection.cursor().execute(numbering._RAISE.format(offset=before))


@pytest.mark.usefixtures("numbers")
def test_after_a_restore_the_numbers_go_on_rising():
    organization = uuid7()
    insert("audit.fact", organization)
    seal()
    far = numbering.settled() + 10**12  # sealed on a server whose counter was far ahead
    block = Block.objects.get()
    sealed = sealer.Seal(organization, 1, 0, far, 1, block.root, block.previous)
    Block.objects.update(to_xact=far, digest=sealed.digest())

    sealer.seal()
    assert numbering.settled() >= far
    insert("audit.fact", organization)
    seal()
    newest = Fact.objects.order_by("id").last()
    assert newest.xact >= far
    raised = Fact.objects.get(verb="numbering_raised")
    assert raised.organization_id == organization
    assert raised.why["offset_after"] - raised.why["offset_before"] > 10**11
    report = verify()
    assert report.intact
    assert (report.rows, report.unsealed) == (3, 0)


@pytest.mark.usefixtures("numbers")
def test_a_database_that_was_not_restored_keeps_its_numbers():
    insert("audit.fact", uuid7())
    seal()
    assert not numbering.keep_up()
    assert numbering.offset() == 0


def test_the_commands_seal_and_verify(capsys):
    insert("audit.fact", uuid7())
    seal()
    insert("audit.fact", uuid7())
    call_command("audit", "verify")
    assert "Intact." in capsys.readouterr().out
    call_command("audit", "verify", "--json")
    assert json.loads(capsys.readouterr().out)["unsealed"] == 1
    call_command("audit", "seal")
    assert "blocks made" in capsys.readouterr().out


def test_the_command_fails_and_says_where_when_something_was_changed(capsys):
    organization = uuid7()
    insert("audit.fact", organization)
    seal()
    Fact.objects.update(verb="something_else")
    with pytest.raises(SystemExit) as ended:
        call_command("audit", "verify")
    assert ended.value.code == 1
    shown = capsys.readouterr().out
    assert f"Organization {organization}, block 1: a row of this block was changed" in shown
    with pytest.raises(SystemExit):
        call_command("audit", "verify", "--json")
    assert json.loads(capsys.readouterr().out)["findings"][0]["code"] == "rows_changed"
