"""A tiny Dia-1.6B made from a seed: config files of both generations, weights in both layouts. Nothing of it is stored."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from dia_engine.dia1.config import Config, Generation, Tower
from dia_engine.dia1.model import Dia1, skeleton

HEADS = {"encoder": (4, 4, 8), "self": (4, 2, 8), "cross": (4, 4, 8)}  # query heads, kv heads, head_dim
E, D, ENCODER_MLP, DECODER_MLP = 24, 16, 32, 40
LAYERS, TEXT_VOCABULARY, VOCABULARY, CHANNELS, ROWS, TEXT = 2, 256, 1028, 9, 128, 128

FLAT = {
    "model_type": "dia",
    "delay_pattern": [0, 8, 9, 10, 11, 12, 13, 14, 15],
    "bos_token_id": 1026,
    "eos_token_id": 1024,
    "pad_token_id": 1025,
    "encoder_config": {
        "num_hidden_layers": LAYERS,
        "hidden_size": E,
        "intermediate_size": ENCODER_MLP,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "head_dim": 8,
        "vocab_size": TEXT_VOCABULARY,
        "max_position_embeddings": TEXT,
    },
    "decoder_config": {
        "num_hidden_layers": LAYERS,
        "hidden_size": D,
        "intermediate_size": DECODER_MLP,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "cross_num_attention_heads": 4,
        "cross_num_key_value_heads": 4,
        "cross_head_dim": 8,
        "cross_hidden_size": E,
        "vocab_size": VOCABULARY,
        "num_channels": CHANNELS,
        "max_position_embeddings": ROWS,
    },
}
NESTED = {
    "version": "1.0",
    "model": {
        "encoder": {"n_layer": LAYERS, "n_embd": E, "n_hidden": ENCODER_MLP, "n_head": 4, "head_dim": 8},
        "decoder": {
            "n_layer": LAYERS,
            "n_embd": D,
            "n_hidden": DECODER_MLP,
            "gqa_query_heads": 4,
            "kv_heads": 2,
            "gqa_head_dim": 8,
            "cross_query_heads": 4,
            "cross_head_dim": 8,
        },
        "src_vocab_size": 128,  # the schema's default; the tensor has a row for each byte
        "tgt_vocab_size": VOCABULARY,
    },
    "training": {},
    "data": {"text_length": 100, "audio_length": 100, "channels": 9},  # both become 128 on load
}
CONFIGS = {"A": NESTED, "B": FLAT}


def original_weights(seed: int = 20) -> dict[str, Tensor]:
    """Weights in the original layout, float32. All are whole numbers over 128 at most, so that 16 bits hold them exactly."""
    numbers = np.random.PCG64(seed)

    def kernel(*shape: int, ins: int) -> Tensor:
        raw = numbers.random_raw(int(np.prod(shape))) >> np.uint64(56)  # 0..255, the same on every machine and version
        scale = 2.0 ** round(np.log2(2.0 / np.sqrt(ins)))
        return torch.from_numpy((raw.astype(np.float32) - 127.5) / 128 * scale).to(torch.bfloat16).float().reshape(shape)

    def attention(prefix: str, kind: str, width: int, source: int) -> dict[str, Tensor]:
        heads, kv_heads, dim = HEADS[kind]
        return {
            f"{prefix}.q_proj.weight": kernel(width, heads, dim, ins=width),
            f"{prefix}.k_proj.weight": kernel(source, kv_heads, dim, ins=source),
            f"{prefix}.v_proj.weight": kernel(source, kv_heads, dim, ins=source),
            f"{prefix}.o_proj.weight": kernel(heads, dim, width, ins=heads * dim),
        }

    def mlp(prefix: str, width: int, hidden: int) -> dict[str, Tensor]:
        return {
            f"{prefix}.wi_fused.weight": kernel(width, 2, hidden, ins=width),
            f"{prefix}.wo.weight": kernel(hidden, width, ins=hidden),
        }

    def norm(width: int) -> Tensor:
        return (1 + kernel(width, ins=width)).to(torch.bfloat16).float()

    out = {"encoder.embedding.weight": kernel(TEXT_VOCABULARY, E, ins=1), "encoder.norm.weight": norm(E)}
    for n in range(LAYERS):
        prefix = f"encoder.layers.{n}"
        out |= {f"{prefix}.{name}.weight": norm(E) for name in ("pre_sa_norm", "post_sa_norm")}
        out |= attention(f"{prefix}.self_attention", "encoder", E, E) | mlp(f"{prefix}.mlp", E, ENCODER_MLP)
    out |= {f"decoder.embeddings.{c}.weight": kernel(VOCABULARY, D, ins=4) for c in range(CHANNELS)}
    for n in range(LAYERS):
        prefix = f"decoder.layers.{n}"
        out |= {f"{prefix}.{name}.weight": norm(D) for name in ("pre_sa_norm", "pre_ca_norm", "pre_mlp_norm")}
        out |= attention(f"{prefix}.self_attention", "self", D, D) | attention(f"{prefix}.cross_attention", "cross", D, E)
        out |= mlp(f"{prefix}.mlp", D, DECODER_MLP)
    return out | {"decoder.norm.weight": norm(D), "decoder.logits_dense.weight": kernel(D, CHANNELS, VOCABULARY, ins=D)}


def transformers_weights(seed: int = 20) -> dict[str, Tensor]:
    """The same weights as the transformers library names and shapes them: matrices [out, in]."""
    out: dict[str, Tensor] = {}
    embeddings = []
    for name, tensor in original_weights(seed).items():
        if name.startswith("decoder.embeddings."):
            embeddings.append(tensor)
        elif name == "decoder.logits_dense.weight":
            out["logits_dense.weight"] = tensor.flatten(1).T.contiguous()
        elif name.endswith("o_proj.weight"):
            out[f"model.{name}"] = tensor.flatten(0, 1).T.contiguous()
        elif "_proj." in name or ".mlp." in name:
            renamed = name.replace("wi_fused", "gate_up_proj").replace("mlp.wo", "mlp.down_proj")
            out[f"model.{renamed}"] = tensor.flatten(1).T.contiguous()
        else:
            out[f"model.{name}"] = tensor
    out["model.decoder.embeddings.embed.weight"] = torch.cat(embeddings)
    return out


def write_config(folder: Path, generation: str = "B") -> None:
    (folder / "config.json").write_text(json.dumps(CONFIGS[generation]), encoding="utf-8")


def write_model(folder: Path, generation: str = "B", *, layout: str = "transformers") -> Path:
    """A folder with config and one weight file; returns the weight file."""
    folder.mkdir(parents=True, exist_ok=True)
    write_config(folder, generation)
    file = folder / "model.safetensors"
    save_file(original_weights() if layout == "original" else transformers_weights(), file)
    return file


def write_torch(folder: Path, generation: str = "B") -> Path:
    """A folder with config and a torch file; returns the torch file."""
    folder.mkdir(parents=True, exist_ok=True)
    write_config(folder, generation)
    torch.save(original_weights(), folder / "dia.pth")
    return folder / "dia.pth"


def write_shards(folder: Path) -> list[Path]:
    """A folder with config and weights in three files and their index; returns the three."""
    folder.mkdir(parents=True, exist_ok=True)
    write_config(folder)
    weights = transformers_weights()
    names = sorted(weights)
    files = [folder / f"model-0000{n + 1}-of-00003.safetensors" for n in range(3)]
    weight_map = {}
    for n, file in enumerate(files):
        part = names[n::3]
        save_file({name: weights[name] for name in part}, file)
        weight_map |= dict.fromkeys(part, file.name)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}), encoding="utf-8")
    return files


def network(seed: int, generation: Generation, heads: tuple[int, int], cross_heads: tuple[int, int]) -> Dia1:
    """A network of random weights with these query and kv heads, which ends its speech rather often; float32."""
    encoder = Tower(LAYERS, E, ENCODER_MLP, 4, 2, 8, TEXT_VOCABULARY, TEXT)
    cross = {"cross_heads": cross_heads[0], "cross_kv_heads": cross_heads[1], "cross_head_dim": 6}
    config = Config(generation, encoder, Tower(3, D, DECODER_MLP, *heads, 8, VOCABULARY, ROWS, **cross))
    model = _filled(config, seed)
    model.logits_dense.weight.view(CHANNELS, VOCABULARY, D)[0, config.eos] *= 3
    return model


def wide(seed: int, dtype: torch.dtype = torch.bfloat16) -> Dia1:
    """A network of random weights, of sizes that the kernels for real ones take; norms in float32, as loading leaves them."""
    encoder = Tower(1, 64, 128, 4, 4, 16, TEXT_VOCABULARY, TEXT)
    decoder = Tower(2, 96, 192, 4, 2, 32, VOCABULARY, ROWS, cross_heads=4, cross_kv_heads=4, cross_head_dim=32)
    model = _filled(Config("B", encoder, decoder), seed)
    for weight in model.parameters():
        weight.data = weight.data.to(torch.float32 if weight.ndim == 1 else dtype)
    return model


def _filled(config: Config, seed: int) -> Dia1:
    model = skeleton(config).to_empty(device="cpu")
    numbers = torch.Generator().manual_seed(seed)
    for name, weight in model.named_parameters():
        scale = 0.3 if weight.ndim == 1 else 1.0 if "embed" in name else 1.5 * weight.shape[1] ** -0.5
        weight.copy_(torch.randn(weight.shape, generator=numbers) * scale + (weight.ndim == 1))
    return model
