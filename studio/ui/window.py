"""The main window: lays the panels out, remembers how, passes on what the workspace tells. What commands do is the desk's."""

from __future__ import annotations

from pathlib import Path
from string import Template

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QMainWindow, QScrollArea, QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from studio import assets
from studio.i18n import _
from studio.qt import places
from studio.qt.peaks import Waveform
from studio.qt.session import Session
from studio.qt.workspace import Workspace
from studio.ui.actions import Actions
from studio.ui.casting import Casting
from studio.ui.desk import Desk
from studio.ui.editor.pane import ScriptPane
from studio.ui.errors import Notice
from studio.ui.keys import UndoKeys
from studio.ui.outline import WIDTH, OutlinePanel
from studio.ui.problems import ProblemsPanel
from studio.ui.proofing import Proofing
from studio.ui.queue import QueuePanel
from studio.ui.review import ReviewPanel
from studio.ui.segment import SegmentPanel
from studio.ui.shown import ShownSession
from studio.ui.status import StatusStrip
from studio.ui.taking import Taking
from studio.ui.theme import Theme, ThemeSwitch, theme_of
from studio.ui.timeline.panel import TimelinePanel
from studio.ui.timelinelink import colors_of
from studio.ui.topbar import TopBar
from studio.ui.voices.dialog import VoiceDialog
from studio.ui.voices.dropping import dropped_files
from studio.ui.voices.panel import VoicesPanel
from studio.ui.welcome import WelcomePage

SIZE = QSize(1440, 900)
INSPECTOR_WIDTH = 372
TIMELINE_HEIGHT = 268
PANES = ("outline", "script", "inspector", "timeline")


