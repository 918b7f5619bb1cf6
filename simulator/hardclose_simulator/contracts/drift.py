"""What separates the frozen contract files from what the code promises today: change by change, and what breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from hardclose_simulator.contracts.changes import RESPONSE, Change
from hardclose_simulator.contracts.descriptions import Document, described, read, texts
from hardclose_simulator.contracts.openapi_changes import first_difference, openapi_changes
from hardclose_simulator.contracts.schema_changes import Comparison, Place


@dataclass(frozen=True, slots=True)
class FileDrift:
    """`state`: changed, missing (from the folder), stale (nothing promises it any more), unreadable."""

    path: str
    state: str
    changes: tuple[Change, ...] = ()
    says: str = ""

    @property
    def breaking(self) -> int:
        return sum(change.breaking for change in self.changes)

    def document(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "state": self.state,
            "says": self.says,
            "breaking": self.breaking,
            "changes": [change.document() for change in self.changes],
        }


def freeze(folder: Path) -> tuple[list[str], list[str]]:
    """Write all files that changed, remove those that nothing promises any more. Paths written, paths removed."""
    changed = []
    for path, text in texts().items():
        file = folder / path
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            changed.append(str(path))
    stale = list(_stale(folder))
    for path in stale:
        (folder / path).unlink()
    return changed, [str(path) for path in stale]


def drift(folder: Path) -> list[FileDrift]:
    """Files in which the folder and the code differ, in a stable order."""
    found = [one for path in described() if (one := _file_drift(folder, path)) is not None]
    for path in _stale(folder):
        gone = Change("event-removed", path.name.removesuffix(".schema.json"), "", path.name, None)
        found.append(FileDrift(str(path), "stale", (gone,), "no event of that type is emitted any more"))
    return found


def _file_drift(folder: Path, path: PurePosixPath) -> FileDrift | None:
    file, wanted = folder / path, texts()[path]
    if not file.is_file():
        new = [Change("event-added", path.name.removesuffix(".schema.json"), "")] if path.suffix == ".json" else []
        return FileDrift(str(path), "missing", tuple(new), "it has not been frozen yet")
    text = file.read_text(encoding="utf-8")
    if text == wanted:
        return None
    try:
        changes = tuple(changes_between(path, read(path, text), read(path, wanted)))
    except ValueError as wrong:
        return FileDrift(str(path), "unreadable", says=str(wrong))
    except (LookupError, AttributeError, TypeError) as wrong:
        # Only the frozen one can be so: ours validates.
        return FileDrift(str(path), "unreadable", says=f"no valid description: {wrong!r}")
    says = "" if changes else "it says the same in other words: comments or layout were edited by hand"
    return FileDrift(str(path), "changed", changes, says)


def changes_between(path: PurePosixPath, frozen: Document, today: Document) -> list[Change]:
    match path.name:
        case "openapi.yaml":
            return openapi_changes(frozen, today)
        case "asyncapi.yaml":
            return list(_asyncapi_changes(frozen, today))
        case _:
            place = Place(str(frozen.get("title", path.name)), "event", RESPONSE)
            found = list(Comparison(frozen, today).compare(frozen, today, place))
            return found or list(_otherwise(place.operation, frozen, today))


def _asyncapi_changes(frozen: Document, today: Document) -> Iterator[Change]:
    """What events hold is in files of their own; here is which there are, and how they are delivered."""
    old, new = frozen.get("channels", {}), today.get("channels", {})
    for name in old:
        if name not in new:
            yield Change("event-removed", name, "channel", name, None)
    for name in new:
        if name not in old:
            yield Change("event-added", name, "channel", None, name)
    place = Place("", "headers", RESPONSE)
    headers = [one.get("components", {}).get("schemas", {}) for one in (frozen, today)]
    told = [one.get("StandardWebhooksHeaders", {}) for one in headers]
    yield from Comparison(frozen, today).compare(told[0], told[1], place)
    schemes = [one.get("components", {}).get("securitySchemes", {}) for one in (frozen, today)]
    if _kinds(schemes[0]) != _kinds(schemes[1]):
        yield Change("security-scheme-changed", "", "securitySchemes", *schemes)
    for name in [name for name in old if name in new]:
        parts = [
            {key: one.get(section, {}).get(key) for section, key in _sections(name)}
            | {"message": one.get("components", {}).get("messages", {}).get(name)}
            for one in (frozen, today)
        ]
        if parts[0] != parts[1]:
            yield from _otherwise(name, *parts)
    rest = [{key: value for key, value in one.items() if key not in _WEIGHED} for one in (frozen, today)]
    if rest[0] != rest[1]:
        yield from _otherwise("", *rest)


_WEIGHED = ("channels", "operations", "components")


def _sections(name: str) -> tuple[tuple[str, str], ...]:
    return ("channels", name), ("operations", f"send.{name}")


def _kinds(schemes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {key: one[key] for key in one if key != "description"} for name, one in schemes.items()}


def _otherwise(operation: str, frozen: Any, today: Any) -> Iterator[Change]:
    pointer, old, new = first_difference(frozen, today)
    yield Change("words-changed", operation, pointer, old, new)


def _stale(folder: Path) -> Iterator[PurePosixPath]:
    """Event schemas beside ours that describe nothing any more. Other people's files are left alone."""
    for home in sorted({path.parent for path in described() if path.parent.name == "events"}):
        for file in sorted((folder / home).glob("*.schema.json")):
            if home / file.name not in described():
                yield home / file.name
