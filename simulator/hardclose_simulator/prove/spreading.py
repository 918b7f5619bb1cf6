"""Independent pieces of work over several processes, results as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def spread(work: Callable[[Item], Result], items: Sequence[Item], *, workers: int) -> Iterator[tuple[int, Result]]:
    """Each item's place and result: in order with one worker, else as they come. `work` must be importable.

    Closing the iterator cancels what has not begun."""
    if workers == 1 or len(items) < 2:
        for place, item in enumerate(items):
            yield place, work(item)
        return
    # Forked workers would inherit a running loop or a database: fresh ones import anew.
    with ProcessPoolExecutor(min(workers, len(items)), mp_context=get_context("spawn")) as pool:
        places = {pool.submit(work, item): place for place, item in enumerate(items)}
        try:
            for future in as_completed(places):
                yield places[future], future.result()
        finally:
            for future in places:
                future.cancel()
