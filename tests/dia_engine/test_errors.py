import pytest
import torch

from dia_engine.errors import EngineError, OutOfMemory, TextTooLong, WeightsMissing, memory_errors


def test_an_error_is_one_sentence_of_where_what_and_what_to_do() -> None:
    error = WeightsMissing("There are no weights.", where="/models", todo="fetch them.")
    assert str(error) == "/models: There are no weights; fetch them."
    assert str(EngineError("It failed")) == "It failed."
    assert (error.where, error.what, error.todo) == ("/models", "There are no weights", "fetch them")


def test_a_text_too_long_shows_its_beginning_and_keeps_the_rest() -> None:
    error = TextTooLong(1200, 1024, "x" * 176)
    assert error.unspoken == "x" * 176
    assert f"{'x' * 40}…" in str(error)
    assert "x" * 41 not in str(error)


def test_no_memory_has_one_class_whoever_ran_out_of_it() -> None:
    def ask_too_much() -> None:
        torch.empty(1 << 62, dtype=torch.int8)

    def say(error: Exception) -> None:
        raise error

    for run_out in (ask_too_much, lambda: say(MemoryError()), lambda: say(torch.OutOfMemoryError("CUDA out of memory"))):
        with (
            pytest.raises(OutOfMemory, match=r"^No memory left while loading; use less\.$"),
            memory_errors("loading", "use less"),
        ):
            run_out()


def test_other_errors_pass() -> None:
    with pytest.raises(RuntimeError, match="something else"), memory_errors("loading", "use less"):
        raise RuntimeError("something else")
