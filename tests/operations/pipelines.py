"""Pipelines about a group of people: small steps that leave traces a test can look at."""

import os
import time
from pathlib import Path

from django.db import OperationalError

from lib.errors import ServiceError
from operations.errors import CheckFailed, Skipped, StepFailed, Warned
from operations.pipeline import Claimed, Pipeline, Step

LOADED_BY = os.getpid()


def trace(run, text):
    """A change of the outside world: a line in a file that the parameters name."""
    run.checkpoint()
    path = run.parameters.get("trace")
    if path:
        with Path(path).open("a") as file:
            file.write(f"{text} {os.getpid()}\n")


def lay_keel(run):
    run.keep_secret("hunter2-hunter2")
    run.record(keel=f"keel-{run.subject.pk}")
    run.log("Keel laid with hunter2-hunter2\nand a second line")
    trace(run, "keel")


def raise_mast(run):
    run.log(f"Mast on {run.fact('lay-keel', 'keel')}")
    trace(run, "mast")
    broken = run.parameters.get("breaks")
    if broken and not Path(broken).exists():
        raise StepFailed("The mast broke.", advice=f"Make {broken} exist.", detail="crack")


def crash(run):
    if run.parameters.get("no_database"):
        raise OperationalError("server closed the connection unexpectedly")
    if run.parameters.get("crash"):
        raise RuntimeError("the password is hunter2-hunter2")


def survey(run):
    run.check("hull", "Hull", lambda run: "No leak in 12 planks.")
    run.check("sails", "Sails", _raising(Warned("Patched once.")))
    run.check("radio", "Radio", _raising(Skipped("There is none.")))
    if run.parameters.get("leak"):
        run.check("bilge", "Bilge", _raising(CheckFailed("Water.", advice="Pump.")), advice="Wait.")
        run.check("deck", "Deck", _raising(ServiceError("Wet.")), advice="Wait.")


def _raising(error):
    def look(run):
        raise error

    return look


def wait_for_file(run):
    """Until the file of the parameters exists, in turns of 50 ms."""
    path = Path(run.parameters["until"])
    trace(run, "began")
    run.wait_until(path.exists, what="the tide", timeout=120, interval=0.05)
    trace(run, "ended")


def write_lines(run):
    for number in range(run.parameters.get("lines", 100)):
        run.log(f"line {number}")


def tell_who_loaded_it(run):
    run.log(f"loaded by {LOADED_BY}, run by {os.getpid()}")


def moor(run):
    trace(run, "in")
    run.log(f"{run.subject} is moored")
    trace(run, "out")


def sail_without_looking(run):
    """A step that never asks whether it may go on, as careless as they come."""
    until = Path(run.parameters["until"])
    while not until.exists():
        time.sleep(0.05)
    run.log("Arrived")
    run.record(arrived=True)


def its_group(operation):
    return [Claimed(key=f"group:{operation.object_id}")]


def shares_its_group(operation):
    return [Claimed(key=f"group:{operation.object_id}", shared=True)]


def the_harbour(operation):
    return [Claimed(key="harbour"), Claimed(key=f"group:{operation.object_id}")]


def shares_the_harbour(operation):
    return [Claimed(key="harbour", shared=True)]


def pipeline(kind, *steps, claims=its_group, **changes):
    return Pipeline(
        kind=kind,
        title=kind.replace("-", " ").capitalize(),
        subject_model="auth.Group",
        steps=steps,
        claims=claims,
        permission="auth.change_group",
        **changes,
    )


PIPELINES = (
    pipeline(
        "build",
        Step(slug="lay-keel", title="Lay the keel", work=lay_keel),
        Step(
            slug="paint",
            title="Paint",
            work=lay_keel,
            needed=lambda run: run.parameters.get("paint", False),
        ),
        Step(slug="raise-mast", title="Raise the mast", work=raise_mast),
        Step(slug="launch", title="Launch", work=crash),
    ),
    pipeline("survey", Step(slug="survey", title="Survey", work=survey), claims=shares_its_group),
    pipeline("wait", Step(slug="wait", title="Wait", work=wait_for_file)),
    pipeline("look", Step(slug="wait", title="Look", work=wait_for_file), claims=shares_its_group),
    pipeline("tell", Step(slug="tell", title="Tell", work=tell_who_loaded_it)),
    pipeline("write", Step(slug="write", title="Write", work=write_lines), queue="quick"),
    pipeline("moor", Step(slug="moor", title="Moor", work=moor), claims=the_harbour),
    pipeline("anchor", Step(slug="moor", title="Anchor", work=moor), claims=shares_the_harbour),
    pipeline("drift", Step(slug="sail", title="Sail", work=sail_without_looking)),
)

# About no thing in particular: its subject is the schedule that starts it.
TIDY = (
    Pipeline(
        kind="tidy",
        title="Tidy up",
        subject_model="operations.Schedule",
        steps=(Step(slug="tidy", title="Tidy", work=lay_keel),),
        permission="operations.change_schedule",
    ),
)
