"""Runs an iterator of blocks on its own thread, a few blocks ahead, so that mixing and encoding use two cores."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable

from studio.audio.files import Samples

DEPTH = 8


def ahead(blocks: Iterable[Samples], depth: int = DEPTH) -> Generator[Samples, None, None]:
    """The same blocks in the same order; errors of the iterator appear here. Closing the generator ends the thread."""
    ready: queue.Queue[Samples | BaseException | None] = queue.Queue(depth)
    stop = threading.Event()

    def work() -> None:
        last: BaseException | None = None
        iterator = iter(blocks)
        try:
            for block in iterator:
                ready.put(block)
                if stop.is_set():
                    break
        except BaseException as error:  # handed over, and raised where the blocks are used
            last = error
        finally:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()
            ready.put(last)

    thread = threading.Thread(target=work, name="mix", daemon=True)
    thread.start()
    try:
        while True:
            item = ready.get()
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        while thread.is_alive():
            try:
                ready.get(timeout=0.05)
            except queue.Empty:
                continue
        thread.join()
