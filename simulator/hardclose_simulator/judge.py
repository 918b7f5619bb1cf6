"""Judges a run by its history: validate, build the case, run every checker, sum up."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence

from hardclose_mocks.collector import resting
from hardclose_mocks.history.records import Record
from hardclose_simulator.case import Case
from hardclose_simulator.case_building import build
from hardclose_simulator.checkers.catalogue import OBLIGATIONS, Obligation
from hardclose_simulator.headline import headlines
from hardclose_simulator.must_happen import must_happen, unfired
from hardclose_simulator.reproducing import reproduce_line
from hardclose_simulator.soundness import check_unbroken
from hardclose_simulator.timeline import timeline_of
from hardclose_simulator.verdict import RunVerdict, Status, Verdict, Witness, exit_code


def judge(records: Sequence[Record], obligations: Mapping[str, Obligation] = OBLIGATIONS) -> RunVerdict:
    """The verdict on a run. Raises HistoryError where the history was cut, edited, or makes no sense."""
    with resting():
        check_unbroken(records)
        return judge_case(build(records), obligations)


def judge_case(case: Case, obligations: Mapping[str, Obligation] = OBLIGATIONS) -> RunVerdict:
    """The verdict on a case that is known to come from an unbroken history."""
    verdicts, crashed = _run(case, obligations)
    promised = must_happen(case)
    missed, beside = unfired(case)
    reproduce = reproduce_line(case.run)
    run = case.run
    liveness_unknown = any(one.obligation == "O09" and one.status is Status.UNKNOWN for one in verdicts)
    return RunVerdict(
        scenario=run.scenario if run is not None else "",
        seed=run.seed if run is not None else 0,
        sut=run.sut if run is not None else "",
        mode=run.mode if run is not None else "",
        pace=case.pace.name,
        exit_code=exit_code(verdicts, must_happen=promised, unfired=missed, soundness=case.problems, crashed=crashed),
        verdicts=verdicts,
        witnesses=tuple(
            Witness(finding, timeline_of(case, finding), reproduce)
            for verdict in verdicts
            for finding in verdict.findings
        ),
        headlines=headlines(case, judged=case.audit is not None and not liveness_unknown),
        must_happen=promised,
        unfired=missed,
        struck=(*(f"{one.name}: {one.struck}" for one in promised if one.struck), *beside),
        soundness=case.problems,
        crashed=crashed,
        settled=case.settled,
        reproduce=reproduce,
    )


def _run(case: Case, obligations: Mapping[str, Obligation]) -> tuple[tuple[Verdict, ...], tuple[str, ...]]:
    """Every checker's verdict; one that crashed is unknown, never a pass, and its last words are kept."""
    verdicts: list[Verdict] = []
    crashed: list[str] = []
    for obligation in obligations.values():
        try:
            verdicts.append(obligation.check(case))
        except Exception as wrong:
            where = traceback.extract_tb(wrong.__traceback__)[-1]
            says = f"{obligation.id}: {type(wrong).__name__}: {wrong} ({where.name}, line {where.lineno})"
            crashed.append(says)
            verdicts.append(Verdict.unknown(obligation.id, evaluated=0, note=f"the checker crashed: {says}"))
    return tuple(verdicts), tuple(crashed)
