"""The record types of a history. One append-only stream per process; every record is chained to the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = Any
"""Plain JSON values: dict, list, str, int, float, bool, None."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A command that was put to the books, and what became of it.

    `command` is the class name, `arguments` its JSON form; `at` the business instant it was done at;
    `document`/`version` what it made or changed; `refusal` the refusal's class name if the books said no.
    `events` are numbers into the event stream of this process: the ids of the events it emitted."""

    command: str
    arguments: Mapping[str, Json]
    at: datetime
    document: str | None = None
    version: int = 0
    refusal: str | None = None
    refusal_data: Mapping[str, Json] | None = None
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A fault that struck. `stage`: before_commit, after_commit, on_response, on_read, on_delivery."""

    fault: str
    stage: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """What a read handed out: document number and version pairs, and the filter it answered."""

    documents: tuple[tuple[str, int], ...]
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Genesis:
    """The first record of a system: the master data its books opened with, and the instant they opened."""

    master: Mapping[str, Json]
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """Header of a run. Written once, before the first fact."""

    scenario: str
    scenario_hash: str
    seed: int
    run_tag: str
    mode: str
    """virtual or wall."""
    pace: str
    harness: str
    """Version of hardclose."""
    facts_hash: str
    plan_hash: str
    sut: str
    """What is under test, in words: `reference (webhooks)`, a URL, a command line."""
    config: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """The contract card of one system as served to the integration."""

    card: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ManifestSeen:
    """The integration's manifest, defaults filled in."""

    manifest: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Fact:
    """What business people did, so what must come true. Written when the last command was asked and accepted.

    `flow`: EXP, RBP, SUP (suppliers), REC (goods receipts), INV (invoices), JNL (accruals), MDM (cost centres).
    `id` is the planned intent (`expense/17`), free of the run tag. `due_at` is the business instant of the final
    approval, `accounting_date` (ISO) its date in the company's zone. `lines` hold one mapping per expected line:
    account, cost_center, project, tax_code, text, and net, tax (EXP) or quantity, unit_price (RBP); order_line,
    quantity (REC); order_line, account, cost_center, text, quantity, unit_price, tax_code, tax (INV); account,
    cost_center, amount (JNL). `total` is gross (EXP, INV; of a credit note what it credits), net (RBP), the goods'
    worth at the order's prices (REC), the amount (JNL), 0 for masters. Minor units throughout. `twin_of` names a
    planted twin.

    Facts that are no `created` change what an earlier fact of the same source ordered: they order no document."""

    id: str
    flow: str
    system: str
    source: str
    """The source document's number, run tag included."""
    revision: int
    company: str
    currency: str
    total: int
    partner: str
    """Employee (EXP) or supplier (RBP, REC, INV): its number where the order was placed; nobody (JNL, MDM)."""
    lines: tuple[Mapping[str, Json], ...]
    due_at: datetime
    accounting_date: str
    text: str = ""
    twin_of: str | None = None
    replaces: str | None = None
    """The withdrawn fact of the same source that this one takes the place of."""
    what: str = "created"
    """created; of masters: changed, blocked, released, merged, bank_changed, bank_verified; of receipts: reversed."""
    needs: tuple[str, ...] = ()
    """Facts whose documents must be there first."""
    truth: Mapping[str, Json] = field(default_factory=dict)
    """What stands on no line. SUP: fields set (name, tax_id, payment_terms_days, contact, bank_account), `into` of a
    merge. REC: requisition, received_on. INV: kind, supplier_reference, invoice_date, due_on, requisition, credits
    (source numbers). JNL: requisition, order_line, accrued_on, reverse_on. MDM: name, owner, blocked. EXP:
    attachments (id, name, content_type, size, required)."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request and what the books did with it. Committed before the first byte of the answer leaves.

    `actor` is `integration`, `person:<id>` or `anonymous`; `op` the operation's name (`expense_posting.create`);
    `subject` what fault draws key on (source reference, document number, or a body hash), `nth` the count of calls
    this mock saw for (actor class, op, subject), from 1. `status`, `refusal` and `answer` are what the dialect
    answered, whether or not it arrived: see `Told`. `wait_s` is the Retry-After it issued, if any."""

    op: str
    method: str
    path: str
    credential: str
    """Client id, never the secret."""
    started_ns: int
    subject: str
    nth: int
    status: int
    writes: bool
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Request headers kept: idempotency-key, if-match, traceparent, x-correlation-id."""
    body: Json = None
    key: str | None = None
    replayed: bool = False
    """Answered from the idempotency-key store; the books did nothing."""
    carried: tuple[Carried, ...] = ()
    refusal: str | None = None
    """The refusal or protocol answer by name: PeriodClosed, ..., or rate_limited, unauthorized, key_reused, invalid."""
    served: Served | None = None
    answer: Json = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    wait_s: float | None = None
    fault: Hit | None = None
    job: str | None = None
    """The job that the request was accepted as (202); see `JobEnded`."""


@dataclass(frozen=True, slots=True)
class JobEnded:
    """What an accepted request came to: its commands are done here, and `status`, `refusal` and `answer` are what it
    would have been answered with. `exchange` is its `seq`, `started_ns` when it arrived. A job without one is pending,
    at the end of the history for ever."""

    id: str
    exchange: int
    op: str
    started_ns: int
    status: int
    carried: tuple[Carried, ...] = ()
    refusal: str | None = None
    answer: Json = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the caller was told in the end. An exchange without one counts as not delivered.

    `delivered`: full, none (the connection was dropped or the caller had left), partial (the body was torn).
    `status` is the status that was sent (502 where a gateway fault replaced a 201), None where nothing was."""

    exchange: int
    """`seq` of the Exchange."""
    delivered: str
    status: int | None
    ended_ns: int
    wait_s: float | None = None
    """Retry-After of the answer as sent, seconds."""
    form: str = "answer"
    """How it was told: answer; problem, a refusal under a success status; page, HTML under one."""


