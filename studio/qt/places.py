"""Where new projects go, and how a script or a demo becomes one. Files only; no session, no window."""

from __future__ import annotations

from pathlib import Path
from shutil import copy2

from studio import assets
from studio.core.errors import ProjectError, reason
from studio.core.text import read
from studio.store import places
from studio.store.layout import DATABASE, SCRIPT
from studio.store.project import ProjectStore

SOUND_SUFFIXES = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".png", ".jpg", ".jpeg")
NEW_SCRIPT = "---\ntitle: {title}\n---\n\n"


def is_project(folder: Path) -> bool:
    return (folder / DATABASE).is_file()


def projects_folder() -> Path:
    """Where new projects are offered to be made."""
    return places.projects()


def window_file() -> Path:
    return places.settings().with_name("window.ini")


def log_folder() -> Path:
    return places.logs()


def library_file() -> Path:
    return places.library()


def peaks_folder() -> Path:
    return places.cache() / "peaks"


def previews_folder() -> Path:
    return places.cache() / "previews"


def demos() -> tuple[str, ...]:
    """The names of the shipped scripts, without their ending."""
    return tuple(name.removesuffix(".txt") for name in assets.names("demo", ".txt"))


def new_project(folder: Path) -> Path:
    """A project with an empty script in a new or empty folder. Raises ProjectError."""
    ProjectStore.create(folder, NEW_SCRIPT.format(title=folder.name)).close()
    return folder


def project_of_script(script: Path, parent: Path | None = None) -> Path:
    """The project made of a script file, in a folder of its name; the same script again gives the same project.

    The file itself is left alone; the project has a copy, and copies of sounds that lie beside it and are named in it. Raises
    ScriptError for a file that is no text, ProjectError where nothing can be made.
    """
    text = read(script)
    if script.name == SCRIPT and is_project(script.parent):
        return script.parent
    folder = _folder_for(text, (parent or projects_folder()) / script.stem)
    if not is_project(folder):
        ProjectStore.create(folder, text).close()
        _copy_sounds(script.parent, folder, text)
    return folder


def project_of_demo(name: str) -> Path:
    """A copy of a shipped script that the user may change."""
    return project_of_script(assets.path("demo", f"{name}.txt"))


def _folder_for(text: str, wanted: Path) -> Path:
    """`wanted`, or the same with a number behind it when it is taken by something else."""
    number, folder = 1, wanted
    while folder.exists() and not _holds(folder, text):
        number += 1
        folder = wanted.with_name(f"{wanted.name} {number}")
    return folder


def _holds(folder: Path, text: str) -> bool:
    """The folder is a project that was made of this very text and still has it, or it is empty."""
    if is_project(folder):
        try:
            return (folder / SCRIPT).read_text("utf-8-sig") == text
        except (OSError, UnicodeDecodeError):
            return False
    return not any(folder.iterdir()) if folder.is_dir() else False


def _copy_sounds(source: Path, target: Path, text: str) -> None:
    try:
        beside = [path for path in source.iterdir() if path.suffix.lower() in SOUND_SUFFIXES and path.name in text]
        for path in beside:
            copy2(path, target / path.name)
    except OSError as error:
        raise ProjectError(
            f"the sounds of the script could not be copied ({reason(error)})",
            where=source,
            kept="the project was made without them",
            todo="copy them into the project's folder",
        ) from error
