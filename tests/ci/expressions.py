"""The expressions of GitHub's workflow files, as far as our recipes use them. A name that nobody declared is an error:
GitHub itself would make it the empty text, and nobody would notice."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>[A-Za-z_][\w.-]*)|(?P<sign>&&|\|\||==|!=|[!(),]))"
)
_INSIDE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


class ExpressionError(ValueError):
    """What GitHub would not understand, or would silently take for the empty text."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`contexts` are what names begin with; `failed` says whether a step before has failed."""

    contexts: Mapping[str, Any]
    failed: bool = False

    def value(self, text: str) -> Any:
        """Of an expression without its braces."""
        return _Reader(text, self).whole()

    def condition(self, text: str) -> bool:
        """Of an `if:`, in which a step that says nothing of failures wants success."""
        bare = text.strip().removeprefix("${{").removesuffix("}}").strip()
        asks = re.search(r"\b(always|failure|cancelled|success)\(\)", bare)
        return bool(self.value(bare)) if asks else not self.failed and bool(self.value(bare))

    def filled(self, value: Any) -> Any:
        """A text with its expressions replaced; one that is nothing but an expression keeps the expression's type."""
        if not isinstance(value, str):
            return value
        if (alone := _INSIDE.fullmatch(value.strip())) and value.count("${{") == 1:
            return self.value(alone[1])
        return _INSIDE.sub(lambda found: shown(self.value(found[1])), value)


def shown(value: Any) -> str:
    """As a text: nothing is empty, truth is in small letters."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


class _Reader:
    def __init__(self, text: str, scope: Scope) -> None:
        self.scope, self.text, self.place = scope, text, 0
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise ExpressionError(f"{text!r}: cannot be read at {text[at:]!r}")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()

    def whole(self) -> Any:
        value = self.either()
        if self.place != len(self.tokens):
            raise ExpressionError(f"{self.text!r}: {self.tokens[self.place][1]!r} was not expected")
        return value

    def next_is(self, *signs: str) -> str | None:
        if self.place < len(self.tokens) and self.tokens[self.place] in [("sign", sign) for sign in signs]:
            self.place += 1
            return self.tokens[self.place - 1][1]
        return None

    def either(self) -> Any:
        value = self.both()
        while self.next_is("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.compared()
        while self.next_is("&&"):
            other = self.compared()
            value = value and other
        return value

    def compared(self) -> Any:
        value = self.single()
        while sign := self.next_is("==", "!="):
            other = self.single()
            value = (shown(value) == shown(other)) is (sign == "==")
        return value

    def single(self) -> Any:
        if self.next_is("!"):
            return not self.single()
        if self.next_is("("):
            value = self.either()
            self.closed()
            return value
        if self.place == len(self.tokens):
            raise ExpressionError(f"{self.text!r} ends too early")
        kind, token = self.tokens[self.place]
        self.place += 1
        if kind == "text":
            return token[1:-1].replace("''", "'")
        if kind == "number":
            return int(token)
        return self.called(token) if self.next_is("(") else self.looked_up(token)

    def closed(self) -> None:
        if not self.next_is(")"):
            raise ExpressionError(f"{self.text!r}: a parenthesis is not closed")

    def called(self, name: str) -> Any:
        arguments = []
        while not self.next_is(")"):
            arguments.append(self.either())
            self.next_is(",")
        match name, arguments:
            case "always", []:
                return True
            case "success", []:
                return not self.scope.failed
            case "failure", []:
                return self.scope.failed
            case "cancelled", []:
                return False
            case "fromJSON", [str(text)]:
                return json.loads(text)
        raise ExpressionError(f"{self.text!r}: no function {name} of {len(arguments)}")

    def looked_up(self, name: str) -> Any:
        value: Any = self.scope.contexts
        for part in name.split("."):
            if not isinstance(value, Mapping) or part not in value:
                raise ExpressionError(f"{self.text!r}: there is no {name}; {part!r} is not declared")
            value = value[part]
        return value
