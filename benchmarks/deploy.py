"""The main job on the lab, step by step, beside the same job done by hand on the same machine.

Twice: from nothing (a machine is made), and on a prepared host (its engine answers, no images).
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management import call_command

from benchmarks.console import Console
from benchmarks.deployment_figures import Measured, Trace, print_steps, steps_of
from benchmarks.figures import machine, print_table, ratio
from deployments import services as deployments
from deployments.models import HarborInstance
from hosts import services as hosts
from hosts.models import DockerHost
from lab import paths
from lab.packages import engine_tools
from lab.up import RunningLab
from operations.models import Operation

AIM_OVERHEAD, AIM_CLICK = 3.0, 60.0
BY_HAND = Path(__file__).parent / "by_hand.sh"


def main(*, quick: bool) -> int:
    print(machine())
    with RunningLab(release=True) as lab, Console() as console:
        # A copy: another lab on this machine may make the archive anew meanwhile.
        archive = shutil.copy(str(lab.archive), settings.DATA_DIR)
        worker = _take_in(lab, console, archive)
        if not quick:
            print_steps("Deploy from nothing", _from_nothing(worker))
        prepared = _on_a_prepared_host(fresh_host("prepared"), worker)
        print_steps("Deploy on a prepared host", prepared)
        _retire(HarborInstance.objects.get(name="prepared"))
        _print_beside(prepared, _by_hand(fresh_host("by-hand"), archive))
    return 0 if prepared.own <= AIM_OVERHEAD and prepared.click_to_end < AIM_CLICK else 1


def _take_in(lab: RunningLab, console: Console, archive: str) -> subprocess.Popen:
    """Fill the console like the demo, then start its workers with what they need to know.

    Returns the worker that runs the operations.
    """
    os.environ["SLIPWAY_NAME_SERVERS"] = str(lab.facts()["dns"])
    os.environ["SLIPWAY_TRACE"] = str(_trace())
    os.environ["COMPOSE_BINARY"] = str(_compose())
    call_command("demo_data", str(paths.RUN / "lab.json"), archive)
    console.work("quick")
    console.manage("reconcile")
    return console.work("operations")


def _trace() -> Path:
    return Path(settings.DATA_DIR) / "trace.jsonl"


def _compose() -> Path:
    return engine_tools() / "usr/libexec/docker/cli-plugins/docker-compose"


def _from_nothing(worker: subprocess.Popen) -> Measured:
    instance = HarborInstance.objects.get(name="demo")
    measured = _measure(lambda: deployments.deploy(instance), worker)
    _retire(instance)
    return measured


def fresh_host(name: str) -> DockerHost:
    """A machine whose engine answers and has no image of Harbor."""
    cluster = HarborInstance.objects.get(name="demo").cluster
    host = hosts.plan_host(name=name, cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40)
    _follow(hosts.provision(host))
    host.refresh_from_db()
    return host


def _on_a_prepared_host(host: DockerHost, worker: subprocess.Popen) -> Measured:
    like = HarborInstance.objects.get(name="demo")
    instance = HarborInstance.objects.create(
        name=host.name, fqdn=f"{host.name}.lab.test", host=host, release=like.release,
        registry_gib=4, database_gib=2, redis_gib=1, jobservice_gib=1,
    )
    return _measure(lambda: deployments.deploy(instance), worker)


def _retire(instance: HarborInstance) -> None:
    """With everything, so that the next measurement has the machine for itself."""
    instance.refresh_from_db()
    _follow(deployments.retire(
        instance, typed_name=instance.name, delete_volumes=True, delete_host=True
    ))


def _measure(click: Callable[[], Operation], worker: subprocess.Popen) -> Measured:
    began, busy = time.time(), _cpu_of_children(worker)
    operation = _follow(click())
    ended = time.time()
    time.sleep(2)  # the work-horse's CPU counts when its parent has seen it end
    return Measured(
        click_to_end=ended - began,
        click_to_start=operation.steps.earliest("position").started_at.timestamp() - began,
        busy=_cpu_of_children(worker) - busy,
        steps=steps_of(operation, Trace.of(_trace())),
    )


def _cpu_of_children(worker: subprocess.Popen) -> float:
    """Seconds of CPU that the worker's ended children have used, and theirs (proc(5))."""
    fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _follow(operation: Operation) -> Operation:
    while operation.is_unfinished:
        time.sleep(0.1)
        operation.refresh_from_db()
    assert operation.state == "succeeded", f"{operation.title}: {operation.reason}"
    return operation


def _by_hand(host: DockerHost, archive: str) -> dict[str, float]:
    """Step → seconds, from the milliseconds that the script tells."""
    with TemporaryDirectory(prefix="slipway-by-hand-") as keys:
        environment = host.compose_environment(keys) | {
            "PATH": f"{engine_tools()}/usr/bin:{os.environ['PATH']}",
            "FQDN": f"{host.name}.lab.test", "RESOLVE": host.address,
            "ARCHIVE": archive, "COMPOSE": str(_compose()),
        }
        said = subprocess.run(
            [BY_HAND], env=environment, check=True, capture_output=True, text=True
        ).stdout
    return {slug: int(took) / 1000 for slug, took in map(str.split, said.splitlines())}


def _print_beside(ours: Measured, hand: dict[str, float]) -> None:
    walls = {step.slug: step.wall for step in ours.steps}
    # By hand there is one push and pull; here there are all checks of the self-test.
    walls["login-push-pull"] = walls.get("self-test", 0.0)
    rows = [
        [slug, f"{seconds:.1f}", f"{walls.get(slug, 0.0):.1f}", ratio(seconds, walls.get(slug, 0))]
        for slug, seconds in hand.items()
    ]
    whole = sum(hand.values())
    rows.append(["all", f"{whole:.1f}", f"{ours.click_to_end:.1f}",
                 ratio(whole, ours.click_to_end)])
    print_table(
        f"On a prepared host: by hand and by Slipway, seconds (aim: < {AIM_CLICK:.0f} s). By hand "
        "has no volume groups, no configuration, and one push and pull instead of the self-test",
        ["step", "by hand (typed by a script)", "Slipway", "Slipway is"], rows,
    )
