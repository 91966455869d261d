"""Invariant 10: whatever was sealed in whatever order verifies, and any change to it shows."""

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.audit.models import Block
from followthrough.audit.tests.sealable import (
    KINDS,
    forget_everything,
    insert_together,
    model,
    seal,
)
from followthrough.audit.verification import verify
from followthrough.audit.words import sentence
from followthrough.core.ids import uuid7

pytestmark = pytest.mark.django_db(transaction=True)

ORGANIZATIONS = [uuid7() for _ in range(3)]
OTHER = {
    "UUIDField": f"'{uuid7()}'",
    "CharField": "'zz'",
    "JSONField": "'[666]'",
    "TextField": "'[666]'",
    "DateTimeField": "coalesce(\"{column}\", now()) + interval '1 microsecond'",
    "BigIntegerField": '"{column}" + 1',
    "BooleanField": 'NOT "{column}"',
}
steps = st.lists(
    st.one_of(
        st.just("seal"),
        st.tuples(st.integers(0, 2), st.lists(st.sampled_from(KINDS), min_size=1, max_size=4)),
    ),
    min_size=1,
    max_size=8,
)


def play(steps):
    forget_everything()
    for step in steps:
        if step == "seal":
            seal()
        else:
            insert_together(ORGANIZATIONS[step[0]], step[1])
    insert_together(ORGANIZATIONS[0], KINDS)
    seal()


class Undo(Exception):
    pass


def findings_after(statement, params=()):
    """What a verification finds after one forged statement, which is then undone."""
    found = None
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement, params)
                assert cursor.rowcount == 1
            found = verify()
            raise Undo
    except Undo:
        return found


@settings(max_examples=15, deadline=None)
@given(steps=steps, data=st.data())
def test_any_interleaving_verifies_and_any_single_change_is_found(steps, data):
    play(steps)
    assert verify().intact
    kind = data.draw(st.sampled_from(KINDS))
    rows = list(model(kind).objects.order_by("id").values_list("id", "organization_id"))
    row_id, organization = data.draw(st.sampled_from(rows))
    forged = findings_after(data.draw(st.sampled_from(forgeries(kind))), (row_id,))
    assert not forged.intact
    assert organization in {finding.organization_id for finding in forged.findings}
    assert all(sentence(finding) for finding in forged.findings)
    assert verify().intact


def forgeries(kind):
    """A change of every column, a deletion and an insertion into a sealed range."""
    table = model(kind)._meta.db_table
    fields = model(kind)._meta.concrete_fields
    values = {
        field.column: OTHER[field.get_internal_type()].format(column=field.column)
        for field in fields
    }
    updates = [
        f'UPDATE {table} SET "{column}" = {value} WHERE id = %s' for column, value in values.items()
    ]
    columns = ", ".join(f'"{field.column}"' for field in fields if field.column != "id")
    return [
        *updates,
        f"DELETE FROM {table} WHERE id = %s",
        f"INSERT INTO {table} (id, {columns}) SELECT gen_random_uuid(), {columns}"
        f" FROM {table} WHERE id = %s",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_single_forgery_of_every_kind_is_found(kind):
    play([(0, KINDS), "seal", (1, KINDS)])
    row_id = model(kind).objects.filter(organization_id=ORGANIZATIONS[0]).first().id
    missed = [one for one in forgeries(kind) if findings_after(one, (row_id,)).intact]
    assert missed == []


def test_a_row_forged_for_an_organization_without_blocks_is_found():
    play(["seal"])
    organization = uuid7()
    forged = findings_after(
        "INSERT INTO audit_fact (id, organization_id, xact, at, actor_kind, actor_id, verb,"
        " subject_kind, subject_id, why) VALUES (%s, %s, 5, now(), 'member', 'm', 'v', 's',"
        " gen_random_uuid(), '{}')",
        (uuid7(), organization),
    )
    assert [(one.organization_id, one.code) for one in forged.findings] == [
        (organization, "rows_outside")
    ]


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("UPDATE audit_block SET root = repeat('0', 64) WHERE height = 2",
         {"block_changed", "rows_changed"}),
        ("UPDATE audit_block SET rows = rows + 1 WHERE height = 2",
         {"block_changed", "rows_removed"}),
        ("UPDATE audit_block SET previous = repeat('1', 64) WHERE height = 2",
         {"block_changed", "link_broken"}),
        ("UPDATE audit_block SET digest = repeat('1', 64) WHERE height = 2",
         {"block_changed", "link_broken"}),
        ("UPDATE audit_block SET to_xact = to_xact - 1 WHERE height = 2", {"block_changed"}),
        ("DELETE FROM audit_block WHERE height = 2", {"blocks_missing", "rows_outside"}),
        ("DELETE FROM audit_block WHERE height = 1", {"blocks_missing", "rows_outside"}),
    ],
)  # fmt: skip
def test_a_changed_or_missing_block_is_found(statement, codes):
    play([(0, KINDS), "seal", (0, KINDS), "seal"])
    assert Block.objects.count() == 3
    forged = findings_after(statement)
    assert codes <= {finding.code for finding in forged.findings}


def test_only_the_organization_asked_for_is_verified():
    play([(1, KINDS), "seal"])
    model("audit.fact").objects.filter(organization_id=ORGANIZATIONS[1]).delete()
    assert verify(ORGANIZATIONS[0]).intact
    found = verify(ORGANIZATIONS[1]).findings
    assert [(one.height, one.code) for one in found] == [(1, "rows_removed")]
    assert found[0].detail["found"]["audit.fact"] == 0
