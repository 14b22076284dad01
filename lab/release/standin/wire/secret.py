"""The shared secret by which the services know each other."""

import hmac

from .server import Refused, Request


def header(secret: str) -> dict[str, str]:
    return {"Authorization": f"Harbor-Secret {secret}"}


def require(request: Request, *secrets: str) -> None:
    """Refuse a caller that shows none of the secrets; an empty secret never counts."""
    shown = request.header("authorization")
    known = [f"Harbor-Secret {secret}" for secret in secrets if secret]
    if not any(hmac.compare_digest(shown.encode(), one.encode()) for one in known):
        raise Refused(401, "UNAUTHORIZED", "unauthorized")
