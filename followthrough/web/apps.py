from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "followthrough.web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the settings checked, by `followthrough check --deploy`."""
        from followthrough.web import checks  # noqa: F401
