"""YAML as people mean it, and pydantic's complaints in our words. Knows no scenario."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hardclose_mocks.faults.catalogue import nearest


class YamlError(ValueError):
    """Text that is no YAML; the message names line and column."""


def plain_yaml(text: str) -> Any:
    """Plain values from YAML. `yes`, `on`, dates and 17:30 stay text; a key given twice is refused."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader with fewer types
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise YamlError(f"{where}not valid YAML: {broken.problem}") from broken
    except yaml.YAMLError as broken:
        raise YamlError(f"not valid YAML: {broken}") from broken


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: ARG002  # PyYAML's signature
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be a word", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key.value}' is there twice", key.start_mark
                )
            seen.add(key.value)
        return {str(key.value): self.construct_object(value, deep=True) for key, value in node.value}


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(~|null|)$", ["~", "n", ""]),
    ("bool", r"^(true|false)$", ["t", "f"]),
    ("int", r"^[-+]?(0|[1-9]\d*)$", [*"-+0123456789"]),
    ("float", r"^[-+]?(\d+\.\d*|\.\d+|\d+[eE][-+]?\d+)$", [*"-+.0123456789"]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


# --- complaints ------------------------------------------------------------------------------------------------


def first_complaint(no: ValidationError, model: type[BaseModel]) -> tuple[str, str]:
    """Dotted key and sentence for the first thing wrong; a misspelt key often explains a missing one, so it leads."""
    errors = sorted(no.errors(include_url=False), key=lambda error: error["type"] != "extra_forbidden")
    key, says = _complaint(errors[0], model)
    more = len(errors) - 1
    return key, says + (f" ({more} more {'problem' if more == 1 else 'problems'} in this file)" if more else "")


def dotted(place: tuple[int | str, ...]) -> str:
    """`("actors", 2, "role")` as `actors[2].role`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place if step != "[key]")
    return text.removeprefix(".")


def _complaint(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    key, given, context = dotted(error["loc"]), error["input"], error.get("ctx", {})
    match error["type"]:
        case "wrong":
            inner = str(context["key"])
            return key + ("." if key and inner else "") + inner, str(context["says"])
        case "extra_forbidden":
            known = _known_keys(model, error["loc"][:-1])
            return key, f"no such key '{error['loc'][-1]}'{nearest(str(error['loc'][-1]), known)}"
        case "missing":
            return key, "is missing" + _described(model, error["loc"])
        case "literal_error" | "enum":
            known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
            return key, f"'{given}' is not known here{nearest(str(given), known)}"
        case "timezone_aware":
            return key, f"'{given}' needs an offset, like 2026-11-30T18:00:00Z"
        case "datetime_parsing" | "datetime_type" | "datetime_from_date_parsing":
            return key, f"{_shown(given)} is not a moment; write it like 2026-11-30 18:00 or 2026-11-30T18:00:00Z"
        case _:
            says = str(error["msg"])
            return key, f"{_shown(given)}: {says[:1].lower()}{says[1:]}" + _described(model, error["loc"])


def _shown(given: Any) -> str:
    if isinstance(given, Mapping):
        return "a mapping"
    if isinstance(given, list):
        return "a list"
    if given is None or isinstance(given, bool):
        return {None: "nothing", True: "true", False: "false"}[given]
    return f"'{given}'"


def _known_keys(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    here = _model_at(model, place)
    return [field.alias or name for name, field in here.model_fields.items() if not field.exclude] if here else []


def _described(model: type[BaseModel], place: tuple[int | str, ...]) -> str:
    parent = _model_at(model, place[:-1])
    if parent is None:
        return ""
    for name, field in parent.model_fields.items():
        if place[-1] in (name, field.alias) and field.description:
            return f" ({field.description})"
    return ""


def _model_at(model: type[BaseModel], place: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model whose keys stand at `place`: walks fields, lists and mappings."""
    here: Any = model
    for step in place:
        if isinstance(here, type) and issubclass(here, BaseModel):
            fields = [field for name, field in here.model_fields.items() if step in (name, field.alias)]
            here = fields[0].annotation if fields else None
        else:
            here = get_args(here)[-1] if get_origin(here) is dict else get_args(here)[0]
        here = _plain(here)
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def _plain(annotation: Any) -> Any:
    """Without `| None` and without Annotated."""
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    return getattr(annotation, "__origin__", annotation) if hasattr(annotation, "__metadata__") else annotation
