"""ext4 on a SCSI disk grows while it is written to, by the host tool's own commands.

In a kernel of its own: growing a mounted ext4 needs CAP_SYS_RESOURCE, which not every machine that
runs these tests gives its root. The lab's machines share that kernel; there, XFS grows.
"""

import shlex

import pytest

from hosts.engine import Result
from hosts.tool_disks import DiskVerbs
from tests.hosts.real_kernel import RealKernel

pytestmark = [pytest.mark.lab, pytest.mark.full]
MIB = 1024 * 1024
DEVICE = "/dev/disk/by-id/scsi-SNUTANIX_VDISK_1"
# /v is all that the tool's container sees of the volume; /data is Harbor's.
SCRIPT = f"""\
mkdir -p /dev/disk/by-id; ln -s ../../sda {DEVICE}
/sbin/mke2fs -q -t ext4 -m 1 {DEVICE}; mount -t ext4 {DEVICE} /data
( while dd if=/dev/zero bs=4096 count=1 2>/dev/null >>/data/written; do sync; done; echo LOST ) &
echo BEFORE $(df -P -k /data | tail -1)
echo GROW
read answer
{{look}}
until [ $(blockdev --getsize64 {DEVICE}) -gt {256 * MIB} ]; do sleep 1; done
echo SEEN $(blockdev --getsize64 {DEVICE})
count=$(stat -c %s /data/written)
unshare -m sh -ec 'mount -t ext4 {DEVICE} /v; umount /data; {{grow}}'
echo GREW $?
sleep 2
echo AFTER $(df -P -k /data | tail -1)
echo WRITTEN $(($(stat -c %s /data/written) - count))
"""


class Recorder(DiskVerbs):
    """Takes down what would be run in the tool's container."""

    def __init__(self):
        self.commands = []

    def _run(self, command, **settings):
        assert settings["privileged"]
        self.commands.append(shlex.join(command))
        return Result(0, "/dev/sda\n")


def commands_of(verb, *arguments):
    recorder = Recorder()
    getattr(recorder, verb)(*arguments)
    return "; ".join(recorder.commands)


def test_ext4_grows_under_writes(tmp_path):
    script = SCRIPT.format(
        look=commands_of("look_at_size_again", DEVICE),
        grow=commands_of("grow_filesystem", DEVICE, "ext4", "acme-registry"),
    )

    def grow_when_asked(machine, line):
        if line == "GROW":
            machine.grow_disk(1024)
            machine.typed.write("done\n")
            machine.typed.flush()

    lines = RealKernel(tmp_path, size=256 * MIB).run(script, on_line=grow_when_asked)

    told = {word: rest.split() for word, _, rest in (line.partition(" ") for line in lines)}
    assert told.get("GREW") == ["0"], lines
    assert told["SEEN"] == [str(1024 * MIB)]
    assert int(told["BEFORE"][1]) < 256 * 1024
    assert int(told["AFTER"][1]) > 1024 * 1024 * 0.9
    assert int(told["WRITTEN"][0]) > 0
    assert "LOST" not in told
