"""The pages of the project, their fenced blocks and their tables. Runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the words after its fence, its text, and the line it begins in."""

    page: Path
    line: int
    words: tuple[str, ...]
    text: str

    @property
    def where(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    def option(self, name: str, default: str) -> str:
        """`exit=1` among the words is the option `exit` with the value `1`."""
        return next((word.partition("=")[2] for word in self.words if word.startswith(f"{name}=")), default)


@dataclass(frozen=True, slots=True)
class Example:
    """Shell blocks that are one script, and what they are said to print."""

    blocks: tuple[Block, ...]
    output: Block | None

    @property
    def script(self) -> str:
        return "\n".join(block.text for block in self.blocks)

    @property
    def exit_code(self) -> int:
        return int(self.blocks[-1].option("exit", "0"))

    def says(self, word: str) -> bool:
        return any(word in block.words for block in self.blocks)


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, tuple(found["info"].split()), found["text"])
        for found in _FENCE.finditer(text)
    ]


def examples() -> Iterator[Example]:
    """Shell blocks marked `tested`; those marked `continued` belong to the one before. A block marked `output` that
    comes next says what is printed."""
    for page in PAGES:
        current: Example | None = None
        for block in blocks_of(page):
            if "continued" in block.words and current is not None:
                current = Example((*current.blocks, block), None)
            elif "output" in block.words and current is not None:
                yield Example(current.blocks, block)
                current = None
            else:
                if current is not None:
                    yield current
                current = Example((block,), None) if block.words[:2] == ("sh", "tested") else None
        if current is not None:
            yield current


def rows_of(page: Path, heading: str) -> list[list[str]]:
    """The cells of the table whose first heading cell is `heading`."""
    lines = page.read_text(encoding="utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows
