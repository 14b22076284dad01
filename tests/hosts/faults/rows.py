"""Every situation of nutanix.md 3.3: how it is caused, and what must come of it on each Prism.

`docs/nutanix.md` shows this table; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.hosts.faults.stage import Stage


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`says` is part of the sentence or its advice; `sent` how often the call was asked for, with
    `one_id` under one request id, `waits` the seconds between."""

    end: str = "failed"
    says: str = ""
    sent: int | None = None
    machines: int = 1
    waits: tuple[float, ...] | None = None
    one_id: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """`arm` causes it, `mend` is what a person does before *Resume*, which then succeeds."""

    number: str
    situation: str
    rule: str
    arm: Callable[[Stage], object]
    call: str = "create"
    kind: str = "make-all"
    mend: Callable[[Stage], object] = lambda stage: stage.prism.faults.clear()
    central: Outcome | None
    element: Outcome | None


def both(**outcome: object) -> dict[str, Outcome]:
    told = Outcome(**outcome)
    return {"central": told, "element": told}


def apart(common: dict[str, object], central: str, element: str) -> dict[str, Outcome]:
    """Alike but for what is said."""
    told = Outcome(**common)
    return {"central": replace(told, says=central), "element": replace(told, says=element)}


def _fill_pool(stage: Stage) -> None:
    stage.prism.subnet.pool = ("192.0.2.50", "192.0.2.50")
    stage.prism.add_vm("neighbour")


def _empty_pool(stage: Stage) -> None:
    stage.prism.lose_vm(next(iter(stage.prism.vms)))


def _restart(stage: Stage) -> None:
    """Prism is away until the client has waited twice."""
    stage.prism.stop()

    def back() -> None:
        if len(stage.pauses) == 2:
            stage.prism.start()

    stage.on_pause = back


def _shrink_hosts(stage: Stage, memory_bytes: int = 1) -> None:
    for host in stage.prism.hosts.values():
        host.memory_bytes = memory_bytes


def _hide_image(stage: Stage, *, hidden: bool = True) -> None:
    image = stage.prism.image
    image.clusters = [] if hidden else [stage.prism.cluster.uuid]
    image.active = not hidden


def _deny(stage: Stage, *namespaces: str) -> None:
    stage.prism.door.users[stage.prism.username].denied = set(namespaces)


def _knob(name: str, value: object) -> Callable[[Stage], None]:
    return lambda stage: setattr(stage.knobs, name, value)


def _stuck(stage: Stage) -> None:
    stage.limit("TASK_SECONDS", 0.0)
    stage.fail("create", task="STUCK")


def _unstuck(stage: Stage) -> None:
    stage.limit("TASK_SECONDS", 900.0)
    for task in list(stage.prism.tasks.all):
        stage.prism.tasks.finish(task)


def _no_address(stage: Stage) -> None:
    stage.limit("ADDRESS_SECONDS", 0.0)
    stage.knobs.address = "never"


def _with_key(stage: Stage) -> None:
    key = stage.prism.add_api_key("k" * 40)
    stage.update(api_key="k" * 40, username="", password="")
    key.state = "REVOKED"


def _lag(stage: Stage) -> None:
    stage.limit("LOOK_SECONDS", 10.0)
    stage.knobs.list_lag_seconds = 0.3
    state = stage.prism.state
    for known in (state.clusters, state.images, state.subnets, state.containers):
        for entity in known.values():
            entity.born -= 60.0


def _late(stage: Stage, method: str, path: str, seconds: float) -> None:
    stage.impatient(0.4)
    stage.limit("LOOK_SECONDS", 10.0)
    stage.prism.fail_next(method=method, path=path, slow=seconds, times=99)


def _late_create(stage: Stage) -> None:
    _late(stage, "POST", r"/vms/?$", 0.8)


def _reused(stage: Stage) -> None:
    """The machine is there and was met before; then somebody else has its address."""
    stage.made()
    stage.engine_of_another()


def _attached_knob(mode: str) -> Callable[[Stage], None]:
    def arm(stage: Stage) -> None:
        stage.knobs.delete_attached_volume_group = mode
        stage.made()

    return arm


ROWS = (
    Row(
        number="1", situation="wrong password", rule="never sent again", call="401",
        arm=lambda s: s.update(password="wrong-one"),
        mend=lambda s: s.update(password=s.prism.password),
        **both(says="refuses our user name or password", sent=1, machines=0),
    ),
    Row(
        number="2", situation="the user lacks a right", rule="never sent again",
        arm=lambda s: _deny(s, "vmm", "v2"), mend=_deny,
        **apart(
            {"sent": 0, "machines": 0},
            "does not allow our user to view images, and create, power and delete virtual machines",
            "does not allow our user to manage machines and volume groups",
        ),
    ),
    Row(
        number="3", situation="API key revoked or expired", rule="never sent again", call="401",
        arm=_with_key, mend=lambda s: setattr(s.prism.door.keys["k" * 40], "state", "VALID"),
        central=Outcome(says="refuses our API key: it is wrong, revoked", sent=1, machines=0),
        element=None,
    ),
    Row(
        number="4", situation="every session cookie has expired", rule="logs in anew, once each",
        arm=_knob("cookie_seconds", 0.0), **both(end="succeeded", sent=1),
    ),
    Row(
        number="5", situation="certificate that nobody trusts", rule="never sent again",
        arm=lambda s: s.prism.fail_next(certificate="unknown", times=99),
        **both(says="is not trusted", sent=0, machines=0),
    ),
    Row(
        number="6", situation="the other kind of Prism answers", rule="never sent again",
        arm=lambda s: setattr(s.knobs, "role", "pc" if s.is_element else "pe"),
        mend=lambda s: setattr(s.knobs, "role", "pe" if s.is_element else "pc"),
        **apart({"sent": 0, "machines": 0}, "is a Prism Element, not a Prism Central",
                "does not serve the v2 API"),
    ),
    Row(
        number="7", situation="no version that we speak",
        rule="v4: a minor less each time, down to v4.0",
        arm=lambda s: (_knob("max_minor", {})(s), _knob("serves_legacy", False)(s)),
        mend=lambda s: (
            _knob("max_minor", {"clustermgmt": 0, "vmm": 0, "networking": 0, "volumes": 0,
                                "prism": 0})(s), _knob("serves_legacy", True)(s),
        ),
        **apart({"sent": 0, "machines": 0}, "it serves no v4 API for vmm",
                "does not serve the v2 API"),
    ),
    Row(
        number="8", situation="machine deleted behind our back", rule="makes it anew",
        arm=lambda s: (s.made(), s.prism.lose_vm(next(iter(s.prism.vms)))),
        **both(end="succeeded", sent=1),
    ),
    Row(
        number="9", situation="a machine of that name is there", rule="refused before anything",
        arm=lambda s: s.prism.add_vm("harbor-01"), mend=_empty_pool,
        **both(says="has a machine named harbor-01 that is not ours", sent=0),
    ),
    Row(
        number="10", situation="changed between look and call, three times",
        rule="v4: looks again, up to ten times", call="power-on",
        arm=lambda s: s.fail(
            "power-on", status=409 if s.is_element else 412, times=3, message="harbor-01 is busy"
        ),
        central=Outcome(end="succeeded", sent=4),
        element=Outcome(says="refuses: harbor-01 is busy", sent=1),
    ),
    Row(
        number="10a", situation="the same, told by the task", rule="looks and asks again",
        call="power-on", arm=lambda s: s.fail(
            "power-on", task="FAILED", times=2, code="VMM-30303", group="VM_ETAG_MISMATCH"
        ),
        central=Outcome(end="succeeded", sent=3), element=None,
    ),
    Row(
        number="11", situation="calls without If-Match are refused", rule="it is always sent",
        call="power-on", arm=_knob("etag", "required"),
        central=Outcome(end="succeeded", sent=1), element=None,
    ),
    Row(
        number="12", situation="Prism refuses the body", rule="never sent again",
        arm=lambda s: s.fail("create", status=422, message="memory (memorySizeBytes) is too small"),
        **both(says="does not accept this: memory (memorySizeBytes) is too small", sent=1,
               machines=0),
    ),
    Row(
        number="13", situation="429 with Retry-After, twice", rule="waits so long, same request id",
        arm=lambda s: s.fail("create", status=429, retry_after=7, times=2),
        **both(end="succeeded", sent=3, waits=(7.0, 7.0), one_id=True),
    ),
    Row(
        number="13a", situation="429 for ever", rule="four repetitions",
        arm=lambda s: s.fail("create", status=429, times=99),
        **both(says="still limits our requests after 5 attempts", sent=5, machines=0,
               waits=(1.0, 2.0, 4.0, 8.0), one_id=True),
    ),
    Row(
        number="14", situation="503 three times", rule="waits 1, 2, 4 s, same request id",
        arm=lambda s: s.fail("create", status=503, times=3),
        **both(end="succeeded", sent=4, waits=(1.0, 2.0, 4.0), one_id=True),
    ),
    Row(
        number="14a", situation="503 for ever", rule="four repetitions",
        arm=lambda s: s.fail("create", status=503, times=99),
        **both(says="still answers with HTTP 503 after 5 attempts", sent=5, machines=0,
               waits=(1.0, 2.0, 4.0, 8.0), one_id=True),
    ),
    Row(
        number="14b", situation="504: perhaps done",
        rule="v4: same request id; v2: looks first, then asks with the same machine id",
        arm=lambda s: s.fail("create", status=504),
        **both(end="succeeded", sent=2, one_id=True),
    ),
    Row(
        number="15", situation="the answer to a change is lost",
        rule="looks for our mark before it asks again",
        arm=lambda s: s.fail("create", drop_answer=True), **both(end="succeeded", sent=1),
    ),
    Row(
        number="15a", situation="the answer to a change comes too late",
        rule="looks for our mark before it asks again",
        arm=_late_create, **both(end="succeeded", sent=1),
    ),
    Row(
        number="16", situation="task FAILED with a reason", rule="Resume asks anew",
        arm=lambda s: s.fail("create", task="FAILED", message="The datastore is on fire."),
        **both(says="Prism could not make the machine harbor-01: The datastore is on fire.",
               sent=1, machines=0),
    ),
    Row(
        number="17", situation="task FAILED without a reason", rule="Resume asks anew",
        arm=lambda s: s.fail("create", task="FAILED", message=""),
        **both(says="Prism gave no reason", sent=1, machines=0),
    ),
    Row(
        number="18", situation="task cancelled by a person", rule="Resume asks anew",
        arm=lambda s: s.fail("create", task="CANCELED"),
        **both(says="was cancelled in Prism", sent=1, machines=0),
    ),
    Row(
        number="19", situation="task never ends", rule="Resume waits for the same task",
        arm=_stuck, mend=_unstuck,
        **both(says="Resume waits for this one and asks for no second", sent=1, machines=0),
    ),
    Row(
        number="20", situation="made, but powering on failed", rule="machine kept", call="power-on",
        arm=lambda s: s.fail("power-on", task="FAILED", message="The host is gone."),
        **both(says="Prism could not power on harbor-01: The host is gone.", sent=1),
    ),
    Row(
        number="21", situation="no host has room", rule="machine kept, off", call="power-on",
        arm=_shrink_hosts, mend=lambda s: _shrink_hosts(s, 1024**4),
        **both(says="No host has enough resources", sent=1),
    ),
    Row(
        number="22", situation="storage container full", rule="machine kept", call="add disk",
        arm=lambda s: setattr(s.prism.container, "used_bytes", s.prism.container.capacity_bytes),
        mend=lambda s: setattr(s.prism.container, "used_bytes", 0),
        **both(says="has not enough space", sent=1),
    ),
    Row(
        number="23", situation="the cluster cannot fetch an image", kind="fetch-image",
        rule="told by the task", call="image",
        arm=lambda s: s.fail("image", task="FAILED", message="The URL cannot be reached."),
        **both(says="could not fetch the image debian: The URL cannot be reached.", sent=1,
               machines=0),
    ),
    Row(
        number="24", situation="image is not on the cluster or not ready",
        rule="v2: refused before; v4: told by the task", arm=_hide_image,
        mend=lambda s: _hide_image(s, hidden=False),
        central=Outcome(says="is not available on the VM's cluster", sent=1, machines=0),
        element=Outcome(says="is gone from Prism", sent=0, machines=0),
    ),
    Row(
        number="25", situation="no address appears", rule="machine kept, Resume waits again",
        arm=_no_address, mend=_knob("address", "assigned"),
        **both(says="does the subnet hand out addresses", sent=1),
    ),
    Row(
        number="26", situation="the subnet's pool is used up",
        rule="v4: refused before; v2: told by the task", arm=_fill_pool, mend=_empty_pool,
        central=Outcome(says="has no free address left", sent=0),
        element=Outcome(says="No free IP address is left", sent=1),
    ),
    Row(
        number="27", situation="powered on, yet off, once", rule="looks, asks again, up to three",
        call="power-on", arm=lambda s: s.fail("power-on", stays_off=True),
        **both(end="succeeded", sent=2),
    ),
    Row(
        number="27a", situation="powered on, yet off, for ever", rule="three times",
        call="power-on", arm=lambda s: s.fail("power-on", stays_off=True, times=3),
        **both(says="says that harbor-01 was powered on, but it is off", sent=3),
    ),
    Row(
        number="28", situation="volume group's index is in use", rule="we send no index",
        call="attach",
        arm=lambda s: s.fail("attach", task="FAILED", message="index '1' is already in use"),
        **both(says="index '1' is already in use", sent=1),
    ),
    Row(
        number="29", situation="an attached volume group cannot be deleted (task fails)",
        rule="detached first", call="detach", kind="drop-data", arm=_attached_knob("task"),
        **both(end="succeeded", sent=1),
    ),
    Row(
        number="29a", situation="the same, refused at once (409)", rule="detached first",
        call="detach", kind="drop-data", arm=_attached_knob("answer"),
        **both(end="succeeded", sent=1),
    ),
    Row(
        number="30", situation="cluster is read-only", rule="refused before anything",
        arm=lambda s: setattr(s.prism.cluster, "operation_mode", "READ_ONLY"),
        mend=lambda s: setattr(s.prism.cluster, "operation_mode", "NORMAL"),
        **both(says="is read-only", sent=0, machines=0),
    ),
    Row(
        number="31", situation="lists lag behind", rule="looks for a while",
        arm=_lag, **both(end="succeeded", sent=1),
    ),
    Row(
        number="32", situation="empty lists have no `data`", rule="read as empty",
        arm=lambda s: s.prism.state.volume_groups.clear(), **both(end="succeeded", sent=1),
    ),
    Row(
        number="33", situation="Prism restarts under a request", rule="four repetitions",
        arm=_restart, **both(end="succeeded", sent=1),
    ),
    Row(
        number="33a", situation="no answer in time to any look", rule="four repetitions",
        arm=lambda s: _late(s, "GET", "", 0.6),
        **both(says="did not answer in time, asked 5 times", sent=0, machines=0,
               waits=(1.0, 2.0, 4.0, 8.0)),
    ),
    Row(
        number="34", situation="another machine answers at the host's address",
        rule="for half a minute; nothing is sent there", kind="meet", arm=_reused,
        mend=lambda s: s.engine_of_ours(),
        **both(says="another machine than harbor-01 answers", sent=0),
    ),
)
