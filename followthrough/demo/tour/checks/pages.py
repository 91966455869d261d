"""Places the console does not have yet: nothing leads there, and nothing answers."""

from __future__ import annotations

from followthrough.demo.tour.buyer import Buyer
from followthrough.demo.tour.proof import check


def absent(buyer: Buyer, place: str, *paths: str) -> str:
    """That the console has no such place, in words. Raises Failed when there is one."""
    led = buyer.console.page("/").link(place)
    check(not led, f"It is said not to be there yet, but the console leads to “{place}” ({led})")
    for path in paths:
        status = buyer.console.get(path).status
        check(status == 404, f"It is said not to be there yet, but {path} answers {status}")
    return f"the console has no “{place}” ({', '.join(paths)}: 404)"


def no_analytics(buyer: Buyer) -> list[str]:
    """No funnel, no show rates."""
    return [f"Not yet: {absent(buyer, 'Reports', '/reports/')}."]


def no_retention(buyer: Buyer) -> list[str]:
    """No retention periods, exports or erasure."""
    return [f"Not yet: {absent(buyer, 'Records', '/records/', '/records/exports/')}."]
