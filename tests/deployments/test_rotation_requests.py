"""What may be served next, what is refused with every reason, and who may ask for it."""

import io
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from certificates.services import ensure_console_authority, issue, make_authority, revoke
from deployments.models import HarborInstance
from deployments.rotation.choosing import Choice, make, offers
from deployments.rotation.services import rotate
from deployments.steps.issue_certificate import _kept
from operations.errors import Refused
from operations.models import Operation
from tests.deployments.rows import make_host, make_instance

pytestmark = pytest.mark.django_db
FQDN = "registry.example.com"


@pytest.fixture
def instance():
    certificate = leaf(names=[FQDN, "old.example.com"], addresses=["192.0.2.9"])
    return make_instance(host=make_host(), state="running", certificate=certificate)


def leaf(authority=None, *, names=(FQDN,), **changes):
    return issue(
        authority or ensure_console_authority(), common_name=names[0], names=names, **changes
    )


def person(*codenames):
    user = get_user_model().objects.create(username="ada", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def test_the_usual_follower_is_a_new_leaf_of_the_same_authority_with_all_its_names(instance):
    operation = rotate(instance)

    assert operation.parameters == {
        "authority": str(instance.certificate.authority.uuid), "may_restart": False,
    }
    new = make(instance, Choice(authority=instance.certificate.authority))
    assert new.sans == [FQDN, "old.example.com", "192.0.2.9"]
    assert new.certificate_pem != instance.certificate.certificate_pem


def test_every_reason_against_a_certificate_is_told_at_once(instance):
    other = leaf(names=["other.example.com"], usage="client")
    revoke(other)
    other.key_pem = ""
    other.save()
    instance.record(state=HarborInstance.State.STOPPED)

    with pytest.raises(Refused) as refusal:
        rotate(instance, choice=Choice(certificate=other))

    for reason in ("is revoked", "private key", "not for servers", f"not valid for {FQDN}",
                   "is stopped"):
        assert reason in refusal.value.message
    assert not Operation.objects.exists()


def test_a_certificate_that_was_not_signed_here_needs_a_choice(instance):
    instance.certificate.authority = None
    instance.certificate.save()

    with pytest.raises(Refused, match="choose an authority"):
        rotate(instance)

    assert rotate(instance, choice=Choice(authority=ensure_console_authority()))


def test_only_what_fits_is_offered_the_same_authority_first(instance):
    another = make_authority("Another")
    fitting, wildcard = leaf(another), leaf(another, names=["*.example.com"])
    leaf(another, names=["other.example.com"])
    revoke(leaf(another))
    ended = make_authority("Ended")
    ended.not_after = timezone.now() - timedelta(days=1)
    ended.save()

    found = offers(instance)

    assert [choice.authority for choice in found[:2]] == [instance.certificate.authority, another]
    assert {choice.certificate for choice in found[2:]} == {fitting, wildcard}


def test_two_clicks_give_one_rotation(instance):
    assert rotate(instance) == rotate(instance)


def test_a_chosen_certificate_stays_when_the_instance_is_deployed_again(instance):
    outside = make_authority("Outside")
    uploaded = leaf(outside)
    outside.key_pem = ""
    outside.save()
    instance.record(certificate=uploaded)
    assert _kept(HarborInstance.objects.get(pk=instance.pk)) == uploaded

    revoke_by_hand = HarborInstance.objects.get(pk=instance.pk)
    revoke_by_hand.certificate.state = "replaced"
    assert _kept(revoke_by_hand) is None


def address(instance):
    return reverse("admin:deployments_harborinstance_act", args=[instance.pk, "rotate"])


def test_the_page_says_what_changes_and_the_post_starts_it(instance, client):
    client.force_login(person("view_harborinstance", "deploy_harborinstance"))

    page = client.get(address(instance), secure=True).content.decode()
    assert "old.example.com" in page
    assert "No request fails" in page
    key = f"authority:{instance.certificate.authority.uuid}"
    assert key in page

    answer = client.post(address(instance), {"choice": key, "may_restart": "on"}, secure=True)

    operation = Operation.objects.get()
    assert answer.url == operation.get_absolute_url()
    assert operation.parameters["may_restart"] is True


def test_a_choice_that_was_not_offered_starts_nothing(instance, client):
    client.force_login(person("view_harborinstance", "deploy_harborinstance"))
    stranger = leaf(names=["other.example.com"])

    client.post(address(instance), {"choice": f"certificate:{stranger.uuid}"}, secure=True)

    assert not Operation.objects.exists()


def test_who_may_only_look_rotates_nothing(instance, client):
    client.force_login(person("view_harborinstance"))

    assert client.get(address(instance), secure=True).status_code == 403
    assert client.post(address(instance), {}, secure=True).status_code == 403


def test_the_command_starts_it_with_another_authority(instance):
    make_authority("Another")
    output = io.StringIO()

    call_command("rotate_certificate", instance.name, "--authority", "Another", "--no-follow",
                 stdout=output)

    assert str(Operation.objects.get(kind="rotate-certificate").uuid) in output.getvalue()
    with pytest.raises(CommandError, match="no authority"):
        call_command("rotate_certificate", instance.name, "--authority", "None", "--no-follow")
