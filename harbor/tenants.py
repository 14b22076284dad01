"""What teams have in a Harbor: space, members, accounts, robots (`harbor.md 5.3–5.7`)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from harbor.client import HarborClient

_PAGE = 100
# What a robot needs for each thing it may do (`harbor.md 5.6`).
_ACCESS = {
    "pull": ("repository:pull",),
    "push": ("repository:pull", "repository:push", "artifact:read", "tag:create", "tag:list"),
    "delete": ("repository:list", "artifact:list", "artifact:delete", "tag:delete"),
}


@dataclass(frozen=True, kw_only=True)
class Space:
    """Bytes a project may hold (-1: no limit) and holds; `number` is the quota's own."""

    number: int
    limit: int
    used: int


@dataclass(frozen=True, kw_only=True)
class Membership:
    """One member's own number in the project, and the number of the role."""

    number: int
    role: int


class TenantClient(HarborClient):
    """The same account; each method that makes something says whether it was made now."""

    # --- space --------------------------------------------------------------------------------

    def space(self, project_id: int) -> Space | None:
        """None when Harbor keeps no quota for the project."""
        found = self._get(
            "/quotas", params={"reference": "project", "reference_id": project_id}
        )
        if not found:
            return None
        entry = found[0]
        return Space(
            number=entry["id"], limit=entry["hard"]["storage"], used=entry["used"]["storage"]
        )

    def spaces(self) -> dict[int, Space]:
        """Harbor's number of each project → its space."""
        return {
            entry["ref"]["id"]: Space(
                number=entry["id"], limit=entry["hard"]["storage"], used=entry["used"]["storage"]
            )
            for entry in self._all("/quotas", reference="project")
        }

    def set_space(self, number: int, limit: int) -> None:
        """`limit` in bytes. Below what is used is accepted; pushes are refused then."""
        self.call("PUT", f"/quotas/{number}", json={"hard": {"storage": limit}})

    # --- members ------------------------------------------------------------------------------

    def members(self, project: str) -> dict[str, Membership]:
        """Name of each person → membership; groups are left out."""
        return {
            entry["entity_name"]: Membership(number=entry["id"], role=entry["role_id"])
            for entry in self._all(f"/projects/{project}/members") if entry["entity_type"] == "u"
        }

    def add_member(self, project: str, name: str, role: int) -> bool:
        """False when Harbor does not know the person; fine when they are a member already."""
        answer = self.call(
            "POST", f"/projects/{project}/members", allow=(404, 409),
            json={"role_id": role, "member_user": {"username": name}},
        )
        return answer.status != 404

    def set_role(self, project: str, number: int, role: int) -> None:
        """Harbor does not check the role: only numbers of `harbor.md 5.5` may come here."""
        self.call("PUT", f"/projects/{project}/members/{number}", json={"role_id": role})

    def remove_member(self, project: str, number: int) -> None:
        """Fine when it is gone already."""
        self.call("DELETE", f"/projects/{project}/members/{number}", allow=(404,))

    # --- people -------------------------------------------------------------------------------

    def find_user(self, name: str) -> dict[str, Any] | None:
        """The account of exactly this name."""
        # A name of digits only would be read as a number (`harbor.md 5.1`).
        asked = f"'{name}'" if name.isdigit() else name
        found = self._all("/users", q=f"username={asked}")
        return next((entry for entry in found if entry["username"] == name), None)

    def find_ldap_user(self, name: str) -> dict[str, Any] | None:
        """The person of exactly this name in the directory that Harbor asks."""
        found = self._get("/ldap/users/search", params={"username": name}) or []
        return next((entry for entry in found if entry["username"] == name), None)

    def make_user(self, name: str, *, email: str, password: str, comment: str) -> bool:
        """False when the name or the address is taken."""
        answer = self.call("POST", "/users", allow=(409,), json={
            "username": name, "email": email, "realname": name, "password": password,
            "comment": comment,
        })
        return answer.status == 201

    def reset_password(self, user_id: int, password: str) -> None:
        """Fine when it is this password already: Harbor calls that a bad request."""
        self.call(
            "PUT", f"/users/{user_id}/password", allow=(400,), json={"new_password": password}
        )

    # --- robots -------------------------------------------------------------------------------

    def robots(self, project_id: int | None) -> list[dict[str, Any]]:
        """Those of one project; without a project those that work in several."""
        if project_id is None:
            return list(self._all("/robots"))
        return list(self._all("/robots", q=f"Level=project,ProjectID={project_id}"))

    def make_robot(
        self, name: str, *, projects: Iterable[str], actions: Iterable[str], days: int,
        description: str,
    ) -> dict[str, Any]:
        """`id`, full `name`, `expires_at` and a `secret` that nobody should keep."""
        projects, access = list(projects), _access(actions)
        answer = self.call("POST", "/robots", json={
            "name": name, "description": description, "duration": days,
            "level": "project" if len(projects) == 1 else "system",
            "permissions": [
                {"kind": "project", "namespace": project, "access": access}
                for project in projects
            ],
        })
        return answer.json()

    def set_robot_secret(self, robot_id: int, secret: str) -> None:
        """From now on the robot logs in with this, and with nothing else."""
        self.call("PATCH", f"/robots/{robot_id}", json={"secret": secret})

    def delete_robot(self, robot_id: int) -> None:
        """Fine when it is gone already."""
        self.call("DELETE", f"/robots/{robot_id}", allow=(404,))

    def _all(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        page = 1
        while found := self._get(path, params={**params, "page": page, "page_size": _PAGE}):
            yield from found
            if len(found) < _PAGE:
                return
            page += 1


def _access(actions: Iterable[str]) -> list[dict[str, str]]:
    pairs = dict.fromkeys(pair for action in actions for pair in _ACCESS[action])
    return [
        {"resource": resource, "action": action}
        for resource, _, action in (pair.partition(":") for pair in pairs)
    ]
