"""Every pipeline a person or a schedule can start."""

from certificates.pipelines import PIPELINES as CERTIFICATES
from deployments.intake.pipelines import PIPELINES as INTAKE
from deployments.pipelines import PIPELINES as DEPLOYMENTS
from hosts.image_pipelines import PIPELINES as IMAGES
from hosts.pipelines import PIPELINES as HOSTS
from hosts.volume_pipelines import PIPELINES as VOLUMES
from notices.pipelines import PIPELINES as NOTICES
from nutanix.pipelines import PIPELINES as NUTANIX
from portal.pipelines import PIPELINES as PORTAL

PIPELINES = (
    *DEPLOYMENTS, *INTAKE, *HOSTS, *IMAGES, *VOLUMES, *NUTANIX, *CERTIFICATES, *NOTICES, *PORTAL,
)
