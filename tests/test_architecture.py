"""Who may import whom; a new edge is a decision, made here on purpose."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "lib": set(),
    "operations": {"lib"},
    "harbor": {"lib"},
    "notices": {"lib", "operations"},
    "certificates": {"lib", "operations", "notices"},
    "nutanix": {"lib", "operations", "certificates"},
    "hosts": {"lib", "operations", "notices", "nutanix", "certificates"},
    "deployments": {
        "lib", "operations", "notices", "nutanix", "certificates", "hosts", "harbor",
    },
    "portal": {
        "lib", "operations", "notices", "nutanix", "certificates", "harbor", "deployments",
    },
    "lab": set(),
}
OURS = {*MAY_IMPORT, "config", "tests", "benchmarks"}
# One door per system of the outside world.
DOORS = {
    # The SDK of the engine raises the errors of requests.
    "requests": {"lib/http.py", "lib/http_faults.py", "hosts/engine"},
    "docker": {"hosts/engine"},
    "subprocess": {"harbor/compose.py"},
    "channels_redis": set(),
}


def python_files(package):
    return [file for file in (ROOT / package).rglob("*.py") if "migrations" not in file.parts]


def imported_modules(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_only_what_it_may(package):
    for file in python_files(package):
        used = {name.split(".")[0] for name in imported_modules(file)} & OURS - {package}

        assert used <= MAY_IMPORT[package], f"{file.relative_to(ROOT)} imports {used}"


@pytest.mark.parametrize("system", DOORS)
def test_the_outside_world_has_one_door(system):
    for package in MAY_IMPORT.keys() - {"lab"}:
        for file in python_files(package):
            name = str(file.relative_to(ROOT))
            if any(name.startswith(door) for door in DOORS[system]):
                continue

            assert system not in {m.split(".")[0] for m in imported_modules(file)}, name


@pytest.mark.parametrize("package", [*MAY_IMPORT, "config"])
def test_files_stay_small(package):
    for file in python_files(package):
        length = len(file.read_text().splitlines())

        assert length <= 220, f"{file.relative_to(ROOT)} has {length} lines: two subjects?"


@pytest.mark.parametrize("package", sorted({*MAY_IMPORT, "config"} - {"lab"}))
def test_nothing_trusts_strings_from_elsewhere(package):
    for file in python_files(package):
        text = file.read_text()

        for word in ("mark_safe", "shell=True", "os.system("):
            assert word not in text, f"{file.relative_to(ROOT)} uses {word}"
