"""The company the benchmarks run on: made in bulk SQL, realistic where it costs time.

Each person has a phone and a mail address, consent on record, five earlier messages (which the
caps count), an application with a run, a site and its zone. Times are chosen so that the gate
lets everything through: what is measured is the whole path, not the cheap way out of it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from followthrough.accounts.models import Organization
from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.governance import policies
from followthrough.journeys import documents, rules, versions
from followthrough.journeys.models import MessageMap
from followthrough.people.models import Connection, Requisition, Site, StageMapping

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HERE = Path(__file__).parent
SECRET = "bench-secret-of-the-webhook"
STAGES = {"New": "applied", "Interview": "interview", "Offer": "offer"}


def company(*, adapter: str, base_url: str = "") -> dict[str, Any]:
    """One organization with a map, a policy, a connection and a sender."""
    organization = Organization.objects.create(name="Northwind", slug="bench", country="US")
    link = Connection.objects.create(
        organization=organization, kind="generic", name="ATS", token="bench-connection",
        webhook_secrets=[SECRET],
    )  # fmt: skip
    for ats, stage in STAGES.items():
        StageMapping.objects.create(
            organization=organization, connection=link, ats_stage=ats, stage=stage
        )
    site = Site.objects.create(
        organization=organization, name="Reno", country="US", region="NV",
        address="1 Main St", zone="America/Los_Angeles", external_id="site-1",
    )  # fmt: skip
    requisition = Requisition.objects.create(
        organization=organization, connection=link, external_id="req-1",
        title="Store associate", family="retail", site=site,
    )  # fmt: skip
    sender = Sender.objects.create(
        organization=organization, channel="sms", adapter=adapter, name="Texts",
        address="+15550100000", token="bench-sender", config={"base_url": base_url},
        secrets={"api_key": "bench"},
    )  # fmt: skip
    version = _map(organization)
    _policy(organization)
    return {
        "organization": organization.id, "connection": link.id, "requisition": requisition.id,
        "version": version.id, "sender": sender.id,
    }  # fmt: skip


def _map(organization: Organization) -> Any:
    made = MessageMap.objects.create(organization=organization, name="Retail", slug="retail")
    document = documents.read_yaml((HERE / "map.yaml").read_text())
    version = versions.publish(
        map=made, document=document, author_id="bench", note="", at=clock.now()
    )
    rules.add(made, by="bench", at=clock.now(), family="retail")
    return version


def _policy(organization: Organization) -> None:
    """The US-like default, with hours that are open now whenever the benchmark runs."""
    document = policies.default_document() | {
        "hours": {"default": {day: ["08:00-21:00"] for day in WEEK}},
        "hold_above": 100_000,  # counted like everywhere, and never reached
    }  # fmt: skip
    policies.publish(
        organization=organization, document=document, author_id="bench", note="", at=clock.now()
    )


def noon() -> datetime:
    """The next noon in Reno: the business time the benchmarks run at, inside every window."""
    today = datetime.now(UTC).replace(hour=20, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


# Keys that rise with time, as the product's own do.
_KEY = """
CREATE OR REPLACE FUNCTION pg_temp.key() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
          || '7' || substr(md5(random()::text), 1, 19))::uuid $$
"""
_PEOPLE = """
WITH made AS (SELECT n, pg_temp.key() AS cand, pg_temp.key() AS app,
                     pg_temp.key() AS run, pg_temp.key() AS phone,
                     encode(sha256(('p' || %(tag)s || n)::bytea), 'hex') AS key
              FROM generate_series(1, %(count)s) AS n),
cand AS (INSERT INTO people_candidate (id, organization_id, connection_id, external_id, shard,
            given_name, family_name, plain_name, locale, country, region, zone_stated,
            zone_address)
         SELECT cand, %(organization)s, %(connection)s, 'c-' || %(tag)s || n, n %% %(shards)s,
            'Ada', 'Obi ' || n, 'obi ' || n || ' ada', 'en', 'US', 'NV', '', 'America/Los_Angeles'
         FROM made),
phone AS (INSERT INTO people_contactpoint (id, organization_id, candidate_id, kind, written,
            address, address_key, usable, unusable_reason, position)
         SELECT phone, %(organization)s, cand, 'phone', '+1775' || lpad(n::text, 7, '0'),
            '+1775' || lpad(n::text, 7, '0'), key, true, '', 0 FROM made),
