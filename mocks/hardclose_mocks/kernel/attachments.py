"""The bytes of an attachment, made of its id and size: equal in every process, and stored nowhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

BLOCK = 65_536
SIZE_MAX = 25 * 1024 * 1024
"""Bytes."""


def chunks(attachment: str, size: int) -> Iterator[bytes]:
    """`size` bytes that no other attachment has. They are a file of no type, whatever its content type says."""
    assert 0 <= size <= SIZE_MAX, f"{size} bytes are not 0 to {SIZE_MAX}"
    block = hashlib.shake_256(attachment.encode()).digest(min(size, BLOCK))
    for start in range(0, size, BLOCK):
        yield block if size - start >= BLOCK else block[: size - start]


def content(attachment: str, size: int) -> bytes:
    return b"".join(chunks(attachment, size))


@lru_cache(maxsize=4096)
def sha256_of(attachment: str, size: int) -> str:
    """Hexadecimal."""
    digest = hashlib.sha256()
    for chunk in chunks(attachment, size):
        digest.update(chunk)
    return digest.hexdigest()
