"""The one writer of a history: numbers and chains records, commits them in groups, and keeps none that is not saved."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from itertools import islice

from hardclose_mocks.history.codec import START, HistoryError, link, to_json
from hardclose_mocks.history.records import Body, Record
from hardclose_mocks.history.store import Row, Store
from hardclose_mocks.history.stored import Rereadable, StoredRecords


class History:
    """Numbers and chains records, and commits them once per event-loop tick; a remote store's next group is what
    gathered while the one before was on its way.

    `append` queues; `await committed()` returns when everything appended so far is durable. Without a running loop
    (building a sandbox, tests) use `flush`. Unless it is to `keep` its records in memory, it leaves them to a store
    that can hand them back; one that cannot, or a remote one, makes it keep them all the same."""

    def __init__(
        self, store: Store, wire_ns: Callable[[], int], business: Callable[[], datetime], *, keep: bool = True
    ) -> None:
        self._store, self._wire_ns, self._business = store, wire_ns, business
        self._kept: list[Record] | None = None
        if not keep and isinstance(store, Rereadable):
            self._next = store.count()
            self._records: Sequence[Record] = StoredRecords(store, lambda: self._next, self.flush)
        else:
            self._kept = self._records = store.load()
            self._next = len(self._kept)
        self._pending: list[Row] = []
        self._tick: asyncio.Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, "history") if store.remote else None
        self._saving: tuple[Future[None], list[Row]] | None = None
        self._last = self._records[-1].h if self._next else START

    @property
    def records(self) -> Sequence[Record]:
        """Everything so far: from memory, or read from the store again."""
        return self._records

    def since(self, first: int) -> Iterator[Record]:
        """The records from number `first` on, no more of them read than are taken."""
        if isinstance(self._records, StoredRecords):
            return self._records.since(first)
        return islice(self._records, first, None)

    @property
    def length(self) -> int:
        return self._next

    @property
    def last_hash(self) -> str:
        return self._last

    def append(self, system: str, actor: str, body: Body) -> Record:
        """The next record; durable only after `committed`."""
        seq, wire_ns, at, encoded = self._next, self._wire_ns(), self._business(), to_json(body)
        kind, business = type(body).__name__, at.isoformat()
        h = link(self._last, seq, kind, wire_ns, business, system, actor, encoded)
        record = Record(seq, wire_ns, at, system, actor, body, h)
        self._last, self._next = h, seq + 1
        self._pending.append((seq, kind, wire_ns, business, system, actor, encoded, h))
        if self._kept is not None:
            self._kept.append(record)
        return record

    @property
    def unsaved(self) -> bool:
        return bool(self._pending) or self._saving is not None

    # --- committing ---------------------------------------------------------------------------------------------

    def soon(self) -> None:
        """Have what is pending committed at the end of this tick of the loop, without waiting for it."""
        if self.unsaved and self._tick is None:
            loop = asyncio.get_running_loop()
            self._tick = loop.create_future()
            self._tick.add_done_callback(_noted)
            if self._saving is None:
                loop.call_soon(self._commit_tick)

    async def committed(self) -> None:
        """Group commit: whoever asks within one tick of the loop shares one transaction."""
        if not self.unsaved:
            return
        self.soon()
        assert self._tick is not None
        await asyncio.shield(self._tick)

    def _commit_tick(self) -> None:
        if self._tick is None or self._saving is not None:
            return  # somebody flushed meanwhile, and who saves or has saved looks here again
        tick, self._tick = self._tick, None
        if self._thread is not None and self._pending:
            self._save_elsewhere(self._thread, tick)
            return
        try:
            self.flush()
        except HistoryError as wrong:
            _end(tick, wrong)
            return
        _end(tick)

    def _save_elsewhere(self, thread: ThreadPoolExecutor, tick: asyncio.Future[None]) -> None:
        """The loop goes on meanwhile; one group at a time, or a failed one would leave a gap before the next."""
        rows, self._pending = self._pending, []
        job = thread.submit(self._store.save, rows)
        self._saving = job, rows
        loop = asyncio.get_running_loop()

        def told(_: Future[None]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: `flush` has seen to it
                loop.call_soon_threadsafe(self._saved, job, tick)

        job.add_done_callback(told)

    def _saved(self, job: Future[None], tick: asyncio.Future[None]) -> None:
        wrong = job.exception()
        self._settle(job)
        _end(tick, wrong)
        if self._tick is not None and self._saving is None:
            asyncio.get_running_loop().call_soon(self._commit_tick)

    def _settle(self, job: Future[None]) -> None:
        """What could not be saved is pending again, before everything younger."""
        if self._saving is None or self._saving[0] is not job:
            return
        rows, self._saving = self._saving[1], None
        if job.exception() is not None:
            self._pending = [*rows, *self._pending]

    def flush(self) -> None:
        """Save what is pending, now. Raises HistoryError; then it is pending still, and the next flush tries again:
        a history with a gap would be worth nothing."""
        if self._saving is not None:
            job = self._saving[0]
            wait([job])
            self._settle(job)
        if self._pending:
            self._store.save(self._pending)
            self._pending = []

    def close(self) -> None:
        try:
            self.flush()
        finally:
            if self._thread is not None:
                self._thread.shutdown()
                self._thread = None
            self._store.close()


def _end(tick: asyncio.Future[None], wrong: BaseException | None = None) -> None:
    if tick.cancelled():
        return
    if wrong is not None:
        tick.set_exception(wrong)
    else:
        tick.set_result(None)


def _noted(tick: asyncio.Future[None]) -> None:
    """A failed commit is told to whoever waits for it; nobody waiting is no reason to complain at shutdown."""
    if not tick.cancelled():
        tick.exception()
