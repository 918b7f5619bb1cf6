"""Money, instants and strict base models on the neutral wire. Knows no document."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, overload

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from hardclose_mocks.kernel.attachments import SIZE_MAX
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.money import Money, MoneyError
from hardclose_mocks.kernel.refusals import Invalid, Refused

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # `fromisoformat` would take week dates too
AMOUNT = r"^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,3})?$"
CURRENCY = r"^[A-Z]{3}$"
Amount = Annotated[str, StringConstraints(pattern=AMOUNT, strict=True)]
"""A decimal string, at most as many decimals as the currency has."""
Text = Annotated[str, StringConstraints(max_length=500, strict=True)]
DocumentNumber = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_:-][A-Za-z0-9._:-]*$", strict=True),
    Field(json_schema_extra={"x-hardclose-fresh": True}),
]
"""A number that whoever fills in the form draws, and that its document will be addressed by in a path: no slash, and no
lone dots."""
Number = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._:/-]+$", strict=True)]
SHA256 = "^[0-9a-f]{64}$"
Currency = Annotated[str, StringConstraints(pattern=CURRENCY, strict=True)]


def _integral(value: Any) -> Any:
    """97.0 is a valid JSON integer; true and "97" are not."""
    if isinstance(value, (bool, str)):
        raise ValueError("must be an integer")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _day(value: Any) -> Any:
    """Only `2026-11-30`: no timestamps, no numbers."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a date like 2026-11-30")
    return date.fromisoformat(value)


QUANTITY_MAX = 1_000_000
# Bounds first: those that come after a validator of ours are kept, and told nobody.
Quantity = Annotated[int, Field(ge=1, le=QUANTITY_MAX), BeforeValidator(_integral)]
Size = Annotated[int, Field(ge=1, le=SIZE_MAX), BeforeValidator(_integral)]
Days = Annotated[int, Field(ge=0, le=365), BeforeValidator(_integral)]
Revision = Annotated[int, Field(ge=1, le=QUANTITY_MAX), BeforeValidator(_integral)]
Day = Annotated[date, BeforeValidator(_day)]
Filled = Annotated[Text, Field(min_length=1)]


class Wire(BaseModel):
    """Unknown fields are refused: silence about a misspelt field would be a wrong posting."""

    model_config = ConfigDict(extra="forbid")


def minor(amount: str, currency: str, field: str) -> int:
    """Minor units of a wire amount; refuses what the currency cannot carry."""
    try:
        return Money.parse(amount, currency).minor
    except MoneyError as wrong:
        raise Refused(Invalid(field, str(wrong))) from wrong


def amount(minor_units: int, currency: str) -> str:
    return Money(minor_units, currency).decimal


@overload
def instant(at: datetime, company: Company) -> str: ...
@overload
def instant(at: datetime | None, company: Company) -> str | None: ...
def instant(at: datetime | None, company: Company) -> str | None:
    """RFC 3339 with the company's own offset: the first ten characters are the company-local date."""
    return None if at is None else company.local(at).isoformat(timespec="milliseconds")
