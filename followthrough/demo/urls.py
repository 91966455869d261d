"""The demo's pages; mounted only when the demo's supervisor asks for it."""

from django.urls import path

from followthrough.demo import api, live, views

app_name = "demo"
urlpatterns = [
    path("", views.home, name="home"),
    path("ready", views.ready, name="ready"),
    path("live", live.changes, name="live"),
    path("ats/<uuid:key>/move", views.move, name="move"),
    path("ats/<uuid:key>/interview", views.interview, name="interview"),
    path("ats/<uuid:key>/phone-number", views.phone_number, name="phone-number"),
    path("phone/<uuid:key>/write", views.write, name="write"),
    path("clock", views.clock_moved, name="clock"),
    path("ats/api/applications/<str:external_id>", api.application, name="api-application"),
    path(
        "ats/api/applications/<str:external_id>/write-backs",
        api.write_back,
        name="api-write-back",
    ),
]
