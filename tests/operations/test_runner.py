"""A pipeline runs, fails, resumes, and says what happened."""

import pytest
from django.utils import timezone

from operations import runner, services
from operations.models import Claim, LogLine, Operation, StepRun

pytestmark = pytest.mark.django_db


def run(operation):
    runner.execute(operation.pk, threads=False)
    operation.refresh_from_db()
    return operation


def states(operation):
    return dict(operation.steps.values_list("slug", "state"))


def text_of(operation):
    return "\n".join(operation.lines.values_list("text", flat=True))


def test_does_every_step_and_skips_what_is_not_needed(start):
    operation = run(start())

    assert operation.state == "succeeded"
    assert states(operation) == {
        "lay-keel": "done",
        "paint": "skipped",
        "raise-mast": "done",
        "launch": "done",
    }
    assert "Mast on keel-" in text_of(operation)


def test_numbers_lines_without_gaps(start):
    operation = run(start())

    numbers = list(operation.lines.values_list("number", flat=True))
    assert numbers == list(range(1, operation.last_line + 1))


def test_keeps_secrets_out_of_the_log(start):
    operation = run(start())

    assert "Keel laid with •••" in text_of(operation)
    assert "hunter2" not in text_of(operation)


def test_fails_with_the_sentence_of_the_step_and_resumes_there(start, tmp_path):
    traced, mended = tmp_path / "trace", tmp_path / "mended"
    operation = run(start(trace=str(traced), breaks=str(mended)))

    assert (operation.state, operation.reason) == ("failed", "The mast broke.")
    step = operation.steps.get(slug="raise-mast")
    assert (step.state, step.detail) == ("failed", "crack")
    assert states(operation)["launch"] == "pending"

    mended.touch()
    services.resume(operation, by=None)
    run(operation)

    assert (operation.state, operation.attempt) == ("succeeded", 2)
    assert [line.split()[0] for line in traced.read_text().splitlines()] == ["keel", "mast", "mast"]
    assert operation.reason == ""


def test_a_fault_of_ours_becomes_a_sentence_and_a_clean_traceback(start, caplog):
    operation = run(start(crash=True))

    assert operation.state == "failed"
    assert "fault inside Slipway (RuntimeError)" in operation.reason
    assert "RuntimeError: the password is" in caplog.text


def test_a_database_that_is_away_fails_nothing(start):
    operation = run(start(no_database=True))

    # The lease ends, and the reconciler lets another attempt go on here.
    assert (operation.state, states(operation)["launch"]) == ("running", "running")


def test_keeps_the_evidence_of_every_check(start):
    operation = run(start("survey", leak=True))

    assert dict(operation.checks.values_list("slug", "state")) == {
        "hull": "passed",
        "sails": "warning",
        "radio": "skipped",
        "bilge": "failed",
        "deck": "failed",
    }
    assert operation.checks.get(slug="hull").evidence == "No leak in 12 planks."
    assert operation.checks.get(slug="bilge").advice == "Pump."
    assert operation.checks.get(slug="deck").advice == "Wait."  # the failure had none of its own


def test_is_run_only_once_however_often_it_is_enqueued(start, tmp_path):
    operation = start(trace=str(tmp_path / "trace"))

    for _ in range(3):
        run(operation)

    assert operation.attempt == 1
    assert len((tmp_path / "trace").read_text().splitlines()) == 2


def test_releases_its_claims_at_the_end(start):
    operation = run(start(crash=True))

    assert operation.claims.count() == 1
    assert not Claim.objects.filter(released_at__isnull=True).exists()


def test_refuses_a_kind_it_does_not_know(start):
    operation = start()
    Operation.objects.filter(pk=operation.pk).update(kind="of-a-newer-version")

    run(operation)

    assert operation.state == "failed"
    assert "knows no operation" in operation.reason


def test_refuses_when_the_subject_is_gone(start, group):
    operation = start()
    group.delete()

    assert "does not exist any more" in run(operation).reason


def test_stops_before_the_first_change_when_it_was_cancelled_meanwhile(start, tmp_path, ada):
    operation = start(trace=str(tmp_path / "trace"))
    Operation.objects.filter(pk=operation.pk).update(
        cancel_requested_at=timezone.now(), cancelled_by="ada"
    )

    run(operation)

    assert (operation.state, operation.reason) == ("cancelled", "Cancelled by ada.")
    assert not (tmp_path / "trace").exists()
    assert StepRun.objects.get(operation=operation, slug="lay-keel").state == "failed"
    assert LogLine.objects.filter(operation=operation, text__startswith="Cancelled").exists()
