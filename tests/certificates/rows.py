"""Rows with defaults, for tests that need no real signature."""

from datetime import timedelta

from django.utils import timezone

from certificates.models import Authority, Certificate


def make_authority_row(*, save=True, name="authority", **changes):
    row = Authority(**_common(name) | {"name": name, "kind": Authority.Kind.MADE} | changes)
    if save:
        row.save()
    return row


def make_certificate_row(number=1, **changes):
    values = _common(f"host-{number}.example.com") | {"serial": f"{number:x}"}
    values |= {"sans": [values["common_name"]], "issuer_name": "CN=outside"}
    return Certificate.objects.create(**values | changes)


def _common(name):
    now = timezone.now()
    return {
        "common_name": name, "issuer_name": f"CN={name}", "serial": "1",
        "not_before": now - timedelta(days=1), "not_after": now + timedelta(days=100),
        "fingerprint": name.encode().hex()[:64], "key_type": "ecdsa-p256",
        "certificate_pem": "-",
    }
