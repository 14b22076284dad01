"""What people and other rooms may ask of a Harbor instance."""

from collections.abc import Callable
from pathlib import Path

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from deployments.configuration import volumes_of
from deployments.models import HarborInstance, Release
from deployments.planning import plan
from deployments.problems import (
    problems_with_cluster,
    problems_with_console,
    problems_with_driver,
    problems_with_request,
)
from harbor.archive import read_installer
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation

State = HarborInstance.State


def check_request(instance: HarborInstance) -> list[str]:
    """Every reason why the instance cannot be deployed as it is written; asks nothing outside."""
    return problems_with_request(instance)


def check_everything(instance: HarborInstance) -> list[str]:
    """The same, and what console and cluster tell when asked now; changes nothing."""
    problems = check_request(instance) + problems_with_console(instance)
    problems += problems_with_driver(instance)
    if instance.cluster and not (instance.host and instance.host.address):
        problems += problems_with_cluster(instance)
    return problems


def deploy(instance: HarborInstance, *, by: AbstractBaseUser | None = None) -> Operation:
    """Make the registry, or make it whole again. Raises Refused with all reasons at once."""
    _refuse(instance, State.RETIRED)
    problems = check_request(instance)
    if problems:
        raise Refused(" ".join(problems), advice="Nothing was touched. Correct these first.")
    with transaction.atomic():
        plan(instance)
        operation = operations.start("deploy", instance, by=by, owner=instance.owner)
        instance.record(state=State.DEPLOYING)
    return operation


def self_test(instance: HarborInstance, *, by: AbstractBaseUser | None = None) -> Operation:
    """Check the registry from the volumes to the log."""
    _refuse(instance, State.DRAFT, State.STOPPED, State.RETIRED)
    return operations.start("self-test", instance, by=by, owner=instance.owner)


def stop(instance: HarborInstance, *, by: AbstractBaseUser | None = None) -> Operation:
    """Stop Harbor's containers; machine and data stay."""
    _refuse(instance, State.DRAFT, State.RETIRED)
    return operations.start("stop", instance, by=by, owner=instance.owner)


def start(instance: HarborInstance, *, by: AbstractBaseUser | None = None) -> Operation:
    """Start Harbor's containers and wait until they are healthy."""
    _refuse(instance, State.DRAFT, State.RETIRED)
    return operations.start("start", instance, by=by, owner=instance.owner)


def retire(
    instance: HarborInstance,
    *,
    typed_name: str,
    delete_volumes: bool = False,
    delete_host: bool = False,
    by: AbstractBaseUser | None = None,
) -> Operation:
    """Remove Harbor; its data and its machine only when asked for. Raises Refused.

    `typed_name` must be the instance's name: nobody retires a registry by a slip of the mouse.
    """
    _refuse(instance, State.RETIRED)
    if typed_name != instance.name:
        raise Refused(
            f"Type the name of the instance, {instance.name}, to retire it.",
            advice="This protects the registries of others.",
        )
    parameters = {"delete_volumes": delete_volumes, "delete_host": delete_host}
    return operations.start(
        "retire", instance, by=by, owner=instance.owner, parameters=parameters
    )


def loses(instance: HarborInstance, *, delete_volumes: bool, delete_host: bool) -> list[str]:
    """What is gone after retiring, by name, for the page that asks for confirmation."""
    lost = [f"The registry {instance.url} with its users, projects and settings"]
    for volume in volumes_of(instance).values():
        is_lost = delete_volumes or (delete_host and volume.backend == volume.Backend.LOCAL)
        fate = "deleted with everything in it" if is_lost else "kept, no longer used"
        lost.append(f"Volume {volume.name} ({volume.size_gib} GiB): {fate}")
    if instance.host:
        fate = "deleted" if delete_host else "kept without Harbor"
        lost.append(f"Docker host {instance.host}: {fate}")
    return lost


def register_archive(
    path: Path, on_progress: Callable[[int, int], None] | None = None
) -> Release:
    """The release whose installer archive lies at `path`, read anew. Raises BadArchive."""
    found = read_installer(path, on_progress)
    release, _ = Release.objects.update_or_create(
        version=found.version, source=Release.Source.ARCHIVE, mirror_prefix="",
        defaults={
            "archive": path.name, "archive_sha256": found.sha256, "archive_size": found.size,
            "architecture": found.architecture,
            "images": [vars(image) for image in found.images],
        },
    )
    return release


def _refuse(instance: HarborInstance, *states: str) -> None:
    instance.refresh_from_db(fields=["state"])
    if instance.state in states:
        raise Refused(f"{instance} is {instance.get_state_display().lower()}.")
