import copy
import errno

from studio.core.errors import LintError, ProjectError, ProjectLockedError, StudioError, reason


def test_an_error_reads_as_one_sentence_that_says_what_where_what_was_kept_and_what_to_do() -> None:
    error = ProjectError(
        "the project was made by a newer Dia Studio", where="/shows/lily", kept="nothing was changed", todo="update Dia Studio"
    )
    assert str(error) == ("/shows/lily: the project was made by a newer Dia Studio; nothing was changed; update Dia Studio.")


def test_parts_that_are_not_known_leave_no_gap_and_no_double_full_stop() -> None:
    assert str(StudioError("the disk is full.", todo="free some space.")) == "the disk is full; free some space."


def test_an_error_keeps_its_parts_and_kind_when_it_is_copied_between_threads_or_processes() -> None:
    error = ProjectLockedError("open elsewhere", where="here", kept="kept", todo="wait")
    twin = copy.copy(error)
    assert type(twin) is ProjectLockedError
    assert (twin.what, twin.where, twin.kept, twin.todo) == ("open elsewhere", "here", "kept", "wait")


def test_exit_statuses_tell_a_bad_script_from_a_bad_file() -> None:
    assert LintError("x").exit_status == 1
    assert ProjectLockedError("x").exit_status == 2


def test_the_system_s_reason_is_given_in_the_language_of_the_sentence_around_it() -> None:
    german = OSError(errno.ENOENT, "Datei oder Verzeichnis nicht gefunden", "lost.txt")
    assert reason(german) == "No such file or directory"
    assert reason(OSError(99_999, "the disk is on fire")) == "the disk is on fire"
    assert reason(OSError("no number at all")) == "no number at all"
    assert reason(OSError())
