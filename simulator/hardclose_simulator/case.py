"""A case: everything a checker may know of a run. Never the plan, never the integration's own words about itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Fact, Record, Run
from hardclose_mocks.kernel.money import Money
from hardclose_mocks.pace import Pace
from hardclose_simulator.attempts import Attempt, Know, logical_start
from hardclose_simulator.attribution import Attribution, could_be, same_party
from hardclose_simulator.clock_line import ClockLine
from hardclose_simulator.knowledge import Delivery, Knowledge
from hardclose_simulator.lives import NEGATIVE, POSITIVE, Claim, ErpDocument
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.master_line import MasterLine
from hardclose_simulator.master_writes import MasterWrites
from hardclose_simulator.period_line import PeriodLine
from hardclose_simulator.replicas import Replicas
from hardclose_simulator.soundness import SourceState
from hardclose_simulator.source_line import TAKEN_BACK, SourceLine

CREATES = {
    "EXP": "expense_posting.create",
    "RBP": "purchase_order.create",
    "SUP": "supplier.create",
    "REC": "goods_receipt.create",
    "INV": "supplier_invoice.create",
    "JNL": "journal_entry.create",
}
"""The operation on the ERP that makes a flow's document; its terms are on the contract card."""
WRITE_BACKS = {
    "EXP": "expense_report.posting",
    "RBP": "requisition.posting",
    "SUP": "supplier_request.posting",
    "REC": "receipt.posting",
    "INV": "invoice.posting",
    "JNL": "accrual.posting",
}
DOCUMENT_NAMES = {
    "EXP": "expense posting",
    "RBP": "purchase order",
    "SUP": "supplier",
    "REC": "goods receipt",
    "INV": "supplier invoice",
    "JNL": "journal entry",
}
MASTERS = frozenset({"SUP", "MDM"})
"""Flows of master data: they go on living, and a later revision does not take an earlier one back."""
CLOSED_ENTRY = frozenset({"closed", "resolved", "done", "cured"})


