"""Shows the versions of a refined text, one below the other, each with what was changed."""

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from meshkit.cli.errors import Json


def show(result: Json, console: Console, *, width: int | None = None) -> None:
    """Prints a result of refine-content.

    Args:
        result: The result.
        console: Where to.
        width: Columns; the console's by default.
    """
    console.print(escape(str(result.get("feedback_interpretation", ""))), width=width)
    for number, option in enumerate(result.get("refined_options") or [], start=1):
        text = str((option.get("content") or {}).get("text", ""))
        changes = [f"• {change}" for change in option.get("changes_made") or []]
        below = Text("\n".join(changes), style="dim")
        score = float(option.get("brand_voice_score", 0))
        voice = f", brand voice {score:.0f} of 100" if score else ""
        title = f"version {number} [dim]({len(text)} characters{voice})[/]"
        console.print(
            Panel(Group(Text(text), Text(), below), title=title, title_align="left", width=width)
        )
    if result.get("partial"):
        console.print("[yellow]Time ran out: these are the versions that were ready.[/]")
