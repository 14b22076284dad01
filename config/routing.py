"""Every socket of the console."""

from deployments import routing as deployments
from operations import routing as operations

websocket_urlpatterns = [*operations.websocket_urlpatterns, *deployments.websocket_urlpatterns]
