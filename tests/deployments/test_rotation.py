"""Rotation under 50 pulls per second with real parts, its way back, and the engine's own renewal.

`docs/operations.md` promises what is shown here.
"""

import sys
from datetime import UTC

import pytest

from certificates.issuing import issue
from certificates.probes import served_certificate
from certificates.services import make_authority, trust_bundle
from deployments import services
from deployments.clients import ADMINISTRATOR
from deployments.models import HarborInstance
from deployments.rotation.choosing import Choice
from deployments.rotation.services import rotate
from deployments.steps import serve_certificate as serving
from hosts import engine_certificate
from hosts.engine import engine_of
from hosts.services import renew_engine_certificate
from lib.archives import File
from operations import services as operations
from tests.deployments.lab_rows import told
from tests.deployments.pulling import Pulling
from tests.deployments.test_main_job import on_host, started_at

pytestmark = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]
RATE = 50


def served(instance):
    where = (instance.host.address, instance.https_port, instance.fqdn)
    return served_certificate(*where).facts.fingerprint


def rotate_under_load(instance, carry_out, folder, *, choice=None, also_trusted=""):
    """A rotation in the middle of pulls, with the figures that are promised; says them, too."""
    # The rows are as after the deployment; the host is as the test before has left it.
    old, trusted = served(instance), trust_bundle(instance.certificate) + also_trusted
    before = started_at()
    pulling = Pulling(instance, trusted_pem=trusted, folder=folder, rate=RATE)
    with pulling:
        pulling.await_pulls(2 * RATE)
        operation = carry_out(rotate(instance, choice=choice))
        pulling.await_pulls(2 * RATE)
    seen, instance = pulling.seen, HarborInstance.objects.get(pk=instance.pk)
    assert operation.state == "succeeded", told(operation)
    reload = operation.lines.get(text__contains="(HUP)").at.astimezone(UTC).timestamp()
    late, rate = seen.last_of(old) - reload, len(seen.pulls) / pulling.seconds
    sys.stderr.write(
        f"\n{len(seen.pulls)} pulls, {rate:.1f}/s, {len(seen.failures)} failed, {seen.retried} "
        f"asked again on a kept connection; old certificate last seen {late:.2f} s after HUP\n"
    )
    assert seen.failures == []
    assert late < 5
    assert seen.pulls[-1][1] == instance.certificate.fingerprint != old
    assert started_at() == before
    return instance


def trusted_on_host(instance):
    return on_host("cat", f"/etc/docker/certs.d/{instance.registry_host}/ca.crt")


def test_no_pull_fails(instance, carry_out, tmp_path):
    rotate_under_load(instance, carry_out, tmp_path)


def test_no_pull_fails_when_the_authority_changes_and_prepare_keeps_the_new_one(
    instance, carry_out, tmp_path
):
    another = make_authority("Another root")
    new = issue(another, common_name=instance.fqdn, names=[instance.fqdn],
                addresses=[instance.host.address])

    instance = rotate_under_load(
        instance, carry_out, tmp_path, choice=Choice(certificate=new),
        also_trusted=another.full_chain_pem,
    )

    assert instance.certificate == new
    assert trusted_on_host(instance) == another.full_chain_pem
    with engine_of(None, instance.host) as docker:
        docker.login(instance.registry_host, ADMINISTRATOR, instance.admin_password)
    instance.record(size="medium")  # prepare must run, and all containers restart
    again = carry_out(services.deploy(instance))
    assert again.state == "succeeded", told(again)
    assert served(instance) == new.fingerprint


def test_what_nginx_refuses_never_gets_served_and_a_resume_serves_it(instance, carry_out):
    old, conf = served(instance), "common/config/nginx/nginx.conf"
    with engine_of(None, instance.host) as docker:
        right = docker.get_files("/opt/harbor", [conf])[conf]
        docker.put_files("/opt/harbor", {conf: File(b"this is no nginx.conf;\n")})

        operation = carry_out(rotate(instance))

        assert operation.state == "failed"
        assert "nginx does not accept" in operation.reason, told(operation)
        assert operation.lines.filter(text__contains="unknown directive").exists()
        docker.put_files("/opt/harbor", {conf: File(right)})
    assert served(instance) == old
    assert HarborInstance.objects.get(pk=instance.pk).certificate == instance.certificate
    again = carry_out(operations.resume(operation, by=None))
    assert again.state == "succeeded", told(again)
    assert served(instance) == HarborInstance.objects.get(pk=instance.pk).certificate.fingerprint


def test_a_mount_that_leads_nowhere_needs_the_restart_that_was_announced(instance, carry_out):
    """As after a prepare without a restart: the container keeps a deleted folder (#23363)."""
    on_host("sh", "-c", "cp -a /data/secret/cert /data/secret/copy && rm -r /data/secret/cert"
                        " && mv /data/secret/copy /data/secret/cert")
    old = served(instance)

    refused = carry_out(rotate(instance))
    assert refused.state == "failed"
    assert served(instance) == old

    operation = carry_out(rotate(instance, may_restart=True))
    assert operation.state == "succeeded", told(operation)
    assert operation.lines.filter(level="warning", text__contains="Restarting nginx").exists()
    assert served(instance) != old


def test_cancelled_in_the_middle_the_old_pair_is_served_and_in_the_books(
    instance, carry_out, monkeypatch
):
    old, reload = served(instance), serving._reload

    def cancelled_at_the_reload(run):
        reload(run)
        operations.cancel(run.operation, by=None)

    monkeypatch.setattr(serving, "_reload", cancelled_at_the_reload)
    operation = carry_out(rotate(instance))
    monkeypatch.undo()

    assert operation.state == "cancelled", told(operation)
    assert HarborInstance.objects.get(pk=instance.pk).certificate == instance.certificate
    with engine_of(None, instance.host) as docker:
        docker.restart("nginx")  # what lies there is what is served, also later
    started = carry_out(services.start(instance))
    assert started.state == "succeeded", told(started)
    assert served(instance) == old


def test_containers_go_on_while_the_engine_gets_another_certificate_or_its_old_one_back(
    instance, carry_out, monkeypatch
):
    """With a pair it cannot use the engine is gone: only the host itself can put the old one back.
    """
    host, before, put_beside = instance.host, started_at(), engine_certificate._put_beside
    server, client = host.server_certificate, host.client_certificate

    def with_the_key_of_another(run, engine, certificate):
        certificate.key_pem = server.key_pem
        put_beside(run, engine, certificate)

    with monkeypatch.context() as broken:
        broken.setattr(engine_certificate, "UNDO_SECONDS", 30)
        broken.setattr(engine_certificate, "RESTART_SECONDS", 15)
        broken.setattr(engine_certificate, "_put_beside", with_the_key_of_another)
        operation = carry_out(renew_engine_certificate(host))
    assert operation.state == "failed", told(operation)
    assert "it has the old one again" in operation.reason
    assert on_engine(host) == server.fingerprint
    assert started_at() == before

    operation = carry_out(operations.resume(operation, by=None))

    assert operation.state == "succeeded", told(operation)
    assert operation.lines.filter(text="All 9 containers went on meanwhile").exists()
    assert started_at() == before
    host.refresh_from_db()
    server.refresh_from_db()
    assert host.client_certificate != client
    assert on_engine(host) == host.server_certificate.fingerprint != server.fingerprint
    assert server.state == "replaced"
    assert on_host("ls", "/etc/docker/slipway").split() == ["ca.pem", "server.key", "server.pem"]


def on_engine(host):
    return served_certificate(host.address, host.engine_port, host.tls_name).facts.fingerprint
