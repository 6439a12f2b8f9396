"""Runs the command line again and again with its imports paid once: each run is a process of its own, forked from this one.

Usage: python -m tests.end2end.forked. A line of standard input is a JSON list: the current folder, the file for what is told,
the arguments. The answer is a line with the process's id, and one with its exit status (minus the signal) when it has ended.
"""

from __future__ import annotations

import importlib
import json
import os
import sys

from studio.__main__ import main

# What a render imports when it comes to it.
for late in (
    "studio.cli.render",
    "studio.render.mixdown",
    "studio.audio.export.encode",
    "studio.store.backups",
    "studio.store.migrate",
):
    importlib.import_module(late)


def become(folder: str, told: str, arguments: list[str]) -> None:
    os.chdir(folder)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.dup2(os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    status = 70
    try:
        status = main(arguments)
    finally:
        sys.stderr.flush()
        os._exit(status)


for line in sys.stdin:
    folder, told, *arguments = json.loads(line)
    child = os.fork()
    if child == 0:
        become(folder, told, arguments)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
