"""Managed plugins of an engine: look, pull, set, enable, remove."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from docker.auth import AuthConfig, resolve_repository_name

from hosts.engine.base import Calls
from hosts.engine.errors import NotThere, translated
from hosts.engine.images import drain

_PATIENCE = 300


class PluginCalls(Calls):
    def plugin(self, name: str) -> dict[str, Any] | None:
        """The plugin's document, or None. Its settings may hold secrets: never log it whole."""
        try:
            with translated(self.name, f"inspect the plugin {name}"):
                return self.api.inspect_plugin(name)
        except NotThere:
            return None

    def plugin_rights(
        self, reference: str, login: Mapping[str, str] | None = None
    ) -> list[dict[str, Any]]:
        """What the plugin in its registry wants to be granted (Name, Description, Value)."""
        with (
            translated(self.name, f"look at the plugin {reference}"), self.patience(_PATIENCE),
            self._logged_in(reference, login),
        ):
            return self.api.plugin_privileges(reference) or []

    def pull_plugin(
        self, reference: str, *, name: str, rights: list[dict[str, Any]],
        login: Mapping[str, str] | None = None,
    ) -> None:
        """Install it as `name`, granting just these rights; it stays disabled."""
        with (
            translated(self.name, f"pull the plugin {reference}"), self.patience(_PATIENCE),
            self._logged_in(reference, login),
        ):
            drain(self.api.pull_plugin(reference, rights, name=name), self.name)

    @contextmanager
    def _logged_in(self, reference: str, login: Mapping[str, str] | None) -> Iterator[None]:
        """For plugins the SDK takes a login only from its own memory, not as an argument."""
        if login is None:
            yield
            return
        registry, _name = resolve_repository_name(reference)
        before = self.api._auth_configs
        self.api._auth_configs = AuthConfig({"auths": {registry: dict(login)}})
        try:
            yield
        finally:
            self.api._auth_configs = before

    def set_plugin(self, name: str, settings: Mapping[str, str]) -> None:
        """Change settings of a disabled plugin."""
        with translated(self.name, f"set the plugin {name}"):
            self.api.configure_plugin(name, dict(settings))

    def enable_plugin(self, name: str) -> None:
        with translated(self.name, f"enable the plugin {name}"), self.patience(_PATIENCE):
            self.api.enable_plugin(name, timeout=60)

    def containers_on(self, driver: str) -> list[str]:
        """Names of the containers, stopped ones too, that mount a volume of this driver."""
        with translated(self.name, "list its containers"):
            found = self.api.containers(all=True)
        return sorted(
            (entry.get("Names") or ["/?"])[0].lstrip("/") for entry in found
            if any(_driver_of(mount) == driver for mount in entry.get("Mounts") or [])
        )

    def disable_plugin(self, name: str) -> None:
        """Ask `containers_on` first: mounted volumes would be lost to their containers.

        By force, because an engine counts each volume that it knows as a use.
        """
        with translated(self.name, f"disable the plugin {name}"):
            self.api.disable_plugin(name, force=True)

    def remove_plugin(self, name: str) -> None:
        """Remove the plugin and its settings, as `disable_plugin`; gone already is fine."""
        try:
            with translated(self.name, f"remove the plugin {name}"):
                self.api.remove_plugin(name, force=True)
        except NotThere:
            return


def _driver_of(mount: Mapping[str, Any]) -> str:
    return str(mount.get("Driver", "")).partition(":")[0]
