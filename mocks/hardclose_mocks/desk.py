"""The desk: where one exchange meets the books. A dialect's routes put commands to it and note what they hand out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from hardclose_mocks.cards import ContractCard
from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import Carried, Hit, Served
from hardclose_mocks.kernel.books import Books
from hardclose_mocks.kernel.commands import Command
from hardclose_mocks.kernel.documents import Document, Done, Event
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.refusals import Refusal, Refused

Emit = Callable[[Event], str]
"""Enters an event into the outbox of this exchange and returns its id."""

SCOPE_KEY = "hardclose.desk"
KEY = r'^"?[!#-~]{1,255}"?$'
"""What an Idempotency-Key may be, bare or quoted."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request is about, before anything is done. `subject` is `reference`, `path`, `body` or `credential`."""

    name: str
    writes: bool = False
    public: bool = False
    subject: str = "credential"
    upload: bool = False
    """The body is a file of any type: larger than others may be, and on record by its digest only."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What is kept of a file that came as a body: `sha256` is hexadecimal, `size` in bytes."""

    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer, not sent yet."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class JobView(Protocol):
    """A job as callers may see it. `status` and `result` are what its request would have been answered with."""

    @property
    def id(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def status(self) -> int | None: ...
    @property
    def result(self) -> Any: ...


Route = Callable[[MutableMapping[str, Any], str, Any], Awaitable[Answer | None]]
"""By scope (its desk within), number in the path and parsed body. None: this request has to take the long way."""


class Dialect(Protocol):
    """What the server needs of a dialect; its routes are an ASGI application that finds a Desk in its scope."""

    name: str

    def application(self, system: str) -> Any: ...

    def direct(self, system: str, operation: str) -> Route | None:
        """A shorter way to the routes of an operation that comes often; None where there is none."""
        ...

    def operation(self, system: str, method: str, path: str) -> tuple[Operation, str]:
        """The operation, and the document number in the path (empty if there is none)."""
        ...

    def operations(self, system: str) -> list[str]:
        """The names of all that its routes offer."""
        ...

    def client(self, headers: Mapping[str, str], body: bytes) -> str:
        """The client id with which somebody asks the token endpoint; empty if he does not say."""
        ...

    def protocol_answer(self, kind: str, detail: str, extra: Mapping[str, Any]) -> Answer:
        """unauthorized, rate_limited, unavailable, gateway, key_reused, key_in_progress, too_large, ..."""
        ...

    def accepted(self, job: JobView) -> Answer:
        """202, and where to ask for the job."""
        ...

    def event_data(self, document: Document, company: Company) -> dict[str, Any]:
        """The document as an event carries it."""
        ...


def carry(books: Books, command: Command, *, at: datetime, actor: str, emit: Emit) -> tuple[Carried, Done]:
    """Put a command to the books. Raises Refused with a Carried as its `carried` attribute set by the caller."""
    done = books.do(command, at=at, actor=actor)
    return (
        Carried(
            command=type(command).__name__,
            arguments=plain(command),
            at=at,
            document=done.document,
            version=done.version,
            events=tuple(emit(event) for event in done.events),
        ),
        done,
    )


def refused(command: Command, refusal: Refusal, *, at: datetime) -> Carried:
    """How a refused command stands in the history."""
    return Carried(
        command=type(command).__name__,
        arguments=plain(command),
        at=at,
        refusal=type(refusal).__name__,
        refusal_data=plain(refusal),
    )


@dataclass(slots=True)
class Desk:
    """One exchange's view of one system. `person` is the human behind the credential, if it is one."""

    system: str
    books: Books
    card: ContractCard
    companies: Mapping[str, Company]
    actor: str
    person: str | None
    at: datetime
    emit: Emit
    upload: Upload | None = None
    """The file that came with this call, where the operation takes one."""
    control: Any = None
    """The sandbox, for the few routes that are about it: tokens, subscriptions, deliveries."""
    carried: list[Carried] = field(default_factory=list)
    served: Served | None = None
    refusal: str | None = None
    struck: Hit | None = None
    """A fault that changed what was asked or answered."""
    hides: Callable[[Document], bool] | None = None
    """Whether a document has vanished from this caller's sight; None where none does."""

    def find(self, number: str) -> Document | None:
        """A document for a reader."""
        document = self.books.find(number)
        return None if document is not None and self.hidden(document) else document

    def hidden(self, document: Document) -> bool:
        return self.hides is not None and self.hides(document)

    def do(self, command: Command) -> Done:
        """Raises Refused; either way the history will tell."""
        try:
            carried, done = carry(self.books, command, at=self.at, actor=self.actor, emit=self.emit)
        except Refused as no:
            self._refuse(command, no.refusal)
            raise
        self.carried.append(carried)
        return done

    async def do_validated(self, command: Command) -> Done:
        """The same, once the integration has been asked, if this system does that. Raises Refused."""
        try:
            await self.control.validate(self.system, command)
        except Refused as no:
            self._refuse(command, no.refusal)
            raise
        finally:
            self.at = self.control.business.now()  # others went on meanwhile
        return self.do(command)

    def _refuse(self, command: Command, refusal: Refusal) -> None:
        self.carried.append(refused(command, refusal, at=self.at))
        self.refusal = type(refusal).__name__

    def serve(self, documents: Iterable[Document], query: Mapping[str, str] | None = None) -> None:
        """Note which versions this read handed out."""
        self.served = Served(tuple((document.number, document.version) for document in documents), query or {})
