"""The PostgreSQL database: connections, queries, transactions."""

import queue
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import psycopg2.extras

Row = dict


class NotReachable(Exception):
    """The database port did not open in time."""


class Database:
    """Connections kept for the next caller; each call is a transaction of its own."""

    def __init__(self, where: dict[str, str]) -> None:
        self._where = where
        self._idle: queue.LifoQueue = queue.LifoQueue()

    def await_port(self, seconds: float) -> None:
        """Wait until the port answers; NotReachable after the time, as Harbor's core gives up."""
        deadline = time.monotonic() + seconds
        address = (self._where["host"], int(self._where["port"]))
        while True:
            try:
                socket.create_connection(address, timeout=2).close()
            except OSError as problem:
                if time.monotonic() > deadline:
                    raise NotReachable(f"{address[0]}:{address[1]}: {problem}") from problem
                time.sleep(0.5)
            else:
                return

    @contextmanager
    def transaction(self) -> Iterator["Cursor"]:
        """All or nothing; a connection that broke is not kept."""
        connection = self._connection()
        try:
            with connection, connection.cursor() as cursor:
                yield Cursor(cursor)
        except BaseException:
            connection.close()
            raise
        self._idle.put(connection)

    def rows(self, sql: str, *values: object) -> list[Row]:
        with self.transaction() as cursor:
            return cursor.rows(sql, *values)

    def row(self, sql: str, *values: object) -> Row | None:
        with self.transaction() as cursor:
            return cursor.row(sql, *values)

    def run(self, sql: str, *values: object) -> int:
        """The number of rows changed."""
        with self.transaction() as cursor:
            return cursor.run(sql, *values)

    def _connection(self):  # noqa: ANN202 - psycopg2 has no types
        while True:
            try:
                kept = self._idle.get_nowait()
            except queue.Empty:
                return psycopg2.connect(
                    **self._where, connect_timeout=5,
                    cursor_factory=psycopg2.extras.RealDictCursor)
            if self._alive(kept):
                return kept

    @staticmethod
    def _alive(connection) -> bool:  # noqa: ANN001
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.Error:
            connection.close()
            return False
        return True


class Cursor:
    """Queries inside a transaction."""

    def __init__(self, cursor) -> None:  # noqa: ANN001
        self._cursor = cursor

    def rows(self, sql: str, *values: object) -> list[Row]:
        self._cursor.execute(sql, [_adapted(value) for value in values])
        return [dict(row) for row in self._cursor.fetchall()]

    def row(self, sql: str, *values: object) -> Row | None:
        found = self.rows(sql, *values)
        return found[0] if found else None

    def run(self, sql: str, *values: object) -> int:
        self._cursor.execute(sql, [_adapted(value) for value in values])
        return self._cursor.rowcount


def _adapted(value: object) -> object:
    """Objects and lists of objects go to JSON columns; a list of words stays an array."""
    is_json = isinstance(value, dict) or (
        isinstance(value, list) and all(isinstance(one, dict) for one in value))
    return psycopg2.extras.Json(value) if is_json else value
