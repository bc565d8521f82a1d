"""The shapes of an SVG picture."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

from markupsafe import Markup


@dataclass(frozen=True)
class Shape:
    """An element of a picture. Positions are numbers, whatever their unit."""

    tag: str
    kind: str
    numbers: dict[str, float]
    text: str

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]


def shapes(picture: Markup, tag: str) -> list[Shape]:
    """All elements called `tag`, in order; `text` is the title of a shape, the words of a text, the way of a path."""
    found = []
    for element in ElementTree.fromstring(str(picture)).iter(tag):
        attributes = dict(element.attrib)
        kind = attributes.pop("class", "")
        attributes.pop("text-anchor", None)
        way = attributes.pop("d", "")
        numbers = {name: float(value.rstrip("%")) for name, value in attributes.items()}
        found.append(Shape(tag, kind, numbers, element.text or way or element.findtext("title", "")))
    return found
