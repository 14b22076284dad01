"""The host tool's verbs for the engine itself: its restart, and its certificate with a way back."""

from hosts.engine_files import FOLDER

_SYSTEMD = ["/run/systemd:/run/systemd", "/run/dbus:/run/dbus"]
_INSIDE = "/engine"
_PAIR = ("server.pem", "server.key")
_UNDO = "slipway-undo"
_RESTART = "/usr/bin/systemctl restart docker.service"
NEXT = "next"


class EngineVerbs:
    """Part of HostTool; a lost engine cannot be asked to put anything back, so the host does it."""

    def restart_engine(self) -> None:
        """Have systemd restart the engine in two seconds; containers go on (live-restore).

        Await its return: that is also what tells whether it worked.
        """
        # Later, so that this container has ended and gone by then.
        self._systemd(["systemd-run", "--quiet", "--on-active=2s",
                       "--timer-property=AccuracySec=100ms", *_RESTART.split()])

    def keep_former_pair(self) -> None:
        """Copy what the engine uses now aside, for the way back."""
        self._in_folder(["install", "--directory", "--mode=0700", f"{_INSIDE}/former"])
        self._in_folder(["cp", "--archive", f"--target-directory={_INSIDE}/former",
                         *(f"{_INSIDE}/{name}" for name in _PAIR)])

    def use_next_pair(self) -> None:
        """The engine's files are those in `next` from now on; it reads them at its next start."""
        self._in_folder(["mv", "--force", f"--target-directory={_INSIDE}",
                         *(f"{_INSIDE}/{NEXT}/{name}" for name in _PAIR)])
        self._in_folder(["sync"])

    def undo_later(self, seconds: int) -> None:
        """Unless told otherwise, the host itself puts the former pair back and restarts the engine.
        """
        self.forget_undo()
        self._systemd([
            "systemd-run", "--quiet", "--collect", f"--unit={_UNDO}", f"--on-active={seconds}s",
            "--timer-property=AccuracySec=1s", "--property=Type=oneshot",
            # An engine that fell some times in a row is not started again before that.
            "--property=ExecStartPost=-/usr/bin/systemctl reset-failed docker.service",
            f"--property=ExecStartPost={_RESTART}", "/usr/bin/cp", "--archive", "--force",
            f"--target-directory={FOLDER}", *(f"{FOLDER}/former/{name}" for name in _PAIR),
        ])

    def forget_undo(self) -> None:
        """The new pair has proved itself; nothing to forget is fine, too."""
        # A pattern may match nothing; a name would have to be known to systemd.
        self._systemd(["systemctl", "--quiet", "stop", f"{_UNDO}*.timer"])

    def remove_former_pair(self) -> None:
        """Its key is of no use any more."""
        self._in_folder(["rm", "--recursive", "--force", f"{_INSIDE}/former", f"{_INSIDE}/{NEXT}"])

    def _in_folder(self, command: list[str]) -> None:
        self._output(command, binds=[f"{FOLDER}:{_INSIDE}"])

    def _systemd(self, command: list[str]) -> None:
        # systemd listens to root whose process it can see; privileged, because AppArmor may keep
        # confined containers away. Where systemctl finds itself in another root than systemd it
        # does nothing and reports success, unless it is told not to look.
        self._output(command, binds=_SYSTEMD, privileged=True, pid_mode="host",
                     environment={"SYSTEMD_IGNORE_CHROOT": "1"})
