"""The admin pages: a form that refuses contradictions, actions by POST only, nothing deletable."""

import pytest
from auditlog.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from deployments.models import HarborInstance, Release
from operations.models import Operation
from tests.deployments.rows import make_cluster, make_host, make_instance, make_release
from tests.harbor.test_archive import images, installer

pytestmark = pytest.mark.django_db
State = HarborInstance.State


@pytest.fixture
def ben(client):
    """Ben may look at instances, and no more."""
    user = get_user_model().objects.create(username="ben", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_harborinstance"))
    client.force_login(user)
    return client


def page(instance: HarborInstance) -> str:
    return reverse("admin:deployments_harborinstance_change", args=[instance.pk])


def action(instance: HarborInstance, verb: str) -> str:
    return reverse("admin:deployments_harborinstance_act", args=[instance.pk, verb])


def form(**changes: object) -> dict:
    values = {
        "name": "acme", "fqdn": "registry.example.com", "size": "small", "http_port": 80,
        "https_port": 443, "storage": "volume_group", "auth_mode": "database",
    }
    return {**values, **changes}


def problems(answer) -> dict:
    return answer.context["adminform"].form.errors


def test_an_instance_is_made_from_the_form(ada):
    data = form(cluster=make_cluster().pk, release=make_release().pk)

    answer = ada.post(reverse("admin:deployments_harborinstance_add"), data)

    assert answer.status_code == 302, problems(answer)
    assert HarborInstance.objects.get().state == State.DRAFT


def test_every_contradiction_is_told_at_once(ada):
    data = form(
        name="team_a", fqdn="localhost", host=make_host().pk, cluster=make_cluster().pk,
        release=make_release().pk, https_port=80, auth_mode="ldap",
    )

    answer = ada.post(reverse("admin:deployments_harborinstance_add"), data)

    assert {"name", "fqdn", "cluster", "http_port", "ldap_url", "ldap_base_dn"} <= set(
        problems(answer)
    )


def test_login_settings_are_stored_under_harbors_names(ada):
    data = form(
        cluster=make_cluster().pk, release=make_release().pk, auth_mode="ldap",
        ldap_url="ldaps://ldap.example.com", ldap_base_dn="dc=example", ldap_uid="uid",
        auth_secret="Searching1234",
    )

    ada.post(reverse("admin:deployments_harborinstance_add"), data)

    instance = HarborInstance.objects.get()
    assert instance.auth_settings == {
        "ldap_url": "ldaps://ldap.example.com", "ldap_base_dn": "dc=example", "ldap_uid": "uid",
    }
    assert instance.auth_secret == "Searching1234"


@pytest.mark.parametrize(("mode", "wrong"), [
    ("ldap", {"ldap_url", "ldap_base_dn", "ldap_uid", "auth_secret"}),
    ("oidc", {"oidc_name", "oidc_endpoint", "oidc_client_id", "oidc_scope", "auth_secret"}),
])
def test_everything_that_a_way_of_logging_in_lacks_is_told_at_once(ada, mode, wrong):
    data = form(
        cluster=make_cluster().pk, release=make_release().pk, auth_mode=mode,
        ldap_url="ldap://ldap.example.com", ldap_search_dn="cn=slipway",
        oidc_endpoint="http://login.example.com", oidc_scope="profile",
    )

    answer = ada.post(reverse("admin:deployments_harborinstance_add"), data)

    assert set(problems(answer)) == wrong
    assert not HarborInstance.objects.exists()


def test_the_login_secret_is_not_readable_in_the_database(ada):
    make_instance(auth_mode="oidc", auth_secret="Searching1234")

    with connection.cursor() as cursor:
        cursor.execute("SELECT auth_secret FROM deployments_harborinstance")
        [[stored]] = cursor.fetchall()

    assert "Searching1234" not in stored


def test_no_page_shows_a_secret(ada):
    instance = make_instance(auth_secret="Searching1234", secretkey="0123456789abcdef")

    shown = ada.get(page(instance)).content.decode()

    for secret in (instance.admin_password, instance.database_password, "Searching1234",
                   "0123456789abcdef"):
        assert secret not in shown


def test_the_page_tells_what_each_container_is_for_and_how_it_fares(ada):
    containers = {
        "nginx": {"state": "running", "health": "healthy", "restarts": 3,
                  "image": "goharbor/nginx-photon:v2.15.2", "digest": f"sha256:{'ab' * 32}"},
        "redis": {"state": "exited", "health": "", "restarts": 0, "image": "", "digest": ""},
    }
    instance = make_instance(state=State.RUNNING, deployed_at=timezone.now(), health={
        "components": {"core": "", "database": "connection refused"}, "containers": containers,
    })

    answer = ada.get(page(instance))

    shown = {each["name"]: each for each in answer.context["facts"]["containers"]}
    assert shown["nginx"]["health"] == shown["harbor-core"]["health"] == "healthy"
    assert shown["harbor-db"]["health"] == "unhealthy"
    assert shown["redis"]["health"] == "exited"
    assert shown["registry"]["health"] == ""
    text = answer.content.decode()
    for words in ("Takes every connection and speaks TLS.", "sha256:abababababab…abab",
                  "goharbor/nginx-photon:v2.15.2"):
        assert words in text


def test_before_the_click_it_is_told_what_will_be_made(ada):
    shown = ada.get(action(make_instance(), "deploy")).content.decode()

    for words in ("New on cluster-1: 2 CPU, 4 GiB memory, 40 GiB disk", "acme-registry 100 GiB",
                  "https://registry.example.com", "Nutanix volume groups"):
        assert words in shown


def test_after_deploying_names_host_and_volumes_are_fixed(ada):
    instance = make_instance(state=State.RUNNING)
    data = form(name="other", fqdn="other.example.com", registry_gib=5)

    ada.post(page(instance), data)

    instance.refresh_from_db()
    assert (instance.name, instance.fqdn) == ("acme", "registry.example.com")
    assert instance.registry_gib is None


def test_an_instance_cannot_be_deleted(ada):
    instance = make_instance()

    answer = ada.post(reverse("admin:deployments_harborinstance_delete", args=[instance.pk]))

    assert answer.status_code == 403
    assert HarborInstance.objects.exists()


def test_deploy_is_explained_by_get_and_started_by_post(ada):
    instance = make_instance()

    assert ada.get(action(instance, "deploy")).status_code == 200
    assert not Operation.objects.exists()
    answer = ada.post(action(instance, "deploy"))

    operation = Operation.objects.get(kind="deploy")
    assert answer["Location"] == operation.get_absolute_url()


def test_what_stands_in_the_way_is_on_the_page_before_the_click(ada):
    instance = make_instance(cluster=None)

    shown = ada.get(action(instance, "deploy")).content.decode()

    assert "Choose a cluster" in shown


def test_retiring_shows_what_is_lost_and_wants_the_name(ada):
    instance = make_instance(state=State.RUNNING)

    assert "registry.example.com" in ada.get(action(instance, "retire")).content.decode()
    ada.post(action(instance, "retire"), {"typed_name": "wrong"})
    assert not Operation.objects.exists()
    ada.post(action(instance, "retire"), {"typed_name": "acme", "delete_volumes": "on"})

    assert Operation.objects.get().parameters == {"delete_volumes": True, "delete_host": False}


def test_who_may_only_look_starts_nothing(ben):
    instance = make_instance(state=State.RUNNING)

    assert ben.get(page(instance)).status_code == 200
    for verb in ("deploy", "self-test", "stop", "retire"):
        assert ben.post(action(instance, verb), {"typed_name": "acme"}).status_code == 403
    assert not Operation.objects.exists()


def test_an_unknown_or_unfitting_action_is_refused(ada):
    instance = make_instance()

    assert ada.post(action(instance, "stop")).status_code == 403
    assert ada.post(action(instance, "format-disk")).status_code == 403


def test_several_instances_are_deployed_from_the_list(ada):
    one, other = make_instance(), make_instance(name="other", fqdn="other.example.com")

    ada.post(reverse("admin:deployments_harborinstance_changelist"), {
        "action": "deploy_selected", "_selected_action": [one.pk, other.pk],
    })

    assert Operation.objects.filter(kind="deploy").count() == 2


def test_a_release_is_read_from_its_archive(ada, settings, tmp_path):
    settings.RELEASES_DIR = tmp_path
    path = installer(tmp_path, images())

    answer = ada.post(reverse("admin:deployments_release_add"), {
        "source": "archive", "archive": path.name, "version": "", "archive_sha256": "",
    })

    assert answer.status_code == 302, problems(answer)
    release = Release.objects.get()
    assert release.version == "v2.15.2"
    assert len(release.archive_sha256) == 64


def test_an_archive_with_another_checksum_is_refused(ada, settings, tmp_path):
    settings.RELEASES_DIR = tmp_path
    path = installer(tmp_path, images())

    answer = ada.post(reverse("admin:deployments_release_add"), {
        "source": "archive", "archive": path.name, "version": "", "archive_sha256": "ab" * 32,
    })

    assert "archive_sha256" in problems(answer)
    assert not Release.objects.exists()


def test_an_archive_outside_the_folder_is_not_read(ada, settings, tmp_path):
    settings.RELEASES_DIR = tmp_path / "releases"
    settings.RELEASES_DIR.mkdir()
    installer(tmp_path, images())

    answer = ada.post(reverse("admin:deployments_release_add"), {
        "source": "archive", "archive": "../harbor-offline-installer-v2.15.2.tgz",
    })

    assert "archive" in problems(answer)


def password_page(instance: HarborInstance) -> str:
    return reverse("admin:deployments_harborinstance_password", args=[instance.pk])


def test_the_password_is_shown_for_a_reason_and_leaves_a_trace(ada):
    instance = make_instance(state=State.RUNNING)

    asked = ada.get(password_page(instance)).content.decode()
    answer = ada.post(password_page(instance), {"reason": "first login of the new team"})

    assert instance.admin_password not in asked
    assert instance.admin_password in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    trace = LogEntry.objects.get(action=LogEntry.Action.ACCESS)
    assert trace.actor.username == "ada"
    assert trace.additional_data["reason"] == "first login of the new team"
    assert instance.admin_password not in str(vars(trace))


def test_without_a_reason_there_is_no_password(ada):
    instance = make_instance(state=State.RUNNING)

    answer = ada.post(password_page(instance), {"reason": " "})

    assert instance.admin_password not in answer.content.decode()
    assert not LogEntry.objects.filter(action=LogEntry.Action.ACCESS).exists()


def test_who_may_only_look_reads_no_password(ben):
    instance = make_instance(state=State.RUNNING)

    answer = ben.post(password_page(instance), {"reason": "I am curious about it"})

    assert answer.status_code == 403
