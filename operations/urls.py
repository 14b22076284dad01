"""Addresses of the operation pages."""

from django.urls import path

from operations import views

app_name = "operations"
urlpatterns = [
    path("<uuid:uuid>/", views.operation, name="operation"),
    path("<uuid:uuid>/lines/", views.lines, name="lines"),
    path("<uuid:uuid>/log.txt", views.log, name="log"),
    path("<uuid:uuid>/cancel/", views.cancel, name="cancel"),
    path("<uuid:uuid>/resume/", views.resume, name="resume"),
]
