"""Folds a stored history back into a live sandbox: books, keys, tokens, rules, clock, outbox, counters."""

from __future__ import annotations

from hardclose_mocks.desk import Answer
from hardclose_mocks.faults.plan import Plan, Rule
from hardclose_mocks.faults.wire import Ordeal, ordeal
from hardclose_mocks.history.codec import HistoryError, chained, from_plain, plain, to_json
from hardclose_mocks.history.records import (
    Acted,
    Carried,
    ClockSet,
    Cred,
    DeliveryTried,
    Emitted,
    Exchange,
    FaultRule,
    Genesis,
    JobEnded,
    Phase,
    Record,
    Subscribed,
    TokenIssued,
    Validated,
)
from hardclose_mocks.kernel.books import COMMANDS, Books
from hardclose_mocks.kernel.commands import Command
from hardclose_mocks.kernel.refusals import Refused
from hardclose_mocks.server.calls import KEPT_ERRORS, fingerprint_of, is_kept
from hardclose_mocks.server.jobs import Job
from hardclose_mocks.server.sandbox import STRIKING, Sandbox


def restore(sandbox: Sandbox) -> None:
    """Replays the sandbox's own loaded history into it, in order. Raises HistoryError where the two do not fit."""
    sandbox.plan = Plan(sandbox.plan.seed, ())
    for record in chained(sandbox.history.records):
        _fold(sandbox, record)


def redo(books: Books, system: str, carried: Carried, actor: str, seq: int) -> None:
    """Do an accepted command again; the books must answer as they did."""
    if carried.refusal is not None:
        return
    command: Command = from_plain(carried.arguments, COMMANDS[system][carried.command])
    try:
        done = books.do(command, at=carried.at, actor=actor)
    except Refused as no:
        raise HistoryError(f"record {seq}: {carried.command} was accepted and is refused now: {no.refusal}") from no
    if (done.document, done.version) != (carried.document, carried.version):
        raise HistoryError(
            f"record {seq}: {carried.command} made {carried.document} version {carried.version}, "
            f"now {done.document} version {done.version}"
        )


def _fold(sandbox: Sandbox, record: Record) -> None:
    system, body = record.system, record.body
    match body:
        case ClockSet():
            sandbox.business.set(body.business, body.rate, body.wire_ns)
        case Genesis():
            _check_opening(sandbox, body)
        case Phase():
            sandbox.phase, sandbox.faults_on = body.name, body.name in STRIKING
        case Exchange():
            _redo_all(sandbox, record, body.carried)
            if body.job is not None:
                sandbox.jobs.open(system, Job(body.job, body.op))
                _leave_open(sandbox, record, body, body.job)
            sandbox.edges[system].gates.fold(body, record.actor)
            sandbox.count(system, record.actor, body.op, body.subject)
            _fold_key(sandbox, system, body)
            _fold_error(sandbox, record, body)
        case Acted():
            _redo_all(sandbox, record, (body.carried,))
        case JobEnded():
            _redo_all(sandbox, record, body.carried)
            job = sandbox.jobs.find(system, body.id)
            if job is None:
                raise HistoryError(f"record {record.seq} ends job {body.id}, which was never accepted")
            job.end(body.status, body.answer)
            sandbox.unfinished.pop((system, body.id), None)
        case Emitted():
            sandbox.next_event_id(system)
            sandbox.dispatcher.plan_parcels(system, body, record.wire_ns, record.business)
        case Subscribed():
            sandbox.outbox.subscribe(system, body)
        case DeliveryTried():
            sandbox.outbox.tried(system, body)
        case Validated():
            sandbox.validations += 1
        case TokenIssued():
            sandbox.admission.keep(system, body)
        case Cred():
            sandbox.vault.fold(system, body)
        case FaultRule():
            _fold_rule(sandbox, body, record)
        case _:
            pass


def _leave_open(sandbox: Sandbox, record: Record, body: Exchange, job: str) -> None:
    """What the plan had in store for the request says when its job ends; one that was stuck stays so."""
    met = _met(sandbox, record, body).job
    if met is not None and met.after_s is not None:
        sandbox.unfinished[record.system, job] = record, body, met.after_s


def _met(sandbox: Sandbox, record: Record, body: Exchange) -> Ordeal:
    names = body.op, sandbox.plain_subject(body.subject), body.nth
    rules = sandbox.plan.strikes("wire", record.system, *names, record.business, record.wire_ns)
    return ordeal(sandbox.plan.seed, rules, names)


def _redo_all(sandbox: Sandbox, record: Record, all_carried: tuple[Carried, ...]) -> None:
    home = sandbox.systems[record.system]
    for carried in all_carried:
        redo(home.books, record.system, carried, record.actor, record.seq)
        home.replicas.follow(carried, record.actor, record.wire_ns)


def _check_opening(sandbox: Sandbox, body: Genesis) -> None:
    """Other masters would make other books of the same commands."""
    setup = sandbox.setup
    if body.opened_at != setup.opened_at or to_json(body.master) != to_json(plain(setup.master)):
        raise HistoryError(
            "this history was opened with other master data: continue it with the scenario and seed it began with, or "
            "begin a new one"
        )


def _fold_key(sandbox: Sandbox, system: str, body: Exchange) -> None:
    """Only the request that did the work fixes what a key stands for; later ones were answered from the store."""
    terms = sandbox.systems[system].card.terms_of(body.op)
    if body.key is None or body.replayed or not is_kept(body.status, body.refusal, terms.stores):
        return
    headers = (("content-type", _content_type(body.status)), *body.answer_headers.items())
    answer = Answer(body.status, tuple(headers), to_json(body.answer))
    same = fingerprint_of(body.op, body.path, body.body)
    life_s = terms.key_life_s(sandbox.pace)
    sandbox.keys.begin(system, body.credential, body.key, same, body.started_ns, life_s).answer = answer


def _fold_error(sandbox: Sandbox, record: Record, body: Exchange) -> None:
    """Where a key stands even for errors of the system, it does so after a restart: see `Edge`."""
    terms = sandbox.systems[record.system].card.terms_of(body.op)
    if body.key is None or body.replayed or body.status or not sandbox.faults_on or terms.stores != "everything":
        return
    blow = _met(sandbox, record, body).before
    name = blow.instead if blow is not None else None
    if blow is None or name not in KEPT_ERRORS:
        return
    if sandbox.keys.find(record.system, body.credential, body.key, body.started_ns) is None:
        same, life_s = fingerprint_of(body.op, body.path, body.body), terms.key_life_s(sandbox.pace)
        entry = sandbox.keys.begin(record.system, body.credential, body.key, same, body.started_ns, life_s)
        entry.answer = sandbox.edges[record.system].teller.in_front(blow, name)


def _content_type(status: int) -> str:
    return "application/problem+json" if status >= 400 else "application/json"


def _fold_rule(sandbox: Sandbox, body: FaultRule, record: Record) -> None:
    if body.state == "struck":
        if body.fault == "F33":
            sandbox.dispatcher.replay(from_plain(body.rule, Rule), record.seq, record.wire_ns)
        return
    rules = tuple(rule for rule in sandbox.plan.rules if rule.id != body.id)
    if body.state in ("planned", "on"):
        rules = (*rules, from_plain(body.rule, Rule))
    sandbox.plan = Plan(sandbox.plan.seed, rules)
