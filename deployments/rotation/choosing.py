"""What may follow the certificate of an instance: a new leaf, or one that was uploaded."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from certificates.models import Authority, Certificate
from certificates.reading import certificates_in, covers, facts_of
from certificates.renewal import problems_with_renewal
from certificates.services import issue
from deployments.models import HarborInstance
from lib.errors import ServiceError

_OFFERED = 20


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Either an authority that signs a new leaf, or a certificate that is here already."""

    authority: Authority | None = None
    certificate: Certificate | None = None

    def as_parameters(self) -> dict[str, str]:
        """For an operation: ids only."""
        if self.certificate:
            return {"certificate": str(self.certificate.uuid)}
        return {"authority": str(self.authority.uuid)} if self.authority else {}


def choice_from(parameters: dict[str, Any]) -> Choice:
    """The choice of an operation. Raises ServiceError when what was chosen is gone."""
    try:
        if "certificate" in parameters:
            return Choice(certificate=Certificate.objects.get(uuid=parameters["certificate"]))
        if "authority" in parameters:
            return Choice(authority=Authority.objects.get(uuid=parameters["authority"]))
    except (Certificate.DoesNotExist, Authority.DoesNotExist) as cause:
        raise ServiceError("What was chosen for the rotation is not here any more.") from cause
    return Choice()


def usual_choice(instance: HarborInstance) -> Choice:
    """A new leaf of the same authority; nothing when that cannot sign here."""
    authority = instance.certificate.authority if instance.certificate else None
    return Choice(authority=authority) if authority and authority.has_key else Choice()


def offers(instance: HarborInstance) -> list[Choice]:
    """Everything a person may choose, the usual one first."""
    usual = usual_choice(instance)
    authorities = [row for row in Authority.objects.exclude(key_pem="").order_by("name")
                   if not _problems_of_authority(instance, row)]
    authorities.sort(key=lambda row: row != usual.authority)
    return [
        *(Choice(authority=row) for row in authorities),
        *(Choice(certificate=row) for row in _certificates_for(instance)),
    ]


def problems_with(instance: HarborInstance, choice: Choice) -> list[str]:
    """Every reason why `choice` cannot be served next, known without asking the host."""
    problems = []
    if instance.certificate is None or instance.host is None:
        problems.append(f"{instance} has no certificate yet: deploy it first.")
    if choice.certificate:
        problems += _problems_of_certificate(instance, choice.certificate)
    elif choice.authority:
        problems += _problems_of_authority(instance, choice.authority)
    else:
        problems.append(
            f"The certificate of {instance} was not signed here: choose an authority, or upload "
            "its successor and choose that."
        )
    return problems


def make(instance: HarborInstance, choice: Choice) -> Certificate:
    """The chosen certificate, or a new leaf with the same names. Raises ServiceError."""
    if choice.certificate:
        return choice.certificate
    return issue(
        choice.authority, common_name=instance.fqdn.lower(), owner=instance.owner,
        names=_names_of(instance), addresses=[instance.host.address],
    )


def is_for(certificate: Certificate, name: str) -> bool:
    """Whether clients that ask for `name` accept it."""
    return covers(certificates_in(certificate.certificate_pem)[0], name.lower())


def _certificates_for(instance: HarborInstance) -> list[Certificate]:
    """Those that are here with their key; the last to end first."""
    name = instance.fqdn.lower()
    # The rows may be many: the database finds the few that name it, then they are read.
    found = (
        Certificate.objects.usable().filter(usage=Certificate.Usage.SERVER)
        .annotate(named=Cast("sans", TextField()))
        .filter(Q(named__contains=f'"{name}"')
                | Q(named__contains=f'"*.{name.partition(".")[2]}"'))
        .exclude(key_pem="").exclude(pk=instance.certificate_id).order_by("-not_after")
    )
    return [row for row in found[:_OFFERED] if is_for(row, name)]


def _names_of(instance: HarborInstance) -> list[str]:
    """The instance's name first, then those that its certificate carries: clients may use them."""
    carried = certificates_in(instance.certificate.certificate_pem)[0]
    return list(dict.fromkeys([instance.fqdn.lower(), *facts_of(carried).names]))


def _problems_of_authority(instance: HarborInstance, authority: Authority) -> list[str]:
    if instance.certificate is None or instance.host is None:
        return []
    return problems_with_renewal(
        authority, names=_names_of(instance), addresses=[instance.host.address]
    )


def _problems_of_certificate(instance: HarborInstance, certificate: Certificate) -> list[str]:
    problems = []
    if certificate.pk == instance.certificate_id:
        problems.append(f"{certificate} is the one that {instance} has already.")
    if certificate.state != Certificate.State.VALID:
        problems.append(f"{certificate} is {certificate.get_state_display().lower()}.")
    elif not certificate.is_usable:
        problems.append(
            f"{certificate} is valid from {certificate.not_before:%Y-%m-%d} to "
            f"{certificate.not_after:%Y-%m-%d} only."
        )
    if not certificate.has_key:
        problems.append(f"The private key of {certificate} is not here.")
    if certificate.usage != Certificate.Usage.SERVER:
        problems.append(f"{certificate} is not for servers.")
    if not is_for(certificate, instance.fqdn):
        problems.append(f"{certificate} is not valid for {instance.fqdn}.")
    return problems
