"""Which fact each ERP document is about: by reference, by watermark, or by the best matching there is.

Existential: a document is left unexplained only if no assignment of documents to facts could explain more of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.commands import ReceiptLine
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.matching import maximum_matching

EARLY_DAYS = timedelta(days=3)
"""A document dated this much before its fact's accounting date may still be about it: that is O22's business."""
_WORD = re.compile(r"[A-Za-z0-9._:/-]+")
_JOINT = re.compile(r"([._:/-])")


@dataclass(frozen=True, slots=True)
class Link:
    """`how`: reference, watermark or matching."""

    fact: str
    how: str


@dataclass(frozen=True, slots=True)
class Parties:
    """Suppliers that the story registered: their facts by their numbers at the source, and all numbers of the ERP's."""

    registered: Mapping[str, str] = field(default_factory=dict)
    numbered: frozenset[str] = frozenset()

    @classmethod
    def of(cls, facts: Iterable[Fact], documents: Iterable[ErpDocument]) -> Parties:
        return cls(
            {fact.source: fact.id for fact in facts if fact.flow == "SUP"},
            frozenset(document.number for document in documents if document.flow == "SUP"),
        )

    def may_be(self, there: str, wanted: str) -> bool:
        """Whether the ERP's partner may be who the fact means. Which number a supplier of the story has there, and whom
        he was merged into, is not asked: everything else has to fit as well."""
        return there == wanted or (wanted in self.registered and there in self.numbered)


NOBODY = Parties()


@dataclass(frozen=True, slots=True)
class Attribution:
    """`links` by document number. `surplus` names, for a live document that nothing explains though facts like it
    exist, one of these facts: it can only be one document too many. `unexplained` are all without a link."""

    links: Mapping[str, Link]
    surplus: Mapping[str, str]
    unexplained: tuple[str, ...]
    _numbers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parties: Parties = field(default_factory=lambda: Parties())

    def documents_of(self, fact: str) -> tuple[str, ...]:
        return self._numbers.get(fact, ())


def names_in(text: str) -> Iterator[str]:
    """Every word of the text, and every whole part of one: what may be a document's number."""
    for word in _WORD.findall(text):
        pieces = _JOINT.split(word)
        for first in range(0, len(pieces), 2):
            for last in range(first + 1, len(pieces) + 1, 2):
                yield "".join(pieces[first:last])


class Marks:
    """Finds the source numbers of facts in free text."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._by_source: dict[str, dict[str, str]] = {}
        self._by_text: dict[tuple[str, str], set[str]] = {}
        for fact in facts:
            self._by_source.setdefault(fact.flow, {})[fact.source] = fact.id
            for line in fact.lines:
                self._by_text.setdefault((fact.flow, str(line.get("text", ""))), set()).add(fact.id)

    def named(self, flow: str, text: str) -> frozenset[str]:
        """Facts of that flow whose source number stands in the text as a word, or as a whole part of one."""
        sources = self._by_source.get(flow, {})
        if text in sources:
            return frozenset({sources[text]})
        return frozenset(sources[name] for name in names_in(text) if name in sources)

    def marked(self, flow: str, texts: Iterable[str]) -> str | None:
        """The one fact that line texts speak of; None if they speak of none or of several alike."""
        votes: dict[str, int] = {}
        for text in texts:
            facts = self.named(flow, text) or self._by_text.get((flow, text), set())
            if len(facts) == 1:
                fact = next(iter(facts))
                votes[fact] = votes.get(fact, 0) + 1
        most = max(votes.values(), default=0)
        leaders = [fact for fact, count in votes.items() if count == most]
        return leaders[0] if len(leaders) == 1 else None


def attribute(facts: Sequence[Fact], documents: Iterable[ErpDocument]) -> Attribution:
    """Reference first, then watermark, then the largest matching on company, currency, amount, partner and date."""
    marks, links = Marks(facts), dict[str, Link]()
    listed = list(documents)
    parties = Parties.of(facts, listed)
    rest: list[ErpDocument] = []
    for document in listed:
        named = marks.named(document.flow, document.reference)
        if len(named) == 1:
            links[document.number] = Link(next(iter(named)), "reference")
        elif (fact := marks.marked(document.flow, document.texts)) is not None:
            links[document.number] = Link(fact, "watermark")
        else:
            rest.append(document)
    _match([one for one in rest if one.live], facts, listed, links, parties)
    _match([one for one in rest if not one.live], facts, listed, links, parties)
    unexplained = tuple(one.number for one in listed if one.number not in links)
    surplus = {}
    for document in rest:
        if document.number not in links and document.live:
            alike = [fact.id for fact in facts if could_be(document, fact, parties)]
            if alike:
                surplus[document.number] = alike[0]
    numbers: dict[str, list[str]] = {}
    for number, link in links.items():
        numbers.setdefault(link.fact, []).append(number)
    order = {document.number: place for place, document in enumerate(listed)}
    by_fact = {fact: tuple(sorted(held, key=order.__getitem__)) for fact, held in numbers.items()}
    return Attribution(links, surplus, unexplained, by_fact, parties)


def could_be(document: ErpDocument, fact: Fact, parties: Parties = NOBODY) -> bool:
    """Whether the document looks like the fact's: everything but its identity."""
    if document.flow != fact.flow or document.company != fact.company or document.made.at < fact.due_at:
        return False
    if fact.flow == "SUP":
        return bool(document.asked.get("tax_id") == fact.truth.get("tax_id"))
    if document.day < date.fromisoformat(fact.accounting_date) - EARLY_DAYS or document.total != fact.total:
        return False
    match fact.flow:
        case "REC":
            return _pieces(document) == sorted((line["order_line"], line["quantity"]) for line in fact.lines)
        case "INV" if document.asked.get("kind") != fact.truth.get("kind"):
            return False
        case _:
            return document.currency == fact.currency and parties.may_be(document.partner, fact.partner)


def same_party(document: ErpDocument, fact: Fact) -> bool:
    """Whether the record is of the party that the fact asks for: one tax id in one company, however it is typed."""
    wanted, there = (_typed(one.get("tax_id")) for one in (fact.truth, document.asked))
    return document.flow == fact.flow == "SUP" and document.company == fact.company and "" != wanted == there


def _typed(tax_id: object) -> str:
    return "".join(letter for letter in str(tax_id or "") if letter.isalnum()).casefold()


def _pieces(document: ErpDocument) -> list[tuple[int, int]]:
    return sorted((line.order_line, line.quantity) for line in document.lines if isinstance(line, ReceiptLine))


def _match(
    documents: Sequence[ErpDocument],
    facts: Sequence[Fact],
    everything: Sequence[ErpDocument],
    links: dict[str, Link],
    parties: Parties,
) -> None:
    """Adds to `links` as many of `documents` as can be explained by facts that have no document at the same time."""
    if not documents:
        return
    held: dict[str, list[ErpDocument]] = {}
    for one in everything:
        if one.number in links:
            held.setdefault(links[one.number].fact, []).append(one)
    edges = {
        document.number: tuple(
            fact.id
            for fact in facts
            if could_be(document, fact, parties)
            and not any(document.overlaps(other) for other in held.get(fact.id, ()))
        )
        for document in documents
    }
    for number, fact in maximum_matching(edges).items():
        links[number] = Link(fact, "matching")
