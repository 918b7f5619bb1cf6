"""What the service knows, it knows after a crash as well; and there is one job per document."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardclose_reference.job import DUE, PARKED, POSTED, SUPERSEDED
from hardclose_reference.store import Store

from .jobs import job


def test_a_job_is_the_same_after_the_store_was_closed_and_opened(tmp_path: Path) -> None:
    store = Store(tmp_path)
    before = job(state=POSTED, document="EP-1", told=["posted", "EP-1", None], in_doubt_since=5.25, paid=True)
    store.save(before)
    store.close()
    assert Store(tmp_path).job("expense_report", "R-1") == before


def test_what_was_saved_is_there_for_another_reader_at_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(job(refusals=3))
    there = Store(tmp_path).job("expense_report", "R-1")
    assert there is not None
    assert there.refusals == 3


def test_everybody_who_uses_a_job_uses_the_same_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(job())
    (mine,) = store.ready_jobs(0.0, limit=1)
    yours = store.job("expense_report", "R-1")
    assert yours is mine


def test_an_older_revision_does_not_come_back_over_a_newer_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    old, new = job(state=SUPERSEDED), job(revision=2)
    store.save(old)
    store.save(new)
    store.save(old)
    assert store.job("expense_report", "R-1") is new
    assert [one.revision for one in store.ready_jobs(0.0, limit=9)] == [2]


def test_documents_of_two_systems_may_bear_the_same_number(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(job("X-1"))
    store.save(job("X-1", "requisition", refusals=1))
    assert [one.refusals for one in store.jobs()] == [0, 1]


def test_jobs_are_ready_once_their_time_has_come_the_longest_waiting_first(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number, at in (("R-1", 30.0), ("R-2", 10.0), ("R-3", 20.0)):
        store.save(job(number, next_at=at))
    assert [one.number for one in store.ready_jobs(20.0, limit=9)] == ["R-2", "R-3"]
    assert [one.number for one in store.ready_jobs(20.0, limit=1)] == ["R-2"]
    assert store.next_at(after=20.0) == 30.0
    assert store.next_at(after=30.0) is None


@pytest.mark.parametrize(
    ("changes", "left_to_do"),
    [
        ({"state": DUE}, True),
        ({"state": DUE, "told": ["parked", None, "blocked"]}, True),
        ({"state": POSTED, "document": "EP-1"}, True),
        ({"state": POSTED, "document": "EP-1", "told": ["posted", "EP-1", None]}, False),
        ({"state": POSTED, "document": "EP-1", "told": ["posted", "EP-1", None], "paid": True}, True),
        ({"state": POSTED, "document": "EP-1", "told": ["paid", "EP-1", None], "paid": True}, False),
        ({"state": POSTED, "document": "EP-1", "told": ["paid", "EP-1", None], "voided": True}, True),
        ({"state": PARKED, "reason": "blocked"}, True),
        ({"state": PARKED, "reason": "blocked", "told": ["parked", None, "blocked"]}, False),
        ({"state": SUPERSEDED}, False),
        ({"state": SUPERSEDED, "told": ["parked", None, "blocked"]}, False),
    ],
)
def test_a_job_is_open_until_the_source_knows_how_it_ended(
    tmp_path: Path, changes: dict[str, object], left_to_do: bool
) -> None:
    store = Store(tmp_path)
    store.save(job(**changes))
    assert bool(store.ready_jobs(0.0, limit=1)) is left_to_do


def test_the_source_hears_of_the_posting_then_of_the_payment_then_of_the_reversal() -> None:
    one = job()
    assert one.wanted() is None
    one.state, one.document = POSTED, "EP-1"
    assert one.wanted() == ["posted", "EP-1", None]
    one.paid = True
    assert one.wanted() == ["paid", "EP-1", None]
    one.voided = True
    assert one.wanted() == ["parked", None, "EP-1 was reversed in the ERP"]


def test_the_accounting_date_is_the_local_date_of_the_final_approval() -> None:
    late = job()
    late.source["approved_at"] = "2026-12-01T00:30:00.000+01:00"  # in UTC it is still November
    assert late.accounting_date == "2026-12-01"


def test_an_event_is_kept_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.keep_event("evt-1", "expense", "{}")
    assert not store.keep_event("evt-1", "expense", "{}")
    store.close()
    assert not Store(tmp_path).keep_event("evt-1", "expense", "{}")


def test_two_systems_may_use_the_same_event_id(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.keep_event("evt-1", "expense", "{}")
    assert store.keep_event("evt-1", "procurement", "{}")


def test_what_belongs_together_survives_together(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def half_done() -> None:
        with store.all_or_nothing():
            store.keep_event("evt-1", "expense", "{}")
            raise ValueError("cannot be read")

    with pytest.raises(ValueError, match="cannot be read"):
        half_done()
    assert store.keep_event("evt-1", "expense", "{}")


def test_a_cursor_stands_where_it_was_moved_to(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.cursor("/v1/requisitions") is None
    store.move_cursor("/v1/requisitions", "2026-11-30T08:00:00+01:00")
    store.move_cursor("/v1/requisitions", "2026-11-30T09:00:00+01:00")
    store.close()
    assert Store(tmp_path).cursor("/v1/requisitions") == "2026-11-30T09:00:00+01:00"


def test_a_document_has_one_exception_with_its_latest_reason_until_it_is_closed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.raise_exception("expense", "R-1", "blocked", "2026-11-30T08:00:00+00:00")
    store.raise_exception("expense", "R-2", "unknown", "2026-11-30T09:00:00+00:00")
    store.raise_exception("expense", "R-1", "closed", "2026-11-30T10:00:00+00:00")
    assert [(one["source"], one["reason"]) for one in store.exceptions()] == [("R-2", "unknown"), ("R-1", "closed")]
    store.close_exception("expense", "R-2")
    assert [one["source"] for one in store.exceptions()] == ["R-1"]
