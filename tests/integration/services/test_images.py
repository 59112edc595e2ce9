"""The research agent looking at images on loopback sites: good ones, bombs and what is no image."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from PIL import Image

from jobs import actions
from manusmesh.research.v1 import research_service_pb2 as pb
from manusmesh.type.v1 import image_pb2, run_pb2
from meshkit.config import FetchSettings
from services.research.images import BYTES_MAX, image_settings, time_for
from tests.support import sites as web
from tests.support.pictures import card, claiming, encoded, noise
from tests.support.sites import Page, Sites

Ask = Callable[..., Any]

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def examine(
    ask: Ask, context: run_pb2.CallContext, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    monkeypatch.setattr("services.research.images._EXAMINE_S", 60.0)
    monkeypatch.setattr("services.research.images.TIME_S", 120.0)

    async def call(*urls: str) -> tuple[image_pb2.ImageReport, list[run_pb2.ToolCall]]:
        images = [pb.ImageAddress(index=index, url=url) for index, url in enumerate(urls)]
        request = pb.ExamineImagesRequest(context=context, images=images)
        events = [event async for event in ask(actions.EXAMINE_IMAGES, request)]
        assert events[0].HasField("progress")
        used = [event.tool_call for event in events if event.HasField("tool_call")]
        return events[-1].result, used

    return call


@pytest.mark.parametrize(
    ("kind", "media"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("GIF", "image/gif")],
)
async def test_an_image_is_measured(
    sites: Sites, examine: Callable[..., Any], kind: str, media: str
) -> None:
    data = encoded(card(), kind)
    url = sites.add("images.test", "/card", Page(data, media))
    report, used = await examine(url)
    (image,) = report.images
    assert (image.url, image.failure) == (url, "")
    measures = image.measures
    assert (measures.format, measures.width, measures.height) == (kind.lower(), 1200, 627)
    assert measures.palette[0].share > 0.9
    assert measures.text_known
    assert measures.text_boxes[0].contrast_ratio == pytest.approx(5.69, rel=0.1)
    receipt = next(one for one in report.receipts if one.id == image.receipt_id)
    assert (receipt.url, receipt.outcome, receipt.bytes) == (url, "ok", len(data))
    assert receipt.robots == "absent"
    assert [(call.name, call.outcome) for call in used] == [("image_examiner", "ok")]


def rotated() -> bytes:
    """A picture that a camera took upright and wrote lying."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(card(), "JPEG", exif=exif)


def animated() -> bytes:
    frames = [Image.new("RGB", (300, 200), colour) for colour in ("#ff0000", "#00ff00")]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


def grey16() -> bytes:
    return encoded(Image.new("I;16", (300, 200), 0xFFFF))


