from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "followthrough.web"
    default_auto_field = "django.db.models.BigAutoField"
