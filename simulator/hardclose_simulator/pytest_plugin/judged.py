"""The verdict as a test asks for it: true or false, sentence by sentence, and as an assertion that reads well."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hardclose_mocks.history.records import Phase, Record
from hardclose_mocks.history.store import save_records
from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.judge import judge
from hardclose_simulator.pytest_plugin.usage import UsageError, nearest_of
from hardclose_simulator.report.judged_run import Report
from hardclose_simulator.report.model import RunInfo, build_model
from hardclose_simulator.report.plain_text import finding_lines, spread
from hardclose_simulator.report.wording import counted, titled
from hardclose_simulator.report.writing import write_reports
from hardclose_simulator.verdict import PROMISES_KEPT, Finding, Headline, RunVerdict, Status, Verdict

FINDINGS_SHOWN, FINDINGS_OPENED = 5, 1
PREFIX = "Reproduce with: "


@dataclass(frozen=True, slots=True)
class Judgement:
    """`settled`: the run came to its audit, so liveness was judged too."""

    verdict: RunVerdict
    report: Report
    settled: bool

    @property
    def kept(self) -> bool:
        """Settled: exit code 0. Before that: nothing broken, nothing of ours crashed, and something was proven."""
        if self.settled:
            return self.verdict.exit_code == PROMISES_KEPT
        statuses = {one.status for one in self.verdict.verdicts}
        fine = not (self.verdict.crashed or self.verdict.soundness)
        return fine and Status.FAIL not in statuses and Status.PASS in statuses


class Judged:
    """The judgement on what the history holds when it is asked for; a played scenario's does not change any more.

    `assert verdict` and `verdict.assert_kept()` say the same; the latter can name the obligations that must have been
    put to the test. `doubted` is true once it was asked for its truth and had to say no."""

    def __init__(
        self,
        records: Callable[[], list[Record]],
        reproduce: Sequence[str],
        settle: Callable[[float | None, float], None] | None = None,
        results: Path | None = None,
        *,
        command_line: bool = True,
    ) -> None:
        self._records, self._settle, self._results = records, settle, results
        self._reproduce, self._command_line = reproduce, command_line and settle is None
        self._last: tuple[str, Judgement] | None = None
        self.doubted = False

    # --- asked by tests -----------------------------------------------------------------------------------------

    def __bool__(self) -> bool:
        kept = self.judgement.kept
        self.doubted = not kept
        return kept

    def __repr__(self) -> str:
        return f"<verdict {self._word}: {self.judgement.report.verdict.sentence}>"

    def __str__(self) -> str:
        return "\n".join(self._lines(()))

    @property
    def exit_code(self) -> int:
        """As of `hardclose run`: 0 kept, 1 broken, 3 not enough evidence, 4 the fault is ours."""
        return self.judgement.verdict.exit_code

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.judgement.verdict.findings

    @property
    def headlines(self) -> dict[str, Headline]:
        """By flow: EXP and RBP. Intended, posted once, duplicated, lost, ..., with the money."""
        return {one.flow: one for one in self.judgement.verdict.headlines}

    def of(self, obligation: str) -> Verdict:
        """One obligation's verdict, by id such as `O01`. Raises UsageError."""
        __tracebackhide__ = True
        known = {one.obligation: one for one in self.judgement.verdict.verdicts}
        if obligation not in known:
            names = {one.name: one.id for one in OBLIGATIONS.values()}
            raise UsageError(f"there is no obligation {obligation!r}{nearest_of(obligation, [*known, *names])}")
        return known[obligation]

    def assert_kept(self, *obligations: str) -> None:
        """Raises AssertionError with the findings, a timeline, the money and how to reproduce it.

        Of the obligations named, each must have been put to the test and kept; others are left aside."""
        __tracebackhide__ = True
        asked = [self.of(one) for one in obligations]
        if all(one.status is Status.PASS for one in asked) if asked else self.judgement.kept:
            return
        raise AssertionError("\n".join(self._lines(obligations)))

    def settle(self, *, quiet_s: float | None = None, within_s: float = 30.0) -> Judged:
        """Heal, let the integration finish, audit; afterwards nothing may be lost either. Waits until nothing has
        happened for the manifest's quiet time, or for `quiet_s` wire seconds, `within_s` at most. A sandbox that was
        judged before has declared its manifest, and that stands."""
        __tracebackhide__ = True
        if self._settle is None:
            raise UsageError("a played scenario has settled already; settle() is for sandboxes worked by hand")
        self._settle(quiet_s, within_s)
        return self

    # --- what it rests on ---------------------------------------------------------------------------------------

    @property
    def judgement(self) -> Judgement:
        records = self._records()
        if self._last is None or self._last[0] != records[-1].h:
            self._last = records[-1].h, self._judged(records)
        return self._last[1]

    @property
    def report(self) -> Report:
        """Everything a report shows, credentials taken out."""
        return self.judgement.report

    def write(self) -> None:
        """The reports and the history into the results folder, if there is one and a judgement was asked for."""
        if self._results is not None and self._last is not None:
            write_reports(self._results, self._last[1].report)
            history = self._results / "history.sqlite"
            history.unlink(missing_ok=True)
            save_records(history, self._records())

    def _judged(self, records: list[Record]) -> Judgement:
        verdict = judge(records)
        ways = [*self._reproduce, *([verdict.reproduce.removeprefix(PREFIX)] if self._command_line else [])]
        reproduce = PREFIX + "\n            or: ".join(ways)
        witnesses = tuple(replace(one, reproduce=reproduce) for one in verdict.witnesses)
        verdict = replace(verdict, reproduce=reproduce, witnesses=witnesses)
        folder = str(self._results) if self._results is not None else None
        report = build_model(records, verdict, RunInfo(folder, records[-1].h, None))
        settled = any(isinstance(record.body, Phase) and record.body.name == "audit" for record in records)
        return Judgement(verdict, report, settled)

    # --- words --------------------------------------------------------------------------------------------------

    @property
    def _word(self) -> str:
        judgement = self.judgement
        return "PASS so far" if judgement.kept and not judgement.settled else judgement.report.verdict.word

    def _lines(self, obligations: Sequence[str]) -> Iterator[str]:
        report = self.judgement.report
        said = report.verdict
        yield f"{self._word}  {said.sentence}"
        stake = f"; at stake {', '.join(map(str, said.at_stake))}" if said.at_stake else ""
        yield f"exit code {said.exit_code}: {said.meaning}{stake}"
        for status in (self.of(one) for one in obligations):
            if status.status is not Status.PASS:
                note = f" ({status.note})" if status.note else ""
                yield f"asked for: {titled(status.obligation)} is {status.status.value}{note}"
        listed = [one for one in spread(report.findings) if not obligations or one.obligation in obligations]
        for finding in listed[:FINDINGS_SHOWN]:
            yield ""
            yield titled(finding.obligation)
            opened = FINDINGS_OPENED if finding is listed[0] else 0
            yield from (f"  {line}" for line in finding_lines([finding], shown=1, opened=opened))
        if len(listed) > FINDINGS_SHOWN:
            yield f"and {counted(len(listed) - FINDINGS_SHOWN, 'finding')} more"
        if not self.judgement.settled:
            yield "not settled, so nothing was judged lost; verdict.settle() lets the integration finish, and audits"
        yield ""
        yield from self.judgement.verdict.reproduce.splitlines()
        if self._results is not None:
            yield f"report: {self._results / 'report.html'}"
