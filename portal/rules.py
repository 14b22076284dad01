"""Who must decide a request: the first rule that fits it."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser, Group
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.kinds import Place, Wanted
from portal.models import ApprovalRule

_USUAL_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Deciders:
    """`people` of `approvers` must agree; without a group, of all who may decide requests."""

    people: int = 1
    approvers: Group | None = None
    days: int = _USUAL_DAYS
    rule: ApprovalRule | None = None

    @property
    def time(self) -> timedelta:
        """How long they have."""
        return timedelta(days=self.days)

    def in_words(self) -> str:
        """For the page, before and after it was submitted."""
        if not self.people:
            return _("Delivered at once: nobody needs to agree.")
        group = self.approvers.name if self.approvers else _("those who decide requests")
        if self.people == 1:
            return _("One of %s must agree.") % group
        return _("%(people)d of %(group)s must agree.") % {"people": self.people, "group": group}


def deciders_of(
    wanted: Wanted, place: Place, *, requester: AbstractBaseUser | None = None
) -> Deciders:
    """By kind, registry, team and size; without a rule one person who may decide requests.

    Nobody agrees to their own wish by writing a rule that asks nobody.
    """
    rule = _fitting(wanted, place).first()
    if rule is None:
        return Deciders()
    if not rule.people and requester and rule.changed_by_id == requester.pk:
        return Deciders(days=rule.days, rule=rule)
    return Deciders(people=rule.people, approvers=rule.approvers, days=rule.days, rule=rule)


def _fitting(wanted: Wanted, place: Place) -> QuerySet[ApprovalRule]:
    return ApprovalRule.objects.filter(
        Q(kind="") | Q(kind=wanted.kind),
        Q(instance=None) | Q(instance=place.instance),
        Q(team=None) | Q(team=place.team),
        Q(larger_than=None) | Q(larger_than__lt=wanted.size),
    ).select_related("approvers").order_by("position", "pk")
