"""`make demo`: a whole mesh, one generate-skill task over REST, its report; then all stops.

Without --posts it uses the ten posts beside it, those of a coffee roaster that does not exist.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.prompt import Prompt

from meshkit.cli.api import Api
from meshkit.cli.errors import ApiError, Json
from meshkit.cli.exits import Exit
from meshkit.cli.post_fields import PLATFORMS
from meshkit.cli.posts import ChosenPosts, PostsError, load_posts, needs_platform
from meshkit.cli.results import SavedFile, head_of_report, save_result
from meshkit.cli.watch import watch
from meshkit.local.daemon import Started, mesh_beside
from meshkit.local.errors import LocalMeshError
from meshkit.local.options import MeshOptions

_HERE: Final = Path(__file__).parent
_SAMPLE: Final = _HERE / "posts.jsonl"
_OUT: Final = _HERE / "out"
_SAMPLE_NAME: Final = "Kettle & Crane posts"
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
    own: Path | None = arguments.posts
    out: Path = arguments.out
    chosen = _choose(console, own or _SAMPLE, arguments.platform)
    if out == _OUT:
        # What an earlier demo left would pass for a part of this result.
        shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="manusmesh-demo-") as folder:
        options = MeshOptions(
            state_dir=Path(folder),
            port=arguments.port,
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
                result = _run(console, mesh, chosen, name="" if own else _SAMPLE_NAME)
                status.update("stopping the mesh")
                status.start()
        except (ApiError, LocalMeshError):
            _keep_logs(console, Path(folder) / "logs", out / "logs")
            raise
    console.print("[green]✓[/] the mesh is stopped, nothing is left running")
    _show(console, result, save_result(result, out))


def _choose(console: Console, path: Path, platform: str) -> ChosenPosts:
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
    chosen = load_posts(path, platform=assumed)
    console.print(f"[green]✓[/] {escape(path.name)}: using {chosen.sentence()}")
    for note in chosen.notes:
        console.print(f"  [yellow]{escape(note)}[/]")
    return chosen


def _run(console: Console, mesh: Started, chosen: ChosenPosts, *, name: str) -> Json:
    request: Json = {
        "examples": chosen.examples(),
        "target_platforms": chosen.platforms(),
        **({"skill_name": name} if name else {}),
    }
    with Api(mesh.url, mesh.key()) as api:
        task_id = api.start("generate-skill", request)
        console.print(f"[green]✓[/] POST /api/generate-skill/start [dim]{task_id}[/]")
        began = time.monotonic()
        watch(api.events(task_id), console)
        result = api.result("generate-skill", task_id)
        seconds = time.monotonic() - began
        console.print(f"[green]✓[/] GET /api/generate-skill/result [dim]after {seconds:.1f} s[/]")
        return result


def _show(console: Console, result: Json, files: list[SavedFile]) -> None:
    report = Markdown(head_of_report(str(result.get("report_markdown", ""))))
    console.print()
    console.print(report, width=min(console.width, _WIDTH_MAX))
    console.print("\nThe whole report with its tables and charts, and the skill itself:\n")
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
    parser.add_argument("--posts", type=Path, help="posts of your own: JSONL, JSON or CSV")
    parser.add_argument(
        "--platform",
        choices=PLATFORMS,
        default="",
        help="where posts were published that do not say so",
    )
    parser.add_argument("--port", type=int, default=0, help="public port; a free one by default")
    parser.add_argument("--out", type=Path, default=_OUT, help="folder for the result")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
