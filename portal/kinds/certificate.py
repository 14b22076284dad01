"""A certificate for a server of the team's own."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from certificates.models import Authority, Certificate
from certificates.orders import Order, problems_with_order
from certificates.problems import Problem, Refused
from certificates.services import ensure_console_authority
from certificates.team_requests import problems_with_team_request, read_team_request
from portal.kinds.base import Line, Place, Wanted
from portal.kinds.others_names import names_of_others


@dataclass(frozen=True, kw_only=True)
class CertificateWanted(Wanted):
    """With `csr` (PEM) the team keeps its key; without, the key is made and kept here."""

    kind: ClassVar[str] = "certificate"
    needs_instance: ClassVar[bool] = False
    fqdn: str
    names: tuple[str, ...] = ()
    csr: str = ""
    days: int = 90

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.names))

    @property
    def name(self) -> str:
        return self.fqdn

    @property
    def size(self) -> int:
        return self.days

    @property
    def all_names(self) -> list[str]:
        """What the certificate is for, each once."""
        return list(dict.fromkeys(name.lower() for name in (self.fqdn, *self.names)))

    def problems(self, place: Place) -> list[Problem]:
        authority = ensure_console_authority()
        found = self._problems_with_csr(authority) if self.csr else _placed(problems_with_order(
            authority, Order(common_name=self.fqdn, names=self.all_names, days=self.days)
        ))
        return found + [
            Problem(_("“%s” is somebody else's name.") % name, "fqdn")
            for name in names_of_others(self.all_names, place.team.group)
        ]

    def _problems_with_csr(self, authority: Authority) -> list[Problem]:
        try:
            asked = read_team_request(self.csr)
        except Refused as refusal:
            return [Problem(sentence, "csr") for sentence in refusal.problems]
        found = problems_with_team_request(
            authority, asked, usage=Certificate.Usage.SERVER, days=self.days
        )
        # The approver agrees to names, so they must be the ones that are signed.
        if set(asked.names) != set(self.all_names) or asked.addresses:
            found.append(_("The request is for other names: %s.") % ", ".join(
                [*asked.names, *asked.addresses]
            ))
        return _placed(found, "csr")

    def summary(self) -> list[Line]:
        return [
            Line(_("Names"), ", ".join(self.all_names)),
            Line(_("Key"), _("made by the team") if self.csr else _("made and kept here")),
            Line(_("Lives"), _("%d days") % self.days),
        ]


def _placed(problems: list[str], part: str = "") -> list[Problem]:
    """`common_name` of an order is our `fqdn`."""
    own = {"common_name": "fqdn", "names": "names", "days": "days"}
    return [
        Problem(one, part or own.get(getattr(one, "part", ""), "fqdn")) for one in problems
    ]
