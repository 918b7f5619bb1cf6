"""Judged runs of every kind, as the reports see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from hardclose_mocks.history.records import Phase, Record, Snapshot
from hardclose_simulator.case import Case
from hardclose_simulator.checkers.catalogue import OBLIGATIONS, Obligation
from hardclose_simulator.judge import judge
from hardclose_simulator.report.judged_run import Report
from hardclose_simulator.report.model import RunInfo, build_model
from hardclose_simulator.verdict import Verdict

from ..checkers.recorder import rehashed
from ..checkers.script import history
from .busy_day import busy_day

HONEST = """
    09:00  fact E-1 120.00
    09:00  fact R-1 80.00
    09:01  announce E-1
    09:02  post E-1 as A told nothing key a
    09:30  post E-1 key a replay A
    09:40  post R-1 as B
    10:00  write E-1 posted A
    10:00  write R-1 posted B
    13:00  pay DE01
    13:10  write E-1 paid A
    14:00  phase heal
    14:00  phase drain
    33:00  audit
"""
TWICE = """
    09:00  fact E-1 120.00
    09:01  announce E-1
    09:02  post E-1 as A told nothing
    09:05  post E-1 as B
    09:10  write E-1 posted B
    33:00  audit
"""
KINDS = ("pass", "fail", "unknown", "vacuous", "missed", "crashed", "busy and innocent", "busy and guilty")
"""The names of `everything`."""
NOTHING = "09:00 phase heal\n33:00 audit"


def report_of(
    records: Sequence[Record], obligations: Mapping[str, Obligation] = OBLIGATIONS, folder: str | None = None
) -> Report:
    return build_model(records, judge(records, obligations), RunInfo(folder, records[-1].h, 1.25))


def report(text: str, **options: Any) -> Report:
    """The report on a script; options as for `history`."""
    return report_of(history(text, **options))


def without_audit(text: str) -> list[Record]:
    """A run that was cut off: liveness is UNKNOWN."""
    return rehashed([one for one in history(text) if not isinstance(one.body, (Phase, Snapshot))])


def crashing() -> Mapping[str, Obligation]:
    def crash(case: Case) -> Verdict:
        raise ZeroDivisionError("by zero")

    return {**OBLIGATIONS, "O01": Obligation("O01", "EXO", "one fact, one effect", "", crash)}


@cache
def everything() -> Mapping[str, Report]:
    """A report of every kind, by what it is."""
    return {
        "pass": report(HONEST),
        "fail": report(TWICE),
        "unknown": report_of(without_audit(HONEST)),
        "vacuous": report(NOTHING),
        "missed": report(HONEST, must_happen={"late_approvals": 4}, aimed=[("F02.x", "F02", "E-1")]),
        "crashed": report_of(history(HONEST), crashing()),
        "busy and innocent": report_of(busy_day(guilty=False)),
        "busy and guilty": report_of(busy_day(guilty=True)),
    }
