"""The search for the files of a run."""

import os
from pathlib import Path

import pytest

from graphparse.images import ImageError, load_image
from graphparse.inputs import files_left, find_images
from graphparse.storage import list_files


def test_files_named_twice_are_counted() -> None:
    one, two = Path("one.png"), Path("two.png")
    assert files_left([one, two, one], {"one.png": 1}) == [(1, two, 0), (2, one, 0)]


def test_a_document_is_gone_on_with_first() -> None:
    one, two, new = Path("one.png"), Path("two.tif"), Path("new.png")
    left = files_left([new, one, two, two], {"one.png": 1}, ("two.tif", 3))
    assert left == [(2, two, 3), (0, new, 0), (3, two, 0)]


def test_overlays_are_not_searched(tmp_path: Path) -> None:
    overlays = tmp_path / "run" / "overlays"
    overlays.mkdir(parents=True)
    for name in ("b.png", "A.TIF", "run/overlays/b.png", "c.txt"):
        (tmp_path / name).touch()
    images, others = find_images([tmp_path], overlays)
    assert [path.name for path in images] == ["A.TIF", "b.png"]
    assert [path.name for path in others] == ["c.txt"]
    assert len(find_images([tmp_path])[0]) == 3
    (tmp_path / "run" / "predictions.jsonl").touch()
    assert len(find_images([tmp_path])[0]) == 2
    assert find_images([overlays])[0] == [overlays / "b.png"]


def test_files_that_may_not_be_looked_at_are_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """They are found; that they can't be read is said in their rows. Folders are counted."""
    for name in ("refused.png", "deep/closed/a.png", "good.png", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "dangling.png").symlink_to("none.png")
    (tmp_path / "loop.png").symlink_to("loop.png")
    (tmp_path / "folder.png").symlink_to("deep")
    os.mkfifo(tmp_path / "pipe.png")
    real, listed = Path.stat, os.scandir

    def stat(self: Path, **how: bool) -> os.stat_result:
        if self.name == "refused.png":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, **how)

    def scandir(place: object) -> object:
        if Path(place).name == "closed":
            raise PermissionError(13, "Permission denied", str(place))
        return listed(place)

    monkeypatch.setattr(Path, "stat", stat)
    monkeypatch.setattr(os, "scandir", scandir)
    images, others = find_images([tmp_path])
    names = ["dangling.png", "good.png", "loop.png", "refused.png"]
    assert [path.name for path in images] == names
    assert list_files(str(tmp_path)) == sorted([*names, "notes.txt"])
    assert [path.name for path in others] == ["notes.txt"]
    assert f"folders that cannot be searched: 1 ({tmp_path}/deep/closed" in caplog.messages[0]
    for name, why in (("loop.png", "no such file"), ("refused.png", "Permission denied")):
        with pytest.raises(ImageError, match=why):
            load_image(tmp_path / name)
