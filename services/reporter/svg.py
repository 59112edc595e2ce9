"""The few SVG elements the charts are drawn with.

Own code, because no light library writes what is asked for: text that stays text, light and dark in
one file by a media query, a title and a description for screen readers, no script. Colours stand as
plain attributes, which every viewer understands; the style sheet only replaces them on dark
screens. Elements are made with ElementTree, which escapes.
"""

import unicodedata
from typing import Literal
from xml.etree import ElementTree as ET

Role = Literal["surface", "ink", "muted", "line", "accent", "soft", "rest", "warn"]
Anchor = Literal["start", "middle", "end"]

WIDTH = 400
"""Width of a chart in its own units: small enough that 13-unit text can be read on a phone."""

MARGIN = 14

Box = tuple[float, float, float, float]
"""Left, top, width and height of a rectangle."""

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
# Light and dark. Accent and warn are the blue and the vermilion of Okabe and Ito's palette, which
# people with any common colour vision deficiency tell apart; lightened for dark screens.
_COLOURS: dict[Role, tuple[str, str]] = {
    "surface": ("#ffffff", "#171b21"),
    "ink": ("#1c232b", "#e8eaed"),
    "muted": ("#586370", "#a4aeb9"),
    "line": ("#dfe3e8", "#343c46"),
    "accent": ("#0072b2", "#56b4e9"),
    "soft": ("#b5d8ee", "#1f4f70"),
    "rest": ("#8995a3", "#7f8b99"),
    "warn": ("#c65300", "#ff9d57"),
}
# Width of a character in em, on the wide side of what the fonts above need.
_NARROW, _WIDE = "iljtfrI.,:;'’‘|!()[]/ ·", "mwMW@%—…–×&"


def document(name: str, title: str, description: str) -> ET.Element:
    """Returns an empty chart; `finished` gives it its height.

    Args:
        name: Name of the chart; makes its ids unique on a page with several.
        title: Name for people.
        description: The content in words, for people who can't see it.
    """
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "mm-chart",
            "role": "img",
            "aria-labelledby": f"{name}-title {name}-desc",
            "font-family": _FONT,
        },
    )
    ET.SubElement(root, "title", {"id": f"{name}-title"}).text = title
    ET.SubElement(root, "desc", {"id": f"{name}-desc"}).text = description
    rules = " ".join(
        f".mm-chart .f-{role}{{fill:{dark}}} .mm-chart .s-{role}{{stroke:{dark}}}"
        for role, (_, dark) in _COLOURS.items()
    )
    # Only on screens: on paper the light colours are right, whatever the reader's screen is set to.
    ET.SubElement(root, "style").text = f"@media screen and (prefers-color-scheme:dark){{{rules}}}"
    rect(root, (0, 0, WIDTH, 0), "surface", radius=6)
    return root


def finished(root: ET.Element, height: float) -> str:
    """Returns the chart as a document of this height."""
    root.set("viewBox", f"0 0 {WIDTH} {_number(height)}")
    root.set("width", str(WIDTH))
    root.set("height", _number(height))
    background = root.find("rect")
    if background is not None:
        background.set("height", _number(height))
    return ET.tostring(root, encoding="unicode")


def rect(root: ET.Element, box: Box, role: Role, *, radius: float = 0) -> None:
    """Draws a filled rectangle."""
    x, y, width, height = box
    _shape(root, "rect", role, None, x=x, y=y, width=max(0.0, width), height=height, rx=radius)


def outline(root: ET.Element, box: Box, role: Role, *, radius: float = 0) -> None:
    """Draws an empty rectangle with a line of 1.5 units, all of it inside the box."""
    x, y, width, height = box
    inner = {
        "x": x + 0.75,
        "y": y + 0.75,
        "width": max(0.0, width - 1.5),
        "height": max(0.0, height - 1.5),
    }
    _shape(root, "rect", "surface", role, **inner, rx=radius).set("stroke-width", "1.5")


def circle(root: ET.Element, x: float, y: float, radius: float, role: Role) -> None:
    """Draws a disc with a rim in the colour of the ground, to stand off what it lies on."""
    _shape(root, "circle", role, "surface", cx=x, cy=y, r=radius).set("stroke-width", "1.5")


def line(
    root: ET.Element,
    start: tuple[float, float],
    end: tuple[float, float],
    role: Role,
    width: float = 1,
) -> None:
    """Draws a straight line with round ends."""
    element = _shape(root, "line", None, role, x1=start[0], y1=start[1], x2=end[0], y2=end[1])
    element.set("stroke-width", _number(width))
    element.set("stroke-linecap", "round")


def text(
    root: ET.Element,
    x: float,
    y: float,
    content: str,
    *,
    role: Role = "ink",
    size: float = 13,
    bold: bool = False,
    anchor: Anchor = "start",
) -> None:
    """Writes one line of text with its baseline at `y`."""
    element = _shape(root, "text", role, None, x=x, y=y)
    element.set("font-size", _number(size))
    if bold:
        element.set("font-weight", "600")
    if anchor != "start":
        element.set("text-anchor", anchor)
    element.text = content


def text_width(content: str, size: float = 13, *, bold: bool = False) -> float:
    """Returns about how wide a text is, rather too much than too little."""
    return sum(_character_width(character) for character in content) * size * (1.06 if bold else 1)


def fitted(content: str, width: float, size: float = 13, *, bold: bool = False) -> str:
    """Returns `content`, cut and ended by an ellipsis if it is wider than `width`."""
    if text_width(content, size, bold=bold) <= width:
        return content
    kept = content
    while kept and text_width(kept + "…", size, bold=bold) > width:
        kept = kept[:-1]
        while kept and (kept[-1] in "\u200d\ufe0f" or unicodedata.combining(kept[-1])):
            kept = kept[:-1]
    return kept.rstrip() + "…"


def wrapped(
    content: str, width: float, lines: int, size: float = 13, *, bold: bool = False
) -> list[str]:
    """Returns `content` as at most `lines` lines, each cut by an ellipsis if wider than `width`."""
    words = content.split(" ")
    result: list[str] = []
    while words and len(result) < lines - 1:
        taken = 1
        while (
            taken < len(words)
            and text_width(" ".join(words[: taken + 1]), size, bold=bold) <= width
        ):
            taken += 1
        result.append(fitted(" ".join(words[:taken]), width, size, bold=bold))
        words = words[taken:]
    if words:
        result.append(fitted(" ".join(words), width, size, bold=bold))
    return result


def _character_width(character: str) -> float:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(character) in "WF" or ord(character) >= 0x1F000:
        return 1.25
    if character in _NARROW:
        return 0.36
    if character in _WIDE:
        return 0.95
    return 0.7 if character.isupper() else 0.58


def _shape(
    root: ET.Element, tag: str, fill: Role | None, stroke: Role | None, **numbers: float
) -> ET.Element:
    element = ET.SubElement(root, tag, {name: _number(value) for name, value in numbers.items()})
    classes = []
    for attribute, role in (("fill", fill), ("stroke", stroke)):
        if role is not None:
            element.set(attribute, _COLOURS[role][0])
            classes.append(f"{attribute[0]}-{role}")
    element.set("class", " ".join(classes))
    return element


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
