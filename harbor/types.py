"""The values that Harbor's files and APIs are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Image:
    """One image of a release. `image_id` is the config digest, "" when not known yet."""

    name: str
    reference: str
    image_id: str = ""
    size: int = 0


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where Harbor lies on its host (`harbor.md 1.7`)."""

    install: str = "/opt/harbor"
    data: str = "/data"
    logs: str = "/var/log/harbor"
    project: str = "harbor"

    @property
    def certs(self) -> str:
        """Certificates wait here: prepare deletes its own copy first (`harbor.md 1.7`)."""
        return f"{self.install}/certs"


@dataclass(frozen=True, kw_only=True)
class HarborConfig:
    """Everything that decides what Harbor's files say; passwords in clear, in memory only."""

    hostname: str
    version: str
    admin_password: str = field(repr=False)
    database_password: str = field(repr=False)
    volumes: Mapping[str, str]
    http_port: int = 80
    https_port: int = 443
    job_workers: int = 10
    subnet: str = ""
    layout: Layout = Layout()
