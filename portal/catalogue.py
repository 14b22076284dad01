"""What can be asked for, in the words of those who ask."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.models import Request

Kind = Request.Kind


class Entry(NamedTuple):
    """`wish` is what somebody would say; `explanation` when it is the right thing."""

    kind: str
    wish: Promise
    explanation: Promise
    title: Promise


CATALOGUE = (
    Entry(Kind.PROJECT, _("We need a place for our images"),
          _("A project on a registry, with its space and the people who work in it."),
          _("Ask for a project")),
    Entry(Kind.ROBOT, _("Our pipeline or cluster needs to log in"),
          _("A robot account that pulls or pushes. Its secret is shown to you once."),
          _("Ask for a robot account")),
    Entry(Kind.MEMBERSHIP, _("Somebody joins or leaves"),
          _("Other members of a project, or other roles."),
          _("Ask for other members")),
    Entry(Kind.QUOTA, _("Our pushes are refused: no space"),
          _("More space for a project, or less."),
          _("Ask for more space")),
    Entry(Kind.CERTIFICATE, _("A server of ours needs a certificate"),
          _("For a domain name; the key is made here, or you send a signing request."),
          _("Ask for a certificate")),
    Entry(Kind.REGISTRY, _("We need a registry of our own"),
          _("A whole Harbor on a machine of its own, secured and tested."),
          _("Ask for a registry")),
)
