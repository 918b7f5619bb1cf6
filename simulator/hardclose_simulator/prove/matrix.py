"""What a proof campaign says in the end: the matrix of variants against obligations, counts, and the score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hardclose_simulator.prove.baselines import Uplift
from hardclose_simulator.prove.campaign import Trial, best_of
from hardclose_simulator.report.markdown import escaped

WEIGHTS = {"T": 1, "N": 2, "S": 4}
"""Of a kill by the mutant's level: trivial, normal, subtle."""


@dataclass(frozen=True, slots=True)
class Summary:
    """All trials of a campaign. A mutant is killed by any of its seeds; a legal variant passes on all of them."""

    trials: tuple[Trial, ...]

    @property
    def proven(self) -> bool:
        return bool(self.trials) and not self.alarms and all(one.right for one in self._best())

    @property
    def alarms(self) -> int:
        """Runs of the reference and of legal variants that were accused."""
        references = {(one.scenario, one.profile, one.style, one.seed) for one in self.trials if one.reference_failed}
        return len(references) + sum(bool(one.failed) for one in self.trials if not one.expected)

    @property
    def score(self) -> float:
        """Share of kills weighted by level, 0 to 1; nothing at all where anybody was accused falsely."""
        mutants = self._mutants()
        whole = sum(WEIGHTS[one.level] for one in mutants)
        killed = sum(WEIGHTS[one.level] for one in mutants if one.right)
        return 0.0 if self.alarms or not whole else killed / whole

    def _best(self) -> list[Trial]:
        return list(best_of(self.trials).values())

    def _mutants(self) -> list[Trial]:
        return [one for one in self._best() if one.expected]

    def rows(self) -> list[list[str]]:
        return [
            [
                trial.id,
                trial.title,
                f"{trial.scenario} ({trial.style}, seed {trial.seed})",
                trial.profile,
                " ".join(trial.expected) or "passes",
                " ".join(trial.failed) or "passes",
                "as expected" if trial.right else trial.says,
            ]
            for trial in self.trials
        ]

    def sentence(self) -> str:
        mutants, legal = self._mutants(), [one for one in self._best() if not one.expected]
        references = {(one.scenario, one.profile, one.style, one.seed) for one in self.trials if one.reference_failed}
        return (
            f"{sum(one.right for one in mutants)} of {len(mutants)} mutants killed for the right reason, "
            f"{sum(one.right for one in legal)} of {len(legal)} legal variants pass, "
            f"{len(references)} false alarms on the reference"
        )

    def document(self, uplift: Sequence[Uplift] = ()) -> dict[str, Any]:
        return {
            "schema": "hardclose.prove/1",
            "proven": self.proven,
            "sentence": self.sentence(),
            "score": self.score,
            "baselines": [one.document() for one in uplift],
            "trials": [
                {
                    "id": trial.id,
                    "title": trial.title,
                    "level": trial.level,
                    "scenario": trial.scenario,
                    "profile": trial.profile,
                    "style": trial.style,
                    "seed": trial.seed,
                    "expected": list(trial.expected),
                    "failed": list(trial.failed),
                    "beside": list(trial.beside),
                    "reference_failed": list(trial.reference_failed),
                    "exit_code": trial.exit_code,
                    "reference_exit_code": trial.reference_exit_code,
                    "right": trial.right,
                    "findings": list(trial.says_first),
                }
                for trial in self.trials
            ],
        }

    def markdown(self, uplift: Sequence[Uplift] = (), *, asked: str = "", when: str = "") -> str:
        """The matrix for people: a row per variant, a column per obligation that anybody broke or was to break."""
        best = self._best()
        columns = sorted({name for one in best for name in (*one.expected, *one.failed)})
        lines = [f"`{asked}`, {when}.", ""] if asked else []
        lines += [f"{self.sentence()}. Score {self.score:.2f} (trivial 1, normal 2, subtle 4).", ""]
        lines += [
            "**●** killed by an obligation on its card, **+** broken beside its card, **○** on the card, not broken.",
            "",
            _row(["id", "what it does", "level", "where", "profile", *columns, "result"]),
            _row(["---"] * (6 + len(columns))),
        ]
        for one in best:
            marks = [_mark(one, column) for column in columns]
            where = f"{one.scenario}, {one.style}, seed {one.seed}"
            result = "as expected" if one.right else one.says
            level = one.level if one.expected else "legal"
            lines.append(_row([one.id, one.title, level, where, one.profile, *marks, result]))
        lines += ["", *self._by_level(), *_uplift_lines(uplift), "## First findings", ""]
        lines += [f"- **{one.id}** {escaped(one.says_first[0])}" for one in best if one.expected and one.says_first]
        return "\n".join(lines) + "\n"

    def _by_level(self) -> list[str]:
        kills: Counter[str] = Counter(one.level for one in self._mutants() if one.right)
        there: Counter[str] = Counter(one.level for one in self._mutants())
        told = ", ".join(f"{kills[level]} of {there[level]} {level}" for level in WEIGHTS if there[level])
        beside = [one for one in self._mutants() if one.beside]
        says = f"By level: {told}. {len(beside)} mutants also broke what is not on their card."
        return [says, ""]


def _mark(trial: Trial, obligation: str) -> str:
    if obligation in trial.failed:
        return "●" if obligation in trial.expected else "+"
    return "○" if obligation in trial.expected else ""


def _uplift_lines(uplift: Sequence[Uplift]) -> list[str]:
    if not uplift:
        return []
    lines = ["## What each ingredient earns", "", _row(["on the same seeds", "mutants killed", "by level", "missed"])]
    lines.append(_row(["---"] * 4))
    for one in uplift:
        levels = ", ".join(f"{killed} of {there} {level}" for level, (killed, there) in one.by_level().items())
        lines.append(
            _row([one.title, f"{len(one.killed)} of {len(one.tried)}", levels, " ".join(one.missed) or "none"])
        )
    return [*lines, ""]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"


def summary(trials: Iterable[Trial]) -> Summary:
    return Summary(tuple(trials))
