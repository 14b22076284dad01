"""A virtual machine with Debian's kernel and a SCSI disk, for what needs a kernel of its own.

Nothing but busybox and e2fsprogs runs in it. Emulated, so that no hardware is asked for.
"""

import gzip
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from lab.packages import download, download_only, extract

SUITE = "bookworm"
KERNEL = "linux-image-cloud-amd64"
SECONDS = 240
# In the order in which they need each other.
MODULES = (
    "virtio", "virtio_ring", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci",
    "scsi_common", "scsi_mod", "virtio_scsi", "sd_mod",
)
FOLDERS = ("bin", "sbin", "proc", "sys", "dev", "data", "v", "modules")
LOADER = "/lib64/ld-linux-x86-64.so.2"
PROGRAMS = ("/sbin/mke2fs", "/sbin/resize2fs")
START = """\
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/sbin:/bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for name in {modules}; do insmod /modules/$name.ko; done
until [ -b /dev/sda ]; do sleep 1; done
{script}
poweroff -f
"""


class RealKernel:
    """Boots, runs one shell script on a disk of `size` bytes, and powers off."""

    def __init__(self, folder: Path, *, size: int) -> None:
        self.root = folder / "root"
        extract(download(SUITE, ["qemu-system-x86", "busybox-static", "e2fsprogs"]), self.root)
        (self.root / "dev").mkdir(exist_ok=True)
        self._system = folder / "system"
        (kernel,) = download_only(SUITE, [_newest_kernel()])
        extract([kernel], folder / "kernel")
        shutil.copy(next((folder / "kernel/boot").glob("vmlinuz-*")), self.root / "vmlinuz")
        self._fill(folder / "kernel")
        with (self.root / "disk").open("wb") as disk:
            disk.truncate(size)

    def run(self, script: str, *, on_line: Callable[["RealKernel", str], None]) -> list[str]:
        """Every line of its console, each also given to `on_line` as it comes."""
        self._pack(START.format(modules=" ".join(MODULES), script=script))
        process = subprocess.Popen(
            ["chroot", str(self.root), "/usr/bin/qemu-system-x86_64", "-M", "q35,accel=tcg",
             "-L", "/usr/share/qemu", "-L", "/usr/share/seabios", "-m", "512", "-nodefaults",
             "-display", "none", "-no-reboot", "-kernel", "/vmlinuz", "-initrd", "/initrd",
             "-append", "console=ttyS0 quiet panic=-1", "-serial", "stdio",
             "-monitor", "unix:/monitor,server,nowait", "-device", "virtio-scsi-pci,id=bus",
             "-drive", "file=/disk,if=none,id=disk,format=raw,file.locking=off",
             "-device", "scsi-hd,drive=disk,bus=bus.0"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        killer = threading.Timer(SECONDS, process.kill)
        killer.start()
        self.typed = process.stdin
        try:
            return list(self._lines(process, on_line))
        finally:
            killer.cancel()
            process.kill()
            process.communicate()

    def grow_disk(self, size_mib: int) -> None:
        """As a hypervisor does it: the guest is told by its SCSI bus."""
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.connect(str(self.root / "monitor"))
            _read_prompt(monitor)
            monitor.sendall(f"block_resize disk {size_mib}M\n".encode())
            _read_prompt(monitor)

    def _lines(self, process: subprocess.Popen, on_line: Callable) -> Iterator[str]:
        for line in process.stdout:
            on_line(self, line.rstrip())
            yield line.rstrip()

    def _fill(self, kernel: Path) -> None:
        for name in FOLDERS:
            (self._system / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(self.root / "bin/busybox", self._system / "bin")
        for name in MODULES:
            shutil.copy(next(kernel.rglob(f"{name}.ko")), self._system / "modules")
        libraries = {library for each in PROGRAMS for library in self._libraries(each)}
        for file in {LOADER, *PROGRAMS} | libraries:
            target = self._system / file.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.root / file.lstrip("/"), target)

    def _libraries(self, program: str) -> list[str]:
        listed = subprocess.run(
            ["chroot", str(self.root), LOADER, "--list", program], capture_output=True, text=True,
            check=True,
        ).stdout
        return [word for word in listed.split() if word.startswith("/")]

    def _pack(self, start: str) -> None:
        file = self._system / "init"
        file.write_text(start)
        file.chmod(0o755)
        names = "\n".join(str(each.relative_to(self._system)) for each in self._system.rglob("*"))
        packed = subprocess.run(
            [str(self.root / "bin/busybox"), "cpio", "-o", "-H", "newc"], cwd=self._system,
            input=names.encode(), capture_output=True, check=True,
        ).stdout
        (self.root / "initrd").write_bytes(gzip.compress(packed, compresslevel=1))


def _read_prompt(monitor: socket.socket) -> None:
    """The monitor has done what it was told, and waits for more."""
    said = b""
    while not said.endswith(b"(qemu) "):
        said += monitor.recv(4096)


def _newest_kernel() -> str:
    """The package that holds the kernel: the one we name only leads to it."""
    (leading,) = download_only(SUITE, [KERNEL])
    depends = subprocess.run(
        ["dpkg-deb", "--field", str(leading), "Depends"], capture_output=True, text=True, check=True
    ).stdout
    return depends.split()[0]
