"""What any call of ours learns about a Prism's trust and login, kept where people see it.

A certificate or a login that is refused is an alarm, whoever met it: a test, an operation or the
schedule. The next call that succeeds disproves it. Nothing is written unless that changes.
"""

from typing import TYPE_CHECKING

from nutanix.prism.errors import PrismError

if TYPE_CHECKING:
    from nutanix.models import Prism


def notice(prism: "Prism", error: PrismError | None) -> None:
    """`error`: certificate or login were refused; None: both were accepted just now."""
    if error is not None:
        _keep(prism, problem=f"{error.message} {error.advice}".strip(), alarmed=True)
    elif prism.alarmed:
        _keep(prism, problem="", alarmed=False)


def _keep(prism: "Prism", *, problem: str, alarmed: bool) -> None:
    """One conditional update; none when the row as we know it says so already."""
    if prism.pk is None or (prism.problem, prism.alarmed) == (problem, alarmed):
        return
    prism.problem, prism.alarmed = problem, alarmed
    rows = type(prism).objects.filter(pk=prism.pk)
    if not alarmed:
        rows = rows.filter(alarmed=True)  # a missing right, found meanwhile, is not disproved
    rows.update(problem=problem, alarmed=alarmed)
