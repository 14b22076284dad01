"""The v1 and v0.8 calls of Prism Element that the volume driver makes (nutanix.md 5.2)."""

import base64
import json
import socket
import ssl
import time
import urllib.error
import urllib.request

TASK_SECONDS = 120
GROUPS = "/api/nutanix/v0.8/volume_groups"


class Refused(Exception):
    """The sentence that Docker shows to whoever asked."""


class Prism:
    """The few calls to Prism Element that the driver makes."""

    def __init__(self, address: str, username: str, password: str, ca_pem: str) -> None:
        self._address = address
        login = base64.b64encode(f"{username}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
        context = ssl.create_default_context(cadata=ca_pem)
        https = urllib.request.HTTPSHandler(context=context)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), https)

    def container(self, name: str) -> str:
        """The id of the storage container with that name."""
        path = f"/PrismGateway/services/rest/v1/containers/?searchString={name}"
        for found in self._call("GET", path)["entities"]:
            if found["name"] == name:
                return found["containerUuid"]
        raise Refused(f"Prism has no storage container named {name}.")

    def groups(self) -> dict[str, dict]:
        """Every volume group by its name."""
        return {group["name"]: group for group in self._call("GET", GROUPS)}

    def create(self, name: str, size_mb: int, container: str) -> None:
        """The volume group exists, with one disk."""
        config = {"sizeMb": size_mb, "containerUuid": container}
        body = {"name": name, "diskList": [{"createConfig": config}]}
        self._await(self._call("POST", GROUPS, body)["taskUuid"])

    def delete(self, uuid: str) -> None:
        """The volume group and its data are gone."""
        self._await(self._call("DELETE", f"{GROUPS}/{uuid}")["taskUuid"])

    def switch(self, uuid: str, verb: str) -> None:
        """This machine may (`open`) or may no longer (`close`) reach the volume group."""
        body = {"iscsiClient": {"clientAddress": self._own_address()}}
        self._call("POST", f"{GROUPS}/{uuid}/{verb}", body)

    def _await(self, task: str) -> None:
        deadline = time.monotonic() + TASK_SECONDS
        while time.monotonic() < deadline:
            path = f"/api/nutanix/v0.8/tasks/{task}/poll?timeoutseconds=5"
            info = self._call("GET", path).get("taskInfo") or {}
            state = info.get("progressStatus", "").lower()
            if state == "succeeded":
                return
            if state in ("failed", "aborted"):
                raise Refused(f"Prism could not do it: {info.get('metaResponse', info)}")
        raise Refused(f"Prism's task {task} did not end in {TASK_SECONDS} s.")

    def _call(self, method: str, path: str, body: dict | None = None) -> dict:
        # a Prism Element ignores the parameter, a Prism Central passes the call on by it
        url = f"https://{self._address}{path}{'&' if '?' in path else '?'}proxyClusterUuid="
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(  # noqa: S310 - always https
            url + "all_clusters", data, self._headers, method=method
        )
        try:
            with self._opener.open(request, timeout=30) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            problem = error.read().decode(errors="replace")[:300]
            raise Refused(f"Prism answered {error.code} to {method} {path}: {problem}") from error
        except OSError as error:
            raise Refused(f"Prism at {self._address} cannot be reached: {error}") from error

    def _own_address(self) -> str:
        host, _, port = self._address.partition(":")
        with socket.create_connection((host, int(port or 9440)), 10) as connection:
            return connection.getsockname()[0]
