"""Names of results that mean the same in every process: digests of what a node's key stands for.

A digest rolls as a key does: from the part of the source that the function uses, the helpers beside it, the node's own
values, the files that they name, and its sources' digests. Added to them is what a key can leave out since it lives no
longer than the process: the project's folder, the interpreter and the packages that are installed. Nothing here is
recursive.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys

from .registry import stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .graph import Node
    from .plan import Session
    from .registry import Kind

_IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+\.?([A-Za-z_]\w*)|import[ \t]+([^\n#]+))", re.MULTILINE)
_NAME = re.compile(rb"[A-Za-z_]\w*")


class Digests:
    """The digests of one session's nodes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._by_key: dict[int, bytes] = {}
        self._of_kind: dict[int, str] = {}  # by the kind's key
        self._place = repr((session.project, sys.version, _packages())).encode()

    def kind(self, kind: Kind) -> str:
        """What is the same for all nodes of a kind, in 16 letters."""
        key = kind.key or self._session.kind_key(kind)
        found = self._of_kind.get(key)
        if found is None:
            digest = hashlib.blake2b(self._place, digest_size=8)
            digest.update(self._session.registry.part(kind))
            for path in sources(kind.file)[1:]:
                digest.update(_content(path))
            digest.update(repr(kind.identity()).encode())
            found = self._of_kind[key] = digest.hexdigest()
        return found

    def name(self, node: Node) -> str:
        """The name of the node's result: that of its kind, and the digest."""
        return f"{self.kind(node.kind)}-{self._digest(node).hex()}"

    def _digest(self, node: Node) -> bytes:
        known: dict[Node, bytes] = {}
        stack = [node]
        while stack:
            found = stack[-1]
            if found in known:
                stack.pop()
                continue
            kept = None if self._session.is_special(found) else self._by_key.get(found.key)
            if kept is None:
                missing = [source for source in found.sources if source not in known]
                if missing:
                    stack += missing
                    continue
                kept = self._made(found, known)
                self._by_key[found.key] = kept
            known[found] = kept
            stack.pop()
        return known[node]

    def _made(self, node: Node, known: dict[Node, bytes]) -> bytes:
        by_id = {source.id: digest for source, digest in known.items()}
        links = [(name, by_id.get(link[0]), link[1]) for name, link in node.links.items()]
        loop = None if node.loop is None else (node.loop.identity(), [known[source] for source in node.sources])
        files = self._session.files_of(node)
        parts = repr((self.kind(node.kind), node.values, links, files, loop))
        return hashlib.blake2b(parts.encode(), digest_size=16).digest()


def sources(path: str) -> list[str]:
    """A node file and the files beside it that it imports, directly or by each other. Told from the text alone."""
    folder = os.path.dirname(path)
    found = [path] if path else []
    for file in found:  # grows while it is walked
        for match in _IMPORT.finditer(_content(file)):
            names = [match[1]] if match[1] else [part.split(b".")[0] for part in match[2].split(b",")]
            for name in names:
                word = _NAME.search(name)
                beside = os.path.join(folder, word[0].decode() + ".py") if word else ""
                if beside and beside not in found and os.path.isfile(beside):
                    found.append(beside)
    return found


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _packages() -> list[object]:
    """When packages were installed or removed last, by folder."""
    return [(path, stamp(path)) for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
