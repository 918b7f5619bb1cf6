"""What a fuzzer in its own process is told: how to log in, and what to hold the target to. Travels as one variable."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

VARIABLE = "HARDCLOSE_FUZZ_BRIEF"
"""An environment variable: secrets on a command line could be read by every process of the host."""


class FuzzError(ValueError):
    """Nothing could be tried; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Login:
    """A header as it is; or, with `token_url`, a bearer token by OAuth 2.0 client credentials."""

    header: str = "Authorization"
    value: str = ""
    token_url: str = ""
    client_id: str = ""
    client_secret: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """`people` log in for operations that the description marks `x-hardclose-caller: person`. `books` is the address
    of a control plane that tells a digest of the target's state: a refusal must not change it."""

    login: Login | None = None
    people: Login | None = None
    books: str | None = None
    reset: str | None = None
    """An address that is POSTed to before each flow: where the target remembers, a flow cannot be played again."""
    tally: str = ""
    """The file that takes how often each operation was answered with each status."""
    closed_bodies: bool = False
    """Fields that an answer's schema does not name are failures."""
    placed: dict[str, str] = field(default_factory=dict)
    """Words in example bodies that stand for something only this run knows: what they stand for."""

    def encode(self) -> str:
        return msgspec.json.encode(self).decode()


def decoded(text: str) -> Brief:
    return msgspec.json.decode(text, type=Brief)
