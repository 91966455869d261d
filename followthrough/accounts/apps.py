from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "followthrough.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from followthrough.accounts import arrivals  # noqa: F401  (connects itself)