@dataclass(frozen=True, slots=True)
class Acted:
    """A command by somebody outside the integration, in process or through the control plane."""

    carried: Carried


@dataclass(frozen=True, slots=True)
class Emitted:
    """A business event, as it entered the outbox."""

    id: str
    type: str
    subject: str
    revision: int
    company: str
    at: datetime
    data: Mapping[str, Json]
    trace: Mapping[str, str] = field(default_factory=dict)
    """Tracing headers of the request that caused it: traceparent, x-correlation-id."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """`state`: created, renewed, expired, disabled, deleted; live after the first two only. `expires_ns` is when it
    ends unless it is renewed; None is never. The secret is not here; it is derived from the sandbox's key."""

    id: str
    url: str
    types: tuple[str, ...]
    state: str = "created"
    expires_ns: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryTried:
    """One webhook attempt. `event` is the Emitted id it is about (its lineage), `message` the outbox's name for it: the
    webhook-id it bore, but for a duplicate under the event's own id, which is told apart (`<event>-same-<rule>`).
    `label` genuine or forged (then `forgery` says how), `status` the answer's or None, `outcome`: delivered, retry,
    exhausted, dropped (F32: never sent, never will be; F33: not before the replay), lost (F32 silent: sender believes
    it was delivered). `batch` is the webhook-id of a POST that carried several events, one record each; a
    member that is no business event (F37) has no `event`. `payload`: full, or pointer (fetch the document)."""

    event: str
    message: str
    subscription: str
    subject: str
    revision: int
    attempt: int
    label: str
    status: int | None
    outcome: str
    started_ns: int
    ended_ns: int
    next_ns: int | None = None
    forgery: str | None = None
    body: Json = None
    """Kept for forged deliveries only; genuine ones carry the event."""
    fault: Hit | None = None
    batch: str | None = None
    payload: str = "full"


@dataclass(frozen=True, slots=True)
class Validated:
    """A source system asked the integration about a document before it was submitted. `outcome`: valid, invalid, or
    unanswered (too late, an error, not understood; `status` is None where nothing came). `passed` is whether the
    document was let through: what went unanswered is decided by the card."""

    id: str
    subject: str
    revision: int
    url: str
    status: int | None
    outcome: str
    passed: bool
    reasons: tuple[str, ...]
    started_ns: int
    ended_ns: int


@dataclass(frozen=True, slots=True)
class TokenIssued:
    """`family`: of which refresh tokens it comes; 0 where there are none."""

    credential: str
    token_hash: str
    expires_ns: int
    family: int = 0


@dataclass(frozen=True, slots=True)
class Cred:
    """What happened to a credential of the integration. `what` and its states:

    client_secret, webhook_secret: `rotated` (there is a new one, `generation` counts them from 0; the former is good
    until `until_ns`), `collected` (the integration was handed the present one, and knows it from `until_ns` on),
    `used_former` (the former, while good), `used_retired` (a former one afterwards: refused). refresh_token: `issued`,
    `reused` (one that had been used before), `revoked` (the whole family). scope: `revoked`, `restored`."""

    credential: str
    what: str
    state: str
    generation: int = 0
    until_ns: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """People took back what they had ordered: no such document is wanted any more. A later fact of the same source may
    replace it. `why`: recalled, or edited after the approval."""

    fact: str
    system: str
    source: str
    revision: int
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A rule of the plan, or one added by hand through the control plane. `state`: planned, on, off, removed; struck is
    when a timed one (F33, F34, F48) was carried out."""

    id: str
    fault: str
    state: str
    rule: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Phase:
    """warm-up, chaos, heal, recover, drain, audit. `note` says why the phase ended (`quiet`, `drain_max`)."""

    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClockSet:
    """Business time = `business` + (wire - `wire_ns`) * rate. Recorded at every change."""

    business: datetime
    wire_ns: int
    rate: float


@dataclass(frozen=True, slots=True)
class SutProcess:
    """Start, exit, kill of an integration we started; `unreachable` of one we did not."""

    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExceptionSeen:
    """One entry of the integration's `GET /exceptions` at audit, or None-source entries it reports in bulk."""

    source: str
    reason: str
    raw: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Digest of one system's live books at a phase's end, to compare with the fold of the history."""

    digest: str
    documents: int


Body = (
    Genesis | Run | Card | ManifestSeen | Fact | Exchange | JobEnded | Told | Acted | Emitted | Subscribed
    | DeliveryTried | Validated | TokenIssued | Cred | Withdrawn | FaultRule | Phase | ClockSet | SutProcess
    | ExceptionSeen | Snapshot
)  # fmt: skip

KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        Genesis, Run, Card, ManifestSeen, Fact, Exchange, JobEnded, Told, Acted, Emitted, Subscribed, DeliveryTried,
        Validated, TokenIssued, Cred, Withdrawn, FaultRule, Phase, ClockSet, SutProcess, ExceptionSeen, Snapshot,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """`seq` is gap-free from 0; `wire_ns` the wire clock, `business` the business clock when it was written;
    `system` erp, procurement, expense or sandbox; `h` chains this record to all before it."""

    seq: int
    wire_ns: int
    business: datetime
    system: str
    actor: str
    body: Body
    h: str = ""

    @property
    def kind(self) -> str:
        return type(self.body).__name__
