"""Web: requests to real servers on this machine, what is in pages, addresses."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from node_files import call

R, P, A = "web/request", "web/pages", "web/addresses"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path; `/echo` says what it was asked."""

    gate = threading.Event()

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        kind, status, headers = "text/plain; charset=utf-8", 200, {}
        answer = b"hello"
        if path == "/echo":
            said = {name.lower(): value for name, value in self.headers.items()}
            query = parse_qs(urlsplit(self.path).query)
            answer = json.dumps(
                {"method": self.command, "query": query, "headers": said, "body": body.decode()}
            ).encode()
        elif path == "/to":
            status, headers = 302, {"Location": "/end"}
        elif path == "/circle":
            status, headers = 302, {"Location": "/circle"}
        elif path == "/missing":
            status, answer = 404, b"no such page"
        elif path == "/latin":
            kind, answer = "text/html", '<meta charset="latin-1">é'.encode("latin-1")
        elif path == "/wrong":
            answer = b"caf\xe9"
        elif path == "/odd":
            kind, answer = "text/plain; charset=klingon", "é".encode()
        elif path == "/gzip":
            headers, answer = {"Content-Encoding": "gzip"}, gzip.compress(b"a" * 3_000_000)
        elif path == "/not-gzip":
            headers = {"Content-Encoding": "gzip"}
        elif path == "/short":
            headers = {"Content-Length": "100"}
        elif path == "/never":
            self.gate.wait()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(answer)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            if self.command != "HEAD":
                self.wfile.write(answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    Handler.gate.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            Handler.gate.set()
            server.shutdown()
            thread.join()


def test_web_request_sends_what_it_is_told(site: str) -> None:
    arguments = {"url": f"{site}/echo?a=1", "query": {"b": "x y"}, "headers": {"X-Key": 7}}
    said = json.loads(call(f"{R}.web_request", arguments).body)
    assert (said["method"], said["query"], said["headers"]["x-key"]) == ("GET", {"a": ["1"], "b": ["x y"]}, "7")
    for body, sent in (("é", "é"), (b"raw", "raw"), ({"a": [1]}, '{"a": [1]}'), ([1], "[1]"), (None, "")):
        said = json.loads(call(f"{R}.web_request", {"url": f"{site}/echo", "method": "POST", "body": body}).body)
        assert (said["method"], said["body"]) == ("POST", sent)
    assert call(f"{R}.web_request", {"url": f"{site}/a", "method": "HEAD"}).body == ""


def test_web_request_follows_redirects_and_says_where_it_ended(site: str) -> None:
    answer = call(f"{R}.web_request", {"url": f"{site}/to"})
    assert (answer.body, answer.status, answer.address) == ("hello", 200, f"{site}/end")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    answer = call(f"{R}.web_request", {"url": f"{site}/missing", "fail_on_error": False})
    assert (answer.status, answer.body) == (404, "no such page")


@pytest.mark.parametrize(
    ("path", "ending"), [("/latin", ">é"), ("/odd", "é"), ("/wrong", "caf\ufffd"), ("/gzip", "a" * 100)]
)
def test_web_request_reads_encodings_that_are_told_wrong(site: str, path: str, ending: str) -> None:
    assert call(f"{R}.web_request", {"url": site + path}).body.endswith(ending)


@pytest.mark.parametrize(
    ("path", "arguments", "error", "words"),
    [
        ("/missing", {}, ValueError, "url: .*/missing answers 404 Not Found: 'no such page'"),
        ("/circle", {}, ValueError, "url: more than 10 redirects"),
        ("/never", {"timeout": 0.3}, TimeoutError, "url: no answer within 0.3 s"),
        ("/gzip", {"largest": 1}, ValueError, "largest: at most 1 MB were expected"),
        ("/not-gzip", {}, ConnectionError, "url: .* cannot be unpacked"),
        ("/short", {}, ConnectionError, "url: .* breaks off"),
        ("/a", {"timeout": 0}, ValueError, "timeout: more than 0"),
        ("/a", {"query": "a=1"}, TypeError, "query: a dictionary"),
        ("/a", {"headers": ["a"]}, TypeError, "headers: a dictionary"),
        ("/a", {"headers": {"a": "b\nc"}}, ValueError, "url, headers: a request could not be made"),
        ("/a", {"headers": ["a"], "token": "t"}, TypeError, "headers: a dictionary"),
        ("/a", {"headers": {"authorization": "a"}, "token": "t"}, ValueError, "token, headers: .*, not both"),
        ("/a", {"body": {1}}, TypeError, "body: a text, bytes"),
    ],
)
def test_web_request_refuses(site: str, path: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"{R}.web_request", {"url": site + path, **arguments})


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("example.org", ValueError, "url: a web address that begins with http://"),
        ("file:///etc/passwd", ValueError, "url: a web address that begins"),
        (5, TypeError, "url: a web address was expected, not int"),
        ("http://", ValueError, "url, headers: "),
        ("http://no-such-host.invalid/", ConnectionError, "url: cannot reach"),
    ],
)
def test_addresses_that_lead_nowhere(url: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"{R}.web_request", {"url": url})


