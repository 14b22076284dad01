"""Harbor's API v2.0 as Slipway uses it (`harbor.md 5`)."""

import re
from typing import Any
from urllib.parse import quote

from harbor.api import HarborAPI, HarborError


class HarborClient(HarborAPI):
    """What Slipway asks of a Harbor, in its own words; see HarborAPI for the arguments."""

    # --- how it fares -------------------------------------------------------------------------

    def health(self) -> dict[str, str]:
        """component → "" when healthy, else what it says. Raises while Harbor does not answer.

        The status code says nothing: it is 200 when components are ill (`harbor.md 5.2`).
        """
        document = self._get("/health", timeouts=(5, 65))
        components = document.get("components")
        if not isinstance(components, list) or not components:
            raise HarborError("Harbor's health report lists no components.", status=200)
        return {
            entry["name"]: "" if entry.get("status") == "healthy"
            else entry.get("error") or entry.get("status") or "unknown"
            for entry in components
        }

    def system_info(self) -> dict:
        """Version, external URL, clock and more; complete for an account that can log in."""
        return self._get("/systeminfo")

    def storage(self) -> tuple[int, int]:
        """(total, free) bytes of the disk that holds the images; for administrators."""
        entry = self._get("/systeminfo/volumes")["storage"][0]
        return entry["total"], entry["free"]

    # --- people and settings ------------------------------------------------------------------

    def current_user(self) -> dict | None:
        """Who we are; None when Harbor refuses the password."""
        answer = self.call("GET", "/users/current", allow=(401,))
        return None if answer.status == 401 else answer.json()

    def change_password(self, user_id: int, *, old: str, new: str) -> None:
        self.call(
            "PUT", f"/users/{user_id}/password",
            json={"old_password": old, "new_password": new},
        )

    def configuration(self) -> dict[str, Any]:
        """key → value of Harbor's settings."""
        return {
            key: entry.get("value") if isinstance(entry, dict) else entry
            for key, entry in self._get("/configurations").items()
        }

    def configure(self, settings: dict[str, Any]) -> None:
        """Change just these settings."""
        self.call("PUT", "/configurations", json=settings)

    # --- projects -----------------------------------------------------------------------------

    def find_project(self, name: str) -> dict | None:
        found = self._get("/projects", params={"q": f"name={name}", "page_size": 100})
        return next((entry for entry in found if entry["name"] == name), None)

    def ensure_project(self, name: str, *, public: bool = False, quota: int = -1) -> bool:
        """Create the project when it is missing; `quota` in bytes. True when it was made now."""
        answer = self.call(
            "POST", "/projects", allow=(409,),
            json={
                "project_name": name, "storage_limit": quota,
                "metadata": {"public": "true" if public else "false"},
            },
        )
        return answer.status == 201

    def count_projects(self) -> int:
        answer = self.call("GET", "/projects", params={"page_size": 1})
        return int(answer.headers.get("X-Total-Count") or len(answer.json() or []))

    def repositories(self, project: str) -> list[str]:
        """Names without the project."""
        found = self._get(f"/projects/{project}/repositories", params={"page_size": 100})
        return [entry["name"].partition("/")[2] for entry in found]

    def artifact(self, project: str, repository: str, reference: str) -> dict | None:
        """Digest, size and tags of an image; None when Harbor does not know it."""
        answer = self.call(
            "GET", f"{_repository(project, repository)}/artifacts/{reference}",
            params={"with_tag": "true"}, allow=(404,),
        )
        return None if answer.status == 404 else answer.json()

    def delete_repository(self, project: str, repository: str) -> None:
        """Remove a repository with everything in it; fine when it is gone already."""
        self.call("DELETE", _repository(project, repository), allow=(404,))

    # --- jobs ---------------------------------------------------------------------------------

    def start_gc(self, *, dry_run: bool) -> int:
        """Start a garbage collection and return its id."""
        answer = self.call(
            "POST", "/system/gc/schedule",
            json={
                "schedule": {"type": "Manual"},
                "parameters": {"delete_untagged": False, "dry_run": dry_run, "workers": 1},
            },
        )
        found = re.search(r"/(\d+)$", answer.headers.get("Location", ""))
        if not found:
            raise HarborError(
                "Harbor started a garbage collection without saying which.", status=answer.status
            )
        return int(found.group(1))

    def gc_status(self, job: int) -> str:
        """Pending, Running, Success, Error, Stopped …"""
        return self._get(f"/system/gc/{job}").get("job_status", "")

    def gc_log(self, job: int) -> str:
        return self.call("GET", f"/system/gc/{job}/log").text

    def schedule_purge(self, *, hours: int) -> None:
        """Forget audit records older than `hours`, every night at four."""
        document = {
            "schedule": {"type": "Custom", "cron": "0 0 4 * * *"},
            "parameters": {
                "audit_retention_hour": hours, "dry_run": False,
                "include_event_types": "create_artifact,delete_artifact,pull_artifact",
            },
        }
        self._ensure_schedule("/system/purgeaudit/schedule", document)

    def schedule_gc(self) -> None:
        """Free the space of deleted images every Sunday night at two."""
        self._ensure_schedule("/system/gc/schedule", {
            "schedule": {"type": "Custom", "cron": "0 0 2 * * 0"},
            "parameters": {"delete_untagged": True, "dry_run": False, "workers": 1},
        })

    def _ensure_schedule(self, path: str, document: dict) -> None:
        # A second POST is refused with 409 or 412, by version; PUT changes what is there.
        if self.call("POST", path, json=document, allow=(409, 412)).status >= 400:
            self.call("PUT", path, json=document)


def _repository(project: str, repository: str) -> str:
    # Encoded twice: Harbor decodes a path segment once more (`harbor.md 5.1`).
    return f"/projects/{project}/repositories/{quote(quote(repository, safe=''), safe='')}"
