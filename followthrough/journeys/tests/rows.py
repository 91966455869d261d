"""What effects become, without a database: touches and asks by their identity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from followthrough.journeys import events


class Rows:
    """The outbox as the engine's effects leave it."""

    def __init__(self) -> None:
        self.touches: dict[tuple[str, str], events.PlanTouch] = {}
        self.states: dict[tuple[str, str], str] = {}
        self.asks: dict[tuple[str, str], str] = {}

    def apply(self, effects: Iterable[Any]) -> None:
        for effect in effects:
            if isinstance(effect, events.PlanTouch):
                identity = effect.key, effect.occurrence
                self.touches.setdefault(identity, effect)
                self.states.setdefault(identity, "planned")
            elif isinstance(effect, events.CancelTouches):
                for identity in self.planned():
                    if effect.keys is None or identity[0] in effect.keys:
                        self.states[identity] = "cancelled"
            elif isinstance(effect, events.OpenAsk):
                self.asks.setdefault((effect.key, effect.occurrence), "open")
            elif isinstance(effect, events.CloseAsk):
                for key, occurrence in self.open_asks():
                    if effect.key in (None, key):
                        self.asks[key, occurrence] = effect.answer or "closed"

    def planned(self) -> dict[tuple[str, str], events.PlanTouch]:
        return {one: plan for one, plan in self.touches.items() if self.states[one] == "planned"}

    def open_asks(self) -> set[tuple[str, str]]:
        return {identity for identity, state in self.asks.items() if state == "open"}