mail AS (INSERT INTO people_contactpoint (id, organization_id, candidate_id, kind, written,
            address, address_key, usable, unusable_reason, position)
         SELECT pg_temp.key(), %(organization)s, cand, 'email', n || '@example.org',
            n || '@example.org', 'm' || left(key, 63), true, '', 1 FROM made),
consent AS (INSERT INTO governance_consententry (id, organization_id, candidate_id,
            contact_point_id, address_key, channel, purpose, scope, state, basis, source,
            evidence, personal, actor_kind, actor_id, at)
         SELECT pg_temp.key(), %(organization)s, cand, phone, key, 'sms', '', '{}', 'granted',
            'application_form', 'ats', '{}', false, 'ats', 'bench', %(now)s - interval '9 days'
         FROM made),
uses AS (INSERT INTO governance_capuse (id, organization_id, address_key, changes, uses)
         SELECT pg_temp.key(), %(organization)s, key, 5,
            (SELECT jsonb_agg(jsonb_build_array(extract(epoch FROM %(now)s) - d * 90000,
               pg_temp.key(), cand, 'sms', 'informational'))::text FROM generate_series(1, 5) AS d)
         FROM made),
mailed AS (INSERT INTO governance_capuse (id, organization_id, address_key, uses, changes)
         SELECT pg_temp.key(), %(organization)s, 'm' || left(key, 63), '[]', 1 FROM made),
app AS (INSERT INTO people_application (id, organization_id, connection_id, external_id,
            candidate_id, requisition_id, stage, ats_stage, stage_since, fields)
         SELECT app, %(organization)s, %(connection)s, 'a-' || %(tag)s || n, cand, %(requisition)s,
            'applied', 'New', %(now)s, '{}' FROM made),
message AS (INSERT INTO messaging_message (id, organization_id, application_id, candidate_id,
            contact_point_id, direction, channel, sender_id, subject, body, delivery, provider_id,
            at)
         SELECT pg_temp.key(), %(organization)s, app, cand, phone, 'out', 'sms',
            %(organization)s, '', 'An earlier message of about the usual length for a text.',
            'delivered', '', %(now)s - d * interval '25 hours' FROM made, generate_series(1, 5)
           AS d),
run AS (INSERT INTO journeys_run (id, organization_id, application_id, version_id, state,
            started_at, end_reason)
         SELECT run, %(organization)s, app, %(version)s, '{}', %(now)s, '' FROM made)
INSERT INTO messaging_touch (id, organization_id, application_id, candidate_id, run_id, version_id,
    shard, origin, key, occurrence, purpose, priority, state, due_at, useful_until, anchor_name,
    relevance, channels, listened, held_for, attempts, tries, planned_at)
SELECT pg_temp.key(), %(organization)s, app, cand, run, %(version)s, n %% %(shards)s, 'map',
    CASE d WHEN 1 THEN 'thanks' WHEN 2 THEN 'still-interested' WHEN 3 THEN 'confirm'
           WHEN 4 THEN 'confirm-nudge' WHEN 5 THEN 'reminder' ELSE 'today' END,
    'v' || d, 'informational', 5, 'planned',
    CASE d WHEN 1 THEN %(due)s ELSE %(sleeping)s + n * interval '1 second' END, NULL, '',
    %(relevance)s::jsonb, '["sms", "email"]', false, '', 0, 0, %(now)s
FROM made, generate_series(%(first)s, %(last)s) AS d
"""
RELEVANCE = (
    '{"all": [{"field": "application.stage", "op": "is", "value": "applied"},'
    ' {"field": "run.ended", "op": "is", "value": false},'
    ' {"any": [{"field": "requisition.family", "op": "is", "value": "retail"},'
    ' {"field": "site.country", "op": "is", "value": "US"}]}]}'
)


def people(
    made: dict[str, Any], *, tag: str, count: int, due: datetime, first: int = 1, last: int = 6
) -> None:
    """`count` people with runs; touch 1 is due at `due`, touches 2 to 6 sleep for a month."""
    given = made | {
        "tag": tag, "count": count, "due": due, "first": first, "last": last, "now": clock.now(),
        "sleeping": clock.now() + timedelta(days=30), "shards": settings.SHARDS,
        "relevance": RELEVANCE,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_KEY)
        cursor.execute(_PEOPLE, given)
        cursor.execute("VACUUM ANALYZE")  # as after a while of running
        cursor.execute("CHECKPOINT")


def forget() -> None:
    """Empty every table of the product."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(format('%I', relname), ', ') FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND relname NOT LIKE 'django%' AND relname NOT LIKE 'auth%'"
        )
        cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} CASCADE")
