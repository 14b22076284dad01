"""What the rows alone tell: names, choices, sizes, volumes. Asks nothing outside."""

from deployments.login_modes import problems_with_login
from deployments.models import HarborInstance
from deployments.models.sizes import ROLES
from deployments.planning import volume_name
from harbor.images import release_number
from hosts.models import DockerHost, Volume
from lib.names import problems_with_fqdn, problems_with_label


def problems_with_request(instance: HarborInstance) -> list[str]:
    """Every reason, in sentences, why this instance cannot be deployed as it is written."""
    problems = [f"Name: {reason}" for reason in problems_with_label(instance.name)]
    problems += [f"Domain name: {reason}" for reason in problems_with_fqdn(instance.fqdn)]
    problems += _problems_with_neighbours(instance)
    problems += _problems_with_place(instance)
    problems += _problems_with_driver(instance)
    problems += _problems_with_release(instance)
    problems += _problems_with_volumes(instance)
    if instance.http_port == instance.https_port:
        problems.append(f"HTTP and HTTPS cannot share port {instance.http_port}.")
    wrong = problems_with_login(
        instance.auth_mode, instance.auth_settings, has_secret=bool(instance.auth_secret)
    )
    problems += [f"{field}: {reason}" for field, reason in wrong.items()]
    return problems


def _problems_with_neighbours(instance: HarborInstance) -> list[str]:
    others = HarborInstance.objects.living().exclude(uuid=instance.uuid)
    problems = []
    if others.filter(name=instance.name).exists():
        problems.append(f"Another instance is named {instance.name}.")
    if others.filter(fqdn=instance.fqdn).exists():
        problems.append(f"Another instance has the domain name {instance.fqdn}.")
    if instance.host_id and others.filter(host=instance.host_id).exists():
        problems.append(f"Another Harbor runs on {instance.host}: one engine carries one.")
    return problems


def _problems_with_place(instance: HarborInstance) -> list[str]:
    if instance.host is None and instance.cluster is None:
        return ["Choose a cluster for a new machine, or an existing Docker host."]
    if instance.host is None:
        living = DockerHost.objects.exclude(state=DockerHost.State.GONE)
        if living.filter(name=instance.name).exists():
            return [f"There is a Docker host named {instance.name} already."]
        return []
    if instance.host.cluster is None and instance.storage == instance.Backend.VOLUME_GROUP:
        return [
            f"{instance.host} is not on a known cluster, so it cannot have volume groups: "
            "choose the host's own disk or the Nutanix volume driver."
        ]
    return []


def _problems_with_driver(instance: HarborInstance) -> list[str]:
    if instance.storage == instance.Backend.NUTANIX_DRIVER and instance.volume_driver is None:
        return ["Choose the volume driver: its plugin, address and login are entered once."]
    return []


def _problems_with_release(instance: HarborInstance) -> list[str]:
    release, problems = instance.release, []
    try:
        release_number(release.version)
    except ValueError as error:
        problems.append(str(error))
    if release.source == release.Source.ARCHIVE and not release.images:
        problems.append(f"The archive of {release} was not read yet: save the release again.")
    # The only architecture Harbor publishes (`harbor.md 1.1`).
    if release.architecture != "amd64":
        problems.append(f"{release} is for {release.architecture}; only amd64 can be deployed.")
    return problems


def _problems_with_volumes(instance: HarborInstance) -> list[str]:
    wanted = [volume_name(instance, role) for role in ROLES]
    others = (
        Volume.objects.filter(name__in=wanted).exclude(claimed_by=str(instance.uuid))
        .exclude(state=Volume.State.DELETED)
    )
    if instance.takes_over is None:
        return [
            f"There is a volume {volume.name} from another instance, with its data. Choose "
            "another name, or take over that instance's data." for volume in others
        ]
    problems = [
        f"The volume {volume.name} is in use by another instance."
        for volume in others if volume.claimed_by
    ]
    former = instance.takes_over
    if former.name != instance.name:
        problems.append(f"To take over the data of {former.name}, use the same name.")
    # A database is upgraded by an operation of its own, with a backup first (`harbor.md 6.2`).
    if former.release.version != instance.release.version:
        problems.append(
            f"The data of {former.name} was written by {former.release}; deploy that release."
        )
    return problems
