"""The non-verbal sounds that a script may ask for, and the nearest one to a word that is none."""

from __future__ import annotations

from difflib import get_close_matches

SOUNDS = (
    "laughs",
    "clears throat",
    "sighs",
    "gasps",
    "coughs",
    "singing",
    "sings",
    "mumbles",
    "beep",
    "groans",
    "sniffs",
    "claps",
    "screams",
    "inhales",
    "exhales",
    "applause",
    "burps",
    "humming",
    "sneezes",
    "chuckle",
    "whistles",
)

SOUND_SET = frozenset(SOUNDS)

# What writers say for a sound that has another name here; spelling alone would not lead there.
SYNONYMS = {
    "breathes in": "inhales",
    "breathes out": "exhales",
    "breath": "inhales",
    "clapping": "claps",
    "cries out": "screams",
    "giggle": "chuckle",
    "giggles": "chuckle",
    "giggling": "chuckle",
    "hums": "humming",
    "laughter": "laughs",
    "mutters": "mumbles",
    "shrieks": "screams",
    "throat clear": "clears throat",
    "throat clearing": "clears throat",
    "yells": "screams",
}


def normalised(written: str) -> str:
    """Lower case, single spaces: the form in which sounds are named."""
    return " ".join(written.lower().split())


def nearest(written: str) -> str | None:
    """The sound that `written` most likely means, or None when nothing is near."""
    word = normalised(written)
    if word in SOUND_SET:
        return word
    if word in SYNONYMS:
        return SYNONYMS[word]
    for ending in ("ing", "s", "ed", "es", ""):
        stem = word.removesuffix(ending) if ending else word
        for candidate in (stem + "s", stem + "es", stem + "ing", stem):
            if len(stem) > 2 and candidate in SOUND_SET:
                return candidate
    close = get_close_matches(word, SOUNDS, n=1, cutoff=0.72) if len(word) < 40 else []
    return close[0] if close else None
