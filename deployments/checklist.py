"""Every check of the self-test, in the order in which they run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from deployments.checks.api_login import check_api_login
from deployments.checks.certificate import check_certificate
from deployments.checks.components import check_components
from deployments.checks.default_project import check_default_project
from deployments.checks.engine_pull import check_engine_pull
from deployments.checks.engine_push import check_engine_push
from deployments.checks.engine_trust import check_engine_trust
from deployments.checks.https_redirect import check_https_redirect
from deployments.checks.job_service import check_job_service
from deployments.checks.logs import check_logs
from deployments.checks.name import check_name
from deployments.checks.registry_push_pull import check_registry_push_pull
from deployments.checks.repository_listed import check_repository_listed
from deployments.checks.token_scope import check_token_scope
from deployments.checks.ui_login import check_ui_login
from deployments.checks.volumes import check_volumes
from deployments.checks.wrong_password import check_wrong_password
from deployments.configuration import WRITE_ANEW
from operations.run import Run


@dataclass(frozen=True, kw_only=True)
class Check:
    """`slug` is stored: never rename it. `work` returns evidence or raises why not.

    `advice` is for failures that know no better: a refusal of Harbor's or of the engine's.
    """

    slug: str
    title: Any
    work: Callable[[Run], str]
    advice: str


CHECKS = (
    Check(
        slug="volumes", title=_("Data lies on its volumes"), work=check_volumes,
        advice="Check that the host's engine and Prism answer, then deploy again.",
    ),
    Check(
        slug="components", title=_("Every component is healthy"), work=check_components,
        advice="Open the container logs of Harbor; “Start” brings up what is stopped.",
    ),
    Check(
        slug="certificate", title=_("The certificate is right"), work=check_certificate,
        advice="Check that the HTTPS port is open to the console, and the log of nginx.",
    ),
    Check(
        slug="https-redirect", title=_("HTTP leads to HTTPS"), work=check_https_redirect,
        advice="Check that the HTTP port is open to the console, and nginx.conf on the host.",
    ),
    Check(
        slug="name", title=_("The name resolves"), work=check_name,
        advice="Check the console's name service.",
    ),
    Check(
        slug="ui-login", title=_("Login by the web form"), work=check_ui_login,
        advice="Open the container logs of nginx, harbor-portal and harbor-core.",
    ),
    Check(
        slug="api-login", title=_("Login by the API"), work=check_api_login,
        advice="Open the container logs of nginx and harbor-core.",
    ),
    Check(
        slug="wrong-password", title=_("A wrong password is refused"), work=check_wrong_password,
        advice="Open the container logs of nginx and harbor-core.",
    ),
    Check(
        slug="default-project", title=_("The first project is there"), work=check_default_project,
        advice="Open the container logs of harbor-core and harbor-db.",
    ),
    Check(
        slug="token-scope", title=_("Tokens allow what they should"), work=check_token_scope,
        advice="Check the administrator's password first, then the log of harbor-core.",
    ),
    Check(
        slug="engine-trust", title=_("The engine insists on the certificate"),
        work=check_engine_trust,
        advice="Look at the registry settings of the host's engine in /etc/docker.",
    ),
    Check(
        slug="engine-push", title=_("docker push works"), work=check_engine_push,
        advice="When login fails, see the checks above; else look for pushes in the logs of nginx "
               "and harbor-core, and whether Harbor is read-only or the disk is full.",
    ),
    Check(
        slug="engine-pull", title=_("docker pull works"), work=check_engine_pull,
        advice="Look for this pull in the logs of nginx and registry, and for proxies between the "
               "host's engine and Harbor.",
    ),
    Check(
        slug="registry-push-pull", title=_("Push and pull without an engine"),
        work=check_registry_push_pull,
        advice="Look for this image in the logs of nginx, harbor-core and registry, and whether "
               "Harbor is read-only or the disk is full.",
    ),
    Check(
        slug="repository-listed", title=_("Pushed images are listed"),
        work=check_repository_listed,
        advice="Look for the image in the log of harbor-core.",
    ),
    Check(
        slug="job-service", title=_("Background jobs run"), work=check_job_service,
        advice="Open the container logs of harbor-jobservice, harbor-core and redis.",
    ),
    Check(
        slug="logs", title=_("Logs arrive"), work=check_logs,
        advice="Look at the logging driver of the container nginx. Slipway sets json-file; when "
               f"somebody changed it: {WRITE_ANEW}.",
    ),
)
