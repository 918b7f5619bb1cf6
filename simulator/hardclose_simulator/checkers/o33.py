"""O33 IDKEY: keys identify the logical attempt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from hardclose_mocks.clock import NS
from hardclose_mocks.history.codec import to_json
from hardclose_mocks.history.records import Exchange, Fact
from hardclose_simulator.attempts import BUSINESS_REFUSALS, Attempt, Know
from hardclose_simulator.case import CREATES, Case
from hardclose_simulator.verdict import Finding, Verdict

ID = "O33"
_ENDS, _STARTS, _OPENS = 0, 1, 2
"""What may happen at one instant, in the order that is kindest to the integration."""


def check(case: Case) -> Verdict:
    """O33: the same logical attempt bears the same key and the same body; another one bears another key.

    Judged only where the card honours keys. Two ways to break it. While the outcome of a keyed request is in doubt,
    the document is asked for under another key, or under none. Or one key stands for two bodies, or two operations,
    within its life."""
    findings: list[Finding] = []
    evaluated = 0
    for fact in _judged(case):
        tempted, wrong = _another_key(case, fact)
        evaluated += tempted
        if wrong is not None:
            findings.append(wrong)
    for used in _uses(case).values():
        evaluated += len(used) > 1
        findings.extend(_two_things(case, used))
    return Verdict.of(ID, findings, evaluated=evaluated)


# --- another key while in doubt --------------------------------------------------------------------------------


def _judged(case: Case) -> Iterator[Fact]:
    """Facts whose operation honours keys, and whose content people never changed: a new revision is a new attempt."""
    sources: dict[tuple[str, str], int] = {}
    for fact in case.facts:
        sources[fact.system, fact.source] = sources.get((fact.system, fact.source), 0) + 1
    for fact in case.facts:
        keyed = bool(_key_terms(case, "erp", CREATES[fact.flow]))
        if keyed and sources[fact.system, fact.source] == 1 and not case.superseded(fact):
            yield fact


def _another_key(case: Case, fact: Fact) -> tuple[int, Finding | None]:
    """How often the fact's document was asked for while in doubt, and the first time that bore another key."""
    attempts = case.creations(fact)
    first_use: dict[str, int] = {}
    for attempt in sorted(attempts, key=lambda one: one.started_ns):
        if attempt.key is not None:
            first_use.setdefault(attempt.key, attempt.started_ns)
    doubts: dict[str, Attempt] = {}
    tempted = 0
    for _, what, _, attempt in sorted(_events(case, attempts), key=lambda one: one[:3]):
        if what == _ENDS:
            doubts.pop(attempt.key or "", None)
        elif what == _OPENS:
            doubts[attempt.key or ""] = attempt
        elif doubts:
            tempted += 1
            for doubt in doubts.values():
                if attempt.key != doubt.key and not _excused(case, fact, doubt, attempt, first_use[doubt.key or ""]):
                    return tempted, _finding(case, fact, doubt, attempt)
    return tempted, None


def _events(case: Case, attempts: Sequence[Attempt]) -> Iterator[tuple[int, int, int, Attempt]]:
    """When requests start, when doubts about a key begin, and when the ERP's answer ends them."""
    for attempt in attempts:
        yield attempt.started_ns, _STARTS, attempt.seq, attempt
        if attempt.key is None:
            continue
        if attempt.know is Know.INFO and not _says_no(case, attempt):
            # Whoever got no answer may have given up at any time; who got one that says nothing, at its end.
            opens = attempt.ended_ns if attempt.delivered == "full" else attempt.started_ns + 1
            yield opens, _OPENS, attempt.seq, attempt
        elif attempt.know in (Know.OK, Know.FAIL, Know.INFO) and attempt.refusal != "key_reused":
            yield attempt.ended_ns, _ENDS, attempt.seq, attempt


def _says_no(case: Case, attempt: Attempt) -> bool:
    """An answer that arrived and left nothing in doubt, though the caller was lost soon after; or a 5xx where the card
    says that the key will answer it for ever."""
    if attempt.delivered != "full" or attempt.status is None:
        return False
    if attempt.status >= 500:
        return _key_terms(case, attempt.system, attempt.op).get("stores") == "everything"
    return attempt.status >= 400 and attempt.refusal not in (None, "key_in_progress")


def _excused(case: Case, fact: Fact, doubt: Attempt, again: Attempt, first_use_ns: int) -> bool:
    """The key may have run out, the caller has looked, people have undone the document, or it is another part."""
    card = case.cards.get("erp", {})
    terms = case.terms(fact)
    patience_s = float(card.get("service_levels", {}).get("client_timeout_s", 0.0))
    life_s = float(_key_terms(case, "erp", doubt.op).get("life_s", 0.0))
    if again.started_ns >= first_use_ns + (life_s - patience_s) * NS:
        return True
    if case.manifest.posting != "one_to_one" and _body(case, doubt) != _body(case, again):
        return True
    if any(one.voided is not None and one.voided.wire_ns <= again.started_ns for one in case.documents_of(fact)):
        return True
    settled_s = float(terms.get("late_commit_s", 0.0)) + float(terms.get("read_lag_s", 0.0))
    return _looked(case, fact, doubt.started_ns + round(settled_s * NS), again.started_ns, doubt.op.partition(".")[0])


