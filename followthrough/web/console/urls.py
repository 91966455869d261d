"""The console's pages. Who may open which stands in `web.permissions`."""

from django.conf import settings
from django.urls import path

from followthrough.web.console import (
    candidate,
    candidates,
    components,
    connections,
    interviews_page,
    maps,
    policies,
    sign_in,
)
from followthrough.web.console.today import views as today

urlpatterns = [
    path("", today.page, name="today"),
    path("today/live", today.changes, name="today-live"),
    path("candidates/", candidates.page, name="candidates"),
    path("candidates/<uuid:key>", candidate.page, name="candidate"),
    path("candidates/<uuid:key>/live", candidate.changes, name="candidate-live"),
    path("interviews/", interviews_page.page, name="interviews"),
    path("handoffs/<uuid:key>/resolve", today.resolve, name="resolve-handoff"),
    path("maps/", maps.page, name="maps"),
    path("maps/<uuid:key>", maps.one, name="map"),
    path("maps/<uuid:key>/v/<int:number>", maps.version, name="map-version"),
    path("maps/<uuid:key>/v/<int:number>.yaml", maps.download, name="map-yaml"),
    path("policies/", policies.page, name="policies"),
    path("policies/<int:number>", policies.one, name="policy"),
    path("connections/", connections.page, name="connections"),
    path("connections/live", connections.page_live, name="connections-live"),
    path("connections/<uuid:key>", connections.one, name="connection"),
    path("connections/<uuid:key>/live", connections.one_live, name="connection-live"),
    path("connections/<uuid:key>/webhook", connections.show_hook, name="show-hook"),
    path("connections/<uuid:key>/again", connections.put_all_back, name="put-all-back"),
    path("parked/events/<uuid:key>", connections.put_back_event, name="put-back-event"),
    path(
        "parked/write-backs/<uuid:key>", connections.put_back_write_back, name="put-back-write-back"
    ),
    path("sign-in/", sign_in.how, name="sign-in"),
    path("sign-in/<str:token>", sign_in.with_link, name="sign-in-link"),
    path("sign-out", sign_in.out, name="sign-out"),
]

if settings.DEBUG:
    urlpatterns += [path("components", components.page, name="components")]
