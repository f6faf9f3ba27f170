"""The frame that the networks work in (no torch here, so that numpy code can share it)."""

STRIDE = 4
"""Image pixels per cell of the detector's maps. Cell c is centred at pixel 4 c + 1.5."""
BOND = 24.0
"""Pixels of a typical bond in an image that the detector is trained on."""
READ_BOND = 26.5
"""The same in an image that is read: a little larger reads better, and much larger does not."""
