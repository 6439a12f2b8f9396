"""Where new projects go, and how a script or a demo becomes one. Files only; no session, no window."""

from __future__ import annotations

import json
import re
from pathlib import Path
from shutil import copy2

from studio import assets
from studio.core.errors import ProjectError, reason
from studio.core.front import find_end
from studio.core.project import Project
from studio.core.text import read
from studio.store import places
from studio.store.layout import DATABASE, SCRIPT
from studio.store.project import ProjectStore

SOUND_SUFFIXES = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".png", ".jpg", ".jpeg")
_PLAIN = re.compile(r"[^\W\d_][\w .,'’()-]*")  # a title that YAML takes for a text without quotes
_TITLE = re.compile(r"title\s*:")
_OF_THE_EPISODE = ("title", "source", "comment", "year")  # settings that another episode does not inherit


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
    return places.peaks()


def previews_folder() -> Path:
    return places.previews()


def demos() -> tuple[str, ...]:
    """The names of the shipped scripts, without their ending."""
    return tuple(name.removesuffix(".txt") for name in assets.names("demo", ".txt"))


def new_project(folder: Path) -> Path:
    """A project with an empty script in a new or empty folder. Raises ProjectError."""
    ProjectStore.create(folder, f"---\n{_title_line(folder.name)}\n---\n\n").close()
    return folder


def next_episode(of: Path, folder: Path) -> Path:
    """A project for the next episode of a show, in a new or empty folder: an empty script with the front matter of the last
    one, its cast, voices and settings, its cover and music. Raises ProjectError."""
    with ProjectStore.open(of, write=False) as last:
        text, project = last.text, last.load()
    lines = text.split("\n")
    head = [line for line in lines[1 : max(find_end(lines) - 1, 1)] if not _TITLE.match(line)]
    script = "\n".join(["---", _title_line(folder.name), *head, "---", "", ""])
    settings = {name: value for name, value in project.settings.items() if name not in _OF_THE_EPISODE}
    with ProjectStore.create(folder, script) as store:
        store.save(store.load(), Project(cast=project.cast, tracks=project.tracks, settings=settings))
    _copy_sounds(of, folder, script + settings.get("cover", ""))
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


def _title_line(name: str) -> str:
    return f"title: {name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)}"


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
