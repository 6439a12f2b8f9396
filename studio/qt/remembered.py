"""What the window remembers between two starts: recent projects, geometry, theme. Not settings of any project."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

RECENT = 10


class Remembered:
    """One ini file. What cannot be read is forgotten quietly: nothing of value is kept here."""

    def __init__(self, file: Path) -> None:
        self._settings = QSettings(str(file), QSettings.Format.IniFormat)

    def recent(self) -> tuple[Path, ...]:
        """Projects that were open, newest first; those that are gone are left out."""
        value = self._settings.value("recent", [])
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(path for path in map(Path, map(str, names)) if path.is_dir())

    def note(self, folder: Path) -> None:
        """This project is the newest."""
        others = [path for path in self.recent() if path != folder]
        self._settings.setValue("recent", [str(path) for path in [folder, *others][:RECENT]])
        self._settings.setValue("last", str(folder))

    def last(self) -> Path | None:
        """The project that was open when the program ended."""
        value = self.text("last")
        return Path(value) if value and Path(value).is_dir() else None

    def forget_last(self) -> None:
        self._settings.remove("last")

    def place(self, folder: Path) -> tuple[int, int] | None:
        """Line and column of the cursor (from 0) when this project was last closed."""
        found = self._places().get(str(folder))
        return (found[0], found[1]) if isinstance(found, list) and [type(one) for one in found] == [int, int] else None

    def note_place(self, folder: Path, line: int, column: int) -> None:
        """The cursor's place is remembered for recent projects only."""
        recent = {str(path) for path in self.recent()}
        places = {name: place for name, place in self._places().items() if name in recent}
        self.set_text("places", json.dumps(places | {str(folder): [line, column]}))

    def _places(self) -> dict[str, object]:
        try:
            found = json.loads(self.text("places", "{}"))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def text(self, name: str, default: str = "") -> str:
        value = self._settings.value(name, default)
        return value if isinstance(value, str) else default

    def set_text(self, name: str, value: str) -> None:
        self._settings.setValue(name, value)

    def state(self, name: str) -> QByteArray:
        """A geometry or a splitter's state; empty when there is none."""
        value = self._settings.value(name)
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_state(self, name: str, value: QByteArray) -> None:
        self._settings.setValue(name, value)

    def sync(self) -> None:
        self._settings.sync()
