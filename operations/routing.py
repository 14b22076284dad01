"""Sockets of this room."""

from django.urls import path

from operations.consumers import OperationConsumer

websocket_urlpatterns = [path("ws/operations/<uuid:uuid>/", OperationConsumer.as_asgi())]
