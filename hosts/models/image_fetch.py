"""An image that a cluster fetches because somebody here asked for it."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.models.requests import RemembersRequests


class ImageFetch(RemembersRequests):
    """Written before Prism is asked; the row stays as the trace of where an image came from."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    cluster = models.ForeignKey(
        "nutanix.Cluster", models.CASCADE, related_name="image_fetches", verbose_name=_("cluster")
    )
    name = models.CharField(_("name"), max_length=120)
    url = models.CharField(_("URL"), max_length=1000, blank=True)
    file = models.CharField(_("file"), max_length=250, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(_("bytes"), default=0)
    as_default = models.BooleanField(_("as the cluster's default"), default=False)
    # Only ever true because a person ticked it.
    any_certificate = models.BooleanField(_("from any certificate"), default=False)
    # Until when the console serves the file: part of the address, so that it stays the same when
    # a call is repeated.
    serves_until = models.DateTimeField(_("served until"), null=True, editable=False)
    image_ext_id = models.CharField(_("id in Prism"), max_length=64, blank=True, editable=False)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    done_at = models.DateTimeField(_("done"), null=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("image of a cluster")
        verbose_name_plural = _("images of clusters")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "name"], condition=models.Q(done_at=None),
                name="image_fetched_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def mark(self) -> str:
        """What our image carries in its description in Prism, so that we find it again."""
        return f"Slipway image {self.uuid}"
