"""The frame that the networks work in (no torch here, so that numpy code can share it)."""

STRIDE = 4
"""Image pixels per cell of the detector's maps. Cell c is centred at pixel 4 c + 1.5."""
BOND = 24.0
"""Pixels of a typical bond in an image that is given to the detector."""
