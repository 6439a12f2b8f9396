"""Which requests a model can be asked for. Everything is checked before anything runs; nothing is cut silently."""

from __future__ import annotations

from collections.abc import Iterable

from dia_engine import text as script
from dia_engine.dia1.config import Config
from dia_engine.errors import BadRequest, TextTooLong
from dia_engine.params import Request

TAGS = (b"\1", b"\2")  # what [S1] and [S2] are as bytes
NO_WORDS = b"\1\2 \t\r\n"


def text_ids(text: str, limit: int) -> bytes:
    """Token ids of `text` without NULs, which would count as padding. Raises `TextTooLong` beyond `limit` ids."""
    ids = script.encode(text).replace(b"\0", b"")
    if not ids:
        raise BadRequest("The text is empty", todo="give it words to speak")
    if len(ids) > limit:
        tail = ids[limit:].replace(b"\1", b"[S1]").replace(b"\2", b"[S2]").decode("utf-8", "ignore")
        raise TextTooLong(len(ids), limit, tail)
    return ids


def check(config: Config, request: Request) -> None:
    """Raise `BadRequest` if the model cannot speak this. A prompt's transcript counts with the text, its frames as rows."""
    if not text_ids(request.spoken(), config.encoder.positions).strip(NO_WORDS):
        raise BadRequest("The text has no words, only speaker tags", todo="give it words to speak")
    rows, frames = row_limit(config, request), 0
    if request.prompt is not None:
        _check_transcript(request.prompt.transcript, request.text)
        frames, channels = request.prompt.codes.shape
        if channels != config.channels:
            raise BadRequest(
                f"The prompt has {channels} codes per frame and the model {config.channels}", todo="give [frames, channels]"
            )
    least = 1 + frames + max(config.delays) + 1
    if rows > config.decoder.positions:
        raise BadRequest(
            f"max_tokens is {rows}", todo=f"use {config.decoder.positions} at most: the model has no more positions"
        )
    if rows < least:
        what = f"{rows} rows leave no room for speech after a prompt of {frames} frames"
        raise BadRequest(
            what, todo="use a shorter prompt" if request.params.max_tokens is None else f"use max_tokens {least} or more"
        )


def _check_transcript(transcript: str, text: str) -> None:
    """A transcript beside the text says words, and who says them; without one, the text is taken to begin with both."""
    told = script.encode(transcript.strip())
    if not told:
        return
    if not told.startswith(TAGS):
        raise BadRequest("The prompt's transcript does not say who speaks", todo="begin it with [S1] or [S2]")
    if not told.strip(NO_WORDS):
        raise BadRequest("The prompt's transcript has no words, only speaker tags", todo="write down what is said in it")
    if not script.encode(text).strip(NO_WORDS):
        raise BadRequest("There is a prompt's transcript and no text to speak", todo="give words to speak after it")


def row_limit(config: Config, request: Request) -> int:
    """Rows that a request may take, the first one and the prompt's included."""
    return request.params.max_tokens or config.decoder.positions


def bounds(config: Config, requests: Iterable[Request]) -> tuple[int, int]:
    """The most rows and the most bytes of text that any of these checked requests may take."""
    sizes = [(row_limit(config, one), len(text_ids(one.spoken(), config.encoder.positions))) for one in requests]
    return max(rows for rows, _ in sizes), max(letters for _, letters in sizes)
