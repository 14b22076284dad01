"""How much of its space each project uses, noted every hour for pages and showback."""

from collections import defaultdict

from django.utils import timezone

from lib.errors import ServiceError
from operations.run import Run
from portal.clients import tenants_of
from portal.models import Project


def is_anything_to_measure() -> bool:
    """Whether teams have projects."""
    return _measurable().exists()


def measure_use(run: Run) -> None:
    """Ask each registry once; one that does not answer keeps its old figures."""
    by_instance = defaultdict(list)
    for project in _measurable().select_related("instance__host", "instance__certificate"):
        by_instance[project.instance].append(project)
    for instance, projects in by_instance.items():
        run.checkpoint()
        try:
            with tenants_of(instance) as client:
                spaces = client.spaces()
        except ServiceError as error:
            run.log(f"{instance}: {error.message}", level="warning")
            continue
        known = [project for project in projects if project.harbor_id in spaces]
        for project in known:
            project.used_bytes, project.used_at = spaces[project.harbor_id].used, timezone.now()
        Project.objects.bulk_update(known, ["used_bytes", "used_at"], batch_size=500)
        run.log(f"{instance}: measured {len(known)} of {len(projects)} projects")


def _measurable() -> object:
    return Project.objects.filter(state=Project.State.READY, harbor_id__isnull=False)
