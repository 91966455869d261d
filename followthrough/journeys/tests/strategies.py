"""Any map, and anything that can happen to a run through it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from followthrough.core.durations import write_duration
from followthrough.journeys import documents
from followthrough.journeys.definition import STAGES
from followthrough.journeys.tests.builders import START

ANCHORS = ("interview_start", "start_date")
EVENTS = ("visit.missed", "badge.printed")

# Anything a person may type, but for the braces of templates: those have tests of their own.
words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="{}"), min_size=1, max_size=80
)
exact = st.integers(0, 20 * 24).map(lambda hours: write_duration(timedelta(hours=hours)))
exact_time = st.integers(1, 20 * 24).map(lambda hours: write_duration(timedelta(hours=hours)))
sms = st.fixed_dictionaries(
    {"en": st.fixed_dictionaries({"body": words})},
    optional={"es-MX": st.fixed_dictionaries({"body": words})},
)
mail = st.fixed_dictionaries(
    {"en": st.fixed_dictionaries({"body": words, "subject": words}, optional={"preheader": words})}
)
contents = st.fixed_dictionaries({"sms": sms, "email": mail})
values = st.one_of(words, st.integers(), st.booleans(), st.none())
comparisons = st.one_of(
    st.fixed_dictionaries(
        {
            "field": st.sampled_from(
                ["site.name", "requisition.family", "application.fields.shift"]
            ),
            "op": st.sampled_from(["is", "is_not", "contains"]),
            "value": values,
        }
    ),
    st.fixed_dictionaries(
        {
            "field": st.just("candidate.locale"),
            "op": st.sampled_from(["in", "not_in"]),
            "value": st.lists(words, max_size=3),
        }
    ),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
    ),
    max_leaves=4,
)
write_backs = st.one_of(
    st.fixed_dictionaries({"kind": st.just("note"), "text": words}),
    st.fixed_dictionaries({"kind": st.just("field"), "field": words, "value": st.booleans()}),
)
asks = st.fixed_dictionaries(
    {"kind": st.just("confirmation")},
    optional={
        "anchor": st.sampled_from(ANCHORS),
        "answers": st.fixed_dictionaries(
            {},
            optional={
                "confirmed": st.fixed_dictionaries(
                    {}, optional={"write_back": write_backs, "reply": contents}
                ),
                "declined": st.fixed_dictionaries({}, optional={"handoff": st.booleans()}),
            },
        ),
    },
)


clocks = st.times().map(lambda one: f"{one:%H:%M}")
days = st.one_of(
    st.fixed_dictionaries({"days": st.integers(1, 20)}, optional={"at": clocks}),
    st.fixed_dictionaries({"business_days": st.integers(1, 20)}, optional={"at": clocks}),
)
durations, some_time = exact | days, exact_time | days


def triggers(earlier: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    kinds = [
        st.just({"manual": {}}),
        st.fixed_dictionaries(
            {"stage_entered": st.fixed_dictionaries({}, optional={"after": durations})}
        ),
        st.fixed_dictionaries({"stalled": st.fixed_dictionaries({"for": some_time})}),
        st.fixed_dictionaries(
            {"before": st.fixed_dictionaries({"anchor": st.sampled_from(ANCHORS), "by": some_time})}
        ),
        st.fixed_dictionaries(
            {
                "after": st.fixed_dictionaries(
                    {"anchor": st.sampled_from(ANCHORS)}, optional={"by": durations}
                )
            }
        ),
        st.fixed_dictionaries(
            {
                "event": st.fixed_dictionaries(
                    {"name": st.sampled_from(EVENTS)}, optional={"after": durations}
                )
            }
        ),
    ]
    if earlier:
        nudge = st.fixed_dictionaries({"to": st.sampled_from(earlier), "within": some_time})
        kinds.append(st.fixed_dictionaries({"no_reply": nudge}))
    return st.one_of(kinds)


@st.composite
def stages(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for stage in draw(st.lists(st.sampled_from(STAGES), min_size=2, max_size=4, unique=True)):
        keys: list[str] = []
        touches = []
        for number in range(draw(st.integers(0, 4))):
            touch = {
                "key": f"{stage}-{number}",
                "trigger": draw(triggers(keys)),
                "channels": ["sms", "email"],
                "content": draw(contents),
            }
            optional = {
                "when": conditions,
                "ask": asks,
                "purpose": st.sampled_from(["informational", "outreach"]),
                "priority": st.integers(1, 9),
                "useful_for": exact_time,
                "enabled": st.booleans(),
            }
            for name in draw(st.sets(st.sampled_from(sorted(optional)), max_size=2)):
                touch[name] = draw(optional[name])
            keys.append(touch["key"])
            touches.append(touch)
        found[stage] = {"touches": touches}
    return found


raw_maps = st.fixed_dictionaries(
    {"schema": st.just(2), "name": words, "stages": stages()},
    optional={
        "description": words,
        "settle": exact,
        "unmatched": st.sampled_from(["continue", "pause", "end"]),
    },
)
maps = raw_maps.map(documents.check)
moments = st.integers(0, 30 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
