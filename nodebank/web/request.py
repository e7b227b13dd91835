# /// script
# dependencies = ["requests"]
# ///
"""Requests to web servers over HTTP, with limits of time and size. Nothing is sent but what the inputs say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom

if TYPE_CHECKING:
    import requests

_MEGABYTE = 1_000_000
_MOST_REDIRECTS = 10


class Answer(NamedTuple):
    """What a server answers."""

    body: str
    status: int
    headers: dict[str, str]
    address: str


@loom.node(title="Web request", cache=False, keywords=["http", "get", "post", "fetch", "url", "api", "rest", "put"])
def web_request(
    url: str,
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "GET",
    query: dict[str, object] | None = None,
    headers: dict[str, str] | None = None,
    body: object = None,
    timeout: Annotated[float, loom.Range(0.1, 3600)] = 30.0,
    fail_on_error: bool = True,
    largest: Annotated[float, loom.Range(0.001, 2000)] = 20.0,
    token: loom.Secret | None = None,
) -> Answer:
    """Send a request to a web server and give its answer as text.

    Args:
        url: Address, beginning with http:// or https://; redirects are followed.
        method: What is asked: GET reads, POST sends.
        query: Values for the part of the address behind the question mark, by name.
        headers: Headers to send, by name, such as {"Accept-Language": "nb"}.
        body: What to send: a text or bytes as they are, a dictionary or list as JSON; nothing: no body.
        timeout: Seconds to wait for the server to connect or to send more.
        fail_on_error: Fail when the status is 400 or more; otherwise the answer is given and its status says so.
        largest: Megabytes that the answer may have at most.
        token: Sent as the header Authorization: Bearer. It is kept in the keychain, not in the project.

    Example:
        >>> with serve("hello", kind="text/plain") as url:
        ...     answer = web_request(url)
        >>> answer.body, answer.status
        ('hello', 200)
    """
    headers = _with_token(headers, token)
    answer, data = _ask(method, url, query, headers, body, timeout, fail_on_error, largest)
    return Answer(_decoded(answer, data), answer.status_code, dict(answer.headers), answer.url)


@loom.node(title="Get JSON from web", cache=False, keywords=["http", "api", "rest", "fetch", "url", "request"])
def get_json(
    url: str,
    query: dict[str, object] | None = None,
    headers: dict[str, str] | None = None,
    timeout: Annotated[float, loom.Range(0.1, 3600)] = 30.0,
    token: loom.Secret | None = None,
) -> object:
    """Read JSON from a web address: dictionaries, lists, texts and numbers.

    Args:
        url: Address, beginning with http:// or https://.
        query: Values for the part of the address behind the question mark, by name.
        headers: Headers to send, by name.
        timeout: Seconds to wait for the server to connect or to send more.
        token: Sent as the header Authorization: Bearer. It is kept in the keychain, not in the project.

    Example:
        >>> with serve('{"city": "Oslo", "degrees": 4.5}', kind="application/json") as url:
        ...     get_json(url)
        {'city': 'Oslo', 'degrees': 4.5}
    """
    import json

    headers = {"Accept": "application/json", **_with_token(headers, token)}
    answer, data = _ask("GET", url, query, headers, None, timeout, True, 50.0)
    try:
        return json.loads(data)
    except ValueError as error:
        kind = answer.headers.get("Content-Type", "no type")
        start = data[:60].decode("utf-8", "replace")
        raise ValueError(f"url: JSON was expected at {answer.url}, not {kind} beginning {start!r}: {error}") from None


@loom.node(title="Download file", cache=False, keywords=["http", "fetch", "url", "save", "web", "wget"])
def download_file(
    url: str,
    file: Annotated[Path, loom.SaveFile()],
    replace: bool = True,
    timeout: Annotated[float, loom.Range(0.1, 3600)] = 30.0,
    largest: Annotated[float, loom.Range(0.001, 1_000_000)] = 2000.0,
) -> Path:
    """Save what is at a web address in a file, and give its path.

    What was in the file is kept until all has arrived.

    Args:
        url: Address, beginning with http:// or https://; redirects are followed.
        file: File to save in; the folder is made when it is not there.
        replace: Load a file again that is there already; otherwise it is left as it is.
        timeout: Seconds to wait for the server to connect or to send more.
        largest: Megabytes that the file may have at most.

    Example:
        >>> with serve(b"abc", kind="application/octet-stream") as url:
        ...     path = download_file(url, Path("data/letters.bin"))
        >>> path.read_bytes()
        b'abc'
    """
    import os

    # An empty path is how nothing chosen arrives; it would mean whatever folder the engine happens to be in.
    if not isinstance(file, str | Path) or Path(file) == Path() or Path(file).is_dir():
        raise ValueError(f"file: the path of a file to save in was expected, not {str(file)!r:.200}")
    path = Path(file)
    if path.exists() and not replace:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with _open("GET", url, None, None, None, timeout) as answer:
            _refuse_errors(answer)
            with part.open("wb") as target:
                for piece in _pieces(answer, largest):
                    target.write(piece)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _with_token(headers: dict[str, str] | None, token: str | None) -> dict[str, str]:
    found = headers or {}
    if not token or not isinstance(found, Mapping):  # what is no dictionary is refused where it is looked at
        return found
    if any(str(name).lower() == "authorization" for name in found):
        raise ValueError("token, headers: a token or a header Authorization was expected, not both")
    return {**found, "Authorization": f"Bearer {token}"}


def _ask(
    method: str,
    url: str,
    query: object,
    headers: object,
    body: object,
    timeout: float,
    fail_on_error: bool,
    largest: float,
) -> tuple[requests.Response, bytes]:
    with _open(method, url, query, headers, body, timeout) as answer:
        if fail_on_error:
            _refuse_errors(answer)
        return answer, b"".join(_pieces(answer, largest))


def _open(method: str, url: str, query: object, headers: object, body: object, timeout: float) -> requests.Response:
    import requests

    address = _address("url", url)
    for name, value in (("query", query), ("headers", headers)):
        if value is not None and not isinstance(value, Mapping):
            raise TypeError(f"{name}: a dictionary was expected, not {type(value).__name__}")
    if not timeout > 0:
        raise ValueError(f"timeout: more than 0 seconds was expected, not {timeout}")
    sent = {"data": body.encode() if isinstance(body, str) else body}
    if isinstance(body, dict | list | tuple | int | float | bool):
        sent = {"json": body}
    elif not isinstance(body, str | bytes | None):
        raise TypeError(f"body: a text, bytes, dictionary or list was expected, not {type(body).__name__}")
    plain = {"User-Agent": "Loom", **{str(name): str(value) for name, value in (headers or {}).items()}}
    with requests.Session() as session:
        session.max_redirects = _MOST_REDIRECTS
        try:
            return session.request(method, address, params=query, headers=plain, timeout=timeout, stream=True, **sent)
        except requests.Timeout:
            raise TimeoutError(
                f"url: no answer within {timeout:g} s from {address}; give it a longer timeout"
            ) from None
        except requests.TooManyRedirects:
            raise ValueError(
                f"url: more than {_MOST_REDIRECTS} redirects from {address}, it may lead in a circle"
            ) from None
        except requests.exceptions.SSLError as error:
            raise ConnectionError(f"url: the certificate of {address} cannot be trusted: {error}") from None
        except requests.ConnectionError as error:
            raise ConnectionError(
                f"url: cannot reach {address}; is the name right and is there a network? {error}"
            ) from None
        except (requests.RequestException, ValueError) as error:  # headers with line breaks, odd addresses, …
            raise ValueError(f"url, headers: a request could not be made to {address}: {error}") from None


def _refuse_errors(answer: requests.Response) -> None:
    if answer.status_code >= 400:
        start = next(answer.iter_content(200), b"").decode("utf-8", "replace").strip()
        said = f": {start!r}" if start else ""
        raise ValueError(f"url: {answer.url} answers {answer.status_code} {answer.reason}{said}")


def _pieces(answer: requests.Response, largest: float) -> Iterator[bytes]:
    """The body piece by piece, up to a size in megabytes; it is counted, as a server may send more than it says."""
    import requests

    length = answer.headers.get("Content-Length", "")
    total, done = int(length) if length.isdecimal() else 0, 0
    too_large = ValueError(f"largest: at most {largest:g} MB were expected from {answer.url}, there is more")
    if total > largest * _MEGABYTE and answer.request.method != "HEAD":
        raise too_large
    try:
        for piece in answer.iter_content(65_536):
            loom.check_cancelled()
            done += len(piece)
            if done > largest * _MEGABYTE:
                raise too_large
            if total > _MEGABYTE:
                loom.progress(done, total)
            yield piece
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
        raise ConnectionError(f"url: the answer of {answer.url} breaks off or cannot be unpacked: {error}") from None
    except requests.ConnectionError as error:
        raise ConnectionError(f"url: {answer.url} stopped sending after {done:,} bytes: {error}") from None


def _decoded(answer: requests.Response, data: bytes) -> str:
    """By what the server says, else what the page says, else UTF-8; what fits none is marked, not lost."""
    import re

    said = re.search(r"charset=[\"']?([\w.:-]+)", answer.headers.get("Content-Type", ""), re.IGNORECASE)
    told = re.search(rb"<meta[^>]+charset=[\"']?([\w.:-]+)", data[:2048], re.IGNORECASE)
    for encoding in (said and said[1], told and told[1].decode(), "utf-8-sig"):
        try:
            return data.decode(encoding) if encoding else data.decode("utf-8-sig")
        except (LookupError, UnicodeDecodeError):
            continue
    loom.warning(f"{answer.url} is not in the encoding that it says; characters that cannot be read are marked")
    return data.decode("utf-8", "replace")


def _address(name: str, value: object) -> str:
    """The web address, or an error that names the input."""
    if not isinstance(value, str | PurePath):
        raise TypeError(f"{name}: a web address was expected, not {type(value).__name__}")
    address = str(value).strip()
    if not address.lower().startswith(("http://", "https://")):
        raise ValueError(
            f"{name}: a web address that begins with http:// or https:// was expected, not {address!r:.200}"
        )
    return address
