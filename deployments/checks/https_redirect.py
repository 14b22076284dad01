"""Plain HTTP leads to HTTPS and nowhere else."""

from deployments.configuration import WRITE_ANEW
from lib.http import JSONSession
from operations.errors import CheckFailed
from operations.run import Run


def check_https_redirect(run: Run) -> str:
    """The HTTP port answers with a redirect to the same name over HTTPS."""
    instance = run.subject
    base = f"http://{instance.fqdn}:{instance.http_port}"
    with JSONSession(base, address=instance.host.address) as session:
        answer = session.request("GET", "/")
    target = answer.headers.get("Location", "")
    if answer.status not in (301, 302, 307, 308) or not target.startswith("https://"):
        raise CheckFailed(
            f"{base} answers {answer.status} instead of a redirect to HTTPS.",
            advice=f"Look at nginx.conf on the host, or {WRITE_ANEW}. Until then close the HTTP "
                   "port on the way to Harbor: passwords would travel unencrypted.",
        )
    if target.split("/")[2] not in (instance.registry_host, instance.fqdn, f"{instance.fqdn}:443"):
        raise CheckFailed(
            f"{base} redirects to {target}, another address.",
            advice=f"Look at nginx.conf on the host, or {WRITE_ANEW}.",
        )
    return f"{base} answers {answer.status} and leads to {target}"
