"""Puts the parts of core together: routes, guards, what happens at the start."""

import logging
import threading

from lab.release.standin.wire.redis import Redis
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

from . import registry_door, signin, tokens
from .api import (
    audit,
    configurations,
    garbage,
    members,
    project_metadata,
    projects,
    quotas,
    registries,
    replication_executions,
    replication_policies,
    repositories,
    robots,
    schedules,
    system,
    users,
)
from .callers import Doorman
from .configuration import Configuration
from .database import Database
from .environment import Environment
from .health import watch
from .schema import fill, migrate
from .sealing import Seal
from .sessions import Sessions
from .state import State

log = logging.getLogger("standin.core")
DATABASE_SECONDS = 60
PARTS = (system, users, projects, project_metadata, members, robots, quotas, repositories, garbage,
         schedules, configurations, audit, registries, replication_policies,
         replication_executions, signin)


class Application:
    """Answers every request of core."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._router = Router()
        for part in PARTS:
            self._router.include(part.routes(state))
        self._signer = tokens.Signer(state.environment.signing_key)
        self._router.include(tokens.routes(state, self._signer))
        self._registry = registry_door.Door(state, self._signer)

    def handle(self, request: Request) -> Answer:
        """Guard, answer, add the cookies; a refusal gets them as well."""
        try:
            self.state.sessions.guard(request)
            answer = self._answer(request)
        except Refused as refused:
            answer = refused.answer()
        if request.path.startswith(("/api/", "/c/")):
            self.state.sessions.add_cookies(request, answer)
        if request.header("x-request-id"):
            answer.headers.append(("X-Request-Id", request.header("x-request-id")))
        return answer

    def _answer(self, request: Request) -> Answer:
        if request.path == "/v2" or request.path.startswith("/v2/"):
            return self._registry.handle(request)
        return self._router.handle(request)


def start(environment: Environment) -> Application:
    """Wait for the database, bring it up to date, begin to watch the other services.

    Raises NotReachable when the database port stays closed for a minute: the engine restarts us.
    """
    database = Database(environment.database)
    database.await_port(DATABASE_SECONDS)
    migrate(database)
    fill(database, environment.admin_password)
    redis = Redis(environment.redis)
    state = State(
        environment=environment, database=database, redis=redis, doorman=Doorman(database),
        sessions=Sessions(redis, environment.csrf_key,
                          secure=environment.external_url.startswith("https")),
        configuration=Configuration(database, environment.overwritten),
        seal=Seal(environment.secret_key))
    threading.Thread(target=watch, args=(state,), daemon=True).start()
    return Application(state)
