"""Pictures as SVG in a page: as wide as their place, with text of one size on a phone and on a desk.

Horizontal positions are in per cent of the width, vertical ones in pixels, so nothing is scaled. Colours come from
the page's style, by the class of an element: a picture follows the light or dark theme.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from xml.etree import ElementTree

from markupsafe import Markup

from harness.report.wording import printable


class Box(NamedTuple):
    """`x` and `width` in per cent, `y` (the upper edge) and `height` in pixels."""

    x: float
    y: float
    width: float
    height: float


class Drawing:
    """A picture under construction. `label` says what it shows to those who cannot see it."""

    def __init__(self, height_px: float, label: str) -> None:
        self._root = ElementTree.Element("svg", {"width": "100%", "height": f"{height_px:g}", "role": "img"})
        self._root.set("aria-label", printable(label))
        self._height = f"{height_px:g}"

    def rect(self, box: Box, kind: str, title: str = "") -> None:
        across = {"x": f"{box.x:.3f}%", "width": f"{box.width:.3f}%"}
        self._add("rect", {**across, "y": f"{box.y:.1f}", "height": f"{box.height:.1f}", "class": kind}, title)

    def line(self, start: tuple[float, float], end: tuple[float, float], kind: str) -> None:
        ends = {"x1": f"{start[0]:.3f}%", "y1": f"{start[1]:.1f}", "x2": f"{end[0]:.3f}%", "y2": f"{end[1]:.1f}"}
        self._add("line", {**ends, "class": kind})

    def circle(self, x: float, y: float, radius: float, kind: str, title: str = "") -> None:
        place = {"cx": f"{x:.3f}%", "cy": f"{y:.1f}", "r": f"{radius:.1f}", "class": kind}
        self._add("circle", place, title)

    def path(self, points: Iterable[tuple[float, float]], kind: str) -> None:
        """A line from point to point, and what it encloses, where the style fills that."""
        scaled = {"viewBox": f"0 0 100 {self._height}", "preserveAspectRatio": "none"}  # a path knows no per cent
        frame = self._add("svg", {"width": "100%", "height": self._height, **scaled})
        way = " ".join(f"{x:.2f},{y:.1f}" for x, y in points)
        ElementTree.SubElement(frame, "path", {"d": f"M{way}", "class": kind})

    def text(self, x: float, y: float, words: str, kind: str = "label", anchor: str = "start") -> None:
        place = {"x": f"{x:.3f}%", "y": f"{y:.1f}", "text-anchor": anchor, "class": kind}
        self._add("text", place).text = printable(words)

    def markup(self) -> Markup:
        """The picture, its texts escaped."""
        return Markup(ElementTree.tostring(self._root, encoding="unicode"))

    def _add(self, tag: str, attributes: dict[str, str], title: str = "") -> ElementTree.Element:
        element = ElementTree.SubElement(self._root, tag, attributes)
        if title:
            ElementTree.SubElement(element, "title").text = printable(title)
        return element
