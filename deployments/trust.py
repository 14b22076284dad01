"""Which authorities the host's engine trusts for the registry."""

from collections.abc import Iterable

from certificates.models import Certificate
from certificates.services import trust_bundle
from deployments.clients import engine
from deployments.configuration import LAYOUT, TRUST_FOLDER
from deployments.prepare import run_script
from harbor.prepare import HARBOR_UID
from harbor.served_pair import replace_trust
from lib.archives import File
from operations.run import Run


def trust_only(run: Run, certificates: Iterable[Certificate]) -> None:
    """The engine accepts what signed these, and nothing else; it looks at each request.

    Never a moment without trust: the file is replaced in one go, and only when it must change.
    """
    instance, folder = run.subject, run.subject.registry_host
    bundles = dict.fromkeys(trust_bundle(certificate) for certificate in certificates)
    wanted = "".join(bundles).encode()
    file = f"{folder}/ca.crt"
    if engine(run).get_files(TRUST_FOLDER, [file]).get(file) == wanted:
        run.log(f"The engine of {instance.host} trusts the right CA for {folder} already")
        return
    run.checkpoint()
    engine(run).put_files(TRUST_FOLDER, {f"{folder}/ca.new": File(wanted)})
    run_script(run, replace_trust(TRUST_FOLDER, folder))
    what = "the CA" if len(bundles) == 1 else f"{len(bundles)} CAs"
    run.log(f"The engine of {instance.host} trusts {what} for {folder}")


def offer_ca(run: Run, certificate: Certificate) -> None:
    """Harbor offers this file for download; prepare does not make it (`harbor.md 2.2`)."""
    content = trust_bundle(certificate).encode()
    engine(run).put_files(
        LAYOUT.data, {"ca_download/ca.crt": File(content, uid=HARBOR_UID, gid=HARBOR_UID)}
    )
