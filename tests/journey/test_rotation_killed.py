"""The process that rotates is killed in each step: it ends, resumed, with one whole pair served."""

import os
import signal
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from certificates.probes import served_certificate
from deployments.pipelines import ROTATE_CERTIFICATE
from lab.control import Lab
from tests.operations.processes import eventually

pytestmark = [pytest.mark.lab, pytest.mark.full]
ENDED = ("succeeded", "failed", "cancelled")
FOLDERS = ("/opt/harbor/certs", "/data/secret/cert")


def fingerprint_on_host(folder):
    """The certificate that lies there; fails when the key beside it belongs to another."""
    lab = Lab.connect()
    chain, key = (
        lab.inside("demo", "cat", f"{folder}/{name}").stdout.encode()
        for name in ("server.crt", "server.key")
    )
    certificate = x509.load_pem_x509_certificate(chain)
    private = serialization.load_pem_private_key(key, None)
    assert private.public_key() == certificate.public_key(), f"another's key in {folder}"
    return certificate.fingerprint(hashes.SHA256()).hex()


def in_the_books(console):
    [[fingerprint]] = console.ask(
        "select c.fingerprint from certificates_certificate c join deployments_harborinstance i"
        " on i.certificate_id = c.id"
    )
    return fingerprint


def served(console):
    [[address, name]] = console.ask(
        "select h.address, i.fqdn from deployments_harborinstance i"
        " join hosts_dockerhost h on h.id = i.host_id"
    )
    return served_certificate(address, 443, name).facts.fingerprint


def state_of_rotation(console):
    """(state, attempt) of the newest one; schedules start other operations meanwhile."""
    return console.ask(
        "select state, attempt from operations_operation where kind = 'rotate-certificate'"
        " order by id desc limit 1"
    )[0]


def kill_in(console, step):
    """Kills the process of a new rotation as soon as it is in `step`; the step it met.

    The look is a busy one: some steps last a tenth of a second.
    """
    query = (
        "select s.slug from operations_steprun s join operations_operation o"
        " on o.id = s.operation_id where o.kind = 'rotate-certificate' and o.state = 'running'"
        " and s.state = 'running' and s.position >= ?"
    )
    position = [each.slug for each in ROTATE_CERTIFICATE.steps].index(step)
    command = threading.Thread(
        target=console.manage, args=("rotate_certificate", "demo", "--no-follow")
    )
    command.start()
    deadline = time.monotonic() + 180
    while not (met := console.ask(query, position)):
        assert time.monotonic() < deadline, console.story()
    os.kill(console.work_horse()[0], signal.SIGKILL)
    command.join()
    return met[0][0]


def test_killed_in_each_step(console):
    console.manage("deploy", "demo")
    was = in_the_books(console)
    for step in ROTATE_CERTIFICATE.steps:
        for _ in range(3):  # it may have gone on between the look and the kill
            met = kill_in(console, step.slug)

            assert [fingerprint_on_host(folder) for folder in FOLDERS]
            eventually(lambda: state_of_rotation(console)[0] in ENDED, within=240, what="the end")
            assert state_of_rotation(console) == ("succeeded", 2), console.story()
            now = in_the_books(console)
            assert now != was, step.slug
            assert [fingerprint_on_host(folder) for folder in FOLDERS] == [now, now]
            assert served(console) == now
            was = now
            if met == step.slug:
                break
        assert met == step.slug, f"never met in {step.slug}"
