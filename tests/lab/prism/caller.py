"""Calls the simulator over HTTPS, as a program of the outside would."""

import uuid
from pathlib import Path

import requests

from lab.prism import PrismSimulator


class Caller:
    """A verified HTTPS session as the administrator; a new request id for each call."""

    def __init__(self, sim: PrismSimulator, ca_file: Path) -> None:
        self.sim = sim
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(ca_file)
        self.session.auth = (sim.username, sim.password)

    def __call__(self, method: str, path: str, **options: object) -> requests.Response:
        headers = {"NTNX-Request-Id": str(uuid.uuid4())} | options.pop("headers", {})
        return self.session.request(
            method, self.sim.url + path, headers=headers, timeout=30, **options
        )

    def get(self, path: str, **params: object) -> dict:
        """The JSON of a call that must succeed."""
        answer = self("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def task_of(self, answer: requests.Response) -> dict:
        """The task that a 202 promised, as it is now."""
        assert answer.status_code == 202, answer.text
        ext_id = answer.json()["data"]["extId"]
        return self.get(f"/api/prism/v4.0/config/tasks/{ext_id}")["data"]

    def done(self, answer: requests.Response) -> str:
        """The id of the first entity of a task that must have succeeded."""
        task = self.task_of(answer)
        assert task["status"] == "SUCCEEDED", task["errorMessages"]
        return task["entitiesAffected"][0]["extId"]

    def act(self, vm: str, action: str, body: dict | None = None) -> requests.Response:
        """A VM action with the present ETag."""
        url = f"/api/vmm/v4.3/ahv/config/vms/{vm}"
        etag = self("GET", url).headers["ETag"]
        return self("POST", f"{url}/$actions/{action}", headers={"If-Match": etag}, json=body)
