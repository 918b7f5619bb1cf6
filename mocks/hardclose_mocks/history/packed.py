"""A JSON object kept as its bytes: most of a stored history nobody looks at, and objects take five times the room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

_decode = msgspec.json.Decoder().decode


class Packed(Mapping[str, Any]):
    """Reads like the object it is; decoded anew for each look at it, so look once and keep what you found."""

    __slots__ = ("json",)

    def __init__(self, json: bytes) -> None:
        self.json = json

    def unpacked(self) -> dict[str, Any]:
        found: dict[str, Any] = _decode(self.json)
        return found

    def __getitem__(self, name: str) -> Any:
        return self.unpacked()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.unpacked())

    def __len__(self) -> int:
        return len(self.unpacked())

    def __repr__(self) -> str:
        return repr(self.unpacked())
