"""The demo's pages; mounted only when the demo's supervisor asks for it."""

from django.urls import path

from followthrough.demo import acts, api, views

app_name = "demo"
urlpatterns = [
    path("", views.home, name="home"),
    path("ats", views.ats, name="ats"),
    path("phone", views.phone, name="phone"),
    path("ready", views.ready, name="ready"),
    path("live", views.changes, name="live"),
    path("walk", acts.walk, name="walk"),
    path("clock", acts.clock_moved, name="clock"),
    path("trouble", acts.trouble, name="trouble"),
    path("ats/<uuid:key>/move", acts.move, name="move"),
    path("ats/<uuid:key>/interview", acts.interview, name="interview"),
    path("ats/<uuid:key>/phone-number", acts.phone_number, name="phone-number"),
    path("phone/<uuid:key>/write", acts.write, name="write"),
    path("phone/<uuid:key>/read", acts.read, name="read"),
    path("ats/api/applications/<str:external_id>", api.application, name="api-application"),
    path(
        "ats/api/applications/<str:external_id>/write-backs",
        api.write_back,
        name="api-write-back",
    ),
]
