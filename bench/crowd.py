"""A company as it is after most of a year: 100,000 applications and 1,000,000 messages.

Made in bulk SQL on `world.company`. What pages look at is spread as in life: few sites and
requisitions draw most people, most names are shared, a few people have written for months, most
applications are over, some have no map, and a few thousand wait for somebody.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection

from followthrough.accounts.models import Member, Organization, User
from followthrough.core import clock
from followthrough.demo.seed import names
from followthrough.people.models import Application, Connection, Requisition, Scope, Site
from followthrough.people.plain import plain_text

CITIES = (
    "Reno", "Columbus", "San Antonio", "Albany", "Boise", "Cary", "Dayton", "El Paso", "Fresno",
    "Gary", "Hilo", "Irvine", "Joliet", "Kenai", "Laredo", "Mesa", "Norfolk", "Omaha", "Provo",
    "Quincy",
)  # fmt: skip
QUARTERS = ("North", "Airport", "Riverside")
TITLES = {
    "retail": ("Store associate", "Shift lead", "Visual merchandiser", "Cashier", "Store manager"),
    "warehouse": ("Warehouse associate", "Forklift operator", "Night picker", "Dock supervisor"),
    "care": ("Home care aide", "Registered nurse", "Medical assistant", "Night nurse"),
    "office": ("Payroll specialist", "Data analyst", "Recruiting coordinator"),
    "drivers": ("Delivery driver", "Dispatcher"),
    "kitchen": ("Line cook", "Dishwasher", "Barista", "Kitchen manager"),
}
TEAMS = ("", "Field", "Night shift", "Peak season", "Campus", "Corporate", "Franchise")
OPENINGS = 900
ZONES = ("America/Los_Angeles", "America/New_York", "America/Chicago")
SAID = (
    "Your interview at our store is tomorrow at 10:00. Reply YES to confirm.",
    "Thank you for applying. We read every application and write by Friday.",
    "Please bring a photo ID. The entrance is on Main Street, next to the bakery.",
    "We have not heard from you. Are you still interested? Reply YES or NO.",
)
WROTE = ("Yes", "OK", "Is there parking?", "Sí, ahí estaré", "Can we do it on Friday instead?",
         "Thank you!", "I have sent the form again, is anything missing?")  # fmt: skip

OUTCOMES = (  # of what did not go out: often, seldom, and hardly ever
    *["hold quiet_hours"] * 12, *["cancel left_stage"] * 8, *["drop not_relevant"] * 6,
    *["cancel answered"] * 5, *["hold frozen"] * 5, *["drop too_late"] * 4, *["drop opted_out"] * 3,
    *["hold caps"] * 3, *["drop no_consent"] * 2, *["fail unreachable"] * 2, "hold legal_hours",
    "merge merged", "drop unusable", "fail rejected", "hold no_zone", "cancel run_ended",
)  # fmt: skip


def gather(made: dict[str, Any], *, applications: int, messages: int) -> None:
    """Fill the company of `world.company` and leave it as after a while of running."""
    _openings(made)
    given = {
        **made, **_names(), "applications": applications, "messages": messages,
        "people": applications * 96 // 100, "now": clock.now(), "shards": settings.SHARDS,
        "said": list(SAID), "wrote": list(WROTE), "family": list(TITLES),
        "outcomes": list(OUTCOMES),
    }  # fmt: skip
    with connection.cursor() as cursor:
        for step in _STEPS:
            cursor.execute(step, given)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def members(made: dict[str, Any]) -> dict[str, Member]:
    """Who looks: an owner, and a recruiter who works for one site."""
    organization = Organization.objects.get(id=made["organization"])
    found = {role: _member(organization, role) for role in ("owner", "recruiter")}
    site = Site.objects.get(organization=organization, name=f"{CITIES[3]} {QUARTERS[0]}")
    Scope.objects.get_or_create(organization=organization, member=found["recruiter"], site=site)
    return found


def _member(organization: Organization, role: str) -> Member:
    user, _ = User.objects.get_or_create(email=f"{role}@bench.example", defaults={"name": role})
    return Member.objects.get_or_create(
        organization=organization, user=user, defaults={"role": role}
    )[0]


def there(*, applications: int) -> dict[str, Any] | None:
    """The company, if it was made by an earlier run and is as large as that."""
    looker = Member.objects.filter(user__email="recruiter@bench.example").first()  # made last
    if looker is None:
        return None
    found = Application.objects.filter(organization=looker.organization_id).count()
    return {"organization": looker.organization_id} if found == applications else None


def _openings(made: dict[str, Any]) -> None:
    organization = Organization.objects.get(id=made["organization"])
    link = Connection.objects.get(id=made["connection"])
    places = [f"{city} {quarter}" for city in CITIES for quarter in QUARTERS]
    sites = [
        Site(organization=organization, name=name, country="US", region="NV", zone=ZONES[at % 3])
        for at, name in enumerate(places)
    ]
    Site.objects.bulk_create(sites)
    jobs = [(family, title) for family, titles in TITLES.items() for title in titles]
    Requisition.objects.bulk_create(
        Requisition(
            organization=organization, connection=link, external_id=f"REQ-{1000 + at}",
            family=jobs[at % len(jobs)][0], title=jobs[at % len(jobs)][1],
            team=TEAMS[at % len(TEAMS)], site=sites[at * 7 % len(sites)],
        )
        for at in range(OPENINGS)
    )  # fmt: skip


def _names() -> dict[str, list[str]]:
    """Given and family names, each beside its plain words."""
    cultures = (*names.CULTURES, names.LATIN)
    given, family = ([one for each in cultures for one in each[part]] for part in (0, 1))
    return {
        "givens": given, "families": family,
        "plain_givens": [plain_text(one) for one in given],
        "plain_families": [plain_text(one) for one in family],
    }  # fmt: skip


# Keys that say the time of what they are for, as the product's own do.
_KEY = """
CREATE OR REPLACE FUNCTION pg_temp.key(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
          || '7' || right(gen_random_uuid()::text, 21))::uuid $$
