"""What goes wrong in the proxy in front of Harbor."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from certificates.keys import new_key
from certificates.rows import signer_of
from certificates.signing import Signer, sign_authority
from deployments.clients import ADMINISTRATOR
from tests.deployments.sabotage.nginx import TLS_SERVER, answering, configured, serving
from tests.deployments.sabotage.place import Fault, Place


@contextmanager
def another_certificate_of_our_authority(place: Place) -> Iterator[None]:
    """For the same name, by the same authority, and yet not the one that was issued."""
    signer = signer_of(place.instance.certificate.authority)
    with serving(place, signer):
        yield


@contextmanager
def a_certificate_of_a_stranger(place: Place) -> Iterator[None]:
    key = new_key()
    root = sign_authority("Somebody", key, now=timezone.now(), days=30)
    with serving(place, Signer(certificate=root, key=key)):
        yield


@contextmanager
def no_redirect(place: Place) -> Iterator[None]:
    with configured(place, ("return 308", "return 200 hello; #")):
        yield


@contextmanager
def a_redirect_to_somebody_else(place: Place) -> Iterator[None]:
    with configured(place, ("308 https://$host", "308 https://elsewhere.lab.test")):
        yield


@contextmanager
def a_proxy_that_hides_the_name(place: Place) -> Iterator[None]:
    """Harbor sends clients to the name in the Host header for their token (`harbor.md 5.15`).

    Not so the engine, which would look for that name for a minute.
    """
    table = """  map $http_user_agent $told_host {
    default "elsewhere.lab.test";
    "~^docker/" $http_host;
  }
"""
    with configured(
        place, (TLS_SERVER, table + TLS_SERVER), ("Host $http_host", "Host $told_host")
    ):
        yield


@contextmanager
def a_blocked_login_form(place: Place) -> Iterator[None]:
    with answering(place, "^POST /c/login ", "return 403;"):
        yield


@contextmanager
def a_proxy_that_logs_everybody_in(place: Place) -> Iterator[None]:
    account = f"{ADMINISTRATOR}:{place.instance.admin_password}"
    header = f"Basic {base64.b64encode(account.encode()).decode()}"
    location = f"""    location = /api/v2.0/users/current {{
      proxy_pass http://core;
      proxy_set_header Host $http_host;
      proxy_set_header Authorization "{header}";
    }}
"""
    with configured(place, (TLS_SERVER, TLS_SERVER + location)):
        yield


@contextmanager
def pushes_of_the_engine_refused(place: Place) -> Iterator[None]:
    with answering(place, "^(POST|PUT|PATCH) /v2/.+ docker/", "return 403;"):
        yield


@contextmanager
def pulls_of_the_engine_refused(place: Place) -> Iterator[None]:
    with answering(place, "^GET /v2/.+/(manifests|blobs)/.+ docker/", "return 403;"):
        yield


@contextmanager
def pushes_of_other_clients_refused(place: Place) -> Iterator[None]:
    with answering(place, "^(POST|PUT|PATCH) /v2/.+ python-requests/", "return 403;"):
        yield


@contextmanager
def a_page_in_place_of_manifests(place: Place) -> Iterator[None]:
    """As a gateway does that wants its users to log in first."""
    page = 'return 200 "<html>Please log in</html>";'
    with answering(place, "^GET /v2/.+/manifests/.+ python-requests/", page):
        yield


@contextmanager
def a_proxy_without_access_log(place: Place) -> Iterator[None]:
    with configured(place, ("access_log /dev/stdout timed;", "access_log off;")):
        yield


FAULTS = (
    Fault(another_certificate_of_our_authority, {"certificate": "restart the container nginx"}),
    Fault(no_redirect, {"https-redirect": "HTTP port"}),
    Fault(a_redirect_to_somebody_else, {"https-redirect": "nginx.conf"}),
    Fault(a_blocked_login_form, {"ui-login": "/c/login"}),
    Fault(a_proxy_that_logs_everybody_in, {"wrong-password": "off the network"}),
    Fault(a_proxy_that_hides_the_name, {"token-scope": "Host header"}),
    Fault(pushes_of_the_engine_refused, {"engine-push": "logs of nginx"}),
    Fault(pulls_of_the_engine_refused, {"engine-pull": "logs of nginx"}),
    Fault(pushes_of_other_clients_refused, {"registry-push-pull": "logs of nginx"}),
    Fault(a_page_in_place_of_manifests, {"registry-push-pull": "logs of nginx"}),
    Fault(a_proxy_without_access_log, {"logs": "access_log"}),
    Fault(a_certificate_of_a_stranger, dict.fromkeys((
        "components", "certificate", "ui-login", "api-login", "wrong-password", "default-project",
        "token-scope", "engine-trust", "engine-push", "registry-push-pull", "job-service", "logs",
    ), "")),
)
