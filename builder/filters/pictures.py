r"""Pictures that a text needs and does not bring (METHOD 8).

``the figure`` is a flaw where nothing in the text is that figure; the figure 8, a figure skater, a figure that
the text itself introduces (``a figure made of three squares``) and a table that is in the text are none.  Code
that draws a picture (``[asy]``, TikZ, SVG) has a reason of its own: the picture is there, but a question must be
text, and whoever solves it sees code.
"""

from __future__ import annotations

import re

from .flaw import Flaw, flaw
from .text import FORMULA

_CODE = re.compile(r"\[/?asy\]|\\begin\{(?:tikzpicture|pspicture|picture|asy)\}|<svg\b", re.IGNORECASE)
_LINK = re.compile(r"\\includegraphics\b|!\[[^\]\n]{0,200}+\]\(|<img\b|\[(?:image|figure|diagram)\]", re.IGNORECASE)
# A table, a matrix, rows of a text table, or a drawing in characters: what "the table below" may mean.
_BROUGHT = re.compile(
    r"\\begin\{(?:tabular|array|[a-z]?matrix|align|aligned|cases|verbatim|eqnarray)|\\hline|<t[dr]\b|```|\t[^\t\n]++\t"
    r"|^[^|\n]{0,200}+\|[^|\n]{0,200}+\|[^\n]*+\n\s*+[^|\n]{0,200}+\|"
    r"|\d\s*+\|.{0,80}?\d\s*+\|",
    re.MULTILINE | re.DOTALL,
)
# Values written out: "Monday: 12, Tuesday: 15" or "3, 5, 7, 9".
_LISTED = re.compile(r"(?:[:=(]\s*+\$*+\d[\d,.]*+.{0,60}?){3}|(?:\d[\d.,]*+%?\s*+(?:,|and)\s*+){3}", re.DOTALL)

_PICTURE = r"(?:figures?|diagrams?|illustrations?)"
_IMAGE = r"(?:figures?|diagrams?|illustrations?|pictures?|drawings?|images?|sketch(?:es)?|photographs?)"
_CHART = (
    r"(?:(?:bar |line |circle |pie |dot |box |scatter |stem.and.leaf |box.and.whisker )?"
    r"(?:graphs?|charts?|plots?|scatterplots?|histograms?|tables?|pictographs?|spinners?|number lines?|maps?)"
    r"|(?:venn|tree) diagrams?)"
)
_SHAPE = (
    r"(?:triangles?|squares?|rectangles?|circles?|semicircles?|polygons?|pentagons?|hexagons?|octagons?|trapezoids?"
    r"|parallelograms?|quadrilaterals?|rhombus|shapes?|solids?|cubes?|cylinders?|cones?|prisms?|pyramids?|spheres?"
    r"|boxe?s?|tiles?|clocks?|dartboards?|arcs?|angles?|blocks?|dots|polyhedron|tetrahedron|hyperbola|ellipse|parabola"
    r"|grid|curve|lattice)"
)
_ADJECTIVE = (
    r"(?:(?:following|given|accompanying|adjacent|adjoining|attached|provided|below|above|first|second|left|right) )"
)
_SEEN = r"(?:shown|pictured|depicted|illustrated|displayed)"
_PLACE = r"(?:below|above|here|(?:at|to|on) (?:the )?(?:left|right)\b)"
# "the triangle above the line" compares; "the triangle above is" points.
_POINTS = rf"(?! (?:the|a|an|it|its|each|this|that|these|those|all|any|every|and|or|by|from|[0-9$\\{FORMULA}]))"
_END = r"(?=\s*+(?:[.,;:?!)]|$|is\b|are\b|has\b|have\b|was\b|were\b))"