"""
# Skewed: the first ones of a list are drawn often, the last ones seldom.
_DRAWN = """
CREATE OR REPLACE FUNCTION pg_temp.drawn(count int) RETURNS int LANGUAGE sql VOLATILE AS $$
  SELECT 1 + floor(count * power(random(), 1.7))::int $$
"""
_PEOPLE = """
CREATE TEMP TABLE person AS
SELECT n, pg_temp.key(born) AS id, pg_temp.key(born) AS phone, born, given, family,
    encode(sha256(('p' || n)::bytea), 'hex') AS key
FROM (SELECT n, %(now)s - power(random(), 1.3) * interval '270 days' AS born,
        pg_temp.drawn(cardinality(%(givens)s::text[])) AS given,
        pg_temp.drawn(cardinality(%(families)s::text[])) AS family
      FROM generate_series(1, %(people)s) AS n OFFSET 0) AS made ORDER BY born;
INSERT INTO people_candidate (id, organization_id, connection_id, external_id, shard, given_name,
    family_name, plain_name, locale, country, region, zone_stated, zone_address, seen_version,
    seen_digest)
SELECT id, %(organization)s, %(connection)s, 'C-' || n, n %% %(shards)s,
    (%(givens)s::text[])[given], (%(families)s::text[])[family],
    (%(plain_families)s::text[])[family] || ' ' || (%(plain_givens)s::text[])[given],
    CASE WHEN n %% 5 = 0 THEN 'es' ELSE 'en' END, 'US',
    (ARRAY['NV', 'NV', 'CA', 'CA', 'NY', 'OH', 'ID', 'TX'])[1 + n %% 8], '', 'America/Los_Angeles',
    born,
    left(key, 32)
FROM person;
INSERT INTO people_contactpoint (id, organization_id, candidate_id, kind, written, address,
    address_key, usable, unusable_reason, position)
SELECT phone, %(organization)s, id, 'phone', '(775) ' || 200 + n / 10000 || '-' || n %% 10000,
    '+1775' || 2000000 + n, key, true, '', 0 FROM person WHERE n %% 20 > 0;
INSERT INTO people_contactpoint (id, organization_id, candidate_id, kind, written, address,
    address_key, usable, unusable_reason, position)
SELECT pg_temp.key(born), %(organization)s, id, 'email', mail, mail, 'm' || left(key, 63), true,
    '', 1
FROM (SELECT *, replace((%(plain_givens)s::text[])[given], ' ', '.') || '.' || n || '@example.org'
      AS mail FROM person) AS mailed;
INSERT INTO governance_consententry (id, organization_id, candidate_id, contact_point_id,
    address_key, channel, purpose, scope, state, basis, source, evidence, personal, actor_kind,
    actor_id, at)
SELECT pg_temp.key(born), %(organization)s, id, phone, key, 'sms', '', '{}', 'granted',
    'application_form', 'ats', '{}', false, 'ats', 'bench', born FROM person
