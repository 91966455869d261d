"""The URLs as they are while the demo runs."""

from django.urls import include, path

urlpatterns = [
    path("", include("followthrough.web.console.urls")),
    path("", include("followthrough.web.portal.urls")),
    path("demo/", include("followthrough.demo.urls")),
]
handler403 = "followthrough.web.console.errors.refused"
handler404 = "followthrough.web.console.errors.not_found"
