"""What the window does about voices: casting, seeds, listening."""

from __future__ import annotations

from collections.abc import Callable

from studio.i18n import _
from studio.qt import recasting
from studio.qt.foresight import Count
from studio.ui.acts import Acts, told
from studio.ui.voices.giving import effect_in_words


class Casting(Acts):
    """Lives on the GUI thread, belongs to one window."""

    @told
    def cast_voice(self, character: str, voice: str, style: str = "") -> None:
        """A voice by its name, in a style; "" is a voice of its own. What it made stale is said."""
        if self._session is None:
            return
        if not voice:
            recasting.give_own_voice(self._session, character)
            return
        work = self._window.workspace
        entry = recasting.entry_of(self._session, character, voice, style)
        ask = work.foresight.question(self._session, character, entry)
        recasting.give_voice(self._session, work.voices, character, voice, style)
        name = f"{voice} / {style}" if style else voice
        said = _("{who} speaks with {voice}.").format(who=character or _("The narrator"), voice=name)
        ask("cast", lambda count: self._window.editor.say(f"{said} {effect_in_words(count)}".strip()))

    def count_stale(self, character: str, voice: str, style: str, then: Count, asker: str = "card") -> None:
        """How many segments a voice would make stale, as things stand now; None while the engine is not known."""
        if self._session is not None:
            entry = recasting.entry_of(self._session, character, voice, style)
            self._window.workspace.foresight.ask(asker, self._session, character, entry, then)

    def effect_of(self, character: str, voice: str, style: str, then: Callable[[str], None]) -> None:
        """What a voice would make stale, in words."""
        self.count_stale(character, voice, style, lambda count: then(effect_in_words(count)), asker="menu")

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
