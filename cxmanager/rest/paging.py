"""Omneo's pages: `page[size]`, `page[number]`, Laravel's links and meta, without counting a million rows."""

from django.db import connection
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

COUNT_EXACTLY_UP_TO = 10_000
DEFAULT_SIZE = 15
MAX_SIZE = 500
LONGEST_NUMBER = 10


class OmneoPagination(BasePagination):
    """Pages of a list. `meta.total` is exact up to 10,000 rows; beyond, PostgreSQL's estimate, and `total_is_estimate` says so."""

    def paginate_queryset(self, queryset, request, view=None):
        self.request = request
        self.size = self._number("page[size]", DEFAULT_SIZE, most=MAX_SIZE)
        self.number = self._number("page[number]", self._number("page", 1))
        self.total, self.is_estimate = bounded_count(queryset)
        start = (self.number - 1) * self.size
        # One more than is shown: an estimate can be too low, and the walk by `next` must reach the last row all the same.
        rows = list(queryset[start : start + self.size + 1])
        self.rows, self.has_more = rows[: self.size], len(rows) > self.size
        if self.has_more:
            self.total = max(self.total, start + len(rows))
        elif self.is_estimate and self.rows:
            # The end was reached, so now it is known.
            self.total, self.is_estimate = start + len(self.rows), False
        return self.rows

    def _number(self, name: str, default: int, *, most: int = 1_000_000_000) -> int:
        sent = self.request.query_params.get(name, "")
        if sent == "":
            return default
        if not sent.isascii() or not sent.isdigit() or not sent.strip("0"):
            raise ValidationError({name: ["This must be a whole number of at least 1."]})
        if len(sent) > LONGEST_NUMBER:
            raise ValidationError({name: [f"This must be at most {most:,}."]})
        return min(int(sent), most)

    def get_paginated_response(self, data) -> Response:
        last = max(1, -(-self.total // self.size))
        start = (self.number - 1) * self.size
        previous = self._link(self.number - 1) if self.number > 1 else None
        following = self._link(self.number + 1) if self.has_more else None
        meta = {
            "current_page": self.number,
            "from": start + 1 if data else None,
            "last_page": last,
            "links": self._numbered_links(last, previous, following),
            "path": self._path(),
            "per_page": self.size,
            "to": start + len(data) if data else None,
            "total": self.total,
            "total_is_estimate": self.is_estimate,
        }
        links = {"first": self._link(1), "last": self._link(last), "prev": previous, "next": following}
        return Response({"data": data, "links": links, "meta": meta})

    def _numbered_links(self, last: int, previous: str | None, following: str | None) -> list[dict]:
        near = sorted({1, last, *range(max(1, self.number - 3), min(last, self.number + 3) + 1)})
        pages = [{"url": self._link(page), "label": str(page), "active": page == self.number} for page in near]
        return [
            {"url": previous, "label": "&laquo; Previous", "active": False},
            *pages,
            {"url": following, "label": "Next &raquo;", "active": False},
        ]

    def _path(self) -> str:
        return self.request.build_absolute_uri(self.request.path)

    def _link(self, page: int) -> str:
        parameters = self.request.query_params.copy()
        parameters.pop("page", None)
        parameters["page[number]"] = str(page)
        return f"{self._path()}?{parameters.urlencode(safe='[]')}"

    def get_schema_operation_parameters(self, view) -> list[dict]:
        whole = {"type": "integer", "minimum": 1}
        return [
            {"name": "page[size]", "in": "query", "schema": whole | {"maximum": MAX_SIZE, "default": DEFAULT_SIZE}},
            {"name": "page[number]", "in": "query", "schema": whole | {"maximum": 1_000_000_000, "default": 1}},
        ]

    def get_paginated_response_schema(self, schema: dict) -> dict:
        """The envelope of a page, with the example values that drf-spectacular needs to wrap a row's example in it."""
        path = "https://api.example.com/api/v3/profiles"
        links = {"first": f"{path}?page[number]=1", "last": f"{path}?page[number]=1", "prev": None, "next": None}
        numbers = {"current_page": 1, "from": 1, "last_page": 1, "per_page": DEFAULT_SIZE, "to": 1, "total": 1}
        numbered = [{"url": links["first"], "label": "1", "active": True}]
        return {
            "type": "object",
            "required": ["data", "links", "meta"],
            "properties": {
                "data": schema,
                "links": {
                    "type": "object",
                    "properties": {name: {"type": ["string", "null"], "example": url} for name, url in links.items()},
                },
                "meta": {
                    "type": "object",
                    "properties": {
                        **{name: {"type": ["integer", "null"], "example": one} for name, one in numbers.items()},
                        "path": {"type": "string", "example": path},
                        "links": {"type": "array", "items": {"type": "object"}, "example": numbered},
                        "total_is_estimate": {"type": "boolean", "example": False},
                    },
                },
            },
        }


def bounded_count(rows) -> tuple[int, bool]:
    """How many rows, and whether that is an estimate. Reads at most 10,001 index entries of a queryset."""
    if not isinstance(rows, QuerySet):
        return len(rows), False
    counted = rows.order_by()[: COUNT_EXACTLY_UP_TO + 1].count()
    if counted <= COUNT_EXACTLY_UP_TO:
        return counted, False
    return max(counted, estimated_rows(rows)), True


def estimated_rows(rows: QuerySet) -> int:
    """PostgreSQL's planner's guess for the query (one EXPLAIN); elsewhere the bound itself."""
    if connection.vendor != "postgresql":
        return 0
    sql, parameters = rows.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        return int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])
