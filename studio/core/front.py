"""The YAML between `---` fences at the top of a script -> FrontMatter. What is wrong with it is listed, never raised.

Anchors and aliases are refused: they have no use here, and a few lines of them can stand for gigabytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import yaml

from studio.core.script import FrontMatter
from studio.core.voices import Cast, CastEntry

KEYS = ("title", "author", "narrator", "cast", "lexicon", "segments", "music", "cover", "export")
MAX_CHARACTERS = 100_000
MAX_DEPTH = 8
# YAML ends lines at these, too; here they are white space, so that its marks are our places.
_NO_BREAKS = str.maketrans("\r\x85\u2028\u2029", "    ")

Problem = tuple[int, int, str, bool]


class _Mark(Protocol):
    """A place in the YAML text: what PyYAML's marks have in common."""

    line: int
    column: int


def is_fence(line: str) -> bool:
    """Whether this line opens or closes front matter."""
    return line.startswith("---") and line.rstrip() == "---"


def find_end(lines: Sequence[str]) -> int:
    """The number of lines that the front matter takes, its fences included; 0 when there is none."""
    if not lines or not is_fence(lines[0]):
        return 0
    return next((number + 1 for number in range(1, len(lines)) if is_fence(lines[number])), 0)


def read_front(lines: Sequence[str]) -> FrontMatter:
    """Read the front matter of a script that is split into lines. Never raises."""
    end = find_end(lines)
    if end == 0:
        if lines and is_fence(lines[0]):
            message = "The front matter is never closed. Put a line of three dashes after it."
            return FrontMatter(problems=((0, 0, message, True),))
        return FrontMatter()
    text = "\n".join(lines[1 : end - 1]).translate(_NO_BREAKS)
    reader = _Reader()
    node = reader.compose(text)
    if node is not None:
        reader.read(node)
    return FrontMatter(end=end, problems=tuple(reader.problems), **reader.fields)  # type: ignore[arg-type]