def plural(name: str) -> str:
    """Of a kind of document: journal entries, purchase orders, changes of masters."""
    noun, of, rest = name.partition(" of ")
    return (f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s") + of + rest


@dataclass(frozen=True, slots=True)
class PhaseMark:
    name: str
    note: str
    seq: int
    wire_ns: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the integration's own list of exceptions, as seen at audit.

    `about` is the fact its source names, `mentions` are all facts it speaks of: one task may list forty documents."""

    seq: int
    wire_ns: int
    source: str
    reason: str
    open: bool
    about: str | None
    mentions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Case:
    """Built by `case_building.build`. Numbers `seq` are records of the history."""

    records: Sequence[Record]
    run: Run | None
    pace: Pace
    manifest: Manifest
    cards: Mapping[str, Mapping[str, Any]]
    """Contract cards by system."""
    facts: tuple[Fact, ...]
    """Those that order a document in the ERP."""
    changes: tuple[Fact, ...]
    """The others: what people changed, blocked, merged or reversed of an earlier fact's, and cost centres."""
    facts_by_id: Mapping[str, Fact]
    fact_seqs: Mapping[str, int]
    documents: Mapping[str, ErpDocument]
    attribution: Attribution
    replicas: Replicas
    """What was set of suppliers in the ERP and of cost centres everywhere, by system, kind and number."""
    master_writes: MasterWrites
    """The same with the records before and after, from a second fold of the books."""
    claims: Mapping[tuple[str, str], tuple[Claim, ...]]
    claimed: Mapping[str, tuple[str, ...]]
    """By ERP document, the sources that it was written back to."""
    sources: Mapping[tuple[str, str], SourceState]
    source_lines: Mapping[tuple[str, str], SourceLine]
    """Every version of every source document, by (system, number)."""
    attempts: tuple[Attempt, ...]
    attempts_by_fact: Mapping[str, tuple[Attempt, ...]]
    """Writing attempts that are recognisably about a fact."""
    deliveries: tuple[Delivery, ...]
    entries: tuple[Entry, ...]
    periods: PeriodLine
    masters: MasterLine
    clock: ClockLine
    knowledge: Knowledge
    phases: tuple[PhaseMark, ...]
    losses: tuple[int, ...]
    leaks: tuple[tuple[int, str, str], ...]
    """Secrets in what the integration wrote: record number, what kind of secret, and where it stood."""
    subscribed: bool
    problems: tuple[str, ...]
    """What is wrong with the history itself; empty when it is sound."""

    # --- time ---------------------------------------------------------------------------------------------------

    @property
    def audit(self) -> PhaseMark | None:
        return next((phase for phase in self.phases if phase.name == "audit"), None)

    @property
    def settled(self) -> str:
        """`quiet`, `drain_max`, or empty where there was no audit."""
        return self.audit.note or "quiet" if self.audit is not None else ""

    @property
    def quiet_ns(self) -> int:
        return round(self.manifest.quiet_s(self.pace, self.cards.values()) * NS)

    def long_before_audit(self, wire_ns: int) -> bool:
        """Whether that was at least the quiet time before the audit: long enough to have been acted upon."""
        return self.audit is not None and wire_ns + self.quiet_ns <= self.audit.wire_ns

    def freshness_s(self, system: str) -> float:
        """How old what the integration read there may be, wire seconds, by the card."""
        levels = self.cards.get(system, {}).get("service_levels", {})
        return float(levels.get("freshness_s", self.pace.freshness_s))

    def asked_ns(self, fact: Fact, document: ErpDocument) -> int:
        """When the request that made the document was first sent: a retry acts on what was known then."""
        start = logical_start(self.creations(fact), document.made.seq)
        return document.started_ns if start is None else start

    def relied_on(self, fact: Fact, document: ErpDocument, versions: Iterable[int]) -> bool:
        """Whether one of these versions is what the integration had read of the source last when it first asked for
        the document, and no longer ago than the card lets it rely on; news may lie in its inbox by then."""
        asked = self.asked_ns(fact, document)
        # On the virtual clock a look before and one after may share the instant: the order of records tells them apart.
        at_once = [
            version
            for one in self.attempts
            if one.ended_ns == asked and one.seq < document.made.seq and one.system == fact.system and one.served
            for number, version in one.served.documents
            if number == fact.source
        ]
        if at_once:
            return at_once[-1] in versions
        read = self.knowledge.last_read(fact.system, fact.source, asked)
        return read is not None and read[0] in versions and asked - read[1] <= self.freshness_s(fact.system) * NS

    def looked_since(self, fact: Fact, document: ErpDocument) -> datetime:
        """From which business instant on the integration may have read what it acted upon when it made the document."""
        since = self.clock.business_at(self.asked_ns(fact, document) - round(self.freshness_s("erp") * NS))
        return document.made.at if since is None else min(since, document.made.at)

    # --- a fact and its documents -------------------------------------------------------------------------------

    def documents_of(self, fact: Fact) -> tuple[ErpDocument, ...]:
        """Every ERP document attributed to the fact, voided ones too, in the order they were made."""
        return tuple(self.documents[number] for number in self.attribution.documents_of(fact.id))

    def live(self, fact: Fact) -> tuple[ErpDocument, ...]:
        """Those that stand at the end of the history."""
        return tuple(document for document in self.documents_of(fact) if document.live)

    def fact_of(self, document: ErpDocument) -> Fact | None:
        """The fact the document is attributed to."""
        link = self.attribution.links.get(document.number)
        return self.facts_by_id.get(link.fact) if link is not None else None

    def line_of(self, fact: Fact) -> SourceLine:
        """Every version of the fact's source document."""
        return self.source_lines.get((fact.system, fact.source), SourceLine())

    def answerable(self, document: ErpDocument) -> bool:
        """Whether the integration has to speak of it: it made it, or a refusal has named it as what is in the way. Of
        what people put into the ERP by hand it need not know more."""
        return document.by_integration or document.number in self.knowledge.refused_for

    def may_be(self, document: ErpDocument, fact: Fact) -> bool:
        """Whether some attribution gives this document to the fact: its own, one no reference or mark settles, or the
        one record of a supplier who was asked for twice."""
        link = self.attribution.links.get(document.number)
        if (link is not None and link.fact == fact.id) or same_party(document, fact):
            return True
        return (link is None or link.how == "matching") and could_be(document, fact, self.attribution.parties)

    def claims_of(self, fact: Fact) -> tuple[Claim, ...]:
        """What was written back about the fact, in order."""
        return self.claims.get((fact.system, fact.source), ())

    def last_claim(self, fact: Fact) -> Claim | None:
        claims = self.claims_of(fact)
        return claims[-1] if claims else None

    def superseded(self, fact: Fact) -> bool:
        """Whether people took the approval back, or approved another revision since."""
        state = self.sources.get((fact.system, fact.source))
        later = state is not None and state.revision > fact.revision and fact.flow not in MASTERS
        return state is not None and (state.status in TAKEN_BACK or later)

    def visible(self, fact: Fact) -> tuple[int, ...]:
        """Records that show people, at audit, why the fact is not in the books: its source, or the exception list."""
        claim = self.last_claim(fact)
        seqs = (
            [claim.when.seq] if claim is not None and claim.state in NEGATIVE and (claim.reason or "").strip() else []
        )
        seqs += [
            entry.seq for entry in self.entries if entry.open and fact.id in entry.mentions and entry.reason.strip()
        ]
        return tuple(seqs)

    def excepted(self, fact: Fact, document: ErpDocument) -> bool:
        """Whether people were told that something is the matter with a document that was made all the same: by the
        list at audit, or at the source within the card's `exception_s`."""
        levels = self.cards.get(fact.system, {}).get("service_levels", {})
        until = document.made.wire_ns + round(float(levels.get("exception_s", self.pace.exception_s)) * NS)
        listed = any(entry.open and fact.id in entry.mentions and entry.reason.strip() for entry in self.entries)
        return listed or any(
            claim.state in NEGATIVE and (claim.reason or "").strip() and claim.when.wire_ns <= until
            for claim in self.claims_of(fact)
        )

    def held(self, document: ErpDocument) -> bool:
        """Whether the match stops the payment of this invoice at audit, or did until shortly before: it is posted, and
        somebody still has to see to it. Parked and posted are both true of it."""
        turns = document.marked("blocked", "matched", "released")
        return document.ever_blocked and (
            turns[-1].what == "blocked" or not self.long_before_audit(turns[-1].when.wire_ns)
        )

    def adopted(self, fact: Fact) -> ErpDocument | None:
        """The record of the same party that was made for another request, and written back to this one as well."""
        claim = self.last_claim(fact)
        document = self.documents.get(claim.document or "") if claim is not None and claim.state in POSITIVE else None
        return document if document is not None and document.live and same_party(document, fact) else None

    def disposition(self, fact: Fact) -> str:
        """POSTED, PARKED, REJECTED, SUPERSEDED or NONE, at audit."""
        if self.live(fact) or self.adopted(fact):
            return "POSTED"
        claim = self.last_claim(fact)
        if claim is not None and claim.state == "rejected":
            return "REJECTED"
        if self.visible(fact):
            return "PARKED"
        return "SUPERSEDED" if self.superseded(fact) else "NONE"

    def disposed_ns(self, fact: Fact) -> int | None:
        """When the fact last came out of the open: posted or parked at the source. None while it is open."""
        live = [document.made.wire_ns for document in self.live(fact)]
        if live:
            return min(live)
        claim = self.last_claim(fact)
        closed = claim is not None and (claim.state in NEGATIVE or self.adopted(fact) is not None)
        return claim.when.wire_ns if claim is not None and closed else None

    # --- attempts and deliveries about a fact -------------------------------------------------------------------

    def creations(self, fact: Fact) -> tuple[Attempt, ...]:
        """Attempts to make the fact's document."""
        return tuple(one for one in self.attempts_by_fact.get(fact.id, ()) if one.op == CREATES[fact.flow])

    def announcements(self, fact: Fact) -> tuple[Delivery, ...]:
        """Webhook attempts that told of the fact's approval, genuine ones that left the sender."""
        return tuple(
            one
            for one in self.knowledge.announced.get((fact.system, fact.source), ())
            if one.type.endswith((".approved", ".recorded")) and one.tried.revision == fact.revision
        )

    def in_doubt(self, fact: Fact) -> bool:
        """Whether the integration could not know the outcome of an attempt to make the document."""
        return any(one.know is Know.INFO for one in self.creations(fact))

    # --- words --------------------------------------------------------------------------------------------------

    def money(self, fact: Fact) -> Money:
        return Money(fact.total, fact.currency)

    def terms(self, fact: Fact) -> Mapping[str, Any]:
        """What the ERP's card says about the operation that makes the fact's document."""
        operations = self.cards.get("erp", {}).get("operations", {})
        terms = operations.get(CREATES[fact.flow], {})
        return terms if isinstance(terms, Mapping) else {}

    def profile(self, fact: Fact) -> str:
        return str(self.terms(fact).get("profile", "C1"))
