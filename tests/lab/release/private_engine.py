"""A Docker engine of our own: private network, private mounts, gone without a trace."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from lab.packages import engine_tools

NAME = "registry.example.test"


class PrivateEngine:
    """dockerd in its own network and mount namespace; the host reaches it at `address`."""

    def __init__(self, name: str, folder: Path, *, subnet: str) -> None:
        self.name, self.folder = name, folder
        self.address, self.gateway = f"{subnet}.2", f"{subnet}.1"
        self.tools = engine_tools()
        self.socket = folder / "docker.sock"
        self.compose_binary = self.tools / "usr/libexec/docker/cli-plugins/docker-compose"
        self._dockerd: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._make_network()
        for name in ("data", "exec", "etc-docker"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        with (self.folder / "dockerd.log").open("wb") as log:
            self._dockerd = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{self.name}", "unshare", "--mount", "--pid",
                 "--fork", "--kill-child", "--mount-proc", "sh", "-c", self._boot_script()],
                stdout=log, stderr=log, env=self._environment())
        self._wait()

    def trust(self, registry: str, authority_pem: str) -> None:
        """The engine accepts the registry's certificate when this authority signed it."""
        folder = self.folder / "etc-docker/certs.d" / registry
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ca.crt").write_text(authority_pem)

    def stop(self) -> None:
        """Kill everything of the engine and remove its network."""
        if self._dockerd:
            self._dockerd.send_signal(signal.SIGKILL)
            self._dockerd.wait()
        subprocess.run(["ip", "netns", "delete", self.name], check=False, capture_output=True)
        subprocess.run(["ip", "link", "delete", f"{self.name}-h"], check=False,
                       capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def docker(self, *words: str, text: str | None = None) -> str:
        """The output of a docker command; raises with stderr when it fails."""
        return self._run([str(self.tools / "usr/bin/docker"), *words], text)

    def compose(self, *words: str, folder: Path) -> str:
        return self._run([str(self.compose_binary), "-p", "harbor", "--project-directory",
                          str(folder), *words])

    def _run(self, command: list[str], text: str | None = None) -> str:
        done = subprocess.run(command, input=text, capture_output=True, text=True,
                              env=self._environment())
        if done.returncode:
            raise AssertionError(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def _environment(self) -> dict[str, str]:
        path = f"{self.tools}/usr/sbin:{self.tools}/usr/bin:{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self.folder), "DOCKER_HOST": f"unix://{self.socket}",
                "DOCKER_CONFIG": str(self.folder / "client"),
                "LD_LIBRARY_PATH": f"{self.tools}/usr/lib/x86_64-linux-gnu"}

    def _boot_script(self) -> str:
        # /etc/docker and /etc/hosts of this engine only; tmpfs for its run folder.
        return (f"mkdir -p /etc/docker && mount --bind {self.folder}/etc-docker /etc/docker && "
                f"cp /etc/hosts {self.folder}/hosts && "
                f"echo '{self.address} {NAME}' >> {self.folder}/hosts && "
                f"mount --bind {self.folder}/hosts /etc/hosts && "
                f"mount -t tmpfs tmpfs {self.folder}/exec && "
                f"exec dockerd --host unix://{self.socket} --data-root {self.folder}/data "
                f"--exec-root {self.folder}/exec --pidfile {self.folder}/exec/docker.pid "
                f"--cgroup-parent /{self.name}")

    def _make_network(self) -> None:
        inner, outer = f"{self.name}-c", f"{self.name}-h"
        for command in (
                ["ip", "netns", "add", self.name],
                ["ip", "link", "add", outer, "type", "veth", "peer", "name", inner],
                ["ip", "link", "set", inner, "netns", self.name],
                ["ip", "address", "add", f"{self.gateway}/24", "dev", outer],
                ["ip", "link", "set", outer, "up"],
                ["ip", "-n", self.name, "address", "add", f"{self.address}/24", "dev", inner],
                ["ip", "-n", self.name, "link", "set", inner, "up"],
                ["ip", "-n", self.name, "link", "set", "lo", "up"],
                ["ip", "-n", self.name, "route", "add", "default", "via", self.gateway]):
            subprocess.run(command, check=True, capture_output=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + 300
        while True:
            try:
                self.docker("version")
            except AssertionError:
                log = (self.folder / "dockerd.log").read_text()
                assert time.monotonic() < deadline, log[-2000:]
                assert self._dockerd is not None
                assert self._dockerd.poll() is None, log[-2000:]
                time.sleep(0.1)
            else:
                return
