"""From Greenhouse's JSON to the application document of the generic webhook, which is validated
there. Pure. What Greenhouse may leave out, or names differently by endpoint, is looked for here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from followthrough.core.zones import known_zones
from followthrough.intake.ats.contract import Note, Unavailable

_CLOSED = {"hired": "hired", "rejected": "rejected", "converted": "withdrawn"}
_CALLED_OFF = {"cancelled", "canceled", "deleted", "declined"}
Json = Mapping[str, Any]


def document(
    application: Json, candidate: Json, job: Json, interviews: Sequence[Json], *, asked_at: datetime
) -> dict[str, Any]:
    """The application as the generic webhook would send it.

    It is as new as the moment we asked: Greenhouse's own times miss some changes (an interview
    that was deleted), and what is fetched later is never older.
    """
    closed = _closed(application)
    return {
        "id": str(application["id"]),
        "updated_at": asked_at.isoformat(),
        "stage": _stage(application) or closed or "(none)",
        "stage_changed_at": application.get("stage_entered_at"),
        "closed": closed,
        "candidate": _candidate(application, candidate),
        "requisition": _requisition(job) if job else None,
        "anchors": {"interview_start": _interview_start(interviews)},
        "fields": _fields(application),
    }


def job_id(application: Json) -> str:
    """The id of the job applied for; '' for a prospect without one."""
    jobs = application.get("jobs") or [{}]
    first = jobs[0] if isinstance(jobs[0], Mapping) else {}
    return str(application.get("job_id") or first.get("id") or "")


def token(answer: Any) -> tuple[str, float]:
    """The access token in an answer, and for how many seconds it is good."""
    found = answer if isinstance(answer, Mapping) else {}
    if not isinstance(found.get("access_token"), str):
        raise Unavailable(
            "Greenhouse",
            reason="answered without an access token.",
            remedy="It is tried again by itself.",
        )
    return found["access_token"], float(found.get("expires_in") or 300)


def number(text: str) -> int | str:
    """An id as Greenhouse wants it back."""
    return int(text) if text.isdigit() else text


def note(given: Note) -> str:
    """The text of a note, with the mark by which it is recognised again."""
    text = given.payload.get("text") or given.payload.get("body") or _spelled_out(given)
    return f"{text}\n\n[followthrough {given.id}]"


def is_same_note(standing: Json, given: Note) -> bool:
    """Whether `standing` was written for this write-back by an earlier try."""
    return f"[followthrough {given.id}]" in str(standing.get("body", ""))


def _spelled_out(given: Note) -> str:
    return "; ".join(f"{name}: {value}" for name, value in sorted(given.payload.items()))


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _stage(application: Json) -> str:
    current = application.get("current_stage") or application.get("stage") or {}
    name = current.get("name") if isinstance(current, Mapping) else current
    return str(name or application.get("stage_name") or application.get("current_stage_name") or "")


def _closed(application: Json) -> str:
    return _CLOSED.get(str(application.get("status", "")).lower(), "")


def _candidate(application: Json, candidate: Json) -> dict[str, Any]:
    home = next(iter(candidate.get("addresses") or ()), {})
    zone = str(candidate.get("time_zone") or "")
    return {
        "id": str(candidate.get("id") or application.get("candidate_id") or ""),
        "given_name": str(candidate.get("first_name") or "")[:200],
        "family_name": str(candidate.get("last_name") or "")[:200],
        "country": _country(home),
        "zone": zone if zone in known_zones() else "",
        "phones": list(_values(candidate.get("phone_numbers"))),
        "emails": list(_values(candidate.get("email_addresses"))),
    }


def _country(address: Any) -> str:
    code = str(address.get("country_code") or "") if isinstance(address, Mapping) else ""
    return code if len(code) == 2 and code.isalpha() else ""


def _values(entries: Any) -> Iterable[str]:
    """`[{"value": …, "type": …}]`, or plain texts; the first twenty."""
    for entry in (entries or ())[:20]:
        value = entry.get("value") if isinstance(entry, Mapping) else entry
        if value:
            yield str(value)[:320]


def _requisition(job: Json) -> dict[str, Any]:
    departments = job.get("departments") or [job.get("department") or {}]
    offices = job.get("offices") or [job.get("office") or {}]
    return {
        "id": str(job["id"]),
        "title": str(job.get("name") or job.get("title") or f"Job {job['id']}")[:200],
        "family": _name(departments)[:80],
        "site": _site(offices),
    }


def _site(offices: Sequence[Any]) -> dict[str, Any] | None:
    name = _name(offices)
    if not name:
        return None
    office = offices[0]
    location = office.get("location") or {}
    address = location.get("name") if isinstance(location, Mapping) else location
    return {
        "id": str(office.get("id") or ""),
        "name": name[:200],
        "address": str(address or "")[:300],
    }


def _name(entries: Sequence[Any]) -> str:
    first = entries[0] if entries and isinstance(entries[0], Mapping) else {}
    return str(first.get("name") or "").strip()


def _interview_start(interviews: Iterable[Json]) -> str | None:
    """The start of the next interview; of the last one when none is ahead."""
    starts = [(str(one.get("status") or ""), _moment(_start(one))) for one in interviews]
    ahead = [start for status, start in starts if start and status == "scheduled"]
    held = [start for status, start in starts if start and status not in _CALLED_OFF]
    start = min(ahead) if ahead else max(held, default=None)
    return start.isoformat() if start else None


def _start(interview: Json) -> Any:
    start = interview.get("start") or interview.get("starts_at") or interview.get("start_time")
    return start.get("date_time") if isinstance(start, Mapping) else start


def _fields(application: Json) -> dict[str, Any]:
    """Custom fields by their keys: lists of `{name_key, value}` or a plain object."""
    given = application.get("custom_fields") or {}
    if isinstance(given, Mapping):
        return dict(list(given.items())[:200])
    pairs = [
        (one.get("name_key") or one.get("name"), one.get("value"))
        for one in given
        if isinstance(one, Mapping)
    ]
    return {str(name): value for name, value in pairs[:200] if name}
