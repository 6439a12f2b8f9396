"""The transformers library's Dia on the same weights, one segment at a time: what our speed is compared with."""

from __future__ import annotations

import importlib
import time
from typing import Any

import torch
from torch import Tensor

from dia_engine import delay, formula
from dia_engine.bandwidth import wait_for
from dia_engine.delay import UNDECIDED
from dia_engine.dia1.config import Config, Tower
from dia_engine.dia1.model import Dia1
from dia_engine.errors import BadRequest, EngineError
from dia_engine.jobs import Timed
from dia_engine.params import Params
from dia_engine.requests import text_ids


class Transformers:
    """Its network. The matrices are ours where the dtype is the same, so there is no second copy of them."""

    def __init__(self, model: Dia1, dtype: torch.dtype) -> None:
        try:
            library = importlib.import_module("transformers")
        except ImportError as error:
            raise BadRequest("There is no transformers library to compare with", todo="install it, or omit --peers") from error
        library.logging.set_verbosity_error()
        library.logging.disable_progress_bar()
        self.version: str = library.__version__
        self._config, self._device = model.config, model.device
        state = {_their_name(name): tensor.to(dtype) for name, tensor in model.state_dict().items()}
        self.model: Any = library.DiaForConditionalGeneration.from_pretrained(
            None, config=_their_config(library, model.config), state_dict=state, dtype=dtype
        ).to(self._device)
        self.shared = self.model.logits_dense.weight.data_ptr() == model.logits_dense.weight.data_ptr()

    def job(self, text: str, frames: int) -> Timed:
        """One segment, sampled with our settings, of as many rows as ours has for so many frames. Raises `EngineError`."""
        rows, usual = 1 + formula.rows_of(self._config, frames), Params()
        known = self._known()
        wait_for(self._device)
        start = time.perf_counter()
        ids = torch.tensor([list(text_ids(text, self._config.encoder.positions))], device=self._device)
        out = self.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            decoder_input_ids=known,
            decoder_attention_mask=torch.ones_like(known[..., 0]),
            do_sample=True,
            temperature=usual.temperature,
            top_p=usual.top_p,
            top_k=usual.cfg_filter_top_k,
            guidance_scale=usual.cfg_scale,
            min_length=frames + 1,  # EOS is held back before
            max_length=frames + 2,  # and forced in the row before this
            stopping_criteria=[_Rows(rows)],
        )
        wait_for(self._device)
        seconds = time.perf_counter() - start
        ends = (out[0, :, 0] == self._config.eos).nonzero().flatten().tolist()
        if out.shape[1] != rows or ends != [frames + 1]:
            raise EngineError(f"transformers decoded {out.shape[1]} rows and ended in {ends} where {rows} rows were planned")
        return Timed(seconds, 0.0, rows - 1, frames)

    def _known(self) -> Tensor:
        """The rows [1, T, C] before generation; pad where nothing is decided, as it wants them."""
        config = self._config
        grid = delay.prefix(None, config.delays, bos=config.bos, rows=delay.full_rows(0, config.delays))
        grid[grid == UNDECIDED] = config.pad
        return torch.from_numpy(grid)[None].to(self._device)


class _Rows:
    """Stops when there are so many rows: its own rule would decode one more that nobody needs."""

    def __init__(self, rows: int) -> None:
        self._rows = rows

    def __call__(self, ids: Tensor, _scores: object, **_: object) -> Tensor:
        return torch.full((len(ids),), ids.shape[1] >= self._rows, device=ids.device)


def _their_name(name: str) -> str:
    return name if name.startswith("logits_dense.") else f"model.{name}"


def _their_config(library: Any, config: Config) -> Any:
    d = config.decoder
    cross = {
        "cross_num_attention_heads": d.cross_heads,
        "cross_num_key_value_heads": d.cross_kv_heads,
        "cross_head_dim": d.cross_head_dim,
        "cross_hidden_size": config.encoder.width,
    }
    ids = {"bos_token_id": config.bos, "eos_token_id": config.eos, "pad_token_id": config.pad}
    return library.DiaConfig(
        encoder_config=library.DiaEncoderConfig(**_their_tower(config.encoder)),
        decoder_config=library.DiaDecoderConfig(**_their_tower(d), **cross, **ids, num_channels=config.channels),
        delay_pattern=list(config.delays),
    )


def _their_tower(size: Tower) -> dict[str, Any]:
    return {
        "num_hidden_layers": size.layers,
        "hidden_size": size.width,
        "intermediate_size": size.hidden,
        "num_attention_heads": size.heads,
        "num_key_value_heads": size.kv_heads,
        "head_dim": size.head_dim,
        "vocab_size": size.vocabulary,
        "max_position_embeddings": size.positions,
        "norm_eps": size.eps,
        "rope_parameters": {"rope_type": "default", "rope_theta": size.theta},
    }
