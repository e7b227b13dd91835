"""Bytes written as text and made smaller, and names that nothing else has. Texts in codes are in `convert.py`."""

from __future__ import annotations

from typing import Literal

import loom
from _loom_text import _text


@loom.node(title="Bytes to code", keywords=["base64", "hex", "base32", "encode", "data url", "binary", "attachment"])
def bytes_to_code(data: bytes, code: Literal["base64", "base64 for URLs", "base32", "hex"] = "base64") -> str:
    """Write bytes as a text of plain characters, to send them where only text may go.

    Args:
        data: The bytes, such as those of an image; a text counts by its UTF-8 bytes.
        code: How they are written.

    Example:
        >>> bytes_to_code(b"Ada")
        'QWRh'
    """
    import base64

    raw = _raw("data", data)
    write = {
        "base64": base64.b64encode,
        "base64 for URLs": base64.urlsafe_b64encode,
        "base32": base64.b32encode,
        "hex": lambda plain: plain.hex().encode(),
    }[code]
    return write(raw).decode("ascii")


@loom.node(title="Code to bytes", keywords=["base64", "hex", "base32", "decode", "data url", "binary", "attachment"])
def code_to_bytes(text: str, code: Literal["base64", "base64 for URLs", "base32", "hex"] = "base64") -> bytes:
    """Read the bytes that a text of plain characters stands for. Blanks and line breaks do not count.

    Args:
        text: The text; of a data URL (data:image/png;base64,…) what follows the comma is read.
        code: How it is written.

    Example:
        >>> code_to_bytes("QWRh")
        b'Ada'
    """
    import base64
    import binascii

    written = _text("text", text).strip()
    if written.startswith("data:") and "," in written:
        written = written.partition(",")[2]
    written = "".join(written.split())
    # What pads the end is often left out.
    filled = written.rstrip("=") + "=" * (-len(written.rstrip("=")) % (8 if code == "base32" else 4))
    try:
        match code:
            case "hex":
                return bytes.fromhex(written)
            case "base32":
                return base64.b32decode(filled, casefold=True)
            case "base64 for URLs":
                return base64.b64decode(filled, altchars=b"-_", validate=True)
            case _:
                return base64.b64decode(filled, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"text: {code} was expected, not {written!r:.60}: {error}") from None


@loom.node(title="Compress bytes", keywords=["gzip", "zlib", "bzip2", "xz", "deflate", "pack", "smaller"])
def compress_bytes(data: bytes, method: Literal["gzip", "zlib", "bzip2", "xz"] = "gzip") -> bytes:
    """Make bytes smaller without loss.

    Args:
        data: The bytes; a text counts by its UTF-8 bytes.
        method: How; xz gives the fewest bytes and takes longest.

    Example:
        >>> len(compress_bytes(b"a" * 1000)) < 100
        True
    """
    import bz2
    import gzip
    import lzma
    import zlib

    raw = _raw("data", data)
    if method == "gzip":
        return gzip.compress(raw, mtime=0)  # without the time, so that the same bytes give the same
    return {"zlib": zlib.compress, "bzip2": bz2.compress, "xz": lzma.compress}[method](raw)


@loom.node(title="Decompress bytes", keywords=["gzip", "zlib", "bzip2", "xz", "inflate", "unpack", "gunzip"])
def decompress_bytes(data: bytes) -> bytes:
    """Give the bytes that were made smaller by gzip, zlib, bzip2 or xz; which it was is told by their beginning.

    Args:
        data: The bytes.

    Example:
        >>> decompress_bytes(compress_bytes(b"hello", "xz"))
        b'hello'
    """
    import bz2
    import gzip
    import lzma
    import zlib

    raw = _raw("data", data)
    kinds = ((b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ\x00", lzma.decompress))
    unpack = next((unpack for beginning, unpack in kinds if raw.startswith(beginning)), zlib.decompress)
    try:
        return unpack(raw)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise ValueError(f"data: bytes of gzip, zlib, bzip2 or xz were expected, not {raw[:20]!r}: {error}") from None


@loom.node(title="Unique id", cache=False, keywords=["uuid", "guid", "identifier", "random", "name", "key"])
def unique_id(name: str = "") -> str:
    """Give an identifier that nothing else has (UUID), a new one with each run; or always the same one for a name.

    Args:
        name: Text that the identifier is made of (UUID 5, by its web address where it is one); empty: by chance
            (UUID 4).

    Example:
        >>> unique_id("https://example.org") == unique_id("https://example.org") != unique_id()
        True
    """
    import uuid

    text = _text("name", name)
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text) if text else uuid.uuid4())


def _raw(name: str, data: object) -> bytes:
    """The bytes, of a text its UTF-8 bytes, or an error that names the input."""
    if not isinstance(data, bytes | bytearray | memoryview | str):
        raise TypeError(f"{name}: bytes or a text were expected, not {type(data).__name__}")
    return data.encode() if isinstance(data, str) else bytes(data)
