"""Fills any model with rows: each field gets a value of its type, each relation an existing row."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count, cycle, islice
from typing import Any
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

_numbers = count(1)
_PEM = "-----BEGIN CERTIFICATE-----\n" + "QUJD" * 400 + "\n-----END CERTIFICATE-----\n"


def fill(model: type[models.Model], amount: int, **fixed: Any) -> None:
    """Bring the table to `amount` rows; `fixed` names values, or iterators of values, of fields."""
    missing = amount - model._base_manager.count()
    rows = (model(**row) for row in _rows(model, fixed))
    while missing > 0:
        model._base_manager.bulk_create(list(islice(rows, min(missing, 1000))))
        missing -= 1000


def _rows(model: type[models.Model], fixed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    fields = [f for f in model._meta.concrete_fields if not f.primary_key and f.name not in fixed]
    relations = {f.name: cycle(_related(f)) for f in fields if f.is_relation}
    while True:
        number = next(_numbers)
        row = {f.name: _value(f, number) for f in fields if not f.is_relation}
        row |= {name: next(found) for name, found in relations.items()}
        yield row | {k: next(v) if isinstance(v, Iterator) else v for k, v in fixed.items()}


def _related(field: models.ForeignKey) -> list[models.Model | None]:
    found = list(field.related_model._base_manager.all()[:200])
    return [None] if field.null and (field.unique or not found) else found


def _value(field: models.Field, number: int) -> Any:
    if field.name == "uuid":
        return uuid4()
    if field.choices:
        values = [value for value, _ in field.flatchoices if value != ""]
        return values[number % len(values)]
    if isinstance(field, models.DateTimeField | models.DateField):
        return timezone.now() + timedelta(minutes=number % 500_000 - 100_000)
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.IntegerField):
        return number % 30_000
    if isinstance(field, models.CharField):
        return f"{field.name.replace('_', '-')}-{number}"[-(field.max_length or 250) :]
    if field.has_default():
        return field.get_default()
    return _text(field, number)


def _text(field: models.Field, number: int) -> Any:
    if isinstance(field, models.UUIDField):
        return uuid4()
    if isinstance(field, models.GenericIPAddressField):
        return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    if isinstance(field, models.TextField):
        return _PEM if field.name.endswith("_pem") else f"{field.name} {number}"
    return None


def of_any(model: type[models.Model]) -> dict[str, Any]:
    """What a generic relation to `model`'s first row is made of."""
    row = model._base_manager.first()
    return {"content_type": ContentType.objects.get_for_model(model), "object_id": str(row.pk)}
