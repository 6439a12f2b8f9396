"""The inspector's voices: found by words, tags and folders, heard, given to characters; what else there is to do by a menu."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QItemSelectionRange, QModelIndex, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QListView, QMenu, QPushButton, QVBoxLayout, QWidget

from studio.core.voices import Voice
from studio.i18n import _
from studio.qt.models.cast import CharacterRow
from studio.qt.models.voices import VoiceModel, VoiceRow, row_of
from studio.qt.voices import Voices
from studio.ui.lists import RowList
from studio.ui.rows import VoiceDelegate
from studio.ui.voices.dropping import dropped_files
from studio.ui.voices.giving import Count, GiveCard

ROW_ACTS = ("voice.hear", "voice.edit", "voice.duplicate", "voice.compare", "voice.sort", "voice.export", "voice.remove")
MAKE_ACTS = (
    "voice.new-file",
    "voice.new-microphone",
    "voice.new-take",
    "voice.new-seeds",
    "voice.new-empty",
    "voice.import",
)
SEARCH_MS = 60


class VoicesPanel(QWidget):
    """`voice_asked(character, voice, style)` casts; `listen_asked(voice)` plays a line in a voice; `chosen_changed` follows the
    selection, `dropped(paths)` files that are let go over it."""

    voice_asked = Signal(str, str, str)
    listen_asked = Signal(str)
    chosen_changed = Signal()
    dropped = Signal(object)

    def __init__(self, voices: Voices, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._voices = voices
        self.model = VoiceModel(self)
        self._characters: Sequence[CharacterRow] = ()
        self._rows: dict[str, tuple[Voice, VoiceRow]] = {}  # made once: there may be thousands, and people type
        self._shown: tuple[object, ...] = ()  # what the rows that are shown were made of
        self._offered: Sequence[Voice] = ()  # what the filters that are shown were made of
        self._search = QLineEdit()
        self._search.setPlaceholderText(_("Search voices"))
        self._search.setAccessibleName(_("Search voices by name, tag or note"))
        self._search.setClearButtonEnabled(True)
        self._filter = QComboBox()
        self._filter.setAccessibleName(_("Show voices with a tag or in a folder"))
        self._filter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._filter.setMinimumContentsLength(8)
        self.list = RowList(_("Voices"), self.model, VoiceDelegate())
        self.list.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.list.installEventFilter(self)
        self.list.setMinimumHeight(48)
        self._empty = QLabel()
        self._empty.setWordWrap(True)
        self._empty.setProperty("role", "muted")
        self._empty.setContentsMargins(16, 4, 16, 0)
        self._all = QPushButton(_("Show all voices"))
        self._all.clicked.connect(self.show_all)
        self._all.hide()
        self._new = _menu_button(_("New voice"), [actions[name] for name in MAKE_ACTS])
        self._edit = _act_button(_("Edit"), actions["voice.edit"])
        self._hear = _act_button(_("Hear it"), actions["voice.hear"])
        self._more = _menu_button(_("More"), [actions[name] for name in ROW_ACTS])
        self._menu_actions = [*(actions[name] for name in ROW_ACTS)]
        self._remove = actions["voice.remove"]
        self.give = GiveCard()
        self._awaited = ""
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(SEARCH_MS)
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)

    @property
    def first_focus(self) -> QWidget:
        return self.list if self.model.rowCount() else self._search

    def show_voices(self, characters: Sequence[CharacterRow], *, can_write: bool) -> None:
        """Show what fits the search, and who speaks with it."""
        self._characters = characters
        self._show_filters()
        self._show_rows()
        self.give.show_cast(characters, can_write=can_write)

    def chosen(self) -> list[str]:
        """The names of the voices that are selected, the current one first; else that of the current row, if there is one."""
        here = self.current()
        rows = [row for one in self._ranges() for row in self.model.rows[one.top() : one.bottom() + 1]]
        names = sorted((row.name for row in rows), key=lambda name: name != here)
        return names or ([here] if here else [])

    def count_chosen(self) -> int:
        """How many voices are selected, or else whether there is a current one: cheap, for every change of the selection."""
        return sum(one.height() for one in self._ranges()) or int(bool(self.current()))

    def _ranges(self) -> list[QItemSelectionRange]:
        selection = self.list.selectionModel().selection()
        return [selection.at(number) for number in range(selection.count())]

    def current(self) -> str:
        row = self.model.row_at(self.list.currentIndex())
        return row.name if row is not None else ""

    def choose(self, *names: str) -> None:
        """Select these voices; the first one is the current row."""
        model = self.list.selectionModel()
        model.clearSelection()
        for name in reversed(names):
            index = self.model.index_of(name)
            if index.isValid():
                model.setCurrentIndex(index, model.SelectionFlag.Select)
                self.list.scrollTo(index)

    def choose_later(self, name: str) -> None:
        """Select a voice as soon as it is there."""
        self._awaited = name
        self._choose_awaited()

    def _choose_awaited(self) -> None:
        if self._awaited and self.model.index_of(self._awaited).isValid():
            self.choose(self._awaited)
            self._awaited = ""

    def point_to(self, character: str) -> None:
        """Let the next choice be for this character."""
        self.give.point_to(character)

    def show_all(self) -> None:
        self._search.clear()
        self._filter.setCurrentIndex(0)
        self._show_rows()

    # what it shows

    def _show_rows(self) -> None:
        tag, folder, language = self._filter.currentData() or ("", "", "")
        users: dict[str, tuple[str, ...]] = {}
        for one in self._characters:
            users[one.voice] = (*users.get(one.voice, ()), one.name or _("Narrator"))
        made_of = (self._voices.on_offer(), self._search.text(), tag, folder, language, users)
        if self._shown and made_of[0] is self._shown[0] and made_of[1:] == self._shown[1:]:
            return
        self._shown = made_of
        found = self._voices.search(self._search.text(), [tag] if tag else [], folder, language)
        self.model.show([self._row(voice, users.get(voice.name, ())) for voice in found])
        self._show_empty(len(found))
        self._choose_awaited()
        self._on_selected()

    def _row(self, voice: Voice, used_by: tuple[str, ...]) -> VoiceRow:
        made = self._rows.get(voice.name)
        if made is None or made[0] is not voice or made[1].used_by != used_by:
            made = self._rows[voice.name] = (voice, row_of(voice, used_by))
        return made[1]

    def _show_empty(self, count: int) -> None:
        is_asked = bool(self._search.text().strip()) or self._filter.currentIndex() > 0
        self.list.setVisible(count > 0)
        self._all.setVisible(is_asked and not count)
        if is_asked:
            self._empty.setText(_("No voice fits “{words}”.").format(words=self._search.text() or self._filter.currentText()))
        else:
            self._empty.setText(_("For a voice of your own drop a recording here, or choose New voice."))
        self._empty.setVisible(not count or (not is_asked and not self._voices.all()))

    def _show_filters(self) -> None:
        if self._voices.on_offer() is self._offered:
            return
        self._offered = self._voices.on_offer()
        wanted: list[tuple[str, tuple[str, str, str]]] = [(_("All"), ("", "", ""))]
        wanted += [(_("in {folder}").format(folder=one), ("", one, "")) for one in self._voices.folders()]
        words = {"built-in": _("built-in")}
        tags, languages = self._voices.tags(), self._voices.languages()
        wanted += [(_("tag {tag}").format(tag=words.get(one, one)), (one, "", "")) for one in tags]
        if len(languages) > 1:
            wanted += [(_("language {language}").format(language=one), ("", "", one)) for one in languages]
        if [text for text, _data in wanted] == [self._filter.itemText(n) for n in range(self._filter.count())]:
            return
        chosen = self._filter.currentText()
        self._filter.blockSignals(True)
        self._filter.clear()
        for text, data in wanted:
            self._filter.addItem(text, data)
        self._filter.setCurrentIndex(max(0, self._filter.findText(chosen)))
        self._filter.blockSignals(False)

    # what is done to it

    def _on_selected(self, *_args: object) -> None:
        name = self.current()
        self.give.show_voice(self._voices.find(name) if name else None)
        self.chosen_changed.emit()

    def _on_acted(self, index: QModelIndex) -> None:
        row = self.model.row_at(index)
        if row is not None:
            self.listen_asked.emit(row.name)

    def _on_given(self, character: str, style: str) -> None:
        if self.current() and character:
            self.voice_asked.emit(character, self.current(), style)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Delete and watched is self.list:
                self._remove.trigger()
                return True
            if event.key() == Qt.Key.Key_Down and watched is self._search and self.model.rowCount():
                self.list.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        if isinstance(event, QContextMenuEvent) and watched is self.list:
            at = self.list.viewport().mapToGlobal(self.list.visualRect(self.list.currentIndex()).bottomLeft())
            self.row_menu().popup(event.globalPos() if event.reason() == QContextMenuEvent.Reason.Mouse else at)
            return True
        return super().eventFilter(watched, event)

    def row_menu(self) -> QMenu:
        """What can be done with the selected voices."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self._menu_actions)
        return menu

    def minimumSizeHint(self) -> QSize:
        """Less than its parts would like: words that wrap ask for more the narrower they are, and the timeline needs room."""
        return QSize(240, 200)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files: list[Path] = dropped_files(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.dropped.emit(files)

    def count_stale(self, count: Count) -> None:
        """`count(character, voice, style, then)` says how many segments that would make stale; None where nobody knows."""
        self.give.count_stale(count)

    def _connect(self) -> None:
        self.list.acted.connect(self._on_acted)
        self.list.selectionModel().currentChanged.connect(self._on_selected)
        self.list.selectionModel().selectionChanged.connect(lambda *_args: self.chosen_changed.emit())
        self._search.installEventFilter(self)
        self._search.textChanged.connect(lambda *_args: self._typing.start())
        self._search.returnPressed.connect(self._show_rows)
        self._typing.timeout.connect(self._show_rows)
        self._filter.currentIndexChanged.connect(lambda *_args: self._show_rows())
        self.give.asked.connect(self._on_given)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(12, 0, 12, 8)
        top.setSpacing(8)
        top.addWidget(self._search, 3)
        top.addWidget(self._filter, 2)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(12, 8, 12, 8)
        buttons.setSpacing(8)
        for button in (self._new, self._edit, self._hear, self._more):
            buttons.addWidget(button)
        buttons.addStretch(1)
        again = QHBoxLayout()
        again.setContentsMargins(16, 0, 16, 0)
        again.addWidget(self._all)
        again.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addWidget(self._empty)
        column.addLayout(again)
        column.addStretch(0)
        column.addLayout(buttons)
        column.addWidget(self.give)


def _menu_button(words: str, actions: Sequence[QAction]) -> QPushButton:
    button = QPushButton(words)
    menu = QMenu(button)
    menu.addActions(list(actions))
    button.setMenu(menu)
    return button


def _act_button(words: str, action: QAction) -> QPushButton:
    button = QPushButton(words)
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
    button.clicked.connect(action.trigger)
    return button
