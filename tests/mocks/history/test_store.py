"""A history on disk: complete, in order, chained, and durable before anybody is told so."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hardclose_mocks.history.codec import check_chained
from hardclose_mocks.history.records import KINDS, Body, Phase
from hardclose_mocks.history.store import MemoryStore, Row, SqliteStore, read
from hardclose_mocks.history.stored import BLOCK, StoredRecords
from hardclose_mocks.history.writer import History

from ..sandboxes import virtually
from .drawn_records import bodies
from .files import CountingStore, Ticking, opened, stored

# --- there and back -------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.lists(bodies(), min_size=1, max_size=12), st.integers(0, 12))
def test_what_was_appended_is_read_back_and_the_chain_goes_on(drawn: list[Body], cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite"
        appended = []
        for part in (drawn[:cut], drawn[cut:]):
            history = opened(path)
            assert list(history.records) == appended
            appended += [history.append("erp", "integration", body) for body in part]
            assert (history.length, list(history.records)) == (len(appended), appended)
            history.close()
        assert read(path) == appended
        check_chained(appended)
        assert opened(path).last_hash == appended[-1].h


def test_one_record_of_every_kind_lives_in_one_file(tmp_path: Path) -> None:
    @settings(max_examples=5, deadline=None)
    @given(st.tuples(*map(bodies, KINDS)))
    def holds(drawn: tuple[Body, ...]) -> None:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite"
        history = opened(path)
        for body in drawn:
            history.append("erp", "books", body)
        history.close()
        assert [record.kind for record in read(path)] == list(KINDS)

    holds()


def test_a_memory_store_keeps_the_same_chain_as_a_file(tmp_path: Path) -> None:
    clocks = Ticking(), Ticking()
    memory = History(MemoryStore(), clocks[0].ns, clocks[0].business)
    file = History(SqliteStore(tmp_path / "h.sqlite"), clocks[1].ns, clocks[1].business)
    for history in (memory, file):
        for name in ("warm-up", "chaos", "heal"):
            history.append("sandbox", "harness", Phase(name))
    assert memory.last_hash == file.last_hash
    check_chained(memory.records)


def test_a_history_that_keeps_nothing_in_memory_shows_the_same_records(tmp_path: Path) -> None:
    clocks = Ticking(), Ticking()
    lean = History(SqliteStore(tmp_path / "lean.sqlite"), clocks[0].ns, clocks[0].business, keep=False)
    full = History(SqliteStore(tmp_path / "full.sqlite"), clocks[1].ns, clocks[1].business)
    count = BLOCK * 2 + 5
    for history in (lean, full):
        for number in range(count):
            history.append("sandbox", "harness", Phase(str(number)))
    assert isinstance(full.records, list)
    assert isinstance(lean.records, StoredRecords)
    assert (lean.length, len(lean.records)) == (count, count), "what is pending counts"
    assert list(lean.records) == full.records
    for part in (slice(3, 9), slice(-4, None), slice(count, None), slice(0, 10, 4), slice(7, 3)):
        assert lean.records[part] == full.records[part]
    assert (lean.records[-1], lean.records[7]) == (full.records[-1], full.records[7])
    assert list(lean.since(count - 2)) == list(full.since(count - 2)) == full.records[-2:]
    assert lean.last_hash == full.last_hash
    lean.close()

    again = History(SqliteStore(tmp_path / "lean.sqlite"), clocks[0].ns, clocks[0].business, keep=False)
    again.append("sandbox", "harness", Phase("after"))
    again.close()
    check_chained(read(tmp_path / "lean.sqlite"))


def test_a_store_that_can_hand_nothing_back_makes_its_history_keep_it() -> None:
    clock = Ticking()
    history = History(MemoryStore(), clock.ns, clock.business, keep=False)
    history.append("sandbox", "harness", Phase("one"))
    assert [one.body for one in history.records] == [Phase("one")]


# --- group commit ---------------------------------------------------------------------------------------------------


@virtually
async def test_records_of_one_tick_share_one_transaction() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = CountingStore(Path(folder) / "h.sqlite")
        history = opened(store.path, store)

        async def write(name: str) -> int:
            history.append("erp", "integration", Phase(name))
            history.append("erp", "books", Phase(name + " event"))
            await history.committed()
            return stored(store.path)

        assert await asyncio.gather(*(write(str(number)) for number in range(50))) == [100] * 50
        assert store.sizes == [100]
        await write("later")
        assert store.sizes == [100, 2]


@virtually
async def test_committed_returns_only_when_the_record_is_on_disk() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h.sqlite"
        history = opened(path)
        history.append("erp", "integration", Phase("chaos"))
        assert (stored(path), history.unsaved) == (0, True)
        await history.committed()
        assert (stored(path), history.unsaved) == (1, False)


@virtually
async def test_what_is_committed_soon_is_on_disk_a_tick_later() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h.sqlite"
        history = opened(path)
        history.append("erp", "integration", Phase("chaos"))
        history.soon()
        history.soon()
        assert stored(path) == 0
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert stored(path) == 1


@virtually
async def test_nothing_to_commit_is_committed_at_once() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await opened(Path(folder) / "h.sqlite").committed()


@virtually
async def test_whoever_gives_up_waiting_does_not_stop_the_commit_of_others() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h.sqlite"
        history = opened(path)

        async def write(name: str) -> None:
            history.append("erp", "integration", Phase(name))
            await history.committed()

        leaving, staying = (asyncio.ensure_future(write(name)) for name in ("leaving", "staying"))
        await asyncio.sleep(0)
        leaving.cancel()
        await staying
        assert stored(path) == 2


# --- a store that is elsewhere --------------------------------------------------------------------------------------


class DistantStore(MemoryStore):
    """Answers when the test lets it."""

    remote = True

    def __init__(self) -> None:
        super().__init__()
        self.kept = 0
        self.answers = threading.Event()

    def save(self, rows: Sequence[Row]) -> None:
        self.answers.wait(5)
        super().save(rows)
        self.kept += len(rows)


def distant() -> tuple[DistantStore, History]:
    clock, store = Ticking(), DistantStore()
    return store, History(store, clock.ns, clock.business)


def test_who_waits_for_a_distant_store_is_told_though_it_was_flushed_and_closed_meanwhile() -> None:
    async def play() -> int:
        store, history = distant()
        waiting = []
        for phase in ("chaos", "drain"):
            history.append("sandbox", "sandbox", Phase(phase))
            waiting.append(asyncio.ensure_future(history.committed()))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        store.answers.set()
        history.close()
        await asyncio.wait_for(asyncio.gather(*waiting), timeout=5)
        return store.kept

    assert asyncio.run(play()) == 2
