"""XML: feeds of both kinds, elements by path, and all of it as a dictionary."""

from __future__ import annotations

import pytest
from node_files import call

FEEDS = "web/feeds"
RSS = """<?xml version="1.0" encoding="latin-1"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News</title>
<item><title>Snö &amp; ice</title><link>https://example.org/1</link><pubDate>Thu, 24 Dec 2026 18:30:00 +0100</pubDate>
<description><![CDATA[<p>Cold</p>]]></description><dc:creator>Ada</dc:creator><guid>one</guid></item>
<item><title>Sun</title><pubDate>someday</pubDate></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><entry><title>One</title>
<link rel="replies" href="https://example.org/c"/><link href="https://example.org/a"/><id>urn:1</id>
<updated>2026-12-24T18:30:00Z</updated><author><name>Tim</name><uri>https://example.org</uri></author>
<summary>Short</summary></entry></feed>"""


def test_rss_is_read() -> None:
    first, second = call(f"{FEEDS}.read_feed", {"feed": RSS})
    assert first == {
        "title": "Snö & ice",
        "link": "https://example.org/1",
        "date": "2026-12-24T18:30:00+01:00",
        "summary": "<p>Cold</p>",
        "author": "Ada",
        "id": "one",
    }
    assert second == {"title": "Sun", "link": "", "date": "someday", "summary": "", "author": "", "id": ""}
    assert call(f"{FEEDS}.read_feed", {"feed": RSS, "most": 1}) == [first]


def test_atom_is_read() -> None:
    (entry,) = call(f"{FEEDS}.read_feed", {"feed": ATOM})
    assert entry == {
        "title": "One",
        "link": "https://example.org/a",
        "date": "2026-12-24T18:30:00Z",
        "summary": "Short",
        "author": "Tim",
        "id": "urn:1",
    }
    assert call(f"{FEEDS}.read_feed", {"feed": "<feed/>"}) == []


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<a/>", {"a": ""}),
        ("<a> x </a>", {"a": "x"}),
        ("<a>x<b/>y</a>", {"a": {"b": "", "#text": "xy"}}),
        ('<n:a xmlns:n="u" n:k="1">x</n:a>', {"a": {"@k": "1", "#text": "x"}}),
        ("<a><b>1</b><b>2</b><b><c/></b></a>", {"a": {"b": ["1", "2", {"c": ""}]}}),
        ("<a><!-- note --><b>1</b></a>", {"a": {"b": "1"}}),
        (b'<?xml version="1.0" encoding="latin-1"?><a>\xf6</a>', {"a": "ö"}),
    ],
)
def test_xml_becomes_a_dictionary(xml: str, expected: dict) -> None:
    assert call(f"{FEEDS}.xml_to_dictionary", {"xml": xml}) == expected


def test_a_path_selects_in_xml_whatever_the_prefixes() -> None:
    assert call(f"{FEEDS}.select_xml", {"xml": RSS, "path": ".//item/title"}) == ["Snö & ice", "Sun"]
    assert call(f"{FEEDS}.select_xml", {"xml": ATOM, "path": ".//link", "attribute": "rel"}) == ["replies"]
    assert call(f"{FEEDS}.select_xml", {"xml": ATOM, "path": ".//nothing"}) == []


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("read_feed", {"feed": ""}, ValueError, "feed: XML was expected, this is empty"),
        ("read_feed", {"feed": "<html></html>"}, ValueError, "feed: an RSS or Atom feed was expected.*<html>"),
        ("read_feed", {"feed": RSS, "most": -1}, ValueError, "most: 0 or more was expected, not -1"),
        ("xml_to_dictionary", {"xml": "<a><b></a>"}, ValueError, "xml: not XML that can be read: mismatched tag"),
        ("xml_to_dictionary", {"xml": {}}, ValueError, "xml: XML was expected"),
        ("select_xml", {"xml": "<a/>", "path": ""}, ValueError, "path: a path such as .//item"),
        ("select_xml", {"xml": "<a/>", "path": "a["}, ValueError, "path: a path such as .//item"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"{FEEDS}.{node}", arguments)
