"""The cheapest way to send units from sources through a small network, pure.

Successive shortest paths with one price for each unit of an arc, prices not falling: exact, and the same on
every machine. Networks here have some dozens of nodes.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

Node = Hashable


@dataclass
class _Arc:
    tail: int
    head: int
    prices: Sequence[int]
    sent: int = 0


class Network:
    """Arcs are added, then `send` fills them from one node to another."""

    def __init__(self) -> None:
        self._numbers: dict[Node, int] = {}
        self._arcs: dict[tuple[Node, Node], _Arc] = {}

    def _number(self, node: Node) -> int:
        return self._numbers.setdefault(node, len(self._numbers))

    def add(self, tail: Node, head: Node, prices: Sequence[int]) -> None:
        """An arc that takes one unit for each price; the prices do not fall."""
        self._arcs[tail, head] = _Arc(self._number(tail), self._number(head), prices)

    def sent(self, tail: Node, head: Node) -> int:
        """How many units the arc carries."""
        arc = self._arcs.get((tail, head))
        return arc.sent if arc else 0

    def send(self, source: Node, sink: Node, units: int) -> int:
        """Send so many units, or as many as there is room for, as cheaply as can be. Answers how many."""
        start, end = self._number(source), self._number(sink)
        for sent in range(units):
            path = self._path(start, end)
            if not path:
                return sent
            for arc, step in path:
                arc.sent += step
        return units

    def _path(self, start: int, end: int) -> list[tuple[_Arc, int]]:
        """The cheapest way for one more unit (Bellman and Ford), as arcs to fill (1) or to empty (-1)."""
        far = 1 << 62
        cost = [far] * len(self._numbers)
        came: list[tuple[_Arc, int] | None] = [None] * len(self._numbers)
        cost[start] = 0
        arcs = list(self._arcs.values())
        changed = True
        while changed:
            changed = False
            for arc in arcs:
                tail, head, sent = arc.tail, arc.head, arc.sent
                if cost[tail] < far and sent < len(arc.prices) and cost[tail] + arc.prices[sent] < cost[head]:
                    cost[head], came[head], changed = cost[tail] + arc.prices[sent], (arc, 1), True
                if sent and cost[head] < far and cost[head] - arc.prices[sent - 1] < cost[tail]:
                    cost[tail], came[tail], changed = cost[head] - arc.prices[sent - 1], (arc, -1), True
        path: list[tuple[_Arc, int]] = []
        node = end
        while (step := came[node]) is not None:
            path.append(step)
            node = step[0].tail if step[1] == 1 else step[0].head
        return path

    def reached(self, source: Node) -> set[Node]:
        """The nodes that one more unit could still get to: what is beyond them is what is short."""
        names = {number: node for node, number in self._numbers.items()}
        found, open_nodes = {self._number(source)}, [self._number(source)]
        while open_nodes:
            here = open_nodes.pop()
            for arc in self._arcs.values():
                ways = [(arc.tail, arc.head, arc.sent < len(arc.prices)), (arc.head, arc.tail, arc.sent > 0)]
                for tail, head, is_free in ways:
                    if tail == here and is_free and head not in found:
                        found.add(head)
                        open_nodes.append(head)
        return {names[number] for number in found}
