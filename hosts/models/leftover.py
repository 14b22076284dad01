"""Something on a cluster that carries our mark, is in no book, and is to be deleted."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.models.requests import RemembersRequests


class Leftover(RemembersRequests):
    """Written when somebody has decided to delete it; the row stays as the trace of that."""

    class Kind(models.TextChoices):
        MACHINE = "machine", _("Machine")
        VOLUME_GROUP = "volume_group", _("Volume group")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    cluster = models.ForeignKey(
        "nutanix.Cluster", models.PROTECT, related_name="leftovers", verbose_name=_("cluster")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    ext_id = models.CharField(_("id in Prism"), max_length=64)
    name = models.CharField(_("name"), max_length=250)
    mark = models.CharField(_("mark"), max_length=80)
    decided_at = models.DateTimeField(_("decided"), auto_now_add=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("leftover")
        verbose_name_plural = _("leftovers")
        constraints = [
            models.UniqueConstraint(fields=["cluster", "ext_id"], name="leftover_once"),
        ]

    def __str__(self) -> str:
        return self.name
