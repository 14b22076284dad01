"""Which changes of which models the audit log records."""

from collections.abc import Mapping, Sequence

from django.apps import AppConfig

from lib.fields import secret_fields

MASK = "lib.fields.mask"


def record(room: AppConfig, unrecorded: Mapping[str, Sequence[str]]) -> None:
    """Record who changes the named models of `room`, but for the fields named beside each.

    For `ready()` of a room. What is encrypted in the database is masked in the record.
    """
    from auditlog.registry import auditlog  # needs the models of every app

    for name, fields in unrecorded.items():
        model = room.get_model(name)
        auditlog.register(
            model, exclude_fields=[*fields], mask_fields=secret_fields(model), mask_callable=MASK
        )
