"""People at their browsers, and something to look at."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from portal import services
from tests.portal.conftest import a_project


@pytest.fixture
def at():
    """The browser of a person, signed in."""
    def sign_in(person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def ben(ben):
    """He follows every operation, too."""
    ben.user_permissions.add(Permission.objects.get(codename="view_operation"))
    return ben


@pytest.fixture
def registry(registry):
    """Nothing answers there, and at once, unless a test brings a Harbor."""
    registry.host.address = ""
    registry.host.save()
    return registry


@pytest.fixture
def submitted(team, registry, ada):
    """Ada's wish for a project waits for a decision."""
    request = services.draft(a_project(), team=team, by=ada, instance=registry)
    return services.submit(request, by=ada)
