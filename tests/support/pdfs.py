"""PDF files made by hand, good and bad."""

import zlib
from collections.abc import Sequence


def pdf(pages: Sequence[str], *, title: str = "") -> bytes:
    """A PDF with a line of Latin text on each page."""
    return _file([_showing(text) for text in pages], title=title)


def bomb(megabytes: int) -> bytes:
    """A PDF whose page is a stream that is so large once it is decompressed."""
    packed = zlib.compressobj(9)
    line = b"(x) Tj " * 150_000
    data = b"".join(packed.compress(line) for _ in range(megabytes)) + packed.flush()
    return _file([(b"/Filter /FlateDecode ", data)])


def nested(depth: int) -> bytes:
    """A PDF whose page is an array of arrays of arrays."""
    return _file([(b"", b"[" * depth)], kids=b"[" * depth)


def _showing(text: str) -> tuple[bytes, bytes]:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return b"", f"BT /F1 12 Tf 72 720 Td ({escaped}) Tj ET".encode("latin-1")


def _file(streams: Sequence[tuple[bytes, bytes]], *, title: str = "", kids: bytes = b"") -> bytes:
    first = 5
    kids = kids or b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(streams)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (%s) >>" % title.encode("latin-1"),
    ]
    for number, (filters, data) in enumerate(streams):
        content = first + 2 * number + 1
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % content
        )
        objects.append(b"<< %s/Length %d >>\nstream\n%s\nendstream" % (filters, len(data), data))
    file = bytearray(b"%PDF-1.4\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\n" % (len(objects) + 1)
    return bytes(file + b"startxref\n%d\n%%%%EOF\n" % table)
