# /// script
# dependencies = ["beautifulsoup4", "pandas", "soupsieve"]
# ///
"""What is in web pages: texts, links, attributes and tables of HTML. Nothing is fetched here."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Literal

import loom

if TYPE_CHECKING:
    import bs4
    import pandas as pd

_BLOCKS = ("address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
           "header hr li main nav ol p pre section table tr ul").split()  # fmt: skip


@loom.node(title="Select in HTML", keywords=["css", "scrape", "extract", "xpath", "elements", "web", "beautifulsoup"])
def select_html(
    html: Annotated[str, loom.Multiline()],
    selector: str = "p",
    give: Literal["text", "HTML", "attribute"] = "text",
    attribute: str = "href",
) -> list[str]:
    """List what a CSS selector finds in a web page.

    Args:
        html: The page, or a part of one.
        selector: CSS selector: "h1" finds headings, ".price" what has that class, "a[href]" links, "#main p" the
            paragraphs within what has that id.
        give: The text of what is found, its HTML, or one of its attributes.
        attribute: Name of the attribute; what does not have it is left out.

    Example:
        >>> select_html('<a href="/one">One</a> <a href="/two">Two</a>', "a", give="attribute", attribute="href")
        ['/one', '/two']
        >>> select_html("<p>Hello <b>you</b></p>", "p")
        ['Hello you']
    """
    found = _select(_page("html", html), selector)
    if give == "HTML":
        return [str(part) for part in found]
    if give == "text":
        return [" ".join(part.get_text().split()) for part in found]
    if not attribute:
        raise ValueError("attribute: the name of an attribute such as href was expected, this is empty")
    values = (part.get(attribute) for part in found)
    return [" ".join(value) if isinstance(value, list) else value for value in values if value is not None]


@loom.node(title="HTML to text", keywords=["plain", "strip tags", "web", "page", "clean", "beautifulsoup"])
def html_to_text(html: Annotated[str, loom.Multiline()], selector: str = "") -> str:
    r"""Take the plain text out of a web page, without scripts and styles, a line for each paragraph.

    Args:
        html: The page, or a part of one.
        selector: CSS selector of the part that is wanted, such as "article"; empty: the whole page.

    Example:
        >>> html_to_text("<h1>News</h1><p>All is <b>well</b>.</p><script>x()</script>")
        'News\nAll is well.'
    """
    import re

    page = _page("html", html)
    for part in page(["script", "style", "noscript", "template", "head"]):
        part.decompose()
    parts = _select(page, selector) if selector.strip() else [page]
    lines: list[str] = []
    for part in parts:
        for text in part.find_all(string=True):
            text.replace_with(re.sub(r"\s+", " ", text))
        for block in part.find_all(_BLOCKS):
            block.insert_before("\n")
            block.insert_after("\n")
        for cell in part.find_all(["td", "th"]):
            cell.insert_after("\t")
        lines += (re.sub(r" *\t *", "\t", line).strip() for line in part.get_text().split("\n"))
    return "\n".join(re.sub(" +", " ", line) for line in lines if line)


@loom.node(title="Table from HTML", keywords=["scrape", "extract", "web", "read_html", "rows", "wikipedia"])
def table_from_html(
    html: Annotated[str, loom.Multiline()],
    selector: str = "table",
    which: int = 0,
    header: bool = True,
    numbers: bool = True,
) -> pd.DataFrame:
    """Read a table of a web page.

    Args:
        html: The page, or a part of one.
        selector: CSS selector of tables.
        which: Which of those found: 0 is the first, -1 the last.
        header: The first row holds the names of the columns.
        numbers: A column whose cells all look like numbers becomes one of numbers; commas between thousands are fine.

    Example:
        >>> html = "<table><tr><th>city</th><th>people</th></tr><tr><td>Oslo</td><td>709,000</td></tr></table>"
        >>> table_from_html(html).to_dict("records")
        [{'city': 'Oslo', 'people': 709000}]
    """
    import pandas as pd

    found = [part for part in _select(_page("html", html), selector) if part.name == "table"]
    if not found:
        raise ValueError(f"selector: a table was expected in the HTML, {selector!r:.100} finds none")
    if not -len(found) <= which < len(found):
        raise ValueError(f"which: {-len(found)} to {len(found) - 1} was expected, not {which}")
    rows = _rows(found[which])
    width = len(rows[0]) if rows else 0
    names = _unique(rows.pop(0) if header and rows else [""] * width)
    table = pd.DataFrame(rows, columns=names)
    if numbers:
        for name in names:
            cells = table[name].str.replace(r"(?<=\d),(?=\d{3})", "", regex=True).replace("", None)
            read = pd.to_numeric(cells, errors="coerce")
            if len(cells) and read.notna().any() and (read.isna() == cells.isna()).all():
                table[name] = read
    return table


@loom.node(title="Links of page", keywords=["href", "urls", "scrape", "crawl", "web", "anchors"])
def page_links(html: Annotated[str, loom.Multiline()], base: str = "", same_site: bool = False) -> list[str]:
    """List the web addresses that a page links to, each once, in its order.

    Args:
        html: The page, or a part of one.
        base: Address of the page, which makes whole addresses of links such as "../news"; empty: they stay as written.
        same_site: Only those of the same server as the base.

    Example:
        >>> page_links('<a href="news">News</a> <a href="#top">Up</a>', base="https://example.org/a/")
        ['https://example.org/a/news']
    """
    from urllib.parse import urldefrag, urljoin, urlsplit

    if same_site and not base:
        raise ValueError("base: the address of the page was expected, to tell what is of the same site")
    links: dict[str, None] = {}
    for part in _select(_page("html", html), "a[href], area[href]"):
        written = str(part["href"]).strip()
        if not written or written.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            continue
        try:
            link = urldefrag(urljoin(base, written))[0]
            if not same_site or urlsplit(link).netloc == urlsplit(base).netloc:
                links[link] = None
        except ValueError:  # such as http://[
            loom.warning(f"a link that is no address is left out: {written!r:.100}")
    return list(links)


def _rows(table: bs4.Tag) -> list[list[str | None]]:
    """All rows of one length. A cell that spans rows or columns is repeated in each; a table in a cell is text."""
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    rows = [row for row in rows if row.find(["td", "th"])]
    grid: dict[tuple[int, int], str] = {}
    for y, row in enumerate(rows):
        x = 0
        for cell in row.find_all(["td", "th"], recursive=False):
            while (y, x) in grid:
                x += 1
            text, wide = " ".join(cell.get_text(" ").split()), _span(cell, "colspan")
            for down in range(min(_span(cell, "rowspan"), len(rows) - y)):
                grid.update({(y + down, x + right): text for right in range(wide)})
            x += wide
    width = max((x + 1 for _, x in grid), default=0)
    return [[grid.get((y, x)) for x in range(width)] for y in range(len(rows))]


def _span(cell: bs4.Tag, name: str) -> int:
    written = str(cell.get(name, "1")).strip()
    return min(max(int(written), 1), 1000) if written.isdecimal() else 1


def _unique(names: list[str | None]) -> list[str]:
    """Names of columns, none empty and none twice."""
    made: list[str] = []
    for i, name in enumerate(names, start=1):
        plain = name or f"column {i}"
        new, number = plain, 2
        while new in made:
            new, number = f"{plain} {number}", number + 1
        made.append(new)
    return made


def _select(page: bs4.BeautifulSoup, selector: str) -> list[bs4.Tag]:
    import soupsieve

    if not isinstance(selector, str) or not selector.strip():
        raise ValueError("selector: a CSS selector such as p or .price was expected, this is empty")
    try:
        return list(page.select(selector))
    except soupsieve.SelectorSyntaxError as error:
        said = str(error).splitlines()[0]
        raise ValueError(f"selector: not a CSS selector: {selector!r:.100}: {said}") from None


def _page(name: str, html: object) -> bs4.BeautifulSoup:
    import warnings

    import bs4

    if not isinstance(html, str | bytes) or isinstance(html, PurePath):
        raise TypeError(f"{name}: the text of a page was expected, not {type(html).__name__}")
    with warnings.catch_warnings():  # a text that looks like an address or file name is a text here
        warnings.simplefilter("ignore")
        return bs4.BeautifulSoup(html, "html.parser")
