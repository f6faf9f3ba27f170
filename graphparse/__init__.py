"""Pictures of chemical structures in, verified molecular graphs out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str
    from graphparse.prediction import Prediction
    from graphparse.recognizer import Recognizer, predict

__all__ = ["Prediction", "Recognizer", "predict"]


def __getattr__(name: str) -> Any:
    # imported on first use: `import graphparse` alone loads no network library
    if name == "Prediction":
        from graphparse.prediction import Prediction

        return Prediction
    if name in ("Recognizer", "predict"):
        from graphparse import recognizer

        return getattr(recognizer, name)
    if name == "__version__":
        from importlib.metadata import version

        return version("graphparse")
    raise AttributeError(f"module 'graphparse' has no attribute {name!r}")
