"""Finds the fonts to write labels and captions with."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER_VARIABLE = "GRAPHPARSE_FONTS"
"""Environment variable naming a folder whose fonts are used beside those of the system."""
SYSTEM_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/texmf/fonts/opentype",
    "/usr/share/texlive/texmf-dist/fonts/opentype/public",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)
_log = logging.getLogger(__name__)

# Look, weight, file stems (lower case): regular, bold, italic. Weights say how often a face is
# picked among those of its look: what looks like Arial, Helvetica and Times is common in print.
_KNOWN = """
sans 5 liberationsans-regular liberationsans-bold liberationsans-italic
sans 3 arial arialbd ariali
sans 3 texgyreheros-regular texgyreheros-bold texgyreheros-italic
sans 3 freesans freesansbold freesansoblique
sans 3 dejavusans dejavusans-bold dejavusans-oblique
sans 1 dejavusanscondensed dejavusanscondensed-bold dejavusanscondensed-oblique
sans 1 notosans-regular notosans-bold notosans-italic
sans 0.5 liberationsansnarrow-regular liberationsansnarrow-bold liberationsansnarrow-italic
sans 0.5 texgyreadventor-regular texgyreadventor-bold texgyreadventor-italic
serif 5 liberationserif-regular liberationserif-bold liberationserif-italic
serif 4 times timesbd timesi
serif 3 texgyretermes-regular texgyretermes-bold texgyretermes-italic
serif 3 freeserif freeserifbold freeserifitalic
serif 0.5 notoserif-regular notoserif-bold notoserif-italic
serif 0.5 dejavuserif dejavuserif-bold dejavuserif-italic
serif 0.5 texgyrepagella-regular texgyrepagella-bold texgyrepagella-italic
serif 0.5 texgyreschola-regular texgyreschola-bold texgyreschola-italic
mono 2 liberationmono-regular liberationmono-bold liberationmono-italic
mono 1 freemono freemonobold freemonooblique
mono 1 dejavusansmono dejavusansmono-bold dejavusansmono-oblique
mono 1 texgyrecursor-regular texgyrecursor-bold texgyrecursor-italic
"""

# Fonts with kana and kanji, for captions: file stems.
_JAPANESE = (
    *("notosanscjk-regular", "notoserifcjk-regular", "notosansjp-regular", "notoserifjp-regular"),
    *("ipag", "ipam", "ipaexg", "ipaexm", "takaogothic", "takaomincho", "vl-gothic-regular"),
    *("msgothic", "msmincho", "droidsansfallbackfull", "wqy-zenhei"),
)

# Other scripts than Latin, for captions: file stems and a string of their letters.
_SCRIPTS = (
    (("notosans-regular", "dejavusans", "liberationsans-regular"), "соединениеформулапример"),
    (("notosans-regular", "dejavusans", "liberationserif-regular"), "αβγδεθλμφψω"),
    (("notosansarabic-regular", "dejavusans"), "مركبصيغة"),
    (("notosansthai-regular",), "สารสูตร"),
    (("notosansdevanagari-regular",), "यौगिक"),
    (("notosanshebrew-regular", "dejavusans"), "תרכובתנוסחה"),
    # Dense syllable blocks look like CJK text, which there may be no font for.
    (("notosansyi-regular",), "ꀀꀁꀄꀊꀑꀚꀥꁀꁒꁧꂀꂗꃀꃕ"),
    (("notosanstangut-regular", "notoseriftangut-regular"), "𗀀𗀁𗀂𗀃𗀄𗀅𗀆𗀇𗀈𗀉"),
)


@dataclass(frozen=True, slots=True)
class Face:
    """Font files of one family; ``bold`` and ``italic`` fall back to the regular one."""

    regular: str
    bold: str
    italic: str
    share: float


@dataclass(frozen=True, slots=True)
class FontBook:
    """What was found, by look."""

    looks: dict[str, tuple[Face, ...]]
    """Faces by "sans", "serif", "mono"; never empty for any of them."""
    scripts: tuple[tuple[str, str], ...]
    """Font file and letters, for captions in other scripts."""
    japanese: tuple[str, ...]
    """Font files with kana and kanji."""

    def face(self, look: str, pick: float) -> Face:
        """The face of a look at a place in [0, 1) of its shares."""
        faces = self.looks[look]
        rest = pick * sum(face.share for face in faces)
        for face in faces:
            rest -= face.share
            if rest < 0:
                return face
        return faces[-1]


def font_book() -> FontBook:
    """The fonts of the system and of the folder named by ``GRAPHPARSE_FONTS``; looked for once."""
    return _font_book(os.environ.get(FOLDER_VARIABLE, ""))


@cache
def _font_book(folder: str) -> FontBook:
    files: dict[str, str] = {}
    own = _files(Path(folder).expanduser()) if folder else {}
    for place in SYSTEM_FOLDERS:
        files = _files(Path(place).expanduser()) | files
    files = own | {name: path for name, path in files.items() if name not in own}
    looks = dict(_known_looks(files))
    if unknown := _unknown_faces(own):
        looks["sans"] = looks.get("sans", ()) + unknown
    if not looks:
        _log.warning("no known fonts on this system: labels are written with matplotlib's")
        files = _matplotlib_fonts()
        looks = dict(_known_looks(files))
    if not looks:
        raise OSError(
            "no fonts found: install some (Liberation, FreeFont, DejaVu), or name a folder in "
            + FOLDER_VARIABLE
        )
    first = next(iter(looks.values()))
    full = {look: looks.get(look, first) for look in ("sans", "serif", "mono")}
    scripts = tuple(
        (next(files[stem] for stem in stems if stem in files), letters)
        for stems, letters in _SCRIPTS
        if any(stem in files for stem in stems)
    )
    japanese = tuple(files[stem] for stem in _JAPANESE if stem in files)
    return FontBook(full, scripts, japanese)


def _files(folder: Path) -> dict[str, str]:
    """Font files below a folder by their lower-case stem, in a fixed order."""
    if not folder.is_dir():
        return {}
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in (".ttf", ".otf", ".ttc"):
            found.setdefault(path.stem.lower(), str(path))
    return found


def _known_looks(files: dict[str, str]) -> Iterator[tuple[str, tuple[Face, ...]]]:
    found: dict[str, list[Face]] = {}
    for line in _KNOWN.strip().splitlines():
        look, share, *stems = line.split()
        if stems[0] in files:
            regular, bold, italic = (files.get(stem, files[stems[0]]) for stem in stems)
            found.setdefault(look, []).append(Face(regular, bold, italic, float(share)))
    for look, faces in found.items():
        yield look, tuple(faces)


def _unknown_faces(files: dict[str, str]) -> tuple[Face, ...]:
    known = set(_KNOWN.split())
    return tuple(Face(path, path, path, 1.0) for stem, path in files.items() if stem not in known)


def _matplotlib_fonts() -> dict[str, str]:
    try:
        import matplotlib
    except ImportError:
        return {}
    return _files(Path(matplotlib.get_data_path()) / "fonts")
