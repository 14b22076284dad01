"""A whole registry of the team's own."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from certificates.problems import Problem
from deployments.models import HarborInstance, Release
from deployments.models.sizes import PRESETS, ROLES, Size
from deployments.services import check_request
from nutanix.models import Cluster
from portal.kinds.base import Line, Place, Wanted


@dataclass(frozen=True, kw_only=True)
class RegistryWanted(Wanted):
    """`cluster` is the uuid of the Nutanix cluster; the newest release is deployed."""

    kind: ClassVar[str] = "registry"
    needs_instance: ClassVar[bool] = False
    registry: str
    fqdn: str
    cluster: str
    preset: str = Size.SMALL

    @property
    def name(self) -> str:
        return self.registry

    @property
    def size(self) -> int:
        if self.preset not in Size.values:
            return 0
        preset = PRESETS[Size(self.preset)]
        return sum(getattr(preset, role) for role in ROLES)

    def problems(self, place: Place) -> list[Problem]:
        if self.preset not in Size.values:
            return [Problem(_("Choose a size."), "preset")]
        if self.find_cluster() is None:
            return [Problem(_("There is no such cluster."), "cluster")]
        if Release.objects.first() is None:
            return [Problem(_("Ops have not registered a release of Harbor yet."), "preset")]
        return [
            Problem(sentence, "fqdn" if sentence.startswith("Domain name") or "domain name"
                    in sentence else "registry")
            for sentence in check_request(self.instance_for(place))
        ]

    def find_cluster(self) -> Cluster | None:
        return next((c for c in Cluster.objects.all() if str(c.uuid) == self.cluster), None)

    def instance_for(self, place: Place) -> HarborInstance:
        """The row that would be deployed; not in the database."""
        return HarborInstance(
            name=self.registry, fqdn=self.fqdn, cluster=self.find_cluster(), size=self.preset,
            release=Release.objects.first(), owner=place.team.group,
        )

    def summary(self) -> list[Line]:
        cluster = self.find_cluster()
        size = Size(self.preset).label if self.preset in Size.values else self.preset
        return [
            Line(_("Registry"), self.registry), Line(_("Domain name"), self.fqdn),
            Line(_("Size"), str(size)), Line(_("Cluster"), cluster.name if cluster else ""),
        ]
