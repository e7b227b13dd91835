"""Web addresses (URLs): taken apart, put together, made whole. Nothing is fetched here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

import loom


class Parts(NamedTuple):
    """The parts of a web address."""

    scheme: str
    host: str
    port: int | None
    path: str
    query: dict[str, str]
    fragment: str


@loom.node(title="URL parts", keywords=["parse", "split", "domain", "host", "query", "address", "web"])
def url_parts(url: str) -> Parts:
    """Take a web address apart.

    Args:
        url: The address.

    Example:
        >>> parts = url_parts("https://example.org:8080/a?city=Oslo#top")
        >>> parts.host, parts.port, parts.path, parts.query
        ('example.org', 8080, '/a', {'city': 'Oslo'})
    """
    parts = _split("url", url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Parts(parts.scheme, parts.hostname or "", parts.port, parts.path, query, parts.fragment)


@loom.node(title="Build URL", keywords=["join", "query", "parameters", "encode", "address", "web", "link"])
def build_url(base: str, path: str = "", query: dict[str, object] | None = None) -> str:
    """Put a web address together.

    Args:
        base: Address to start from; what it asks already is kept.
        path: A path or link that counts from there, as in a page at that address; empty: none.
        query: Values to add behind the question mark, by name; a list gives its name several times.

    Example:
        >>> build_url("https://example.org/api/", "search", {"q": "a b", "page": 2})
        'https://example.org/api/search?q=a+b&page=2'
    """
    if not isinstance(path, str):
        raise TypeError(f"path: a text was expected, not {type(path).__name__}")
    if query is not None and not isinstance(query, Mapping):
        raise TypeError(f"query: a dictionary was expected, not {type(query).__name__}")
    start = _split("base", base)
    if not (start.scheme and start.netloc):
        raise ValueError(f"base: a whole address such as https://example.org was expected, not {base!r:.200}")
    parts = _split("path", urljoin(urlunsplit(start), quote(path, safe="/%:?#[]@!$&'()*+,;=~")))
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    names = {str(name) for name in query or {}}
    pairs = [(name, value) for name, value in pairs if name not in names]
    for name, value in (query or {}).items():
        values = value if isinstance(value, list | tuple) else [value]
        pairs += [(str(name), str(one)) for one in values if one is not None]
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def _split(name: str, url: object) -> SplitResult:
    if not isinstance(url, str):
        raise TypeError(f"{name}: a web address was expected, not {type(url).__name__}")
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # is read only when it is asked for
        return parts
    except ValueError as error:
        raise ValueError(f"{name}: a web address was expected, not {url!r:.200}: {error}") from None
