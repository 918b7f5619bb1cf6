"""Approvals that people take back: a later version of a source document, put beside a script's history."""

from __future__ import annotations

from dataclasses import replace

from hardclose_simulator.case import Case
from hardclose_simulator.source_line import SourceLine, SourceVersion


def take_back(case: Case, name: str, *, before: str, status: str = "recalled") -> Case:
    """The source of fact `name` gets `status` in the record right before the first delivery or exchange of `before`.

    `before` is a kind of record that follows the approval, such as `DeliveryTried`."""
    fact = case.facts_by_id[name]
    line = case.line_of(fact)
    approval = line.first_approval()
    assert approval is not None
    record = next(one for one in case.records if one.seq > approval.seq + 1 and one.kind == before)
    document = replace(approval.document, status=status, version=approval.version + 1)
    gone = SourceVersion(record.seq - 1, record.wire_ns, record.business, document)
    versions = sorted((*line.versions, gone), key=lambda one: one.seq)
    return replace(case, source_lines={**case.source_lines, (fact.system, fact.source): SourceLine(tuple(versions))})
