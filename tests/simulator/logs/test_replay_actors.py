"""The cast of a replay on real books, without servers, beside an integration that is nothing but a lag."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.books import Books, open_books
from hardclose_mocks.kernel.commands import Command, PostExpense, PostingLine, RecordPosting, RunPayments
from hardclose_mocks.kernel.documents import Document, ExpensePosting, ExpenseReport
from hardclose_mocks.kernel.refusals import Refusal, Refused
from hardclose_mocks.pace import CI
from hardclose_simulator.actors.steps import Ask, Declare, Look, Outcome, WaitUntil
from hardclose_simulator.logs.activities import built_in
from hardclose_simulator.logs.cases import LogCase, LogEvent
from hardclose_simulator.logs.moves import walk
from hardclose_simulator.logs.replay import STARTS, setting
from hardclose_simulator.logs.replay_actors import PATIENCE_S, payment_days, replay_cast
from hardclose_simulator.logs.replay_plan import plan_replay
from hardclose_simulator.logs.replay_reports import ReplayReport, in_line, make_reports
from hardclose_simulator.masterdata import make_master

from .small_logs import MONDAY, case_of

MASTER = in_line(make_master(setting(1.0), 7))
ROUTINE = ("Submitted", "Approved by X", "Final approved", "Request payment", "Paid")


def instant(offset_s: float) -> datetime:
    return STARTS + timedelta(seconds=offset_s * CI.business_rate)


@dataclass
class Played:
    reports: tuple[ReplayReport, ...]
    books: dict[str, Books]
    facts: list[Fact] = field(default_factory=list)
    asked: list[tuple[datetime, Command]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    ended: datetime = STARTS

    @property
    def commands(self) -> list[str]:
        return [type(command).__name__ for _, command in self.asked]

    def report(self, place: int = 0) -> ExpenseReport:
        document = self.books["expense"].find(self.reports[place].number)
        assert isinstance(document, ExpenseReport)
        return document

    def posting(self, place: int = 0) -> ExpensePosting:
        document = self.books["erp"].find(self.report(place).posting.document or "")
        assert isinstance(document, ExpensePosting)
        return document


def rehearse(*cases: LogCase, lag_s: Callable[[Fact], float | None] = lambda fact: 0.5) -> Played:
    """Everybody acts in order of time; `lag_s` is how long the integration takes over a fact, None for never."""
    plan = plan_replay(Path("log"), cases, built_in(), 7)
    reports = make_reports(plan, MASTER, 7, "T7", STARTS.date())
    played = Played(reports, {name: open_books(name, MASTER, STARTS) for name in ("erp", "expense")})
    actors = [actor for _, actor in replay_cast(reports, MASTER, instant)]
    queue: list[tuple[datetime, int]] = [(STARTS, place) for place in range(len(actors))]
    answers: list[Outcome | None] = [None] * len(actors)
    while queue:
        now, place = heapq.heappop(queue)
        if place >= len(actors):
            _integrate(played, played.facts[place - len(actors)], now)
            continue
        answer = answers[place]
        try:
            step = next(actors[place]) if answer is None else actors[place].send(answer)
        except StopIteration:
            played.ended = now
            continue
        document: Document | None = None
        refusal: Refusal | None = None
        match step:
            case WaitUntil(at=at):
                now = max(now, at)
            case Ask(system=system, command=command, person=person):
                played.asked.append((now, command))
                try:
                    played.books[system].do(command, at=now, actor=f"person:{person}")
                except Refused as no:
                    refusal = no.refusal
                    played.refused.append(no.refusal)
            case Look(system=system, number=number):
                document = played.books[system].find(number)
            case Declare(fact=fact):
                took = lag_s(fact)
                if took is not None:
                    due = now + timedelta(seconds=took * CI.business_rate)
                    heapq.heappush(queue, (due, len(actors) + len(played.facts)))
                played.facts.append(fact)
        answers[place] = Outcome(now, refusal=refusal, document=document)
        heapq.heappush(queue, (now, place))
    return played


def _integrate(played: Played, fact: Fact, now: datetime) -> None:
    day = datetime.fromisoformat(fact.accounting_date).date()
    lines = tuple(PostingLine(**line) for line in fact.lines)
    post = PostExpense(fact.company, fact.source, day, fact.currency, fact.partner, lines)
    done = played.books["erp"].do(post, at=now, actor="integration")
    written = RecordPosting(fact.source, "posted", done.document)
    played.books["expense"].do(written, at=now, actor="integration")


def test_a_case_is_filed_approved_posted_and_paid() -> None:
    played = rehearse(case_of(*ROUTINE, amount="26.85120450862128"))
    assert played.commands == ["CreateReport", "SubmitReport", "ApproveReport", "ApproveReport", "RunPayments"]
    (fact,) = played.facts
    assert (fact.source, fact.total, fact.revision) == ("T7-R00001", 2685, 1)
    assert fact.due_at == played.report().approved_at
    assert played.posting().total == fact.total
    assert played.posting().payment == "paid"


def test_a_report_sent_back_comes_again_and_its_fact_bears_the_last_revision() -> None:
    played = rehearse(case_of("Saved", "Submitted", "Approved by X", "Rejected by Y", "Rejected by employee", *ROUTINE))
    assert not played.refused
    (fact,) = played.facts
    assert fact.revision == played.report().revision == 2
    assert played.commands.count("SendBackReport") == 1


def test_an_employee_who_rejects_recalls() -> None:
    played = rehearse(case_of("Submitted", "Rejected by employee", *ROUTINE))
    assert not played.refused
    assert "RecallReport" in played.commands
    assert played.posting().payment == "paid"


def test_what_the_log_never_approves_never_becomes_due() -> None:
    played = rehearse(
        case_of("Saved"),
        case_of("Submitted", "Approved by X", name="c2"),
        case_of("Submitted", "Final approved", "Rejected by X", name="c3"),
    )
    assert not played.facts
    assert not played.refused
    assert [played.report(place).status for place in range(3)] == ["draft", "pending", "sent_back"]


def test_surplus_approvals_are_left_out_so_that_nothing_becomes_due_early() -> None:
    played = rehearse(
        case_of(
            "Submitted",
            "Approved by X",
            "Approved by Y",
            "Approved by Z",
            "Rejected by Y",
            "Submitted",
            "Final approved",
        )
    )
    assert len(played.facts) == 1
    assert played.report().status == "posted"
    assert played.commands.count("ApproveReport") == 1


def test_payment_waits_for_the_posting() -> None:
    played = rehearse(case_of(*ROUTINE), lag_s=lambda fact: 6.0)
    (paid_at,) = [at for at, command in played.asked if isinstance(command, RunPayments)]
    assert paid_at >= played.posting().created_at
    assert played.posting().payment == "paid"


def test_the_treasury_gives_up_on_what_is_never_posted() -> None:
    played = rehearse(case_of(*ROUTINE), lag_s=lambda fact: None)
    assert "RunPayments" not in played.commands
    span_s = max(played.reports[0].case.offsets_s)
    assert played.ended <= instant(span_s + PATIENCE_S)


def test_payments_without_an_idle_gap_between_them_are_one_run() -> None:
    minutes = (0, 10, 20, 600, 610)
    cases = [
        LogCase(
            f"c{n}",
            tuple(
                LogEvent(what, MONDAY + timedelta(days=day, minutes=minute))
                for what, day in (("Submitted", 0), ("Final approved", 1), ("Paid", 2))
            ),
        )
        for n, minute in enumerate(minutes)
    ]
    reports = make_reports(plan_replay(Path("log"), cases, built_in(), 7), MASTER, 7, "T7", STARTS.date())
    days = payment_days([replace(report, company="DE01") for report in reports], "DE01")
    assert [len(day.reports) for day in days] == [3, 2]
    assert all(earlier.offset_s < later.offset_s for earlier, later in pairwise(days))


WORDS = (
    "Saved", "Submitted", "Approved by X", "Final approved", "Rejected by X", "Rejected by employee", "Paid", "Lunch",
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=14), min_size=1, max_size=5))
def test_whatever_a_log_says_the_books_never_refuse_it(drawn: list[list[str]]) -> None:
    cases = [case_of("Submitted", *words, name=f"c{n}") for n, words in enumerate(drawn)]
    played = rehearse(*cases)
    assert not played.refused
    expected = Counter(
        f"T7-R{n:05d}"
        for n, case in enumerate(cases, 1)
        if any(move.kind == "final_approve" for move in walk(case, built_in()).moves)
    )
    assert Counter(fact.source for fact in played.facts) == expected
