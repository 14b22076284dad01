"""The console's addresses with the public ones of this room."""

from django.urls import include, path

from config.urls import urlpatterns as console

urlpatterns = [path("certificates/", include("certificates.urls")), *console]
