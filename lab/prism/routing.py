"""Finds the handler of an address."""

import re
from collections.abc import Callable
from dataclasses import dataclass

Handler = Callable[..., object]


@dataclass(frozen=True)
class Route:
    """One address template, its method and the function that answers."""

    method: str
    pattern: re.Pattern
    handler: Handler
    since: int


class Routes:
    """A table of routes, filled by decorators."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def add(self, method: str, template: str, *, since: int = 0) -> Callable[[Handler], Handler]:
        """`{name}` in the template matches one path part and is passed to the handler."""
        parts = re.split(r"\{\w+\}", template)
        pattern = re.compile("([^/]+)".join(re.escape(part) for part in parts) + "/?")

        def register(handler: Handler) -> Handler:
            self._routes.append(Route(method, pattern, handler, since))
            return handler

        return register

    def find(self, method: str, path: str, minor: int = 99) -> tuple[Handler, tuple] | None:
        """The handler and its arguments, if anything answers there."""
        for route in self._routes:
            if route.method == method and route.since <= minor:
                found = route.pattern.fullmatch(path)
                if found:
                    return route.handler, found.groups()
        return None
