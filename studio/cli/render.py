"""`dia-studio render`: lint, plan, render what is missing, place, mix, write the file, say what was made."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from studio.cli import speaking
from studio.cli.arguments import add_format, add_quiet
from studio.cli.console import Console
from studio.cli.findings import refuse_errors
from studio.cli.progress import Progress, show_loading
from studio.core.errors import UsageError
from studio.core.settings import checked, text
from studio.engines import EngineInfo
from studio.i18n import _, counted
from studio.render import mixdown, projects
from studio.render.episode import Episode, Rendered, Wishes, diagnostics, episode, kept, render_missing
from studio.render.eta import clock
from studio.render.mixdown import Written
from studio.render.ranking import Ranking
from studio.render.runner import EngineSeat


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("source", metavar="FILE|PROJECT", help=_("a script, or the folder of a project"))
    parser.add_argument(
        "-o", "--output", metavar="OUT", help=_("the file to write; its ending chooses the format (NAME.mp3 here)")
    )
    speaking.add_arguments(parser)
    parser.add_argument(
        "--voice", action="append", default=[], metavar="CHARACTER=VOICE[/STYLE]", help=_("cast a character for this run")
    )
    parser.add_argument("--takes", metavar="N", help=_("speak each segment N times; the best take is heard"))
    parser.add_argument("--retry", metavar="N", help=_("speak a doubtful segment up to N times more"))
    parser.add_argument("--seed", metavar="N", help=_("another seed for this run: every voice without one of its own changes"))
    parser.add_argument(
        "--project", metavar="DIR", help=_("keep takes and decisions in this folder (else in the user's cache)")
    )
    parser.add_argument("--force", action="store_true", help=_("render although lint finds errors"))
    add_format(parser, "text", "json")
    add_quiet(parser)


def run(arguments: Namespace, console: Console) -> int:
    console.quiet = arguments.quiet
    source = projects.source_of(Path(arguments.source), Path(arguments.project) if arguments.project else None)
    output = _output(arguments, source)
    mixdown.refuse_output(output, (source.file,))
    wishes = _wishes(arguments)
    with projects.opened(source) as store:
        info = speaking.chosen(arguments, store)
        with closing(EngineSeat(lambda: speaking.built(info, arguments), console.say, partial(show_loading, console))) as seat:
            made = episode(source, store, seat.caps, wishes)
            refuse_errors(diagnostics(made), str(source.file), console, force=arguments.force)
            mixdown.cover_of(made)  # a cover that is not there is told before hours of rendering
            return _make(made, seat, info, output, arguments, console)


def _make(made: Episode, seat: EngineSeat, info: EngineInfo, output: Path, arguments: Namespace, console: Console) -> int:
    if arguments.engine == "auto" and not arguments.model:
        console.say(info.note)
    with kept(made) as stored:
        progress = Progress(console, stored)
        rendered = _rendered(stored, seat, progress)
        if not rendered.jobs and (arguments.takes is not None or arguments.retry is not None):
            console.say(_("Everything is rendered already: --takes and --retry count for segments that are to be rendered."))
        _refuse_silence(rendered)
        seat.close()  # its memory is not needed for the mix
        timeline = mixdown.timeline_of(stored, rendered.standing)
        written = mixdown.write(stored, timeline, output, progress.writing, _never)
    result = Result(made, rendered, written, info)
    console.result_json(result.as_json()) if arguments.format == "json" else console.result(result.as_text())
    return _complain(result, console)


def _rendered(stored: Episode, seat: EngineSeat, progress: Progress) -> Rendered:
    """Ctrl-C arrives as KeyboardInterrupt, at any step."""
    if stored.policy.is_idle:
        return render_missing(stored, seat, progress, _never)
    from studio.render.reviewing import Reviewer  # with it come the measures

    ranking = Ranking(stored.casting)
    with Reviewer() as reviews:
        rendered = render_missing(stored, seat, progress, _never, reviews, ranking.note)
    ranking.keep()
    return rendered


def _refuse_silence(rendered: Rendered) -> None:
    """Nothing can be heard of the script, so there is nothing to write: say why."""
    if not any(one.take for one in rendered.standing):
        raise next(iter(rendered.outcome.failed.values()))


@dataclass(frozen=True, slots=True)
class Result:
    """What was made, as the last words of the command."""

    made: Episode
    rendered: Rendered
    written: Written
    info: EngineInfo

    @property
    def failed(self) -> list[str]:
        """The ids of the segments that could not be rendered."""
        return [one.segment for one in self.rendered.standing if one.reason is not None]

    @property
    def new(self) -> int:
        """How many segments were rendered, however often."""
        return len(set(self.rendered.outcome.rendered) - set(self.rendered.retaken))

    def as_json(self) -> dict[str, object]:
        markers = self.written.timeline.markers
        rate = self.written.timeline.rate
        return {
            "output": str(self.written.path),
            "seconds": round(self.written.seconds, 3),
            "engine": self.info.id,
            "draft": self.info.is_draft,
            "project": str(self.made.source.project),
            "segments": len(self.made.plan.segments),
            "rendered": self.new,
            "reused": len(self.made.plan.segments) - self.new - len(self.failed),
            "failed": len(self.failed),
            "retaken": len(self.rendered.retaken),
            "doubtful": len(self.rendered.doubtful),
            "chapters": [{"title": marker.title, "start": round(marker.start / rate, 3)} for marker in markers],
        }

    def as_text(self) -> str:
        title = text(self.made.settings, "title") or self.written.path.stem
        count = counted(len(self.made.plan.segments), "segment", "segments")
        chapters = counted(len(self.written.timeline.markers), "chapter", "chapters")
        new = _("{count} rendered now").format(count=f"{self.new:,}")
        if self.rendered.retaken:
            new += _(", {count} more takes").format(count=f"{len(self.rendered.retaken):,}")
        lines = [
            _("Made “{title}”: {output}").format(title=title, output=self.written.path),
            f"  {clock(self.written.seconds)}, {chapters}, {count} ({new}), {self.info.title}",
            _("Open it in the studio: dia-studio {project}").format(project=self.made.source.project),
        ]
        if self.rendered.doubtful:
            count = counted(len(self.rendered.doubtful), "take is", "takes are")
            said = _("{count} worth another listen: dia-studio takes list {project} --doubtful")
            lines.append(said.format(count=count, project=self.made.source.project))
        return "\n".join(lines)


def _complain(result: Result, console: Console) -> int:
    """Say what is missing or silent in the file; 3 if anything is."""
    for problem in result.written.problems:
        console.problem(problem.sentence())
    failed = result.failed
    if failed:
        count = counted(len(failed), "segment", "segments")
        where = result.written.path
        console.problem(f"{where}: {count} could not be rendered and are silent in it; the rest is there; try once more.")
    return 3 if failed or result.written.problems else 0


def _output(arguments: Namespace, source: projects.Source) -> Path:
    if arguments.output:
        return Path(arguments.output)
    name = source.folder.absolute().name if source.is_project else source.file.stem
    return Path(f"{name}.mp3")


def _wishes(arguments: Namespace) -> Wishes:
    voices = {}
    for pair in arguments.voice:
        character, equals, voice = pair.partition("=")
        if not (character and equals and voice):
            todo = "write, for example, --voice Maya=warm-alto or --voice Maya=warm-alto/calm"
            raise UsageError(f'"{pair}" is no CHARACTER=VOICE', todo=todo)
        voices[character] = voice
    seed = int(checked("seed", arguments.seed)) if arguments.seed is not None else None
    takes, retries = (
        int(checked(name, given)) if given is not None else None
        for name, given in (("takes", arguments.takes), ("retries", arguments.retry))
    )
    return Wishes(voices, seed, takes, retries)


def _never() -> bool:
    return False