def _looked(case: Case, fact: Fact, since: int, until: int, kind: str) -> bool:
    """Whether a read that could have shown the document did not, when nothing could commit any more; or the job."""
    numbers, looks = set(case.attribution.documents_of(fact.id)), (f"{kind}.list", f"{kind}.get")
    for one in case.attempts:
        if one.system != "erp" or one.know is not Know.OK or one.started_ns < since or one.ended_ns > until:
            continue
        if one.op.startswith("job."):
            return True
        shown = one.served.documents if one.served is not None else None
        if one.op in looks and shown is not None and not any(number in numbers for number, _ in shown):
            return True
    return False


def _finding(case: Case, fact: Fact, doubt: Attempt, again: Attempt) -> Finding:
    bears = f"key {again.key}" if again.key is not None else "no key at all"
    return Finding(
        ID,
        fact.id,
        f"what became of {doubt.op} for {fact.source} under key {doubt.key} was unknown, and it was asked for again "
        f"under {bears}",
        tuple(sorted({*doubt.evidence, *again.evidence})),
        case.money(fact),
        _promise(case, doubt),
    )


# --- one key, two things ---------------------------------------------------------------------------------------


def _uses(case: Case) -> Mapping[tuple[str, str, str, int], list[Attempt]]:
    """Requests by system, credential, key and life of the key, in order; those that left the key free are left out."""
    uses: dict[tuple[str, str, str, int], list[Attempt]] = {}
    lives: dict[tuple[str, str, str], tuple[int, int]] = {}
    for attempt in sorted(case.attempts, key=lambda one: one.started_ns):
        terms = _key_terms(case, attempt.system, attempt.op)
        if attempt.key is None or not terms or _left_free(attempt, terms):
            continue
        name = attempt.system, attempt.credential, attempt.key
        number, since = lives.get(name, (0, attempt.started_ns))
        if attempt.started_ns - since > float(terms.get("life_s", 0.0)) * NS:
            number, since = number + 1, attempt.started_ns
        lives[name] = number, since
        uses.setdefault((*name, number), []).append(attempt)
    return uses


def _left_free(attempt: Attempt, terms: Mapping[str, Any]) -> bool:
    """Whether the caller could tell that its key stands for nothing yet: the card says which answers are kept."""
    if attempt.know is Know.TURNED_AWAY:
        return True
    if attempt.know is not Know.FAIL or attempt.refusal == "key_reused":
        return False
    return attempt.refusal not in BUSINESS_REFUSALS or terms.get("stores") == "successes"


def _two_things(case: Case, used: Sequence[Attempt]) -> Iterator[Finding]:
    first = used[0]
    for other in used[1:]:
        what = "operations" if other.op != first.op else "contents"
        if other.op == first.op and _body(case, other) == _body(case, first):
            continue
        fact = _fact_of(case, other)
        yield Finding(
            ID,
            fact.id if fact is not None else None,
            f"key {first.key} stands for two {what}: {first.op} for {first.subject}, and {other.op} for "
            f"{other.subject}{'' if what == 'operations' else ' with another body'}",
            tuple(sorted({*first.evidence, *other.evidence})),
            case.money(fact) if fact is not None else None,
            _promise(case, first),
        )
        return


def _fact_of(case: Case, attempt: Attempt) -> Fact | None:
    owner = next((id_ for id_, attempts in case.attempts_by_fact.items() if attempt in attempts), None)
    return next((fact for fact in case.facts if fact.id == owner), None)


# --- words and bodies ------------------------------------------------------------------------------------------


def _key_terms(case: Case, system: str, operation: str) -> Mapping[str, Any]:
    """What the card says about keys of an operation; empty where it honours none."""
    operations = case.cards.get(system, {}).get("operations", {})
    terms = operations.get(operation, {}).get("idempotency_key", {})
    return terms if isinstance(terms, Mapping) and terms.get("supported") else {}


def _promise(case: Case, attempt: Attempt) -> str:
    life_s = float(_key_terms(case, attempt.system, attempt.op).get("life_s", 0.0))
    return f"{attempt.op}: Idempotency-Key supported, life_s {life_s:g}"


def _body(case: Case, attempt: Attempt) -> bytes:
    """The request's content and nothing of its spelling: no order of keys, no nulls, no zeros behind a decimal."""
    body = case.records[attempt.seq].body
    assert isinstance(body, Exchange), f"record {attempt.seq} is no exchange"
    return to_json(_canonical(body.body))


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _canonical(one) for key, one in value.items() if one is not None}
    if isinstance(value, (list, tuple)):
        return [_canonical(one) for one in value]
    if isinstance(value, str) and "." in value:
        try:
            return format(Decimal(value).normalize(), "f")
        except InvalidOperation:
            return value
    return value
