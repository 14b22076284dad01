"""Look in Prism whether every host is still as we left it."""

from hosts.comparing import compare_hosts as compare
from hosts.comparing import prisms
from hosts.drift import words
from lib.errors import ServiceError
from nutanix.models import Prism
from operations.errors import StepFailed
from operations.run import Run


def compare_hosts(run: Run) -> None:
    """Every Prism is asked, also after one did not answer; what differs is stored and said."""
    found, problems, compared = list(prisms()), [], 0
    for number, prism in enumerate(found):
        run.progress(number, len(found), "clusters")
        run.checkpoint()
        try:
            compared += _compare(run, prism)
        except ServiceError as error:
            problems.append(f"{prism}: {error.message}")
            run.log(problems[-1], level="error")
    run.progress(len(found), len(found), "clusters")
    run.record(compared=compared)
    run.log(f"Compared {compared} hosts with Prism")
    if problems:
        raise StepFailed(
            f"Not every host could be compared. {' '.join(problems)}",
            advice="Test the connection on the Prism's page; the next look comes by itself.",
        )


def _compare(run: Run, prism: Prism) -> int:
    for secret in (prism.password, prism.api_key):
        run.keep_secret(secret)
    with prism.client() as client, run.outside(f"Prism: list what {prism} has"):
        compared = compare(prism, client)
    for host in compared:
        for difference in host.drift:
            run.log(f"{host}: {words(difference)}", level="warning")
    return len(compared)
