"""A small language for histories: one line, one thing that happens; real records on real books come out.

    09:00 fact E-1 120.00              an expense report (E-) or requisition (R-) is approved
    09:01 announce E-1                 its webhook is delivered, acknowledged with 200
    09:02 post E-1 as A told nothing   the books do it, the answer is lost; A names the document from here on
    09:05 write E-1 posted A           the integration writes back
    33:00 audit                        nine o'clock the next morning

Times are business time, UTC, from 30 November 2026; `09:00+0.4s` is 0.4 wire seconds later. One wire second is 72
business minutes, as at pace `ci`. Words after the subject are options in any order; see `Script`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hardclose_mocks.cards import ContractCard, Limit, Terms
from hardclose_mocks.clock import NS
from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import (
    Card,
    Carried,
    ClockSet,
    Cred,
    DeliveryTried,
    ExceptionSeen,
    Exchange,
    Fact,
    FaultRule,
    Genesis,
    Hit,
    ManifestSeen,
    Phase,
    Record,
    Run,
    Served,
    Snapshot,
    Subscribed,
    SutProcess,
    TokenIssued,
    Told,
)
from hardclose_mocks.kernel.attachments import sha256_of
from hardclose_mocks.kernel.books import open_books
from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.commands import (
    AttachFile,
    BlockCostCenter,
    BlockSupplier,
    CancelPurchaseOrder,
    RecordPosting,
    ReturnPayment,
    ReverseExpensePosting,
    ReviseBudget,
    RunPayments,
    SetPeriod,
)
from hardclose_mocks.kernel.money import Money
from hardclose_mocks.pace import CI
from hardclose_mocks.server.credentials import token_hash
from hardclose_simulator.case import CREATES, WRITE_BACKS, Case
from hardclose_simulator.case_building import build
from hardclose_simulator.manifest import Manifest

from .recorder import DAY_ZERO, RATE, Recorder, wire_ns_of
from .small_world import company_of, creation, new_fact, papers, receipt_of, recoded, small_master

TOOK_S = 0.02
LISTS = {"expense": "expense_report", "procurement": "requisition", "erp": "expense_posting"}


def script(text: str, **options: Any) -> Case:
    """The case of a script, from a sound history; options as for `history`."""
    case = build(history(text, **options))
    assert not case.problems, case.problems
    return case


def history(
    text: str,
    *,
    profile: str = "C1",
    manifest: Manifest | None = None,
    must_happen: Mapping[str, int] | None = None,
    may_drop: bool = True,
    subscriptions: Mapping[str, Any] | None = None,
    aimed: Sequence[tuple[str, str, str]] = (),
    sut: str = "reference, webhooks",
    language: type[Script] | None = None,
    soft_budget: bool = False,
) -> list[Record]:
    """The records of a script. `aimed` are planned faults: rule id, fault, subject. `language` has more verbs."""
    played = (language or Script)(Recorder(), profile, not soft_budget)
    played.open(manifest or Manifest(), must_happen or {}, may_drop, aimed, sut, subscriptions or {})
    for line in text.strip().splitlines():
        if line.strip():
            at, verb, *rest = shlex.split(line)
            assert wire_ns_of(at) >= played.to.now_ns, f"time does not run backwards: {line.strip()}"
            played.to.now_ns = wire_ns_of(at)
            getattr(played, verb)(*rest[:1], words=rest[1:])
    return played.to.records()


def _value(words: Sequence[str], name: str) -> str | None:
    """The word after `name`."""
    return words[words.index(name) + 1] if name in words else None


@dataclass(slots=True)
class Script:
    """One method per verb. `planned` are facts by name, with the version and the event of their approval."""

    to: Recorder
    profile: str
    hard_budget: bool = True
    planned: dict[str, tuple[Fact, int, str]] = field(default_factory=dict)
    messages: int = 0

    def open(
        self,
        manifest: Manifest,
        must_happen: Mapping[str, int],
        may_drop: bool,
        aimed: Sequence[tuple[str, str, str]],
        sut: str,
        subscriptions: Mapping[str, Any],
    ) -> None:
        master = replace(small_master(), hard_budget=self.hard_budget)
        terms = {name: Terms(self.profile) for name in (*CREATES.values(), "attachment.create")}
        self.to.note("sandbox", ClockSet(DAY_ZERO, 0, RATE))
        for system in ("erp", "procurement", "expense"):
            self.to.books[system] = open_books(system, master, DAY_ZERO)
            self.to.note(system, Genesis(plain(master), DAY_ZERO))
            own = terms if system == "erp" else {}
            budget = self.hard_budget if system == "erp" else None
            card = ContractCard(system, CI, own, Limit(2, 4), hard_budget=budget).document()
            card["webhooks"]["may_drop"] = may_drop
            card["webhooks"]["subscription"] = {**card["webhooks"]["subscription"], **subscriptions}
            self.to.note(system, Card(card))
        for rule, fault, subject in aimed:
            planned = {"id": rule, "fault": fault, "aimed": subject, "operations": []}
            self.to.note("erp", FaultRule(rule, fault, "planned", planned))
        config = {"must_happen": dict(must_happen)}
        self.to.note("sandbox", Run("script", "", 7, "T7", "virtual", "ci", "0", "", "", sut, config))
        self.to.note("sandbox", ManifestSeen(plain(manifest)))
        if manifest.mode != "poll":
            self.to.note("expense", Subscribed("sub_1", "http://sut/webhooks/expense", ("*",)))

    # --- people -------------------------------------------------------------------------------------------------

    def fact(self, name: str, words: list[str]) -> None:
        """`[amount] [company DE01] [twin E-2] [lines 2] [center BAD] [attached 2] [hidden] [filed]`:
        hidden leaves it out of the ledger; filed is submitted only, and a second `fact` line approves it."""
        code = _value(words, "company") or "DE01"
        amount = words[0] if words and re.fullmatch(r"[\d.]+", words[0]) else str(100 + len(self.planned))
        total = Money.parse(amount, company_of(code).currency).minor
        count, center = int(_value(words, "lines") or 1), _value(words, "center") or "CC"
        fact = new_fact(name, code, total, count, center, self.to.at, _value(words, "twin"))
        if (files := _value(words, "attached")) is not None:
            fact = replace(fact, truth={"attachments": [receipt_of(fact, place + 1) for place in range(int(files))]})
        *filing, (signing, boss) = papers(fact)
        version, event = self.planned[name][1:] if name in self.planned else (0, "")
        if name not in self.planned:
            for command, person in filing:
                event, version = self.to.act(fact.system, command, person)
        if "filed" not in words:
            event, version = self.to.act(fact.system, signing, boss)
        self.planned[name] = (fact, version, event)
        if "hidden" not in words and "filed" not in words:
            self.to.note(fact.system, fact)

    def block(self, number: str, words: list[str]) -> None:
        """`[released]`: a cost centre or a supplier (`SUP-...`) of the ERP."""
        kind = BlockSupplier if number.startswith("SUP") else BlockCostCenter
        self.to.act("erp", kind(number, "released" not in words), "person:CONTROLLER")

    def pay(self, code: str, words: list[str]) -> None:
        self.to.act("erp", RunPayments(code, "PAY-1", date(2027, 1, 31)), "person:TREASURY")

    def fund(self, number: str, words: list[str]) -> None:
        """`100.00`: more or less for a cost centre of DE01 this year; each of the small world has 10,000,000,000.00."""
        amount = Money.parse(words[0], "EUR").minor
        self.to.act("erp", ReviseBudget("DE01", number, 2026, amount), "person:CONTROLLER")

    def giveback(self, number: str, words: list[str]) -> None:
        """The bank returns a payment, by its number: `PY-DE01-000001`."""
        self.to.act("erp", ReturnPayment(number, "no such account"), "person:TREASURY")

    def period(self, code: str, words: list[str]) -> None:
        """`expense|purchasing 2026-11 soft_closed|hard_closed|open`."""
        module, month, state = words
        year, period = fiscal_period(company_of(code), date.fromisoformat(f"{month}-01"))
        self.to.act("erp", SetPeriod(code, module, year, period, state), "person:CONTROLLER")

    # --- the integration's calls --------------------------------------------------------------------------------

    def post(self, name: str, words: list[str]) -> None:
        """`[as A] [date D] [orig D] [amount X] [ref R] [unmarked] [text T] [key K] [replay A|refusal]`, an ending;
        `respelt` writes the same body in another order. Against the fact: `[payee P] [books COMPANY] [center C]
        [account A] [tax T]`."""
        fact = self.planned[name][0]
        wanted = Money.parse(_value(words, "amount") or Money(fact.total, fact.currency).decimal, fact.currency)
        original = _value(words, "orig")
        command = creation(
            fact,
            day=date.fromisoformat(_value(words, "date") or fact.accounting_date),
            original=date.fromisoformat(original) if original else None,
            reference=_value(words, "ref") or fact.source,
            more=wanted.minor - fact.total,
            marked="unmarked" not in words,
            text=_value(words, "text") or "",
            unique=self.profile == "C3",
        )
        command = recoded(command, *(_value(words, name) for name in ("payee", "books", "center", "account", "tax")))
        self._call("erp", CREATES[fact.flow], command.reference, command, words)

    def attach(self, name: str, words: list[str]) -> None:
        """`1 on A [cut]`: receipt 1 of the report to the posting A; `cut` loses its last byte. An ending."""
        fact, number = self.planned[name][0], self.to.names[words[words.index("on") + 1]]
        one = receipt_of(fact, int(words[0]))
        size = int(one["size"]) - ("cut" in words)
        digest = sha256_of(str(one["id"]), size)
        command = AttachFile(number, str(one["name"]), str(one["content_type"]), size, digest)
        self._call("erp", "attachment.create", number, command, words)

    def batch(self, name: str, words: list[str]) -> None:
        """`E-1:A E-2:bad E-3 [key K] [told nothing]`: rows in one request. The name behind the colon is the
        document's from here on; `bad` ones are dated into a period that is not open."""
        rows, results, carried = [], [], []
        told = [one for one in (name, *words) if one.split(":")[0] in self.planned]
        for place, one in enumerate(told):
            about, _, named = one.partition(":")
            fact = self.planned[about][0]
            day = date(2027, 6, 1) if named == "bad" else date.fromisoformat(fact.accounting_date)
            command = creation(
                fact, day=day, original=None, reference=fact.source, more=0, marked=True, text="",
                unique=self.profile == "C3",
            )  # fmt: skip
            done, refusal, status = self.to.carry("erp", command, "integration", named or None)
            rows.append(plain(command))
            carried.append(done)
            slug = re.sub("(?<=[a-z])(?=[A-Z])", "-", refusal or "").lower()
            results.append(
                {
                    "row": place, "reference": fact.source, "status": status,
                    "document": {"number": done.document} if refusal is None else None,
                    "problem": {"type": f"problems/{slug}"} if refusal is not None else None,
                }
            )  # fmt: skip
        nothing = _value(words, "told") == "nothing"
        exchange = Exchange(
            op="expense_posting.batch", method="POST", path="/v1/expense-postings/batch", credential="integration-erp",
            started_ns=self.to.now_ns, subject="batch", nth=1, status=200, writes=True, body={"rows": rows},
            key=_value(words, "key"), carried=tuple(carried), answer={"results": results},
        )  # fmt: skip
        place = self.to.note("erp", exchange, "integration")
        ended = self.to.now_ns + round(TOOK_S * NS)
        ending = Told(0, "none" if nothing else "full", None if nothing else 200, ended)
        self.to.note("erp", ending, at_ns=ended, tells=place)

    def write(self, name: str, words: list[str]) -> None:
        """`posted A`, `paid A`, `submitted`, `parked "why"`, `rejected "why"`, and an ending."""
        fact, state = self.planned[name][0], words[0]
        about = words[1] if len(words) > 1 else None
        document = self.to.names.get(about or "", about) if state in ("posted", "paid") else None
        reason = about if state in ("parked", "rejected") else None
        command = RecordPosting(fact.source, state, document, reason)
        self._call(fact.system, WRITE_BACKS[fact.flow], fact.source, command, words)

    def reverse(self, name: str, words: list[str]) -> None:
        """`[by person]` and an ending; cancels an order."""
        number, day = self.to.names[name], date(2026, 11, 30)
        if number.startswith("PO"):
            self._call("erp", "purchase_order.cancel", number, CancelPurchaseOrder(number, "wrong"), words)
        else:
            self._call("erp", "expense_posting.reverse", number, ReverseExpensePosting(number, day, "wrong"), words)

    def sign(self, name: str, words: list[str]) -> None:
        """The integration tries to approve it, and is turned away; `[at erp]` is somewhere else."""
        fact = self.planned[name][0]
        op = f"{LISTS[fact.system]}.approve"
        body = {"number": fact.source}
        exchange = Exchange(
            op=op, method="POST", path=f"/v1/{op}/{fact.source}", credential=f"integration-{fact.system}",
            started_ns=self.to.now_ns, subject=fact.source, nth=1, status=403, writes=True, body=body,
            refusal="NotAllowed",
        )  # fmt: skip
        place = self.to.note(fact.system, exchange, "integration")
        ended = self.to.now_ns + round(TOOK_S * NS)
        self.to.note(fact.system, Told(0, "full", 403, ended), at_ns=ended, tells=place)

    def read(self, system: str, words: list[str]) -> None:
        """`[shows E-1]` and an ending: a list read that hands out that source or document; `[schema additive|renamed]`
        in another shape than the card's."""
        name = _value(words, "shows") or ""
        served = ((self.planned[name][0].source, self.planned[name][1]),) if name in self.planned else ()
        if name in self.to.names:
            served = ((self.to.names[name], 1),)
        self._call(system, f"{LISTS[system]}.list", f"integration-{system}", None, words, Served(served))

    def get(self, name: str, words: list[str]) -> None:
        """An ending: a look at one source document."""
        fact, version, _ = self.planned[name]
        op = f"{LISTS[fact.system]}.get"
        self._call(fact.system, op, fact.source, None, words, Served(((fact.source, version),)))

    def _call(
        self, system: str, op: str, subject: str, command: Any, words: list[str], served: Served | None = None
    ) -> None:
        """Endings: `told nothing|502`, `lost` (never processed), `limited 2` (429), `down 1` (503), `took 0.5` seconds
        to the end, `late 0.5` seconds to the commit."""
        actor = "person:X" if _value(words, "by") == "person" else "integration"
        started = self.to.now_ns
        self.to.now_ns += round(float(_value(words, "late") or 0) * NS)
        limited, down, replayed = _value(words, "limited"), _value(words, "down"), _value(words, "replay")
        carried: tuple[Carried, ...] = ()
        refusal, status, wait = None, 200, None
        if limited or down:
            status, wait = (429, float(limited)) if limited else (503, float(down or 0))
            refusal = "rate_limited" if limited else None
        elif replayed == "refusal":
            status = 422
        elif command is not None and "lost" not in words and not replayed:
            one, refusal, status = self.to.carry(system, command, actor, _value(words, "as"))
            carried = (one,)
        exchange = Exchange(
            op=op,
            method="GET" if command is None else "POST",
            path=f"/v1/{op}/{subject}" if op in WRITE_BACKS.values() else f"/v1/{op}",
            credential=f"integration-{system}" if actor == "integration" else actor,
            started_ns=started,
            subject=subject,
            nth=1,
            status=status,
            writes=command is not None,
            query={"cursor": "x"} if "further" in words else {},
            body=_respelt(plain(command)) if "respelt" in words else plain(command),
            key=_value(words, "key"),
            replayed=replayed is not None,
            carried=carried,
            refusal=refusal,
            served=served if "lost" not in words else None,
            wait_s=wait,
            fault=_hit(words),
        )
        place = self.to.note(system, exchange, actor)
        ended = self.to.now_ns + round(float(_value(words, "took") or TOOK_S) * NS)
        told = _value(words, "told") or ("nothing" if "lost" in words else str(status))
        full = told != "nothing"
        ending = Told(0, "full" if full else "none", int(told) if full else None, ended, wait if full else None)
        self.to.note(system, ending, at_ns=ended, tells=place)

    # --- deliveries ---------------------------------------------------------------------------------------------

    def announce(self, name: str, words: list[str]) -> None:
        """`[again] [replayed] [dropped] [answered 500|nothing] [forged invented|altered|stale] [took 0.1]`."""
        fact, _, event = self.planned[name]
        forgery, answered = _value(words, "forged"), _value(words, "answered") or "200"
        self.messages += 1
        other = "again" in words or "replayed" in words or forgery is not None
        fault = "F36" if forgery else "F32" if "dropped" in words else "F33" if "replayed" in words else "F30"
        status = None if "dropped" in words or answered == "nothing" else int(answered)
        ended = self.to.now_ns + round(float(_value(words, "took") or TOOK_S) * NS)
        tried = DeliveryTried(
            event=event,
            message=f"{event}-{self.messages}" if other else event,
            subscription="sub_1",
            subject=fact.source,
            revision=1,
            attempt=1,
            label="forged" if forgery else "genuine",
            status=status,
            outcome="dropped" if "dropped" in words else "delivered" if status == 200 else "retry",
            started_ns=self.to.now_ns,
            ended_ns=ended,
            forgery=forgery,
            body=_forged_body(fact, forgery) if forgery else None,
            fault=Hit(fault, "on_delivery", f"{fault}.rule: on purpose") if other or "dropped" in words else None,
        )
        self.to.note(fact.system, tried, "sender", at_ns=ended)

    # --- subscriptions and credentials --------------------------------------------------------------------------

    def subscription(self, system: str, words: list[str]) -> None:
        """`expired`, `disabled`, `renewed`, `created`, `deleted`: what becomes of the one there is."""
        self.to.note(system, Subscribed("sub_1", "http://sut/webhooks", ("*",), words[0]))

    def cred(self, system: str, words: list[str]) -> None:
        """`client_secret rotated|used_former|used_retired`, `refresh_token reused`, ...; `[generation N]`."""
        generation = int(_value(words, "generation") or 1)
        self.to.note(system, Cred(f"integration-{system}", words[0], words[1], generation), "integration")

    def token(self, system: str, words: list[str]) -> None:
        """`[is TOKEN]` and an ending: a login, granted unless it ends otherwise."""
        client = f"integration-{system}"
        if (token := _value(words, "is")) is not None:
            self.to.note(system, TokenIssued(client, token_hash(token), self.to.now_ns), "integration")
        self._call(system, "token", client, None, words)

    # --- the harness --------------------------------------------------------------------------------------------

    def exception(self, name: str, words: list[str]) -> None:
        """`"why" [resolved]`: an entry of `GET /exceptions`."""
        source, reason = self.planned[name][0].source, words[0]
        raw = {"source": source, "reason": reason, "resolved": "resolved" in words}
        self.to.note("sandbox", ExceptionSeen(source, reason, raw))

    def sut(self, state: str, words: list[str]) -> None:
        self.to.note("sandbox", SutProcess(state))

    def phase(self, name: str, words: list[str]) -> None:
        self.to.note("sandbox", Phase(name, " ".join(words)))

    def audit(self, note: str = "quiet", *, words: list[str]) -> None:
        """`[drain_max]`: the audit, and snapshots of all books."""
        self.to.note("sandbox", Phase("audit", note))
        for system, books in self.to.books.items():
            self.to.note(system, Snapshot(books.digest(), books.count()))


def _hit(words: Sequence[str]) -> Hit | None:
    if (change := _value(words, "schema")) is not None:
        return Hit("F47", "on_response", f"F47.rule: {change}")
    return Hit("F01", "after_commit", "F01.rule") if _value(words, "told") == "nothing" else None


def _respelt(body: dict[str, Any]) -> dict[str, Any]:
    """The same content with its keys in another order, and nulls where there was nothing."""
    return {**dict(reversed(body.items())), "comment": None}


def _forged_body(fact: Fact, how: str) -> dict[str, Any]:
    number = fact.source + "X" if how == "invented" else fact.source
    total = Money(fact.total * (10 if how == "altered" else 1), fact.currency).decimal
    return {"subject": number, "type": "approved", "data": {"number": number, "total": total}}