_REFERENCES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:in|from|see|refer to|on|observe|study|look at|using|use) (?:the|this) {_ADJECTIVE}?{_PICTURE}\b"
        r"(?! (?:of|that|formed|obtained|made|eight|8))",
        rf"\bthe (?:following|accompanying|adjacent|adjoining|attached|provided) (?:\w+ )?{_IMAGE}\b",
        rf"\b{_IMAGE} {_PLACE}{_POINTS}",
        rf"\b{_IMAGE} (?:is |are |as |that is )?{_SEEN}\b(?! (?:that|to|in an?|on an?|at|by)\b)",
        rf"\b(?:{_SEEN}|given|drawn|labell?ed|arranged|as) (?:\w+ )?(?:in|on|by) (?:the|this) {_ADJECTIVE}?{_IMAGE}\b"
        r"(?! of)",
        rf"\b{_SHAPE} (?:{FORMULA}++ ?)?(?:is |are |as |that is )?{_SEEN}(?: {_PLACE})?{_END}",
        rf"\b{_SHAPE} (?:below|above){_END}",
        rf"(?:^|[.?!] )The {_PICTURE} (?:shows|depicts|illustrates|represents)\b",
        rf"\bbelow (?:is|are) (?:the|a|an) (?:{_IMAGE}|{_CHART})\b",
        r"\bnot (?:drawn )?to scale\b",
    )
)
_CHARTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:the|this|these) (?:\w+ )?{_CHART} {_PLACE}{_POINTS}",
        rf"\b(?:the|this|these) (?:\w+ )?{_CHART} (?:is |are |as )?{_SEEN}\b(?! (?:that|to|by|how|in an?|on an?)\b)",
        rf"\b(?:the|this) (?:following|accompanying|adjacent|adjoining|attached|provided) (?:\w+ )?{_CHART}\b",
        rf"\b(?:{_SEEN}|given|drawn|listed) (?:\w+ )?(?:in|on|by) the {_ADJECTIVE}?{_CHART}\b(?! of)",
        rf"\bgraphs? of [^.?!]{{1,150}}? (?:is|are) {_SEEN}\b(?! (?:that|to|by|how)\b)",
        rf"\bas {_SEEN}{_END}",
        # What is shown below may be an equation.
        rf"\b{_SEEN} (?:below|here){_END}(?!\s*+:|[^\x00]{{0,150}}{FORMULA})",
        rf"(?:^|[.?!] )The (?:\w+ )?{_CHART}(?: below| above)? (?:shows|displays|represents|gives|lists)\b",
    )
)
_NUMBERED = re.compile(r"\b(?:Figure|Fig\.|Diagram|Graph|Chart)\s?\d\b")
_SHADED = re.compile(
    r"\bthe (?:\w+ )?shaded (?:\w+ )?(?:regions?|areas?|parts?|portions?)\b"
    r"(?! (?:\(|that|which|between|formed|enclosed|inside|outside|bounded|created|left|common|within|in the rect))",
    re.IGNORECASE,
)
_SHADES = re.compile(r"\b(?:un)?shad(?:e|es|ed|ing)\b", re.IGNORECASE)
_OWN = re.compile(
    r"\b(?:an?|one|two|three|four|\d+|each|every|these|such|new|different|geometric|plane) "
    rf"(?:[\w-]+ ){{0,3}}{_PICTURE}\b"
    rf"|\b(?:draw|sketch|construct|consider)\b[^.?!]{{0,80}}\b{_PICTURE}\b|\bfigures\b",
    re.IGNORECASE,
)


def missing_picture(text: str, masked: str) -> Flaw | None:
    """``figure_code`` or ``missing_figure`` of a problem; ``masked`` is its :func:`~.text.plain` text."""
    if drawn := _CODE.search(text):
        return flaw("figure_code", text[drawn.start() :])
    found = _LINK.search(text) or _NUMBERED.search(masked) or _reference(masked) or _unseen_shading(masked)
    if found is None or _BROUGHT.search(text):
        found = _LINK.search(text)
    if found is None:
        chart = next(filter(None, (p.search(masked) for p in _CHARTS)), None)
        found = None if chart is None or _BROUGHT.search(text) or _LISTED.search(text) else chart
    return found and flaw("missing_figure", text[found.start() : found.end()])


def _reference(masked: str) -> re.Match[str] | None:
    own = _OWN.search(masked)
    for pattern in _REFERENCES:
        found = pattern.search(masked)
        if found and not (own and own.start() < found.start()):
            return found
    return None


def _unseen_shading(masked: str) -> re.Match[str] | None:
    """ "the shaded region" of a text that has not said what is shaded."""
    found = _SHADED.search(masked)
    if found is None or any(not (found.start() <= m.start() < found.end()) for m in _SHADES.finditer(masked)):
        return None
    return found
