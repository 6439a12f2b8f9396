"""What the window does about voices: casting, seeds, listening."""

from __future__ import annotations

from studio.qt import recasting
from studio.ui.acts import Acts, told


class Casting(Acts):
    """Lives on the GUI thread, belongs to one window."""

    @told
    def cast_voice(self, character: str, voice: str) -> None:
        """A voice by its name; "" is a voice of its own."""
        if self._session is None:
            return
        if voice:
            recasting.give_voice(self._session, self._window.workspace.voices, character, voice)
        else:
            recasting.give_own_voice(self._session, character)

    @told
    def cast_another(self, character: str) -> None:
        if self._session is not None:
            recasting.give_another_voice(self._session, character)

    @told
    def cast_seed(self, character: str, seed: int | None) -> None:
        if self._session is not None:
            recasting.give_seed(self._session, character, seed)

    def choose_voice_for(self, character: str) -> None:
        self._window.desk.go_to("voices")
        self._window.voices.point_to(character)

    def hear_character(self, name: str) -> None:
        if self._session is not None:
            self._window.workspace.previewing.hear_character(self._session, name)

    def hear_voice(self, name: str) -> None:
        work = self._window.workspace
        voice = next((one for one in work.voices.on_offer() if one.name == name), None)
        if voice is not None and self._session is not None:
            work.previewing.hear_voice(voice, self._session.casting)

    @told
    def hear_take(self, key: str) -> None:
        seconds = self._session.takes.seconds(key) if self._session is not None else None
        if self._session is not None and seconds is not None:
            self._window.workspace.previewing.hear_file(self._session.sounds.path(key), seconds)
