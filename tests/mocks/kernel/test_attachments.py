"""Contents of attachments: as large as they say, the same every time, and nobody else's."""

from __future__ import annotations

import hashlib

import pytest

from hardclose_mocks.kernel.attachments import BLOCK, SIZE_MAX, content, sha256_of


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
def test_a_content_has_its_size_and_its_hash(size: int) -> None:
    assert len(content("A-1", size)) == size
    assert hashlib.sha256(content("A-1", size)).hexdigest() == sha256_of("A-1", size)


def test_contents_of_two_attachments_differ_and_of_one_never() -> None:
    assert content("A-1", 1000) != content("A-2", 1000)
    assert content("A-1", 1000) == content("A-1", 1000)
    assert content("A-1", 1000) == content("A-1", 5000)[:1000]


def test_the_known_bytes_of_one_stay_what_they_are() -> None:
    """Histories on disk name hashes: another way to make contents would break them."""
    assert sha256_of("A-1", 100) == "f505d8cd3adf2d18a27ea0ff2bc16cf3d16e69be88650a7418d7e024fdc21b3f"


def test_nothing_is_larger_than_an_attachment_may_be() -> None:
    assert len(content("A-1", SIZE_MAX)) == SIZE_MAX
    with pytest.raises(AssertionError):
        content("A-1", SIZE_MAX + 1)
