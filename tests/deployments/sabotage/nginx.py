"""Hands for the proxy in front of Harbor: its nginx.conf and its certificate, read anew."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from certificates.keys import key_to_pem, new_key
from certificates.signing import Signer, sign_leaf, to_pem
from lib.waiting import wait_until
from tests.deployments.sabotage.place import INSTALL, Place

NGINX = f"{INSTALL}/common/config/nginx/nginx.conf"
CERTIFICATE, KEY = "/data/secret/cert/server.crt", "/data/secret/cert/server.key"
TLS_SERVER = "  server {\n    listen 8443 ssl;\n"


@contextmanager
def configured(place: Place, *changes: tuple[str, str]) -> Iterator[None]:
    """nginx.conf has the new text of each of `changes` for the old one, and nginx knows."""
    def changed(text: str) -> str:
        for old, new in changes:
            text = text.replace(old, new)
        return text

    try:
        with place.edited(NGINX, changed):
            _reload(place)
            yield
    finally:
        _reload(place)


def _reload(place: Place) -> None:
    """The workers that take requests from now on have read the files."""
    before = _workers(place)
    place.on_host("docker", "exec", "nginx", "nginx", "-t")
    place.on_host("docker", "kill", "--signal", "HUP", "nginx")
    wait_until(
        lambda: (now := _workers(place)) and not now & before,
        what="nginx to read its files", timeout=60, interval=0.05,
    )


def _workers(place: Place) -> set[str]:
    """Those that take requests: one that is told to end says so in its title."""
    master = place.on_host("docker", "inspect", "--format", "{{.State.Pid}}", "nginx").strip()
    shown = place.on_host("ps", "--ppid", master, "--format", "pid=,args=")
    return {
        number for number, title in (line.split(None, 1) for line in shown.splitlines())
        if title.strip() == "nginx: worker process"
    }


@contextmanager
def answering(place: Place, requests: str, answer: str) -> Iterator[None]:
    """Requests like `requests` ("method path agent") get `answer`."""
    table = f"""  map "$request_method $uri $http_user_agent" $sabotaged {{
    default "";
    "~{requests}" 1;
  }}
"""
    rule = f"    if ($sabotaged) {{ {answer} }}\n"
    with configured(place, (TLS_SERVER, table + TLS_SERVER + rule)):
        yield


@contextmanager
def serving(place: Place, signer: Signer) -> Iterator[None]:
    """The proxy serves a fresh certificate by `signer` for the right name."""
    key, name = new_key(), place.instance.fqdn
    leaf = sign_leaf(
        name, key, signer=signer, names=[name], addresses=[place.instance.host.address],
        usage="server", now=timezone.now(), days=30,
    )
    chain = to_pem(leaf) + to_pem(signer.certificate)
    try:
        with (
            place.edited(CERTIFICATE, lambda _: chain),
            place.edited(KEY, lambda _: key_to_pem(key)),
        ):
            _reload(place)
            yield
    finally:
        _reload(place)
