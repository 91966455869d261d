"""The console's pages. Who may open which stands in `web.permissions`."""

from django.conf import settings
from django.urls import path

from followthrough.web.console import candidate, components, interviews_page, sign_in
from followthrough.web.console.listing import views as listing
from followthrough.web.console.today import views as today

urlpatterns = [
    path("", today.page, name="today"),
    path("today/live", today.changes, name="today-live"),
    path("candidates/", listing.page, name="candidates"),
    path("candidates/<uuid:key>", candidate.page, name="candidate"),
    path("candidates/<uuid:key>/live", candidate.changes, name="candidate-live"),
    path("interviews/", interviews_page.page, name="interviews"),
    path("handoffs/<uuid:key>/resolve", today.resolve, name="resolve-handoff"),
    path("sign-in/", sign_in.how, name="sign-in"),
    path("sign-in/<str:token>", sign_in.with_link, name="sign-in-link"),
    path("sign-out", sign_in.out, name="sign-out"),
]

if settings.DEBUG:
    urlpatterns += [path("components", components.page, name="components")]
