"""The texts of forms as they were shown: each once, under the hash that entries name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from followthrough.core.canonical import digest
from followthrough.core.ids import uuid7
from followthrough.store import sql

hash_of = lru_cache(maxsize=1024)(digest)  # most candidates agree to the same ones

_KEEP = """
INSERT INTO governance_consenttext (id, organization_id, hash, text, first_seen_at)
SELECT n.id, n.org, n.hash, n.text, n.at
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[])
  AS n(id, org, hash, text, at)
WHERE NOT EXISTS (SELECT 1 FROM governance_consenttext k
                  WHERE k.organization_id = n.org AND k.hash = n.hash)
ORDER BY n.org, n.hash
ON CONFLICT (organization_id, hash) DO NOTHING
"""


def keep(texts: Iterable[tuple[UUID, str]], *, at: datetime) -> None:
    """Keep the texts of an organization's forms, as they were shown; '' is none."""
    distinct = sorted({(org, hash_of(text), text) for org, text in texts if text})
    if distinct:
        sql.send(_KEEP, sql.columns([(uuid7(), *one, at) for one in distinct], 5))
