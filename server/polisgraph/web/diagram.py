"""Lays out the classes and what leads from one to the other as boxes in columns, for a picture. Asks and draws nothing.

Each box lists its relations, and a line goes from each to the box where it leads: so no label stands on a line. A class
is in the column behind all those that lead to it, and within the column as near to them as there is room.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEAD, ROW, FOOT = 224, 30, 20, 8
"""A box in pixels: its width, the heights of its title and of a relation, the room below."""
COLOURS = 6
"""Colours of the lines."""
_GAP, _BETWEEN, _MARGIN = 72, 22, 4
_SHIFTS = 6

Link = tuple[str, str, str]
"""From a class by a property to a class, as IRIs."""


@dataclass(frozen=True)
class Line:
    """A curve from a relation to the class where it leads: its two ends, and a colour that all to that class share."""

    x1: int
    y1: int
    x2: int
    y2: int
    colour: int

    @property
    def path(self) -> str:
        """The curve in the notation of SVG paths."""
        bend = max(30, (self.x2 - self.x1) // 2)
        return f"M{self.x1} {self.y1}C{self.x1 + bend} {self.y1} {self.x2 - bend} {self.y2} {self.x2} {self.y2}"


@dataclass(frozen=True)
class Box:
    """A class with its relations, each with where its text stands."""

    iri: str
    x: int
    y: int
    height: int
    relations: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Diagram:
    """Boxes and lines within a width and a height."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def lay_out(links: Iterable[Link]) -> Diagram:
    """Return the picture of `links`, the same for the same links. A link that leads back has no line."""
    known = sorted(set(links))
    classes = sorted({end for source, _, target in known for end in (source, target)})
    relations = {each: sorted({name for source, name, _ in known if source == each}) for each in classes}
    heights = {each: HEAD + ROW * len(relations[each]) + (FOOT if relations[each] else 0) for each in classes}
    ranks = _ranks(classes, known)
    columns = [[each for each in classes if ranks[each] == rank] for rank in range(max(ranks.values(), default=0) + 1)]
    tops = _tops(columns, heights, known)
    boxes = tuple(
        Box(
            each,
            _MARGIN + ranks[each] * (WIDTH + _GAP),
            tops[each],
            heights[each],
            tuple((name, tops[each] + HEAD + ROW * place + ROW // 2) for place, name in enumerate(relations[each])),
        )
        for each in classes
    )
    return Diagram(
        width=2 * _MARGIN + len(columns) * WIDTH + (len(columns) - 1) * _GAP,
        height=max((box.y + box.height for box in boxes), default=0) + _MARGIN,
        boxes=boxes,
        lines=tuple(_lines(boxes, known)),
    )


def _ranks(classes: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """Return the column of each class: behind all that lead to it, as far as they do not lead round."""
    ranks = dict.fromkeys(classes, 0)
    forward = [(source, target) for source, _, target in links if source != target]
    for _ in range(_SHIFTS):
        for source, target in forward:
            if (target, source) not in forward:
                ranks[target] = min(max(ranks[target], ranks[source] + 1), _SHIFTS)
    return ranks


def _tops(columns: Sequence[Sequence[str]], heights: Mapping[str, int], links: Sequence[Link]) -> dict[str, int]:
    """Return how far down each box begins: near the middle of those that lead to it, without overlap."""
    tops: dict[str, int] = {}
    for column in columns:
        wanted = {}
        for each in column:
            sources = [
                tops[source] + heights[source] / 2 for source, _, target in links if target == each and source in tops
            ]
            wanted[each] = sum(sources) / len(sources) - heights[each] / 2 if sources else 0.0
        free = _MARGIN
        for each in sorted(column, key=lambda one: (wanted[one], one)):
            tops[each] = max(free, round(wanted[each])) if tops else free
            free = tops[each] + heights[each] + _BETWEEN
    return tops


def _lines(boxes: Sequence[Box], links: Sequence[Link]) -> Iterable[Line]:
    found = {box.iri: box for box in boxes}
    colours = {target: place % COLOURS + 1 for place, target in enumerate(sorted({link[2] for link in links}))}
    for source, name, target in links:
        start, end = found[source], found[target]
        if end.x > start.x:
            yield Line(start.x + WIDTH, dict(start.relations)[name], end.x, end.y + HEAD // 2, colours[target])