"""
_APPLICATIONS = """
CREATE TEMP TABLE opening AS SELECT row_number() OVER (ORDER BY md5(id::text)) AS n, id
FROM people_requisition WHERE organization_id = %(organization)s;
CREATE TEMP TABLE app AS
SELECT a.*, p.id AS candidate, p.phone, p.key, o.id AS opening, pg_temp.key(a.began) AS id,
    CASE WHEN a.n %% 12 > 0 AND o.id IS NOT NULL THEN pg_temp.key(a.began) END AS run,
    a.n %% %(shards)s AS shard,
    CASE WHEN a.n <= 5 THEN 1000 WHEN a.n <= 300 THEN 100 + a.n
         ELSE floor(-ln(1 - random()) * (%(messages)s - 80000) / %(applications)s * 1.1)::int END
      AS said
FROM (SELECT n, CASE WHEN n <= %(people)s THEN n ELSE 1 + n * 7919 %% %(people)s END AS whose,
        pg_temp.drawn(880) AS nth, random() AS luck, random() AS waited,
        %(now)s - power(random(), 1.3) * interval '240 days' - interval '1 day' AS began
      FROM generate_series(1, %(applications)s) AS n OFFSET 0) AS a
JOIN person p ON p.n = a.whose LEFT JOIN opening o ON o.n = a.nth AND a.luck < 0.96;
ALTER TABLE app ADD stage text, ADD since timestamptz, ADD talked timestamptz;
UPDATE app SET since = began + waited * (%(now)s - began),
    talked = began + CASE WHEN luck < 0.56 THEN waited / 4 + 0.75 ELSE waited END
      * (%(now)s - began),
    stage = CASE WHEN opening IS NULL THEN 'lead' WHEN luck < 0.28 THEN 'applied'
      WHEN luck < 0.42 THEN 'screen' WHEN luck < 0.50 THEN 'interview' WHEN luck < 0.53 THEN 'offer'
      WHEN luck < 0.56 THEN 'checks' WHEN luck < 0.66 THEN 'hired' WHEN luck < 0.90 THEN 'rejected'
      WHEN luck < 0.95 THEN 'withdrawn' ELSE 'unmapped' END;
INSERT INTO people_application (id, organization_id, connection_id, external_id, candidate_id,
    requisition_id, stage, ats_stage, stage_since, seen_version, seen_digest, fields)
SELECT id, %(organization)s, %(connection)s, 'A-' || n, candidate, opening, stage,
    CASE stage WHEN 'unmapped' THEN 'Limbo ' || n %% 4 ELSE initcap(stage) END, since,
    since, md5(n::text), '{"source": "referral", "shift": "night"}' FROM app ORDER BY began;
INSERT INTO people_anchor (id, organization_id, application_id, name, at, sequence)
SELECT pg_temp.key(since), %(organization)s, id, 'interview_start',
    CASE WHEN stage = 'interview' AND n %% 4 = 0
      THEN %(now)s + (n %% 300 - 100) * interval '1 hour' ELSE since + interval '3 days' END, 1
FROM app WHERE stage IN ('interview', 'offer', 'hired');
INSERT INTO people_stagechange (id, organization_id, application_id, from_stage, to_stage,
    ats_stage, source_time, observed_at)
SELECT pg_temp.key(at), %(organization)s, id, was, stage, stage, at, at
FROM (SELECT id, 'applied' AS was, stage, since AS at FROM app WHERE stage <> 'applied'
      UNION ALL SELECT id, '', 'applied', began FROM app ORDER BY 4) AS changed;
INSERT INTO journeys_run (id, organization_id, application_id, version_id, state, started_at,
    ended_at, end_reason)
SELECT run, %(organization)s, id, %(version)s,
    jsonb_build_object('stage', stage, 'visit', 3, 'entered_at', since, 'sent',
      jsonb_build_object('thanks', began, 'confirm', since, 'reminder', since)),
    began, ended, CASE WHEN ended IS NULL THEN '' ELSE 'stage_' || stage END
FROM (SELECT *, CASE WHEN stage IN ('hired', 'rejected', 'withdrawn') THEN since END AS ended
      FROM app WHERE run IS NOT NULL ORDER BY began) AS running;
INSERT INTO audit_fact (id, organization_id, at, actor_kind, actor_id, verb, subject_kind,
    subject_id, why)
SELECT pg_temp.key(at), %(organization)s, at, 'system', 'engine', verb, kind, subject, why
FROM (SELECT began AS at, 'started_run' AS verb, 'run' AS kind, run AS subject,
        '{"rule":"family"}' AS why FROM app WHERE run IS NOT NULL
      UNION ALL SELECT began, 'moved_stage', 'application', id, '{"to":"applied"}' FROM app
      UNION ALL SELECT since, 'moved_stage', 'application', id, '{"to":"other"}' FROM app
      UNION ALL SELECT since, 'moved_anchor', 'application', id,
        '{"anchor":"interview_start","at":"2026-06-03T17:00:00Z"}' FROM app
        WHERE stage IN ('interview', 'offer', 'hired') ORDER BY 1) AS told
