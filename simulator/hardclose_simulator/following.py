"""Everything people do beyond reports and requisitions, planned from the seed alone. Knows no books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random

from hardclose_mocks.kernel.master import Master
from hardclose_simulator.arrivals import even, pick
from hardclose_simulator.planned import Follower, PlannedFile, PlannedFiles, PlannedIntent, PlannedInvoice
from hardclose_simulator.planning_masters import plan_cost_centers, plan_suppliers, with_edits
from hardclose_simulator.planning_orders import OrderPlanner
from hardclose_simulator.scenario import Scenario

MEGABYTE = 1_000_000
FILE_KINDS = (
    (("image/jpeg", "jpg", 80_000, 4 * MEGABYTE), 6.0),
    (("application/pdf", "pdf", 20_000, 900_000), 3.0),
    (("image/heic", "heic", 5 * MEGABYTE, 25 * MEGABYTE), 0.3),
)
"""Type, ending, least and largest size in bytes; and weight."""


def plan_followers(
    scenario: Scenario, seed: int, run_tag: str, master: Master, intents: Sequence[PlannedIntent]
) -> tuple[Follower, ...]:
    """`intents` are those of `plan_intents` for the same seed. Raises ScenarioError where one flow needs more of
    another than there is."""
    suppliers = plan_suppliers(scenario, seed, run_tag, master)
    orders = OrderPlanner(scenario, seed, run_tag, master, intents, suppliers)
    return (
        *with_edits(scenario, seed, suppliers, orders.invoices, intents),
        *orders.receipts,
        *orders.invoices,
        *orders.accruals,
        *plan_cost_centers(scenario, seed, run_tag, master),
        *_files(scenario, seed, intents),
    )


def facts_planned(intents: Iterable[PlannedIntent | Follower]) -> int:
    """How many facts become due if all goes as planned, changes of masters and reversals included."""
    count = 0
    for intent in intents:
        match intent.flow:
            case "ATT":
                continue
            case "INV" if isinstance(intent, PlannedInvoice) and intent.rejected:
                continue
            case _:
                count += 1 + len(getattr(intent, "edits", ())) + (getattr(intent, "reversed_at", None) is not None)
    return count


def _files(scenario: Scenario, seed: int, intents: Iterable[PlannedIntent]) -> Iterator[PlannedFiles]:
    share = scenario.flows.expense.attachments
    for intent in intents:
        index = int(intent.id.partition("/")[2])
        if intent.flow != "EXP" or even(seed, "attachments.expense", 19, index) >= share:
            continue
        rng = Random(f"{seed}/attachments.expense/{index}")
        files = []
        for place in range(1, rng.choice((1, 1, 2, 3)) + 1):
            content_type, ending, least, largest = pick(FILE_KINDS, rng.random())
            files.append(
                PlannedFile(
                    id=f"{intent.subject}-{place}",
                    name=f"receipt {place}.{ending}",
                    content_type=content_type,
                    size=int(least * (largest / least) ** rng.random()),
                    required=place == 1 or rng.random() < 0.5,
                )
            )
        yield PlannedFiles(f"attachment/{index}", intent.subject, intent.number, intent.id, tuple(files))
