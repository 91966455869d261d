"""The numbers of writing transactions, and how they go on rising in a restored database.

`audit_xact()` is PostgreSQL's own transaction counter plus an offset. A database restored from a
dump into another server meets a lower counter there: new rows would fall into blocks that are
long sealed. The offset is then raised before anything is written; that is why workers call
`keep_up` when they start. (Rows written before that cannot be told from forged ones.)
"""

from __future__ import annotations

import re

from followthrough.audit.facts import Actor, FactRow, record_all
from followthrough.audit.models import Block
from followthrough.core import clock
from followthrough.store import sql

SEALER = Actor("system", "sealer")


def frontier() -> int:
    """Every row of a transaction below this number stands in a block."""
    return sql.rows("SELECT coalesce(max(to_xact), 0) FROM audit_block")[0][0]


def settled() -> int:
    """Every transaction below this number has committed or rolled back: no row can join it."""
    return _oldest_running() + offset()


def offset() -> int:
    """What `audit_xact()` adds to the server's counter."""
    ((source,),) = sql.rows("SELECT prosrc FROM pg_proc WHERE proname = 'audit_xact'")
    found = re.search(r"\+ *(\d+)", source)
    return int(found[1]) if found else 0


def keep_up() -> bool:
    """Raise the offset if the server's counter lies behind what is sealed; say whether it did.

    Each organization with a chain gets a fact about it. Needs the right to replace the function.
    """
    behind = frontier() - settled()
    if behind <= 0:
        return False
    before = offset()
    sql.run(_RAISE.format(offset=before + behind))
    _record_raise(before, before + behind)
    return True


_RAISE = """
    CREATE OR REPLACE FUNCTION audit_xact() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
    AS 'SELECT pg_current_xact_id()::text::bigint + {offset:d}'
"""


def _oldest_running() -> int:
    return sql.rows("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")[0][0]


def _record_raise(before: int, after: int) -> None:
    organizations = Block.objects.values_list("organization_id", flat=True).distinct().order_by()
    why, at = {"offset_before": before, "offset_after": after}, clock.now()
    record_all(
        [
            FactRow(one, SEALER, "numbering_raised", "organization", one, why, at)
            for one in organizations
        ]
    )
