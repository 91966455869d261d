"""The candidates' pages (people.links makes the links to them)."""

from django.urls import path

from followthrough.web.portal import page

urlpatterns = [
    path("messages/off/<str:token>", page.unsubscribe, name="unsubscribe"),
    path("messages/<str:token>", page.preferences, name="preferences"),
]
