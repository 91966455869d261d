"""Every URL of the product. The webhooks' door is not here: it stands beside Django (asgi.py)."""

from django.conf import settings
from django.urls import include, path

urlpatterns = []

if settings.DEMO:
    urlpatterns += [path("demo/", include("followthrough.demo.urls"))]
