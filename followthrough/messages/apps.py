from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "followthrough.messages"
    label = "messaging"  # django.contrib.messages has the other one
    default_auto_field = "django.db.models.BigAutoField"
