"""The roles: what their groups hold, and who may hand them out."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.urls import reverse

from config.roles import ADMINISTRATORS, AUDITORS, OPS, ROLES

pytestmark = pytest.mark.django_db


def held_by(role):
    return {
        f"{each.content_type.app_label}.{each.codename}"
        for each in Group.objects.get(name=role).permissions.select_related("content_type")
    }


@pytest.fixture
def ann(client):
    """An administrator who is no superuser."""
    user = User.objects.create(username="ann", is_staff=True)
    user.groups.add(Group.objects.get(name=ADMINISTRATORS))
    client.force_login(user)
    return client


def form_of(person, **changes):
    return {"username": person.username, "is_active": "on", **changes}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_holds_what_its_list_says(role):
    assert held_by(role) == ROLES[role]


def test_what_was_added_to_a_role_by_hand_is_gone_after_the_next_migrate():
    Group.objects.get(name=AUDITORS).permissions.set(Permission.objects.all())

    call_command("migrate", verbosity=0)

    assert held_by(AUDITORS) == ROLES[AUDITORS]


def test_every_act_with_a_permission_of_its_own_is_some_role_s():
    """A new one fails here: decide whose it is."""
    usual = ("add", "change", "delete", "view")
    acts = {
        f"{each.content_type.app_label}.{each.codename}"
        for each in Permission.objects.select_related("content_type")
        if each.codename.partition("_")[0] not in usual
    }

    assert acts <= set.union(*ROLES.values())


def test_an_auditor_may_only_look():
    assert {name.partition(".")[2].partition("_")[0] for name in ROLES[AUDITORS]} == {"view"}


def test_an_administrator_hands_out_roles_and_teams_but_no_single_powers(ann):
    ben, ops = User.objects.create(username="ben"), Group.objects.get(name=OPS)
    power = Permission.objects.first()

    answer = ann.post(reverse("admin:auth_user_change", args=[ben.pk]), form_of(
        ben, is_staff="on", groups=[ops.pk], is_superuser="on", user_permissions=[power.pk],
    ))

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    ben.refresh_from_db()
    assert (ben.is_staff, list(ben.groups.all())) == (True, [ops])
    assert not ben.is_superuser
    assert not ben.user_permissions.exists()


def test_an_administrator_does_not_touch_superusers(ann):
    ada = User.objects.create_superuser("ada")

    for page in ("change", "delete", "password_change"):
        answer = ann.post(reverse(f"admin:auth_user_{page}", args=[ada.pk]), {"post": "yes"})
        assert answer.status_code == 403, page

    assert User.objects.filter(pk=ada.pk, is_superuser=True).exists()


def test_a_role_is_neither_renamed_nor_deleted_nor_given_more(client):
    client.force_login(User.objects.create_superuser("ada"))
    role = Group.objects.get(name=OPS)

    client.post(reverse("admin:auth_group_change", args=[role.pk]), {
        "name": "ops", "permissions": [each.pk for each in Permission.objects.all()],
    })
    answer = client.post(reverse("admin:auth_group_delete", args=[role.pk]), {"post": "yes"})

    assert answer.status_code == 403
    assert held_by(OPS) == ROLES[OPS]
