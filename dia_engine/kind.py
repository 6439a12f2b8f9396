"""What kind of model a config is of, told before torch is imported."""

from __future__ import annotations

import json
from pathlib import Path

LARGEST_CONFIG = 1 << 20  # bytes


def is_codec(config: Path) -> bool:
    """Whether a config.json says that it is one of a DAC codec."""
    try:
        if config.stat().st_size > LARGEST_CONFIG:
            return False
        data = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False  # whoever reads it next says what is wrong with it
    return isinstance(data, dict) and data.get("model_type") == "dac"
