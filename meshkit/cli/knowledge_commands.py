"""`knowledge …`: the tenant's documents, and what they say."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.markup import escape
from rich.table import Table

from meshkit.cli import documents
from meshkit.cli.commands import AsJson, Key, StateDirOption, Url, connect, reporting
from meshkit.cli.errors import ApiError, Json
from meshkit.cli.exits import Exit
from meshkit.cli.output import Output, objects

if TYPE_CHECKING:
    from meshkit.cli.api import Api

knowledge = typer.Typer(no_args_is_help=True, help="Keep documents and find what they say.")

_PATIENCE_S: Final = 60
"""Longest pause that an import makes when the tenant's limit is reached."""
_OF_THE_FILE: Final = ("INVALID_ARGUMENT", "PAYLOAD_TOO_LARGE")
"""Refusals that say nothing of the next file."""


@knowledge.command(name="import")
@reporting
def import_documents(
    *,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help=f"Files, or folders with all in them: {', '.join(documents.TYPES)}.",
            show_default=False,
        ),
    ],
    title: Annotated[str, typer.Option(help="What to call it; for one file.")] = "",
    source_url: Annotated[str, typer.Option(help="Where it comes from; for one file.")] = "",
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Take up documents; a file that has been taken up before is replaced."""
    output = Output(as_json=as_json)
    try:
        found = list(documents.find(files))
    except documents.DocumentError as error:
        return output.refuse(str(error), Exit.USAGE)
    if (title or source_url) and len(found) > 1:
        return output.refuse("--title and --source-url go with one file", Exit.USAGE)
    with connect(url, key, state_dir) as api:
        taken, failed = _take_up(api, found, output, title=title, source_url=source_url)
    output.answer({"documents": taken, "failed": failed})
    if not as_json:
        for failure in failed:
            output.err.print(f"[bold red]error[/] {escape(str(failure['message']))}")
    return Exit.USAGE if failed else None


@knowledge.command()
@reporting
def search(
    *,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="What to look for.", show_default=False)
    ],
    limit: Annotated[int, typer.Option(min=1, max=20, help="How many passages at most.")] = 5,
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Find the passages that answer a query best, by words and by meaning."""
    output = Output(as_json=as_json)
    with connect(url, key, state_dir) as api:
        answer = api.search_knowledge(query, limit)
    if not output.answer(answer):
        results = objects(answer.get("results"))
        if not results:
            output.err.print("[dim]nothing found[/]")
        for result in results:
            _show_passage(output, result)
    return None


@knowledge.command(name="list")
@reporting
def list_documents(
    *,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
    page_token: Annotated[str, typer.Option(help="Where to go on, from the page before.")] = "",
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """List documents, the most recently taken up first."""
    output = Output(as_json=as_json)
    with connect(url, key, state_dir) as api:
        page = api.documents(page_size=limit, page_token=page_token or None)
    if not output.answer(page):
        output.out.print(_table(objects(page.get("documents"))))
        if page.get("next_page_token"):
            output.err.print(f"[dim]more with --page-token {escape(page['next_page_token'])}[/]")
    return None


@knowledge.command()
@reporting
def delete(
    *,
    document_id: Annotated[
        str, typer.Argument(metavar="ID", help="The document's id.", show_default=False)
    ],
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Forget a document."""
    output = Output(as_json=as_json)
    with connect(url, key, state_dir) as api:
        answer = api.delete_document(document_id)
    if not output.answer(answer):
        output.out.print(f"{escape(str(answer.get('id', '')))}  [dim]forgotten[/]")
    return None


def _take_up(
    api: "Api", found: Sequence[Path], output: Output, *, title: str, source_url: str
) -> tuple[list[Json], list[Json]]:
    """Takes up one file after another; answers those that are, and those that can't be, with why.

    Raises:
        ApiError: for a refusal that the next file would meet, too.
    """
    taken: list[Json] = []
    failed: list[Json] = []
    for path in found:
        try:
            body = documents.body(path, title=title, source_url=source_url)
            taken.append({"file": str(path), **_add(api, body, output)})
        except documents.DocumentError as error:
            failed.append({"file": str(path), "message": str(error)})
        except ApiError as error:
            if error.code not in _OF_THE_FILE:
                raise
            failed.append({"file": str(path), "message": f"{path}: {error.message}"})
        else:
            if not output.as_json:
                _show_taken(output, taken[-1])
    return taken, failed


def _add(api: "Api", body: Mapping[str, object], output: Output) -> Json:
    """Takes a document up; waits when the tenant has sent many in short time."""
    while True:
        try:
            return api.add_document(body)
        except ApiError as error:
            pause = error.details.get("retry_after")
            if error.code != "RATE_LIMITED" or not isinstance(pause, int) or pause > _PATIENCE_S:
                raise
            output.err.print(f"[dim]the limit is reached: going on in {pause} s[/]")
            time.sleep(pause)


def _show_taken(output: Output, document: Json) -> None:
    chunks = document.get("chunks", 0)
    output.out.print(
        f"{escape(str(document.get('id', '')))}  {escape(str(document['file']))}  "
        f"[dim]{chunks} chunk{'' if chunks == 1 else 's'}[/]",
        soft_wrap=True,
    )


def _show_passage(output: Output, result: Json) -> None:
    source = f"  [dim]{escape(str(result['source_url']))}[/]" if result.get("source_url") else ""
    output.out.print(
        f"[bold]{escape(str(result.get('title', '')))}[/]{source}  "
        f"[dim]{escape(str(result.get('document_id', '')))}  {result.get('score', 0):.4f}[/]",
        soft_wrap=True,
    )
    output.out.print(f"{escape(str(result.get('text', '')))}\n")


def _table(found: Sequence[Json]) -> Table:
    """The documents of a list, one a row."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("DOCUMENT", "TITLE", "TYPE", "CHUNKS", "TAKEN UP"):
        table.add_column(
            column,
            no_wrap=column == "DOCUMENT",
            justify="right" if column == "CHUNKS" else "left",
        )
    for document in found:
        table.add_row(
            escape(str(document.get("id", ""))),
            escape(str(document.get("title", ""))),
            escape(str(document.get("content_type", ""))),
            str(document.get("chunks", 0)),
            escape(str(document.get("created_at", ""))[:19].replace("T", " ")),
        )
    return table
