"""Going through the checks, and what each came to: a row of the table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from followthrough.demo.tour.buyer import Buyer
from followthrough.demo.tour.checks import CHECKS, Check, nothing
from followthrough.demo.tour.proof import Failed

WORKS, NOT_YET, FAILS = "works", "not yet", "fails"


@dataclass(frozen=True)
class Row:
    """What was found. `fails`: the check claims something that is not so."""

    number: int
    name: str
    state: str
    evidence: str


def go_through(buyer: Buyer, checks: Iterable[Check] = CHECKS) -> Iterator[Row]:
    """Make the checks one after another; a row for each, as soon as it is known."""
    for check in checks:
        yield made(buyer, check)


def made(buyer: Buyer, check: Check) -> Row:
    """One check. Whatever goes wrong in it is a row as well: the others are still made."""
    try:
        evidence = [*check.proves(buyer), *check.lacks(buyer)]
    except Failed as problem:
        return Row(check.number, check.name, FAILS, f"{problem}.")
    except Exception as problem:
        return Row(check.number, check.name, FAILS, f"{type(problem).__name__}: {problem}")
    state = WORKS if check.lacks is nothing else NOT_YET
    return Row(check.number, check.name, state, " ".join(evidence))


def as_json(rows: Iterable[Row]) -> str:
    """What `var/tour.json` holds: number → name, state, evidence."""
    found = {
        str(row.number): {"name": row.name, "state": row.state, "evidence": row.evidence}
        for row in rows
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
