"""XES event logs (IEEE 1849), case by case in constant memory. Refuses what is not XES, and entities of any kind."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from hardclose_simulator.logs.cases import CaseUnderway, LogCase, amount_of
from hardclose_simulator.logs.errors import LogError

CHUNK_BYTES = 65_536
OBJECT_CENTRIC = frozenset(("object-types", "event-types", "objects", "events"))
"""Children of an OCEL log, whose root is called `log` too."""


def read_xes(path: Path, stream: io.BufferedReader, cases: int | None) -> Iterator[LogCase]:
    """At most a chunk's worth of cases is in memory. Ends after `cases` of them, whatever follows in the file."""
    parser = DefusedExpatParser()
    handler = _Traces(path, lambda: parser.getLineNumber() or 1)
    parser.setContentHandler(handler)
    given = 0
    try:
        while chunk := stream.read1(CHUNK_BYTES):
            parser.feed(chunk)
            for case in handler.taken():
                yield case
                given += 1
                if given == cases:
                    return
        parser.close()
    except SAXParseException as no:
        says = f"not well-formed XML: {no.getMessage()}{handler.last_case()}; export the log again, or fetch it again"
        raise LogError(path, line=no.getLineNumber(), says=says) from no
    except DefusedXmlException as no:
        says = "declares XML entities, which no XES log needs and which can blow up the reader; take the DOCTYPE out"
        raise LogError(path, line=parser.getLineNumber(), says=says) from no


@dataclass(slots=True)
class _Element:
    """An open trace or event and the attributes that stand directly in it. Later ones of the same key lose."""

    name: str
    line: int
    values: dict[str, str] = field(default_factory=dict)


class _Traces(ContentHandler):
    """Collects the traces of a log. `_depth` counts open elements; attributes of attributes are not looked at."""

    def __init__(self, path: Path, line: Callable[[], int]) -> None:
        super().__init__()
        self._path, self._line = path, line
        self._depth = self._traces = 0
        self._trace: _Element | None = None
        self._event: _Element | None = None
        self._events: list[tuple[int, dict[str, str]]] = []
        self._done: list[LogCase] = []
        self._last: str | None = None

    def taken(self) -> list[LogCase]:
        done, self._done = self._done, []
        return done

    def last_case(self) -> str:
        return f" (the last whole case is '{self._last}')" if self._last is not None else " (before the first case)"

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802  # SAX's name
        name = name.rpartition(":")[2]
        self._depth += 1
        if self._depth == 1 and name != "log":
            says = f"the root element is <{name}>, but an XES log begins with <log>; export the log as XES or CSV"
            raise LogError(self._path, line=self._line(), says=says)
        elif self._depth == 2 and name in OBJECT_CENTRIC:
            says = f"<{name}> in <log>: an object-centric log (OCEL), not XES; flatten it to one kind of case first"
            raise LogError(self._path, line=self._line(), says=says)
        elif self._depth == 2 and name == "trace":
            self._trace, self._events = _Element(name, self._line()), []
        elif self._depth == 3 and name == "event" and self._trace:
            self._event = _Element(name, self._line())
        elif (self._depth == 3 and self._trace) or (self._depth == 4 and self._event):
            holder = self._event or self._trace
            assert holder, "an attribute stands in a trace or an event"
            key, value = attrs.get("key"), attrs.get("value")
            if key is not None and value is not None:
                holder.values.setdefault(key, value)

    def endElement(self, name: str) -> None:  # noqa: N802, ARG002  # SAX's signature
        if self._depth == 3 and self._event:
            self._events.append((self._event.line, self._event.values))
            self._event = None
        elif self._depth == 2 and self._trace:
            self._done.append(self._case(self._trace))
            self._trace, self._events = None, []
        self._depth -= 1

    def _case(self, trace: _Element) -> LogCase:
        self._traces += 1
        name = trace.values.get("concept:name", "").strip() or f"trace {self._traces}"
        case = CaseUnderway(name, trace.values)
        for line, values in self._events:
            case.add(
                self._path,
                line,
                activity=values.get("concept:name"),
                timestamp=values.get("time:timestamp"),
                lifecycle=values.get("lifecycle:transition"),
                resource=values.get("org:resource"),
                amount=amount_of(values),
            )
        self._last = name
        return case.done()
