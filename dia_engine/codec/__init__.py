"""The DAC codec: codes to audio and back. Knows tensors and waves; not the model that makes the codes."""

from dia_engine.codec.codec import Codec, load_codec

__all__ = ["Codec", "load_codec"]
