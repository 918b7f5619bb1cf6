"""Opens a log: plain or gzip by its content, XES or CSV by its first bytes. Knows neither format from inside."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hardclose_simulator.logs.cases import LogCase, with_events
from hardclose_simulator.logs.csv_log import Columns, read_csv
from hardclose_simulator.logs.errors import LogError
from hardclose_simulator.logs.xes import read_xes

GZIP = b"\x1f\x8b"
WANTED = "expected an event log: XES (.xes, .xes.gz) or CSV (.csv, .csv.gz)"


def read_log(path: Path, *, columns: Columns | None = None, cases: int | None = None) -> Iterator[LogCase]:
    """The first `cases` cases of the log (all of them if None), in its order; raises LogError.

    XES is streamed and left alone after the last case wanted. The rows of a case need not be adjacent in CSV, so a CSV
    is read to its end, and the rows of the cases wanted are held in memory. `columns` are for CSV only."""
    assert cases is None or cases > 0, f"{cases} cases cannot be read"
    with _opened(path) as stream:
        if _looks_like_xml(path, stream):
            if columns is not None and columns.named:
                raise LogError(path, says="is XML, not CSV, so a column mapping cannot apply to it; leave it out")
            found = read_xes(path, stream, cases)
        else:
            found = read_csv(path, stream, columns or Columns(), cases)
        yield from with_events(path, found)


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    """The file's content, unpacked if it is gzip. What breaks while it is read becomes a LogError."""
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == GZIP
            yield io.BufferedReader(gzip.GzipFile(fileobj=raw)) if packed else raw
    except EOFError as no:
        says = "the gzip file ends too early, as after a broken download; fetch it again and try `gzip -t` on it"
        raise LogError(path, says=says) from no
    except (gzip.BadGzipFile, zlib.error) as no:
        raise LogError(path, says=f"the gzip file is damaged ({no}); fetch it again and try `gzip -t` on it") from no
    except FileNotFoundError as no:
        raise LogError(path, says=f"there is no such file; {WANTED}") from no
    except IsADirectoryError as no:
        raise LogError(path, says=f"is a folder; {WANTED}") from no
    except OSError as no:
        raise LogError(path, says=f"cannot be read: {no.strerror or no}") from no


def _looks_like_xml(path: Path, stream: io.BufferedReader) -> bool:
    """By the first bytes; LogError for what is neither XML nor text with columns."""
    head = stream.peek(512)[:512]
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        raise LogError(path, says=f"is empty; {WANTED}")
    if text[:1] in (b"{", b"["):
        says = "is JSON (perhaps an object-centric log, OCEL); export it as XES or flatten it to CSV: one row per event"
        raise LogError(path, line=1, says=f"{says} with case, activity and timestamp")
    if text[:14].lower().startswith((b"<!doctype html", b"<html")):
        says = "is a web page, not a log: perhaps the download led to a login or an error page; open it in a browser"
        raise LogError(path, line=1, says=says)
    if head[:2] == b"PK":
        raise LogError(path, says=f"is a zip archive or a workbook; unpack it, or save the sheet as CSV. {WANTED}")
    utf16 = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if text[:1] == b"<" or (utf16 and b"<" in head[2:4]):
        return True
    if utf16:
        raise LogError(path, line=1, says="is UTF-16 text; save it as UTF-8")
    if b"\x00" in head:
        raise LogError(path, says=f"is a binary file; {WANTED}")
    if path.name.removesuffix(".gz").endswith(".xes"):
        says = f"begins with '{text[:20].decode(errors='replace')}', but XES is XML and begins with '<?xml' or '<log'"
        raise LogError(path, line=1, says=f"{says}; if it is CSV, name it .csv")
    return False
