"""What the window does about takes: making them, marking them, comparing two."""

from __future__ import annotations

from studio.core.errors import EditError
from studio.i18n import _, ngettext
from studio.qt import marking
from studio.qt.comparing import Comparing
from studio.qt.differences import differences
from studio.qt.inspecting import take_rows
from studio.qt.models.takes import TakeRow
from studio.ui.acts import Acts, told
from studio.ui.takes.comparestrip import Compared, in_lines
from studio.ui.takes.section import TakesSection


class Taking(Acts):
    """Lives on the GUI thread, belongs to one window. Acts are about the take that the list points at."""

    @property
    def _comparing(self) -> Comparing:
        return self._window.workspace.comparing

    @property
    def _section(self) -> TakesSection:
        return self._window.segment.section

    def _rows(self) -> tuple[TakeRow, ...]:
        return take_rows(self._session, self._segment) if self._session is not None and self._segment else ()

    def _row(self) -> TakeRow | None:
        """As it stands now: the list may be an eighth of a second behind."""
        pointed = self._section.current()
        return next((row for row in self._rows() if pointed is not None and row.key == pointed.key), None)

    def _say(self, sentence: str) -> None:
        """In the status line, and to screen readers."""
        self._window.editor.say(sentence)

    # making

    def several(self) -> None:
        """Ask, inside the panel, how many takes there are to be."""
        if self._session is not None and self._segment:
            self._window.desk.go_to("segment")
            segment = self._segment
            self._section.asking.ask_number(_("How many takes?"), lambda answer: self.render_several(segment, int(answer)))

    @told
    def render_several(self, segment: str, number: int) -> None:
        if self._session is None:
            return
        begun = sum(self._session.render_another_take(segment) for _number in range(number))
        self._say(ngettext("{count} take is being made.", "{count} takes are being made.", begun).format(count=begun))

    # marking

    @told
    def lock(self) -> None:
        row, session = self._row(), self._session
        if row is None or session is None:
            return
        marking.lock(session, self._segment, row.key, not row.mark.is_locked)
        said = _("Take {letter} is locked: it stays, whatever becomes of the words.")
        if row.mark.is_locked:
            said = _("Take {letter} is not locked any more.")
        self._say(said.format(letter=row.letter))

    @told
    def favourite(self) -> None:
        row, session = self._row(), self._session
        if row is None or session is None:
            return
        marking.favour(session, self._segment, row.key, not row.mark.is_favourite)
        said = _("Take {letter} is no favourite any more.") if row.mark.is_favourite else _("Take {letter} is a favourite.")
        self._say(said.format(letter=row.letter))

    def note(self) -> None:
        """Write a note where the take is."""
        row, segment = self._row(), self._segment
        if row is not None:
            self._window.desk.go_to("segment")
            question = _("Note on take {letter}").format(letter=row.letter)
            self._section.asking.ask_line(question, row.mark.note, lambda words: self.put_note(segment, row.key, words))

    @told
    def put_note(self, segment: str, key: str, words: str) -> None:
        if self._session is not None:
            marking.note(self._session, segment, key, words)

    @told
    def delete(self) -> None:
        row, session = self._row(), self._session
        if row is None or session is None or row.mark.is_binned:
            return
        marking.delete(session, self._segment, row.key)
        self._say(_("Take {letter} is in the bin. Undo brings it back.").format(letter=row.letter))

    @told
    def restore(self) -> None:
        row, session = self._row(), self._session
        if row is None or session is None:
            return
        if not row.mark.is_binned:
            raise EditError("this take was not deleted", kept="nothing was changed", todo="show deleted takes and point at one")
        marking.restore(session, self._segment, row.key)
        self._say(_("Take {letter} is back.").format(letter=row.letter))

    def bin(self) -> None:
        self._section.show_bin(not self._section.shows_bin)

    def sort(self) -> None:
        self._section.sort(not self._section.is_by_score)

    # comparing

    def compare(self) -> None:
        """Begin, or hear the other one from the same place on."""
        now = self._comparing.now
        if now is not None and now.segment == self._segment:
            self.hear_side(1 - now.heard)
        else:
            self._begin(is_blind=False)

    def blind(self) -> None:
        now = self._comparing.now
        if now is None or now.segment != self._segment:
            self._begin(is_blind=True)
        else:
            self._comparing.set_blind(not now.is_blind)
            self._say(_("Blind: the names are hidden.") if not now.is_blind else _("The names are shown."))

    def hear_side(self, number: int) -> None:
        self._comparing.switch(number)
        compared = self.compared()
        if compared is not None:
            self._say(_("{name} is heard.").format(name=compared.names[number]))

    @told
    def keep(self) -> None:
        """Choose what is heard in the comparison; else the take that is pointed at."""
        row, session = self._row(), self._session
        compared = self.compared()
        if compared is not None:
            names = compared.names
            self._comparing.keep()
            said = _("Take {letter} is kept.").format(letter=compared.letters[compared.now.heard])
            if compared.now.is_blind:
                other = 1 - compared.now.heard
                told_apart = _("{one} was take {letter}, {other} was take {other_letter}.")
                said += " " + told_apart.format(
                    one=names[compared.now.heard],
                    letter=compared.letters[compared.now.heard],
                    other=names[other],
                    other_letter=compared.letters[other],
                )
            self._say(said)
        elif row is not None and session is not None and self._segment:
            session.choose_take(self._segment, row.key)
            self._say(_("Take {letter} is kept.").format(letter=row.letter))

    def end(self) -> None:
        self._comparing.end()

    def differences(self) -> None:
        """What sets the take that is pointed at apart from the one that is heard, or from the one before it."""
        row, session = self._row(), self._session
        other = self._other(row) if row is not None else None
        if row is None or other is None or session is None:
            return
        recipes = session.takes.recipe(other.key), session.takes.recipe(row.key)
        found = differences(*recipes)
        title = _("Take {one} and take {other}").format(one=other.letter, other=row.letter)
        self._section.tell(title, in_lines(found) or _("Both were made the same way."))

    def compared(self) -> Compared | None:
        """What the strip shows, None where nothing of this segment is compared."""
        now, session = self._comparing.now, self._session
        if now is None or session is None or now.segment != self._segment:
            return None
        letters = {row.key: row.letter for row in self._rows()}
        one, other = (letters.get(key, "?") for key in now.keys)
        return Compared(now, (one, other), differences(*(session.takes.recipe(key) for key in now.keys)))

    def _begin(self, *, is_blind: bool) -> None:
        row, session = self._row(), self._session
        other = self._other(row) if row is not None else None
        if row is None or other is None or session is None:
            self._say(_("There is nothing to compare: this segment has one take."))
            return
        one, two = sorted((row, other), key=lambda one: not one.is_heard)
        self._window.desk.show_panel("segment")
        self._comparing.begin(session, self._segment, one.key, two.key, is_blind=is_blind)
        self._say(
            _("Comparing two takes blind.")
            if is_blind
            else _("Comparing take {one} and take {other}.").format(one=one.letter, other=two.letter)
        )

    def _other(self, row: TakeRow) -> TakeRow | None:
        """What a take is compared with: the one that is heard, else the newest other one."""
        others = [one for one in self._rows() if one.key != row.key and not one.mark.is_binned]
        return next((one for one in others if one.is_heard), others[-1] if others else None)
