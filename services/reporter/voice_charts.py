"""The charts of a report on a voice; each is drawn only where there is data for it."""

from collections.abc import Sequence
from typing import Final

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import evidence_pb2, skill_pb2
from services.reporter import svg, text
from services.reporter.canvas import BAR, INNER, Canvas, band, confidence_chart

_BINS: Final = 10
_FEWEST_SCORES: Final = 5
_ENDS: Final = {
    "formality": ("casual", "formal"),
    "enthusiasm": ("calm", "enthusiastic"),
    "technicality": ("everyday words", "technical"),
}
_HOURS_SHOWN: Final = 24


def voice_charts(
    request: pb.WriteVoiceReportRequest, parts: Sequence[skill_pb2.ConfidencePart]
) -> list[skill_pb2.Chart]:
    """Returns the charts, in the order in which a report shows them."""
    drawn = (
        _dimensions(request),
        _tones(request),
        _scores(request),
        times_chart(request.report.posting_times),
        confidence_chart(parts),
    )
    return [chart for chart in drawn if chart is not None]


def measurement(request: pb.WriteVoiceReportRequest, name: str) -> skill_pb2.Measurement | None:
    """The measurement of a dimension, by what its name begins with; None when there is none."""
    found = [one for one in request.report.measurements if one.name.startswith(name)]
    return found[0] if found else None


def _dimensions(request: pb.WriteVoiceReportRequest) -> skill_pb2.Chart | None:
    found = {name: measurement(request, name) for name in _ENDS}
    known = {name: one for name, one in found.items() if one is not None}
    if not known:
        return None
    told = "; ".join(f"{text.label(name)} {text.decimal(one.value)}" for name, one in known.items())
    canvas = Canvas(
        "voice_dimensions",
        "Where the voice stands",
        f"Three scales from 0 to 100. {told}.",
        "Dot: median of the posts, 0 to 100. Band: its 95 % interval.",
    )
    for name, one in known.items():
        canvas.label(text.label(name), text.decimal(one.value))
        low = one.low if one.HasField("low") else one.value
        high = one.high if one.HasField("high") else one.value
        band(canvas, (0.0, 100.0), (low, one.value, high))
        left, right = _ENDS[name]
        canvas.y -= 8
        svg.text(canvas.root, svg.MARGIN, canvas.y + 8, left, role="muted", size=12)
        edge = svg.WIDTH - svg.MARGIN
        svg.text(canvas.root, edge, canvas.y + 8, right, role="muted", size=12, anchor="end")
        canvas.y += 22
    return canvas.chart()


def _tones(request: pb.WriteVoiceReportRequest) -> skill_pb2.Chart | None:
    tones = [bucket for bucket in request.report.tones if bucket.count]
    if not tones:
        return None
    told = "; ".join(f"{text.label(one.label)} {text.share(one.value)}" for one in tones)
    canvas = Canvas(
        "tones",
        "Which tones lead",
        f"Share of the posts that each tone leads in. {told}.",
        "Each post counts for the tone that leads in it.",
    )
    for one in tones:
        canvas.label(text.label(one.label), f"{text.share(one.value)} ({one.count})")
        canvas.bar(one.value)
    return canvas.chart()


def _scores(request: pb.WriteVoiceReportRequest) -> skill_pb2.Chart | None:
    scores = [post.score for post in request.draft.posts if post.HasField("score")]
    if len(scores) < _FEWEST_SCORES:
        return None
    bins = [0] * _BINS
    for score in scores:
        bins[min(_BINS - 1, int(score * _BINS / 100))] += 1
    canvas = Canvas(
        "voice_scores",
        "How well the posts fit their own voice",
        "Number of posts by voice score. "
        + "; ".join(f"{10 * at} to {10 * at + 10}: {count}" for at, count in enumerate(bins))
        + ".",
        "Scores of 0 to 100 by a model that has not seen the post; 50 lies between the brand and "
        "others.",
    )
    height, width = 90.0, INNER / _BINS
    base = canvas.y + height
    for at, count in enumerate(bins):
        tall = height * count / max(bins)
        box = (svg.MARGIN + at * width + 2, base - tall, width - 4, tall)
        svg.rect(canvas.root, box, "accent" if at >= _BINS // 2 else "rest", radius=2)
        if count:
            middle = svg.MARGIN + (at + 0.5) * width
            svg.text(canvas.root, middle, base - tall - 4, str(count), size=12, anchor="middle")
    svg.line(canvas.root, (svg.MARGIN, base), (svg.WIDTH - svg.MARGIN, base), "line")
    canvas.y = base + 8
    canvas.axis(((0.0, "0"), (0.5, "50"), (1.0, "100")))
    return canvas.chart()


def times_chart(times: evidence_pb2.PostingTimes) -> skill_pb2.Chart | None:
    """Draws when posts did well; nothing where that cannot be told."""
    hours = times.hours[:_HOURS_SHOWN]
    if not hours or not times.days:
        return None
    most = max(1.0, *(abs(one.value) for one in (*hours, *times.days)))
    best = text.listed([text.label(day) for day in times.best_days]) or "none"
    canvas = Canvas(
        "posting_times",
        "When posts did well",
        "Change of engagement against the typical post, by day and hour. Days that stand out: "
        f"{best}; hours: {text.listed(list(times.best_times)) or 'none'}.",
        f"{times.sample_size} posts, detrended and drawn towards 0 where there are few. Observed, "
        "not caused.",
    )
    canvas.heading("By day of the week")
    for one in times.days:
        canvas.label(text.label(one.label), text.change(one.value))
        _signed(canvas, one.value / most)
    canvas.heading(f"By hour ({times.time_zone})")
    width, height = INNER / len(hours), 36.0
    middle = canvas.y + height
    for at, one in enumerate(hours):
        tall = height * abs(one.value) / most
        top = middle - tall if one.value > 0 else middle
        role: svg.Role = "accent" if one.value > 0 else "warn"
        if one.count:
            svg.rect(canvas.root, (svg.MARGIN + at * width + 1, top, width - 2, tall), role)
    svg.line(canvas.root, (svg.MARGIN, middle), (svg.WIDTH - svg.MARGIN, middle), "ink")
    canvas.y = middle + height + 6
    labels = [hours[at].label for at in (0, len(hours) // 2)]
    canvas.axis(((0.0, f"{labels[0]}:00"), (0.5, f"{labels[1]}:00")))
    return canvas.chart()


def _signed(canvas: Canvas, share: float) -> None:
    """Draws a bar to the right of the middle for more, to the left for less; share is −1 to 1."""
    middle, length = svg.WIDTH / 2, abs(share) * INNER / 2
    svg.rect(canvas.root, (svg.MARGIN, canvas.y, INNER, BAR), "line", radius=3)
    left = middle if share > 0 else middle - length
    role: svg.Role = "accent" if share > 0 else "warn"
    svg.rect(canvas.root, (left, canvas.y, length, BAR), role, radius=2)
    svg.line(canvas.root, (middle, canvas.y - 2), (middle, canvas.y + BAR + 2), "ink", 1.5)
    canvas.y += BAR + 12
