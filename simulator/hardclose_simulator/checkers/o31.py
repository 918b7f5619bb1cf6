"""O31 NOFUTILE: definitive refusals are not hammered."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from hardclose_mocks.cards import REFUSED_AGAIN_FREE
from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Acted, Exchange, Fact
from hardclose_simulator.attempts import BUSINESS_REFUSALS, INTEGRATION, Attempt, Know
from hardclose_simulator.case import CREATES, Case
from hardclose_simulator.verdict import Finding, Verdict

ID = "O31"
MAY_PASS = frozenset({"VersionMismatch", "UnknownDocument", "WrongState"})
"""Refusals that are no last word: a copy that lags, a version that moved, a document that somebody holds or locks."""
SHOWN = 4


def check(case: Case) -> Verdict:
    """O31: a business refusal is not answered with the same request again and again.

    A repetition is futile if the caller had read the refusal of the very same request, nothing had changed since that
    could have cured it, nobody had announced the document again, the integration was not lost in between, and less
    than the card's `refused_again.after_s` had passed. So many as it says are free."""
    owners = {attempt.seq: fact for fact, attempts in case.attempts_by_fact.items() for attempt in attempts}
    facts = {fact.id: fact for fact in case.facts}
    groups: dict[str, list[Attempt]] = {}
    for attempt in case.attempts:
        if attempt.writes:
            groups.setdefault(f"{attempt.system}|{attempt.same}", []).append(attempt)
    cures: _Cures | None = None
    findings, evaluated = [], 0
    for group in groups.values():
        refused = next((one for one in group if _final(one)), None)
        if refused is None:
            continue
        evaluated += 1
        free, after_s = _card(case, refused.system)
        if len(group) <= free:
            continue
        cures = cures or _Cures(case)
        fact = facts.get(owners.get(refused.seq, ""))
        futile = max(_futile(case, cures, fact, group, after_s), key=len, default=[])
        if len(futile) > free:
            findings.append(_finding(case, fact, refused, futile))
    return Verdict.of(ID, findings, evaluated=evaluated)


def _card(case: Case, system: str) -> tuple[int, float]:
    """How many repetitions are free, and after how many wire seconds one is free anyway."""
    told = case.cards.get(system, {}).get("service_levels", {}).get("refused_again", {})
    return int(told.get("free", REFUSED_AGAIN_FREE)), float(told.get("after_s", case.pace.refused_again_s))


def _final(attempt: Attempt) -> bool:
    return attempt.know is Know.FAIL and attempt.refusal in BUSINESS_REFUSALS - MAY_PASS


def _futile(
    case: Case, cures: _Cures, fact: Fact | None, group: Sequence[Attempt], after_s: float
) -> Iterator[list[Attempt]]:
    """Futile repetitions, one list per stretch in which nothing changed."""
    ordered = sorted(group, key=lambda one: (one.started_ns, one.seq))
    stretch: list[Attempt] = []
    last: Attempt | None = None
    for attempt in ordered:
        if last is not None and attempt.started_ns > last.ended_ns:
            if cures.between(fact, last, attempt) or _lost(case, last, attempt):
                yield stretch
                stretch = []
            elif attempt.started_ns - last.ended_ns < after_s * NS and not _told_again(case, fact, last, attempt):
                stretch.append(attempt)
        # A try that ended in doubt must be repeated, whatever was said before it.
        if _final(attempt):
            last = attempt
        elif attempt.know is not Know.TURNED_AWAY:
            last = None
    yield stretch


def _lost(case: Case, refused: Attempt, again: Attempt) -> bool:
    return any(refused.started_ns <= loss <= again.started_ns for loss in case.losses)


def _told_again(case: Case, fact: Fact | None, refused: Attempt, again: Attempt) -> bool:
    """Whoever keeps no memory of its own takes a document up whenever it is announced."""
    return fact is not None and any(
        refused.started_ns <= one.tried.ended_ns and one.tried.started_ns <= again.started_ns
        for one in case.knowledge.announced.get((fact.system, fact.source), ())
    )


class _Cures:
    """What was done in each system that may cure a refusal: by people, or by the integration on other documents.

    In a source system only what was done to that document counts. In the ERP everything does but the making of other
    documents of the same kind: a period, a master, a budget, an order that was cancelled, a receipt."""

    def __init__(self, case: Case) -> None:
        self._everywhere: list[int] = []
        self._on: dict[tuple[str, str], list[int]] = {}
        making = set(CREATES.values())
        for record in case.records:
            body = record.body
            if isinstance(body, Acted):
                done = [body.carried]
            elif isinstance(body, Exchange) and not (record.actor == INTEGRATION and body.op in making):
                done = list(body.carried)
            else:
                continue
            for one in done:
                if one.refusal is not None:
                    continue
                if record.system == "erp":
                    self._everywhere.append(record.wire_ns)
                elif one.document is not None:
                    self._on.setdefault((record.system, one.document), []).append(record.wire_ns)

    def between(self, fact: Fact | None, refused: Attempt, again: Attempt) -> bool:
        """Whether anything was done after the refusal and before it was tried again."""
        if refused.system == "erp":
            return _any_between(self._everywhere, refused.started_ns, again.started_ns)
        number = fact.source if fact is not None else refused.subject
        return _any_between(self._on.get((refused.system, number), ()), refused.started_ns, again.started_ns)


def _any_between(times: Sequence[int], since: int, until: int) -> bool:
    """`times` in order; both ends included."""
    place = bisect_right(times, since - 1)
    return place < len(times) and times[place] <= until


def _finding(case: Case, fact: Fact | None, refused: Attempt, futile: Sequence[Attempt]) -> Finding:
    over_s = (futile[-1].started_ns - refused.ended_ns) / NS
    about = fact.source if fact is not None else refused.subject
    seen = {seq for one in (refused, *futile[:SHOWN], futile[-1]) for seq in one.evidence}
    return Finding(
        ID,
        fact.id if fact is not None else None,
        f"{refused.op} for {about} was refused ({refused.refusal}) and sent again unchanged {len(futile)} times within "
        f"{over_s:.1f} s, though nothing had changed",
        tuple(sorted(seen)),
        case.money(fact) if fact is not None else None,
    )
