"""What tests get wrong when they speak to a sandbox, in words that name what would be right."""

from __future__ import annotations

from collections.abc import Iterable

from hardclose_mocks.faults.catalogue import nearest


class UsageError(Exception):
    """What a test asked of the sandbox makes no sense; the message says what would."""

    __module__ = "hardclose"  # pytest shows it where a test fails: whose error it is, not where we keep it


def nearest_of(word: str, known: Iterable[str]) -> str:
    """`; try 'x'`, or the list of what there is."""
    return nearest(str(word), list(known))
