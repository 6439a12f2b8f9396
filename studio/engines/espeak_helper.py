"""The process in which eSpeak NG speaks, with its licence and its crashes: `python -m studio.engines.espeak_helper PARENT HOW`.

The library keeps state from text to text, even after it is initialised again. So every utterance is spoken by a fresh
fork of a process that has never spoken, and equal requests give equal bits. Where there is no fork, each utterance has a
helper of its own.
Standard library and espeakng_loader only: it has to start at once.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any, BinaryIO

import espeakng_loader

from studio.engines.parent import die_with_parent, take_pipes
from studio.engines.wire import Frame, read_frame, write_frame

# From speak_lib.h.
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1  # and neither SSML nor phonemes: text is text
_POS_CHARACTER = 1
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_EVENT_END_OF_LIST, _EVENT_WORD = 0, 1
_FIRST_VOICE = "en-us"  # loaded before the fork, so that no fork has to
_HEADROOM = 60  # percent: at the default of 100 several voices clip


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Speech:
    """The library, initialised. Speaks once, then has to be thrown away."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_Info.restype = ctypes.c_char_p
        self._library.espeak_ng_SetRandSeed.argtypes = [ctypes.c_long]
        self._library.espeak_Synth.argtypes = [
            *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint),
            *(ctypes.POINTER(ctypes.c_uint), ctypes.c_void_p),
        ]
        data = os.fsencode(espeakng_loader.get_data_path())
        self.sample_rate = self._library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, data, _INITIALIZE_DONT_EXIT)
        if self.sample_rate <= 0:
            raise OSError(f"eSpeak NG does not start with the data in {os.fsdecode(data)}")
        self.version = self._library.espeak_Info(None).decode("ascii", "replace")
        self._library.espeak_SetVoiceByName(_FIRST_VOICE.encode())
        self._pcm: list[bytes] = []
        self._words: list[tuple[int, int]] = []  # (0-based position in characters, sample)
        self._callback = _Callback(self._collect)  # the library does not keep it alive
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, fields: dict[str, Any]) -> Frame:
        """What was spoken: int16 mono, and when each word begins."""
        self._library.espeak_ng_SetRandSeed(fields["seed"])
        if self._library.espeak_SetVoiceByName(fields["variant"].encode()) != 0:
            return Frame("refused", {"why": f"eSpeak NG has no voice named “{fields['variant']}”"})
        parameters = ((_RATE, fields["rate"]), (_VOLUME, _HEADROOM), (_PITCH, fields["pitch"]), (_RANGE, fields["range"]))
        for parameter, value in parameters:
            self._library.espeak_SetParameter(parameter, value, 0)
        text = fields["text"].encode("utf-8", "replace") + b"\0"
        status = self._library.espeak_Synth(text, len(text), 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None)
        if status != 0:
            return Frame("refused", {"why": f"eSpeak NG answered with error {status}"})
        return Frame("spoken", {"words": self._words}, b"".join(self._pcm))

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._pcm.append(ctypes.string_at(samples, 2 * count))
        index = 0
        while events[index].type != _EVENT_END_OF_LIST:
            if events[index].type == _EVENT_WORD:
                self._words.append((events[index].text_position - 1, events[index].sample))
            index += 1
        return 0


def main() -> None:
    """Answer `speak` frames until stdin ends: each in a fork, or only one of them where HOW is "once"."""
    source, sink = take_pipes()
    die_with_parent(int(sys.argv[1]))
    speech = Speech()
    write_frame(sink, Frame("ready", {"version": speech.version, "rate": speech.sample_rate}))
    while (frame := read_frame(source)) is not None:
        if sys.argv[2] == "fork":
            write_frame(sink, _in_fork(speech, frame.fields))
        else:
            write_frame(sink, speech.speak(frame.fields))
            return


def _in_fork(speech: Speech, fields: dict[str, Any]) -> Frame:
    """The answer of a fresh copy of this process."""
    reading, writing = os.pipe()
    helper = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _speak_and_exit(speech, fields, os.fdopen(writing, "wb"), helper)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return Frame("answer", body=data) if status == 0 else Frame("crashed", {"status": status})


def _speak_and_exit(speech: Speech, fields: dict[str, Any], pipe: BinaryIO, helper: int) -> None:
    """Never returns: what a fork must not do is run on as if it were the helper."""
    status = 1
    try:
        die_with_parent(helper)
        with pipe:
            write_frame(pipe, speech.speak(fields))
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
