"""Who else is on an existing machine: container names, ports, another Harbor."""

import re
from collections.abc import Iterator

from deployments.configuration import LAYOUT, volumes_of
from deployments.models import HarborInstance
from harbor.bundle import CONTAINER_OF
from hosts.engine import Engine
from hosts.host_tool import HostTool

# Harbor's own log container publishes it on the host's loopback (`harbor.md 3.2`).
_LOG_PORT = 1514
_CONFIGURATIONS = ("harbor.yml", "input/harbor.yml")
_HOSTNAME = re.compile(rb"^hostname:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)


def problems_with_neighbours(
    instance: HarborInstance, docker: Engine, tool: HostTool
) -> Iterator[str]:
    """Names and ports that others hold; Harbor's container names are fixed."""
    project = set(docker.containers(LAYOUT.project))
    is_ours = _is_ours(instance, docker, project)
    ours = project if is_ours else set()
    if project and not is_ours:
        yield (
            f"A compose project “{LAYOUT.project}” runs on {instance.host}: "
            "is there another Harbor?"
        )
    else:
        yield from _with_files(instance, docker)
    yield from _with_names(docker, project)
    yield from _with_ports(instance, docker, tool, ours)


def _is_ours(instance: HarborInstance, docker: Engine, project: set[str]) -> bool:
    """Left by an earlier attempt of this instance: its containers mount this instance's volumes."""
    volumes = {volume.name for volume in volumes_of(instance).values()}
    documents = (docker.inspect(name) or {} for name in project)
    mounts = (mount for document in documents for mount in document.get("Mounts", []))
    return any(mount.get("Name") in volumes for mount in mounts)


def _with_files(instance: HarborInstance, docker: Engine) -> Iterator[str]:
    """A Harbor that is down is a Harbor: its configuration and keys would be written over."""
    for content in docker.get_files(LAYOUT.install, _CONFIGURATIONS).values():
        found = _HOSTNAME.search(content)
        name = found.group(1).decode(errors="replace") if found else "another Harbor"
        if name != instance.fqdn:
            yield (
                f"{LAYOUT.install} on {instance.host} holds the configuration of {name}: "
                "move it away if that Harbor is not needed any more."
            )
            return


def _with_names(docker: Engine, project: set[str]) -> Iterator[str]:
    for container in docker.all_containers():
        if container.name in CONTAINER_OF.values() and container.name not in project:
            yield f"A container named {container.name} exists; Harbor needs that name."


def _with_ports(
    instance: HarborInstance, docker: Engine, tool: HostTool, ours: set[str]
) -> Iterator[str]:
    wanted = {instance.http_port, instance.https_port, _LOG_PORT}
    published: set[int] = set()
    for container in docker.all_containers():
        published |= set(container.published_ports)
        for port in sorted(wanted & set(container.published_ports)):
            if container.name not in ours:
                yield f"Port {port} is taken by the container {container.name}."
    for port in sorted((wanted & tool.listening_ports()) - published):
        yield (
            f"Port {port} is taken by a program of {instance.host}: "
            f"“ss -ltnp sport = :{port}”, typed there, names it."
        )
