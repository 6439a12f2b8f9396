"""The child process of `foreign`: decodes one file to raw float32 on a path it is given, says what it was in one JSON line.

Run as `python -m studio.audio.probe SOURCE TARGET MAX_SECONDS MAX_BYTES`. On exit status 1 the line has "error".
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from studio.audio import decode
from studio.core.errors import AudioError, reason


def main(arguments: list[str]) -> int:
    """Decode, answer, and give back the exit status."""
    source, target, max_seconds, max_bytes = Path(arguments[0]), Path(arguments[1]), float(arguments[2]), int(arguments[3])
    _limit_memory(max_bytes)
    answered = answer(source, target, max_seconds)
    sys.stdout.write(json.dumps(answered) + "\n")
    return 1 if "error" in answered else 0


def answer(source: Path, target: Path, max_seconds: float) -> dict[str, Any]:
    """What is told of the file: its shape, with its samples in `target`, or what is wrong with it."""
    try:
        return _decode(source, target, max_seconds)
    except AudioError as error:
        return {"error": error.what, "todo": error.todo}
    except OSError as error:
        return {"error": f"the audio cannot be read ({reason(error)})", "todo": "check that the file is still there"}
    except MemoryError:
        return {"error": "reading it would take too much memory", "todo": "choose another file"}
    except Exception as error:  # the process's edge: whatever a parser did, the parent gets one answer
        return {"error": f"the audio cannot be read ({error})", "todo": "choose another file"}


def _decode(source: Path, target: Path, max_seconds: float) -> dict[str, Any]:
    rate, channels, blocks = decode.blocks(source, max_seconds)
    if not (1_000 <= rate <= 768_000 and 1 <= channels <= 64):
        raise AudioError("its sample rate or its channels make no sense", todo="choose another file")
    frames = 0
    with target.open("wb") as file:
        for block in blocks:
            frames += len(block)
            if frames > max_seconds * rate:
                raise decode.too_long(source, max_seconds)
            file.write(block.tobytes())
    if not frames:
        raise AudioError("there is no sound in it", todo="choose another file")
    return {"rate": rate, "channels": channels, "frames": frames}


def _limit_memory(max_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the time limit remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (max_bytes, max_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
