"""Imports only run downwards, and importing the package loads no network library."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import assemble
import data
import detectors
import graphparse

PACKAGES = {module.__name__: module for module in (assemble, data, detectors, graphparse)}
MAY_IMPORT = {
    "assemble": set(),
    "data": {"assemble"},
    "detectors": {"assemble"},
    "graphparse": {"assemble", "data", "detectors"},
}
NEVER = {"assemble": {"torch", "cv2", "timm", "torch_geometric"}, "data": {"torch"}}


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_downwards(package: str) -> None:
    folder = Path(str(PACKAGES[package].__file__)).parent
    for path in folder.rglob("*.py"):
        names = imported(path)
        assert names & set(PACKAGES) <= MAY_IMPORT[package] | {package}, path
        assert not names & NEVER.get(package, set()), path


def loaded_by(code: str) -> set[str]:
    """Modules that a fresh interpreter has loaded after some code."""
    script = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_is_light() -> None:
    assert not loaded_by("import graphparse") & {"torch", "timm", "rdkit", "cv2", "detectors"}


def test_predicting_never_loads_the_renderer() -> None:
    names = loaded_by("import graphparse.recognizer")
    assert "detectors" in names
    assert not names & {"data", "timm", "matplotlib"}


def test_reading_never_loads_what_only_training_needs() -> None:
    picture = Path(str(graphparse.__file__)).parent / "examples" / "aspirin.png"
    names = loaded_by(
        "from graphparse.recognizer import Recognizer\n"
        f"assert Recognizer(threads=1).predict([{str(picture)!r}])[0].smiles"
    )
    assert {"torch", "onnxruntime", "detectors.refiner"} <= names
    # the compiler of torch, which torch-geometric imports, takes as long as torch itself
    assert not names & {"torch_geometric", "torch._dynamo", "timm", "pandas", "scipy.optimize"}
