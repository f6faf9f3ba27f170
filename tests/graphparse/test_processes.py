"""Processes begin as copies, find the right modules, and never outlive who started them."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there are no copies")

TELL = """
import signal, sys, time
from multiprocessing import Pipe
from graphparse.processes import PRELOADED, end_process, start_process

def tell(connection):
    time.sleep(0.5)  # as long as networks take to load
    connection.send([name for name in PRELOADED if name in sys.modules])

if __name__ == "__main__":
    # a shell's background jobs, and what they start, are told to ignore it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ours, theirs = Pipe()
    process = start_process(tell, theirs)
    assert ours.recv() == list(PRELOADED), "not preloaded"
    end_process(process)
"""


@pytest.fixture
def environment() -> dict[str, str]:
    """With a mark by which processes can be told from all others."""
    return {**os.environ, "PYTHONPATH": str(HERE.parents[1]), "MARK": uuid.uuid4().hex}


def marked(environment: dict[str, str], word: str = "") -> list[int]:
    """Processes with the mark, and with a word in their command lines."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if (
                folder.name.isdigit()
                and f"MARK={environment['MARK']}".encode() in (folder / "environ").read_bytes()
                and word.encode() in (folder / "cmdline").read_bytes()
            ):
                found.append(int(folder.name))
        except OSError:  # it has ended
            continue
    return found


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def wait_until(true: Callable[[], bool]) -> None:
    start = time.monotonic()
    while not true():
        assert time.monotonic() < start + 60
        time.sleep(0.02)


def test_copies_have_imported_what_this_process_would(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    script, elsewhere = tmp_path / "tell.py", tmp_path / "elsewhere"
    script.write_text(TELL)
    elsewhere.mkdir()
    # what lies in the working directory is no module of ours
    (elsewhere / "onnx.py").write_text("raise SystemExit('the wrong one')")
    subprocess.run([sys.executable, str(script)], cwd=elsewhere, env=environment, check=True)


@pytest.mark.parametrize("whole", [True, False])
def test_nothing_is_left_of_a_run_that_is_killed_or_whose_server_is(
    tmp_path: Path, environment: dict[str, str], whole: bool
) -> None:
    for name in ("a.png", "b.hang.png", "c.hang.png"):
        (tmp_path / name).touch()
    command = [sys.executable, str(HERE / "clumsy.py"), "predict", str(tmp_path), "--workers", "2"]
    options = ["--batch-size", "1", "--time-limit", "3", "--out", str(tmp_path / "out")]
    run = subprocess.Popen([*command, *options], env=environment, stdout=subprocess.DEVNULL)
    # itself, the server, what tracks resources, and two that hang
    wait_until(lambda: len(marked(environment)) == 5)
    if whole:
        run.kill()
    else:
        (server,) = (pid for pid in marked(environment, "forkserver") if parent(pid) == run.pid)
        os.kill(server, signal.SIGKILL)
    assert run.wait(60) == (-signal.SIGKILL if whole else 0)
    wait_until(lambda: not marked(environment))


def test_an_interrupt_is_heard_by_one_process_only(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    script = tmp_path / "tell.py"
    script.write_text(TELL)
    run = subprocess.Popen(
        [sys.executable, str(script)],
        env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    wait_until(lambda: bool(marked(environment, "forkserver")))
    time.sleep(0.3)  # it is importing
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert errors.count("Traceback") == 1
    assert errors.rstrip().endswith("KeyboardInterrupt")
    wait_until(lambda: not marked(environment))
