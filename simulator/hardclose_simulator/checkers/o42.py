"""O42 ATTACH: evidence travels intact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.attachments import sha256_of
from hardclose_simulator.attempts import INTEGRATION
from hardclose_simulator.case import Case
from hardclose_simulator.lives import ErpDocument, accepted
from hardclose_simulator.settling import liveness
from hardclose_simulator.verdict import Finding, Verdict

ID = "O42"
OPERATION = "attachment.create"
CARD = "attachments: the bytes as they were read, each once, with `sha256`; the list of a posting shows what is there"


@dataclass(frozen=True, slots=True)
class File:
    """A file that the integration put to a posting. `late` is how long after its request it was taken, wire ns."""

    seq: int
    posting: str
    name: str
    sha256: str
    wire_ns: int
    late_ns: int


def check(case: Case) -> Verdict:
    """O42: every required receipt of a report is at its posting, once, byte by byte; or people see that it is not.

    What is missing is judged at audit: receipts may be archived by night. Optional ones may be left out. A second copy
    is excused where neither key nor search was on offer (C6), and where the system itself committed later than its
    card says. Postings that people made, and those that were reversed, need none."""
    files: dict[str, list[File]] = {}
    for one in _files(case):
        files.setdefault(one.posting, []).append(one)
    owners = {digest: fact for fact in case.facts for digest in _digests(fact)}
    wrong: list[Finding] = []
    missing: list[Finding] = []
    evaluated = 0
    for fact in case.facts:
        meant = _digests(fact)
        for document in case.documents_of(fact):
            there = files.get(document.number, [])
            evaluated += bool(there or (meant and document.live and document.by_integration))
            wrong += _strange(case, fact, document, there, owners)
            wrong += _copies(case, fact, document, there)
            if document.live and document.by_integration and case.long_before_audit(document.made.wire_ns):
                missing += _missing(case, fact, document, there)
    closed = (one.wire_ns for listed in files.values() for one in listed)
    judged = liveness(case, ID, missing, evaluated=evaluated, closed_ns=closed)
    return Verdict.of(ID, [*wrong, *judged.findings], evaluated=evaluated) if wrong else judged


def _files(case: Case) -> Iterator[File]:
    for record, carried in accepted(case.records):
        if carried.command == "AttachFile" and record.actor == INTEGRATION:
            asked, started = carried.arguments, getattr(record.body, "started_ns", record.wire_ns)
            yield File(
                record.seq,
                str(asked["posting"]),
                str(asked["name"]),
                str(asked["sha256"]),
                record.wire_ns,
                record.wire_ns - started,
            )


def _digests(fact: Fact) -> dict[str, Mapping[str, Any]]:
    """What belongs to the report, by its SHA-256."""
    listed: Any = fact.truth.get("attachments", ())
    return {sha256_of(str(one["id"]), int(one["size"])): one for one in listed}


def _strange(
    case: Case, fact: Fact, document: ErpDocument, there: list[File], owners: Mapping[str, Fact]
) -> Iterator[Finding]:
    meant = _digests(fact)
    for one in there:
        if one.sha256 not in meant:
            owner = owners.get(one.sha256)
            what = f"is a receipt of {owner.source}" if owner is not None else "has other bytes than any receipt of it"
            yield _finding(case, fact, document, f"'{one.name}' at {document.number} {what}", (one.seq,))


def _copies(case: Case, fact: Fact, document: ErpDocument, there: list[File]) -> Iterator[Finding]:
    terms = case.cards.get("erp", {}).get("operations", {}).get(OPERATION, {})
    profile, late_ns = terms.get("profile", "C1"), float(terms.get("late_commit_s", case.pace.late_commit_s)) * NS
    if profile == "C6":
        return
    for digest, count in Counter(one.sha256 for one in there).items():
        same = [one for one in there if one.sha256 == digest]
        late = profile in ("C2", "C4", "C5") and any(one.late_ns > late_ns for one in same)
        if count > 1 and not late:
            says = f"'{same[0].name}' is {count} times at {document.number}"
            yield _finding(case, fact, document, says, tuple(one.seq for one in same))


def _missing(case: Case, fact: Fact, document: ErpDocument, there: list[File]) -> Iterator[Finding]:
    come = {one.sha256 for one in there}
    for digest, one in _digests(fact).items():
        if one.get("required") and digest not in come and not case.visible(fact):
            says = f"the receipt '{one['name']}' ({one['size']} bytes) is not at {document.number}, and nobody is told"
            tried = tuple(
                each.seq for each in case.attempts if each.op == OPERATION and each.subject in (digest, document.number)
            )
            yield _finding(case, fact, document, says, tried)


def _finding(case: Case, fact: Fact, document: ErpDocument, says: str, seqs: tuple[int, ...]) -> Finding:
    evidence = tuple(sorted({case.fact_seqs[fact.id], document.made.seq, *seqs}))
    return Finding(ID, fact.id, f"{fact.source}: {says}", evidence, case.money(fact), CARD)
