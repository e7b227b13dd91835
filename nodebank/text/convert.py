"""Texts in other forms: bytes, codes, hashes, names, plain words. No guesses: what does not fit is an error."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import loom
from _loom_text import _text


@loom.node(title="Encode text", keywords=["base64", "hex", "url", "percent", "html", "escape", "quote", "string"])
def encode_text(text: str, code: Literal["base64", "hex", "URL", "HTML", "JSON"] = "base64") -> str:
    """Write a text in a code, so that it can stand where it could not as it is.

    Args:
        text: Text to encode; base64, hex and URL write its UTF-8 bytes.
        code: Which code. URL writes %20 for a blank; HTML &lt; for <; JSON puts it in quotes.

    Example:
        >>> encode_text("Ada")
        'QWRh'
        >>> encode_text("a b/c", code="URL")
        'a%20b%2Fc'
    """
    import base64
    import html
    import json
    import urllib.parse

    whole = _text("text", text)
    codes = {
        "base64": lambda: base64.b64encode(whole.encode()).decode("ascii"),
        "hex": lambda: whole.encode().hex(),
        "URL": lambda: urllib.parse.quote(whole, safe=""),
        "HTML": lambda: html.escape(whole),
        "JSON": lambda: json.dumps(whole, ensure_ascii=False),
    }
    return codes[code]()


@loom.node(title="Decode text", keywords=["base64", "hex", "url", "percent", "html", "unescape", "unquote", "string"])
def decode_text(text: str, code: Literal["base64", "hex", "URL", "HTML", "JSON"] = "base64") -> str:
    """Read a text that is written in a code.

    Args:
        text: The code; line breaks and blanks in base64 and hex do not count.
        code: Which code it is.

    Example:
        >>> decode_text("QWRh")
        'Ada'
        >>> decode_text("5 &lt; 6", code="HTML")
        '5 < 6'
    """
    import base64
    import html
    import json
    import urllib.parse

    whole = _text("text", text)

    def of_json() -> str:
        value = json.loads(whole)
        if not isinstance(value, str):
            raise ValueError(f"it holds a {type(value).__name__}, not a text")
        return value

    codes = {
        "base64": lambda: base64.b64decode("".join(whole.split()), validate=True).decode(),
        "hex": lambda: bytes.fromhex(whole).decode(),
        "URL": lambda: urllib.parse.unquote(whole, errors="strict"),
        "HTML": lambda: html.unescape(whole),
        "JSON": of_json,
    }
    try:
        return codes[code]()
    except ValueError as error:  # what cannot be decoded as UTF-8, base64 or JSON is one too
        raise ValueError(f"text: a text in {code} was expected, not {whole!r:.60}: {error}") from None


@loom.node(title="Text to bytes", keywords=["encode", "utf-8", "latin-1", "binary", "charset", "convert"])
def text_to_bytes(
    text: str, encoding: Literal["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252", "ascii"] = "utf-8"
) -> bytes:
    r"""Write a text as bytes.

    Args:
        text: Text to write.
        encoding: How characters become bytes.

    Example:
        >>> text_to_bytes("é")
        b'\xc3\xa9'
    """
    whole = _text("text", text)
    try:
        return whole.encode(encoding)
    except UnicodeEncodeError as error:
        raise ValueError(
            f"text: characters of {encoding} were expected, {whole[error.start]!r} at {error.start} is not one"
        ) from None


@loom.node(title="Bytes to text", keywords=["decode", "utf-8", "latin-1", "binary", "charset", "convert", "string"])
def bytes_to_text(
    data: bytes,
    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252", "ascii"] = "utf-8",
    replace_errors: bool = False,
) -> str:
    r"""Read bytes as text.

    Args:
        data: The bytes.
        encoding: How characters became bytes.
        replace_errors: Put a question mark in a diamond where the bytes mean nothing, rather than fail.

    Example:
        >>> bytes_to_text(b"caf\xe9", encoding="latin-1")
        'café'
    """
    if not isinstance(data, bytes | bytearray):
        raise TypeError(f"data: bytes were expected, not {type(data).__name__}")
    try:
        return data.decode(encoding, "replace" if replace_errors else "strict")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"data: bytes of a text in {encoding} were expected, those at {error.start} are not; "
            "choose another encoding or replace errors"
        ) from None


@loom.node(title="Hash", keywords=["checksum", "sha256", "md5", "digest", "fingerprint", "crypto"])
def hash_value(data: str | bytes, method: Literal["md5", "sha1", "sha256", "sha512", "blake2b"] = "sha256") -> str:
    """Compute the hash of a text or of bytes, a fingerprint in hexadecimal digits.

    Args:
        data: A text, which counts by its UTF-8 bytes, or bytes.
        method: How it is computed; md5 and sha1 tell files apart but protect nothing.

    Example:
        >>> hash_value("Ada", method="md5")
        '1a382809b7c03f686e12dd15677c5497'
    """
    import hashlib

    raw = bytes(data) if isinstance(data, bytes | bytearray) else _text("data", data).encode()
    return hashlib.new(method, raw, usedforsecurity=False).hexdigest()


@loom.node(title="Text to name", keywords=["slug", "file name", "identifier", "clean", "url", "string"])
def text_to_name(
    text: str, separator: Literal["-", "_"] = "-", longest: Annotated[int, loom.Range(1, 200)] = 60
) -> str:
    """Make a name of small letters and digits of a text, fit for files and addresses.

    Accents are left out; all else becomes the separator.

    Args:
        text: Text to make a name of; it needs one letter or digit of the Latin alphabet.
        separator: What stands between words.
        longest: Characters that the name has at most.

    Example:
        >>> text_to_name("Crème brûlée, 2nd try!")
        'creme-brulee-2nd-try'
    """
    import unicodedata

    if longest < 1:
        raise ValueError(f"longest: 1 or more was expected, not {longest}")
    plain = unicodedata.normalize("NFKD", _text("text", text).replace("ß", "ss"))
    words = re.findall("[a-z0-9]+", "".join(sign for sign in plain if not unicodedata.combining(sign)).lower())
    if not words:
        raise ValueError(f"text: at least one letter or digit was expected, to make a name of, not {text!r:.60}")
    return separator.join(words)[:longest].rstrip(separator)


@loom.node(title="Markdown to text", keywords=["plain", "strip", "clean", "readme", "md", "string"])
def markdown_to_text(markdown: Annotated[str, loom.Multiline()]) -> str:
    r"""Take the marks out of a Markdown text, so that the plain words are left.

    Links keep their words, pictures their description, lists a dash, code its text. Tables keep their bars.

    Args:
        markdown: The text with marks.

    Example:
        >>> markdown_to_text("# News\n\nSee **the** [site](https://example.org).")
        'News\n\nSee the site.'
    """
    lines: list[str] = []
    is_code = False
    for line in _text("markdown", markdown).splitlines():
        if re.match(r"\s{0,3}(```|~~~)", line):
            is_code = not is_code
        elif is_code:
            lines.append(line)
        elif not re.fullmatch(r"\s{0,3}((-\s*){3,}|(\*\s*){3,}|(_\s*){3,}|=+)\s*", line):
            lines.append(_plain_line(line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _plain_line(line: str) -> str:
    line = re.sub(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*$", r"\1", line)
    line = re.sub(r"^\s{0,3}(>\s?)+", "", line)
    line = re.sub(r"^(\s*)[*+-]\s+(\[[ xX]\]\s+)?", r"\1- ", line)
    parts = re.split(r"(`+)(.+?)\1", line)
    # Every third part from the second is the code's own backticks, the next one its text, which stays as it is.
    return "".join(_without_marks(part) if i % 3 == 0 else part if i % 3 == 2 else "" for i, part in enumerate(parts))


def _without_marks(text: str) -> str:
    text = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\[([^\]]+)\](\([^)]*\)|\[[^\]]*\])", r"\1", text)
    text = re.sub(r"<((?:https?|mailto):[^>]+)>", r"\1", text)
    for mark in (r"\*\*\*", r"\*\*", r"\*", "~~"):
        text = re.sub(rf"(?<!\\){mark}(?=\S)(.+?)(?<=[^\s\\]){mark}", r"\1", text)
    text = re.sub(r"(?<![\w\\])(_{1,3})(?=\S)(.+?)(?<=[^\s\\])\1(?!\w)", r"\2", text)
    return re.sub(r"\\([\\`*_{}\[\]()#+.!~>|-])", r"\1", text)
