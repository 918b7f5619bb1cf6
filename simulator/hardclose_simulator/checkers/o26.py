"""O26 ONESUPPLIER: one party, one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hardclose_mocks.history.records import Fact
from hardclose_simulator.case import Case
from hardclose_simulator.checkers import o01
from hardclose_simulator.followed import plainly
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.verdict import Finding, Verdict

ID = "O26"
Party = tuple[str, str]
"""Company, and the tax id however it was typed."""


def check(case: Case) -> Verdict:
    """O26: within a company the integration makes one supplier for one tax id, whoever asks for it and how often.

    Judged at the end, by the tax ids that the records were made with: what people made or had before does not count,
    nor what was merged since, nor the same party in another company. A second record for one request is here as well
    as in O01, with the same excuses. Tempted by parties that were asked for more than once, and by doubtful or
    repeated requests."""
    findings, tempted = [], 0
    standing = _standing(case)
    for party, facts in _asked(case).items():
        tempted += len(facts) > 1 or any(o01.tempts(case, fact) for fact in facts)
        made = standing.get(party, [])
        if len(made) > 1 and not _excused(case, facts, made):
            findings.append(_finding(case, party, facts, made))
    return Verdict.of(ID, findings, evaluated=tempted)


def _asked(case: Case) -> Mapping[Party, list[Fact]]:
    """Requests by party; a request without a tax id is a party of its own."""
    found: dict[Party, list[Fact]] = {}
    for fact in case.facts:
        if fact.flow == "SUP":
            found.setdefault(_party(fact.company, fact.truth.get("tax_id"), fact.source), []).append(fact)
    return found


def _party(company: str, tax_id: object, otherwise: str) -> Party:
    return company, plainly(str(tax_id or "")) or otherwise


def _standing(case: Case) -> Mapping[Party, list[ErpDocument]]:
    """What the integration made of each party, and nobody merged since."""
    found: dict[Party, list[ErpDocument]] = {}
    for one in case.documents.values():
        if one.flow == "SUP" and one.by_integration and not _merged(case, one):
            fact = case.fact_of(one)
            otherwise = fact.source if fact is not None else one.reference
            found.setdefault(_party(one.company, one.asked.get("tax_id"), otherwise), []).append(one)
    return found


def _merged(case: Case, document: ErpDocument) -> bool:
    writes = case.master_writes.get(("erp", "supplier", document.number), ())
    return bool(writes) and writes[-1].after.merged_into is not None


def _excused(case: Case, facts: Sequence[Fact], made: Sequence[ErpDocument]) -> bool:
    """The system committed later than its card says; or all are of one request, and O01 says nothing against it."""
    if any(o01.too_late(case, fact) for fact in facts):
        return True
    owners = {fact.id for one in made if (fact := case.fact_of(one)) is not None}
    if len(owners) > 1 or len(facts) > 1:
        return False
    return not any(finding.fact in owners for finding in o01.check(case).findings)


def _finding(case: Case, party: Party, facts: Sequence[Fact], made: Sequence[ErpDocument]) -> Finding:
    says = (
        f"{party[0]} has {len(made)} suppliers with the tax id {made[0].asked.get('tax_id')}: "
        f"{', '.join(one.number for one in made)}, asked for as {', '.join(fact.source for fact in facts)}"
    )
    seqs = {*(case.fact_seqs[fact.id] for fact in facts), *(one.made.seq for one in made)}
    card = "suppliers can be searched by tax_id; one request for a party at a time"
    return Finding(ID, facts[-1].id, says, tuple(sorted(seqs)), None, card)
