"""Lists by page: limit, cursor, `updated_since` and filters, alike in all neutral systems."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from hashlib import blake2b
from itertools import islice, takewhile
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response

from hardclose_mocks.cards import Habits
from hardclose_mocks.dialects.neutral.routes.shared import desk, protocol_error, reply
from hardclose_mocks.kernel.books import Books
from hardclose_mocks.kernel.documents import Document
from hardclose_mocks.kernel.master import Company

Wanted = Callable[[Document], bool]
EVER, NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Filter(NamedTuple):
    """A field that lists can be narrowed by. A misspelt value of a closed set would silently find nothing."""

    read: Callable[[Any], str]
    values: tuple[str, ...] = ()
    """All it can be; empty where that is not known beforehand."""


class _Place(NamedTuple):
    """Where a page ended: at the last document's change and number. `crowd` tells whether any of the documents of that
    instant, up to this one, has changed since: in the same instant it might have, and would be missed."""

    at: datetime
    number: str
    crowd: str


def listing(
    request: Request,
    kind: str,
    encode: Callable[[Any, Company], Mapping[str, Any]],
    filters: Mapping[str, Filter],
    only: Callable[[Any], bool] = lambda _: True,
) -> Response:
    """A page in (updated_at, number) order. A document that changes moves to the end and may be seen again; none is
    missed."""
    at, query = desk(request), dict(request.query_params)
    limit = _limit(query.pop("limit", None), at.card.page_default, at.card.page_max)
    cursor = query.pop("cursor", None)
    habits = at.card.habits
    since = _since(query.pop("updated_since", None), habits)
    for name, value in query.items():
        _check_filter(name, value, filters)

    def wanted(document: Document) -> bool:
        asked = all(filters[name].read(document) == value for name, value in query.items())
        return asked and only(document) and not at.hidden(document)

    if habits.drifts:
        page, following = _counted(at.books, kind, since, cursor, limit, wanted)
    else:
        page, following = _remembered(at.books, kind, since, cursor, limit, wanted)
    at.serve(page, {name: str(value) for name, value in request.query_params.items()})
    items = (_coarse(encode(one, at.companies[one.company]), one.updated_at, habits) for one in page)
    return reply({"items": list(items), "next_cursor": following})


def _remembered(
    books: Books, kind: str, since: datetime | None, cursor: str | None, limit: int, wanted: Wanted
) -> tuple[list[Document], str | None]:
    """A page behind the place that the cursor remembers, and the next cursor."""
    last = _resumed(books, kind, _read_cursor(cursor)) if cursor is not None else None
    start = max((one for one in (since, last[0] if last else None) if one is not None), default=None)
    page: list[Document] = []
    for document in books.changed(kind, start):
        if (last is not None and (document.updated_at, document.number) <= last) or not wanted(document):
            continue
        if len(page) == limit:
            return page, _write_cursor(books, kind, page[-1])
        page.append(document)
    return page, None


def _counted(
    books: Books, kind: str, since: datetime | None, cursor: str | None, limit: int, wanted: Wanted
) -> tuple[list[Document], str | None]:
    """F26: a page behind so many rows of the list as it is now. What left the front meanwhile, its followers with it,
    is not seen."""
    behind = _read_count(cursor) if cursor is not None else 0
    rows = list(islice((one for one in books.changed(kind, since) if wanted(one)), behind, behind + limit + 1))
    return rows[:limit], _write_count(behind + limit) if len(rows) > limit else None


def _coarse(item: Mapping[str, Any], updated_at: datetime, habits: Habits) -> Mapping[str, Any]:
    """F27: the time of the change as coarse as lists tell it."""
    if habits.resolution_s <= 1.0:
        return item
    shown = datetime.fromisoformat(str(item["updated_at"]))
    coarse = _floored(updated_at, habits).astimezone(shown.tzinfo)
    return {**item, "updated_at": coarse.isoformat("T", "milliseconds")}


def _floored(moment: datetime, habits: Habits) -> datetime:
    """To the resolution of lists, counted from midnight UTC."""
    moment = moment.replace(microsecond=0)
    midnight = moment.replace(hour=0, minute=0, second=0)
    return moment - timedelta(seconds=(moment - midnight).total_seconds() % max(1.0, habits.resolution_s))


def _check_filter(name: str, value: str, filters: Mapping[str, Filter]) -> None:
    if name not in filters:
        raise protocol_error("filter_not_supported", f"no filter {name!r}; there are {', '.join(sorted(filters))}")
    values = filters[name].values
    if values and value not in values:
        raise protocol_error(
            "filter_not_supported", f"{name} is never {value[:40]!r}; it is one of {', '.join(values)}"
        )


def _resumed(books: Books, kind: str, place: _Place) -> tuple[datetime, str]:
    """What to go on behind: the last document of the page before, or its instant once more if anything moved there."""
    unmoved = _crowd(books, kind, place.at, place.number) == place.crowd
    return place.at, place.number if unmoved else ""


def _crowd(books: Books, kind: str, instant: datetime, number: str) -> str:
    """Digest of the documents last changed in that instant, up to that number."""
    digest = blake2b(digest_size=6)
    for one in takewhile(lambda one: (one.updated_at, one.number) <= (instant, number), books.changed(kind, instant)):
        digest.update(f"{one.number} {one.version}\n".encode())
    return digest.hexdigest()


def _limit(text: str | None, default: int, highest: int) -> int:
    if text is None:
        return min(default, highest)
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) < 1:
        raise protocol_error("malformed", f"limit {text[:20]!r} is not a number from 1 to {highest}")
    return min(int(text), highest)


def _since(text: str | None, habits: Habits) -> datetime | None:
    """As this system understands it. F28: only the date counts, as midnight of the account's zone."""
    if text is None:
        return None
    if habits.date_zone is not None:
        text = f"{_day(text)}T00:00:00"
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(habits.date_zone)).astimezone(UTC)
    try:
        # A plus sign that nobody escaped arrives as a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError(text)
    except ValueError:
        says = f"updated_since {text[:40]!r} is not an instant like 2026-11-30T08:00:00+01:00"
        raise protocol_error("malformed", says) from None
    try:
        return _floored(moment.astimezone(UTC), habits)
    except OverflowError:  # in UTC that is before the first year, or behind the last
        return EVER if moment.year == MINYEAR else NEVER


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text[:10])
        if not MINYEAR < day.year < MAXYEAR:
            raise ValueError(text)
    except ValueError:
        raise protocol_error("malformed", f"updated_since {text[:40]!r} is no date like 2026-11-30") from None
    return day


def _write_count(behind: int) -> str:
    return base64.urlsafe_b64encode(f"row {behind}".encode()).decode()


def _read_count(text: str) -> int:
    try:
        behind = int(base64.urlsafe_b64decode(text.encode()).decode().removeprefix("row "))
        if not 0 <= behind < 10**9:
            raise ValueError(text)
    except (ValueError, binascii.Error):
        raise protocol_error("malformed", "cursor is not one of ours; take next_cursor from the page before") from None
    return behind


def _write_cursor(books: Books, kind: str, document: Document) -> str:
    crowd = _crowd(books, kind, document.updated_at, document.number)
    return base64.urlsafe_b64encode(f"{document.updated_at.isoformat()}|{crowd}|{document.number}".encode()).decode()


def _read_cursor(text: str) -> _Place:
    try:
        moment, crowd, number = base64.urlsafe_b64decode(text.encode()).decode().split("|", 2)
        return _Place(datetime.fromisoformat(moment).astimezone(UTC), number, crowd)
    except (ValueError, OverflowError, binascii.Error):
        raise protocol_error("malformed", "cursor is not one of ours; take next_cursor from the page before") from None
