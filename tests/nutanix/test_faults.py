"""What is repeated, what is never repeated, and what the operator is told (nutanix.md 3.3)."""

import pytest

from nutanix.prism.errors import (
    AnswerLost,
    Busy,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    PrismError,
    WrongPassword,
)

VMS = r"/ahv/config/vms$"


def posts(prism):
    return [entry for entry in prism.journal.entries("POST") if entry.path.endswith("/vms")]


@pytest.mark.parametrize("body", ["json", "html", "empty"])
def test_a_wrong_password_is_tried_once(prism, open_client, body):
    prism.knobs.unauthorized_body = body
    client = open_client(password="wrong-password")

    with pytest.raises(WrongPassword, match="refuses our user name or password"):
        client.clusters()

    assert len(prism.journal.entries("GET")) == 1
    assert client.pauses == []


def test_a_revoked_key_is_named_as_such(prism, open_client):
    key = prism.add_api_key("k" * 40)
    client = open_client(username="", password="", api_key="k" * 40)
    assert client.clusters()
    key.state = "REVOKED"

    with pytest.raises(WrongPassword, match="revoked or expired"):
        client.verify()


def test_an_expired_session_is_renewed_without_a_word(prism, client):
    client.clusters()
    prism.fail_next(method="GET", status=401)

    assert client.clusters()

    last, renewed = prism.journal.entries("GET")[-2:]
    assert "cookie" in last.headers
    assert "authorization" in renewed.headers


def test_a_missing_right_is_named(prism, open_client):
    prism.add_user("reader", "reader-password", denied={"volumes"})
    client = open_client(username="reader", password="reader-password")

    with pytest.raises(NotAllowed, match="create, attach and delete volume groups") as caught:
        client.verify()

    assert "role" in caught.value.advice


def test_waits_as_long_as_a_busy_prism_asks(prism, client, spec):
    prism.fail_next(method="POST", path=VMS, status=429, retry_after=7, times=2)

    client.create_vm(spec, request_id="same")

    assert client.pauses == [7.0, 7.0]
    assert [entry.headers["ntnx-request-id"] for entry in posts(prism)] == ["same"] * 3
    assert len(prism.vms) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_repeats_what_a_restarting_prism_refused(prism, client, spec, status):
    prism.fail_next(method="POST", path=VMS, status=status, times=3)

    client.create_vm(spec, request_id="same")

    assert client.pauses == [1.0, 2.0, 4.0]
    assert len(prism.vms) == 1


def test_gives_up_when_prism_stays_away(prism, client):
    prism.fail_next(status=503, times=99)

    with pytest.raises(Busy, match="HTTP 503 after 5 attempts"):
        client.clusters()


def test_a_lost_answer_is_asked_for_once_more_with_the_same_id(prism, client, spec):
    vm = client.task(client.create_vm(spec, request_id="r")).entity("vm")
    prism.fail_next(method="POST", path="power-on", drop_answer=True)

    client.power_on(vm, request_id="same")

    asked = [entry.request_id for entry in prism.journal.entries("POST", "power-on")]
    assert asked == ["same", "same"]
    assert client.get_vm(vm).is_on


def test_whoever_makes_something_is_told_of_a_lost_answer_at_once(prism, client, spec):
    prism.fail_next(method="POST", path=VMS, drop_answer=True)

    with pytest.raises(AnswerLost):
        client.create_vm(spec, request_id="same")

    assert len(posts(prism)) == 1
    assert client.find_vm(spec.mark, name=spec.name)


def test_a_failed_task_says_why(prism, client, spec):
    prism.fail_next(method="POST", path=VMS, task="FAILED", message="No host has room.")

    task = client.task(client.create_vm(spec, request_id="r"))

    assert task.failed
    assert task.message == "No host has room."


def test_a_task_that_failed_without_a_word_says_so(prism, client, spec):
    prism.fail_next(method="POST", path=VMS, task="FAILED", message="")

    assert client.task(client.create_vm(spec, request_id="r")).message == "Prism gave no reason."


def test_a_stuck_task_is_neither_done_nor_failed(prism, client, spec):
    prism.fail_next(method="POST", path=VMS, task="STUCK")

    task = client.task(client.create_vm(spec, request_id="r"))

    assert not task.succeeded
    assert not task.failed


def test_a_cancelled_task_is_over(prism, client, spec):
    prism.fail_next(method="POST", path=VMS, task="CANCELED")

    assert client.task(client.create_vm(spec, request_id="r")).failed


@pytest.mark.parametrize("status", [409, 412])
def test_looks_again_when_the_machine_changed_meanwhile(prism, client, spec, status):
    vm = client.task(client.create_vm(spec, request_id="r")).entity("vm")
    prism.fail_next(method="POST", path="power-on", status=status, times=3)

    client.power_on(vm, request_id="p")

    assert client.get_vm(vm).is_on


def test_stops_looking_again_after_ten_times(prism, client, spec):
    vm = client.task(client.create_vm(spec, request_id="r")).entity("vm")
    prism.fail_next(method="POST", path="power-on", status=412, times=99)

    with pytest.raises(Conflict):
        client.power_on(vm, request_id="p")


def test_names_the_attribute_that_prism_refuses(client, spec):
    from dataclasses import replace

    with pytest.raises(Invalid, match="name"):
        client.create_vm(replace(spec, name="x" * 81), request_id="r")


def test_an_unknown_machine_is_not_found(client):
    with pytest.raises(NotFound, match="not found"):
        client.get_vm("00000000-0000-0000-0000-000000000000")


def test_an_untrusted_certificate_stops_at_once(prism, open_client):
    client = open_client(ca_pem="")

    with pytest.raises(PrismError, match="not trusted"):
        client.clusters()

    assert client.pauses == []


def test_a_pinned_certificate_needs_no_name_and_no_ca(prism, open_client):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    served = x509.load_pem_x509_certificate(prism.certificate_pem.encode())
    pin = served.fingerprint(hashes.SHA256()).hex(":")

    assert open_client(ca_pem="", fingerprint=pin).clusters()
    prism.fail_next(wrong_certificate=True)
    with pytest.raises(PrismError, match="not trusted"):
        open_client(ca_pem="", fingerprint=pin).clusters()


def test_a_silent_address_is_told_after_a_few_attempts(open_client, prism):
    client = open_client()
    prism.stop()

    with pytest.raises(Busy, match="refuses the connection"):
        client.clusters()

    assert len(client.pauses) == 4
    prism.start()
    assert client.clusters()


def test_secrets_are_in_no_error(prism, client, spec):
    prism.fail_next(method="POST", path=VMS, status=500, times=99)

    with pytest.raises(Busy) as caught:
        client.create_vm(spec, request_id="r")

    told = f"{caught.value} {caught.value.advice} {caught.value.detail} {spec!r}"
    assert "top-secret-value" not in told
    assert prism.password not in told




def test_the_limit_for_an_answer_is_that_of_the_connection(prism, open_client):
    client = open_client(read_timeout=0.3)
    prism.fail_next(slow=2.0, times=99)

    with pytest.raises(Busy, match="did not answer in time, asked 5 times"):
        client.clusters()
