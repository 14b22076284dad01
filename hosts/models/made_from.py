"""What a new machine is made from, where that is not what its cluster gives by default."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MadeFrom(models.Model):
    """Image and subnet by id and name; both empty: the cluster's defaults of that moment."""

    image_ext_id = models.CharField(max_length=64, blank=True, editable=False)
    image_name = models.CharField(_("made from image"), max_length=250, blank=True, editable=False)
    subnet_ext_id = models.CharField(max_length=64, blank=True, editable=False)
    subnet_name = models.CharField(_("in subnet"), max_length=120, blank=True, editable=False)

    class Meta:
        abstract = True

    def made_from(self) -> dict[str, str]:
        """The choices, as another row takes them over."""
        return {field.name: getattr(self, field.name) for field in MadeFrom._meta.get_fields()}

    def chosen(self, kind: str) -> tuple[str, str]:
        """Id and name of the image or subnet that counts: the own one, else the cluster's."""
        own = getattr(self, f"{kind}_ext_id")
        if own:
            return own, getattr(self, f"{kind}_name") or own
        ext_id = getattr(self.cluster, f"default_{kind}_ext_id")
        return ext_id, getattr(self.cluster, f"default_{kind}_name") or ext_id

    def lacking(self) -> list[str]:
        """What neither this row nor its cluster says; empty when a machine can be made."""
        own = tuple(kind for kind in ("image", "subnet") if getattr(self, f"{kind}_ext_id"))
        return self.cluster.missing_defaults(besides=own)

    def choose(self, kind: str, ext_id: str, name: str) -> None:
        """Set it; the row is not saved yet."""
        setattr(self, f"{kind}_ext_id", ext_id)
        setattr(self, f"{kind}_name", name)
