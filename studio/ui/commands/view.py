"""The menu of views: where to go, what is seen, in which colours."""

from __future__ import annotations

from studio.i18n import N_
from studio.ui.commands.command import Command, always, with_project
from studio.ui.commands.ofeditor import SIZES, of_editor
from studio.ui.editor.commands import COMMANDS as EDITOR_COMMANDS

COMMANDS = (
    Command("view.commands", "view", N_("&Command list…"), lambda desk: desk.show_commands(), ("Ctrl+Shift+P",)),
    Command("view.script", "view", N_("Go to the &script"), lambda desk: desk.go_to("script"), ("Ctrl+1",), with_project, True),
    Command(
        "view.segment", "view", N_("Go to the &inspector"), lambda desk: desk.go_to("inspector"), ("Ctrl+2",), with_project
    ),
    Command("view.timeline", "view", N_("Go to the &timeline"), lambda desk: desk.go_to("timeline"), ("Ctrl+3",), with_project),
    Command("view.queue", "view", N_("Go to the &queue"), lambda desk: desk.go_to("queue"), ("Ctrl+4",), with_project),
    Command("view.outline", "view", N_("Go to the &outline"), lambda desk: desk.go_to("outline"), ("Ctrl+5",), with_project),
    Command("view.voices", "view", N_("Go to the &voices"), lambda desk: desk.go_to("voices"), ("Ctrl+6",), with_project),
    Command("view.problems", "view", N_("Go to the &problems"), lambda desk: desk.go_to("problems"), ("Ctrl+7",), with_project),
    Command("view.review", "view", N_("Go to the &review"), lambda desk: desk.go_to("review"), ("Ctrl+8",), with_project),
    Command("view.next-pane", "view", N_("Next pa&ne"), lambda desk: desk.next_pane(1), ("F6",), with_project, True),
    Command("view.previous-pane", "view", N_("Previous pan&e"), lambda desk: desk.next_pane(-1), ("Shift+F6",), with_project),
    Command("view.back", "view", N_("&Back to the script"), lambda desk: desk.back_to_script(), ("Esc",), with_project),
    Command(
        "view.toggle-outline",
        "view",
        N_("Show or hide the outline"),
        lambda desk: desk.toggle_panel("outline"),
        ("F9",),
        always,
        True,
    ),
    Command(
        "view.toggle-inspector", "view", N_("Show or hide the inspector"), lambda desk: desk.toggle_panel("inspector"), ("F10",)
    ),
    Command(
        "view.toggle-timeline", "view", N_("Show or hide the timeline"), lambda desk: desk.toggle_panel("timeline"), ("F11",)
    ),
    *(of_editor(command, "view") for command in EDITOR_COMMANDS if command.id in SIZES),
    Command("view.theme-system", "view", N_("Colours of the system"), lambda desk: desk.set_theme("system"), (), always, True),
    Command("view.theme-dark", "view", N_("Dark colours"), lambda desk: desk.set_theme("dark")),
    Command("view.theme-light", "view", N_("Light colours"), lambda desk: desk.set_theme("light")),
    Command("view.theme-contrast", "view", N_("High contrast"), lambda desk: desk.set_theme("contrast")),
)
