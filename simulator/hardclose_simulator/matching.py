"""Maximum bipartite matching by augmenting paths (Kuhn), without recursion. Knows neither documents nor facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def maximum_matching(edges: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Left to right, as many pairs as possible. `edges` lists each left node's right nodes, in order of preference."""
    partner: dict[str, str] = {}
    for left in edges:
        _augment(left, edges, partner)
    return {left: right for right, left in partner.items()}


def _augment(start: str, edges: Mapping[str, Sequence[str]], partner: dict[str, str]) -> None:
    """One more pair for `start` if there is a way; `partner` maps right to left."""
    seen: set[str] = set()
    path: list[tuple[str, Iterator[str]]] = [(start, iter(edges[start]))]
    taken: list[str] = []
    while path:
        right = next((one for one in path[-1][1] if one not in seen), None)
        if right is None:
            path.pop()
            if taken:
                taken.pop()
            continue
        seen.add(right)
        taken.append(right)
        holder = partner.get(right)
        if holder is None:
            for (left, _), chosen in zip(path, taken, strict=True):
                partner[chosen] = left
            return
        path.append((holder, iter(edges[holder])))
