"""Shadow replay: a map's document lived through what 10,000 people's runs really brought.

Each run has three stages, an interview that was set and moved, three answers, and what the map said
about it: in reality eight messages, with receipts. They began over a whole day and night, so that a
third of what is due has to wait for the morning. The ceiling is the same loop with a gate that says
yes to everything.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.db import connection

from bench import world
from bench.worker import Null
from config.job import MOST_PROCESSES
from config.worker import collect_rarely, load_duties
from followthrough.channels import registry
from followthrough.core import clock
from followthrough.governance import gate
from followthrough.governance.decisions import Decision, Draft, PersonFacts, Send
from followthrough.governance.policy import CompiledPolicy
from followthrough.journeys import documents, versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import MessageMap
from followthrough.runs.replay import contrast
from followthrough.runs.replay.contrast import Contrast
from followthrough.runs.replay.happened import Window
from followthrough.runs.replay.trial import Trial

Results = dict[str, tuple[float, str]]

RUNS, DAYS = 10_000, 30

# Who began, and when: d days ago and some minutes, around the clock.
_HISTORY = """
CREATE TEMP TABLE begun ON COMMIT DROP AS
SELECT a.id AS app, a.candidate_id AS cand, r.id AS run, p.id AS point,
  %(now)s - interval '12 days' + row_number() OVER () * interval '53 seconds' AS at
FROM people_application a JOIN journeys_run r ON r.application_id = a.id
JOIN people_contactpoint p ON p.candidate_id = a.candidate_id AND p.kind = 'phone';
UPDATE journeys_run r SET started_at = b.at FROM begun b WHERE b.run = r.id;
UPDATE governance_consententry SET at = %(now)s - interval '60 days';
UPDATE governance_policy SET published_at = %(now)s - interval '90 days';
UPDATE messaging_message SET at = at - interval '40 days';
INSERT INTO people_stagechange (id, organization_id, application_id, from_stage, to_stage,
    ats_stage, source_time, observed_at)
SELECT pg_temp.key(), %(organization)s, app, s.was, s.now, s.now, at + s.after, at + s.after
FROM begun, (VALUES ('', 'applied', interval '0'),
  ('applied', 'interview', interval '1 day 1 hour'), ('interview', 'offer', interval '6 days'))
  AS s(was, now, after) ORDER BY s.after;
INSERT INTO people_anchorchange (id, organization_id, application_id, name, at, sequence,
    observed_at)
SELECT pg_temp.key(), %(organization)s, app, 'interview_start', at + s.due, s.number, at + s.seen
FROM begun, (VALUES (1, interval '3 days 2 hours', interval '1 day 1 hour'),
  (2, interval '4 days', interval '2 days')) AS s(number, due, seen) ORDER BY s.number;
INSERT INTO people_anchor (id, organization_id, application_id, name, at, sequence)
SELECT pg_temp.key(), %(organization)s, app, 'interview_start', at + interval '4 days', 2
FROM begun;
INSERT INTO messaging_message (id, organization_id, application_id, candidate_id, contact_point_id,
    direction, channel, sender_id, subject, body, reading, delivery, provider_id, at)
SELECT pg_temp.key(), %(organization)s, app, cand, point, 'in', 'sms', %(sender)s, '', s.body,
  '{"kind": "confirmed", "rule": "yes", "span": [0, 2]}', '', run::text || s.body, at + s.after
FROM begun, (VALUES ('Yes, I am still interested!', interval '17 hours'),
  ('OK, see you there', interval '2 days 5 hours'), ('Yes please', interval '6 days 18 hours'))
  AS s(body, after) ORDER BY s.after;
CREATE TEMP TABLE said ON COMMIT DROP AS
SELECT pg_temp.key() AS touch, pg_temp.key() AS attempt, b.*, s.key, b.at + s.after AS sent_at,
  s.number
FROM begun b, (VALUES (1, 'thanks', interval '0'), (2, 'thanks.reply', interval '17 hours'),
  (3, 'invite', interval '1 day 1 hour'), (4, 'invite.reply', interval '2 days 5 hours'),
  (5, 'reminder', interval '3 days'), (6, 'today', interval '3 days 22 hours'),
  (7, 'offer', interval '6 days'), (8, 'offer.reply', interval '6 days 18 hours'))
  AS s(number, key, after);
INSERT INTO messaging_touch (id, organization_id, application_id, candidate_id, run_id, version_id,
    shard, origin, key, occurrence, purpose, priority, state, due_at, anchor_name, relevance,
    channels, listened, held_for, attempts, tries, planned_at, ended_at)
SELECT touch, %(organization)s, app, cand, run, %(version)s, 0, 'map', key, 'v' || number,
  'informational', 5, 'sent', sent_at, '', '{}', '["sms", "email"]', false, '', 1, 0, sent_at,
  sent_at FROM said;
INSERT INTO messaging_message (id, organization_id, application_id, candidate_id, contact_point_id,
    direction, channel, sender_id, touch_id, attempt_id, subject, body, delivery, provider_id, at)
SELECT attempt, %(organization)s, app, cand, point, 'out', 'sms', %(sender)s, touch, attempt, '',
  'A message of about the usual length for a text, with a name and a place in it, as they are.',
  'delivered', '', sent_at FROM said;
INSERT INTO messaging_receipt (id, organization_id, touch_id, application_id, candidate_id,
    attempt_id, at, verdict, code, checks, channel, commitment, xact)
SELECT attempt, %(organization)s, touch, app, cand, attempt, sent_at, 'send', 'sent', '[]', 'sms',
  '', (SELECT audit_xact()) FROM said;
"""


def replay() -> Results:
    """10,000 runs of at least six messages and three answers replayed over 30 days."""
    registry.register(Null())
    document = _history()
    load_duties()
    collect_rarely()
    map, now = MessageMap.objects.get(slug="replayed"), clock.now()
    window = Window(now - timedelta(days=DAYS), now)
    trial = Trial(map, document, window)
    assert len(trial) == RUNS
    seconds, _, found = _timed(trial, processes=MOST_PROCESSES)
    results = {"replay_10k_s": (seconds, "s")}
    seconds, cpu, found = _timed(trial)
    results["replay_10k_one_process_s"] = (seconds, "s")
    results["replay_10k_cpu_s"] = (cpu, "s")
    results["replay_messages_per_run"] = (found["after"]["messages"] / RUNS, "")
    results["replay_holds_per_run"] = (sum(found["after"]["held"].values()) / RUNS, "")
    with patch.object(gate, "decide", _yes):
        results["replay_10k_empty_gate_s"] = (_timed(trial, processes=MOST_PROCESSES)[0], "s")
    return results


def _timed(trial: Trial, *, processes: int = 1) -> tuple[float, float, dict[str, Any]]:
    """Seconds by the wall, seconds of CPU of this process, and what it comes to."""
    began, spent, found = time.perf_counter(), time.process_time(), Contrast()
    for part in contrast.parts(trial, processes=processes):
        found.join(part)
    return time.perf_counter() - began, time.process_time() - spent, found.plain()


def _history() -> MapDocument:
    world.forget()
    made = world.company(adapter="null")
    map = MessageMap.objects.create(
        organization_id=made["organization"], name="Replayed", slug="replayed"
    )
    document = documents.read_yaml((world.HERE / "replay.yaml").read_text())
    version = versions.publish(map=map, document=document, author_id="bench", at=clock.now())
    made["version"] = version.id
    world.people(made, tag="r", count=RUNS, due=clock.now(), first=2, last=1)
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, made | {"now": clock.now()})
        cursor.execute("VACUUM ANALYZE")
    return document


def _yes(
    drafts: Sequence[Draft], facts: PersonFacts, policy: CompiledPolicy, now: datetime
) -> list[Decision]:
    """A gate that looks at nothing."""
    return [
        Send(one.touch_id, (way := one.options[0]), way.render(way.channel), True, [])
        for one in drafts
    ]
