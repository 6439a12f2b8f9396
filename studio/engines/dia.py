"""Whether Dia can speak on this computer, and where its files are, told without importing torch. `dia_model` speaks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

from dia_engine import manifest
from dia_engine.errors import WeightsDamaged, WeightsMissing
from dia_engine.filenames import CONFIG, choose
from dia_engine.hub import places
from dia_engine.hub.known import CODEC, KNOWN, id_of
from dia_engine.hub.pace import in_bytes
from dia_engine.kind import is_codec
from studio.engines.info import EngineInfo

MODELS_VARIABLE = "DIA_STUDIO_MODELS"
_WEIGHTS = ("*.safetensors", "*.pth", "pytorch_model.bin")
_MEMORY = 0.65  # of the bytes of the files, which hold 32 bits where 16 may do: the least that a processor speaks with
_INSTALL = "Install it with: pip install dia-studio[dia]; then fetch the model with: dia-studio model fetch dia."
_FETCH = f"Fetch it ({in_bytes(KNOWN[0].bytes)}, and {in_bytes(CODEC.bytes)} for its codec) with: dia-studio model fetch dia."
_FETCH_CODEC = f"Fetch it ({in_bytes(CODEC.bytes)}) with: dia-studio model fetch codec."


@dataclass(frozen=True, slots=True)
class Found:
    """Where a model and its codec lie; or why Dia cannot speak with them, and what mends that, a sentence each."""

    place: Path | None = None
    codec: Path | None = None
    why_not: str = ""
    remedy: str = ""


def info(model: str = "") -> EngineInfo:
    """What the registry says of Dia, with the model that was named, else with the one that `locate` takes."""
    found = locate(model)
    return EngineInfo("dia", "Dia 1.6B", is_draft=False, can_run=not found.why_not, why_not=found.why_not, remedy=found.remedy)


def models_folder() -> Path:
    """Where models are looked for: DIA_STUDIO_MODELS, else the user's data folder."""
    named = os.environ.get(MODELS_VARIABLE)
    return Path(named) if named else user_data_path("dia-studio", appauthor=False) / "models"


def voice_codes() -> Path:
    """Where codes of voice samples are kept, which may be deleted at any time: they are computed again."""
    return user_cache_path("dia-studio", appauthor=False) / "voices"


def installed_models(models: Path) -> list[Path]:
    """The folders that hold a configuration of Dia and weights, all that belongs to them fetched."""
    try:
        folders = sorted(entry for entry in models.iterdir() if (entry / CONFIG).is_file())
    except OSError:
        return []
    return [folder for folder in folders if _is_whole(folder) and any(next(folder.glob(one), None) for one in _WEIGHTS)]


def locate(model: str = "") -> Found:
    """The model that is meant by a folder, a weights file, a short name or an id of the hub; without one, the first that is
    here as it was fetched. Looks at names and sizes and reads no weights."""
    if find_spec("torch") is None:
        return Found(why_not="PyTorch, which the Dia model runs on, is not installed.", remedy=_INSTALL)
    found = _named(model) if model else _usual()
    if found.place is None:
        return found
    folder = found.place if found.place.is_dir() else found.place.parent
    needed, there = _size(found.place) * _MEMORY, memory()
    if there and needed > there:
        why_not = f"This computer has {in_bytes(there)} of memory, and Dia needs {in_bytes(round(needed))}."
        return Found(why_not=why_not, remedy="Render on a computer with more memory.")
    codec = next(filter(_is_there, places.codecs(folder, _own_place(CODEC.id))), None)
    if codec is None:
        why_not = "The codec that makes sound of what Dia writes is not on this computer."
        return Found(found.place, why_not=why_not, remedy=_FETCH_CODEC)
    return Found(found.place, codec)


def _named(model: str) -> Found:
    place = Path(model).expanduser()
    if place.is_file():
        return Found(place)
    here = place if place.is_dir() else next((one for one in _places_of(id_of(model)) if one.is_dir()), None)
    if here is None:
        what = f"There is no model “{model}” on this computer."
        return Found(why_not=what, remedy=f"Name the folder of a model, or fetch it with: dia-studio model fetch {model}.")
    half = _half(here, model)
    if half is not None:
        return half
    try:
        names = [entry.name for entry in here.iterdir() if entry.is_file()]
        choose(names, here)
    except (OSError, WeightsMissing) as error:
        return Found(why_not=f"The folder {here} holds no Dia model ({error}).", remedy="Name the folder of a model.")
    if CONFIG not in names or is_codec(here / CONFIG):
        return Found(why_not=f"The folder {here} holds no config.json of a Dia model.", remedy="Name the folder of a model.")
    return Found(here)


def _usual() -> Found:
    """The first known model, else any other in the studio's folder, that is there as it was fetched."""
    tried = {place: one.name for one in KNOWN if one.kind == "dia" for place in _places_of(one.id)}
    here = [place for place in tried if place.is_dir() and _is_whole(place)]
    here += [place for place in installed_models(models_folder()) if place not in here]
    if not here:
        halves = (_half(place, name) for place, name in tried.items() if place.is_dir())
        return next(filter(None, halves), None) or Found(
            why_not=f"No Dia model is installed on this computer (looked in {models_folder()}).", remedy=_FETCH
        )
    whole = next(filter(_is_as_fetched, here), None)
    if whole is None:
        why_not = f"The Dia model in {here[0]} has no record of its hashes, or its files are not those of the record."
        remedy = f"Make a record with: python -m dia_engine verify {here[0]} --record; or name the folder with --model."
        return Found(why_not=why_not, remedy=remedy)
    return Found(whole)


def _half(place: Path, name: str) -> Found | None:
    """Why a model cannot be used whose download was broken off."""
    half = places.unfinished(place)
    if half is None:
        return None
    what = f"The download of {half.note.id} is not finished ({in_bytes(half.done)} of {in_bytes(half.total)} are there)."
    return Found(why_not=what, remedy=f"Go on with: dia-studio model fetch {name}.")


def _own_place(model: str) -> Path:
    """Where the studio itself keeps a model of the hub."""
    return models_folder() / model.rpartition("/")[2]


def _places_of(model: str) -> Iterator[Path]:
    """Where a model of the hub may lie: the studio's own folder first, then the cache of all programs."""
    yield _own_place(model)
    cached = places.cached(model)
    if cached is not None:
        yield cached


def _is_there(codec: Path) -> bool:
    """As a folder of transformers, or a file of descript-audio-codec, in a folder or named itself."""
    if not codec.is_dir():
        return codec.is_file()
    return places.unfinished(codec) is None and (is_codec(codec / CONFIG) or any(codec.glob("*.pth")))


def _is_whole(folder: Path) -> bool:
    """Whether no download is under way there, and what lies there is not Dia's codec."""
    return places.unfinished(folder) is None and not is_codec(folder / CONFIG)


def _is_as_fetched(folder: Path) -> bool:
    """Whether there is a manifest, and all its files have the size it says. Loading compares their hashes, too."""
    try:
        pins = manifest.pins(folder)
        return bool(pins) and all((folder / name).stat().st_size == pin.size for name, pin in pins.items())
    except (OSError, WeightsDamaged):
        return False


def _size(place: Path) -> int:
    """Bytes of a model's weights, 0 where that cannot be told."""
    try:
        names = [place.name] if place.is_file() else choose((one.name for one in place.iterdir()), place)
        return sum(((place if place.is_dir() else place.parent) / name).stat().st_size for name in names)
    except (OSError, WeightsMissing):
        return 0  # whoever reads it says what is wrong with it


def memory() -> int:
    """The computer's memory in bytes, 0 where it does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
