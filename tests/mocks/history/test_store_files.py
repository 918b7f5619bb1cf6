"""A history on disk that cannot be written, is no history, or lies somewhere odd."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hardclose_mocks.history.codec import HistoryError, check_chained
from hardclose_mocks.history.records import Phase, Record, TokenIssued
from hardclose_mocks.history.store import SqliteStore, read, save_records

from ..sandboxes import virtually
from .files import NOON, opened, stored


@contextmanager
def no_file_may_grow_beyond(size: int) -> Iterator[None]:
    """What a full disk looks like to SQLite, by the operating system's own limit."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


LARGE = "x" * 200_000


@virtually
async def test_a_commit_that_failed_is_told_and_made_good_by_the_next() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h.sqlite"
        history = opened(path)
        history.append("erp", "integration", Phase("before"))
        await history.committed()
        with no_file_may_grow_beyond(60_000):
            history.append("erp", "integration", Phase("during", LARGE))
            with pytest.raises(HistoryError, match="cannot be written"):
                await history.committed()
            with pytest.raises(HistoryError, match="cannot be written"):
                await history.committed()
        assert stored(path) == 1
        history.append("erp", "integration", Phase("after"))
        await history.committed()
        history.close()
        records = read(path)
        assert [record.body for record in records] == [Phase("before"), Phase("during", LARGE), Phase("after")]
        check_chained(records)


def test_a_full_disk_is_told_in_words_without_a_loop_too(tmp_path: Path) -> None:
    history = opened(tmp_path / "h.sqlite")
    history.append("erp", "integration", Phase("during", LARGE))
    with no_file_may_grow_beyond(60_000), pytest.raises(HistoryError, match=r"h\.sqlite cannot be written"):
        history.flush()
    with no_file_may_grow_beyond(60_000), pytest.raises(HistoryError, match="copy"):
        save_records(tmp_path / "copy.sqlite", list(history.records))


@virtually
async def test_a_closed_history_tells_whoever_still_waits() -> None:
    with tempfile.TemporaryDirectory() as folder:
        history = opened(Path(folder) / "h.sqlite")
        history.close()
        history.append("erp", "integration", Phase("too late"))
        with pytest.raises(HistoryError, match="closed"):
            await asyncio.wait_for(history.committed(), 1)


# --- files that are no history --------------------------------------------------------------------------------------


def filled(path: Path, count: int = 400) -> list[Record]:
    history = opened(path)
    for number in range(count):
        history.append("erp", "integration", TokenIssued("integration-erp", f"hash-{number:06}", number))
    history.close()
    return list(history.records)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="is not there"):
        read(tmp_path / "nothing.sqlite")
    with pytest.raises(HistoryError, match="is not there"):
        read(tmp_path)


def test_an_empty_history_is_said_to_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    opened(path).close()
    with pytest.raises(HistoryError, match="holds no records"):
        read(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"seq,kind\n0,Run\n", b'{"seq":0}\n' * 2000, bytes(range(256)) * 100],
    ids=["empty", "csv", "ndjson", "bytes"],
)
def test_a_foreign_file_is_named_and_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.sqlite"
    path.write_bytes(content)
    with pytest.raises(HistoryError, match=r"foreign\.sqlite cannot be read as a history"):
        read(path)
    assert path.read_bytes() == content


def test_a_foreign_file_is_not_written_to_either(tmp_path: Path) -> None:
    path = tmp_path / "foreign.sqlite"
    path.write_bytes(b"Dear diary, " * 500)
    with pytest.raises(HistoryError, match=r"foreign\.sqlite cannot be used as a history"):
        SqliteStore(path)
    assert path.read_bytes() == b"Dear diary, " * 500


