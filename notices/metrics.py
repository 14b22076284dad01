"""What Prometheus may know of mails."""

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily, Metric

from notices.models import Delivery


class NoticeMetrics:
    """A collector for prometheus_client: asks the database each time it is read."""

    def collect(self) -> Iterator[Metric]:
        found = GaugeMetricFamily("slipway_deliveries", "Mails by state.", labels=["state"])
        counts = dict(Delivery.objects.order_by().values_list("state").annotate(Count("pk")))
        for state in Delivery.State.values:
            found.add_metric([state], counts.get(state, 0))
        yield found
