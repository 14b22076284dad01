"""Addresses of this room's pages."""

from django.urls import path

from deployments import client_trust, views

app_name = "deployments"
urlpatterns = [
    path("<uuid:uuid>/containers/<slug:container>/", views.container_log, name="container-log"),
    path("<uuid:uuid>/trust.sh", client_trust.trust_script, name="trust-script"),
    path("<uuid:uuid>/trust.tar.gz", client_trust.trust_files, name="trust-files"),
    path("<uuid:uuid>/ca.crt", client_trust.trust_authority, name="trust-authority"),
]
