"""Runs scenarios in a process that has the shim preloaded: one forked child for each boundary, so that imports are paid once.

Usage: python -m tests.faults.worker WORKPLACE SCENARIO MODE STEP [WEAKNESS-JSON]. Prints one JSON object.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from pathlib import Path

from tests.faults.scenarios import SCENARIOS, Run, Scenario, Weakness

KILL, FULL_ONCE, FULL_STICKY, LOG = 2, 3, 4, 5
MODES = {"count": 1, "kill": KILL, "full-once": FULL_ONCE, "full-sticky": FULL_STICKY, "log": LOG}

_shim = ctypes.CDLL(None)
_shim.fault_arm.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_long, ctypes.c_char_p]
_shim.fault_count.restype = ctypes.c_long


def main(workplace: Path, name: str, mode: str, step: int, weakness: Weakness) -> dict[str, object]:
    scenario = SCENARIOS[name]
    template = workplace / "template"
    scenario.prepare(template)
    total, _, problems = _one(scenario, workplace, "count" if mode != "log" else "log", 0, weakness)
    result: dict[str, object] = {"boundaries": total, "violations": problems, "refusals": 0, "tried": 0}
    if mode == "log":
        return result
    tried = range(1 + 2 * (MODES[mode] - KILL) % step, total + 1, step)  # each mode strikes at other places
    for at in tried:
        _, refusals, problems = _one(scenario, workplace, mode, at, weakness)
        result["violations"] += [f"at {at} of {total}: {problem}" for problem in problems]
        result["refusals"] += refusals
    result["tried"] = len(tried)
    return result


def _one(scenario: Scenario, workplace: Path, mode: str, at: int, weakness: Weakness) -> tuple[int, int, list[str]]:
    """One run with one fault, in a copy of the prepared folder: boundaries passed, refusals shown, and what is wrong."""
    folder = workplace / "project"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(workplace / "template", folder)
    diary = workplace / "diary"
    diary.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        _child(scenario, folder, diary, mode, at, weakness)
    _, status = os.waitpid(child, 0)
    lines = diary.read_text().splitlines() if diary.exists() else []
    done = {line[5:] for line in lines if line.startswith("done ")}
    ended = [line for line in lines if line.startswith("ended ")]
    problems = [line for line in lines if line.startswith("raised ")]
    if mode == "kill" and not ended and os.WIFSIGNALED(status):
        pass
    elif not ended and not problems:
        problems = [f"the child ended with status {status}"]
    if mode != "log":  # the replay looks at its own images
        try:
            problems += scenario.faults(folder, done)
        except Exception as error:
            problems.append(f"looking at it raised {type(error).__name__}: {error}")
    count, refusals = (int(part) for part in ended[0].split()[1:]) if ended else (0, 0)
    return count, refusals, problems


def _child(scenario: Scenario, folder: Path, diary: Path, mode: str, at: int, weakness: Weakness) -> None:
    descriptor = os.open(diary, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def say(line: str) -> None:
        os.write(descriptor, f"{line}\n".encode())

    def note(step: str) -> None:
        _shim.fault_note(step.encode())
        say(f"done {step}")

    run = Run(folder, note, _shim.fault_off, weakness)
    _shim.fault_arm(str(folder).encode(), MODES[mode], at, str(diary.with_name("log")).encode())
    try:
        scenario.run(run)
        say(f"ended {_shim.fault_count()} {len(run.refused)}")
    except BaseException as error:
        say(f"raised {type(error).__name__}: {' '.join(str(error).split())}")
    _shim.fault_off()
    os._exit(0)


if __name__ == "__main__":
    place, name, mode, step, weakness = sys.argv[1:]
    print(json.dumps(main(Path(place), name, mode, int(step), Weakness(**json.loads(weakness)))))
