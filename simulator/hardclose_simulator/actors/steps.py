"""What an actor may do next, as plain values. Knows no loop, no server and no simulation engine."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime

from hardclose_mocks.history.records import Fact, Withdrawn
from hardclose_mocks.kernel.commands import Command
from hardclose_mocks.kernel.documents import Document, Done
from hardclose_mocks.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Do nothing before this business instant; an instant in the past is at once."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Ask:
    """Put a command to a system's books as `person`. The answer is an Outcome."""

    system: str
    command: Command
    person: str


@dataclass(frozen=True, slots=True)
class Look:
    """Read a document as a person would. The answer is an Outcome with `document` (None if there is none)."""

    system: str
    number: str


@dataclass(frozen=True, slots=True)
class Declare:
    """Write a fact into the intent ledger: its last command was asked and accepted."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Strike a declared fact from the intent ledger: the books accepted that it was taken back."""

    taken_back: Withdrawn


@dataclass(frozen=True, slots=True)
class Operate:
    """The vendor's own people carry out a timed rule of the fault plan, or end what it began."""

    rule: str
    undo: bool = False


Step = WaitUntil | Ask | Look | Declare | Withdraw | Operate


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step. `at` is the business instant it was carried out at."""

    at: datetime
    done: Done | None = None
    refusal: Refusal | None = None
    document: Document | None = None


Actor = Generator[Step, Outcome, None]
"""`outcome = yield step`. An actor ends by returning."""
