"""The way of a new console: from no Prism to the first running registry."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from deployments.models import HarborInstance, Release
from nutanix.models import Cluster, Prism


def first_steps(user: AbstractBaseUser) -> list[dict[str, Any]]:
    """The steps with their states, the next one marked; empty once a registry was deployed."""
    if HarborInstance.objects.exclude(state=HarborInstance.State.DRAFT).exists():
        return []
    steps = [_prism(user), _cluster(), _release(user), _instance(user), _deployment()]
    following = next(step for step in steps if step["state"] != "done")
    following["is_next"] = True
    return steps


def _prism(user: AbstractBaseUser) -> dict[str, Any]:
    return {
        "title": _("Register a Prism"),
        "hint": _("Address, user and CA of Prism Central or Element, like prism.example.com:9440."),
        "action": _("Register a Prism"),
        "url": _form_of(Prism, user),
        "state": _done(Prism.objects.exists()),
    }


def _cluster() -> dict[str, Any]:
    """Clusters are read from Prism; a person chooses what new machines are made from."""
    found = list(Cluster.objects.all()[:20])
    first = found[0] if found else None
    prism = Prism.objects.first()
    return {
        "title": _("Choose a cluster's defaults"),
        "hint": _("Which subnet, storage container and image new Docker hosts are made from."),
        "action": _("Choose the defaults") if first else _("Open the Prism and read its clusters"),
        "url": _page_of(first or prism),
        "state": _done(any(not cluster.missing_defaults() for cluster in found)),
    }


def _release(user: AbstractBaseUser) -> dict[str, Any]:
    return {
        "title": _("Name a Harbor release"),
        "hint": _("An offline installer archive, a mirror, or Harbor's public registry."),
        "action": _("Add a release"),
        "url": _form_of(Release, user),
        "state": _done(Release.objects.exists()),
    }


def _instance(user: AbstractBaseUser) -> dict[str, Any]:
    return {
        "title": _("Describe the registry"),
        "hint": _("Its name and domain name, like registry.example.com, and its size."),
        "action": _("Add an instance"),
        "url": _form_of(HarborInstance, user),
        "state": _done(HarborInstance.objects.exists()),
    }


def _deployment() -> dict[str, Any]:
    return {
        "title": _("Deploy it and watch"),
        "hint": _("Open the instance and press Deploy. The last step tests the registry."),
        "action": _("Open the instance"),
        "url": _page_of(HarborInstance.objects.first()),
        "state": "pending",
    }


def _done(is_done: bool) -> str:
    return "done" if is_done else "pending"


def _form_of(model: type[Model], user: AbstractBaseUser) -> str:
    """The address of the form for a new row; empty when this person may not add one."""
    app, name = model._meta.app_label, model._meta.model_name
    return reverse(f"admin:{app}_{name}_add") if user.has_perm(f"{app}.add_{name}") else ""


def _page_of(row: Model | None) -> str:
    if row is None:
        return ""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
