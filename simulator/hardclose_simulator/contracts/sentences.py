"""Provider states as sentences with slots: `an approved requisition[ {number}][ over {amount} {currency}]`.

A state is a small function; its keyword parameters are the slots. Whoever writes a pact may put them into the sentence,
beside it, or nowhere. Knows no books and no HTTP."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property
from typing import Any, get_type_hints

NEAREST = 3
"""So many sentences are offered to somebody whose own is not known."""


class StateError(ValueError):
    """A provider state that cannot be set up; the message says why, and what would do."""


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month, `2026-11`."""

    year: int
    month: int

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """`kind` is str, int, Decimal, date or Period; `default` is `inspect.Parameter.empty` where one must be given."""

    name: str
    kind: type
    default: Any

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty


_SLOTS: Mapping[type, str] = {
    str: r"[\w.:/-]+",
    int: r"\d+",
    Decimal: r"\d[\d,]*(?:\.\d+)?",
    date: r"\d{4}-\d{2}-\d{2}",
    Period: r"\d{4}-\d{2}",
}
_WORDS = {
    "is": r"(?:is|was|has\s+been)",
    "are": r"(?:are|were|have\s+been)",
    "exists": r"(?:exists?|is\s+there)",
    "exist": r"(?:exists?|are\s+there)",
    "center": r"cent(?:er|re)",
}
_ARTICLES = ("a", "an", "the")
_LEADING, _INNER = re.compile(r"^(\{\w+\} )"), re.compile(r"(?<!\[)( \{\w+\})(?![^\[]*\])")
"""Slots outside brackets, with the gap that goes when they go."""
_PART = re.compile(r"\{(?P<slot>\w+)\}|(?P<mark>[\[\]])|(?P<gap>\s+)|(?P<word>[^\s\[\]{}]+)")


@dataclass(frozen=True)
class State:
    """One entry of the vocabulary. `opens` changes what the sandbox opens with, `acts` works in it afterwards.

    The first of `sentences` is how we write it, the others are understood too."""

    sentences: tuple[str, ...]
    acts: Callable[..., Any] | None = None
    opens: Callable[..., Any] | None = None

    @property
    def sentence(self) -> str:
        return self.sentences[0]

    @property
    def says(self) -> str:
        """What it makes true: the first paragraph of its function's docstring, on one line."""
        documented = inspect.getdoc(self.acts or self.opens) or ""
        return " ".join(documented.split("\n\n")[0].split())

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        found: dict[str, Parameter] = {}
        for function in (self.opens, self.acts):
            if function is not None:
                found |= _parameters(function)
        return found

    @cached_property
    def patterns(self) -> list[re.Pattern[str]]:
        return [_pattern(sentence, self.parameters) for sentence in self.sentences]

    def slots_in(self, sentence: str) -> dict[str, str] | None:
        """What the sentence puts into the slots; None if it is another state's."""
        for pattern in self.patterns:
            if found := pattern.fullmatch(" ".join(sentence.split()).rstrip(".")):
                return {name: text for name, text in found.groupdict().items() if text is not None}
        return None


@dataclass(frozen=True, slots=True)
class Said:
    """A state somebody asked for, with the values its functions are called with."""

    state: State
    values: Mapping[str, Any]

    def values_for(self, function: Callable[..., Any]) -> dict[str, Any]:
        return {name: self.values[name] for name in _parameters(function) if name in self.values}


def understand(sentence: str, beside: Mapping[str, Any], vocabulary: Sequence[State]) -> Said:
    """The state meant by a sentence and the parameters beside it. Raises StateError with the nearest ones."""
    for state in vocabulary:
        inside = state.slots_in(sentence)
        if inside is not None:
            return Said(state, _values(state, inside, beside))
    near = "; ".join(f"'{_short(one.sentence)}'" for one in nearest(sentence, vocabulary))
    raise StateError(f"no provider state '{sentence}'; the nearest are {near}. `hardclose contracts states` lists all")


def nearest(sentence: str, vocabulary: Sequence[State]) -> list[State]:
    """By the words they share, then by likeness; slots and what may be left out do not count."""
    wanted = _bare(sentence)

    def likeness(state: State) -> float:
        return max(_likeness(wanted, _bare(known)) for known in state.sentences)

    return sorted(vocabulary, key=likeness, reverse=True)[:NEAREST]


