"""Finds the handler of a request by method and path."""

import re
from collections.abc import Callable
from urllib.parse import unquote

from lab.release.standin.wire.server import Answer, Refused, Request

Handler = Callable[..., Answer]


class Router:
    """Handlers by method and path pattern; `{name}` is one segment, `{name*}` may be many.

    The path is decoded once before it is matched and each value once more, as Harbor does:
    a repository `a/b` must come as `a%252Fb`.
    """

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def on(self, method: str, pattern: str) -> Callable[[Handler], Handler]:
        expression = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", pattern)
        expression = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", expression)

        def register(handler: Handler) -> Handler:
            self._routes.append((method, re.compile(expression + r"\Z"), handler))
            return handler
        return register

    def include(self, other: "Router") -> None:
        self._routes += other._routes

    def handle(self, request: Request) -> Answer:
        path, known = unquote(request.path), False
        for method, expression, handler in self._routes:
            found = expression.match(path)
            known = known or bool(found)
            if found and method == request.method:
                return handler(request, **{k: unquote(v) for k, v in found.groupdict().items()})
        if known:
            raise Refused(405, "METHOD_NOT_ALLOWED", f"method {request.method} is not allowed")
        raise Refused(404, "NOT_FOUND", f"path {request.path} was not found")
