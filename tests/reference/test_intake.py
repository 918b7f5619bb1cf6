"""News of one document, late, repeated or of another revision: what becomes of its job."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hardclose_reference.behaviour import Behaviour
from hardclose_reference.errands import settle_withdrawn
from hardclose_reference.intake import Intake, Unreadable
from hardclose_reference.job import DUE, POSTED, SUPERSEDED, Job
from hardclose_reference.masters import Masters
from hardclose_reference.news import News
from hardclose_reference.settings import Settings
from hardclose_reference.store import Store

from .jobs import report_sent


class Listener:
    """An intake with no systems around it, which believes everybody."""

    def __init__(self, folder: Path) -> None:
        self.store, self.woken = Store(folder), 0
        settings = Settings({}, 80, folder, "webhooks", Behaviour(verify_signatures=False))
        now = datetime(2026, 11, 30, tzinfo=UTC)
        self.news = News(self.store, Masters({}, self.store, Behaviour(), lambda: now), self._wake)
        self.intake = Intake(settings, self.store, self.news, lambda: now)

    def _wake(self) -> None:
        self.woken += 1

    def hear(self, **changes: Any) -> Job | None:
        self.news.take_document("expense_report", report_sent(**changes))
        return self.store.job("expense_report", "R-1")

    def hear_erp(self, number: str = "EP-1", *, status: str = "posted", payment: str = "open") -> None:
        document = {"number": number, "reference": "R-1", "status": status, "payment": payment}
        self.news.take_erp_document("expense_report", document)


def test_only_an_approval_makes_a_job(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    for status in ("draft", "submitted", "pending", "sent_back"):
        assert here.hear(status=status) is None
    assert here.woken == 0
    made = here.hear()
    assert made is not None
    assert (made.state, made.revision, here.woken) == (DUE, 1, 1)


def test_the_same_approval_again_changes_nothing(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    made = here.hear()
    assert made is not None
    made.state, made.document = POSTED, "EP-1"
    here.store.save(made)
    again = here.hear(text="told once more")
    assert again is made
    assert (again.state, again.source["text"], here.woken) == (POSTED, "Fair in Lyon", 1)


def test_a_requisition_of_the_same_number_is_another_job_and_hears_nothing_of_a_reports_document(
    tmp_path: Path,
) -> None:
    here = Listener(tmp_path)
    here.hear()
    here.news.take_document("requisition", report_sent())
    order = here.store.job("requisition", "R-1")
    assert order is not None
    order.in_doubt_since = order.last_sent_at = 1.0
    here.store.save(order)
    here.hear_erp(payment="paid")
    assert (order.paid, order.document, order.sightings) == (False, None, [])


def test_a_report_taken_back_before_it_was_sent_is_not_posted(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    here.hear(version=3)
    taken_back = here.hear(status="recalled", version=4)
    assert taken_back is not None
    assert taken_back.state == SUPERSEDED


def test_old_news_of_a_report_take_nothing_back(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    here.hear(version=3)
    still = here.hear(status="submitted", version=2)
    assert still is not None
    assert still.state == DUE


def test_a_report_whose_request_is_under_way_is_not_taken_back(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    made = here.hear(version=3)
    assert made is not None
    made.in_doubt_since = made.last_sent_at = 1.0
    here.store.save(made)
    still = here.hear(status="recalled", version=4)
    assert still is not None
    assert still.state == DUE


def test_the_next_revision_of_a_report_that_was_taken_back_is_a_job_again(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    here.hear(version=3)
    here.hear(status="recalled", version=4)
    corrected = here.hear(revision=2, version=7)
    assert corrected is not None
    assert (corrected.revision, corrected.state) == (2, DUE)


def test_news_of_an_older_revision_come_too_late(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    here.hear(revision=2, version=7)
    for status in ("approved", "recalled"):
        still = here.hear(revision=1, version=9, status=status)
        assert still is not None
        assert (still.revision, still.state) == (2, DUE)


def posted(here: Listener) -> Job:
    made = here.hear(version=3)
    assert made is not None
    made.state, made.document = POSTED, "EP-1"
    here.store.save(made)
    return made


def undoing(here: Listener) -> Job | None:
    return here.store.job("expense_report.undo", "R-1", "EP-1")


def test_a_second_revision_waits_until_what_was_posted_of_the_first_is_reversed(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    made = posted(here)
    assert here.hear(revision=2, version=7) is made
    assert (made.revision, made.state, made.wanted()) == (1, POSTED, None)
    assert undoing(here) is not None
    made.voided = True
    settle_withdrawn(here.store, made)
    assert (made.revision, made.state, made.document, made.former) == (2, DUE, None, ["EP-1"])


def test_what_was_posted_of_a_recalled_report_is_reversed_and_posted_no_more(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    made = posted(here)
    here.hear(status="recalled", version=7)
    assert undoing(here) is not None
    here.hear(version=3)
    made.voided = True
    settle_withdrawn(here.store, made)
    assert made.state == SUPERSEDED


def test_an_edit_that_nobody_has_approved_yet_takes_no_posted_document_back(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    made = posted(here)
    here.hear(revision=2, approved_revision=1, version=7)
    assert (made.withdrawn, undoing(here)) == ("", None)


def test_an_edit_that_nobody_has_approved_yet_is_not_posted(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    made = here.hear(version=3)
    assert made is not None
    here.hear(revision=2, approved_revision=1, version=7)
    assert made.state == SUPERSEDED
    here.hear(revision=2, approved_revision=2, version=8)
    assert (made.revision, made.state) == (2, DUE)


def test_an_approval_that_is_heard_of_after_its_recall_is_old_news(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    here.hear(status="recalled", version=4)
    late = here.hear(version=3)
    assert late is not None
    assert late.state == SUPERSEDED


def test_a_payment_is_remembered_while_we_do_not_know_that_the_document_is_ours(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    made = here.hear()
    assert made is not None
    made.in_doubt_since = made.last_sent_at = 1.0
    here.store.save(made)
    here.hear_erp(payment="paid")
    made.state, made.document = POSTED, "EP-1"
    assert made.wanted() == ["paid", "EP-1", None]


def test_a_payment_of_somebody_elses_document_is_none_of_our_business(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    made = here.hear()
    assert made is not None
    here.hear_erp(payment="paid")
    assert not made.paid, "nothing of ours was ever sent"
    made.state, made.document = POSTED, "EP-1"
    here.store.save(made)
    here.hear_erp("EP-7", payment="paid")
    assert not made.paid


def test_a_payment_told_twice_wakes_nobody_twice(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    made = here.hear()
    assert made is not None
    made.state, made.document = POSTED, "EP-1"
    here.store.save(made)
    here.hear_erp(payment="paid")
    here.hear_erp(payment="paid")
    assert (made.paid, here.woken) == (True, 2), "once for the approval and once for the payment"


def test_what_is_no_json_is_no_event_whoever_signed_it(tmp_path: Path) -> None:
    here = Listener(tmp_path)
    for body in (b"\xff", b'"approved"', b"[]"):
        with pytest.raises(Unreadable):
            here.intake.take_event("expense", {}, body)