def _short(sentence: str) -> str:
    """Without what may be left out."""
    return re.sub(r"\[[^\]]*\]", "", sentence)


def _likeness(left: str, right: str) -> float:
    ours, theirs = set(left.split()), set(right.split())
    shared = len(ours & theirs) / max(1, len(ours | theirs))
    return shared + SequenceMatcher(None, left, right).ratio()


def _bare(sentence: str) -> str:
    words = re.sub(r"\[[^\]]*\]|\{\w+\}", " ", sentence.lower()).split()
    return " ".join(word for word in words if word not in _ARTICLES)


def _parameters(function: Callable[..., Any]) -> dict[str, Parameter]:
    """Its keyword-only parameters."""
    kinds = get_type_hints(function)
    return {
        name: Parameter(name, kinds[name], one.default)
        for name, one in inspect.signature(function).parameters.items()
        if one.kind is inspect.Parameter.KEYWORD_ONLY
    }


def _pattern(sentence: str, parameters: Mapping[str, Parameter]) -> re.Pattern[str]:
    """Articles may differ or be missing, `is` may be `has been`, capitals do not matter, and no slot need be filled:
    its value may stand beside the sentence."""
    parts: list[str] = []
    after_article = False
    for part in _PART.finditer(_LEADING.sub(r"[\1]", _INNER.sub(r"[\1]", sentence))):
        slot, mark, gap, word = part.group("slot", "mark", "gap", "word")
        if gap and after_article:
            after_article = False
        elif slot:
            parts.append(f"(?P<{slot}>{_SLOTS[parameters[slot].kind]})")
        elif mark:
            parts.append("(?:" if mark == "[" else ")?")
        elif gap:
            parts.append(r"\s+")
        elif word in _ARTICLES:
            parts.append(r"(?:(?:an?|the)\s+)?")
            after_article = True
        else:
            parts.append(_WORDS.get(word, re.escape(word)))
    return re.compile("".join(parts), re.IGNORECASE)


def _values(state: State, inside: Mapping[str, str], beside: Mapping[str, Any]) -> dict[str, Any]:
    known = state.parameters
    beside = {_our_spelling(name): told for name, told in beside.items()}
    for name in beside:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"; try '{near[0]}'" if near else f"; it has {', '.join(known)}" if known else "; it has none"
            raise StateError(f"'{_short(state.sentence)}' has no parameter '{name}'{hint}")
    values = {name: _read(known[name], text) for name, text in inside.items()}
    for name, told in beside.items():
        if told is None:
            continue
        value = _read(known[name], told)
        if values.setdefault(name, value) != value:
            raise StateError(f"'{_short(state.sentence)}' is told {name} twice: {values[name]} and {value}")
    for name, parameter in known.items():
        if parameter.required and name not in values:
            raise StateError(f"'{_short(state.sentence)}' needs {name}, in the sentence or as a parameter")
    return values


def _our_spelling(name: str) -> str:
    """`costCenter` and `cost-center` are cost_center: other languages name things their way."""
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).replace("-", "_").lower()


def _read(parameter: Parameter, told: object) -> Any:
    """A value from a sentence or from JSON."""
    text = str(told).strip()
    if isinstance(told, (bool, list, dict)) or not text:
        raise StateError(f"{parameter.name} cannot be {told!r}; {_EXAMPLES[parameter.kind]}")
    try:
        if parameter.kind is int:
            return int(text)
        if parameter.kind is Decimal:
            return Decimal(text.replace(",", ""))
        if parameter.kind is date:
            return date.fromisoformat(text)
        if parameter.kind is Period:
            first = date.fromisoformat(f"{text}-01")
            return Period(first.year, first.month)
    except (ValueError, InvalidOperation):
        raise StateError(f"{parameter.name} cannot be {text!r}; {_EXAMPLES[parameter.kind]}") from None
    return text


_EXAMPLES: Mapping[type, str] = {
    str: "write a word or a number",
    int: "write a whole number",
    Decimal: "write an amount like 4000 or 119.00",
    date: "write a date like 2026-11-30",
    Period: "write a month like 2026-11",
}