class _Reader:
    """Walks the YAML nodes, collecting fields and problems. One use each."""

    def __init__(self) -> None:
        self.fields: dict[str, object] = {}
        self.problems: list[Problem] = []

    def problem(self, mark: _Mark | None, message: str, *, is_error: bool = True) -> None:
        # One more line: the opening fence is not part of what YAML sees.
        line, column = (mark.line + 1, mark.column) if mark is not None else (0, 0)
        self.problems.append((line, column, message, is_error))

    def compose(self, text: str) -> yaml.Node | None:
        """The node tree, or None with a problem noted."""
        if len(text) > MAX_CHARACTERS:
            self.problem(None, f"The front matter is too long: {MAX_CHARACTERS:,} characters are read at most.")
            return None
        try:
            depth = 0
            for event in yaml.parse(text, Loader=yaml.SafeLoader):
                if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                    self.problem(
                        event.start_mark, "Anchors (&) and aliases (*) are not read here. Write the value out, or quote it."
                    )
                    return None
                if isinstance(event, yaml.CollectionStartEvent):
                    depth += 1
                elif isinstance(event, yaml.CollectionEndEvent):
                    depth -= 1
                if depth > MAX_DEPTH:
                    self.problem(event.start_mark, "This is nested too deeply to be read.")
                    return None
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            what = (error.problem or "it cannot be read").rstrip(".")
            self.problem(error.problem_mark or error.context_mark, f"This is no valid YAML: {what}."[:160])
        except yaml.YAMLError:
            self.problem(None, "The front matter holds a character that YAML does not allow. Delete it.")
        except ValueError:  # PyYAML lets a malformed number in a %YAML line through
            self.problem(None, "The front matter cannot be read. Keep to simple “key: value” lines.")
        return None

    def read(self, root: yaml.Node) -> None:
        readers: dict[str, Callable[[yaml.Node], object]] = {
            "cast": self.cast,
            "lexicon": self.lexicon,
            "export": self.pairs,
        }
        extra: list[str] = []
        keys: list[tuple[str, int, int]] = []
        for key, mark, value in self.items(root, "The front matter"):
            if key not in KEYS:
                extra.append(key)
                self.problem(
                    mark, f"“{key[:30]}” is not known here and changes nothing. Known are {', '.join(KEYS)}.", is_error=False
                )
            elif key == "segments":
                self.fields["solo"] = self.solo(value)
            else:
                self.fields[key] = readers.get(key, self.words)(value)
            keys.append((key, mark.line + 1, mark.column))
        self.fields["extra"] = tuple(extra)
        self.fields["keys"] = tuple(keys)

    def items(self, node: yaml.Node, what: str) -> Iterator[tuple[str, _Mark, yaml.Node]]:
        """The entries of a mapping, whose keys are words and stand there once."""
        if _is_null(node):
            return
        if not isinstance(node, yaml.MappingNode):
            self.problem(node.start_mark, f"{what} needs “name: value” lines.")
            return
        seen = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or not key.value.strip():
                self.problem(key.start_mark, "A name is missing before the colon.")
            elif key.value in seen:
                self.problem(key.start_mark, f"“{key.value[:30]}” stands here twice. Keep one.")
            else:
                seen.add(key.value)
                yield key.value, key.start_mark, value

    def words(self, node: yaml.Node) -> str:
        """A single value, as text: `title: 1984` is a title, too."""
        if _is_null(node):
            return ""
        if isinstance(node, yaml.ScalarNode):
            return " ".join(node.value.split())
        self.problem(node.start_mark, "One line of text belongs here, not a list.")
        return ""

    def solo(self, node: yaml.Node) -> bool:
        word = self.words(node)
        if word not in ("", "solo", "dialogue"):
            self.problem(node.start_mark, "Segments are solo or dialogue.")
        return word == "solo"

    def pairs(self, node: yaml.Node) -> tuple[tuple[str, str], ...]:
        return tuple((key, self.words(value)) for key, _, value in self.items(node, "The export"))

    def lexicon(self, node: yaml.Node) -> tuple[tuple[str, str], ...]:
        found = []
        for key, mark, value in self.items(node, "The lexicon"):
            respelling = self.words(value)
            if respelling:
                found.append((" ".join(key.split()), respelling))
            elif _is_null(value):
                self.problem(mark, f"Say how “{key[:30]}” is spoken, as in Nguyen: win.")
        return tuple(found)

    def cast(self, node: yaml.Node) -> Cast:
        entries: list[tuple[str, CastEntry]] = []
        places: list[tuple[str, int, int]] = []
        for key, mark, value in self.items(node, "The cast"):
            name = " ".join(key.split())
            if name.casefold() in (other.casefold() for other, _ in entries):
                self.problem(mark, f"“{name[:30]}” stands in the cast twice. Keep one.")
                continue
            entries.append((name, self.entry(value)))
            places.append((name, mark.line + 1, mark.column))
        self.fields["places"] = tuple(places)
        return Cast(tuple(entries))

    def entry(self, node: yaml.Node) -> CastEntry:
        """`voice`, or `{voice: …, style: …, seed: …}`."""
        if isinstance(node, yaml.ScalarNode):
            voice, _, style = self.words(node).partition("/")  # as `{voice …}` and --voice write it
            return CastEntry(voice.strip(), style.strip())
        fields: dict[str, str] = {}
        seed = None
        for key, mark, value in self.items(node, "A member of the cast"):
            if key == "seed":
                seed = self.seed(value)
            elif key in ("voice", "style"):
                fields[key] = self.words(value)
            else:
                self.problem(
                    mark, f"A member of the cast has voice, style and seed; “{key[:30]}” changes nothing.", is_error=False
                )
        return CastEntry(seed=seed, **fields)

    def seed(self, node: yaml.Node) -> int | None:
        word = self.words(node)
        if word.isdecimal() and word.isascii() and len(word) <= 10 and int(word) < 2**31:
            return int(word)
        if not _is_null(node):
            self.problem(node.start_mark, "A seed is a whole number from 0 to 2147483647.")
        return None


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"
