"""What Prometheus may know of certificates; numbers of the rows, never one series per row."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from certificates.ending import Wanted
from certificates.ending_rows import endings, rows_of
from certificates.models import Endpoint
from certificates.overview import Overview
from certificates.stages import FIRST, STILL_NEWS

# Series cost a Prometheus memory for good: only the first of those that end soon get one.
_NAMED = 500


class CertificateMetrics:
    """A collector for prometheus_client: asks the database each time it is read."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        ending = GaugeMetricFamily(
            "slipway_expiry_items", "Certificates, authorities and foreign endpoints by the time "
            "that is left.", labels=["group"],
        )
        for group, count in Overview(Wanted(), now).groups.items():
            ending.add_metric([group], count)
        yield ending
        yield self._soon(now)
        yield from self._endpoints()

    def _soon(self, now: timezone.datetime) -> Metric:
        found = GaugeMetricFamily(
            "slipway_expiry_timestamp_seconds", "The end of what ends within 30 days, "
            f"the first {_NAMED}.", labels=["kind", "name", "serial", "owner"],
        )
        wanted = Wanted(after=now - STILL_NEWS, before=now + FIRST)
        for each in endings(rows_of(wanted)[:_NAMED]):
            labels = [each.what, each.title, each.number, each.team_name]
            found.add_metric(labels, each.until.timestamp())
        return found

    def _endpoints(self) -> Iterator[Metric]:
        states = GaugeMetricFamily(
            "slipway_endpoints", "Endpoints by what was seen at the last look.", labels=["state"]
        )
        counts = dict(Endpoint.objects.order_by().values_list("state").annotate(Count("pk")))
        for state in Endpoint.State.values:
            states.add_metric([state], counts.get(state, 0))
        yield states
        oldest = Endpoint.objects.aggregate(oldest=Min("probed_at"))["oldest"]
        if oldest:
            yield GaugeMetricFamily(
                "slipway_endpoints_oldest_look_timestamp_seconds",
                "When the endpoint that waits longest was looked at.", value=oldest.timestamp(),
            )
