"""How artifacts lie in Redis: protobuf behind one byte that says which form it has.

A report with its charts is over 100 KB of markup, is kept as a step's output and in the result, and
stays for seven days: compressed it takes about a sixth.
"""

import zlib
from typing import Final

_PLAIN: Final = b"\x01"
_DEFLATED: Final = b"\x02"
_WORTH_BYTES: Final = 2048
_FAST: Final = 1
"""Compression level: nearly as small for markup, at a third of the time of the default."""


def pack(serialized: bytes) -> bytes:
    """A serialized message as it is stored."""
    if len(serialized) < _WORTH_BYTES:
        return _PLAIN + serialized
    return _DEFLATED + zlib.compress(serialized, _FAST)


def unpack(stored: bytes) -> bytes:
    """The serialized message of what is stored.

    Raises:
        ValueError: for a form that this version does not know.
    """
    form, content = stored[:1], stored[1:]
    if form == _PLAIN:
        return content
    if form == _DEFLATED:
        return zlib.decompress(content)
    msg = "an artifact of an unknown form"
    raise ValueError(msg)