class MainWindow(QMainWindow):
    """Owns the widgets. `desk` does what commands ask; `shown` connects the open session with the panels, or is None."""

    def __init__(self, workspace: Workspace, themes: ThemeSwitch) -> None:
        super().__init__()
        self.workspace = workspace
        self.themes = themes
        self.shown: ShownSession | None = None
        self.setWindowTitle("Dia Studio")
        self.setAcceptDrops(True)
        self.desk = Desk(self)
        self.casting = Casting(self)
        self.taking = Taking(self)
        self.proofing = Proofing(self)
        self.actions_ = Actions(self, self.desk)
        self._build()
        self._arrange()
        menus = self.actions_.fill(self.menuBar())
        self._recent_menu = menus["file"].addMenu(_("Open &recent"))
        self._recent_menu.aboutToShow.connect(self._fill_recent)
        self._connect()
        self.show_theme(themes.theme)
        self._restore()
        self._on_closed()

    # parts

    def _build(self) -> None:
        actions = self.actions_.all()
        self.notice = Notice()
        self.top = TopBar(actions)
        self.status = StatusStrip()
        self.outline = OutlinePanel()
        self.script = ScriptPane()
        self.editor = self.script.editor
        self.editor.installEventFilter(UndoKeys(self))
        self.timeline = TimelinePanel(colors_of(theme_of()), self._peaks)
        self.timeline.setObjectName("timeline")
        self.segment = SegmentPanel(actions, self._peaks)
        self.voices = VoicesPanel(self.workspace.voices, actions)
        self.problems = ProblemsPanel(actions)
        self.review = ReviewPanel(actions)
        self.queue = QueuePanel(actions)
        self.inspector = QTabWidget()
        self.inspector.setObjectName("inspector-tabs")
        self.inspector.setAccessibleName(_("Inspector"))
        self.inspector.setDocumentMode(True)
        self.inspector.tabBar().setDrawBase(False)
        for panel, title in (
            (_scrolled(self.segment), _("Segment")),
            (self.voices, _("Voices")),
            (self.problems, _("Problems")),
            (_scrolled(self.review), _("Review")),
            (self.queue, _("Queue")),
        ):
            self.inspector.addTab(panel, title)
        self.welcome = WelcomePage(actions, places.demos())

    def _arrange(self) -> None:
        self.across = QSplitter(Qt.Orientation.Horizontal)
        self._inspector_frame = _framed(self.inspector)
        for widget in (self.outline, self.script, self._inspector_frame):
            self.across.addWidget(widget)
        self.across.setStretchFactor(1, 1)
        self.down = QSplitter(Qt.Orientation.Vertical)
        self.down.addWidget(self.across)
        self.down.addWidget(self.timeline)
        self.down.setStretchFactor(0, 1)
        for splitter in (self.across, self.down):
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
        self.across.setSizes([WIDTH, SIZE.width() - WIDTH - INSPECTOR_WIDTH, INSPECTOR_WIDTH])
        self.down.setSizes([SIZE.height() - TIMELINE_HEIGHT, TIMELINE_HEIGHT])
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.down)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.top, self.notice, self.pages, self.status):
            column.addWidget(part, 1 if part is self.pages else 0)
        self.setCentralWidget(body)
        self.resize(SIZE.boundedTo(_room()))

    def _connect(self) -> None:
        work = self.workspace
        work.opened.connect(self._on_opened)
        work.closed.connect(self._on_closed)
        work.locked.connect(self.desk.offer_read_only)
        work.trouble.connect(self.notice.show_error)
        work.engine.chosen.connect(self._show_engine)
        work.engine.ready.connect(self._show_engine)
        self.themes.changed.connect(self.show_theme)
        self.top.engine_chosen.connect(self.desk.use_engine)
        self.status.asked.connect(self.desk.go_to)
        self.status.pause_asked.connect(self.desk.pause_rendering)
        self.status.stop_asked.connect(self.desk.stop_rendering)
        self.editor.said.connect(self.status.say)
        self.welcome.demo_asked.connect(self.desk.open_demo_named)
        self.welcome.recent_asked.connect(self.desk.open_folder)
        self.segment.voice_asked.connect(self.casting.choose_voice_for)
        self.voices.chosen_changed.connect(self.desk.update_actions)
        self.voices.dropped.connect(self.desk.dropped)
        self.voices.count_stale(self.casting.count_stale)
        self.outline.effect_of = self.casting.effect_of
        self.outline.choose_asked.connect(self.casting.choose_voice_for)
        work.voice_edits.done.connect(self.desk.voice_done)
        work.voice_edits.undone.connect(self.notice.say)
        work.voice_edits.stacks_changed.connect(self.desk.update_actions)
        work.sharing.said.connect(self.notice.say)

    def begin(self, path: Path | None) -> None:
        """Open what was asked for, else the project that was open last, else stay on the welcome page."""
        wanted = path or self.workspace.remembered.last()
        if wanted is not None:
            self.desk.open_path(wanted)

    def pane(self, name: str) -> QWidget:
        """The widget that stands for a pane: outline, script, inspector, timeline."""
        widgets: dict[str, QWidget] = {
            "outline": self.outline,
            "script": self.editor,
            "inspector": self.inspector,
            "timeline": self.timeline.view,
        }
        return widgets[name]

    def focus_pane(self, name: str) -> None:
        """Show a pane and put the focus into it, wherever it can be there."""
        self.set_hidden(name, False)
        pane = self.inspector.currentWidget() if name == "inspector" else self.pane(name)
        target = pane
        if isinstance(target, QScrollArea) and target.objectName() == "inspector-page":
            target = target.widget() or target
        # No focus proxies: Qt takes a widget with one for a single stop of the Tab key, whatever else is in it.
        target = getattr(target, "first_focus", target)
        if target.isHidden() or not target.isVisibleTo(self):
            target = self.inspector.tabBar() if name == "inspector" else self.outline.anything()
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # what it hears

    @Slot(object)
    def _on_opened(self, session: Session) -> None:
        self.notice.hide()
        self.shown = ShownSession(session, self)
        self.desk.update_actions()
        self.pages.setCurrentWidget(self.down)
        self.status.show()
        self.top.show_open(True)
        self.setWindowTitle(f"{session.title} — Dia Studio")
        self._show_engine()
        self.editor.reveal(*(self.workspace.remembered.place(session.folder) or _beginning(session)))
        self.editor.setFocus()

    @Slot()
    def _on_closed(self) -> None:
        if self.shown is not None:
            self.workspace.remembered.note_place(self.shown.session.folder, *self.editor.place())
            self.shown.close()
            self.shown = None
        self.welcome.show_recent(self.workspace.remembered.recent()[:5])
        self.pages.setCurrentWidget(self.welcome)
        self.status.hide()
        self.setWindowTitle("Dia Studio")
        self.top.show_title(_("Dia Studio"), "")
        self.top.show_open(False)
        self.desk.update_actions()

    @Slot()
    def _show_engine(self) -> None:
        engine = self.workspace.engine
        offers = engine.available() if self.workspace.session is not None else ()
        self.top.engine.show_engine(engine.info, engine.caps is not None, offers)

    @Slot(object)
    def show_theme(self, theme: Theme) -> None:
        self.setStyleSheet(Template(assets.path("themes", "panels.qss").read_text("utf-8")).substitute(theme.tokens))
        self.top.show_theme(theme)
        self.timeline.view.show_colors(colors_of(theme))
        self.segment.show_theme()

    def closeEvent(self, event: QCloseEvent) -> None:
        unsaved = [dialog for dialog in self.findChildren(VoiceDialog) if not dialog.close()]
        if unsaved:  # it says so, and the next time it closes
            unsaved[0].activateWindow()
            event.ignore()
            return
        self._remember()
        self.workspace.close()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.shown is not None and dropped_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.desk.dropped(dropped_files(event.mimeData()))

    def _peaks(self, source: str) -> Waveform | None:
        return self.workspace.peaks.get(source) if self.workspace.peaks is not None else None

    def _fill_recent(self) -> None:
        self._recent_menu.clear()
        for folder in self.workspace.remembered.recent():
            action = self._recent_menu.addAction(str(folder))
            action.triggered.connect(lambda checked=False, folder=folder: self.desk.open_folder(folder))
        if self._recent_menu.isEmpty():
            self._recent_menu.addAction(_("Nothing yet")).setEnabled(False)

    # how it is remembered

    def _remember(self) -> None:
        kept = self.workspace.remembered
        kept.set_state("window/geometry", self.saveGeometry())
        kept.set_state("window/across", self.across.saveState())
        kept.set_state("window/down", self.down.saveState())
        hidden = [name for name in PANES if name != "script" and self.is_hidden(name)]
        kept.set_text("window/hidden", " ".join(hidden))
        kept.set_text("window/zoom", str(self.editor.zoom_percent))
        kept.set_text("window/theme", self.themes.choice)

    def _restore(self) -> None:
        kept = self.workspace.remembered
        self.restoreGeometry(kept.state("window/geometry"))
        self.across.restoreState(kept.state("window/across"))
        self.down.restoreState(kept.state("window/down"))
        for name in kept.text("window/hidden").split():
            if name in PANES:
                self.set_hidden(name, True)
        zoom = kept.text("window/zoom", "100")
        self.editor.set_zoom(int(zoom) if zoom.isdigit() else 100)

    def tab_of(self, panel: QWidget) -> int:
        """The inspector's tab that shows a panel, by itself or in a page that scrolls."""
        pages = [self.inspector.widget(number) for number in range(self.inspector.count())]
        return next(number for number, page in enumerate(pages) if page is panel or (page and page.isAncestorOf(panel)))

    def frame_of(self, name: str) -> QWidget:
        """What is hidden and shown as a pane."""
        frames: dict[str, QWidget] = {"outline": self.outline, "timeline": self.timeline, "script": self.script}
        return frames.get(name, self._inspector_frame)

    def is_hidden(self, name: str) -> bool:
        return self.frame_of(name).isHidden()

    def set_hidden(self, name: str, hidden: bool) -> None:
        self.frame_of(name).setHidden(hidden)


def _room() -> QSize:
    """What the screen has for a window, its frame not counted."""
    screen = QGuiApplication.primaryScreen()
    return screen.availableGeometry().size() if screen is not None else SIZE


def _beginning(session: Session) -> tuple[int, int]:
    """Line and column at which work begins: the first words that are spoken, else the end of the script."""
    if session.plan.starts:
        return session.plan.starts[0].line, session.plan.starts[0].column
    last = session.text().split("\n")
    return len(last) - 1, len(last[-1])


def _framed(tabs: QTabWidget) -> QWidget:
    frame = QWidget()
    frame.setObjectName("inspector")
    frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    frame.setMinimumWidth(260)
    column = QVBoxLayout(frame)
    column.setContentsMargins(0, 8, 0, 0)
    column.addWidget(tabs)
    return frame


def _scrolled(panel: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setObjectName("inspector-page")
    area.setWidget(panel)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