def test_somebody_elses_database_is_no_history(tmp_path: Path) -> None:
    path = tmp_path / "foreign.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE record (artist TEXT, title TEXT)")
        other.execute("INSERT INTO record VALUES ('Unknown', 'Untitled')")
        other.commit()
    with pytest.raises(HistoryError, match="no such column"):
        read(path)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_a_truncated_file_is_an_error_in_words(tmp_path: Path, share: float) -> None:
    path = tmp_path / "h.sqlite"
    filled(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(HistoryError, match=r"h\.sqlite cannot be read as a history"):
        read(path)


@settings(max_examples=60, deadline=None)
@example(3890, b"\x80")
@given(st.integers(0, 2**20), st.binary(min_size=1, max_size=300))
def test_a_damaged_file_gives_an_error_or_its_damage_shows_in_the_chain(place: int, damage: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h.sqlite"
        original = filled(path, 60)
        content = bytearray(path.read_bytes())
        at = place % (len(content) - len(damage))
        content[at : at + len(damage)] = damage
        path.write_bytes(content)
        try:
            records = read(path)
        except HistoryError as wrong:
            assert str(path) in str(wrong) or "record" in str(wrong)  # noqa: PT017  # either is right
            return
        if records != original:
            with pytest.raises(HistoryError):
                check_chained([*records, *original[len(records) :]])


def test_an_edited_record_breaks_the_chain(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    filled(path, 5)
    with closing(sqlite3.connect(path)) as editor:
        editor.execute("UPDATE record SET actor = 'person:lead' WHERE seq = 3")
        editor.commit()
    with pytest.raises(HistoryError):
        check_chained(read(path))


# --- where files lie ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["C# 100% real", "what?is&this=1", "日本 ü", "plain"])
def test_a_folder_may_be_called_anything(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "history.sqlite"
    records = filled(path, 3)
    assert path.is_file()
    assert read(path) == records
    copy = tmp_path / name / "copy.sqlite"
    save_records(copy, records)
    assert read(copy) == records


def test_reading_changes_nothing_and_writing_through_a_reader_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    records = filled(path, 3)
    content = path.read_bytes()
    store = SqliteStore(path, read_only=True)
    assert store.load() == records
    with pytest.raises(HistoryError, match="cannot be written"):
        store.save([(3, "Phase", 1, NOON.isoformat(), "erp", "x", b"{}", "ab")])
    store.close()
    assert path.read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == ["h.sqlite"]


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root may write everywhere; nobody may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_finished_run_can_be_judged_where_nothing_may_be_written() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h.sqlite"
        records = filled(path, 3)
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        try:
            with as_somebody_else():
                assert read(path) == records
                with pytest.raises(HistoryError, match="cannot be used as a history"):
                    SqliteStore(Path(folder) / "sub" / "h.sqlite")
                with pytest.raises(HistoryError, match="cannot be used as a history"):
                    SqliteStore(Path(folder) / "new.sqlite")
        finally:
            Path(folder).chmod(0o755)


def test_a_history_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    history = opened(path)
    for number in range(3):
        history.append("erp", "integration", Phase(str(number)))
        history.flush()
        assert [record.body for record in read(path)] == [Phase(str(one)) for one in range(number + 1)]
    history.close()


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file where a folder should be")
    with pytest.raises(HistoryError, match="cannot be used as a history"):
        SqliteStore(tmp_path / "results" / "run" / "h.sqlite")


def test_saved_records_are_the_same_history(tmp_path: Path) -> None:
    records = filled(tmp_path / "h.sqlite", 20)
    save_records(tmp_path / "run" / "copy.sqlite", records)
    copy = read(tmp_path / "run" / "copy.sqlite")
    assert copy == records
    check_chained(copy)


def test_records_are_not_saved_over_another_run(tmp_path: Path) -> None:
    records = filled(tmp_path / "h.sqlite", 4)
    save_records(tmp_path / "copy.sqlite", records)
    with pytest.raises(HistoryError, match=r"copy\.sqlite cannot be written"):
        save_records(tmp_path / "copy.sqlite", records)
    assert read(tmp_path / "copy.sqlite") == records
