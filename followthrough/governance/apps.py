from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from followthrough.governance import rulepacks
from followthrough.governance.packs import RulePackError


class GovernanceConfig(AppConfig):
    name = "followthrough.governance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        rulepacks.use(Path(one) for one in settings.RULEPACKS)
        checks.register(check_rulepacks)


def check_rulepacks(**_: Any) -> list[checks.Error]:
    """Every rule pack can be read: without the law nothing may go out."""
    try:
        rulepacks.packs()
    except RulePackError as problem:
        said = f"{problem.thing}: {problem.reason}"
        return [checks.Error(said, hint=problem.remedy, id="governance.E001")]
    return []
