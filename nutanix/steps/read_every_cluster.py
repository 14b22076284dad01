"""Refresh what is shown of every cluster: version, nodes, availability, space."""

from lib.errors import ServiceError
from nutanix.models import Prism
from nutanix.services import read_clusters
from operations.errors import StepFailed
from operations.run import Run


def read_every_cluster(run: Run) -> None:
    """Every Prism is asked, also after one did not answer."""
    prisms, problems = list(Prism.objects.all()), []
    for number, prism in enumerate(prisms):
        run.progress(number, len(prisms), "connections")
        run.checkpoint()
        for secret in (prism.password, prism.api_key):
            run.keep_secret(secret)
        try:
            with run.outside(f"Prism: read the clusters of {prism}"):
                found = read_clusters(prism)
        except ServiceError as error:
            problems.append(f"{prism}: {error.message}")
            run.log(problems[-1], level="error")
        else:
            run.log(f"{prism}: {', '.join(each.name for each in found) or 'no cluster'}")
    run.progress(len(prisms), len(prisms), "connections")
    if problems:
        raise StepFailed(
            f"Not every cluster could be read. {' '.join(problems)}",
            advice="Test the connection on the Prism's page; the next look comes by itself.",
        )
