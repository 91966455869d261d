from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "followthrough.governance"
    default_auto_field = "django.db.models.BigAutoField"
