"""A history in PostgreSQL keeps what a file keeps, and outlives a crash of its server in the middle of a commit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from hardclose_mocks.history.codec import HistoryError, check_chained
from hardclose_mocks.history.places import open_history, pointer, read_history
from hardclose_mocks.history.postgres import PostgresStore
from hardclose_mocks.history.records import KINDS, Body, Phase
from hardclose_mocks.history.store import Row, SqliteStore
from hardclose_mocks.history.writer import History

from ...postgres import PostgresServer
from .drawn_records import bodies
from .files import Ticking


class CountingStore(PostgresStore):
    """A real store that remembers how large its transactions were."""

    def __init__(self, url: str, stream: str) -> None:
        super().__init__(url, stream)
        self.sizes: list[int] = []

    def save(self, rows: Sequence[Row]) -> None:
        super().save(rows)
        self.sizes.append(len(rows))


def stream() -> str:
    return f"test/{uuid4().hex}"


def opened(store: PostgresStore) -> History:
    clock = Ticking()
    return History(store, clock.ns, clock.business)


def stored(server: PostgresServer, name: str) -> int:
    """How many records another connection sees."""
    engine = create_engine(server.url)
    with engine.connect() as other:
        count = text("SELECT count(*) FROM hardclose_record WHERE stream = :stream")
        found = other.execute(count, {"stream": name}).scalar()
    engine.dispose()
    return int(found or 0)


# --- there and back -------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(bodies(), min_size=1, max_size=12), cut=st.integers(0, 12))
def test_what_was_appended_is_read_back_and_the_chain_goes_on(
    postgres: PostgresServer, drawn: list[Body], cut: int
) -> None:
    name = stream()
    appended = []
    for part in (drawn[:cut], drawn[cut:]):
        history = opened(PostgresStore(postgres.url, name))
        assert list(history.records) == appended
        appended += [history.append("erp", "integration", body) for body in part]
        history.close()
    reader = PostgresStore(postgres.url, name, read_only=True)
    assert reader.load() == appended
    reader.close()
    check_chained(appended)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.tuples(*map(bodies, KINDS)))
def test_one_record_of_every_kind_lives_in_one_stream(postgres: PostgresServer, drawn: tuple[Body, ...]) -> None:
    name = stream()
    history = opened(PostgresStore(postgres.url, name))
    for body in drawn:
        history.append("erp", "books", body)
    history.close()
    again = opened(PostgresStore(postgres.url, name))
    assert [record.kind for record in again.records] == list(KINDS)
    again.close()


def test_streams_do_not_know_each_other(postgres: PostgresServer) -> None:
    names = stream(), stream()
    histories = [opened(PostgresStore(postgres.url, name)) for name in names]
    for place, history in enumerate(histories):
        for _ in range(place + 1):
            history.append("sandbox", "harness", Phase("chaos"))
        history.close()
    assert [stored(postgres, name) for name in names] == [1, 2]


# --- committing -----------------------------------------------------------------------------------------------------


def test_records_of_one_tick_share_one_transaction_and_are_there_when_it_is_told(postgres: PostgresServer) -> None:
    async def story() -> None:
        store = CountingStore(postgres.url, stream())
        history = opened(store)

        async def write(name: str) -> int:
            history.append("erp", "integration", Phase(name))
            await history.committed()
            return stored(postgres, store.stream)

        assert await asyncio.gather(*(write(str(number)) for number in range(20))) == [20] * 20
        assert (store.sizes, history.unsaved) == ([20], False)
        history.close()

    asyncio.run(story())


def test_what_gathers_while_a_group_is_on_its_way_is_the_next_group(postgres: PostgresServer) -> None:
    async def story() -> None:
        store = CountingStore(postgres.url, stream())
        history = opened(store)
        history.append("erp", "integration", Phase("first"))
        first = asyncio.ensure_future(history.committed())
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # the first group is with the thread now
        late = []
        for number in range(5):
            history.append("erp", "integration", Phase(str(number)))
            late.append(asyncio.ensure_future(history.committed()))
        assert history.unsaved
        await asyncio.gather(first, *late)
        assert store.sizes == [1, 5]
        history.close()

    asyncio.run(story())


def test_closing_saves_what_is_pending_and_what_is_on_its_way(postgres: PostgresServer) -> None:
    async def story() -> str:
        store = PostgresStore(postgres.url, stream())
        history = opened(store)
        history.append("erp", "integration", Phase("on its way"))
        history.soon()
        await asyncio.sleep(0)
        history.append("erp", "integration", Phase("pending"))
        history.close()
        return store.stream

    assert stored(postgres, asyncio.run(story())) == 2


# --- a server that goes away ----------------------------------------------------------------------------------------


def test_a_commit_waits_for_a_server_that_comes_back_and_nothing_is_missing_or_twice(postgres: PostgresServer) -> None:
    async def story() -> str:
        store = PostgresStore(postgres.url, stream())
        history = opened(store)
        for number in range(30):
            history.append("erp", "integration", Phase(str(number)))
            if number == 10:
                postgres.crash()
                back = threading.Timer(0.4, postgres.start)
                back.start()
            await history.committed()
        back.join()
        history.close()
        return store.stream

    name = asyncio.run(story())
    reader = PostgresStore(postgres.url, name, read_only=True)
    records = reader.load()
    reader.close()
    check_chained(records)
    assert len(records) == 30


def test_a_group_whose_commit_was_not_told_is_not_written_twice(postgres: PostgresServer) -> None:
    store = PostgresStore(postgres.url, stream())
    history = opened(store)
    history.append("erp", "integration", Phase("one"))
    rows = list(history._pending)
    store.save(rows)
    history.close()  # saves the same row again: the first try may have been lost
    assert stored(postgres, store.stream) == 1


def test_a_server_that_stays_away_is_an_error_in_words_and_the_rows_stay_pending(postgres: PostgresServer) -> None:
    async def story() -> str:
        store = PostgresStore(postgres.url, stream(), patience_s=0.3)
        history = opened(store)
        postgres.crash()
        try:
            history.append("erp", "integration", Phase("one"))
            with pytest.raises(HistoryError, match="cannot keep test/"):
                await history.committed()
            assert history.unsaved
        finally:
            postgres.start()
        history.append("erp", "integration", Phase("two"))
        await history.committed()
        history.close()
        return store.stream

    assert stored(postgres, asyncio.run(story())) == 2


# --- who may write, and where ---------------------------------------------------------------------------------------


def test_a_stream_has_one_writer_and_any_readers(postgres: PostgresServer) -> None:
    name = stream()
    writer = PostgresStore(postgres.url, name)
    with pytest.raises(HistoryError, match="is being written by another process"):
        PostgresStore(postgres.url, name, lock_s=0.0)
    PostgresStore(postgres.url, name, read_only=True).close()
    writer.close()
    PostgresStore(postgres.url, name, lock_s=0.0).close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://root@localhost/books", "is no history: give postgresql"),
        ("nonsense", "HARDCLOSE_HISTORY is no address"),
        ("postgresql+psycopg://nobody:secret@127.0.0.1:1/none", "cannot be used as a history"),
    ],
)
def test_a_wrong_address_is_told_and_its_password_is_not(url: str, says: str) -> None:
    with pytest.raises(HistoryError, match=says) as told:
        PostgresStore(url, "a stream")
    assert "secret" not in str(told.value)


def test_a_small_file_names_the_stream_and_not_the_server(postgres: PostgresServer, tmp_path: Path) -> None:
    path = tmp_path / "month-end" / "20261130-1" / "history.sqlite"
    history = opened_at(path, postgres.url)
    history.append("sandbox", "harness", Phase("chaos"))
    history.close()
    assert not path.exists()
    name = pointer(path).read_text(encoding="utf-8")
    assert name.startswith("month-end/20261130-1-")
    assert postgres.url not in name
    assert len(read_history(path, postgres.url)) == 1
    assert len(opened_at(path, postgres.url).records) == 1, "opened again it goes on"


def opened_at(path: Path, url: str) -> History:
    store = open_history(path, url)
    assert isinstance(store, PostgresStore)
    return opened(store)


def test_a_history_that_lies_elsewhere_than_one_looks_is_told(postgres: PostgresServer, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    opened_at(path, postgres.url).close()
    for look in (open_history, read_history):
        with pytest.raises(HistoryError, match="set HARDCLOSE_HISTORY"):
            look(path, None)
    with pytest.raises(HistoryError, match="ended before its first record"):
        read_history(path, postgres.url)
    kept = tmp_path / "kept.sqlite"
    SqliteStore(kept).close()
    with pytest.raises(HistoryError, match="leave HARDCLOSE_HISTORY out"):
        open_history(kept, postgres.url)
