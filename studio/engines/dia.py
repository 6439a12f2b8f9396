"""Whether Dia can speak on this computer, decided without importing torch. The adapter of the model belongs here, too."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_data_path

from dia_engine.hub.known import CODEC, KNOWN
from dia_engine.hub.pace import in_bytes
from dia_engine.hub.places import unfinished
from dia_engine.kind import is_codec
from studio.engines.info import EngineInfo

MODELS_VARIABLE = "DIA_STUDIO_MODELS"
_WEIGHTS = ("*.safetensors", "*.pth", "pytorch_model.bin")
_INSTALL = "Install it with: pip install dia-studio[dia]; then fetch the model with: dia-studio model fetch dia."
_FETCH = (
    f"Fetch it ({in_bytes(KNOWN[0].bytes)}, and {in_bytes(CODEC.bytes)} for its codec) with: dia-studio model fetch dia; "
    "until then the draft voice speaks."
)
_REMEDY = (
    "This version speaks with the draft voice; drafts are replaced segment by segment once a later version renders with Dia."
)


def info(models: Path | None = None) -> EngineInfo:
    """What the registry says of Dia. `models` is the folder in which model folders lie."""
    why_not, remedy = _why_not(models or models_folder())
    return EngineInfo("dia", "Dia 1.6B", is_draft=False, can_run=False, why_not=why_not, remedy=remedy)


def models_folder() -> Path:
    """Where models are looked for: DIA_STUDIO_MODELS, else the user's data folder."""
    named = os.environ.get(MODELS_VARIABLE)
    return Path(named) if named else user_data_path("dia-studio", appauthor=False) / "models"


def installed_models(models: Path) -> list[Path]:
    """The folders that hold a configuration of Dia and weights, all that belongs to them fetched."""
    try:
        folders = sorted(entry for entry in models.iterdir() if (entry / "config.json").is_file())
    except OSError:
        return []
    return [folder for folder in folders if _is_whole(folder) and any(next(folder.glob(one), None) for one in _WEIGHTS)]


def _is_whole(folder: Path) -> bool:
    """Whether no download is under way there, and what lies there is not Dia's codec."""
    return unfinished(folder) is None and not is_codec(folder / "config.json")


def _why_not(models: Path) -> tuple[str, str]:
    """Why Dia cannot speak, and what mends it."""
    if find_spec("torch") is None:
        return "PyTorch, which the Dia model runs on, is not installed.", _INSTALL
    if not installed_models(models):
        return f"No Dia model is installed on this computer (looked in {models}).", _FETCH
    return "A Dia model is installed, but this version of Dia Studio cannot run it yet.", _REMEDY
