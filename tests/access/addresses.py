"""Every address that the console answers, with an existing object in its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, get_resolver, reverse

# What stands in an address that is not the object itself.
ARGUMENTS = {
    "container": "harbor-core", "what": "image",
    "queue_index": 0, "job_id": "1", "result_id": "1", "key": "1", "connection_index": 0,
    "scheduler_name": "one", "cron_job_name": "one",
}
OWN_ARGUMENTS = {
    "admin:deployments_harborinstance_act": {"verb": "deploy"},
    "admin:hosts_dockerhost_act": {"verb": "restart"},
    "admin:hosts_volume_act": {"verb": "grow"},
    "admin:nutanix_cluster_choices": {"what": "subnet"},
    "admin:hosts_dockerhost_pick": {"what": "image"},
    "images:file": {"token": "forged", "name": "debian.qcow2"},
    "portal:ask": {"kind": "project"},
}
# Patterns that cannot be reversed.
EXAMPLES = {
    "metrics": "/metrics", "admin:app_list": "/admin/deployments/",
    "admin/(?P<url>.*)$": "/admin/no/such/page/",
}


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver, called by its name, or by its route where it has none."""

    name: str
    route: str
    pattern: URLPattern

    @property
    def room(self) -> str:
        """Which part of the console answers; below the admin, which model."""
        for model in admin.site._registry:
            if self.route.startswith(f"admin/{model._meta.app_label}/{model._meta.model_name}/"):
                return model._meta.label
        return self.name.rpartition(":")[0] if ":" in self.name else "config"

    def of(self, row: Model | None) -> str:
        if self.name in EXAMPLES:
            return EXAMPLES[self.name]
        if self.name == self.route:
            return f"/{self.route.replace('<path:object_id>', str(row.pk))}"
        own = OWN_ARGUMENTS.get(self.name, {})
        if self.name == "portal:secret":
            row = row.handovers.get()
        wanted = self.pattern.pattern.converters.keys() - own
        return reverse(self.name, kwargs=own | {name: _argument(name, row) for name in wanted})


def addresses() -> dict[str, Address]:
    """By name."""
    found: dict[str, Address] = {}
    for name, route, pattern in _walk(get_resolver()):
        assert name not in found, f"Two addresses are called {name}."
        found[name] = Address(name, route, pattern)
    return found


def _walk(resolver: Any, route: str = "", space: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    for each in resolver.url_patterns:
        here = route + str(each.pattern).removeprefix("^")
        if isinstance(each, URLPattern):
            yield f"{space}{each.name}" if each.name else here, here, each
        else:
            yield from _walk(each, here, f"{space}{each.namespace}:" if each.namespace else space)


def _argument(name: str, row: Model | None) -> Any:
    if name in ARGUMENTS:
        return ARGUMENTS[name]
    if name in ("team", "registry"):
        return row.team.uuid if name == "team" else row.instance.uuid
    if name == "content_type_id":
        return ContentType.objects.get_for_model(row).pk
    return row.uuid if name == "uuid" else row.pk
