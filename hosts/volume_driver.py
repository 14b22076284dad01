"""Whether an engine has the `nutanix` volume driver as its settings say."""

from collections.abc import Iterator
from typing import Any

from hosts.engine import Engine
from hosts.models import DockerHost, VolumeDriver
from hosts.models.volume_driver import ALIAS

# The fact of a host by which we know that its plugin is ours to change and to remove.
INSTALLED = "volume_driver"


def was_installed_by_us(host: DockerHost) -> bool:
    return bool(host.facts.get(INSTALLED))


def differing(plugin: dict[str, Any], driver: VolumeDriver) -> list[str]:
    """The names, never the values, of the settings that are not as they should be."""
    lines = (plugin.get("Settings") or {}).get("Env") or []
    actual = dict(line.split("=", 1) for line in lines if "=" in line)
    return [name for name, value in driver.settings().items() if actual.get(name) != value]


def problems_with_volume_driver(
    engine: Engine, host: DockerHost, driver: VolumeDriver
) -> Iterator[str]:
    """A plugin of that name that somebody else set otherwise is not touched."""
    found = engine.plugin(ALIAS)
    if found is None or was_installed_by_us(host):
        return
    wrong = differing(found, driver)
    if wrong:
        yield (
            f"{host} has a plugin “{ALIAS}” with other settings ({', '.join(wrong)}): correct "
            "them here, or remove the plugin there if nothing uses it."
        )
    elif not found.get("Enabled"):
        yield f"{host} has a plugin “{ALIAS}” that is disabled: enable or remove it there."


def rights_in_words(rights: list[dict[str, Any]]) -> str:
    """`docker plugin install`'s question on one line."""
    told = (f"{right.get('Name')} {', '.join(right.get('Value') or [])}" for right in rights)
    return "; ".join(told) or "nothing"
