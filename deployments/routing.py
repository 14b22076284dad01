"""Sockets of this room."""

from django.urls import path

from deployments.consumers import ContainerLogConsumer

websocket_urlpatterns = [
    path("ws/containers/<uuid:uuid>/<slug:container>/", ContainerLogConsumer.as_asgi()),
]
