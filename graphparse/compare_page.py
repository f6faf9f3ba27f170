"""The comparison of readers as one HTML page that needs no other file."""

from __future__ import annotations

import html
import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLOURS = {"graph": "#1f6feb", "auto": "#2a9d4a"}
CAPTION_COLOURS = ("#d1711c", "#8a4fbf", "#c2255c", "#0b7285", "#8d6e00")
"""One after another, if there are several caption readers."""
MEASURES = {
    "exact": "Exact InChI, %",
    "no_stereo": "Without stereo, %",
    "smiles": "Canonical SMILES, %",
    "tanimoto": "Tanimoto",
    "levenshtein": "Levenshtein of InChI (mean; less is better)",
    "valid": "Valid, %",
    "atom_f1": "Atom F1, %",
    "bond_f1": "Bond F1, %",
    "ece": "ECE, points (less is better)",
    "at_coverage": "Exact at coverage, %",
    "seconds": "Seconds per image (less is better)",
}
_STYLE = (
    "body{font:15px/1.5 sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;margin:.5em 0 1.5em}"
    "td,th{border-top:1px solid #ccc;padding:.25em .8em;text-align:left}"
    "small{color:#666}figure{display:inline-block;margin:0 1em 1em 0}svg{max-width:100%}"
)


def write_page(result: Mapping[str, Any], path: Path) -> None:
    """Write what :func:`graphparse.compare.compare` found."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>Readers compared</title>",
        f"<style>{_STYLE}</style><h1>Readers compared</h1>",
        "<p>Values with 95 % intervals by bootstrap over the images.",
    ]
    for found in result["sets"]:
        parts.append(f"<h2>{html.escape(found['name'])}: {found['images']} images</h2>")
        parts.append(_measures(found, result["readers"]))
    curves = result["curves"]
    parts.append("<h2>All images</h2>")
    parts.extend(
        f"<figure>{_svg(plot, curves)}</figure>" for plot in (_by_atoms, _reliability, _coverage)
    )
    if result["agreement"]:
        parts.append("<h2>Agreement</h2>" + _agreement(result["agreement"]))
    parts.append("<h2>Settings</h2>" + _table(("", ""), result["settings"].items()))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _measures(found: Mapping[str, Any], readers: Sequence[str]) -> str:
    rows = [
        (title, *(_estimate(found["measures"][reader][key]) for reader in readers))
        for key, title in MEASURES.items()
    ]
    first, *others = readers
    if others:
        more = found[f"exact_against_{first}"]
        gains = (_estimate(more[reader]) for reader in others)
        rows.append((f"Exact, points more than {first}", "", *gains))
    return _table(("", *readers), rows)


def _agreement(pairs: Sequence[Mapping[str, Any]]) -> str:
    titles = (
        "Readers", "Same, right", "Same, wrong", "Only first right", "Only second right",
        "Differ, both wrong",
    )  # fmt: skip
    rows = [(f"{one} and {two}", *counts) for one, two, *counts in (p.values() for p in pairs)]
    return _table(titles, rows)


def _estimate(found: Mapping[str, float]) -> str:
    return f"{found['value']:.3g} [{found['low']:.3g}, {found['high']:.3g}]"


def _table(titles: Sequence[str], rows: Any) -> str:
    head = "".join(f"<th>{html.escape(title)}" for title in titles)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}" for cell in row) for row in rows
    )
    return f"<table><tr>{head}{body}</table>"


def _svg(plot: Any, curves: Mapping[str, Any]) -> str:
    # letters stay text, and the ids of its parts are the same in every run
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": plot.__name__, "font.size": 9}):
        figure = Figure(figsize=(4.6, 3.4), layout="constrained")
        axes = figure.add_subplot()
        plot(axes, curves)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    drawn = text.getvalue()
    return drawn[drawn.index("<svg") :]


def _colours(readers: Iterable[str]) -> dict[str, str]:
    captions = cycle(CAPTION_COLOURS)
    return {reader: COLOURS.get(reader) or next(captions) for reader in readers}


def _by_atoms(axes: Axes, curves: Mapping[str, Any]) -> None:
    names = [
        f"{row['atoms']}\n({row['images']})" for row in next(iter(curves.values()))["by_atoms"]
    ]
    width = 0.8 / len(curves)
    colours = _colours(curves)
    for k, (reader, found) in enumerate(curves.items()):
        rows = found["by_atoms"]
        places = [i + (k - (len(curves) - 1) / 2) * width for i in range(len(rows))]
        values = [row["value"] for row in rows]
        reach = [
            [max(0.0, row["value"] - row["low"]) for row in rows],
            [max(0.0, row["high"] - row["value"]) for row in rows],
        ]
        axes.bar(
            places, values, width, yerr=reach, color=colours[reader], label=reader, ecolor="#555"
        )
    axes.set_xticks(range(len(names)), names)
    axes.set(xlabel="heavy atoms (images)", ylabel="exact", ylim=(0, 1.02))
    axes.set_title("Accuracy by size")


def _reliability(axes: Axes, curves: Mapping[str, Any]) -> None:
    axes.plot([0, 1], [0, 1], color="#bbb", linestyle="--")
    colours = _colours(curves)
    for reader, found in curves.items():
        bars = found["reliability"]
        at = [bar["confidence"] for bar in bars]
        right = [bar["accuracy"] for bar in bars]
        axes.plot(at, right, color=colours[reader], label=reader)
        most = max(bar["count"] for bar in bars)
        sizes = [8 + 60 * bar["count"] / most for bar in bars]
        axes.scatter(at, right, sizes, color=colours[reader])
    axes.set(xlabel="confidence", ylabel="right", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.set_title("Reliability (dots: share of the images)")


def _coverage(axes: Axes, curves: Mapping[str, Any]) -> None:
    colours = _colours(curves)
    for reader, found in curves.items():
        points = found["risk_coverage"]
        kept = [point["coverage"] for point in points]
        wrong = [1 - point["accuracy"] for point in points]
        axes.plot(kept, wrong, marker=".", color=colours[reader], label=reader)
    axes.set(xlabel="coverage: share kept, the surest", ylabel="risk: share of them wrong")
    axes.set_ylim(0)
    axes.set_xlim(0, 1.02)
    axes.set_title("Risk and coverage")
