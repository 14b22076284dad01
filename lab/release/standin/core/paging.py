"""Pages, filters and orders of list calls (harbor.md 5.1)."""

from dataclasses import dataclass
from urllib.parse import urlencode

from lab.release.standin.wire.server import Answer, Refused, Request

from .database import Database


@dataclass
class Listing:
    """A query over one table expression; `columns` are what may be filtered and sorted by."""

    table: str
    columns: dict[str, str]
    order: str
    select: str = "*"

    def answer(self, request: Request, database: Database, present, where: str = "TRUE",  # noqa: ANN001
               *values: object) -> Answer:
        """One page as JSON, with X-Total-Count and Link."""
        page, size = _number(request, "page", 1), _number(request, "page_size", 10)
        if size > 100:
            raise Refused(422, "UNPROCESSABLE_ENTITY", "page_size in query should be <= 100")
        clause, found = self._filtered(request, where, list(values))
        source = f"FROM {self.table} WHERE {clause}"  # values are bound, names are ours
        total = database.row(f"SELECT count(*) AS n {source}", *found)["n"]  # type: ignore[index] # noqa: S608
        rows = database.rows(
            f"SELECT {self.select} {source} ORDER BY {self._sorted(request)} "  # noqa: S608
            "LIMIT %s OFFSET %s", *found, size, (page - 1) * size)
        answer = Answer.json([present(row) for row in rows])
        answer.headers.append(("X-Total-Count", str(total)))
        links = _links(request, page, size, total)
        answer.headers += [("Link", links)] if links else []
        return answer

    def _filtered(self, request: Request, where: str, values: list) -> tuple[str, list]:
        clauses = [where]
        for part in filter(None, request.query.get("q", "").split(",")):
            key, _, value = part.partition("=")
            column = self.columns.get(key.strip())
            if column is None:
                raise Refused(400, "BAD_REQUEST", f"unknown filter {key}")
            clause, bound = _condition(column, value)
            clauses.append(clause)
            values += bound
        return " AND ".join(clauses), values

    def _sorted(self, request: Request) -> str:
        keys = [key.strip() for key in request.query.get("sort", "").split(",") if key.strip()]
        found = [(self.columns.get(key.lstrip("-")), key.startswith("-")) for key in keys]
        wanted = [f"{column} {'DESC' if down else 'ASC'}" for column, down in found if column]
        return ", ".join(wanted) or self.order


def _condition(column: str, value: str) -> tuple[str, list]:
    """`v` exact, `~v` fuzzy, `[a~b]` from to, `{a b}` one of; quotes make a string."""
    if value.startswith("~"):
        return f"{column}::text ILIKE %s", [f"%{value[1:]}%"]
    if value.startswith("[") and value.endswith("]"):
        low, _, high = value[1:-1].partition("~")
        bounds = [(f"{column} >= %s", low), (f"{column} <= %s", high)]
        used = [(clause, bound) for clause, bound in bounds if bound]
        return " AND ".join(c for c, _ in used) or "TRUE", [b for _, b in used]
    if value[:1] in "{(" and value[-1:] in "})":
        return f"{column}::text = ANY(%s)", [value[1:-1].split()]
    return f"{column}::text = %s", [value.strip("'\"")]


def _number(request: Request, name: str, default: int) -> int:
    value = request.query.get(name, str(default))
    if not value.isdigit() or int(value) < 1:
        raise Refused(422, "UNPROCESSABLE_ENTITY", f"{name} in query must be a positive number")
    return int(value)


def _links(request: Request, page: int, size: int, total: int) -> str:
    wanted = [("prev", page - 1)] if page > 1 else []
    wanted += [("next", page + 1)] if page * size < total else []
    return " , ".join(
        f"<{request.path}?{urlencode({**request.query, 'page': number, 'page_size': size})}>; "
        f'rel="{name}"' for name, number in wanted)
