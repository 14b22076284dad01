"""Pull a release's images from a registry or a mirror, and say why when it does not give them."""

from collections.abc import Sequence

from deployments.configuration import TRUST_FOLDER
from deployments.models import Release
from harbor.images import mirrored, registry_of
from harbor.types import Image
from hosts.engine import Engine, EngineError
from lib.archives import File
from operations.errors import StepFailed
from operations.run import Run

_RESUME = "then resume."
_WORDS = {
    "login": ("no basic auth", "unauthorized", "authentication required", "access denied"),
    "trust": ("x509", "tls: ", "http response to https"),
    "missing": ("manifest unknown", "not found", "name unknown"),
    "away": ("connection refused", "no such host", "timeout", "no route to host", "unreachable"),
    "room": ("no space left",),
}


def pull(run: Run, docker: Engine, release: Release, missing: Sequence[Image]) -> None:
    """Afterwards the images are on the host under Harbor's own names.

    Raises StepFailed: for what the registry lacks with every name at once, before any download.
    """
    sources = {image.reference: _source(release, image) for image in missing}
    _trust(run, docker, release)
    _require_all(run, docker, release, list(sources.values()))
    for number, (reference, source) in enumerate(sources.items()):
        run.progress(number, len(sources), "images")
        run.activity(f"Pulling {source}")
        run.checkpoint()
        with run.outside("pull image"):
            try:
                docker.pull(source, _account(release))
            except EngineError as error:
                raise _explained(release, source, error) from error
        if source != reference:
            docker.tag(source, reference)
        run.log(f"Pulled {source}")
    run.progress(len(sources), len(sources), "images")


def _source(release: Release, image: Image) -> str:
    if release.source == Release.Source.MIRROR:
        return mirrored(image.reference, release.mirror_prefix)
    return image.reference


def _account(release: Release) -> dict[str, str] | None:
    if not release.mirror_username:
        return None
    return {"username": release.mirror_username, "password": release.mirror_password}


def _trust(run: Run, docker: Engine, release: Release) -> None:
    """The engine reads the CA at each request (`harbor.md 5.15`)."""
    if not release.mirror_ca_pem:
        return
    registry = registry_of(release.mirror_prefix)
    run.checkpoint()
    docker.put_files(TRUST_FOLDER, {f"{registry}/ca.crt": File(release.mirror_ca_pem.encode())})
    run.log(f"The engine trusts the mirror's CA for {registry}")


def _require_all(run: Run, docker: Engine, release: Release, sources: list[str]) -> None:
    """Whether the registry lets us in and has every image, before the first byte is pulled."""
    run.activity("Asking the registry for the images")
    lacking = []
    with run.outside("look for images"):
        for source in sources:
            try:
                docker.require_in_registry(source, _account(release))
            except EngineError as error:
                if _kind(error) != "missing":
                    raise _explained(release, source, error) from error
                lacking.append(source)
    if lacking:
        raise StepFailed(
            f"{registry_of(lacking[0])} lacks {', '.join(lacking)}.",
            advice=f"Copy them there under exactly these names; {_RESUME}",
        )


def _explained(release: Release, source: str, error: EngineError) -> StepFailed:
    registry, user = registry_of(source), release.mirror_username
    told = {
        "login": (
            f"{registry} refuses the user {user}." if user else f"{registry} wants a login.",
            f"Give the release a user and password that may pull {source}; {_RESUME}",
        ),
        "trust": (
            f"The host's engine does not trust the certificate of {registry}.",
            f"Give the release the CA certificate that signed it; {_RESUME}",
        ),
        "missing": (f"{registry} lacks {source}.", f"Copy it there under this name; {_RESUME}"),
        "away": (
            f"The host's engine cannot reach {registry}.",
            f"Check name, port and firewall between host and registry; {_RESUME}",
        ),
        "room": (f"The host's disk is full while pulling {source}.", f"Make room; {_RESUME}"),
    }
    message, advice = told.get(_kind(error), (error.message, f"Correct the cause; {_RESUME}"))
    return StepFailed(message, advice=advice, detail=error.detail)


def _kind(error: EngineError) -> str:
    """What the engine's words mean: it passes on what the registry said, in prose."""
    words = f"{error.message} {error.detail}".lower()
    found = (kind for kind, signs in _WORDS.items() if any(sign in words for sign in signs))
    return next(found, "")
