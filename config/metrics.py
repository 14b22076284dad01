"""The figures for Prometheus, for those who send the token."""

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from certificates.metrics import CertificateMetrics
from notices.metrics import NoticeMetrics


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Without METRICS_TOKEN there is nothing here; the token is taken from the header alone."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        headers = {"WWW-Authenticate": "Bearer"}
        return HttpResponse("Send the token.\n", status=401, headers=headers)
    registry = CollectorRegistry(auto_describe=False)
    for collector in (CertificateMetrics(), NoticeMetrics()):
        registry.register(collector)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
