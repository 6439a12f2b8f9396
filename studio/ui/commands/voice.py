"""The menu of voices: making them, looking after them, the cast, and who says the line under the cursor."""

from __future__ import annotations

from studio.i18n import N_
from studio.ui.commands.command import Command, Situation, on_own_segment, with_project, writable


def _one_voice(now: Situation) -> bool:
    return now.voices == 1


def _some_voices(now: Situation) -> bool:
    return now.voices > 0


def _has_take(now: Situation) -> bool:
    return now.has_segment and now.takes > 0


COMMANDS = (
    Command(
        "voice.new-file", "voice", N_("New voice from a &file…"), lambda desk: desk.new_voice_from_file(), (), with_project
    ),
    Command(
        "voice.new-microphone",
        "voice",
        N_("New voice from the &microphone…"),
        lambda desk: desk.new_voice_from_microphone(),
        (),
        with_project,
    ),
    Command("voice.new-seeds", "voice", N_("New voice by &seed…"), lambda desk: desk.new_voice_by_seed(), (), with_project),
    Command(
        "voice.new-take", "segment", N_("Save this &take as a voice…"), lambda desk: desk.save_take_as_voice(), (), _has_take
    ),
    Command("voice.new-empty", "voice", N_("&New voice without a sample…"), lambda desk: desk.new_voice(), (), with_project),
    Command("voice.import", "voice", N_("&Import a bundle…"), lambda desk: desk.import_voices(), (), with_project),
    Command("voice.hear", "voice", N_("&Hear this voice"), lambda desk: desk.hear_chosen_voice(), (), _one_voice, True),
    Command("voice.edit", "voice", N_("&Edit this voice…"), lambda desk: desk.edit_voice(), (), _one_voice),
    Command("voice.duplicate", "voice", N_("&Duplicate"), lambda desk: desk.duplicate_voices(), (), _some_voices),
    Command("voice.compare", "voice", N_("&Compare…"), lambda desk: desk.compare_voices(), (), _some_voices),
    Command("voice.sort", "voice", N_("Ta&gs, folder, language…"), lambda desk: desk.sort_voices(), (), _some_voices),
    Command("voice.export", "voice", N_("Export as a &bundle…"), lambda desk: desk.export_voices(), (), _some_voices),
    Command("voice.remove", "voice", N_("&Remove"), lambda desk: desk.remove_voices(), (), _some_voices),
    Command(
        "voice.say-line",
        "voice",
        N_("Say this &line with another voice…"),
        lambda desk: desk.say_line_with_voice(),
        ("Ctrl+Shift+L",),
        on_own_segment,
        True,
    ),
    Command("voice.export-cast", "voice", N_("Export the whole c&ast…"), lambda desk: desk.export_cast(), (), with_project),
    Command("voice.import-cast", "voice", N_("Import a cas&t…"), lambda desk: desk.import_cast(), (), writable),
)
