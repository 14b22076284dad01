"""Says in a chip how a certificate or an endpoint fares."""

from cryptography import x509
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from certificates.models import Authority, Certificate, Endpoint
from certificates.policy import alarm_at, warn_at
from certificates.reading import break_between, certificates_in, facts_of
from certificates.rows import trust_bundle, upwards
from lib.shown import chip

_ENDPOINT_SIGNS = {
    Endpoint.State.UNSEEN: "unseen",
    Endpoint.State.EXPECTED: "valid",
    Endpoint.State.OLDER: "warning",
    Endpoint.State.SOONER: "warning",
    Endpoint.State.OTHER: "warning",
    Endpoint.State.WRONG_NAME: "failed",
    Endpoint.State.INCOMPLETE: "failed",
    Endpoint.State.EXPIRED: "expired",
    Endpoint.State.UNTRUSTED: "failed",
    Endpoint.State.UNREACHABLE: "unreachable",
    Endpoint.State.FORBIDDEN: "off",
}


def life_sign(document: Certificate | Authority) -> str:
    """valid, warning, failed (somebody must act today) or expired; `policy` says from when."""
    now, span = timezone.now(), (document.not_before, document.not_after)
    if document.not_after <= now:
        return "expired"
    if alarm_at(*span) <= now:
        return "failed"
    return "warning" if warn_at(*span) <= now else "valid"


def life_words(document: Certificate | Authority) -> str:
    """`23 days left`, or since when it has been over."""
    days = document.days_left
    if days < 0:
        return ngettext("Ended %d day ago", "Ended %d days ago", -days) % -days
    return ngettext("%d day left", "%d days left", days) % days


def life_chip(document: Certificate | Authority) -> SafeString:
    """How long it is still valid; revoked and replaced ones say so instead."""
    state = getattr(document, "state", Certificate.State.VALID)
    if state == Certificate.State.REVOKED:
        return chip("revoked", _("Revoked"))
    if state == Certificate.State.REPLACED:
        return chip("retired", _("Replaced"))
    return chip(life_sign(document), life_words(document))


def endpoint_chip(endpoint: Endpoint) -> SafeString:
    """What was seen there at the last look."""
    return chip(endpoint_sign(endpoint.state), endpoint.get_state_display())


def endpoint_sign(state: str) -> str:
    """The sign and colour of what was seen."""
    return _ENDPOINT_SIGNS[state]


def look_bars(endpoint: Endpoint) -> SafeString:
    """The last looks as small bars, the newest at the right; words for those who see no colour."""
    words = dict(Endpoint.State.choices)
    rows = [
        (endpoint_sign(state), f"{at[:16].replace('T', ' ')} · {words.get(state, state)}")
        for at, state in endpoint.recent
        if state in words
    ]
    bars = format_html_join("", '<i data-state="{}" title="{}"></i>', rows)
    well = sum(1 for sign, _words in rows if sign == "valid")
    told = _("%(well)d of %(all)d looks were well") % {"well": well, "all": len(rows)}
    return format_html('<span class="look-bars" role="img" aria-label="{}">{}</span>', told, bars)


def chain_list(document: Certificate | Authority) -> SafeString:
    """The chain up to its root, each signature verified now, with end, key and fingerprint."""
    if isinstance(document, Authority):
        chain = upwards(document)
    else:
        chain = list(certificates_in(document.full_chain_pem + trust_bundle(document)))
    # An uploaded chain may hold its root itself.
    chain = list(dict.fromkeys(chain))
    rows = (
        _chain_row(part, signer)
        for part, signer in zip(chain, [*chain[1:], chain[-1]], strict=True)
    )
    return format_html(
        '<ol class="chain">{}</ol>',
        format_html_join(
            "", "<li><strong>{}</strong> {}<br>{}<br><code>{}</code></li>", rows
        ),
    )


def _chain_row(part: x509.Certificate, signer: x509.Certificate) -> tuple[str, str, str, str]:
    facts = facts_of(part)
    kind = _("root") if facts.is_self_issued else _("issued by %s") % facts.issuer_name
    until = _("until %s") % date_format(facts.not_after, "DATETIME_FORMAT")
    if break_between(part, signer):
        verdict = chip("failed", _("Not signed by the next"))
    elif facts.not_after <= timezone.now():
        verdict = chip("expired", _("Ended"))
    else:
        verdict = chip("valid", _("Signature verified"))
    return facts.common_name, verdict, f"{kind} · {facts.key_type} · {until}", facts.fingerprint
