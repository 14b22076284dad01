"""Put the next pair beside the served one, for nginx and for a later run of prepare."""

from deployments.clients import engine
from deployments.configuration import LAYOUT
from deployments.prepare import run_script
from deployments.steps.choose_certificate import replacement
from harbor.served_pair import link_pairs, pair_files, pair_name, places
from operations.run import Run

SLUG = "stage-certificate"


def stage_certificate(run: Run) -> None:
    """Nothing of it is read yet; what is served now stays and is remembered for the way back."""
    certificate = replacement(run)
    name = pair_name(certificate.fingerprint)
    for folder, owner in places(LAYOUT).items():
        run.checkpoint()
        engine(run).put_files(folder, pair_files(
            name, chain_pem=certificate.full_chain_pem, key_pem=certificate.key_pem, uid=owner
        ))
    run.checkpoint()
    run.record(pair=name, before=run_script(run, link_pairs(LAYOUT)).split())
    run.log(f"The new pair lies ready in {' and '.join(places(LAYOUT))}")