def test_a_port_where_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionError, match="url: cannot reach"):
            call(f"{R}.get_json", {"url": f"http://127.0.0.1:{free.getsockname()[1]}/"})


@pytest.mark.parametrize("node", ["web_request", "get_json"])
def test_a_token_is_sent_as_servers_expect_it(site: str, node: str) -> None:
    answer = call(f"{R}.{node}", {"url": f"{site}/echo", "headers": {"X-Key": "k"}, "token": "abc"})
    said = json.loads(answer.body) if node == "web_request" else answer
    assert (said["headers"]["authorization"], said["headers"]["x-key"]) == ("Bearer abc", "k")


def test_get_json(site: str) -> None:
    said = call(f"{R}.get_json", {"url": f"{site}/echo", "query": {"a": 1}, "headers": {"X-Key": "k"}})
    assert said["query"] == {"a": ["1"]}
    assert (said["headers"]["accept"], said["headers"]["x-key"]) == ("application/json", "k")
    with pytest.raises(ValueError, match="url: JSON was expected at .*/end, not text/plain.* beginning 'hello'"):
        call(f"{R}.get_json", {"url": f"{site}/end"})
    with pytest.raises(ValueError, match="404"):
        call(f"{R}.get_json", {"url": f"{site}/missing"})


def test_download_file_keeps_what_was_there_until_all_has_come(site: str, tmp_path: Path) -> None:
    file = tmp_path / "new" / "page.txt"
    assert call(f"{R}.download_file", {"url": f"{site}/to", "file": file}) == file
    assert file.read_text() == "hello"
    file.write_text("mine")
    assert call(f"{R}.download_file", {"url": f"{site}/end", "file": file, "replace": False}).read_text() == "mine"
    for path, largest, error in (("/short", 1, ConnectionError), ("/gzip", 1, ValueError), ("/missing", 1, ValueError)):
        with pytest.raises(error):
            call(f"{R}.download_file", {"url": site + path, "file": file, "largest": largest})
        assert [(path.name, path.read_text()) for path in file.parent.iterdir()] == [("page.txt", "mine")]
    for wrong in (tmp_path, Path(), 5):
        with pytest.raises(ValueError, match="file: the path of a file"):
            call(f"{R}.download_file", {"url": site, "file": wrong})


