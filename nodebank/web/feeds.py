"""XML and what is made of it: feeds of news (RSS, Atom), and any other. Nothing is fetched here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated
from xml.etree import ElementTree

import loom


@loom.node(title="Read feed", keywords=["rss", "atom", "news", "podcast", "blog", "syndication", "xml", "web"])
def read_feed(feed: Annotated[str, loom.Multiline()], most: Annotated[int, loom.Range(0, 100_000)] = 0) -> list[dict]:
    """List the entries of an RSS or Atom feed: a dictionary with title, link, date, summary, author and id of each.

    Dates are given as in ISO 8601 where they can be read. What an entry does not say is an empty text.

    Args:
        feed: The feed itself, such as Web request gives it.
        most: So many entries at most, from the first on; 0: all.

    Example:
        >>> feed = "<rss><channel><item><title>Snow</title><link>https://example.org/1</link></item></channel></rss>"
        >>> [(entry["title"], entry["link"]) for entry in read_feed(feed)]
        [('Snow', 'https://example.org/1')]
    """
    if most < 0:
        raise ValueError(f"most: 0 or more was expected, not {most}")
    root = _parsed("feed", feed)
    if _bare(root.tag) not in ("rss", "feed", "RDF"):
        raise ValueError(f"feed: an RSS or Atom feed was expected, this begins with <{_bare(root.tag)}>")
    entries = [_entry(item) for item in root.iter() if _bare(item.tag) in ("item", "entry")]
    return entries[: most or None]


@loom.node(title="XML to dictionary", keywords=["parse", "convert", "json", "elements", "attributes", "read", "web"])
def xml_to_dictionary(xml: Annotated[str, loom.Multiline()]) -> dict[str, object]:
    """Read XML as a dictionary; what comes several times in one place becomes a list.

    Attributes are keys that begin with @. An element that has them, or others in it, has its text at the key #text.
    Prefixes of names are left out.

    Args:
        xml: The text.

    Example:
        >>> xml_to_dictionary('<box size="2"><coin>1</coin><coin>5</coin></box>')
        {'box': {'@size': '2', 'coin': ['1', '5']}}
    """
    root = _parsed("xml", xml)
    return {_bare(root.tag): _content(root)}


@loom.node(title="Select in XML", keywords=["xpath", "extract", "find", "elements", "scrape", "query", "web"])
def select_xml(xml: Annotated[str, loom.Multiline()], path: str = ".//item", attribute: str = "") -> list[str]:
    """List the texts of what a path (XPath) finds in XML.

    Args:
        xml: The text; prefixes of names are left out.
        path: .//coin finds all coins, ./box/coin those in a box below the whole, .//coin[@year='1971'] those of a year.
        attribute: Name of the attribute to list rather than the text; what does not have it is left out.

    Example:
        >>> select_xml('<box><coin year="1971">1</coin><coin year="1980">5</coin></box>', ".//coin[@year='1980']")
        ['5']
    """
    root = _parsed("xml", xml)
    for part in root.iter():
        part.tag = _bare(part.tag)
        part.attrib = {_bare(key): value for key, value in part.attrib.items()}
    if not isinstance(path, str) or not path.strip():
        raise ValueError("path: a path such as .//item was expected, this is empty or no text")
    try:
        found = root.findall(path.strip())
    except (SyntaxError, KeyError, TypeError) as error:
        raise ValueError(f"path: a path such as .//item was expected, not {path!r:.80}: {error}") from None
    if attribute.strip():
        return [part.attrib[attribute.strip()] for part in found if attribute.strip() in part.attrib]
    return [_whole_text(part) for part in found]


def _parsed(name: str, text: object) -> ElementTree.Element:
    """The XML, or an error that names the input and the place of what is wrong."""
    if not isinstance(text, str | bytes) or not text.strip():
        raise ValueError(f"{name}: XML was expected, this is empty or no text")
    # A text is decoded already, whatever its first line says.
    source = re.sub(r"\A\s*<\?xml.*?\?>", "", text.lstrip("\ufeff"), flags=re.DOTALL) if isinstance(text, str) else text
    try:
        return ElementTree.fromstring(source.strip())
    except (ElementTree.ParseError, ValueError) as error:
        raise ValueError(f"{name}: not XML that can be read: {error}; it begins with {source.strip()[:40]!r}") from None


def _bare(tag: object) -> str:
    """The name of an element or attribute without its namespace; that of a comment is empty."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _whole_text(part: ElementTree.Element) -> str:
    return " ".join("".join(part.itertext()).split())


def _content(part: ElementTree.Element) -> object:
    content: dict[str, object] = {f"@{_bare(key)}": value for key, value in part.attrib.items()}
    for child in part:
        key, value = _bare(child.tag), _content(child)
        if key in content:
            known = content[key]
            content[key] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            content[key] = value
    text = (part.text or "").strip() if not len(part) else " ".join("".join(_own_texts(part)).split())
    if not content:
        return text
    return {**content, "#text": text} if text else content


def _own_texts(part: ElementTree.Element) -> Iterator[str]:
    yield part.text or ""
    for child in part:
        yield child.tail or ""


def _entry(item: ElementTree.Element) -> dict[str, str]:
    parts: dict[str, ElementTree.Element] = {}
    for child in item:
        name = _bare(child.tag)
        # Of the links of an entry, the one to its page; the others lead to comments or to the feed.
        if name == "link" and child.get("rel", "alternate") != "alternate":
            continue
        parts.setdefault(name, child)

    def said(*names: str) -> str:
        return next((_whole_text(parts[name]) for name in names if name in parts and _whole_text(parts[name])), "")

    link = said("link") or (parts["link"].get("href", "") if "link" in parts else "")
    author = parts.get("author")
    name = next((_whole_text(part) for part in author if _bare(part.tag) == "name"), "") if author is not None else ""
    return {
        "title": said("title"),
        "link": link,
        "date": _iso(said("pubDate", "published", "updated", "date")),
        "summary": said("description", "summary", "encoded", "content"),
        "author": name or said("author", "creator"),
        "id": said("guid", "id") or link,
    }


def _iso(date: str) -> str:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(date).isoformat() if re.match(r"[A-Za-z]|\d{1,2} ", date) else date
    except ValueError:
        return date
