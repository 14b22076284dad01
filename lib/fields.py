"""Model fields whose value is encrypted in the database and never shown by the admin."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from lib.encryption import DecryptionFailed, key_id_of, keyring


class PlaintextRefused(TypeError):
    """Plaintext would have reached the database; set the attribute and call save() instead."""


class Ciphertext(str):
    """A stored secret as it lies in the database."""

    __slots__ = ()


class DecryptedAttribute(DeferredAttribute):
    """Keeps what came from the database encrypted until somebody reads the attribute."""

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Ciphertext):
            return keyring().decrypt(value, self.field.place_of(instance))
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SecretWidget(forms.PasswordInput):
    """A password box that never carries the stored value and may be left empty."""

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class SecretFormField(forms.CharField):
    """Takes a new secret; empty keeps the stored one (the model says whether it may be blank)."""

    widget = SecretWidget

    def validate(self, value: Any) -> None:
        """Leave "required" to the model: only the row knows whether a secret is kept already."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


class EncryptedTextField(models.TextField):
    """Text stored with AES-GCM, bound to app.model.field and the `uuid` of its row.

    The attribute is plain str. Only save() and bulk_create() encrypt: update(), bulk_update() and
    filters with plaintext raise PlaintextRefused. Renaming model or field needs a re-encryption.
    """

    descriptor_class = DecryptedAttribute
    # The admin's display_for_field looks values up here; none is found, so none is shown.
    flatchoices = (("", ""),)

    def place_of(self, instance: models.Model) -> str:
        """Where the secret of this row belongs; a value moved elsewhere is not readable."""
        return f"{self.model._meta.label_lower}.{self.name} of {instance.uuid}"

    def check(self, **kwargs: Any) -> list:
        found = super().check(**kwargs)
        try:
            self.model._meta.get_field("uuid")
        except FieldDoesNotExist:
            found.append(checks.Error("A model with secrets needs a field `uuid`.", obj=self))
        return found

    def from_db_value(self, value: str | None, *args: Any) -> str | None:
        return Ciphertext(value) if value else value

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = instance.__dict__.get(self.attname)
        if isinstance(value, Ciphertext) and not add:
            return value
        plaintext = getattr(instance, self.attname)
        if not plaintext or hasattr(plaintext, "resolve_expression"):
            return plaintext
        return Ciphertext(keyring().encrypt(str(plaintext), self.place_of(instance)))

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value and not isinstance(value, Ciphertext):
            raise PlaintextRefused(
                f"{self.model._meta.label}.{self.name} is encrypted: set it on the object and "
                "call save(); it cannot be updated in bulk or searched."
            )
        return value

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else str(value)

    def value_from_object(self, obj: models.Model) -> str:
        """Nothing: forms start empty."""
        return ""

    def value_to_string(self, obj: models.Model) -> str:
        raise PlaintextRefused(
            f"{self.model._meta.label}.{self.name} is a secret and is not exported. "
            "Back up the database instead."
        )

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        if data:
            super().save_form_data(instance, data)

    def formfield(self, **kwargs: Any) -> forms.Field:
        # The widget an admin theme proposes for text would show the secret: only its look is kept.
        proposed = kwargs.get("widget")
        proposed = proposed() if isinstance(proposed, type) else proposed
        look = {"class": proposed.attrs["class"]} if proposed and "class" in proposed.attrs else {}
        widget = SecretWidget(attrs={**look, "autocomplete": "new-password"})
        return super().formfield(**kwargs | {"form_class": SecretFormField, "widget": widget})


def secret_fields(model: type[models.Model]) -> list[str]:
    """The names of the encrypted fields of `model`, for audit masks and exclusions."""
    return [f.name for f in model._meta.concrete_fields if isinstance(f, EncryptedTextField)]


def mask(value: str) -> str:
    """What the audit log shows instead of a secret (auditlog's own mask shows half of it)."""
    return "•••" if value and value != "None" else ""


def rotate(model: type[models.Model], name: str) -> Iterator[DecryptionFailed | None]:
    """Encrypt the secret `name` of every row anew with the current key.

    Yields once per row that carried another key: None when done, the failure when its secret
    cannot be read. Can be stopped and run again. A row that somebody else writes meanwhile is
    left to them: they use the current key.
    """
    rows = model._base_manager.exclude(**{name: ""}).exclude(**{f"{name}__isnull": True})
    for row in rows.only("pk", "uuid", name).order_by("pk").iterator(chunk_size=500):
        before = row.__dict__[name]
        if key_id_of(before) == keyring().current:
            continue
        place = model._meta.get_field(name).place_of(row)
        try:
            after = Ciphertext(keyring().encrypt(keyring().decrypt(before, place), place))
        except DecryptionFailed as failure:
            yield failure
            continue
        if model._base_manager.filter(pk=row.pk, **{name: before}).update(**{name: after}):
            yield None