"""
_MESSAGES = """
CREATE TEMP TABLE said AS
SELECT *, pg_temp.key(at) AS id, pg_temp.key(at) AS touch, pg_temp.key(at) AS attempt
FROM (SELECT a.n, a.id AS app, a.candidate, a.phone, a.key, a.run, a.shard, d, random() < 0.28
        AS inbound, began + (talked - began) * ((d - random() * 0.9) / said) AS at
      FROM app a, generate_series(1, a.said) AS d OFFSET 0) AS made ORDER BY at;
INSERT INTO messaging_message (id, organization_id, application_id, candidate_id, contact_point_id,
    direction, channel, sender_id, touch_id, attempt_id, subject, body, reading, delivery,
    provider_id, at)
SELECT id, %(organization)s, app, candidate, phone, CASE WHEN inbound THEN 'in' ELSE 'out' END,
    'sms', %(sender)s, CASE WHEN NOT inbound THEN touch END,
    CASE WHEN NOT inbound THEN attempt END, '',
    CASE WHEN inbound THEN (%(wrote)s::text[])[1 + (n + d) %% cardinality(%(wrote)s::text[])]
         ELSE (%(said)s::text[])[1 + (n + d) %% cardinality(%(said)s::text[])] END,
    CASE WHEN inbound THEN '{"kind": "confirmed", "rule": "yes"}'::jsonb END,
    CASE WHEN inbound THEN '' ELSE 'delivered' END, 'p-' || n || '-' || d, at
FROM said;
INSERT INTO messaging_touch (id, organization_id, application_id, candidate_id, run_id, version_id,
    shard, origin, key, occurrence, purpose, priority, state, due_at, anchor_name, relevance,
    channels, listened, held_for, attempts, tries, planned_at, ended_at)
SELECT touch, %(organization)s, app, candidate, run, %(version)s, shard, 'map', 'reminder',
    'v' || d, 'informational', 5, CASE WHEN n %% 800 = 0 THEN 'failed' ELSE 'sent' END, at, '',
    '{"field": "application.stage", "op": "is", "value": "applied"}', '["sms", "email"]', false,
    '', 1, 0, at, at
FROM said WHERE NOT inbound;
INSERT INTO messaging_attempt (id, organization_id, touch_id, number, channel, sender_id,
    address_key, state, provider_id, error, detail, epoch, decided_at, started_at, ended_at)
SELECT attempt, %(organization)s, touch, 1, 'sms', %(sender)s, key,
    CASE WHEN n %% 800 = 0 THEN 'failed' ELSE 'accepted' END, 'p-' || n || '-' || d, '', '', 1,
    at, at, at
FROM said WHERE NOT inbound;
INSERT INTO messaging_receipt (id, organization_id, touch_id, application_id, candidate_id,
    attempt_id, at, verdict, code, checks, version_id, channel, commitment)
SELECT pg_temp.key(at), %(organization)s, touch, app, candidate, attempt, at,
    CASE WHEN held THEN 'hold' ELSE 'send' END, CASE WHEN held THEN 'quiet_hours' ELSE 'sent' END,
    '[["relevant","pass",{}],["usable","pass",{}],["consent","pass",{}],["freezes","pass",{}],'
    '["legal_hours","pass",{}],["quiet_hours","pass",{}],["caps","pass",{}],["content","pass",{}]]',
    %(version)s, CASE WHEN held THEN '' ELSE 'sms' END, left(key, 64)
FROM said, (VALUES (false), (true)) AS kind(held) WHERE NOT inbound AND (NOT held OR d %% 9 = 0);
INSERT INTO messaging_receipt (id, organization_id, touch_id, application_id, candidate_id, at,
    verdict, code, checks, version_id, channel, commitment)
SELECT pg_temp.key(at), %(organization)s, touch, app, candidate, at, verdict, code,
    '[["relevant","pass",{}],["usable","pass",{}],["consent","pass",{}],["zone","pass",{"zones":'
    '["America/Los_Angeles"],"evidence":"address"}],["quiet_hours","' || verdict || '",{}],["'
    || code || '","' || verdict || '",{}]]', %(version)s, 'sms', ''
FROM said JOIN (SELECT ordinality AS nth, split_part(one, ' ', 1) AS verdict,
    split_part(one, ' ', 2) AS code FROM unnest(%(outcomes)s::text[]) WITH ORDINALITY AS u(one)
  ) AS outcome ON outcome.nth = 1 + (said.n * 31 + said.d * 7) %% cardinality(%(outcomes)s::text[])
