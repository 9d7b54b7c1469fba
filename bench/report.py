"""Figures as plain tables."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Table:
    """What was measured: a title, the names of the columns, the rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def text(self) -> str:
        """Return it with columns of even width: the first to the left, figures to the right."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.columns))]
        shown = [
            "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        return "\n".join(
            [self.title, "", shown[0], "-" * sum((*widths, 2 * len(widths) - 2)), *shown[1:]]
        )


def middle(figures: Sequence[float]) -> str:
    """Return the median of milliseconds."""
    return f"{median(figures):.2f}"


def slow(figures: Sequence[float]) -> str:
    """Return what one in twenty exceeds."""
    return f"{sorted(figures)[len(figures) * 95 // 100]:.2f}"


def ratio(above: Sequence[float], below: Sequence[float]) -> str:
    """Return how many times the one median is the other."""
    return f"{median(above) / median(below):.2f}"


def machine() -> str:
    """Return one line about where this runs."""
    model = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text().splitlines()
        model = next((line.split(":")[1].strip() for line in lines if "model name" in line), model)
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({model}), {platform.system()}, Python {sys.version.split()[0]}, "
        f"load {load:.1f} before the run"
    )
