"""A small Harbor in which teams have something, written after `harbor.md` 5.3 to 5.7."""

import base64
import json
import re
import ssl
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event
from urllib.parse import parse_qs, unquote

from certificates.models import Certificate
from certificates.services import ensure_console_authority, issue
from tests.harbor.small_harbor import NAME, Handler, SmallHarbor

GRANTS = {1: "pull,push", 2: "pull,push", 3: "pull", 4: "pull,push"}


@dataclass
class Tenants(SmallHarbor):
    """`lost` names calls, like POST /robots, whose next answer is lost after they were done.

    `held` is the beginning of a call whose answer waits, once it was done, for `go`.
    """

    quotas: dict[str, int] = field(default_factory=dict)
    members: dict[str, dict[str, int]] = field(default_factory=dict)
    users: dict[str, dict] = field(default_factory=dict)
    robots: list[dict] = field(default_factory=list)
    directory: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    held: str = ""
    reached: Event = field(default_factory=Event)
    go: Event = field(default_factory=Event)
    numbers: count = field(default_factory=lambda: count(100))

    def handler_class(self) -> type[Handler]:
        return _Handler

    def certificate(self) -> Path:
        """Signed by the console, as a deployment does it."""
        self.row: Certificate = issue(ensure_console_authority(), common_name=NAME, names=[NAME])
        path = self.folder / "server.pem"
        path.write_text(self.row.certificate_pem + self.row.key_pem)
        return path

    def done(self, call: str) -> int:
        """How often that was asked, like POST /robots."""
        method, _, path = call.partition(" ")
        return sum(
            one.command == method and one.path.partition("?")[0].endswith(path)
            for one in self.requests
        )


class _Handler(Handler):
    harbor: Tenants

    def on_projects(self) -> None:
        found = re.search(r"/projects/([^/]+)/members(?:/(\d+))?$", self.parts.path)
        if found:
            return self.on_members(unquote(found[1]), found[2])
        if self.command == "POST":
            wanted = json.loads(self.body)
            name = wanted["project_name"]
            if name in self.harbor.projects:
                return self.refuse(409, "exists")
            self.harbor.projects[name] = wanted | {"project_id": next(self.harbor.numbers)}
            self.harbor.quotas[name] = wanted["storage_limit"]
            self.harbor.members[name] = {"admin": 1}
            return self.changed(201)
        return self.answer(200, [
            {"name": name, "project_id": one["project_id"], "owner_name": "admin"}
            for name, one in self.harbor.projects.items()
        ])

    def on_members(self, project: str, number: str | None) -> None:
        there = self.harbor.members[project]
        named = next((n for n in there if str(_number(n)) == number), "")
        if self.command == "POST":
            wanted = json.loads(self.body)
            name = wanted["member_user"]["username"]
            if name not in self.harbor.users and name not in self.harbor.directory:
                return self.refuse(404, "no such user")
            there.setdefault(name, wanted["role_id"])
            return self.changed(201)
        if self.command == "PUT":
            there[named] = json.loads(self.body)["role_id"]
            return self.changed(200)
        if self.command == "DELETE":
            del there[named]
            return self.changed(200)
        return self.answer(200, [
            {"id": _number(name), "entity_name": name, "entity_type": "u", "role_id": role}
            for name, role in there.items()
        ])

    def on_quotas(self) -> None:
        names = {str(one["project_id"]): name for name, one in self.harbor.projects.items()}
        if self.command == "PUT":
            name = names[self.parts.path.rsplit("/", 1)[1]]
            self.harbor.quotas[name] = json.loads(self.body)["hard"]["storage"]
            return self.changed(200)
        only = parse_qs(self.parts.query).get("reference_id", names)
        return self.answer(200, [{
            "id": int(number), "ref": {"id": int(number), "name": names[number]},
            "hard": {"storage": self.harbor.quotas[names[number]]}, "used": {"storage": 1024},
        } for number in only])

    def on_users(self) -> None:
        if self.parts.path.endswith("/current"):
            return super().on_users()
        if self.command == "POST":
            wanted = json.loads(self.body)
            if wanted["username"] in self.harbor.users:
                return self.refuse(409, "exists")
            self.harbor.users[wanted["username"]] = wanted
            return self.changed(201)
        if self.command == "PUT":
            number = self.parts.path.rsplit("/", 2)[1]
            user = next(u for n, u in self.harbor.users.items() if str(_number(n)) == number)
            user["password"] = json.loads(self.body)["new_password"]
            return self.changed(200)
        return self.answer(200, [
            {"username": name, "user_id": _number(name), "comment": user["comment"]}
            for name, user in self.harbor.users.items()
        ])

    def on_ldap(self) -> None:
        asked = parse_qs(self.parts.query)["username"][0]
        self.answer(200, [{"username": n} for n in self.harbor.directory if n.startswith(asked)])

    def on_robots(self) -> None:
        number = self.parts.path.rsplit("/", 1)[1]
        if self.command == "GET":
            return self.answer(200, [
                {key: one[key] for key in ("id", "name", "description", "expires_at")}
                for one in self.harbor.robots
            ])
        if self.command == "POST":
            return self.make_robot(json.loads(self.body))
        robot = next((one for one in self.harbor.robots if str(one["id"]) == number), None)
        if robot is None:
            return self.refuse(404, "no such robot")
        if self.command == "DELETE":
            self.harbor.robots.remove(robot)
        else:
            robot["secret"] = json.loads(self.body)["secret"]
        return self.changed(200)

    def make_robot(self, wanted: dict) -> None:
        project = wanted["permissions"][0]["namespace"]
        prefix = f"robot${project}+" if wanted["level"] == "project" else "robot$"
        made = wanted | {
            "name": prefix + wanted["name"], "id": next(self.harbor.numbers),
            "secret": "Made-up-by-Harbor-1", "expires_at": 2_000_000_000,
        }
        self.harbor.robots.append(made)
        self.changed(201, {key: made[key] for key in ("id", "name", "secret", "expires_at")})

    def on_service(self) -> None:
        """Tokens for robots by their own permissions."""
        scope = parse_qs(self.parts.query)["scope"][0].split(":")
        given = self.headers.get("Authorization", "").partition(" ")[2]
        login, _, secret = base64.b64decode(given).decode().partition(":")
        actions = [
            access["action"] for one in self.harbor.robots
            if (one["name"], one["secret"]) == (login, secret)
            for permission in one["permissions"]
            if permission["namespace"] == scope[1].partition("/")[0]
            for access in permission["access"] if access["resource"] == "repository"
        ]
        claims = {"access": [{"type": "repository", "name": scope[1], "actions": actions}]}
        text = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        self.answer(200, {"token": f"e30.{text}.x", "expires_in": 1800})

    def answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        call = f"{self.command} {self.parts.path.removeprefix('/api/v2.0')}"
        if self.harbor.held and call.startswith(self.harbor.held):
            self.harbor.held = ""
            self.harbor.reached.set()
            self.harbor.go.wait(60)
        try:
            super().answer(status, body, headers)
        except (BrokenPipeError, ssl.SSLError):  # who asked was killed meanwhile
            self.close_connection = True

    def changed(self, status: int, body: object = b"") -> None:
        """Answer, unless this answer is to be lost: then the connection ends."""
        call = f"{self.command} {self.parts.path.removeprefix('/api/v2.0')}"
        if call in self.harbor.lost:
            self.harbor.lost.remove(call)
            self.close_connection = True
            return
        self.answer(status, body)


def _number(name: str) -> int:
    """A person's or a member's number, the same each time."""
    return sum(ord(letter) * 31**place for place, letter in enumerate(name)) % 100_000
