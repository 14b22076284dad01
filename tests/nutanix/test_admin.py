"""Prism and clusters in the admin: a saved connection is tested, nothing outside is deletable."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from lab.prism import Knobs, PrismSimulator
from lab.prism.inventory import Subnet
from nutanix.admin.picking import chosen
from nutanix.models import Cluster, Prism


def form_of(prism, **changes):
    return {
        "name": "main", "kind": "pc_v4", "address": prism.url, "read_timeout": "10",
        "username": prism.username, "password": prism.password, "ca_pem": prism.ca_pem,
    } | changes


def test_a_new_connection_is_tested_and_its_clusters_are_read(ada, prism):
    answer = ada.post(reverse("admin:nutanix_prism_add"), form_of(prism), follow=True, secure=True)

    assert "main works" in answer.content.decode()
    row = Prism.objects.get()
    assert (row.version, row.problem) == ("pc.7.6", "")
    cluster = Cluster.objects.get()
    assert cluster.name == prism.cluster.name
    assert cluster.default_image_ext_id == prism.image.uuid
    assert cluster.missing_defaults() == []


def test_a_connection_that_does_not_work_says_why(ada, prism):
    answer = ada.post(
        reverse("admin:nutanix_prism_add"), form_of(prism, password="wrong-one"), follow=True,
        secure=True,
    )

    assert "refuses our user name or password" in answer.content.decode()
    assert "refuses our user name or password" in Prism.objects.get().problem
    assert not Cluster.objects.exists()


def test_a_certificate_that_is_not_trusted_is_shown_and_can_be_pinned(ada, prism):
    ada.post(reverse("admin:nutanix_prism_add"), form_of(prism, ca_pem=""), secure=True)
    row = Prism.objects.get()
    pin = row.problem.partition("SHA-256 fingerprint ")[2].partition(".")[0]
    assert "is not trusted" in row.problem
    assert len(pin) == 95

    ada.post(
        reverse("admin:nutanix_prism_change", args=[row.pk]),
        form_of(prism, ca_pem="", fingerprint=pin), secure=True,
    )

    row.refresh_from_db()
    assert (row.problem, row.version) == ("", "pc.7.6")


def test_pages_never_show_a_secret(ada, prism):
    ada.post(reverse("admin:nutanix_prism_add"), form_of(prism), secure=True)
    row = Prism.objects.get()
    assert row.password == prism.password

    pages = [
        ada.get(reverse("admin:nutanix_prism_changelist"), secure=True),
        ada.get(reverse("admin:nutanix_prism_change", args=[row.pk]), secure=True),
        ada.get(reverse("admin:nutanix_cluster_changelist"), secure=True),
        ada.get(
            reverse("admin:nutanix_cluster_change", args=[Cluster.objects.get().pk]), secure=True
        ),
    ]

    assert [page.status_code for page in pages] == [200] * 4
    assert not [page for page in pages if prism.password in page.content.decode()]


def unchanged(cluster):
    return {kind: chosen(cluster, kind) for kind in ("subnet", "container")}


def test_the_choices_of_a_cluster_are_what_prism_has(ada, prism):
    ada.post(reverse("admin:nutanix_prism_add"), form_of(prism), secure=True)
    other = prism.add_image("other-image")
    cluster = Cluster.objects.get()

    ada.post(
        reverse("admin:nutanix_cluster_change", args=[cluster.pk]),
        {"name": "main", "image": f"{other.uuid} other-image", **unchanged(cluster)}, secure=True,
    )

    cluster.refresh_from_db()
    assert (cluster.name, cluster.default_image_name) == ("main", "other-image")


def test_a_connection_with_clusters_cannot_be_deleted(ada, prism):
    ada.post(reverse("admin:nutanix_prism_add"), form_of(prism), secure=True)

    answer = ada.post(
        reverse("admin:nutanix_prism_delete", args=[Prism.objects.get().pk]), {"post": "yes"},
        secure=True,
    )

    assert answer.status_code == 403
    assert Prism.objects.exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"address": "http://prism.example.com"}, "Write the address like"),
        ({"username": "", "password": ""}, "Give a user name and a password, or an API key."),
        ({"fingerprint": "abcd"}, "64 hexadecimal digits"),
    ],
)
def test_what_cannot_work_is_refused_before_anybody_is_asked(ada, prism, changes, told):
    answer = ada.post(reverse("admin:nutanix_prism_add"), form_of(prism, **changes), secure=True)

    assert told in answer.content.decode()
    assert not Prism.objects.exists()
    assert prism.journal.entries() == []


def test_the_audit_log_tells_of_a_new_password_but_not_the_password(ada, prism):
    from auditlog.models import LogEntry

    ada.post(reverse("admin:nutanix_prism_add"), form_of(prism), secure=True)
    row = Prism.objects.get()
    ada.post(
        reverse("admin:nutanix_prism_change", args=[row.pk]),
        form_of(prism, password="another-password"), secure=True,
    )

    entry = LogEntry.objects.get_for_object(row).first()
    assert entry.actor.username == "ada"
    assert entry.changes_dict["password"] == ["•••", "•••"]
    told = " ".join(str(each.changes) for each in LogEntry.objects.all())
    assert "another-password" not in told
    assert prism.password not in told


@pytest.fixture
def cluster(ada, prism):
    ada.post(reverse("admin:nutanix_prism_add"), form_of(prism), secure=True)
    return Cluster.objects.get()


def search(ada, cluster, kind, term):
    page = reverse("admin:nutanix_cluster_choices", args=[cluster.pk, kind])
    return ada.get(page, {"term": term}, secure=True).json()["results"]


def test_pick_lists_search_in_prism_while_one_types(ada, prism, cluster):
    other = prism.add_image("rocky-9", size_bytes=10 * 2**30)

    assert search(ada, cluster, "image", "rocky") == [
        {"id": f"{other.uuid} rocky-9", "text": "rocky-9 · 10 GiB"}
    ]
    assert "192.0.2.0/24" in search(ada, cluster, "subnet", "lab")[0]["text"]
    assert "free" in search(ada, cluster, "container", "")[0]["text"]


@pytest.mark.parametrize(("kind", "term"), [("image", "image-49"), ("subnet", "net-4")])
def test_among_5000_images_and_500_subnets_an_answer_takes_few_requests(
    ada, prism, cluster, kind, term
):
    for number in range(5000):
        prism.add_image(f"image-{number}")
    for number in range(500):
        prism.add_subnet(Subnet(name=f"net-{number}", network="10.0.0.0/24"))
    prism.journal.clear()

    found = search(ada, cluster, kind, term)
    assert len(found) == 50
    assert len(prism.journal.entries()) < 10

    prism.journal.clear()
    answer = ada.post(
        reverse("admin:nutanix_cluster_change", args=[cluster.pk]),
        {"name": "main", **unchanged(cluster), "image": chosen(cluster, "image"),
         kind: found[-1]["id"]}, secure=True,
    )
    assert answer.status_code == 302
    assert len(prism.journal.entries()) < 10
    cluster.refresh_from_db()
    assert getattr(cluster, f"default_{kind}_name") == found[-1]["id"].split(" ", 1)[1]


def test_a_choice_that_prism_does_not_have_is_told_beside_its_field(ada, prism, cluster):
    answer = ada.post(
        reverse("admin:nutanix_cluster_change", args=[cluster.pk]),
        {"name": "main", **unchanged(cluster), "image": "no-such-id forged"}, secure=True,
    )

    assert answer.context["adminform"].form.errors == {
        "image": ["Image “forged” is not known on lab-cluster."],
    }


def test_a_pick_list_says_why_it_is_empty(ada, prism, cluster):
    prism.fail_next(path="images", status=403, times=9)

    [told] = search(ada, cluster, "image", "")

    assert told["disabled"]
    assert "does not allow our user to" in told["text"]


def test_who_may_only_look_searches_nothing(prism, cluster):
    ben = get_user_model().objects.create(username="ben", is_staff=True)
    ben.user_permissions.add(Permission.objects.get(codename="view_cluster"))
    client = Client()
    client.force_login(ben)
    page = reverse("admin:nutanix_cluster_choices", args=[cluster.pk, "image"])

    assert client.get(page, secure=True).status_code == 403


@pytest.mark.parametrize(("role", "nodes", "told"), [
    ("pc", 3, "reserved: machines start elsewhere when 1 node fails"),
    ("pe", 1, "not available on one node"),
])
def test_the_page_of_a_cluster_tells_how_it_is(ada, db, role, nodes, told):
    with PrismSimulator(knobs=Knobs(role=role), nodes=nodes) as prism:
        kind = {"pc": "pc_v4", "pe": "pe_v2"}[role]
        ada.post(reverse("admin:nutanix_prism_add"), form_of(prism, kind=kind), secure=True)
        cluster = Cluster.objects.get()
        shown = ada.get(
            reverse("admin:nutanix_cluster_change", args=[cluster.pk]), secure=True
        ).content.decode()

    for part in (told, "192.0.2.41", "4096 GiB", "AHV", str(nodes)):
        assert part in shown
