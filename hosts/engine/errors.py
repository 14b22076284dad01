"""What an engine says when it will not or cannot, translated at the door."""

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from docker import errors as docker_errors

from lib.errors import ServiceError
from lib.http_faults import speaks_no_tls

# What a kernel says of a full file system; the engine passes it on.
_FULL = ("no space left on device", "disk quota exceeded")
_FULL_ADVICE = "Make room on the host, or give the machine a larger disk; then resume."


class EngineError(ServiceError):
    """The engine refused, failed or could not be reached."""


class NotThere(EngineError):
    """The engine knows no such image, container or volume."""


class Silent(EngineError):
    """No answer came: the machine is off, gone or cut off, or no engine runs there."""


class Foreign(EngineError):
    """Somebody answers with a certificate that is not this host's: perhaps another machine."""


@contextmanager
def translated(name: str, what: str) -> Iterator[None]:
    """Turn every fault of the SDK into a sentence about engine `name` doing `what`."""
    try:
        yield
    except docker_errors.NotFound as error:
        text = _words_of(error)
        raise NotThere(f"The engine of {name} could not {what}: {text}", detail=text) from error
    except docker_errors.APIError as error:
        text = _words_of(error)
        raise refusal(f"The engine of {name} could not {what}: {text}", text) from error
    except docker_errors.DockerException as error:
        raise EngineError(f"The engine of {name} could not {what}.", detail=str(error)) from error
    except requests.RequestException as error:
        raise _unreachable(name, error) from error


def refusal(message: str, words: str) -> EngineError:
    """What the engine could not do, with what to do about it where its words tell."""
    advice = _FULL_ADVICE if any(word in words for word in _FULL) else ""
    return EngineError(message, advice=advice, detail=words[:500])


def _words_of(error: docker_errors.APIError) -> str:
    return (error.explanation or str(error)).strip()[:500]


def _unreachable(name: str, error: requests.RequestException) -> EngineError:
    detail = str(error)[:500]
    if speaks_no_tls(error):
        return EngineError(
            f"The engine of {name} answers without TLS: it obeys everybody who reaches its port.",
            advice="Run the script from the host's page on that machine; then resume.",
            detail=detail,
        )
    if _is_another(detail):
        return Foreign(
            f"What answers at the address of {name} shows a certificate that Slipway did not give "
            "to it.",
            advice="If another machine has the address by now, give the host one of its own; if "
                   "not, connect the host again.",
            detail=detail,
        )
    if isinstance(error, requests.exceptions.SSLError) or "SSL" in detail:
        return EngineError(
            f"The engine of {name} and Slipway do not trust each other's certificates.",
            advice="Connect the host again: that gives it a new certificate.",
            detail=detail,
        )
    if isinstance(error, requests.exceptions.Timeout):
        return Silent(
            f"The engine of {name} did not answer in time.",
            advice="Look at the machine's load, and whether port 2376 is open to the console.",
            detail=detail,
        )
    return Silent(
        f"The engine of {name} does not answer.",
        advice="Check that the machine is on, Docker runs, and port 2376 is open to the console.",
        detail=detail,
    )


def _is_another(detail: str) -> bool:
    """Another signer or another name; one that is merely too old is still this host's."""
    words = detail.lower()
    is_refused = "certificate_verify_failed" in words or "doesn't match" in words
    return is_refused and "expired" not in words and "not yet valid" not in words