@pytest.mark.parametrize(
    ("data", "size", "colour"),
    [
        (rotated(), (627, 1200), None),
        (animated(), (300, 200), "#ff0000"),
        (grey16(), (300, 200), "#ffffff"),
        (encoded(Image.new("RGBA", (300, 200), (0, 0, 0, 0))), (300, 200), "#ffffff"),
        (encoded(Image.new("P", (300, 200))), (300, 200), "#000000"),
        (encoded(Image.new("1", (300, 200), 1)), (300, 200), "#ffffff"),
        (encoded(Image.new("CMYK", (300, 200), (0, 0, 0, 0)), "JPEG"), (300, 200), "#ffffff"),
        (encoded(Image.new("L", (1, 1), 255)), (1, 1), "#ffffff"),
        (encoded(Image.new("RGB", (5000, 5000), "#336699")), (5000, 5000), "#336699"),
        (encoded(Image.new("RGBA", (5000, 5000), "#336699")), (5000, 5000), "#336699"),
        (encoded(Image.new("I;16", (5000, 5000), 0xFFFF)), (5000, 5000), "#ffffff"),
    ],
    ids=[
        "turned",
        "frames",
        "16 bits",
        "clear",
        "palette",
        "1 bit",
        "CMYK",
        "1x1",
        "25 MP",
        "25 MP with alpha",
        "25 MP of 16 bits",
    ],
)
async def test_every_mode_is_measured(
    sites: Sites,
    examine: Callable[..., Any],
    data: bytes,
    size: tuple[int, int],
    colour: str | None,
) -> None:
    report, _ = await examine(sites.add("images.test", "/a", Page(data, "image/png")))
    (image,) = report.images
    assert image.failure == ""
    assert (image.measures.width, image.measures.height) == size
    if colour is not None:
        assert image.measures.palette[0].colour == colour


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (Page(SVG, "image/svg+xml"), "could not be fetched: it is image/svg+xml"),
        (Page(SVG, "image/png"), "it is no JPEG, PNG, WebP or GIF image"),
        (Page(b"<html><img src=x></html>", "image/jpeg"), "it is no JPEG, PNG, WebP or GIF image"),
        (Page(b"<html></html>"), "could not be fetched: it is text/html"),
        (Page(b"", "image/png"), "it is no JPEG, PNG, WebP or GIF image"),
        (Page(encoded(card(), "BMP"), "image/png"), "it is no JPEG, PNG, WebP or GIF image"),
        (Page(encoded(card(), "TIFF"), "image/png"), "it is no JPEG, PNG, WebP or GIF image"),
        (Page(claiming(50_000, 50_000), "image/png"), "more than 25 million pixels"),
        (Page(claiming(8000, 8000), "image/png"), "more than 25 million pixels"),
        (Page(claiming(4000, 4000), "image/png"), "damaged"),
        (Page(encoded(card())[:2000], "image/png"), "damaged"),
        (Page(bytes(BYTES_MAX + 1), "image/png"), "could not be fetched: the answer is larger"),
        (Page(status=404), "could not be fetched: the host answered HTTP 404"),
        (Page(stream=web.endless), "could not be fetched"),
    ],
    ids=[
        *("svg", "svg as png", "html as jpeg", "html", "nothing", "bmp", "tiff", "bomb", "64 MP"),
        *("lies", "cut off", "too large", "gone", "endless"),
    ],
)
async def test_what_is_no_image_that_can_be_borne_is_refused_with_its_reason(
    sites: Sites, examine: Callable[..., Any], page: Page, why: str
) -> None:
    bad = sites.add("images.test", "/bad", page)
    good = sites.add("other.test", "/good", Page(encoded(card(300, 200, text="")), "image/png"))
    report, used = await examine(bad, good)
    assert why in report.images[0].failure
    assert not report.images[0].HasField("measures")
    assert report.images[1].failure == ""
    assert sorted(call.outcome for call in used) == ["error", "ok"]


async def test_nothing_is_fetched_that_robots_forbid_or_that_is_not_public(
    sites: Sites, examine: Callable[..., Any]
) -> None:
    sites.robots("images.test", "User-agent: *\nDisallow: /private/")
    sites.addresses["inside.test"] = ["10.0.0.7"]
    sites.addresses["nowhere.test"] = []
    forbidden = sites.add("images.test", "/private/a.png", Page(encoded(card()), "image/png"))
    report, _ = await examine(
        forbidden, sites.url("inside.test", "/a.png"), sites.url("nowhere.test", "/a.png")
    )
    failures = [image.failure for image in report.images]
    assert "robots.txt forbids" in failures[0]
    assert "not public" in failures[1]
    assert "host is unknown" in failures[2]
    assert "/private/a.png" not in sites.paths("images.test")


async def test_an_address_is_fetched_once_for_all_posts_that_have_it(
    sites: Sites, examine: Callable[..., Any]
) -> None:
    url = sites.add("images.test", "/a.png", Page(encoded(card(300, 200)), "image/png"))
    report, _ = await examine(url, url, url)
    assert [image.index for image in report.images] == [0, 1, 2]
    assert {image.measures.width for image in report.images} == {300}
    assert sites.paths("images.test").count("/a.png") == 1


async def test_a_busy_picture_takes_no_longer_than_it_may(
    sites: Sites, examine: Callable[..., Any]
) -> None:
    data = encoded(noise(2000, 1500), "JPEG", quality=60)
    report, _ = await examine(sites.add("images.test", "/a.jpg", Page(data, "image/jpeg")))
    assert report.images[0].failure == ""
    assert not report.images[0].measures.text_known


@pytest.mark.parametrize(
    ("hosts", "seconds"),
    [([], 15), (["a"] * 4, 15), (["a"] * 10, 15 + 6 * 2.4), (["a", "b"] * 4, 15)],
)
def test_the_time_grows_with_the_images_of_one_host(hosts: Sequence[str], seconds: float) -> None:
    assert time_for([f"https://{host}.test/{n}" for n, host in enumerate(hosts)]) == seconds


def test_images_may_be_larger_than_pages() -> None:
    assert image_settings(FetchSettings()).bytes_max == BYTES_MAX > FetchSettings().bytes_max


def test_a_picture_of_the_tests_is_what_it_says() -> None:
    assert Image.open(io.BytesIO(claiming(10, 20))).size == (10, 20)
