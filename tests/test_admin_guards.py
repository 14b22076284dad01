"""What exists outside the database survives whatever is posted to the admin, for every model.

A model that the admin gets and EXPECTED does not know fails here: decide what may be done to it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from auditlog.models import LogEntry
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model
from django.forms import MultiWidget
from django.test import RequestFactory
from django.urls import NoReverseMatch, URLPattern, reverse

from benchmarks.rows import fill, of_any
from certificates.authorities import ensure_console_authority
from certificates.issuing import issue
from certificates.models import Authority, Certificate, Endpoint, SigningRequest
from deployments.models import HarborInstance, IncomingArchive, Release
from hosts.admin.host import FIRST_BOOT
from hosts.models import DockerHost, Volume, VolumeDriver
from notices.models import Delivery
from nutanix.models import Cluster, Prism
from operations.models import Operation, Schedule
from portal.models import ApprovalRule, Offer, Request, Team
from tests.deployments.rows import (
    make_cluster,
    make_driver,
    make_host,
    make_instance,
    make_release,
)

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class Expected:
    """How to make a row behind which something is, what people may write there, and what not."""

    make: Callable[[], Model]
    open: set[str] = field(default_factory=set)
    change: dict[str, str] = field(default_factory=dict)  # proves that the form was saved
    deletable: bool = False
    # Actions and pages for whoever may only look.
    looking: set[str] = field(default_factory=set)


def any_row(model: type[Model], **fixed: object) -> Callable[[], Model]:
    def make() -> Model:
        fill(model, model._base_manager.count() + 1, **fixed)
        return model._base_manager.order_by("-pk").first()

    return make


def of_an_instance(model: type[Model], **fixed: object) -> Callable[[], Model]:
    return lambda: (make_instance(), any_row(model, **of_any(HarborInstance), **fixed)())[1]


def used_cluster() -> Cluster:
    known = {kind: [{"ext_id": f"{kind[0]}-1", "name": kind}] for kind in ("subnets", "images")}
    known["containers"] = [{"ext_id": "k-1", "name": "default"}]
    cluster = make_cluster(facts=known)
    return make_host(cluster=cluster, vm_ext_id="vm-1", state="ready").cluster


def quiet_prism() -> Prism:
    cluster = make_cluster()
    Prism.objects.update(address="https://127.0.0.1:1")
    return cluster.prism


def used_driver() -> VolumeDriver:
    driver = make_driver()
    Volume.objects.create(
        name="one-redis", role="redis", size_gib=1, backend="nutanix_driver", state="ready",
        volume_driver=driver, cluster=driver.cluster,
    )
    return driver


def signed() -> Certificate:
    return issue(ensure_console_authority(), common_name="a.example.com", names=["a.example.com"])


def a_team() -> Team:
    return Team.objects.create(name="Sailors", group=Group.objects.create(name="sailors"))


def a_request() -> Request:
    asking = User.objects.create(username="someone")
    return Request.objects.create(kind="project", team=a_team(), requester=asking, name="web",
                                  instance=make_instance(), data={"project": "web"})


HISTORY = Expected(make=any_row(AccessLog))
EXPECTED = {
    User: Expected(
        make=lambda: User.objects.create(username="someone"),
        open={"username", "first_name", "last_name", "email", "is_active", "is_staff",
              "is_superuser"},
        change={"first_name": "Some"},
    ),
    Group: Expected(make=any_row(Group), open={"name"}, change={"name": "new"}),
    LogEntry: Expected(make=of_an_instance(LogEntry, changes={"name": ["a", "b"]})),
    AccessAttempt: Expected(make=any_row(AccessAttempt), deletable=True),
    AccessLog: HISTORY,
    AccessFailureLog: Expected(make=any_row(AccessFailureLog)),
    Operation: Expected(make=of_an_instance(Operation, state="succeeded", kind="self-test")),
    Schedule: Expected(
        make=of_an_instance(Schedule), open={"every_minutes", "next_at", "enabled"},
        change={"every_minutes": "77"},
    ),
    Prism: Expected(
        make=quiet_prism,
        open={"name", "kind", "address", "read_timeout", "username", "password", "api_key",
              "ca_pem", "fingerprint", "problem", "verified_at", "version"},
        change={"name": "renamed"},
    ),
    Cluster: Expected(
        make=used_cluster,
        open={"name", "description", "default_subnet_ext_id", "default_container_ext_id",
              "default_subnet_name", "default_container_name", "default_image_name",
              "default_image_ext_id"},
        change={"description": "in the cellar"},
    ),
    Authority: Expected(
        make=ensure_console_authority, open={"owner_id"},
        looking={"download_certificate", "download_revocation_list"},
    ),
    Certificate: Expected(
        make=signed, open={"owner_id"},
        looking={"download_csv", "download_certificate", "download_chain", "download_trust"},
    ),
    SigningRequest: Expected(
        make=any_row(SigningRequest, purpose="server"), open={"owner_id"},
        looking={"download_request"}, deletable=True,  # withdrawn: nothing outside depends on it
    ),
    Endpoint: Expected(
        make=of_an_instance(Endpoint), open={"breaks", "owner_id"}, change={"breaks": "a lot"},
    ),
    Delivery: Expected(make=any_row(Delivery)),
    DockerHost: Expected(
        make=lambda: used_cluster().hosts.get(),
        # A rebuilt machine has a first boot again.
        open={"owner_id", *FIRST_BOOT},
    ),
    Volume: Expected(
        make=any_row(Volume, state="ready", backend="volume_group", requests={}),
    ),
    VolumeDriver: Expected(
        make=used_driver,
        open={"name", "reference", "registry_ca_pem", "prism_address", "data_services_address",
              "username", "password", "storage_container"},
        change={"name": "renamed"},
    ),
    HarborInstance: Expected(
        make=lambda: make_instance(state="running", host=make_host()),
        open={"owner_id", "continue_without_name", "auth_mode", "auth_secret", "auth_settings"},
        change={"continue_without_name": "on"}, looking={"trust"},
    ),
    Release: Expected(
        make=lambda: make_instance(
            release=make_release(source="mirror", mirror_prefix="mirror.example.com")
        ).release,
        open={"mirror_prefix", "mirror_username", "mirror_password", "mirror_ca_pem"},
        change={"mirror_prefix": "other.example.com/hub"},
    ),
    IncomingArchive: Expected(make=any_row(IncomingArchive)),
    Team: Expected(
        make=a_team, open={"name", "cost_center", "is_active"}, change={"cost_center": "4711"},
    ),
    # Taken back: what was delivered meanwhile stays.
    Offer: Expected(
        make=lambda: Offer.objects.create(instance=make_instance(), team=a_team()), deletable=True
    ),
    ApprovalRule: Expected(
        make=lambda: ApprovalRule.objects.create(people=2), deletable=True,
        open={"position", "kind", "instance_id", "team_id", "larger_than", "people",
              "approvers_id", "days", "changed_by_id"},
        change={"position": "7", "people": "1"},
    ),
    Request: Expected(make=a_request),
}
MODELS = pytest.mark.parametrize(
    "model", list(admin.site._registry), ids=lambda model: model._meta.label
)


def expected(model: type[Model]) -> Expected:
    assert model in EXPECTED, f"Say in EXPECTED what may be done to {model._meta.label}."
    return EXPECTED[model]


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def content(row: Model) -> dict:
    fields = [each.attname for each in row._meta.concrete_fields]
    return type(row)._base_manager.filter(pk=row.pk).values(*fields).get()


@pytest.fixture
def ada(client):
    """Ada may do everything."""
    client.force_login(get_user_model().objects.create(
        username="ada", is_staff=True, is_superuser=True
    ))
    return client


def looking_at(model: type[Model]) -> User:
    """Ben may look at rows of this model, and no more."""
    ben = get_user_model().objects.create(username="ben", is_staff=True)
    ben.user_permissions.add(Permission.objects.get(
        content_type__app_label=model._meta.app_label,
        codename=f"view_{model._meta.model_name}",
    ))
    return ben


@MODELS
def test_nothing_that_is_real_is_deleted_from_a_list(ada, model):
    row = expected(model).make()

    ada.post(address(model, "changelist"), {
        "action": "delete_selected", "_selected_action": [row.pk], "post": "yes",
    })

    gone = not model._base_manager.filter(pk=row.pk).exists()
    assert gone == expected(model).deletable


@MODELS
def test_what_is_locked_cannot_be_changed_by_posting_it(ada, model):
    row = expected(model).make()
    before, page = content(row), address(model, "change", row.pk)
    data = filled_in(ada.get(page), row) | expected(model).change

    answer = ada.post(page, data)

    after = content(row)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= expected(model).open
    if expected(model).change:
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        assert set(expected(model).change) <= changed


def filled_in(answer, row: Model) -> dict:
    """The form as it came, and another value for every field of the row that it does not have."""
    form = answer.context["adminform"].form
    data = {}
    for name, each in form.fields.items():
        value = form[name].value()
        if isinstance(each.widget, MultiWidget):
            data |= {f"{name}_{n}": part for n, part in enumerate(each.widget.decompress(value))}
        elif value not in (None, False):
            data[name] = value
    for formset in answer.context["inline_admin_formsets"]:
        data |= {f"{formset.formset.prefix}-{key}_FORMS": "0" for key in ("TOTAL", "INITIAL")}
    for each in row._meta.concrete_fields:
        if each.name not in form.fields:
            data[each.name] = each.choices[-1][0] if each.choices else "7"
    return data


@MODELS
def test_who_may_only_look_is_offered_no_action(model):
    request = RequestFactory().get("/")
    request.user = looking_at(model)

    offered = set(admin.site._registry[model].get_actions(request))

    assert offered <= expected(model).looking


@MODELS
def test_who_may_only_look_gets_no_further_by_posting(client, model):
    row = expected(model).make()
    client.force_login(looking_at(model))
    before, operations = content(row), Operation.objects.count()

    for page in own_pages(model, row):
        answer = client.post(page, {"typed_name": str(row), "reason": "because", "post": "yes"})
        assert answer.status_code in (403, 404, 405), page
    for name in ("delete", "change"):
        assert client.post(address(model, name, row.pk), {"post": "yes"}).status_code == 403

    assert content(row) == before
    assert Operation.objects.count() == operations


def own_pages(model: type[Model], row: Model) -> list[str]:
    """Every page that this model's admin has beside Django's own, and that is not to look at."""
    start = f"{model._meta.app_label}_{model._meta.model_name}_"
    usual = {"changelist", "add", "history", "delete", "change"} | expected(model).looking
    names = {
        each.name.removeprefix(start) for each in admin.site._registry[model].urls
        if isinstance(each, URLPattern) and each.name
    }
    found = [addresses_of(model, name, row) for name in sorted(names - usual)]
    return [page for pages in found for page in pages]


def addresses_of(model: type[Model], name: str, row: Model) -> list[str]:
    verbs = ("test", "deploy", "self-test", "stop", "start", "retire", "upgrade")
    for args in ([], [row.pk], [getattr(row, "uuid", "")]):
        try:
            return [address(model, name, *args)]
        except NoReverseMatch:
            continue
    return [address(model, name, row.pk, verb) for verb in verbs]
