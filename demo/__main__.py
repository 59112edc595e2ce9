"""`make demo`: a whole mesh, one task over REST, what comes of it; then all stops.

Without --posts it uses the samples beside it, in English, German or Spanish: those of a coffee
roaster, a bicycle workshop and a bakery that do not exist.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NoReturn

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel
from rich.prompt import Prompt
from rich.text import Text

from demo import samples
from meshkit.cli.api import Api
from meshkit.cli.errors import ApiError, Json
from meshkit.cli.exits import Exit
from meshkit.cli.post_fields import PLATFORMS
from meshkit.cli.posts import ChosenPosts, PostsError, load_posts, needs_platform
from meshkit.cli.refined import show as show_refined
from meshkit.cli.requests import REFINE, SKILL, VOICE
from meshkit.cli.results import SavedFile, head_of_report, save_result
from meshkit.cli.watch import watch
from meshkit.local.errors import LocalMeshError
from meshkit.local.launch import Started, mesh_beside
from meshkit.local.options import MeshOptions

_HERE: Final = Path(__file__).parent
_OUT: Final = _HERE / "out"
_WIDTH_MAX: Final = 96
"""Columns of running text; longer lines are hard to read."""
_PLATFORM: Final = "facebook"
"""What posts are taken for that do not say where they were published, if nobody can be asked."""


def main() -> int:
    """Runs the demo and answers its exit code, one of `Exit`."""
    arguments = _arguments()
    console = Console(highlight=False)
    for stream in (sys.stdout, sys.stderr):
        # A terminal without some character shows a substitute, it does not end the demo.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # As Ctrl-C does: unwinds everything, so that the mesh is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _demo(console, arguments)
    except KeyboardInterrupt:
        console.print("[yellow]interrupted; the mesh is stopped[/]")
        return Exit.INTERRUPTED
    except PostsError as error:
        console.print(
            f"[bold red]The posts cannot be used[/]\n{escape(str(error))}", soft_wrap=True
        )
        return Exit.USAGE
    except LocalMeshError as error:
        console.print(f"[bold red]The mesh does not start[/]\n{escape(str(error))}", soft_wrap=True)
        return Exit.LOCAL
    except ApiError as error:
        console.print(f"[bold red]{error.code}[/] {escape(error.message)}", soft_wrap=True)
        return error.exit_code
    return Exit.OK


def _demo(console: Console, arguments: argparse.Namespace) -> None:
    job: str = arguments.job
    own: Path | None = arguments.posts
    out: Path = arguments.out
    posts = own or samples.posts_of(job, arguments.language)
    if own is not None and arguments.language != samples.LANGUAGES[0]:
        console.print("[yellow]a language chooses among the samples; your posts tell their own[/]")
    chosen = _choose(console, posts, arguments.platform, job) if posts else None
    if out == _OUT:
        # What an earlier demo left would pass for a part of this result.
        shutil.rmtree(out, ignore_errors=True)
    with (
        samples.sample(job, arguments.language, chosen, own=own is not None) as sample,
        tempfile.TemporaryDirectory(prefix="manusmesh-demo-") as folder,
    ):
        options = MeshOptions(
            state_dir=Path(folder),
            port=arguments.port,
            allow_private=(*sample.allow_private, *arguments.allow_private),
            # Nobody is left to be told when the demo stops: no need to wait for them to notice.
            environment={"MESH_DRAIN__NOTICE_S": "0"},
        )
        began = time.monotonic()
        try:
            waiting = console.status("starting Redis, Envoy and six services")
            with waiting as status, mesh_beside(options) as mesh:
                status.stop()
                seconds = time.monotonic() - began
                console.print(f"[green]✓[/] the mesh is up at {mesh.url} [dim]{seconds:.1f} s[/]")
                result = _run(console, mesh, job, sample.request)
                status.update("stopping the mesh")
                status.start()
        except (ApiError, LocalMeshError):
            _keep_logs(console, Path(folder) / "logs", out / "logs")
            raise
    console.print("[green]✓[/] the mesh is stopped, nothing is left running")
    _show(console, job, sample.request, result, save_result(result, out))


def _choose(console: Console, path: Path, platform: str, job: str) -> ChosenPosts:
    assumed = platform
    if not platform and needs_platform(path):
        assumed = _PLATFORM
        if console.is_terminal and sys.stdin.isatty():
            question = f"Where were the posts of {path.name} published?"
            assumed = Prompt.ask(
                question, console=console, choices=list(PLATFORMS), default=_PLATFORM
            )
        else:
            console.print(
                f"[yellow]the posts do not say where they were published: {assumed} assumed[/]"
            )
    chosen = load_posts(path, platform=assumed, for_voice=job == VOICE)
    console.print(f"[green]✓[/] {escape(path.name)}: using {chosen.sentence()}")
    for note in chosen.notes:
        console.print(f"  [yellow]{escape(note)}[/]")
    return chosen


def _run(console: Console, mesh: Started, job: str, request: Json) -> Json:
    with Api(mesh.url, mesh.key()) as api:
        began = time.monotonic()
        if job == REFINE:
            result = api.refine(request)
            seconds = time.monotonic() - began
            console.print(f"[green]✓[/] POST /api/{job} [dim]after {seconds:.1f} s[/]")
            return result
        task_id = api.start(job, request)
        console.print(f"[green]✓[/] POST /api/{job}/start [dim]{task_id}[/]")
        watch(api.events(task_id), console)
        result = api.result(job, task_id)
        seconds = time.monotonic() - began
        console.print(f"[green]✓[/] GET /api/{job}/result [dim]after {seconds:.1f} s[/]")
        return result


def _show(console: Console, job: str, request: Json, result: Json, files: list[SavedFile]) -> None:
    width = min(console.width, _WIDTH_MAX)
    console.print()
    if job == REFINE:
        original = str(request["original_content"]["text"])
        title = f"the text as it was [dim]({len(original)} characters)[/]"
        console.print(Panel(Text(original), title=title, title_align="left", width=width))
        console.print(f"[bold]asked for:[/] {escape(str(request['feedback']))}\n", width=width)
        show_refined(result, console, width=width)
        console.print("\nThe whole answer:\n")
    else:
        report = Markdown(head_of_report(str(result.get("report_markdown", ""))))
        console.print(report, width=width)
        console.print("\nThe whole report with its tables and charts, and all of the result:\n")
    for file in files:
        # Never wrapped: a path is there to be copied.
        line = f"[bold cyan]{escape(_shown(file.path))}[/]  [dim]{escape(file.what)}[/]"
        console.print(line, soft_wrap=True)


def _keep_logs(console: Console, logs: Path, kept: Path) -> None:
    if not any(log.stat().st_size for log in logs.glob("*.log")):
        return
    shutil.copytree(logs, kept, dirs_exist_ok=True)
    console.print(f"[dim]the logs of the mesh are in {_shown(kept)}[/]")


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--job", default=SKILL, help=f"{', '.join(samples.JOBS)} (default {SKILL})")
    parser.add_argument(
        "--language",
        default=samples.LANGUAGES[0],
        help=f"of the samples: {', '.join(samples.LANGUAGES)} (default {samples.LANGUAGES[0]})",
    )
    parser.add_argument("--posts", type=Path, help="posts of your own: JSONL, JSON or CSV")
    parser.add_argument(
        "--platform",
        choices=PLATFORMS,
        default="",
        help="where posts were published that do not say so",
    )
    parser.add_argument(
        "--allow-private",
        metavar="CIDR",
        action="append",
        default=[],
        help="private network that images may be fetched from, such as 127.0.0.0/8",
    )
    parser.add_argument("--port", type=int, default=0, help="public port; a free one by default")
    parser.add_argument("--out", type=Path, default=_OUT, help="folder for the result")
    arguments = parser.parse_args()
    # Sentences instead of argparse's usage: people call this by `make demo LANGUAGE=…`.
    if arguments.job not in samples.JOBS:
        _refuse(f"There is no demo of the job {arguments.job!r}", samples.JOBS)
    if arguments.language not in samples.LANGUAGES:
        _refuse(f"There are no samples in the language {arguments.language!r}", samples.LANGUAGES)
    if arguments.posts and samples.posts_of(arguments.job, "en") is None:
        parser.error(f"{arguments.job} does not learn from posts")
    return arguments


def _refuse(sentence: str, known: tuple[str, ...]) -> NoReturn:
    """Ends the demo before anything is started."""
    print(f"{sentence}: take one of {', '.join(known)}.", file=sys.stderr)
    sys.exit(Exit.USAGE)


if __name__ == "__main__":
    sys.exit(main())
