"""Docker volumes of an engine."""

from collections.abc import Mapping
from typing import Any

from hosts.engine.base import Calls
from hosts.engine.errors import EngineError, NotThere, translated


class VolumeCalls(Calls):
    def volume(self, name: str) -> dict[str, Any] | None:
        """The volume's document (Name, Driver, Mountpoint, Options), or None."""
        try:
            with translated(self.name, f"inspect volume {name}"):
                return self.api.inspect_volume(name)
        except NotThere:
            return None

    def ensure_volume(self, name: str, driver: str, options: Mapping[str, str]) -> None:
        """Create it unless it is there with just this driver and these options.

        Raises EngineError when one of that name is different: it may hold somebody's data.
        Of a driver that several engines share, an engine knows the options of its own volumes only.
        """
        found = self.volume(name)
        if found is None:
            with translated(self.name, f"create volume {name}"):
                self.api.create_volume(name, driver=driver, driver_opts=dict(options))
            return
        actual = (found["Driver"].partition(":")[0], found.get("Options") or {})
        is_shared = found.get("Scope") == "global" and not actual[1]
        if actual != (driver, dict(options)) and not (is_shared and actual[0] == driver):
            raise EngineError(
                f"{self.name} has another volume {name}: driver {actual[0]}, options {actual[1]}.",
                advice="Look whether it holds data; then remove or rename it on the host.",
            )

    def remove_volume(self, name: str) -> None:
        """Forget the volume; with driver `local` and a device the data stays on the device."""
        try:
            with translated(self.name, f"remove volume {name}"):
                self.api.remove_volume(name)
        except NotThere:
            return
