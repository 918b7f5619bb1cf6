"""Documents in the order of their last change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hardclose_mocks.kernel.shelf import Shelf, digest_of

from .small_world import MONDAY


@dataclass(frozen=True, slots=True)
class Card:
    number: str
    version: int
    updated_at: datetime


CHANGES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), max_size=60)
"""Which document changes, and how many seconds after the change before."""


def filled(changes: list[tuple[int, int]]) -> Shelf[Card]:
    shelf: Shelf[Card] = Shelf()
    at = MONDAY
    for which, later in changes:
        at += timedelta(seconds=later)
        before = shelf.get(f"D{which}")
        shelf.put(Card(f"D{which}", before.version + 1 if before else 1, at))
    return shelf


@given(CHANGES, st.integers(-1, 40))
def test_changed_since_is_what_sorting_and_filtering_all_documents_gives(
    changes: list[tuple[int, int]], seconds: int
) -> None:
    shelf, since = filled(changes), MONDAY + timedelta(seconds=seconds)
    everything = [card for card in (shelf.get(f"D{which}") for which in range(7)) if card is not None]
    expected = sorted(everything, key=lambda card: (card.updated_at, card.number))
    assert list(shelf.changed()) == expected
    assert list(shelf.changed(since)) == [card for card in expected if card.updated_at >= since]
    assert len(shelf) == len(expected)


def test_a_shelf_that_changes_for_long_keeps_no_long_log() -> None:
    shelf = filled([(which % 3, 1) for which in range(5_000)])
    assert len(list(shelf.changed())) == 3
    assert len(shelf._log) < 300


def test_a_reader_in_the_middle_of_a_list_is_not_disturbed_by_changes() -> None:
    shelf = filled([(which, 1) for which in range(5)])
    reader = shelf.changed()
    assert next(reader).number == "D0"
    at = MONDAY + timedelta(hours=1)
    for version in range(2, 600):
        shelf.put(Card("D1", version, at))
    assert [card.number for card in reader][:3] == ["D2", "D3", "D4"]


def test_the_digest_follows_the_present_versions_only() -> None:
    one, other = filled([(0, 1), (1, 1)]), filled([(0, 1), (1, 1)])
    assert digest_of(one.facts()) == digest_of(other.facts())
    other.put(Card("D1", 2, MONDAY + timedelta(seconds=9)))
    assert digest_of(one.facts()) != digest_of(other.facts())