PAGE = """<html><head><title>T</title><style>p {}</style></head><body><h1 class="big red">News  of
today</h1><p>All is <b>well</b>.<br>Yes</p><a href="/one#x">One</a> <a href="two?a=1">Two</a> <a>none</a>
<a href="/one">again</a><a href="mailto:a@b">m</a><a href="https://other.org/">o</a><a href="http://[">x</a></body></html>"""
TABLE = """<table><tr><th>city</th><th>people</th><th></th><th>city</th></tr>
<tr><td rowspan=2>Oslo</td><td>709,000</td><td>x</td><td><table><tr><td>in</td></tr></table></td></tr>
<tr><td></td><td colspan="2">both</td></tr><tr></tr></table>
<table id=b><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>"""


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        (f"{P}.select_html", {"html": PAGE, "selector": "h1"}, ["News of today"]),
        (f"{P}.select_html", {"html": PAGE, "selector": "b", "give": "HTML"}, ["<b>well</b>"]),
        (f"{P}.select_html", {"html": PAGE, "selector": "h1", "give": "attribute", "attribute": "class"}, ["big red"]),
        (f"{P}.select_html", {"html": PAGE, "selector": ".none"}, []),
        (f"{P}.select_html", {"html": ""}, []),
        (f"{P}.html_to_text", {"html": PAGE, "selector": "h1, p"}, "News of today\nAll is well.\nYes"),
        (f"{P}.html_to_text", {"html": "<script>x</script>a &lt; b"}, "a < b"),
        (f"{P}.html_to_text", {"html": "<tr><td>a</td><td>b</td></tr>"}, "a\tb"),
        (f"{P}.html_to_text", {"html": "not.a.page"}, "not.a.page"),
        (
            f"{P}.page_links",
            {"html": PAGE, "base": "https://a.org/x/"},
            ["https://a.org/one", "https://a.org/x/two?a=1", "https://other.org/"],
        ),
        (
            f"{P}.page_links",
            {"html": PAGE, "base": "https://a.org/", "same_site": True},
            ["https://a.org/one", "https://a.org/two?a=1"],
        ),
        (f"{P}.page_links", {"html": '<a href="x">'}, ["x"]),
        (
            f"{A}.url_parts",
            {"url": "HTTP://u:p@A.org/b%20c?x=&y=1#z"},
            ("http", "a.org", None, "/b%20c", {"x": "", "y": "1"}, "z"),
        ),
        (f"{A}.url_parts", {"url": ""}, ("", "", None, "", {}, "")),
        (f"{A}.build_url", {"base": "https://a.org"}, "https://a.org"),
        (
            f"{A}.build_url",
            {"base": "https://a.org/b/c?x=1&y=2#f", "query": {"y": [3, 4], "z": None}},
            "https://a.org/b/c?x=1&y=3&y=4#f",
        ),
        (f"{A}.build_url", {"base": "https://a.org/b/", "path": "../ü x"}, "https://a.org/%C3%BC%20x"),
    ],
)
def test_gives(node: str, arguments: dict, expected: object) -> None:
    assert call(node, arguments) == expected


def test_table_from_html() -> None:
    table = call(f"{P}.table_from_html", {"html": TABLE})
    assert table.columns.tolist() == ["city", "people", "column 3", "city 2"]
    assert table["people"].tolist()[0] == 709000
    assert table["city"].tolist() == ["Oslo", "Oslo"]
    assert table["column 3"].tolist() == ["x", "both"] and table["city 2"].tolist() == ["in", "both"]
    ragged = call(f"{P}.table_from_html", {"html": TABLE, "selector": "#b", "header": False, "numbers": False})
    assert ragged.columns.tolist() == ["column 1", "column 2"]
    assert ragged["column 1"].tolist() == ["1", "3"] and ragged["column 2"].isna().tolist() == [False, True]
    assert call(f"{P}.table_from_html", {"html": "<table></table>"}).shape == (0, 0)


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{P}.select_html", {"html": PAGE, "selector": " "}, ValueError, "selector: a CSS selector"),
        (f"{P}.select_html", {"html": PAGE, "selector": "p[["}, ValueError, "selector: not a CSS selector"),
        (f"{P}.select_html", {"html": PAGE, "give": "attribute", "attribute": ""}, ValueError, "attribute: the name"),
        (f"{P}.html_to_text", {"html": 5}, TypeError, "html: the text of a page was expected, not int"),
        (f"{P}.table_from_html", {"html": PAGE}, ValueError, "selector: a table was expected"),
        (f"{P}.table_from_html", {"html": TABLE, "which": 3}, ValueError, "which: -3 to 2 was expected, not 3"),
        (f"{P}.page_links", {"html": PAGE, "same_site": True}, ValueError, "base: the address"),
        (f"{A}.url_parts", {"url": "http://a:b/"}, ValueError, "url: a web address"),
        (f"{A}.url_parts", {"url": None}, TypeError, "url: a web address was expected, not NoneType"),
        (f"{A}.build_url", {"base": "a.org"}, ValueError, "base: a whole address"),
        (f"{A}.build_url", {"base": "https://a.org", "query": []}, TypeError, "query: a dictionary"),
        (f"{A}.build_url", {"base": "https://a.org", "path": 3}, TypeError, "path: a text"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)
