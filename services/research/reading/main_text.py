"""The main text of a page, by trafilatura, loaded without what it does not need here."""

import sys


def extract(text: str, *, url: str | None = None, tables: bool = False) -> str:
    """The main text of a page; empty when it has none.

    Args:
        text: The page, HTML.
        url: Its address.
        tables: Whether what stands in tables counts.
    """
    # It would load numpy with it, to tell languages, which nobody asks it to do.
    sys.modules.setdefault("py3langid", None)  # type: ignore[arg-type] # documented meaning of None
    # Half a second and 25 MB, for the pages that publish nothing for machines.
    import trafilatura  # noqa: PLC0415

    found: str | None = trafilatura.extract(
        text, url=url, include_comments=False, include_tables=tables, with_metadata=False
    )
    return found or ""
