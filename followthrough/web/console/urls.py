"""The console's pages. Who may open which stands in `web.permissions`."""

from django.conf import settings
from django.urls import path

from followthrough.web.console import (
    candidate,
    candidates,
    components,
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
    path("sign-in/", sign_in.how, name="sign-in"),
    path("sign-in/<str:token>", sign_in.with_link, name="sign-in-link"),
    path("sign-out", sign_in.out, name="sign-out"),
]

if settings.DEBUG:
    urlpatterns += [path("components", components.page, name="components")]
