"""People of a team, and a mail server that tests can look into."""

import pytest
from django.contrib.auth.models import Group, Permission, User


@pytest.fixture(autouse=True)
def _mail_server(settings, tmp_path):
    """Django's own tests' backend keeps what was sent in `mail.outbox`."""
    settings.EMAIL_URL = "memorymail://"
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def team(db):
    return Group.objects.create(name="team-a")


@pytest.fixture
def ben(team):
    """He is in the team."""
    user = User.objects.create_user("ben", email="ben@example.com")
    user.groups.add(team)
    return user


@pytest.fixture
def ada(db):
    """She operates: she hears of everything."""
    user = User.objects.create_user("ada", email="ada@example.com", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(
        codename__in=["receive_notices", "view_delivery", "view_certificate"]
    ))
    return user