WHERE NOT inbound AND d %% 4 = 0;
INSERT INTO messaging_touch (id, organization_id, application_id, candidate_id, run_id, version_id,
    shard, origin, key, occurrence, purpose, priority, state, due_at, anchor_name, relevance,
    channels, listened, held_for, attempts, tries, planned_at)
SELECT pg_temp.key(since), %(organization)s, id, candidate, run, %(version)s, shard, 'map',
    CASE d WHEN 1 THEN 'still-interested' ELSE 'today' END, 'n' || d, 'informational', 5, 'planned',
    %(now)s + (1 + n %% 200) * d * interval '1 hour', '', '{}', '["sms"]', false,
    CASE WHEN n %% 40 = 0 THEN 'frozen' ELSE '' END, 0, 0, since
FROM app, generate_series(1, 2) AS d
WHERE run IS NOT NULL AND stage IN ('applied', 'screen', 'interview', 'offer', 'checks');
INSERT INTO messaging_ask (id, organization_id, application_id, run_id, key, occurrence, kind,
    state, answer, opened_at, closed_at)
SELECT pg_temp.key(since), %(organization)s, id, run, 'confirm', 'v1', 'confirmation',
    CASE WHEN open THEN 'open' ELSE 'answered' END, CASE WHEN open THEN '' ELSE 'confirmed' END,
    since, CASE WHEN NOT open THEN since + interval '3 hours' END
FROM (SELECT *, stage = 'interview' AND n %% 5 < 2 AS open FROM app) AS app
WHERE run IS NOT NULL AND stage IN ('interview', 'offer', 'hired')
"""
_WAITING = """
CREATE TEMP TABLE handed AS
SELECT app.*, n %% 150 = 0 AS waits, pg_temp.key(since) AS silence, pg_temp.key(since) AS handoff
FROM app WHERE n %% 150 = 0 OR n %% 8 = 1 ORDER BY since;
INSERT INTO governance_freeze (id, organization_id, subject_kind, subject_id, why, by, begun_at,
    ended_at, ended_by, note)
SELECT silence, %(organization)s, 'candidate', candidate, 'handoff', 'engine', since,
    CASE WHEN waits THEN NULL ELSE since + interval '2 hours' END, '', '' FROM handed;
INSERT INTO governance_freeze (id, organization_id, subject_kind, subject_id, why, by, begun_at,
    ended_by, note)
SELECT pg_temp.key(since), %(organization)s, 'application', id, 'promise', 'member:bench', since,
    '', ''
FROM app WHERE n %% 211 = 0;
INSERT INTO conversations_handoff (id, organization_id, candidate_id, application_id, reason,
    freeze_id, message_id, opened_at, due_at, resolved_at, resolved_by)
SELECT handoff, %(organization)s, candidate, id, CASE WHEN n %% 3 = 0 THEN 'declined' ELSE 'unclear'
      END, silence, (SELECT m.id FROM messaging_message m WHERE m.candidate_id = handed.candidate
        ORDER BY m.id DESC LIMIT 1), since, since + interval '4 hours',
    CASE WHEN waits THEN NULL ELSE since + interval '2 hours' END, '' FROM handed;
INSERT INTO people_writeback (id, organization_id, connection_id, application_id, shard, kind,
    payload, state, tries, next_try_at, problem, created_at, done_at)
SELECT pg_temp.key(since), %(organization)s, %(connection)s, id, shard, 'note',
    '{"text": "Confirmed the interview by text."}', CASE WHEN n %% 4000 = 0 THEN 'parked' ELSE
      'done' END, 1, since, CASE WHEN n %% 4000 = 0 THEN 'The ATS answered 403.' ELSE '' END, since,
    since FROM app ORDER BY since;
INSERT INTO intake_rawevent (id, organization_id, kind, source_id, dedupe_key, shard, headers, body,
    state, outcome, tries, received_at)
SELECT pg_temp.key(since), %(organization)s, 'ats', %(connection)s, 'raw-' || n || '-' || d, shard,
    '{}', decode(repeat('7b226964223a2231227d', 40), 'hex'),
    CASE WHEN n %% 5000 = 0 THEN 'parked' ELSE 'done' END, 'stage changed', 0, since
FROM app, generate_series(1, 2) AS d ORDER BY since
"""
_FORGET = "DROP TABLE person, opening, app, said, handed"
_STEPS = (_KEY, _DRAWN, _PEOPLE, _APPLICATIONS, _MESSAGES, _WAITING, _FORGET)
