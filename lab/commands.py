"""Run the machine's own programs and say in a sentence which one failed."""

import subprocess

from lab.errors import LabError


def run(*command: object) -> str:
    """The program's standard output. Raises LabError with its complaint when it fails."""
    argv = [str(part) for part in command]
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode:
        raise LabError(f"`{' '.join(argv)}` failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def succeeds(*command: object) -> bool:
    """Whether the program ends well; what it prints is thrown away."""
    return subprocess.run([str(part) for part in command], capture_output=True).returncode == 0
