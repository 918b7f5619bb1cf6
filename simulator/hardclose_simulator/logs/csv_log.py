"""Event logs as CSV: one row per event, columns found by name or named by the user. Rows of a case may lie apart."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from hardclose_mocks.faults.catalogue import nearest
from hardclose_simulator.logs.cases import CaseUnderway, LogCase, names_amount, plain_name
from hardclose_simulator.logs.errors import LogError

KNOWN: Mapping[str, tuple[str, ...]] = {
    "case": ("case:concept:name", "case_id", "caseid", "case", "trace", "trace_id", "(case)_id", "case:id"),
    "activity": ("concept:name", "activity", "activity_name", "event", "event_name", "task"),
    "timestamp": (
        "time:timestamp", "timestamp", "complete_timestamp", "end_timestamp", "event_time", "time", "datetime", "date",
    ),
    "resource": ("org:resource", "resource", "user"),
    "lifecycle": ("lifecycle:transition",),
}  # fmt: skip
"""What columns are usually called, best first, as `plain_name` writes it. An amount goes by `names_amount`."""
NEEDED = ("case", "activity", "timestamp")
DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of columns, as they stand in the header. None: look for one of the usual names."""

    case: str | None = None
    activity: str | None = None
    timestamp: str | None = None
    resource: str | None = None
    amount: str | None = None

    @property
    def named(self) -> bool:
        return self != Columns()

    @classmethod
    def parse(cls, mappings: Iterable[str]) -> Columns:
        """From `case=Case ID`, `timestamp=Completed` and the like; raises LogError, which calls its file `--column`."""
        given: dict[str, str] = {}
        known = [field.name for field in fields(cls)]
        for mapping in mappings:
            key, equals, name = (piece.strip() for piece in mapping.partition("="))
            if key not in known:
                raise LogError("--column", key=key, says=f"there is no such role{nearest(key, known)}")
            if not (equals and name):
                raise LogError("--column", key=key, says=f"write it like {key}=NAME, with a name of the file's header")
            if key in given:
                raise LogError("--column", key=key, says="is there twice")
            given[key] = name
        return cls(**given)


def read_csv(path: Path, stream: io.BufferedReader, columns: Columns, cases: int | None) -> Iterator[LogCase]:
    """The first `cases` cases by first row; the file is read to its end, since any row may belong to one of them."""
    underway: dict[str, CaseUnderway] = {}
    for line, values in _rows(path, stream, columns):
        name = values["case"]
        if not name:
            raise LogError(path, line=line, says="the case column is empty here; every event belongs to a case")
        case = underway.get(name)
        if case is None:
            if cases is not None and len(underway) == cases:
                continue
            case = underway[name] = CaseUnderway(name)
        case.add(
            path,
            line,
            activity=values["activity"],
            timestamp=values["timestamp"],
            lifecycle=values.get("lifecycle"),
            resource=values.get("resource"),
            amount=values.get("amount"),
        )
    for case in underway.values():
        yield case.done()


def _rows(path: Path, stream: io.BufferedReader, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and the values wanted of each row, by meaning."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    line = 1
    try:
        first = text.readline()
        delimiter = max(DELIMITERS, key=first.count)
        header = next(csv.reader([first], delimiter=delimiter))
        places = _places(path, header, columns)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        for row in reader:
            line = 1 + reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if len(row) < len(header) or any(cell.strip() for cell in row[len(header) :]):
                says = f"this row has {len(row)} columns, the header has {len(header)}"
                raise LogError(path, line=line, says=f"{says}; is a '{delimiter}' in it unquoted?")
            yield line, {meaning: row[place].strip() for meaning, place in places.items()}
    except csv.Error as no:
        raise LogError(path, line=line + 1, says=f"not readable as CSV: {no}; is a quotation mark missing?") from no
    except UnicodeDecodeError as no:
        raise LogError(path, says=f"is not UTF-8 text after line {line} ({no.reason}); save it as UTF-8") from no


def _places(path: Path, header: Sequence[str], columns: Columns) -> dict[str, int]:
    """Where each meaning stands; LogError with what was found if one that is needed does not."""
    plain = [plain_name(name) for name in header]
    places: dict[str, int] = {}
    missing: list[str] = []
    for meaning in (*KNOWN, "amount"):
        named: str | None = getattr(columns, meaning, None)
        if named is not None:
            if plain_name(named) not in plain:
                says = f"there is no column '{named}' for '{meaning}'{nearest(named, list(header))}"
                raise LogError(path, line=1, says=says)
            places[meaning] = plain.index(plain_name(named))
        elif meaning == "amount":
            if amounts := [place for place, name in enumerate(header) if names_amount(name)]:
                places[meaning] = amounts[0]
        elif found := [name for name in KNOWN[meaning] if name in plain]:
            places[meaning] = plain.index(found[0])
        elif meaning in NEEDED:
            missing.append(meaning)
    if missing:
        raise LogError(path, line=1, says=_missing(missing, header))
    return places


def _missing(missing: Sequence[str], header: Sequence[str]) -> str:
    shown = [name.strip()[:40] or "(no name)" for name in header[:20]]
    usual = {meaning: ", ".join(KNOWN[meaning][:3]) for meaning in missing}
    wanted = "; ".join(f"no column for '{meaning}', usually called {names}" for meaning, names in usual.items())
    example = " ".join(f"--column {meaning}=NAME" for meaning in missing)
    more = f" and {len(header) - 20} more" if len(header) > 20 else ""
    return f"{wanted}. Found: {', '.join(shown)}{more}. Say which it is: {example}"
