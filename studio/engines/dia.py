"""Whether Dia can speak on this computer, decided without importing torch. The adapter of the model belongs here, too."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_data_path

from studio.engines.info import EngineInfo

MODELS_VARIABLE = "DIA_STUDIO_MODELS"
_WEIGHTS = ("*.safetensors", "*.pth", "pytorch_model.bin")
_REMEDY = (
    "This version speaks with the draft voice; drafts are replaced segment by segment once a later version renders with Dia."
)


def info(models: Path | None = None) -> EngineInfo:
    """What the registry says of Dia. `models` is the folder in which model folders lie."""
    return EngineInfo(
        "dia", "Dia 1.6B", is_draft=False, can_run=False, why_not=_why_not(models or models_folder()), remedy=_REMEDY
    )


def models_folder() -> Path:
    """Where models are looked for: DIA_STUDIO_MODELS, else the user's data folder."""
    named = os.environ.get(MODELS_VARIABLE)
    return Path(named) if named else user_data_path("dia-studio", appauthor=False) / "models"


def installed_models(models: Path) -> list[Path]:
    """The folders that hold a configuration and weights."""
    try:
        folders = sorted(entry for entry in models.iterdir() if (entry / "config.json").is_file())
    except OSError:
        return []
    return [folder for folder in folders if any(next(folder.glob(pattern), None) for pattern in _WEIGHTS)]


def _why_not(models: Path) -> str:
    if find_spec("torch") is None:
        return "PyTorch, which the Dia model runs on, is not installed."
    if not installed_models(models):
        return f"No Dia model is installed on this computer (looked in {models})."
    return "A Dia model is installed, but this version of Dia Studio cannot run it yet."
