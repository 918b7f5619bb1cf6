"""The mutants' cards: what each breaks, and where it shows. What each does is a switch in behaviour.py."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`breaks`: obligations, any of which may catch it. `profile` is the one in which no second defence hides it.

    `level`: T trivial, N normal, S subtle. `witness` is what the finding must show, in words."""

    id: str
    title: str
    style: str
    profile: str
    scenario: str
    breaks: tuple[str, ...]
    level: str = "N"
    witness: str = ""


_ALL = (
    Mutant(
        "P01",
        "a new idempotency key on every try",
        "webhooks",
        "C1",
        "lossy",
        ("O01", "O33"),
        "N",
        "a lost answer, then a second post under another key",
    ),
    Mutant(
        "P02",
        "blind retry after a timeout",
        "webhooks",
        "C4",
        "lossy",
        ("O01",),
        "T",
        "a lost answer, then a second post without a look",
    ),
    Mutant(
        "P03",
        "a timeout counts as success",
        "webhooks",
        "C1",
        "lossy",
        ("O09", "O11"),
        "T",
        "a lost request, then 'posted' at the source",
    ),
    Mutant(
        "P04",
        "a timeout counts as failure",
        "webhooks",
        "C1",
        "lossy",
        ("O11", "O12"),
        "N",
        "a lost answer, then 'parked' at the source while the document stands",
    ),
    Mutant(
        "P05",
        "acknowledges before it stores",
        "webhooks-only",
        "C1",
        "restarts",
        ("O09", "O34"),
        "N",
        "acknowledged, killed, and nothing of it ever again",
    ),
    Mutant(
        "P06",
        "knows events by their id only",
        "webhooks",
        "C4",
        "twice-told",
        ("O01",),
        "N",
        "one approval, two event ids, two documents",
    ),
    Mutant(
        "P09",
        "reads only the first page",
        "polling",
        "C1",
        "paging",
        ("O09",),
        "T",
        "an approval beyond the first page, and nothing of it",
    ),
    Mutant(
        "P10",
        "keeps its place in a list before it has stored the entries",
        "polling",
        "C1",
        "restarts",
        ("O09",),
        "N",
        "a list that showed the approval, a kill, and nothing of it",
    ),
    Mutant(
        "P11",
        "ignores Retry-After",
        "webhooks",
        "C1",
        "throttled",
        ("O30", "O32"),
        "T",
        "429 with a wait, and the same request before it was over",
    ),
    Mutant(
        "P12",
        "retries business refusals for ever",
        "webhooks",
        "C1",
        "refusals",
        ("O12", "O31"),
        "T",
        "the same refusal again and again, and no exception",
    ),
    Mutant(
        "P13",
        "calls again at once after a 5xx, for ever",
        "webhooks",
        "C1",
        "brownout",
        ("O32",),
        "T",
        "the same request a hundred times a second",
    ),
    Mutant(
        "P14",
        "writes back once and hopes",
        "webhooks",
        "C1",
        "unreturned",
        ("O10",),
        "T",
        "a write-back that failed, and no second one",
    ),
    Mutant(
        "P20",
        "drops what a closed period refuses",
        "webhooks",
        "C1",
        "closing",
        ("O09", "O12"),
        "T",
        "PeriodClosed, and nothing afterwards",
    ),
    Mutant(
        "P26",
        "nobody overtakes the first in line",
        "webhooks",
        "C1",
        "refusals",
        ("O09",),
        "T",
        "one refused document, and nothing of those behind it",
    ),
    Mutant(
        "P27",
        "verifies no signatures",
        "webhooks",
        "C1",
        "forged",
        ("O35",),
        "T",
        "a forged announcement, and a document for it",
    ),
    Mutant(
        "P35",
        "gives up after five tries with a line in the log",
        "webhooks",
        "C1",
        "brownout",
        ("O09", "O12"),
        "N",
        "five failures, and nothing afterwards",
    ),
)

_DELIVERY = (
    Mutant(
        "P19",
        "dates a posting by UTC",
        "webhooks",
        "C1",
        "clock-change",
        ("O22",),
        "N",
        "an approval after the company's midnight, or UTC's, and the wrong day in the books",
    ),
    Mutant(
        "P07",
        "remembers what it has seen in its process only",
        "webhooks",
        "C4",
        "webhook-storm",
        ("O01",),
        "N",
        "a restart, a replay, and a second document for what was posted before",
    ),
    Mutant(
        "P29",
        "never renews a subscription",
        "webhooks-only",
        "C1",
        "lapsed",
        ("O09",),
        "N",
        "a subscription that ended, and an approval nobody heard of",
    ),
)

MUTANTS: dict[str, Mutant] = {mutant.id: mutant for mutant in (*_ALL, *_DELIVERY)}
