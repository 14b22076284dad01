"""Reads the kernel's table of TCP sockets, /proc/net/tcp."""

_LISTENING = "0A"  # TCP_LISTEN, in proc(5)


def listening_in(table: str) -> set[int]:
    """The ports of the sockets that listen; headers and other lines are passed over."""
    rows = (line.split() for line in table.splitlines())
    return {
        int(row[1].rpartition(":")[2], 16) for row in rows if len(row) > 3 and row[3] == _LISTENING
    }
