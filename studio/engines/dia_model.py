"""The engine Dia: the adapter between Dia-1.6B, which knows codes and tensors, and the studio's protocol. Imports torch."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import torch

from dia_engine import prompts, weights
from dia_engine.codec import Codec, load_codec
from dia_engine.codec.worker import Worker
from dia_engine.dia1.decode import prepare
from dia_engine.hub.pace import in_bytes
from dia_engine.params import Codes
from dia_engine.slots import Slots
from studio.core.errors import RefusedError
from studio.core.render import Caps, Progress, Request, VoiceSpec
from studio.engines.dia import voice_codes
from studio.engines.dia_batch import Batch, DiaSession
from studio.engines.dia_request import LONGEST_SAMPLE_S, task_for
from studio.engines.dia_setup import Setup, demand_room, set_up, start_errors, studio_errors


class DiaEngine:
    """Dia-1.6B and its codec. Load, open and close on one thread; sessions share their steps."""

    def __init__(self, *, model: str = "", device: str = "", dtype: str = "", slots: int = 0, voices: str = "") -> None:
        """`model`: a folder, a weights file, a short name or an id of the hub; "" is the one that is installed. `device`,
        `dtype` and `slots` are what suits this computer unless given. `voices`: where codes of voice samples are kept."""
        self._set_up: Callable[[], Setup] = partial(set_up, model, device, dtype, slots)
        self._voices = Path(voices) if voices else voice_codes()
        self._setup: Setup | None = None
        self._caps: Caps | None = None
        self._codec: Codec | None = None
        self._batch: Batch | None = None

    @property
    def caps(self) -> Caps:
        """Settles what Dia runs with the first time, without reading any weights. Raises UnavailableError."""
        if self._caps is None:
            self._caps = self._settled().caps()
        return self._caps

    def load(self, note: Callable[[str], None] = lambda _: None, report: Callable[[Progress], None] = lambda _: None) -> None:
        """Read model and codec, lay the weights out. `report` counts bytes of files. Raises UnavailableError; where memory will
        not do, before anything is read."""
        if self._batch is not None:
            return
        setup = self._settled()
        size = in_bytes(setup.bytes_needed())
        note(f"Loading Dia: {setup.dtype} on {setup.device}, {setup.slots} segments at a time, up to {size} of memory.")
        demand_room(setup)
        with start_errors():
            model = weights.load(
                setup.place,
                dtype=weights.DTYPES[setup.dtype],
                device=setup.device,
                told=lambda done, total: report(Progress("loading", done, total)),
            )
            slots = Slots(prepare(model, setup.slots, release=True))
            self._codec = load_codec(setup.codec, setup.device)
            self._batch = Batch(slots, Worker(self._codec))
        note("Dia is ready.")

    def prompt(self, voice: VoiceSpec) -> Codes:
        """Codes [frames, channels] of a voice's sample that came without any; encoded once, ever, and kept in the user's cache.

        Raises an error of dia_engine for a sample that is no voice.
        """
        self.load()
        assert self._codec is not None
        sound = np.frombuffer(voice.pcm, "<f4")
        kept = self._folder(voice.sample_digest)
        with suppress(OSError):
            self._voices.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept.parent.mkdir(mode=0o700, exist_ok=True)
            kept.mkdir(mode=0o700, exist_ok=True)
        return prompts.encode(self._codec, sound, voice.rate, keep_in=kept, longest_s=LONGEST_SAMPLE_S)

    def _folder(self, sample: str) -> Path:
        """By sample, so that a voice that is removed takes its codes along; by device, which may round to another code now and
        then."""
        assert self._codec is not None
        return self._voices / (sample if sample.isalnum() else "unnamed") / self._codec.device.type

    def open(self, request: Request) -> DiaSession:
        """A session; everything is checked here, before anything runs. Raises RefusedError for what cannot be spoken whole,
        UnavailableError when loading fails."""
        if not 0 < request.pace < float("inf"):
            raise RefusedError(f"the pace is {request.pace}", todo="use a number above 0")
        self.load()
        assert self._batch is not None
        with studio_errors():
            task = task_for(request, self._settled().config, self.caps.frame_rate, self.prompt)
        return DiaSession(self._batch, task, request.pace, self.caps)

    def close(self) -> None:
        """Give all memory back. The engine can be loaded again."""
        batch, self._batch, self._codec = self._batch, None, None
        if batch is not None:
            batch.close()
            del batch
            gc.collect()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            if torch.backends.mps.is_available():
                torch.mps.empty_cache()

    def _settled(self) -> Setup:
        if self._setup is None:
            self._setup = self._set_up()
        return self._setup
