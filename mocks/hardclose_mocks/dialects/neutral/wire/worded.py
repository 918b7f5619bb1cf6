"""Documents in the dialect's words, worded once: what makes one, announces it and reads it back is the same text."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from hardclose_mocks.kernel.documents import Document
from hardclose_mocks.kernel.master import Company

Encode = Callable[[Any, Company], Mapping[str, Any]]
KEPT = 4096
"""Documents whose words are kept, per process; at some 3 KB each."""
# Documents are values and never change; one is recognised by being that very object, which an entry keeps alive.
_kept: OrderedDict[tuple[int, Encode], tuple[Document, Company, Mapping[str, Any], bytes]] = OrderedDict()


def worded(document: Document, encode: Encode, company: Company) -> Mapping[str, Any]:
    """As a mapping; nobody may change it."""
    return _entry(document, encode, company)[2]


def worded_bytes(document: Document, encode: Encode, company: Company) -> bytes:
    """As JSON."""
    return _entry(document, encode, company)[3]


def _entry(document: Document, encode: Encode, company: Company) -> tuple[Document, Company, Mapping[str, Any], bytes]:
    key = id(document), encode
    found = _kept.get(key)
    if found is not None and found[0] is document and found[1] is company:
        return found
    words = encode(document, company)
    _kept[key] = made = document, company, words, msgspec.json.encode(words)
    if len(_kept) > KEPT:
        _kept.popitem(last=False)
    return made
