"""A wrong password and nobody at all are refused."""

from deployments.clients import harbor, open_harbor, trust_file
from lib.passwords import new_password
from operations.errors import CheckFailed, StepFailed
from operations.run import Run


def check_wrong_password(run: Run) -> str:
    """Refused with 401; the right password works again after the short lock."""
    with open_harbor(run.subject, trust_file(run), password=new_password()) as client:
        if client.current_user() is not None:
            raise CheckFailed(
                "Harbor lets the administrator in with a wrong password.",
                advice="Take this registry off the network and look for the cause.",
            )
    # A wrong password locks the account for 1.5 s (`harbor.md 5.1`); leave no locked door behind.
    try:
        run.wait_until(
            harbor(run).current_user, what="the administrator's login", timeout=10, interval=0.5
        )
    except StepFailed as error:
        raise CheckFailed(
            "A wrong password is refused, but so is the administrator's right one afterwards.",
            advice="Somebody changed it in Harbor. Set the same password on the instance's page.",
        ) from error
    return "A random password is refused with 401; the right one works again afterwards"
