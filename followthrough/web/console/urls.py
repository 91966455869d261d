"""The console's pages. Who may open which stands in `web.permissions`."""

from django.conf import settings
from django.urls import path

from followthrough.web.console import candidates, components, sign_in, today

urlpatterns = [
    path("", today.page, name="today"),
    path("candidates/", candidates.page, name="candidates"),
    path("candidates/<uuid:key>", candidates.one, name="candidate"),
    path("handoffs/<uuid:key>/resolve", today.resolve, name="resolve-handoff"),
    path("sign-in/", sign_in.how, name="sign-in"),
    path("sign-in/<str:token>", sign_in.with_link, name="sign-in-link"),
    path("sign-out", sign_in.out, name="sign-out"),
]

if settings.DEBUG:
    urlpatterns += [path("components", components.page, name="components")]
