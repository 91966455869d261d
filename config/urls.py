"""Every URL of the product. The webhooks' door is not here: it stands beside Django (asgi.py)."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("followthrough.web.console.urls")),
    path("", include("followthrough.web.portal.urls")),
]

if settings.DEMO:
    urlpatterns += [path("demo/", include("followthrough.demo.urls"))]

handler400 = "followthrough.web.console.errors.not_understood"
handler403 = "followthrough.web.console.errors.refused"
handler404 = "followthrough.web.console.errors.not_found"
handler500 = "followthrough.web.console.errors.failed"
