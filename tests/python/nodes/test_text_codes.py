"""Bytes in codes and made smaller, and unique names."""

from __future__ import annotations

import uuid

import pytest
from node_files import call

CODES = "text/codes"
ALL_BYTES = bytes(range(256))


@pytest.mark.parametrize("code", ["base64", "base64 for URLs", "base32", "hex"])
@pytest.mark.parametrize("data", [b"", b"a", ALL_BYTES])
def test_codes_are_read_again(code: str, data: bytes) -> None:
    text = call(f"{CODES}.bytes_to_code", {"data": data, "code": code})
    assert text.isascii() and call(f"{CODES}.code_to_bytes", {"text": text, "code": code}) == data


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"text": "data:image/png;base64,QWRh"}, b"Ada"),
        ({"text": " QW\nRhYQ "}, b"Adaa"),
        ({"text": "-_8", "code": "base64 for URLs"}, b"\xfb\xff"),
        ({"text": "4a 4B", "code": "hex"}, b"JK"),
        ({"text": "ifsgc", "code": "base32"}, b"Ada"),
    ],
)
def test_code_to_bytes_takes_what_people_paste(arguments: dict, expected: bytes) -> None:
    assert call(f"{CODES}.code_to_bytes", arguments) == expected


@pytest.mark.parametrize("method", ["gzip", "zlib", "bzip2", "xz"])
def test_bytes_are_made_smaller_and_back(method: str) -> None:
    for data in (b"", b"x", b"snow " * 1000):
        packed = call(f"{CODES}.compress_bytes", {"data": data, "method": method})
        assert call(f"{CODES}.decompress_bytes", {"data": packed}) == data
        assert packed == call(f"{CODES}.compress_bytes", {"data": data, "method": method})
    assert len(packed) < 200


def test_unique_id_is_new_or_that_of_a_name() -> None:
    first, second = (call(f"{CODES}.unique_id", {}) for _ in range(2))
    assert first != second and uuid.UUID(first).version == 4
    assert call(f"{CODES}.unique_id", {"name": "Ada"}) == str(uuid.uuid5(uuid.NAMESPACE_URL, "Ada"))


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("bytes_to_code", {"data": 3}, TypeError, "data: bytes or a text were expected, not int"),
        ("code_to_bytes", {"text": "a*b"}, ValueError, "text: base64 was expected, not 'a.b'"),
        ("code_to_bytes", {"text": "4", "code": "hex"}, ValueError, "text: hex was expected"),
        ("code_to_bytes", {"text": None}, TypeError, "text: a text was expected"),
        ("compress_bytes", {"data": None}, TypeError, "data: bytes or a text"),
        ("decompress_bytes", {"data": b"hello"}, ValueError, "data: bytes of gzip, zlib, bzip2 or xz"),
        ("decompress_bytes", {"data": b"\x1f\x8b\x08"}, ValueError, "data: bytes of gzip"),
        ("decompress_bytes", {"data": b""}, ValueError, "data: bytes of gzip"),
        ("unique_id", {"name": 3}, TypeError, "name: a text was expected"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"{CODES}.{node}", arguments)
