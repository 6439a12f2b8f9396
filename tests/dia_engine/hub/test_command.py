"""`python -m dia_engine fetch` as a user runs it; in a process of its own where that is stopped, killed, and out of room."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dia_engine.__main__ import main
from dia_engine.verify import verify
from tests.dia_engine.hub.server import FakeHub

ROOT = Path(__file__).parents[3]
WEIGHTS = "model.safetensors"
WAIT_S = 100
pytestmark = pytest.mark.timeout(400)  # several processes that import torch, one after the other


def environment(hub: FakeHub, **more: str) -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "HF_ENDPOINT": hub.url, "OMP_NUM_THREADS": "1", **more}


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(hub: FakeHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process."""
    monkeypatch.setenv("HF_ENDPOINT", hub.url)

    def run_here(*arguments: object) -> Ran:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return Ran(status, told.out, told.err)

    return run_here


def begun(hub: FakeHub, *arguments: object) -> subprocess.Popen[str]:
    """A fetch that has come half way and waits for the server."""
    hub.hold_at = 600_000
    command = [sys.executable, "-c", HEED + "from dia_engine.__main__ import main; sys.exit(main())", *map(str, arguments)]
    process = subprocess.Popen(command, env=environment(hub), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: hub.sent.get(WEIGHTS, 0) >= 600_000 or process.poll() is not None)
    return process


HEED = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "  # background jobs ignore Ctrl-C


def wait_until(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_S
    while not happened() and time.monotonic() < until:
        time.sleep(0.01)
    assert happened()


def kept(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob(f"{WEIGHTS}.*.incomplete"))


def test_a_model_and_the_codec_come_with_one_command(run: Run, tmp_path: Path) -> None:
    done = run("fetch", "dia", "--to", tmp_path, "--codec")
    assert done.status == 0, done.err
    assert done.out.splitlines() == [
        f"{tmp_path}: nari-labs/Dia-1.6B-0626 is here; hashes, names and shapes are right.",
        f"{tmp_path / 'codec'}: descript/dac_44khz is here; hashes, names and shapes are right.",
    ]
    assert done.err.startswith(f"nari-labs/Dia-1.6B-0626: 1 MB are fetched to {tmp_path}.\n")
    for folder, told in ((tmp_path, "generation B"), (tmp_path / "codec", "codec, 1 file")):
        checked = run("verify", folder)
        assert checked.status == 0
        assert told in checked.out and "hashes as recorded" in checked.out


@pytest.mark.slow
def test_ctrl_c_is_one_sentence_and_the_next_run_goes_on(hub: FakeHub, run: Run, tmp_path: Path) -> None:
    process = begun(hub, "fetch", "dia", "--to", tmp_path)
    wait_until(lambda: kept(tmp_path) >= 500_000)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=WAIT_S)[1]
    assert process.returncode == 130
    last = told.splitlines()[-1]
    assert last == f"Stopped; what was fetched is kept; go on with: python -m dia_engine fetch dia --to {tmp_path}."
    assert "Traceback" not in told
    goes_on(hub, run, tmp_path)


@pytest.mark.slow
def test_a_killed_fetch_is_told_as_unfinished_and_goes_on(hub: FakeHub, run: Run, tmp_path: Path) -> None:
    process = begun(hub, "fetch", "dia", "--to", tmp_path)
    wait_until(lambda: kept(tmp_path) >= 500_000)
    process.kill()
    process.communicate(timeout=WAIT_S)
    checked = run("verify", tmp_path)
    assert checked.status == 2
    assert "is not finished" in checked.err
    assert f"go on with: python -m dia_engine fetch nari-labs/Dia-1.6B-0626 --to {tmp_path}." in checked.err
    goes_on(hub, run, tmp_path)


def goes_on(hub: FakeHub, run: Run, folder: Path) -> None:
    """The same command again asks for the rest only."""
    before = kept(folder)
    hub.hold_at = -1
    hub.release.set()
    hub.asked.clear()
    done = run("fetch", "dia", "--to", folder)
    assert done.status == 0, done.err
    assert "of which" in done.err
    assert [one.start for one in hub.bodies()] == [before]
    assert verify(folder).pinned


@pytest.mark.slow
def test_a_disk_that_fills_keeps_what_came(hub: FakeHub, tmp_path: Path) -> None:
    """On a real file system of one megabyte, in a namespace of its own; room is claimed to be there."""
    if shutil.which("unshare") is None or not may_mount(tmp_path):
        pytest.skip("needs the right to mount a small file system")
    code = "from pathlib import Path; from dia_engine.fetch import Means, fetch; from dia_engine.errors import EngineError\n"
    code += "try: fetch('dia', to=Path('full'), means=Means(free=lambda _: 10**12))\n"
    code += (
        "except EngineError as error: print(error); print(*sorted((p.name, p.stat().st_size) for p in Path('full').iterdir()))"
    )
    (tmp_path / "full").mkdir()
    script = f'mount -t tmpfs -o size=1m none full && exec {sys.executable} -c "$0"'
    command = ["unshare", "-rm", "sh", "-c", script, code]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment(hub), cwd=tmp_path, timeout=WAIT_S, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "The disk is full; what was fetched is kept; make room, then go on with: python -m dia_engine fetch" in done.stdout
    size = int(done.stdout.partition(".incomplete', ")[2].partition(")")[0])
    assert 500_000 < size < 1 << 20


def may_mount(folder: Path) -> bool:
    (folder / "probe").mkdir()
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", str(folder / "probe")]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nobody/nothing"], "no such model"),
        (["dia", "--revision", "v9"], "no revision 'v9'"),
        (["dia", "--to", "README"], "no folder"),
    ],
)
def test_what_cannot_be_fetched_is_one_sentence_and_status_2(
    arguments: list[str], says: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README").write_text("text", encoding="utf-8")
    done = run("fetch", *arguments)
    assert (done.status, done.out) == (2, "")
    assert says in done.err
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err


@pytest.mark.slow
def test_nothing_but_the_model_is_asked_for_and_nothing_told_about_this_machine(hub: FakeHub, tmp_path: Path) -> None:
    """Programs that agents run are looked up at the hub by its library, unless it is told not to."""
    command = [sys.executable, "-m", "dia_engine", "fetch", "dia", "--to", str(tmp_path)]
    agents = environment(hub, CLAUDECODE="1", CURSOR_AGENT="1")
    done = subprocess.run(command, capture_output=True, text=True, env=agents, timeout=WAIT_S, check=False)
    assert done.returncode == 0, done.stderr
    assert [one.path.partition("/resolve/")[0] for one in hub.asked if one.host == "hub"] == [
        "/api/models/nari-labs/Dia-1.6B-0626",
        "/nari-labs/Dia-1.6B-0626",
        "/nari-labs/Dia-1.6B-0626",
    ]
