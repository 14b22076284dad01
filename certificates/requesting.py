"""Asks an outside authority: makes the key and the request, takes its answer in."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from certificates.authorities import problems_with_authority, record_authority
from certificates.chains import Upload
from certificates.keys import DEFAULT_KEY, key_from_pem, key_to_pem, new_key
from certificates.models import Authority, Certificate, SigningRequest
from certificates.orders import Order, problems_with_names
from certificates.problems import Refused
from certificates.signing import make_request
from certificates.subjects import NOBODY, Subject
from certificates.uploads import problems_with_upload, read_upload, record_upload

_AUTHORITY = SigningRequest.Purpose.AUTHORITY


def request_signature(
    name: str,
    *,
    purpose: str = SigningRequest.Purpose.SERVER,
    names: Iterable[str] = (),
    addresses: Iterable[str] = (),
    subject: Subject = NOBODY,
    key_type: str = DEFAULT_KEY,
    owner: Group | None = None,
) -> SigningRequest:
    """A new key and the request for its certificate. Raises Refused with every reason."""
    names, addresses = list(dict.fromkeys(names)), list(dict.fromkeys(addresses))
    problems = problems_with_signing_request(
        name, purpose=purpose, names=names, addresses=addresses, subject=subject
    )
    if problems:
        raise Refused(problems)
    key = new_key(key_type)
    return SigningRequest.objects.create(
        name=name, purpose=purpose, sans=[*names, *addresses], key_pem=key_to_pem(key),
        key_type=key_type, owner=owner,
        request_pem=make_request(
            name, key, names=names, addresses=addresses, usage=purpose, subject=subject
        ),
    )


def problems_with_signing_request(
    name: str, *, purpose: str, names: list[str], addresses: list[str], subject: Subject
) -> list[str]:
    """Every reason why the request would not be made; empty when it would."""
    problems = subject.problems()
    if purpose != _AUTHORITY:
        order = Order(common_name=name, names=names, addresses=addresses, usage=purpose)
        return problems + problems_with_names(order)
    if Authority.objects.filter(name=name).exists():
        problems.append(f"An authority with the name “{name}” is here already.")
    return problems


def answer(request: SigningRequest, **given: Any) -> Certificate | Authority:
    """Record what the authority sent back (as for `read_upload`); the request has done its work.

    Raises Refused with every reason; the request stays open then.
    """
    upload = read_answer(request, **given)
    if problems := problems_with_answer(request, upload):
        raise Refused(problems)
    with transaction.atomic():
        if request.purpose == _AUTHORITY:
            made = record_authority(
                request.name, upload, kind=Authority.Kind.SIGNED, owner=request.owner
            )
        else:
            made = record_upload(upload, usage=request.purpose, owner=request.owner)
        request.delete()  # its key lives on in what was made
    return made


def read_answer(request: SigningRequest, **given: Any) -> Upload:
    """The answer with the key that waited for it. Raises Refused when it cannot be read."""
    return read_upload(**given, key=key_from_pem(request.key_pem))


def problems_with_answer(request: SigningRequest, upload: Upload) -> list[str]:
    """Every reason why the answer is not taken; empty when it is."""
    if request.purpose == _AUTHORITY:
        return problems_with_authority(upload, now=timezone.now())
    return problems_with_upload(upload, names=request.sans, usage=request.purpose)
