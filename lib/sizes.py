"""Sizes in bytes, and how they read."""

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


def human(size: int) -> str:
    """`size` bytes as people read them: `812 B`, `3.4 MiB`, `41 GiB`."""
    if size < KIB:
        return f"{size} B"
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            value = size / unit
            return f"{value:.0f} {name}" if value >= 10 else f"{value:.1f} {name}"
    raise AssertionError("unreachable")
