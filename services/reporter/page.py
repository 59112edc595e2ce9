"""A report as one HTML page: no script, no outside reference; for screen, phone and paper."""

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from manusmesh.type.v1 import skill_pb2
from services.reporter.document import Document
from services.reporter.text import clean


def page(document: Document, charts: Sequence[skill_pb2.Chart]) -> str:
    """Returns the report as HTML.

    All text is escaped. `charts` go in as they are, so they must come from `charts.skill_charts`;
    the content security policy of the page forbids scripts and all loading anyway.
    """
    pictures = {
        # Drawn by this package with ElementTree, which escapes what posts and names bring in.
        chart.name: Markup(chart.content)  # noqa: S704 -- the one place for markup, see above
        for chart in charts
    }
    return _template().render(document=document, pictures=pictures)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("services.reporter"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["line"] = clean
    return environment.get_template("report.html.j2")
