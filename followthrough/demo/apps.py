from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "followthrough.demo"
    default_auto_field = "django.db.models.BigAutoField"
