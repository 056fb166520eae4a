"""How plots look, on light and on dark ground, and how they become files that are the same bytes every time.

Knows neither topics nor matrices.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

FONT = 10.5
"""Points.  Figures are at most about 14 inches wide, so that they are read at the width of a page."""

MANY = 3000
"""More marks than this are drawn as pixels also in an SVG."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a plot.  ``series`` are told apart by people who do not see red or green (Okabe and Ito)."""

    name: str
    paper: str
    ink: str
    muted: str
    grid: str
    series: tuple[str, ...]
    ramp: tuple[str, ...]  # from a count of 1 to the largest

    @property
    def colours(self) -> Colormap:
        """The ramp as a colour map; what is masked stays paper."""
        return LinearSegmentedColormap.from_list(self.name, self.ramp).with_extremes(bad=self.paper)


LIGHT = Theme(
    "light",
    paper="#ffffff",
    ink="#1c1f24",
    muted="#5b626d",
    grid="#e3e6ea",
    series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#a87900", "#56b4e9", "#6a51a3", "#7f4f24"),
    ramp=("#cfe3f3", "#6aaed6", "#2070b4", "#08306b", "#1a0633"),
)
DARK = Theme(
    "dark",
    paper="#15181d",
    ink="#e8eaee",
    muted="#a3abb8",
    grid="#2c323b",
    series=("#56a9e8", "#f08a3c", "#2cc295", "#e39cc4", "#e6c04a", "#9ad4f5", "#b39ddb", "#c99a6b"),
    ramp=("#1f3c58", "#2b6ca3", "#4fa3dc", "#a5d8f5", "#fff7d6"),
)


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot that can be drawn on any ground.  ``alt`` says in words and numbers what is seen."""

    name: str  # of its files
    title: str
    alt: str
    draw: Callable[[Theme], Figure]

    def save(self, out: Path) -> list[Path]:
        """Write ``NAME.png`` and ``NAME.svg`` into ``out``, on light ground; their paths."""
        paths = [out / f"{self.name}.png", out / f"{self.name}.svg"]
        with drawing(LIGHT):
            figure = self.draw(LIGHT)
            paths[0].write_bytes(png(figure))
            paths[1].write_bytes(svg(figure))
        return paths

    def svg(self, theme: Theme) -> bytes:
        """The plot as an SVG document."""
        with drawing(theme):
            return svg(self.draw(theme))


@contextmanager
def drawing(theme: Theme) -> Iterator[None]:
    """Settings of matplotlib under which a figure of ``theme`` is made and saved."""
    settings: Any = {
        "font.family": ["DejaVu Sans"],
        "font.size": FONT,
        "text.parse_math": False,  # names come from a model, and "$" would start mathematics
        "text.usetex": False,
        "svg.fonttype": "none",  # text stays text: it can be searched and read aloud, in any script
        "svg.hashsalt": "kpmath",
        "figure.facecolor": theme.paper,
        "savefig.facecolor": theme.paper,
        "axes.facecolor": theme.paper,
        "axes.edgecolor": theme.muted,
        "axes.labelcolor": theme.ink,
        "axes.titlecolor": theme.ink,
        "axes.titlesize": FONT + 1,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "grid.color": theme.grid,
        "text.color": theme.ink,
        "xtick.color": theme.muted,
        "ytick.color": theme.muted,
        "xtick.labelcolor": theme.ink,
        "ytick.labelcolor": theme.ink,
        "legend.frameon": False,
    }
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # A letter that the font lacks is a box in a PNG; a warning for each one helps nobody.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support .* natively")
        yield


def png(figure: Figure) -> bytes:
    """A figure as PNG, 150 dots an inch, without a word on who made it when."""
    FigureCanvasAgg(figure)  # no window system, no state shared with other figures
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=150, metadata={"Software": None})
    return stream.getvalue()


def svg(figure: Figure) -> bytes:
    """A figure as SVG, without date and creator, its text in the fonts that the reader has."""
    stream = io.BytesIO()
    figure.savefig(
        stream, format="svg", dpi=150, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
    )
    return stream.getvalue()


def inches(text: str, size: float = FONT, weight: str = "normal") -> float:
    """Width of ``text`` as it is drawn."""
    properties = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(text, properties, ismath=False)[0]) / 72


def statement(figure: Figure, title: str, subtitle: str) -> None:
    """Title and a line under it at the top left of a figure: they take 0.7 inches."""
    width, height = figure.get_size_inches()
    muted = matplotlib.rcParams["xtick.color"]
    figure.text(0.15 / width, 1 - 0.12 / height, title, fontsize=FONT + 4, weight="bold", va="top")
    figure.text(0.15 / width, 1 - 0.46 / height, subtitle, fontsize=FONT, color=muted, va="top")


def note(theme: Theme, title: str, words: str) -> Figure:
    """A figure that says why there is nothing to draw."""
    figure = Figure(figsize=(8, 1.6))
    statement(figure, title, "")
    figure.text(0.5, 0.4, words, fontsize=FONT + 2, ha="center", va="center", color=theme.muted)
    return figure
