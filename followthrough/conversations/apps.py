from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "followthrough.conversations"
    default_auto_field = "django.db.models.BigAutoField"
