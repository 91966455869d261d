"""Whether conditions can hold at all: is there anything that could be known for which they do?

Each fact gets the few values that conditions can tell apart: those they name, something between
any two of them, and nothing. Then all combinations are tried, by the evaluator that the gate uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import prod
from typing import Any

from followthrough.core.predicates import Predicate, fields, holds

MOST = 5_000  # combinations that are tried; with more nothing is claimed
AFTER = "\x00"  # what a text with this at its end is right after, in the order of texts

Domain = Mapping[str, Sequence[Any]]  # what a fact can be, by its name


def possible(parts: Sequence[Predicate], domain: Domain) -> bool:
    """Whether all `parts` can hold at once. A fact that `domain` does not name may be anything."""
    names = list(dict.fromkeys(name for part in parts for name in fields(part)))
    simple = [part for part in parts if "field" in part]
    values = {name: _values(name, parts, simple, domain) for name in names}
    if not all(values.values()):
        return False
    mixed = [part for part in parts if "field" not in part]
    asked = list(dict.fromkeys(name for part in mixed for name in fields(part)))
    if not mixed or prod(len(values[name]) for name in asked) > MOST:
        return True
    tried = (dict(zip(asked, one, strict=True)) for one in product(*(values[n] for n in asked)))
    return any(all(holds(part, facts) for part in mixed) for facts in tried)


def impossible_fact(parts: Sequence[Predicate], domain: Domain) -> str:
    """The fact of which too much is asked, if one alone is enough to see it; else ''."""
    simple = [part for part in parts if "field" in part]
    names = dict.fromkeys(part["field"] for part in simple)
    return next((name for name in names if not _values(name, parts, simple, domain)), "")


def _values(
    name: str, parts: Sequence[Predicate], simple: Sequence[Predicate], domain: Domain
) -> list[Any]:
    """The values of a fact for which every condition about it alone holds."""
    given = domain.get(name)
    found = list(given) if given is not None else _tellable(_compared(name, parts))
    own = [part for part in simple if part["field"] == name]
    return [value for value in found if all(holds(part, {name: value}) for part in own)]


def _compared(name: str, parts: Iterable[Predicate]) -> Iterator[Any]:
    """What a fact is compared with, in lists or alone."""
    for part in parts:
        yield from _compared(name, (*part.get("all", ()), *part.get("any", ())))
        if part.get("field") == name:
            value = part.get("value")
            yield from value if isinstance(value, list) else [value]


def _tellable(compared: Iterable[Any]) -> list[Any]:
    """A value for each way in which comparisons with `compared` can come out."""
    named = list(dict.fromkeys(compared))
    texts = sorted({one for one in named if isinstance(one, str)})
    numbers = sorted({one for one in named if isinstance(one, int | float)})
    found: list[Any] = [None, "", "?", True, False, 0, *named]
    found += [f"{text}{AFTER}" for text in texts]
    if len(texts) > 1:
        found += [" ".join(texts), texts]  # whatever may have to be contained, together
    found += [(one + other) / 2 for one, other in pairwise(numbers)]
    return found + ([numbers[0] - 1, numbers[-1] + 1] if numbers else [])
