"""Browser sessions in redis, and the guard against forged requests (harbor.md 5.1)."""

import hashlib
import hmac
import secrets

from lab.release.standin.wire.redis import Redis
from lab.release.standin.wire.server import Answer, Refused, Request

COOKIE, CSRF_COOKIE, CSRF_HEADER = "sid", "_gorilla_csrf", "X-Harbor-CSRF-Token"
SECONDS = 3600
UNGUARDED = ("/api/", "/v2/", "/service/")
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


class Sessions:
    """Session ids to user ids; ids without a user are only a cookie."""

    def __init__(self, redis: Redis, csrf_key: str, *, secure: bool) -> None:
        self._redis, self._key = redis, csrf_key.encode()
        self._flags = "; Path=/; HttpOnly" + ("; Secure" if secure else "")

    def user_id(self, request: Request) -> int | None:
        sid = request.cookie(COOKIE)
        stored = self._redis.run("GET", f"standin:session:{sid}") if sid else None
        return int(str(stored)) if stored else None

    def begin(self, user_id: int) -> str:
        """A new id for a user who signed in: the old one is not taken over."""
        sid = secrets.token_hex(16)
        self._redis.run("SET", f"standin:session:{sid}", user_id, "EX", SECONDS)
        return sid

    def end(self, request: Request) -> None:
        self._redis.run("DEL", f"standin:session:{request.cookie(COOKIE)}")

    def cookie(self, name: str, value: str) -> tuple[str, str]:
        return "Set-Cookie", f"{name}={value}{self._flags}"

    def guard(self, request: Request) -> None:
        """403 for a changing request of a browser that does not show its token."""
        if self._is_unguarded(request) or request.method in SAFE:
            return
        shown = request.header(CSRF_HEADER)
        if not shown:
            raise Refused(403, "FORBIDDEN", "CSRF token not found in request")
        secret = request.cookie(CSRF_COOKIE)
        if not secret or not hmac.compare_digest(shown.encode(), self._token(secret).encode()):
            raise Refused(403, "FORBIDDEN", "CSRF token invalid")

    def add_cookies(self, request: Request, answer: Answer) -> None:
        """The session id for who has none, the token for who is guarded."""
        set_before = any(value.startswith(f"{COOKIE}=") for name, value in answer.headers
                         if name == "Set-Cookie")
        if not request.cookie(COOKIE) and not set_before:
            answer.headers.append(self.cookie(COOKIE, secrets.token_hex(16)))
        if self._is_unguarded(request):
            return
        secret = request.cookie(CSRF_COOKIE)
        if not secret:
            secret = secrets.token_urlsafe(32)
            answer.headers.append(self.cookie(CSRF_COOKIE, secret))
        answer.headers.append((CSRF_HEADER, self._token(secret)))

    def _is_unguarded(self, request: Request) -> bool:
        return request.path.startswith(UNGUARDED) and not request.cookie(COOKIE)

    def _token(self, secret: str) -> str:
        return hmac.new(self._key, secret.encode(), hashlib.sha256).hexdigest()
