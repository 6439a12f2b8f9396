"""The tables of a project and of the voice library. Every content table ends in a digest of its row; see `rows`.

Core tables rather than mapped classes: rows never leave this package, and opening a book must not build ten thousand objects.
"""

from __future__ import annotations

from sqlalchemy import REAL, Column, Index, Integer, LargeBinary, MetaData, Table, Text

project = MetaData()
library = MetaData()


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _whole(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=False)


def _real(name: str) -> Column[float]:
    return Column(name, REAL, nullable=False)


def _digest() -> Column[bytes]:
    return Column("digest", LargeBinary, nullable=False)


def _counts(metadata: MetaData) -> Table:
    """How many rows each table should have, so that a missing one is noticed."""
    return Table("row_counts", metadata, _text("name", key=True), _whole("rows"), _digest())


CAST = Table(
    "cast_entries",
    project,
    _text("character", key=True),
    _whole("position"),
    _text("voice"),
    _text("style"),
    Column("seed", Integer),
    _digest(),
)
CHOSEN = Table("chosen_takes", project, _text("segment", key=True), _text("key"), _digest())
CLIPS = Table(
    "clips",
    project,
    _text("segment", key=True),
    _real("shift_s"),
    _real("gain_db"),
    _real("trim_head_s"),
    _real("trim_tail_s"),
    _whole("is_muted"),
    _digest(),
)
TRACKS = Table("tracks", project, _text("name", key=True), _real("gain_db"), _whole("mute"), _whole("solo"), _digest())
SETTINGS = Table("settings", project, _text("name", key=True), _text("value"), _digest())
# One row: the text that was planned last, and where the plan ends. It is what outside edits of script.txt are compared with.
PLAN = Table(
    "plan", project, _whole("id", key=True), Column("text", LargeBinary, nullable=False), _whole("last_line"), _digest()
)
# `line_step` counts from the segment before, so that a line typed above touches one row; `rank` orders and leaves gaps.
BOUNDARIES = Table(
    "boundaries", project, _text("segment", key=True), _whole("rank"), _whole("line_step"), _whole("column"), _digest()
)
TAKES = Table(
    "takes",
    project,
    _text("segment", key=True),
    _text("key", key=True),
    _text("engine"),
    _whole("seed"),
    _real("seconds"),
    _real("created_at"),
    _text("recipe_digest"),
    _whole("is_draft"),
    _digest(),
)
JOBS = Table(
    "jobs",
    project,
    _whole("id", key=True),
    _text("segment"),
    _text("key"),
    _text("state"),
    _whole("attempts"),
    _whole("crashes"),
    _text("error"),
    _real("position"),
    _text("reason"),
    _digest(),
    Index("jobs_by_state", "state", "position"),
)
MARKS = Table(
    "take_marks",
    project,
    _text("segment", key=True),
    _text("key", key=True),
    _text("note"),
    _whole("is_favourite"),
    _whole("is_locked"),
    _whole("is_binned"),
    _whole("is_accepted"),
    _real("binned_at"),
    _digest(),
)
PICKUPS = Table("pickups", project, _text("segment", key=True), _text("note"), _real("at_s"), _real("made_at"), _digest())
# What measuring a take found. Derived: one that is lost is measured again.
REVIEWS = Table(
    "take_reviews",
    project,
    _text("key", key=True),
    _whole("revision"),
    _text("findings"),  # JSON, as are words
    _text("words"),
    _real("words_per_minute"),
    _real("level_db"),
    _digest(),
)
# Which of several takes of one request is heard: `key` is that of the first, `take` the best, "" while that is not settled.
PICKS = Table("take_picks", project, _text("key", key=True), _text("take"), _digest())
COUNTS = _counts(project)

VOICES = Table(
    "voices",
    library,
    _text("name_key", key=True),  # the name, case-folded and normalised: what makes two names the same
    _text("name"),
    Column("seed", Integer),
    _text("settings"),  # JSON, as are tags
    _text("tags"),
    _text("language"),
    _text("notes"),
    _text("licence"),
    _text("consent"),
    _text("consent_by"),
    _text("consent_at"),
    _text("consent_recording"),  # SHA-256 of the audio file, or ""
    _text("colour"),
    _text("folder"),
    _text("seeds"),  # JSON: [[seed, wins, tries], ...]
    _text("words"),  # what it is found by: see `library_search`
    _digest(),
)
SAMPLES = Table(
    "samples",
    library,
    _text("voice", key=True),  # a name_key
    _whole("position", key=True),
    _text("file"),  # SHA-256 of the audio file
    _real("seconds"),
    _text("transcript"),
    _text("style"),
    _text("codes"),  # SHA-256 of the file with its codes, or ""
    _text("codec"),
    _digest(),
    Index("samples_by_file", "file"),
)
# Where a voice is used, as far as that was noted: one row for each project and voice.
USES = Table(
    "uses",
    library,
    _text("project", key=True),  # its folder
    _text("voice", key=True),  # a name_key
    _text("title"),
    _text("characters"),  # JSON
    _real("noted_at"),
    _digest(),
    Index("uses_by_voice", "voice"),
)
LIBRARY_COUNTS = _counts(library)
